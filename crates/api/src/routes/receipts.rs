//! Receipts that bind.

use actix_web::{get, post, web};
use procedures::DossierId;
use procedures::receipt::{self, Presented, SignedReceipt};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::call::{Call, Id};
use crate::problem::{Document, Result};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_receipts).service(verify_receipt);
}

/// The receipts of a dossier.
#[derive(Serialize, ToSchema)]
struct ReceiptList {
    #[schema(max_items = 100)]
    items: Vec<SignedReceipt>,
}

/// List a dossier's receipts
///
/// What was filed and what was promised, signed at that moment: for each submission, and for the acceptance. Keep the JWS: it
/// can be checked with the keys at `/.well-known/jwks.json` by anybody, without this server.
#[utoipa::path(operation_id = "listReceipts", tag = "dossiers", security(("oauth" = ["dossier:read"])),
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000003")),
    responses(
        (status = 200, description = "The receipts, oldest first.", body = ReceiptList),
        (status = 404, description = "There is no such dossier, or not for you.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/receipts")]
async fn list_receipts(call: Call, id: Id<DossierId>) -> Result<web::Json<ReceiptList>> {
    let items = receipt::receipts(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    Ok(web::Json(ReceiptList { items }))
}

/// Verify a receipt
///
/// Whether this installation signed it, and what it says. Nothing is looked up: the receipt speaks for itself.
#[utoipa::path(operation_id = "verifyReceipt", tag = "dossiers", request_body = Presented, security(()),
    responses(
        (status = 200, description = "It is ours.", body = SignedReceipt),
        (status = 422, description = "It is not ours, or was changed.", body = Document),
    ))]
#[post("/v1/receipts/verify")]
async fn verify_receipt(call: Call, presented: Body<Presented>) -> Result<web::Json<SignedReceipt>> {
    Ok(web::Json(receipt::check(call.app.settings.keys.public(), &presented.0)?))
}
