//! Files of a case: declaring them, and their content in and out.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use complaints::CaseId;
use complaints::paper::{self, CaseFile, CaseFileId, CaseFileView, NewCaseFile};
use kernel::Actor;
use kernel::files::{Expected, MediaType};
use kernel::problem::Error;
use utoipa_actix_web::service_config::ServiceConfig;

use super::attachments::{announced, keep, without_hidden_data};
use crate::call::{Call, Id};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write, tagged};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(declare_case_file).service(upload_case_file).service(download_case_file);
}

/// Declare a file of a case
///
/// By its sender, or reception for them, while it is a draft or a supplement is asked for; by officers while they work on it. Then
/// upload its content to the address in `Location`.
#[utoipa::path(operation_id = "declareCaseFile", tag = "cases", request_body = NewCaseFile,
    params(("id" = CaseId, Path, description = "The case's id.", example = "019b76da-a800-7000-8000-c00000000025")),
    security(("oauth" = ["case:file"]), ("oauth" = ["case:receive"]), ("oauth" = ["case:process"]), ("oauth" = ["case:decide"]), ("oauth" = ["case:recommend"]), ("oauth" = ["case:protect-data"])),
    responses(
        (status = 201, description = "The file, waiting for its content.", body = CaseFileView),
        (status = 404, description = "There is no such case for you.", body = Document),
        (status = 409, description = "The case takes no files now.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/cases/{id}/files")]
async fn declare_case_file(id: Id<CaseId>, write: Write<NewCaseFile>) -> Result<Answered> {
    write
        .run(async move |conn, call, new, attempt| {
            paper::declare(conn, &call.ctx, call.app.cases(), id.0, new, attempt).await
        })
        .await
}

fn expected(file: &CaseFile) -> Result<Expected, Error> {
    let media_type: MediaType = file.media_type.parse()?;
    Ok(Expected { sha256: file.sha256, size: u64::try_from(file.size).unwrap_or(0), media_type })
}

/// Upload the content of a case's file
///
/// Exactly the declared bytes: size, SHA-256 and type are checked. Sending the same again after a lost connection is
/// harmless.
#[utoipa::path(operation_id = "uploadCaseFile", tag = "cases",
    params(("id" = CaseId, Path, description = "The case's id.", example = "019b76da-a800-7000-8000-c00000000025"), ("file_id" = CaseFileId, Path, description = "The file's id.", example = "019b76da-a800-7000-8000-c20000000025")),
    request_body(content_type = "application/octet-stream", description = "The file."),
    security(("oauth" = ["case:file"]), ("oauth" = ["case:receive"]), ("oauth" = ["case:process"]), ("oauth" = ["case:decide"]), ("oauth" = ["case:recommend"]), ("oauth" = ["case:protect-data"])),
    responses(
        (status = 200, description = "The file, with its content stored.", body = CaseFileView),
        (status = 404, description = "There is no such file for you.", body = Document),
        (status = 409, description = "The case takes no files now.", body = Document),
        (status = 415, description = "The content is of a type that is not taken in.", body = Document),
        (status = 422, description = "The content is not what was declared.", body = Document),
    ))]
#[put("/v1/cases/{id}/files/{file_id}/content")]
async fn upload_case_file(
    call: Call,
    ids: Id<(CaseId, CaseFileId)>,
    request: HttpRequest,
    content: web::Payload,
) -> Result<HttpResponse> {
    let (id, file) = ids.0;
    let awaited = paper::awaited(&mut *call.db.conn().await?, &call.ctx, call.app.cases(), id, file).await?;
    announced(&request, &expected(&awaited)?)?;
    keep(&call, content, expected(&awaited)?).await?;
    let Call { db, ctx, app, .. } = call;
    let (version, view) = db.run(async move |conn| paper::arrived(conn, &ctx, app.cases(), awaited).await).await?;
    Ok(tagged(version, &view))
}

/// Download a file of a case
///
/// The sender gets the file as it was sent; others a copy without hidden data (EXIF, GPS, document properties).
#[utoipa::path(operation_id = "downloadCaseFile", tag = "cases",
    params(("id" = CaseId, Path, description = "The case's id.", example = "019b76da-a800-7000-8000-c00000000001"), ("file_id" = CaseFileId, Path, description = "The file's id.", example = "019b76da-a800-7000-8000-c20000000001")),
    security(("oauth" = ["case:read"])),
    responses(
        (status = 200, description = "The file.", content_type = "application/octet-stream", body = String),
        (status = 404, description = "There is no such file for you, or its content has not arrived.", body = Document),
        (status = 403, description = "Your role does not allow this; or hidden data cannot be removed from this file, so it is not shown to others.", body = Document),
    ))]
#[get("/v1/cases/{id}/files/{file_id}/content")]
async fn download_case_file(call: Call, ids: Id<(CaseId, CaseFileId)>, _: HttpRequest) -> Result<HttpResponse> {
    let (id, file) = ids.0;
    let file = paper::readable(&mut *call.db.conn().await?, &call.ctx, call.app.cases(), id, file).await?;
    let Expected { sha256, media_type, .. } = expected(&file)?;
    let content = call.app.files.get(&sha256).await.map_err(Error::from)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, media_type.as_str())).insert_header((
        header::CONTENT_DISPOSITION,
        format!("attachment; filename=\"{}.{}\"", file.id, media_type.extension()),
    ));
    if let Actor::Citizen(_) = call.ctx.actor {
        return Ok(response.no_chunking(content.size).streaming(content.stream));
    }
    Ok(response.body(without_hidden_data(&call.app, media_type, content).await?))
}
