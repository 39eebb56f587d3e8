//! Agencies.

use actix_web::get;
use directory::Agency;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::Call;
use crate::public::Public;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_agencies);
}

/// The agencies of the city.
#[derive(Serialize, ToSchema)]
struct AgencyList {
    #[schema(max_items = 10000)]
    items: Vec<Agency>,
}

/// List agencies
///
/// The city's agencies: where dossiers can be filed, and the names behind agency ids.
#[utoipa::path(operation_id = "listAgencies", tag = "directory", security(()), responses(
    (status = 200, description = "The agencies.", body = AgencyList, headers(("Cache-Control" = String, description = "How long it may be kept.")))
))]
#[get("/v1/agencies")]
async fn list_agencies(call: Call) -> Public<AgencyList> {
    let items = call.app.agencies.all().into_iter().cloned().collect();
    Public { seconds: 300, body: AgencyList { items } }
}
