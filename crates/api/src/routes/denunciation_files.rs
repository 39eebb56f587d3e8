//! What a denouncer shows: declared with the code, sent to an address of its own; read by officers as a copy, and as it came by who may
//! know who denounces.

use actix_web::http::header;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use denunciations::DenunciationId;
use denunciations::file::{self, DenouncerFile, DenouncerFileView, DenouncerUpload, FreshUpload, NewDenouncerFile};
use denunciations::identity::{self, IdentityRequestId};
use denunciations::request::Plain;
use futures_util::StreamExt;
use kernel::files::collect;
use kernel::problem::{BUSY, Error, INTERNAL};
use utoipa_actix_web::service_config::ServiceConfig;

use super::attachments::{LIMIT, announced};
use super::denunciations::is_themselves;
use crate::call::{Call, Id};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(declare_denouncer_file)
        .service(upload_denouncer_file)
        .service(download_denouncer_file)
        .service(release_denouncer_file)
        .service(open_denouncer_file);
}

/// Declare a file to a denunciation
///
/// With the code. The answer names an address that takes this one content, for an hour; neither the code nor a token goes there.
#[utoipa::path(operation_id = "declareDenouncerFile", tag = "denunciations", request_body = NewDenouncerFile, security(()),
    responses(
        (status = 201, description = "Where the content goes.", body = DenouncerUpload),
        (status = 404, description = "No denunciation has this code.", body = Document),
        (status = 409, description = "It is over, has as many files as it can, or the same request is under way.", body = Document),
        (status = 422, description = "The content breaks the schema.", body = Document),
    ))]
#[post("/v1/denouncer/files")]
async fn declare_denouncer_file(write: Write<NewDenouncerFile>) -> Result<Answered> {
    let db = write.call.apart.denunciations.clone();
    write
        .run_on(db, async |conn, call, new, attempt| {
            let now = call.ctx.now;
            file::declare(conn, now, call.app.denunciations(), FreshUpload::at(now), new, attempt).await
        })
        .await
}

/// Upload a file to a denunciation
///
/// Exactly the declared bytes: size, SHA-256 and type are checked. Sending the same again after a lost connection is harmless. It is
/// sealed as it came; officers read a copy without hidden data.
#[utoipa::path(operation_id = "uploadDenouncerFile", tag = "denunciations", security(()),
    params(("address" = String, Path, description = "From `upload_to`.", min_length = 30, max_length = 40, pattern = "^[0-9A-Z-]+$", example = "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GSF6")),
    request_body(content_type = "application/octet-stream", description = "The file."),
    responses(
        (status = 200, description = "The file, stored.", body = DenouncerFileView),
        (status = 404, description = "There is no such address, or not any more.", body = Document),
        (status = 409, description = "The denunciation is over.", body = Document),
        (status = 415, description = "The content is of a type that is not taken in.", body = Document),
        (status = 422, description = "The content is not what was declared.", body = Document),
    ))]
#[put("/v1/denouncer/uploads/{address}")]
async fn upload_denouncer_file(
    call: Call,
    address: Id<String>,
    request: HttpRequest,
    content: Payload,
) -> Result<HttpResponse> {
    let awaited = file::awaited(&mut *call.apart.denunciations.conn().await?, call.ctx.now, &address.0).await?;
    announced(&request, &awaited.expected()?)?;
    let content = content.map(|piece| piece.map_err(std::io::Error::other));
    let bytes = collect(content, awaited.expected()?, LIMIT).await.map_err(Error::from)?;
    let (apart, db) = (call.apart.clone(), call.apart.denunciations.clone());
    let stored = db.run(async move |conn| {
        let mut vault = apart.vault.conn().await?;
        file::arrived((conn, &mut vault), call.ctx.now, call.app.denunciations(), &awaited, &bytes).await
    });
    Ok(HttpResponse::Ok().json(stored.await?))
}

/// Read a file of a denunciation
///
/// A copy without hidden data (EXIF, GPS, document properties) and, of text, without what tells who denounces. Whoever decides reads it
/// first; once they have released it, whoever settles the denunciation.
#[utoipa::path(operation_id = "downloadDenouncerFile", tag = "denunciations", security(("oauth" = ["denunciation:read"])),
    params(
        ("id" = DenunciationId, Path, description = "The denunciation's id.", example = "019b76da-a800-7000-8000-c30000000022"),
        ("number" = i32, Path, description = "The file's number.", minimum = 1, maximum = 1000, example = 1),
    ),
    responses(
        (status = 200, description = "The copy.", content_type = "application/octet-stream", body = String),
        (status = 403, description = "It is not released to you; or hidden data cannot be removed from this file, so that it is shown to nobody.", body = Document),
        (status = 404, description = "There is no such file for you.", body = Document),
    ))]
#[get("/v1/denunciations/{id}/files/{number}/content")]
async fn download_denouncer_file(call: Call, ids: Id<(DenunciationId, i32)>, _: HttpRequest) -> Result<HttpResponse> {
    let (id, number) = ids.0;
    let found = file::readable(&mut *call.apart.denunciations.conn().await?, &call.ctx, id, number).await?;
    let _turn = call.app.heavy.acquire().await.map_err(|error| INTERNAL.because(error))?;
    let mut vault = call.apart.vault.conn().await?;
    let (content, secrets) = file::for_copy(&mut vault, call.app.denunciations(), &found).await?;
    drop(vault);
    let (_, found) = found;
    let media_type = found.expected()?.media_type;
    let copy = web::block(move || file::copy(media_type, content, &secrets)).await;
    let copy = copy.map_err(|error| BUSY.because(error))?.map_err(Error::from)?;
    sent(&found, copy)
}

/// Under its number: its name was never asked for.
fn sent(file: &DenouncerFile, content: Vec<u8>) -> Result<HttpResponse> {
    let media_type = file.expected()?.media_type;
    let name = format!("attachment; filename=\"tep-{}.{}\"", file.number, media_type.extension());
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, media_type.as_str()));
    Ok(response.insert_header((header::CONTENT_DISPOSITION, name)).body(content))
}

/// Show a file of a denunciation to whoever settles it
///
/// By somebody who decides, and has looked whether it tells who denounces.
#[utoipa::path(operation_id = "releaseDenouncerFile", tag = "denunciations",
    request_body(content = Plain, example = json!({})), security(("oauth" = ["denunciation:decide"])),
    params(
        ("id" = DenunciationId, Path, description = "The denunciation's id.", example = "019b76da-a800-7000-8000-c30000000021"),
        ("number" = i32, Path, description = "The file's number.", minimum = 1, maximum = 1000, example = 1),
    ),
    responses(
        (status = 200, description = "The file, released.", body = DenouncerFileView),
        (status = 403, description = "Your role does not allow this, or another agency has it.", body = Document),
        (status = 404, description = "There is no such file for you.", body = Document),
        (status = 409, description = "The same request is under way.", body = Document),
    ))]
#[post("/v1/denunciations/{id}/files/{number}/release")]
async fn release_denouncer_file(ids: Id<(DenunciationId, i32)>, write: Write<Plain>) -> Result<Answered> {
    let db = write.call.apart.denunciations.clone();
    write
        .run_on(db, async move |conn, call, Plain {}, attempt| {
            file::release(conn, &call.ctx, call.app.denunciations(), ids.0, attempt).await
        })
        .await
}

/// Read a file of a denunciation as it came
///
/// By whoever has asked to know who denounces, while that is allowed. The journal is told first, each time.
#[utoipa::path(operation_id = "openDenouncerFile", tag = "denunciations", security(("oauth" = ["identity:open"])),
    params(
        ("id" = DenunciationId, Path, description = "The denunciation's id.", example = "019b76da-a800-7000-8000-c30000000019"),
        ("request_id" = IdentityRequestId, Path, description = "The request's id.", example = "019b76da-a800-7000-8000-c40000000019"),
        ("number" = i32, Path, description = "The file's number.", minimum = 1, maximum = 1000, example = 1),
    ),
    responses(
        (status = 200, description = "The file.", content_type = "application/octet-stream", body = String),
        (status = 403, description = "Your role does not allow this, or you have not asked.", body = Document),
        (status = 404, description = "There is no such request or file for you.", body = Document),
        (status = 409, description = "It is not allowed, or not any more.", body = Document),
    ))]
#[post("/v1/denunciations/{id}/identity-requests/{request_id}/files/{number}/open")]
async fn open_denouncer_file(call: Call, ids: Id<(DenunciationId, IdentityRequestId, i32)>) -> Result<HttpResponse> {
    let (apart, db) = (call.apart.clone(), call.apart.denunciations.clone());
    is_themselves(&call).await?;
    let opened = db.run(async move |conn| {
        let mut vault = apart.vault.conn().await?;
        identity::open_file((conn, &mut vault), &call.ctx, call.app.denunciations(), ids.0).await
    });
    let (file, content) = opened.await?;
    sent(&file, content)
}
