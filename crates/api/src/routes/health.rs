//! Whether the server lives, and whether it can serve.

use actix_web::{HttpResponse, get};
use diesel_async::SimpleAsyncConnection;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::Call;
use crate::problem::Result;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(live).service(ready);
}

/// The server's health.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ok"}))]
struct Health {
    #[schema(max_length = 10)]
    status: &'static str,
}

/// Is the process alive?
///
/// Answers as long as the process runs; it asks nothing of the database.
#[utoipa::path(operation_id = "getLiveness", tag = "operations", security(()), responses((status = 200, description = "The process runs.", body = Health)))]
#[get("/health/live")]
async fn live() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Can the server serve?
///
/// 200 when the database answers; 503 while it does not.
#[utoipa::path(operation_id = "getReadiness", tag = "operations", security(()), responses((status = 200, description = "Requests can be served.", body = Health)))]
#[get("/health/ready")]
async fn ready(call: Call) -> Result<HttpResponse> {
    let mut conn = call.db.conn().await?;
    conn.batch_execute("SELECT").await.map_err(kernel::Error::from)?;
    Ok(HttpResponse::Ok().json(Health { status: "ok" }))
}
