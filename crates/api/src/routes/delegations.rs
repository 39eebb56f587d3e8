//! Delegations: who stands in for whom.

use actix_web::{HttpRequest, HttpResponse, get, post};
use directory::delegation::Delegation;
use directory::delegation::change::{self, NewDelegation};
use directory::delegation::list::{self, Filter};
use kernel::id::DelegationId;
use procedures::request::Plain;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id, Parameters, page};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_delegations).service(make_delegation).service(get_delegation).service(revoke_delegation);
}

/// A page of delegations.
#[derive(Serialize, ToSchema)]
struct DelegationPage {
    #[schema(max_items = 200)]
    items: Vec<Delegation>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List delegations
///
/// Those of one's own agency, or of all that one looks after or oversees; the newest first. With `at`, those in force then.
#[utoipa::path(operation_id = "listDelegations", tag = "directory", security(("oauth" = ["staff:read"])), params(Filter),
    responses((status = 200, description = "A page.", body = DelegationPage)))]
#[get("/v1/delegations")]
async fn list_delegations(
    call: Call,
    Parameters(filter): Parameters<Filter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("delegations", &filter);
    let agencies = call.app.agencies.load();
    let body = list::list(&mut *call.db.conn().await?, &call.ctx, &agencies, &cursors, &filter).await?;
    Ok(page(request.path(), request.query_string(), &body))
}

/// Make a delegation
///
/// Lends a colleague of the same agency what one may oneself; or, for the head of the agency, names a deputy for one of its
/// staff. Effective with the delegate's next token, ten minutes at most. It ends after its last day or when it is revoked,
/// and is never more than the delegator may at the time. What the delegate does under it is told so in the journal.
#[utoipa::path(operation_id = "makeDelegation", tag = "directory", request_body = NewDelegation,
    security(("oauth" = ["staff:delegate"]), ("oauth" = ["staff:name-deputies"])),
    responses(
        (status = 201, description = "The delegation.", body = Delegation),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/delegations")]
async fn make_delegation(write: Write<NewDelegation>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            change::make(conn, &call.ctx, DelegationId::at(call.ctx.now), new, attempt).await
        })
        .await
}

/// Read a delegation
///
/// Also one that has ended: timelines refer to it.
#[utoipa::path(operation_id = "getDelegation", tag = "directory", security(("oauth" = ["staff:read"])),
    params(("id" = DelegationId, Path, description = "The delegation's id.", example = "019b76da-a800-7000-8000-b10000000000")),
    responses(
        (status = 200, description = "The delegation.", body = Delegation),
        (status = 404, description = "There is none, or not for you to know.", body = Document),
    ))]
#[get("/v1/delegations/{id}")]
async fn get_delegation(call: Call, id: Id<DelegationId>, request: HttpRequest) -> Result<HttpResponse> {
    let agencies = call.app.agencies.load();
    let delegation = list::read(&mut *call.db.conn().await?, &call.ctx, &agencies, id.0).await?;
    versioned(&request, delegation.version, || Ok(delegation))
}

/// Revoke a delegation
///
/// By whoever lends, whoever made it, or the head of the agency. A token that was given out lives for ten minutes at most.
#[utoipa::path(operation_id = "revokeDelegation", tag = "directory", request_body = Plain,
    security(("oauth" = ["staff:delegate"]), ("oauth" = ["staff:name-deputies"])),
    params(("id" = DelegationId, Path, description = "The delegation's id.", example = "019b76da-a800-7000-8000-b10000000001")),
    responses(
        (status = 200, description = "The delegation.", body = Delegation),
        (status = 404, description = "There is none, or not for you to know.", body = Document),
        (status = 409, description = "It has ended already.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/delegations/{id}/revoke")]
async fn revoke_delegation(id: Id<DelegationId>, write: Write<Plain>) -> Result<Answered> {
    let seen = write.if_match;
    write
        .run(async move |conn, call, Plain {}, attempt| {
            let agencies = call.app.agencies.load_full();
            change::revoke(conn, &call.ctx, &agencies, id.0, seen, attempt).await
        })
        .await
}
