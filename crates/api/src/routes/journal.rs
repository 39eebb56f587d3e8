//! The journal's checkpoints.

use actix_web::{HttpResponse, get};
use kernel::journal::checkpoint;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::Call;
use crate::problem::Result;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_checkpoints);
}

/// The latest checkpoints.
#[derive(Serialize, ToSchema)]
struct CheckpointList {
    /// Compact JWS, newest first: keep them elsewhere and hand them to `caunoi verify-journal --checkpoint`.
    #[schema(max_items = 100, value_type = Vec<String>)]
    items: Vec<String>,
}

/// List checkpoints
///
/// The latest signed statements of what the journal held. Whoever keeps one can prove later that nothing before it was
/// changed, removed, inserted or reordered.
#[utoipa::path(operation_id = "listCheckpoints", tag = "journal", security(("oauth" = ["journal:read"])),
    responses((status = 200, description = "Newest first.", body = CheckpointList)))]
#[get("/v1/journal/checkpoints")]
async fn list_checkpoints(call: Call) -> Result<HttpResponse> {
    let items = checkpoint::latest(&mut *call.db.conn().await?, 100).await?;
    Ok(HttpResponse::Ok().json(CheckpointList { items }))
}
