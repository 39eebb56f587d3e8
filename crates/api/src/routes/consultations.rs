//! Other agencies, asked for their opinion on a dossier.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use procedures::DossierId;
use procedures::consultation::list::{self, ConsultationFilter, ConsultationLine};
use procedures::consultation::reply::{self, NewOpinion};
use procedures::consultation::{self, Consultation, ConsultationId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id, Parameters};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_consultations).service(list_dossier_consultations).service(reply_to_consultation);
}

/// A page of questions.
#[derive(Serialize, ToSchema)]
struct ConsultationPage {
    #[schema(max_items = 200)]
    items: Vec<ConsultationLine>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List what your agency is asked, or waits for
///
/// Questions of other agencies about their dossiers, most urgent first; whoever is asked may read the dossier and its papers
/// until it has ended. With `side=asking` those that others are asked about your agency's dossiers: the late ones come first, for
/// whoever heads the one-stop shop (NĐ 61/2018 Art. 19(5)).
#[utoipa::path(operation_id = "listConsultations", tag = "dossiers", params(ConsultationFilter),
    security(("oauth" = ["dossier:process"]), ("oauth" = ["dossier:sign"]), ("oauth" = ["dossier:approve-intake"])),
    responses((status = 200, description = "A page.", body = ConsultationPage)))]
#[get("/v1/consultations")]
async fn list_consultations(
    call: Call,
    Parameters(filter): Parameters<ConsultationFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("consultations", &filter);
    let mut conn = call.db.conn().await?;
    let page = list::list(&mut conn, &call.ctx, &call.app.catalogue.load(), &cursors, &filter).await?;
    Ok(crate::call::page(request.path(), request.query_string(), &page))
}

/// What was asked about a dossier.
#[derive(Serialize, ToSchema)]
struct ConsultationList {
    #[schema(max_items = 1000)]
    items: Vec<Consultation>,
}

/// List a dossier's consultations
///
/// Every agency that was asked, and what it has answered: for the agencies that take part.
#[utoipa::path(operation_id = "listDossierConsultations", tag = "dossiers", security(("oauth" = ["dossier:process"]), ("oauth" = ["dossier:sign"]), ("oauth" = ["dossier:receive"])),
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d0000000001a")),
    responses(
        (status = 200, description = "The questions, oldest first.", body = ConsultationList),
        (status = 404, description = "There is no such dossier, or not for you.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/consultations")]
async fn list_dossier_consultations(call: Call, id: Id<DossierId>) -> Result<web::Json<ConsultationList>> {
    let items = consultation::of_dossier(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    Ok(web::Json(ConsultationList { items }))
}

/// Answer a consultation
///
/// By the agency that was asked. With the last answer the examination goes on by itself.
#[utoipa::path(operation_id = "replyToConsultation", tag = "dossiers", request_body = NewOpinion, security(("oauth" = ["dossier:process"])),
    params(("id" = ConsultationId, Path, description = "The question's id: see `GET /v1/consultations`.", example = "019b76da-a800-7000-8000-f3000000001d")),
    responses(
        (status = 200, description = "The question, answered.", body = Consultation),
        (status = 404, description = "There is no such question, or not for you.", body = Document),
        (status = 409, description = "It is closed; `state` says how.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/consultations/{id}/reply")]
async fn reply_to_consultation(id: Id<ConsultationId>, write: Write<NewOpinion>) -> Result<Answered> {
    write
        .run(async move |conn, call, new, attempt| {
            let catalogue = call.app.catalogue.load_full();
            reply::reply(conn, &call.ctx, call.app.world(&catalogue), id.0, new, attempt).await
        })
        .await
}
