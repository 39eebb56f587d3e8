//! The owner's store of papers, and what officers record of a dossier's papers.

use actix_web::{HttpRequest, HttpResponse, get, post};
use kernel::page::Page;
use procedures::DossierId;
use procedures::attachment::{AttachmentId, AttachmentView, NewDocument};
use procedures::paper::list::{self, PaperFilter};
use procedures::paper::reuse::Reuse;
use procedures::paper::{PaperData, PaperId, PaperView, digitise, view};
use procedures::request::Plain;
use procedures::upload::{self, Addition};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::attachments::send;
use crate::call::{Call, Id, Parameters};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_papers)
        .service(get_paper)
        .service(download_paper)
        .service(hide_paper)
        .service(show_paper)
        .service(reuse_paper)
        .service(digitise_attachment)
        .service(get_attachment_paper)
        .service(declare_result_document);
}

/// A page of papers.
#[derive(Serialize, ToSchema)]
struct PaperPage {
    #[schema(max_items = 200)]
    items: Vec<PaperView>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List one's papers
///
/// What was scanned for one's dossiers once they were accepted, and the results that one was given; newest first. They are filed
/// again by their id, instead of a file.
#[utoipa::path(operation_id = "listPapers", tag = "papers", params(PaperFilter), security(("oauth" = ["dossier:file"])),
    responses((status = 200, description = "A page.", body = PaperPage)))]
#[get("/v1/papers")]
async fn list_papers(
    call: Call,
    Parameters(filter): Parameters<PaperFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("papers", &filter);
    let mut conn = call.db.conn().await?;
    let page: Page<PaperView> = list::list(&mut conn, &call.ctx, &call.app.catalogue.load(), &cursors, &filter).await?;
    Ok(crate::call::page(request.path(), request.query_string(), &page))
}

/// Read a paper
///
/// One's own, with what an officer has recorded of it.
#[utoipa::path(operation_id = "getPaper", tag = "papers",
    params(("id" = PaperId, Path, description = "The paper's id.", example = "019b76da-a800-7000-8000-e00000000013")),
    security(("oauth" = ["dossier:file"])),
    responses(
        (status = 200, description = "The paper.", body = PaperView),
        (status = 404, description = "Your store has none.", body = Document),
    ))]
#[get("/v1/papers/{id}")]
async fn get_paper(call: Call, id: Id<PaperId>) -> Result<HttpResponse> {
    let (paper, file) = list::load(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    Ok(HttpResponse::Ok().json(view(&call.app.catalogue.load(), paper, &file)?))
}

/// Download a paper of one's own
///
/// The file as it was scanned or issued.
#[utoipa::path(operation_id = "downloadPaper", tag = "papers",
    params(("id" = PaperId, Path, description = "The paper's id.", example = "019b76da-a800-7000-8000-e00000000013")),
    security(("oauth" = ["dossier:file"])),
    responses(
        (status = 200, description = "The file.", content_type = "application/octet-stream", body = String),
        (status = 404, description = "Your store has none.", body = Document),
    ))]
#[get("/v1/papers/{id}/content")]
async fn download_paper(call: Call, id: Id<PaperId>, _: HttpRequest) -> Result<HttpResponse> {
    let (_, file) = list::load(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    send(&call, &file).await
}

/// Hide a paper
///
/// It is not listed and cannot be reused until it is shown again. Dossiers that carry it keep it.
#[utoipa::path(operation_id = "hidePaper", tag = "papers", request_body = Plain,
    params(("id" = PaperId, Path, description = "The paper's id.", example = "019b76da-a800-7000-8000-e00000000015")),
    security(("oauth" = ["dossier:file"])),
    responses(
        (status = 200, description = "The paper.", body = PaperView),
        (status = 404, description = "Your store has none.", body = Document),
        (status = 409, description = "It is hidden already.", body = Document),
    ))]
#[post("/v1/papers/{id}/hide")]
async fn hide_paper(id: Id<PaperId>, write: Write<Plain>) -> Result<Answered> {
    hide(id.0, write, true).await
}

/// Show a paper again
///
/// One that was hidden.
#[utoipa::path(operation_id = "showPaper", tag = "papers", request_body = Plain,
    params(("id" = PaperId, Path, description = "The paper's id.", example = "019b76da-a800-7000-8000-e00000000017")),
    security(("oauth" = ["dossier:file"])),
    responses(
        (status = 200, description = "The paper.", body = PaperView),
        (status = 404, description = "Your store has none.", body = Document),
        (status = 409, description = "It is not hidden.", body = Document),
    ))]
#[post("/v1/papers/{id}/show")]
async fn show_paper(id: Id<PaperId>, write: Write<Plain>) -> Result<Answered> {
    hide(id.0, write, false).await
}

async fn hide(id: PaperId, write: Write<Plain>, hidden: bool) -> Result<Answered> {
    write
        .run(async move |conn, call, Plain {}, attempt| {
            list::hide(conn, &call.ctx, &call.app.catalogue.load(), id, hidden, attempt).await
        })
        .await
}

/// Reuse a paper
///
/// A component is a paper of one's own, instead of a file: of a type that the component asks for, digitised, and valid today. For
/// a dossier that is filed under way, see `reused` in `POST /v1/dossiers`.
#[utoipa::path(operation_id = "reusePaper", tag = "papers", request_body = Reuse,
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000021")),
    security(("oauth" = ["dossier:file"])),
    responses(
        (status = 201, description = "The component, with its content.", body = AttachmentView),
        (status = 404, description = "There is no such dossier for you.", body = Document),
        (status = 409, description = "The dossier takes no papers now.", body = Document),
        (status = 422, description = "The content breaks the schema, or the paper cannot be used for it.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/attachments/reuse")]
async fn reuse_paper(id: Id<DossierId>, write: Write<Reuse>) -> Result<Answered> {
    write
        .run(async move |conn, call, reuse, attempt| {
            upload::declare(conn, &call.ctx, &call.app.catalogue.load(), id.0, Addition::Reuse(reuse), attempt).await
        })
        .await
}

/// Digitise a paper
///
/// Records what is written in a scanned component, held against the paper: type, number, issuer, dates. Recorded again, it
/// replaces what was there. From the dossier's acceptance on its applicant can reuse it.
#[utoipa::path(operation_id = "digitiseAttachment", tag = "papers", request_body = PaperData,
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000007"), ("attachment_id" = AttachmentId, Path, description = "The attachment's id.", example = "019b76da-a800-7000-8000-e00000000016")),
    security(("oauth" = ["dossier:receive"])),
    responses(
        (status = 200, description = "The component.", body = AttachmentView),
        (status = 404, description = "There is no such attachment for you, or its content has not arrived.", body = Document),
        (status = 409, description = "It is reused, or the dossier came to nothing.", body = Document),
        (status = 412, description = "The dossier has changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/attachments/{attachment_id}/digitise")]
async fn digitise_attachment(ids: Id<(DossierId, AttachmentId)>, write: Write<PaperData>) -> Result<Answered> {
    let seen = write.if_match;
    write
        .run(async move |conn, call, data, attempt| {
            digitise::digitise(conn, &call.ctx, &call.app.catalogue.load(), ids.0, seen, data, attempt).await
        })
        .await
}

/// Read what is recorded of a component
///
/// Through a dossier that carries it: of its own scan, or of the paper that it reuses.
#[utoipa::path(operation_id = "getAttachmentPaper", tag = "papers",
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000006"), ("attachment_id" = AttachmentId, Path, description = "The attachment's id.", example = "019b76da-a800-7000-8000-e00000000013")),
    security(("oauth" = ["dossier:read"])),
    responses(
        (status = 200, description = "The paper.", body = PaperView),
        (status = 404, description = "There is no such attachment for you, or nothing is recorded of it.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/attachments/{attachment_id}/paper")]
async fn get_attachment_paper(call: Call, ids: Id<(DossierId, AttachmentId)>) -> Result<HttpResponse> {
    let mut conn = call.db.conn().await?;
    let paper = digitise::read(&mut conn, &call.ctx, &call.app.catalogue.load(), ids.0).await?;
    Ok(HttpResponse::Ok().json(paper))
}

/// Declare the result's document
///
/// The electronic document that is to be the dossier's result, or that of a result which is being put right; its content is then
/// uploaded to the address in `Location`. It is the agency's own draft until the result is signed with it.
#[utoipa::path(operation_id = "declareResultDocument", tag = "papers", request_body = NewDocument,
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000015")),
    security(("oauth" = ["dossier:process"]), ("oauth" = ["dossier:sign"])),
    responses(
        (status = 201, description = "The document, waiting for its content.", body = AttachmentView),
        (status = 404, description = "There is no such dossier for you.", body = Document),
        (status = 409, description = "The dossier is not being examined, nor is its result being put right.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/result-documents")]
async fn declare_result_document(id: Id<DossierId>, write: Write<NewDocument>) -> Result<Answered> {
    write
        .run(async move |conn, call, new, attempt| {
            upload::declare(conn, &call.ctx, &call.app.catalogue.load(), id.0, Addition::Result(new), attempt).await
        })
        .await
}
