//! Who has read whose identity.

use actix_web::{HttpRequest, HttpResponse, get};
use complaints::accused::barring;
use privacy::access::{self, AccessFilter, DataAccess, OwnAccesses};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::consents::oneself;
use crate::call::{Call, Parameters, page};
use crate::problem::Result;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_own_accesses).service(list_data_accesses);
}

/// A page of accesses.
#[derive(Serialize, ToSchema)]
struct DataAccessPage {
    #[schema(max_items = 200)]
    items: Vec<DataAccess>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List who has read your identity
///
/// The last one first: which agency, when, and through what. Several reads of one thing by one officer in one hour are one. Who the
/// officer was, data protection knows: ask with a data subject request.
#[utoipa::path(operation_id = "listOwnAccesses", tag = "personal data", params(OwnAccesses),
    security(("oauth" = ["data:own"])),
    responses((status = 200, description = "A page.", body = DataAccessPage)))]
#[get("/v1/me/accesses")]
async fn list_own_accesses(
    call: Call,
    Parameters(filter): Parameters<OwnAccesses>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("own accesses", &filter);
    let found = access::own(&mut *call.db.conn().await?, oneself(&call)?, &cursors, &filter).await?;
    Ok(page(request.path(), request.query_string(), &found))
}

/// List who has read somebody's identity
///
/// With the officers, the last one first: for data protection. That you have read it is noted with the rest, and they see it.
#[utoipa::path(operation_id = "listDataAccesses", tag = "personal data", params(AccessFilter),
    security(("oauth" = ["data:oversee"])),
    responses((status = 200, description = "A page.", body = DataAccessPage)))]
#[get("/v1/data-accesses")]
async fn list_data_accesses(
    call: Call,
    Parameters(filter): Parameters<AccessFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("data accesses", &filter);
    let mut conn = call.db.conn().await?;
    let mut found = access::list(&mut conn, &call.ctx, &cursors, &filter).await?;
    // A page may so be shorter than was asked for; whoever is accused is not told how much was left out.
    let named: Vec<Uuid> = found.items.iter().map(|access| access.entity_id).collect();
    let accusing = barring(&mut conn, &call.ctx, &named).await?;
    found.items.retain(|access| !accusing.contains(&access.entity_id));
    Ok(page(request.path(), request.query_string(), &found))
}
