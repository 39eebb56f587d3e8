//! How long personal data is kept, and what is erased next.

use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{DateTime, Utc};
use complaints::erasure;
use complaints::erasure::list::{self, CaseToErase, ErasureFilter};
use kernel::retention::{Due, Rule, rules};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Parameters, page};
use crate::problem::Result;
use crate::public::Public;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_retention_rules_of_data).service(count_data_to_erase).service(list_data_to_erase);
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

/// Until when.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UntilWhen {
    /// A moment (RFC 3339); now when absent.
    #[param(inline, example = "2027-09-01T00:00:00Z")]
    until: Option<DateTime<Utc>>,
}

/// How much of everything that goes.
#[derive(Serialize, ToSchema)]
struct DataDueCounts {
    /// As the rules are listed.
    #[schema(max_items = 200)]
    items: Vec<Due>,
}

/// Count what is erased until a moment
///
/// A dry run: nothing goes. By each rule, how much would be past its time by then and held by nothing else, as things stand now: cases,
/// letters and dossiers that were never sent, appointments, representations, accounts that nobody uses, denunciations with who denounced, the record of
/// who has read identities.
#[utoipa::path(operation_id = "countDataToErase", tag = "personal data", params(UntilWhen),
    security(("oauth" = ["data:oversee"])),
    responses((status = 200, description = "By each rule.", body = DataDueCounts)))]
#[get("/v1/data-retention/counts")]
async fn count_data_to_erase(call: Call, Parameters(asked): Parameters<UntilWhen>) -> Result<HttpResponse> {
    let until = asked.until.unwrap_or(call.ctx.now);
    let conn = &mut *call.db.conn().await?;
    let mut items = erasure::count(conn, &call.ctx, call.app.cases(), until).await?;
    items.extend(procedures::erasure::count(conn, &call.ctx, until).await?);
    items.extend(procedures::appointment::erasure::count(conn, until).await?);
    items.extend(directory::representation::erasure::count(conn, until).await?);
    items.extend(directory::erasure::count(conn, until).await?);
    let apart = &mut *call.apart.denunciations.conn().await?;
    items.extend(denunciations::erasure::count(apart, &call.ctx, until).await?);
    items.extend(privacy::access::count(conn, until).await?);
    Ok(HttpResponse::Ok().json(DataDueCounts { items }))
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
/// and not listed; of what grew out of one letter it is what is kept longest, with which the rest goes.
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
