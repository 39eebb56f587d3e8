//! The journal's checkpoints.

use actix_web::{HttpResponse, get};
use kernel::journal::checkpoint;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::Call;
use crate::problem::Result;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_checkpoints);
}

/// The latest checkpoints.
#[derive(Serialize, ToSchema)]
struct CheckpointList {
    #[schema(schema_with = signed)]
    items: Vec<String>,
}

fn signed() -> Array {
    let one = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(2000))
        .pattern(Some(r"^[\w-]+\.[\w-]+\.[\w-]+$"));
    let words = "Compact JWS, newest first: keep them elsewhere and hand them to `caunoi verify-journal --checkpoint`.";
    ArrayBuilder::new().items(one).max_items(Some(100)).description(Some(words)).build()
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
