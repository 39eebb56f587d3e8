//! For what personal data is used, and what citizens agree to.

use actix_web::{get, post, web};
use kernel::Actor;
use kernel::id::CitizenId;
use privacy::consent::{self, Consent, NewConsent};
use privacy::purpose::{Purpose, purposes};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::Call;
use crate::problem::{Document, Result};
use crate::public::Public;
use crate::write::{Answered, Write};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_data_purposes).service(list_consents).service(say_consent);
}

/// The citizen who asks about themself: nobody else gets past the gate.
pub(super) fn oneself(call: &Call) -> kernel::Result<CitizenId> {
    match call.ctx.actor {
        Actor::Citizen(id) => Ok(id),
        _ => Err(kernel::problem::NOT_FOUND.error()),
    }
}

/// Every purpose.
#[derive(Serialize, ToSchema)]
struct DataPurposes {
    #[schema(max_items = 100)]
    items: Vec<Purpose>,
}

/// List what personal data is used for
///
/// Each purpose with the ground on which it rests, what it takes, how long that is kept, and the text that says so with how sure we
/// are of it. Settling cases and dossiers is a duty under the law; only what rests on `consent` asks for it.
#[utoipa::path(operation_id = "listDataPurposes", tag = "personal data", security(()),
    responses((status = 200, description = "All of them.", body = DataPurposes,
        headers(("Cache-Control" = String, description = "How long it may be kept.")))))]
#[get("/v1/data-purposes")]
async fn list_data_purposes(_: Call) -> Public<DataPurposes> {
    Public::new(3600, DataPurposes { items: purposes().to_vec() })
}

/// What a citizen has said.
#[derive(Serialize, ToSchema)]
struct Consents {
    #[schema(max_items = 100)]
    items: Vec<Consent>,
}

/// List what you have agreed to
///
/// By purpose: whether it holds now, and each time that you gave it or withdrew it. What is not there was never agreed to.
#[utoipa::path(operation_id = "listConsents", tag = "personal data", security(("oauth" = ["data:own"])),
    responses((status = 200, description = "All of them.", body = Consents)))]
#[get("/v1/me/consents")]
async fn list_consents(call: Call) -> Result<web::Json<Consents>> {
    let items = consent::said(&mut *call.db.conn().await?, oneself(&call)?).await?;
    Ok(web::Json(Consents { items }))
}

/// Agree to a purpose, or withdraw
///
/// Explicitly, and to the words that were shown. Withdrawing is as easy as agreeing, and changes nothing in how you are served.
/// Each time is kept as proof.
#[utoipa::path(operation_id = "sayConsent", tag = "personal data", request_body = NewConsent,
    security(("oauth" = ["data:own"])),
    responses(
        (status = 201, description = "How it stands now, with what was just said.", body = Consent),
        (status = 409, description = "It stands so already.", body = Document),
        (status = 422, description = "The purpose does not rest on consent (`detail` says on what), or the words are not those of now.", body = Document),
    ))]
#[post("/v1/me/consents")]
async fn say_consent(write: Write<NewConsent>) -> Result<Answered> {
    write.run(async |conn, call, new, attempt| consent::say(conn, &call.ctx, oneself(call)?, new, attempt).await).await
}
