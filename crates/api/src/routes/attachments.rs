//! A dossier's papers: declaring them, and their content in and out.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use futures_util::StreamExt;
use kernel::files::problems::UNAVAILABLE;
use kernel::files::{Content, Expected, FilesError, MediaType, strip};
use kernel::problem::Error;
use kernel::{Actor, leaving};
use procedures::DossierId;
use procedures::attachment::{Attachment, AttachmentId, AttachmentView, NewAttachment};
use procedures::upload::{self, Addition};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::call::{Call, Id};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write, tagged};

/// The largest paper, in bytes.
pub(super) const LIMIT: u64 = 25 * 1024 * 1024;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(declare_attachment).service(upload_attachment).service(download_attachment);
}

/// Declare a paper
///
/// While the dossier is a draft or a supplement is asked for. Then upload its content to the address in `Location`.
#[utoipa::path(operation_id = "declareAttachment", tag = "dossiers", request_body = NewAttachment,
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d0000000000a")),
    security(("oauth" = ["dossier:file"]), ("oauth" = ["dossier:receive"])),
    responses(
        (status = 201, description = "The paper, waiting for its content.", body = AttachmentView),
        (status = 404, description = "There is no such dossier for you.", body = Document),
        (status = 409, description = "The dossier takes no papers now.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/attachments")]
async fn declare_attachment(id: Id<DossierId>, write: Write<NewAttachment>) -> Result<Answered> {
    write
        .run(async move |conn, call, new, attempt| {
            upload::declare(conn, &call.ctx, &call.app.catalogue.load(), id.0, Addition::Upload(new), attempt).await
        })
        .await
}

fn expected(paper: &Attachment) -> Result<Expected, Error> {
    let media_type: MediaType = paper.media_type.parse()?;
    Ok(Expected { sha256: paper.sha256, size: u64::try_from(paper.size).unwrap_or(0), media_type })
}

/// Holds the length that the sender announces against the declared one, before any of it is sent.
pub(super) fn announced(request: &HttpRequest, declared: &Expected) -> Result<(), Error> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    match length {
        Some(size) if size > LIMIT => Err(FilesError::TooLarge { size, limit: LIMIT }.into()),
        Some(received) if received > 0 && received != declared.size => {
            Err(FilesError::SizeMismatch { declared: declared.size, received }.into())
        }
        _ => Ok(()),
    }
}

/// Puts what arrives into the store, before the row says so: a file that nobody names is only waste, a row without one a lie.
///
/// # Errors
/// What arrives is not what was expected; the same content was erased elsewhere, and is just being removed.
pub(super) async fn keep(call: &Call, content: web::Payload, expected: Expected) -> Result<()> {
    if leaving::is_going(&mut *call.db.conn().await?, expected.sha256).await? {
        return Err(UNAVAILABLE.error().retry_after(1).into());
    }
    let content = content.map(|piece| piece.map_err(std::io::Error::other));
    call.app.files.put(content, expected, LIMIT).await.map_err(Error::from)?;
    Ok(())
}

/// Upload a paper's content
///
/// Exactly the declared bytes: size, SHA-256 and type are checked. Sending the same again after a lost connection is
/// harmless.
#[utoipa::path(operation_id = "uploadAttachment", tag = "dossiers",
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000009"), ("attachment_id" = AttachmentId, Path, description = "The attachment's id.", example = "019b76da-a800-7000-8000-e0000000001b")),
    request_body(content_type = "application/octet-stream", description = "The file."),
    security(("oauth" = ["dossier:file"]), ("oauth" = ["dossier:receive"]), ("oauth" = ["dossier:process"]), ("oauth" = ["dossier:sign"])),
    responses(
        (status = 200, description = "The paper, with its content stored.", body = AttachmentView),
        (status = 404, description = "There is no such attachment for you.", body = Document),
        (status = 409, description = "The dossier takes no papers now.", body = Document),
        (status = 415, description = "The content is of a type that is not taken in.", body = Document),
        (status = 422, description = "The content is not what was declared.", body = Document),
    ))]
#[put("/v1/dossiers/{id}/attachments/{attachment_id}/content")]
async fn upload_attachment(
    call: Call,
    ids: Id<(DossierId, AttachmentId)>,
    request: HttpRequest,
    content: web::Payload,
) -> Result<HttpResponse> {
    let (id, paper) = ids.0;
    let awaited = upload::awaited(&mut *call.db.conn().await?, &call.ctx, id, paper).await?;
    announced(&request, &expected(&awaited)?)?;
    keep(&call, content, expected(&awaited)?).await?;
    let Call { db, ctx, .. } = call;
    let (version, view) = db.run(async move |conn| upload::arrived(conn, &ctx, awaited).await).await?;
    Ok(tagged(version, &view))
}

/// Download a paper
///
/// The applicant gets the file as it was sent; others a copy without hidden data (EXIF, GPS, document properties).
#[utoipa::path(operation_id = "downloadAttachment", tag = "dossiers",
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000003"), ("attachment_id" = AttachmentId, Path, description = "The attachment's id.", example = "019b76da-a800-7000-8000-e00000000009")),
    security(("oauth" = ["dossier:read"])),
    responses(
        (status = 200, description = "The file.", content_type = "application/octet-stream", body = String),
        (status = 404, description = "There is no such attachment for you, or its content has not arrived.", body = Document),
        (status = 403, description = "Your role does not allow this; or hidden data cannot be removed from this file, so it is not shown to others.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/attachments/{attachment_id}/content")]
async fn download_attachment(call: Call, ids: Id<(DossierId, AttachmentId)>, _: HttpRequest) -> Result<HttpResponse> {
    let (id, paper) = ids.0;
    let paper = upload::readable(&mut *call.db.conn().await?, &call.ctx, id, paper).await?;
    send(&call, &paper).await
}

/// A file as its applicant or owner sent it; for officers without hidden data.
pub async fn send(call: &Call, paper: &Attachment) -> Result<HttpResponse> {
    let Expected { sha256, media_type, .. } = expected(paper)?;
    let content = call.app.files.get(&sha256).await.map_err(Error::from)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, media_type.as_str())).insert_header((
        header::CONTENT_DISPOSITION,
        format!("attachment; filename=\"{}.{}\"", paper.id, media_type.extension()),
    ));
    if let Actor::Citizen(_) = call.ctx.actor {
        return Ok(response.no_chunking(content.size).streaming(content.stream));
    }
    Ok(response.body(without_hidden_data(&call.app, media_type, content).await?))
}

/// A copy of a file without hidden data, for others than its sender.
pub(super) async fn without_hidden_data(app: &App, media_type: MediaType, content: Content) -> Result<Bytes, Error> {
    let _turn = app.heavy.acquire().await.map_err(|error| kernel::problem::INTERNAL.because(error))?;
    let bytes = content.read(LIMIT).await?;
    let copy =
        web::block(move || strip(media_type, bytes)).await.map_err(|error| kernel::problem::BUSY.because(error))?;
    Ok(copy?)
}
