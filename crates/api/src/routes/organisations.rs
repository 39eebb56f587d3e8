//! Organisations that deal with the city.

use actix_web::{HttpRequest, HttpResponse, get, post, put};
use directory::organisation::change;
use directory::organisation::list::{self, Filter};
use directory::{Organisation, OrganisationContent};
use kernel::id::OrganisationId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id, Parameters, page};
use crate::problem::{Document, Result};
use crate::write::{Answered, Replace, Write, tagged, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_organisations)
        .service(register_organisation)
        .service(get_organisation)
        .service(replace_organisation);
}

/// A page of organisations.
#[derive(Serialize, ToSchema)]
struct OrganisationPage {
    #[schema(max_items = 200)]
    items: Vec<Organisation>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List organisations
///
/// For reception all of them, by number; for citizens those that they act for today.
#[utoipa::path(operation_id = "listOrganisations", tag = "directory", params(Filter),
    security(("oauth" = ["representation:confirm"]), ("oauth" = ["dossier:file"])),
    responses((status = 200, description = "A page.", body = OrganisationPage)))]
#[get("/v1/organisations")]
async fn list_organisations(
    call: Call,
    Parameters(filter): Parameters<Filter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("organisations", &filter);
    let body = list::list(&mut *call.db.conn().await?, &call.ctx, &cursors, &filter).await?;
    Ok(page(request.path(), request.query_string(), &body))
}

/// Register an organisation
///
/// At the counter, from its papers. Who acts for it is confirmed with `POST /v1/representations`.
#[utoipa::path(operation_id = "registerOrganisation", tag = "directory", request_body = OrganisationContent,
    security(("oauth" = ["representation:confirm"])),
    responses(
        (status = 201, description = "The organisation.", body = Organisation),
        (status = 409, description = "The number is registered already, or the same request is under way.", body = Document),
    ))]
#[post("/v1/organisations")]
async fn register_organisation(write: Write<OrganisationContent>) -> Result<Answered> {
    write
        .run(async |conn, call, content, attempt| {
            change::register(conn, &call.ctx, OrganisationId::at(call.ctx.now), content, attempt).await
        })
        .await
}

/// Read an organisation
///
/// As it is registered now; a dossier holds the name and number of when it was filed.
#[utoipa::path(operation_id = "getOrganisation", tag = "directory",
    security(("oauth" = ["representation:confirm"]), ("oauth" = ["dossier:file"])),
    params(("id" = OrganisationId, Path, description = "The organisation's id.", example = "019b76da-a800-7000-8000-b20000000000")),
    responses(
        (status = 200, description = "The organisation.", body = Organisation),
        (status = 404, description = "There is none, or not for you to know.", body = Document),
    ))]
#[get("/v1/organisations/{id}")]
async fn get_organisation(call: Call, id: Id<OrganisationId>, request: HttpRequest) -> Result<HttpResponse> {
    let organisation = list::read(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    versioned(&request, organisation.version, || Ok(organisation))
}

/// Change an organisation
///
/// Makes it what the body says, whole. Dossiers keep the name that they were filed under.
#[utoipa::path(operation_id = "replaceOrganisation", tag = "directory", request_body = OrganisationContent,
    security(("oauth" = ["representation:confirm"])),
    params(("id" = OrganisationId, Path, description = "The organisation's id.", example = "019b76da-a800-7000-8000-b20000000001")),
    responses(
        (status = 200, description = "The organisation.", body = Organisation),
        (status = 404, description = "There is none.", body = Document),
        (status = 409, description = "The number is another organisation's.", body = Document),
    ))]
#[put("/v1/organisations/{id}")]
async fn replace_organisation(id: Id<OrganisationId>, replace: Replace<OrganisationContent>) -> Result<HttpResponse> {
    let Replace { call, input, seen } = replace;
    let db = call.db.clone();
    let organisation = db.run(async move |conn| change::replace(conn, &call.ctx, id.0, seen, input).await).await?;
    Ok(tagged(organisation.version, &organisation))
}
