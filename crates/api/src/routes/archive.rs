//! The archive register of one's own agency.

use actix_web::{HttpRequest, HttpResponse, get, post};
use kernel::page::Page;
use procedures::archive::item::{self, ArchiveItem, ArchiveItemId, ArchiveTransfer, NewArchiveItem};
use procedures::archive::list::{self, ArchiveFilter};
use procedures::archive::{self, Fonds, FondsId, NewFonds, RetentionRule};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id, Parameters};
use crate::problem::{Document, Result};
use crate::public::Public;
use crate::write::{Answered, Write, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_retention_rules)
        .service(found_fonds)
        .service(list_fonds)
        .service(add_archive_item)
        .service(list_archive_items)
        .service(get_archive_item)
        .service(transfer_archive_item);
}

/// The retention rules.
#[derive(Serialize, ToSchema)]
struct RetentionRules {
    #[schema(max_items = 500)]
    items: Vec<RetentionRule>,
}

/// List retention rules
///
/// How long files of each kind are kept and by when they go to the archive, each with its source and how sure we are of it.
#[utoipa::path(operation_id = "listRetentionRules", tag = "archive", security(()),
    responses((status = 200, description = "All of them.", body = RetentionRules, headers(("Cache-Control" = String, description = "How long it may be kept.")))))]
#[get("/v1/archive/retention-rules")]
async fn list_retention_rules() -> Public<RetentionRules> {
    Public::new(3600, RetentionRules { items: archive::rules().to_vec() })
}

/// Begin a fonds
///
/// Of one's own agency and a period.
#[utoipa::path(operation_id = "foundFonds", tag = "archive", request_body = NewFonds, security(("oauth" = ["archive:keep"])),
    responses((status = 201, description = "The fonds.", body = Fonds)))]
#[post("/v1/archive/fonds")]
async fn found_fonds(write: Write<NewFonds>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            archive::found(conn, &call.ctx, FondsId::at(call.ctx.now), new, attempt).await
        })
        .await
}

/// The fonds of an agency.
#[derive(Serialize, ToSchema)]
struct FondsList {
    #[schema(max_items = 200)]
    items: Vec<Fonds>,
}

/// List fonds
///
/// Those of one's own agency, by period.
#[utoipa::path(operation_id = "listFonds", tag = "archive", security(("oauth" = ["archive:keep"])),
    responses((status = 200, description = "All of them.", body = FondsList)))]
#[get("/v1/archive/fonds")]
async fn list_fonds(call: Call) -> Result<HttpResponse> {
    let items = archive::fonds(&mut *call.db.conn().await?, &call.ctx).await?;
    Ok(HttpResponse::Ok().json(FondsList { items }))
}

/// Add a file
///
/// Of a finished dossier that one's own agency has decided, once; or one that is described by hand.
#[utoipa::path(operation_id = "addArchiveItem", tag = "archive", request_body = NewArchiveItem, security(("oauth" = ["archive:keep"])),
    responses(
        (status = 201, description = "The file.", body = ArchiveItem),
        (status = 404, description = "There is no such dossier for you.", body = Document),
        (status = 409, description = "The dossier is not finished, or in the register already.", body = Document),
    ))]
#[post("/v1/archive/items")]
async fn add_archive_item(write: Write<NewArchiveItem>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            let id = ArchiveItemId::at(call.ctx.now);
            item::add(conn, &call.ctx, &call.app.catalogue.load(), id, new, attempt).await
        })
        .await
}

/// A page of files.
#[derive(Serialize, ToSchema)]
struct ArchivePage {
    #[schema(max_items = 200)]
    items: Vec<ArchiveItem>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List files
///
/// The register of one's own agency; or what is due to be given to the archive, or reviewed for destruction.
#[utoipa::path(operation_id = "listArchiveItems", tag = "archive", params(ArchiveFilter), security(("oauth" = ["archive:keep"])),
    responses((status = 200, description = "A page.", body = ArchivePage)))]
#[get("/v1/archive/items")]
async fn list_archive_items(
    call: Call,
    Parameters(filter): Parameters<ArchiveFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("archive", &filter);
    let page: Page<ArchiveItem> = list::list(&mut *call.db.conn().await?, &call.ctx, &cursors, &filter).await?;
    Ok(crate::call::page(request.path(), request.query_string(), &page))
}

/// Read a file
///
/// Of one's own agency's register.
#[utoipa::path(operation_id = "getArchiveItem", tag = "archive",
    params(("id" = ArchiveItemId, Path, description = "The file's id.", example = "019b76da-a800-7000-8000-f60000000001")),
    security(("oauth" = ["archive:keep"])),
    responses(
        (status = 200, description = "The file.", body = ArchiveItem),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/archive/items/{id}")]
async fn get_archive_item(call: Call, id: Id<ArchiveItemId>, request: HttpRequest) -> Result<HttpResponse> {
    let item = item::load(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    versioned(&request, item.version, || Ok(item))
}

/// Give a file to the archive
///
/// With the day and the number of the minutes.
#[utoipa::path(operation_id = "transferArchiveItem", tag = "archive", request_body = ArchiveTransfer,
    params(("id" = ArchiveItemId, Path, description = "The file's id.", example = "019b76da-a800-7000-8000-f60000000001")),
    security(("oauth" = ["archive:keep"])),
    responses(
        (status = 200, description = "The file.", body = ArchiveItem),
        (status = 404, description = "There is none, or not for you.", body = Document),
        (status = 409, description = "It was given before.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/archive/items/{id}/transfer")]
async fn transfer_archive_item(id: Id<ArchiveItemId>, write: Write<ArchiveTransfer>) -> Result<Answered> {
    let seen = write.if_match;
    write
        .run(async move |conn, call, given, attempt| item::transfer(conn, &call.ctx, id.0, seen, given, attempt).await)
        .await
}
