//! Public-duty inspections.

use actix_web::{HttpRequest, HttpResponse, get, post};
use complaints::inspection::list::{self, InspectionFilter, InspectionLine};
use complaints::inspection::remedy::{self, Place, RemedyReport, RemedySendingBack};
use complaints::inspection::write::{self, InspectionConclusion, InspectionHolding, NewInspection};
use complaints::inspection::{self, InspectionId, InspectionView};
use complaints::request::{Plain, Reasoned};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::dossiers::agency_today;
use crate::call::{Call, Id, Parameters, page};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write, tagged, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(plan_inspection)
        .service(list_inspections)
        .service(get_inspection)
        .service(hold_inspection)
        .service(conclude_inspection)
        .service(cancel_inspection)
        .service(report_remedy)
        .service(confirm_remedy)
        .service(send_remedy_back);
}

/// Plan an inspection
///
/// Of one's own agency or one below it, for inspectors of any: planned, or a surprise, of which the inspected learn when it is held.
#[utoipa::path(operation_id = "planInspection", tag = "inspections", request_body = NewInspection,
    security(("oauth" = ["inspection:run"])),
    responses(
        (status = 201, description = "The inspection.", body = InspectionView),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/inspections")]
async fn plan_inspection(write: Write<NewInspection>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            let inspected = agency_today(call, "/agency", &new.agency)?;
            let target = (InspectionId::at(call.ctx.now), inspected);
            write::plan(conn, &call.ctx, call.app.cases(), target, new, attempt).await
        })
        .await
}

/// A page of inspections.
#[derive(Serialize, ToSchema)]
struct InspectionPage {
    #[schema(max_items = 200)]
    items: Vec<InspectionLine>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List inspections
///
/// The latest first: those that your agency, or one below it where you are its head, makes or undergoes; for inspectors all. With
/// `past_due=true`, those whose remedies are overdue.
#[utoipa::path(operation_id = "listInspections", tag = "inspections", params(InspectionFilter),
    security(("oauth" = ["inspection:run"]), ("oauth" = ["inspection:remedy"])),
    responses((status = 200, description = "A page.", body = InspectionPage)))]
#[get("/v1/inspections")]
async fn list_inspections(
    call: Call,
    Parameters(filter): Parameters<InspectionFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("inspections", &filter);
    let found = list::list(&mut *call.db.conn().await?, &call.ctx, call.app.cases(), &cursors, &filter).await?;
    Ok(page(request.path(), request.query_string(), &found))
}

/// Read an inspection
///
/// With what was found, what is to be put right by when, and how far that is.
#[utoipa::path(operation_id = "getInspection", tag = "inspections",
    security(("oauth" = ["inspection:run"]), ("oauth" = ["inspection:remedy"])),
    params(("id" = InspectionId, Path, description = "The inspection's id.", example = "019b76da-a800-7000-8000-c60000000001")),
    responses(
        (status = 200, description = "The inspection.", body = InspectionView),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/inspections/{id}")]
async fn get_inspection(call: Call, id: Id<InspectionId>, request: HttpRequest) -> Result<HttpResponse> {
    let found = inspection::load(&mut *call.db.conn().await?, &call.ctx, call.app.cases(), id.0).await?;
    // What is late grows so by itself, without a new version.
    if found.next_due_on.is_some() {
        return Ok(tagged(found.version, &found.view(&call.ctx)));
    }
    versioned(&request, found.version, || Ok(found.view(&call.ctx)))
}

/// Hold an inspection
///
/// It was held on the spot, that day. From now the inspected see it.
#[utoipa::path(operation_id = "holdInspection", tag = "inspections", request_body(content = InspectionHolding, example = json!({})),
    params(("id" = InspectionId, Path, description = "The inspection's id.", example = "019b76da-a800-7000-8000-c60000000002")),
    security(("oauth" = ["inspection:run"])),
    responses(
        (status = 200, description = "The inspection.", body = InspectionView),
        (status = 404, description = "There is none, or not for you.", body = Document),
        (status = 409, description = "It was held, or will not be.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
        (status = 422, description = "The day has not come.", body = Document),
    ))]
#[post("/v1/inspections/{id}/hold")]
async fn hold_inspection(id: Id<InspectionId>, write: Write<InspectionHolding>) -> Result<Answered> {
    let target = (id.0, write.if_match);
    write
        .run(async move |conn, call, held, attempt| {
            write::hold(conn, &call.ctx, call.app.cases(), target, &held, attempt).await
        })
        .await
}

/// Conclude an inspection
///
/// With everything that was found. What is wrong has a remedy and the day by which it is to be reported; where there is none, that closes
/// it.
#[utoipa::path(operation_id = "concludeInspection", tag = "inspections",
    request_body(content = InspectionConclusion, example = json!({
        "number": "15/KL-TT", "conclusion": "Đơn vị chấp hành cơ bản đúng giờ; còn hai quầy vắng.",
        "findings": [{ "kind": "shortfall", "words": "Hai quầy không có người trong giờ làm việc.",
            "remedy": { "what": "Bố trí người trực thay ở mọi quầy.", "due_on": "2099-12-31" } }],
    })),
    params(("id" = InspectionId, Path, description = "The inspection's id.", example = "019b76da-a800-7000-8000-c60000000003")),
    security(("oauth" = ["inspection:run"])),
    responses(
        (status = 200, description = "The inspection.", body = InspectionView),
        (status = 404, description = "There is none, or not for you.", body = Document),
        (status = 409, description = "It was not held, or is concluded.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/inspections/{id}/conclude")]
async fn conclude_inspection(id: Id<InspectionId>, write: Write<InspectionConclusion>) -> Result<Answered> {
    let target = (id.0, write.if_match);
    write
        .run(async move |conn, call, said, attempt| {
            write::conclude(conn, &call.ctx, call.app.cases(), target, said, attempt).await
        })
        .await
}

/// Cancel an inspection
///
/// It will not be held. Of a surprise the inspected never learn.
#[utoipa::path(operation_id = "cancelInspection", tag = "inspections",
    request_body(content = Reasoned, example = json!({ "reason": "Trùng với đợt thanh tra của bộ." })),
    params(("id" = InspectionId, Path, description = "The inspection's id.", example = "019b76da-a800-7000-8000-c60000000004")),
    security(("oauth" = ["inspection:run"])),
    responses(
        (status = 200, description = "The inspection.", body = InspectionView),
        (status = 404, description = "There is none, or not for you.", body = Document),
        (status = 409, description = "It was held, or is cancelled already.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/inspections/{id}/cancel")]
async fn cancel_inspection(id: Id<InspectionId>, write: Write<Reasoned>) -> Result<Answered> {
    let target = (id.0, write.if_match);
    write
        .run(async move |conn, call, why, attempt| {
            write::cancel(conn, &call.ctx, call.app.cases(), target, why.reason, attempt).await
        })
        .await
}

/// A step of a remedy: documentation, route, an example among the demo's inspections, and the use case behind it.
macro_rules! remedy_step {
    ($(#[doc = $doc:literal])* $name:ident $path:literal $id:literal $example:literal $($scope:literal)+ $input:ident = $body:tt,
     |$conn:ident, $call:ident, $given:pat_param, $place:ident, $attempt:ident| $work:expr) => {
        $(#[doc = $doc])*
        #[utoipa::path(operation_id = $id, tag = "inspections", request_body(content = $input, example = json!($body)),
            params(
                ("id" = InspectionId, Path, description = "The inspection's id.", example = $example),
                ("number" = u16, Path, description = "The finding's place in the inspection, from 1.", minimum = 1, maximum = 50, example = 1),
            ),
            security($(("oauth" = [$scope])),+),
            responses(
                (status = 200, description = "The inspection.", body = InspectionView),
                (status = 404, description = "There is no such inspection for you, or it has no such finding with a remedy.", body = Document),
                (status = 409, description = "`state` says where the remedy or the inspection stands.", body = Document),
                (status = 412, description = "It has changed since the version in If-Match.", body = Document),
                (status = 422, description = "The content breaks the schema or a rule.", body = Document),
            ))]
        #[post($path)]
        async fn $name(ids: Id<(InspectionId, u16)>, write: Write<$input>) -> Result<Answered> {
            let (inspection, finding) = ids.0;
            let $place = Place { inspection, finding, if_match: write.if_match };
            write.run(async move |$conn, $call, $given, $attempt| $work.await).await
        }
    };
}

remedy_step! {
    /// Report that something was put right
    ///
    /// By the head or leader of the inspected agency. Where the case behind the inspection accuses that agency, which then sees nothing of
    /// it, whoever inspects writes down what they say.
    report_remedy "/v1/inspections/{id}/findings/{number}/report" "reportRemedy" "019b76da-a800-7000-8000-c60000000005" "inspection:remedy" "inspection:run" RemedyReport = {"words": "Đã phân công người trực thay từ ngày 05/12."},
    |conn, call, said, place, attempt| remedy::report(conn, &call.ctx, call.app.cases(), place, said, attempt)
}

remedy_step! {
    /// Confirm that something was put right
    ///
    /// By whoever inspected. The last one closes the inspection.
    confirm_remedy "/v1/inspections/{id}/findings/{number}/confirm" "confirmRemedy" "019b76da-a800-7000-8000-c60000000006" "inspection:run" Plain = {},
    |conn, call, Plain {}, place, attempt| remedy::confirm(conn, &call.ctx, call.app.cases(), place, attempt)
}

remedy_step! {
    /// Send a remedy back
    ///
    /// What was reported is not enough: why, and, where it changes, by when it is due now.
    send_remedy_back "/v1/inspections/{id}/findings/{number}/send-back" "sendRemedyBack" "019b76da-a800-7000-8000-c60000000007" "inspection:run" RemedySendingBack = {"reason": "Quầy 3 vẫn vắng khi kiểm tra lại."},
    |conn, call, said, place, attempt| remedy::send_back(conn, &call.ctx, call.app.cases(), place, said, attempt)
}
