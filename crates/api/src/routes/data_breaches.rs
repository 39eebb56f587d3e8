//! The register of breaches of personal data.

use actix_web::{HttpRequest, HttpResponse, get, post};
use kernel::problem::INVALID;
use privacy::breach::list::{self, BreachFilter};
use privacy::breach::write::{self, AuthorityNotice, BreachClosing, NewBreach, PeopleNotice, Target};
use privacy::breach::{self, BreachId, BreachView};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::dossiers::agency_today;
use crate::call::{Call, Id, Parameters, page};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write, tagged, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(register_data_breach)
        .service(list_data_breaches)
        .service(get_data_breach)
        .service(notify_authority)
        .service(notify_people)
        .service(close_data_breach);
}

/// Register a breach of personal data
///
/// From when it was detected, the hours count in which the authority is to be told. Only data protection, and whoever heads the
/// agency or one above it, ever see it.
#[utoipa::path(operation_id = "registerDataBreach", tag = "personal data",
    request_body(content = NewBreach, example = json!({
        "agency": "H26.13.01", "detected_at": "2026-08-14T02:00:00Z",
        "happened": "Danh sách hồ sơ bị gửi nhầm tới một địa chỉ thư ngoài cơ quan.",
        "categories": ["name", "contact"], "people": 37,
        "measures": "Đã yêu cầu người nhận xoá thư và khoá tài khoản gửi.",
    })),
    security(("oauth" = ["data:breaches"])),
    responses(
        (status = 201, description = "The breach, with the moment by which the authority is to be told.", body = BreachView),
        (status = 409, description = "The id is taken, or the same request is under way.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/data-breaches")]
async fn register_data_breach(write: Write<NewBreach>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            let agency = match &new.agency {
                Some(code) => agency_today(call, "/agency", code)?,
                None => call.ctx.actor.agency().ok_or_else(|| INVALID.error())?,
            };
            write::register(conn, &call.ctx, &call.app.rules, agency, new, attempt).await
        })
        .await
}

/// A page of breaches.
#[derive(Serialize, ToSchema)]
struct DataBreachPage {
    #[schema(max_items = 200)]
    items: Vec<BreachView>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List breaches of personal data
///
/// The latest first: for data protection all, for heads those at their agency and below it.
#[utoipa::path(operation_id = "listDataBreaches", tag = "personal data", params(BreachFilter),
    security(("oauth" = ["data:breaches"])),
    responses((status = 200, description = "A page.", body = DataBreachPage)))]
#[get("/v1/data-breaches")]
async fn list_data_breaches(
    call: Call,
    Parameters(filter): Parameters<BreachFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("data breaches", &filter);
    let found = list::list(&mut *call.db.conn().await?, &call.ctx, &call.app.rules, &cursors, &filter).await?;
    Ok(page(request.path(), request.query_string(), &found))
}

/// Read a breach of personal data
///
/// With who was told when, and whether that was late.
#[utoipa::path(operation_id = "getDataBreach", tag = "personal data", security(("oauth" = ["data:breaches"])),
    params(("id" = BreachId, Path, description = "The breach's id.", example = "019b76da-a800-7000-8000-ce0000000001")),
    responses(
        (status = 200, description = "The breach.", body = BreachView),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/data-breaches/{id}")]
async fn get_data_breach(call: Call, id: Id<BreachId>, request: HttpRequest) -> Result<HttpResponse> {
    let found = breach::load(&mut *call.db.conn().await?, &call.ctx, &call.app.rules, id.0).await?;
    let view = found.view(call.ctx.now);
    // It becomes late by itself, without a new version.
    if found.owes_notice() {
        return Ok(tagged(found.version, &view));
    }
    versioned(&request, found.version, || Ok(view))
}

/// Tell the authority of a breach
///
/// That it was told, by which document and when. Whether that was late is computed from when the breach was detected.
#[utoipa::path(operation_id = "notifyAuthorityOfDataBreach", tag = "personal data",
    request_body(content = AuthorityNotice, example = json!({ "document": "45/TB-UBND" })),
    params(("id" = BreachId, Path, description = "The breach's id.", example = "019b76da-a800-7000-8000-ce0000000002")),
    security(("oauth" = ["data:breaches"])),
    responses(
        (status = 200, description = "The breach.", body = BreachView),
        (status = 404, description = "There is none, or not for you.", body = Document),
        (status = 409, description = "It was told already, or the breach is closed.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
        (status = 422, description = "The moment has not come, or is before it was detected.", body = Document),
    ))]
#[post("/v1/data-breaches/{id}/notify-authority")]
async fn notify_authority(id: Id<BreachId>, write: Write<AuthorityNotice>) -> Result<Answered> {
    let if_match = write.if_match;
    write
        .run(async move |conn, call, notice, attempt| {
            let target = Target { id: id.0, if_match, attempt };
            write::notify_authority(conn, &call.ctx, &call.app.rules, target, notice).await
        })
        .await
}

/// Tell those whose data it is
///
/// That they were told, how and when.
#[utoipa::path(operation_id = "notifyPeopleOfDataBreach", tag = "personal data",
    request_body(content = PeopleNotice, example = json!({ "by": "Thư và tin nhắn tới từng người." })),
    params(("id" = BreachId, Path, description = "The breach's id.", example = "019b76da-a800-7000-8000-ce0000000003")),
    security(("oauth" = ["data:breaches"])),
    responses(
        (status = 200, description = "The breach.", body = BreachView),
        (status = 404, description = "There is none, or not for you.", body = Document),
        (status = 409, description = "They were told already, or the breach is closed.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
        (status = 422, description = "The moment has not come, or is before it was detected.", body = Document),
    ))]
#[post("/v1/data-breaches/{id}/notify-people")]
async fn notify_people(id: Id<BreachId>, write: Write<PeopleNotice>) -> Result<Answered> {
    let if_match = write.if_match;
    write
        .run(async move |conn, call, notice, attempt| {
            let target = Target { id: id.0, if_match, attempt };
            write::notify_people(conn, &call.ctx, &call.app.rules, target, notice).await
        })
        .await
}

/// Close a breach
///
/// With what became of it: once the authority was told, or when it turned out to be none (`unfounded`).
#[utoipa::path(operation_id = "closeDataBreach", tag = "personal data",
    request_body(content = BreachClosing, example = json!({ "conclusion": "Thư đã được xoá; quy trình gửi danh sách đã sửa." })),
    params(("id" = BreachId, Path, description = "The breach's id.", example = "019b76da-a800-7000-8000-ce0000000004")),
    security(("oauth" = ["data:breaches"])),
    responses(
        (status = 200, description = "The breach.", body = BreachView),
        (status = 404, description = "There is none, or not for you.", body = Document),
        (status = 409, description = "The authority was not told, or the breach is closed.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/data-breaches/{id}/close")]
async fn close_data_breach(id: Id<BreachId>, write: Write<BreachClosing>) -> Result<Answered> {
    let if_match = write.if_match;
    write
        .run(async move |conn, call, closing, attempt| {
            let target = Target { id: id.0, if_match, attempt };
            write::close(conn, &call.ctx, &call.app.rules, target, closing).await
        })
        .await
}
