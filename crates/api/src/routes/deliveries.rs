//! How results were handed over.

use actix_web::{get, web};
use procedures::DossierId;
use procedures::delivery::{self, Delivery};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id};
use crate::problem::{Document, Result};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_delivery);
}

/// Read how a result was handed over
///
/// At the counter, by post or online; to whom, under which authorisation, and whether they have signed; by post under which
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
