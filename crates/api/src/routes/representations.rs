//! Representations: who may act for whom towards the city.

use actix_web::{HttpRequest, HttpResponse, get, post};
use directory::Representation;
use directory::representation::change::{self, NewRepresentation};
use directory::representation::list::{self, Filter};
use kernel::id::RepresentationId;
use procedures::request::Plain;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id, Parameters, page};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_representations)
        .service(make_representation)
        .service(get_representation)
        .service(revoke_representation);
}

/// A page of representations.
#[derive(Serialize, ToSchema)]
struct RepresentationPage {
    #[schema(max_items = 200)]
    items: Vec<Representation>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List representations
///
/// The newest first: for citizens those by which they act, those by which others act for them, and those of the organisations
/// that they represent by law; for reception those of organisations.
#[utoipa::path(operation_id = "listRepresentations", tag = "directory", params(Filter),
    security(("oauth" = ["representation:confirm"]), ("oauth" = ["dossier:file"])),
    responses((status = 200, description = "A page.", body = RepresentationPage)))]
#[get("/v1/representations")]
async fn list_representations(
    call: Call,
    Parameters(filter): Parameters<Filter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("representations", &filter);
    let body = list::list(&mut *call.db.conn().await?, &call.ctx, &cursors, &filter).await?;
    Ok(page(request.path(), request.query_string(), &body))
}

/// Let somebody act for an organisation or a person
///
/// At the counter, by reception that has checked the papers; online, by everybody for themself, or by an organisation's legal
/// representative for the organisation. Whoever acts sees the dossiers of whom they act for, in the procedures named, and does
/// in them what the applicant can: until the last day, or until it is revoked.
#[utoipa::path(operation_id = "makeRepresentation", tag = "directory", request_body = NewRepresentation,
    security(("oauth" = ["representation:confirm"]), ("oauth" = ["dossier:file"])),
    responses(
        (status = 201, description = "The representation.", body = Representation),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/representations")]
async fn make_representation(write: Write<NewRepresentation>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            change::make(conn, &call.ctx, RepresentationId::at(call.ctx.now), new, attempt).await
        })
        .await
}

/// Read a representation
///
/// Also one that has ended: timelines refer to it.
#[utoipa::path(operation_id = "getRepresentation", tag = "directory",
    security(("oauth" = ["representation:confirm"]), ("oauth" = ["dossier:file"])),
    params(("id" = RepresentationId, Path, description = "The representation's id.", example = "019b76da-a800-7000-8000-b30000000000")),
    responses(
        (status = 200, description = "The representation.", body = Representation),
        (status = 404, description = "There is none, or not for you to know.", body = Document),
    ))]
#[get("/v1/representations/{id}")]
async fn get_representation(call: Call, id: Id<RepresentationId>, request: HttpRequest) -> Result<HttpResponse> {
    let representation = list::look(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    versioned(&request, representation.version, || Ok(representation))
}

/// Revoke a representation
///
/// At the counter, or by whoever acts; a power of attorney also by whom it is for, or by the organisation's legal
/// representative. From then on nobody sees anything by it.
#[utoipa::path(operation_id = "revokeRepresentation", tag = "directory", request_body = Plain,
    security(("oauth" = ["representation:confirm"]), ("oauth" = ["dossier:file"])),
    params(("id" = RepresentationId, Path, description = "The representation's id.", example = "019b76da-a800-7000-8000-b30000000001")),
    responses(
        (status = 200, description = "The representation.", body = Representation),
        (status = 404, description = "There is none, or not for you to know.", body = Document),
        (status = 409, description = "It was revoked already.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/representations/{id}/revoke")]
async fn revoke_representation(id: Id<RepresentationId>, write: Write<Plain>) -> Result<Answered> {
    let seen = write.if_match;
    write
        .run(async move |conn, call, Plain {}, attempt| change::revoke(conn, &call.ctx, id.0, seen, attempt).await)
        .await
}
