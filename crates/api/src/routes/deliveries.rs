//! How results were handed over, and the papers of what has none.

use actix_web::{get, post, web};
use procedures::DossierId;
use procedures::delivery::{self, Delivery, NewDelivery};
use procedures::handing_back::hand_back;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_delivery).service(return_dossier_papers);
}

/// Read how a result was handed over
///
/// Or how the papers went back of a dossier that ended without one. At the counter, by post or online; to whom, under which authorisation, and whether they have signed; by post under which
/// number.
#[utoipa::path(operation_id = "getDelivery", tag = "dossiers", security(("oauth" = ["dossier:read"])),
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000026")),
    responses(
        (status = 200, description = "The delivery.", body = Delivery),
        (status = 404, description = "There is no such dossier for you, or nothing is recorded of its delivery.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/delivery")]
async fn get_delivery(call: Call, id: Id<DossierId>) -> Result<web::Json<Delivery>> {
    Ok(web::Json(delivery::delivery(&mut *call.db.conn().await?, &call.ctx, id.0).await?))
}

/// Hand papers back
///
/// Those of a dossier that was refused at intake, withdrawn or stopped. Reception says how, to whom, and what became of the
/// originals, once.
#[utoipa::path(operation_id = "returnDossierPapers", tag = "dossiers", request_body = NewDelivery, security(("oauth" = ["dossier:receive"])),
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d0000000002a")),
    responses(
        (status = 201, description = "The delivery.", body = Delivery),
        (status = 404, description = "There is none, or not for you.", body = Document),
        (status = 409, description = "It is under way or has a result, as `state` says; or that they went back is recorded already.", body = Document),
        (status = 412, description = "The dossier has changed since the version in If-Match.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/return-papers")]
async fn return_dossier_papers(id: Id<DossierId>, write: Write<NewDelivery>) -> Result<Answered> {
    change!(write, id.0, |conn, call, given, target, world| hand_back(conn, &call.ctx, world, target, given))
}
