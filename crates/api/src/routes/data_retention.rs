//! How long personal data is kept, and what is erased next.

use actix_web::{HttpRequest, HttpResponse, get};
use complaints::erasure::list::{self, CaseToErase, ErasureFilter};
use kernel::retention::{Rule, rules};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Parameters, page};
use crate::problem::Result;
use crate::public::Public;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_retention_rules_of_data).service(list_data_to_erase);
}

/// Every rule.
#[derive(Serialize, ToSchema)]
struct DataRetentionRules {
    #[schema(max_items = 200)]
    items: Vec<Rule>,
}

/// List how long personal data is kept
///
/// Each rule with the text that says so and how sure we are of it. Of those that fit, the first one holds. Dossiers are kept by the
/// rules of the archive: `GET /v1/archive/retention-rules`.
#[utoipa::path(operation_id = "listDataRetentionRules", tag = "personal data", security(()),
    responses((status = 200, description = "All of them.", body = DataRetentionRules,
        headers(("Cache-Control" = String, description = "How long it may be kept.")))))]
#[get("/v1/data-retention/rules")]
async fn list_retention_rules_of_data(_: Call) -> Public<DataRetentionRules> {
    Public::new(3600, DataRetentionRules { items: rules().to_vec() })
}

/// A page of what is erased next.
#[derive(Serialize, ToSchema)]
struct DataToErasePage {
    #[schema(max_items = 200)]
    items: Vec<CaseToErase>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List what is erased next
///
/// The cases that are over and whose keeping ends first, with the rule and the moment; those that are past it go within minutes. What
/// a court has, what an open case or an inspection rests on, and what belongs to somebody whose data subject request is open, is held
/// and not listed.
#[utoipa::path(operation_id = "listDataToErase", tag = "personal data", params(ErasureFilter),
    security(("oauth" = ["data:oversee"])),
    responses((status = 200, description = "A page.", body = DataToErasePage)))]
#[get("/v1/data-retention")]
async fn list_data_to_erase(
    call: Call,
    Parameters(filter): Parameters<ErasureFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("data to erase", &filter);
    let found = list::list(&mut *call.db.conn().await?, &call.ctx, call.app.cases(), &cursors, &filter).await?;
    Ok(page(request.path(), request.query_string(), &found))
}
