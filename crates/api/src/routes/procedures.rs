//! Procedures as published.

use std::sync::Arc;

use actix_web::{get, web};
use procedures::catalogue::Procedure;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::Call;
use crate::problem::{Document, Result};
use crate::public::Public;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_procedures).service(get_procedure);
}

/// The procedures in force.
#[derive(Serialize, ToSchema)]
struct ProcedureList {
    #[schema(max_items = 10000, value_type = Vec<Procedure>)]
    items: Vec<Arc<Procedure>>,
}

/// List procedures
///
/// The procedures in force today, with their cases, papers, limits and sources.
#[utoipa::path(operation_id = "listProcedures", tag = "procedures", security(()), responses(
    (status = 200, description = "The procedures in force.", body = ProcedureList, headers(("Cache-Control" = String, description = "How long it may be kept.")))
))]
#[get("/v1/procedures")]
async fn list_procedures(call: Call) -> Public<ProcedureList> {
    let items = call.app.catalogue.in_force(deadlines::vn_date(call.ctx.now)).cloned().collect();
    Public { seconds: 300, body: ProcedureList { items } }
}

/// Read a procedure
///
/// The version in force today.
#[utoipa::path(operation_id = "getProcedure", tag = "procedures", security(()),
    params(("code" = String, Path, description = "The procedure's code.", min_length = 8, max_length = 16, pattern = r"^[0-9]\.[0-9]{6}$", example = "1.013225")),
    responses(
        (status = 200, description = "The procedure.", body = Procedure, headers(("Cache-Control" = String, description = "How long it may be kept."))),
        (status = 404, description = "No procedure with this code is in force.", body = Document),
    ))]
#[get("/v1/procedures/{code}")]
async fn get_procedure(call: Call, code: web::Path<String>) -> Result<Public<Arc<Procedure>>> {
    let procedure = call.app.catalogue.find(&code, deadlines::vn_date(call.ctx.now))?;
    Ok(Public { seconds: 300, body: Arc::clone(procedure) })
}
