//! Dossiers of other systems, and the imports that brought them.

use actix_web::{HttpRequest, HttpResponse, get};
use procedures::import::dossier::{self, Filter, Line};
use procedures::import::{self, ImportId, View};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id, Parameters};
use crate::problem::{Document, Result};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_external_dossiers).service(get_import);
}

/// A page of dossiers that were handled elsewhere.
#[derive(Serialize, ToSchema)]
struct ExternalDossierPage {
    #[schema(max_items = 200)]
    items: Vec<Line>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List imported dossiers
///
/// What `caunoi import` has read from the logs of other systems, by source and name, each with its own start, deadline
/// and end. Whoever shows results from `coselog_receipt` cites: CoSeLoG, "Receipt phase of an environmental permit
/// application process", J. Buijs, 4TU.ResearchData.
#[utoipa::path(operation_id = "listExternalDossiers", tag = "dossiers", params(Filter),
    security(("oauth" = ["dossier:oversee"])),
    responses((status = 200, description = "A page.", body = ExternalDossierPage)))]
#[get("/v1/external-dossiers")]
async fn list_external_dossiers(
    call: Call,
    Parameters(filter): Parameters<Filter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("external dossiers", &filter);
    let page = dossier::list(&mut *call.db.conn().await?, &call.ctx, &cursors, &filter).await?;
    Ok(crate::call::page(request.path(), request.query_string(), &page))
}

/// Read an import
///
/// How far it is, what it has found, and what could not be mapped.
#[utoipa::path(operation_id = "getImport", tag = "dossiers",
    params(("id" = ImportId, Path, description = "The import's id.", example = "019b76da-a800-7000-8000-f10000000001")),
    security(("oauth" = ["dossier:oversee"])),
    responses(
        (status = 200, description = "The import.", body = View),
        (status = 404, description = "There is none.", body = Document),
    ))]
#[get("/v1/imports/{id}")]
async fn get_import(call: Call, id: Id<ImportId>) -> Result<HttpResponse> {
    let view = import::read(&mut *call.db.conn().await?, id.0).await?;
    Ok(HttpResponse::Ok().json(view))
}
