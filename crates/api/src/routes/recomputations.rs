//! Deadlines computed anew when a calendar has changed.

use actix_web::{HttpResponse, get, post};
use procedures::recomputation::{self, NewRecomputation, RecomputationId, View};
use procedures::request::Plain;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(create_recomputation).service(get_recomputation).service(carry_out_recomputation);
}

/// Order a dry run
///
/// Looks at every dossier under way and counts what another version of the calendar would make of its deadline. Nothing
/// is moved before the second order.
#[utoipa::path(operation_id = "createRecomputation", tag = "deadlines", request_body = NewRecomputation,
    security(("oauth" = ["deadline:recompute"])),
    responses(
        (status = 201, description = "Ordered; it goes on by itself.", body = View),
        (status = 422, description = "The content breaks the schema, or there is no such calendar.", body = Document),
    ))]
#[post("/v1/deadline-recomputations")]
async fn create_recomputation(write: Write<NewRecomputation>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            let id = RecomputationId::at(call.ctx.now);
            recomputation::order(conn, &call.ctx, &call.app.rules, id, new, attempt).await
        })
        .await
}

/// Read a recomputation
///
/// How far it is and what it has found.
#[utoipa::path(operation_id = "getRecomputation", tag = "deadlines",
    params(("id" = RecomputationId, Path, description = "The recomputation's id.", example = "019b76da-a800-7000-8000-f00000000001")),
    security(("oauth" = ["deadline:recompute"])),
    responses(
        (status = 200, description = "The recomputation.", body = View),
        (status = 404, description = "There is none.", body = Document),
    ))]
#[get("/v1/deadline-recomputations/{id}")]
async fn get_recomputation(call: Call, id: Id<RecomputationId>) -> Result<HttpResponse> {
    let view = recomputation::read(&mut *call.db.conn().await?, id.0).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Carry a recomputation out
///
/// Moves the deadlines that the other calendar makes later, and tells their citizens why. A date is never moved to an
/// earlier one, and the date first printed stays as it is.
#[utoipa::path(operation_id = "carryOutRecomputation", tag = "deadlines", request_body = Plain,
    params(("id" = RecomputationId, Path, description = "The recomputation's id.", example = "019b76da-a800-7000-8000-f00000000001")),
    security(("oauth" = ["deadline:recompute"])),
    responses(
        (status = 200, description = "Ordered; it goes on by itself.", body = View),
        (status = 404, description = "There is none.", body = Document),
        (status = 409, description = "The dry run is not through, or it was ordered before.", body = Document),
    ))]
#[post("/v1/deadline-recomputations/{id}/carry-out")]
async fn carry_out_recomputation(id: Id<RecomputationId>, write: Write<Plain>) -> Result<Answered> {
    write
        .run(async move |conn, call, Plain {}, attempt| recomputation::carry_out(conn, &call.ctx, id.0, attempt).await)
        .await
}
