//! Agencies.

use actix_web::{HttpRequest, HttpResponse, get, post, put};
use directory::agency::change;
use directory::agency::list::{self, Filter};
use directory::{Agency, AgencyContent};
use kernel::id::AgencyId;
use kernel::page::Page;
use kernel::reference::Reference;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id, Parameters, next_link};
use crate::problem::{Document, Result};
use crate::public::Public;
use crate::reference;
use crate::write::{Answered, Replace, Write, tagged, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_agencies).service(found_agency).service(get_agency).service(replace_agency);
}

/// A page of agencies.
#[derive(Serialize, ToSchema)]
struct AgencyPage {
    #[schema(max_items = 200)]
    items: Vec<Agency>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List agencies
///
/// The city's agencies, by code: where dossiers can be filed, whom to call, and the names behind agency ids. Without
/// `on`, those that exist today.
#[utoipa::path(operation_id = "listAgencies", tag = "directory", security(()), params(Filter), responses(
    (status = 200, description = "A page.", body = AgencyPage, headers(("Cache-Control" = String, description = "How long it may be kept.")))
))]
#[get("/v1/agencies")]
async fn list_agencies(
    call: Call,
    Parameters(filter): Parameters<Filter>,
    request: HttpRequest,
) -> Result<Public<Page<Agency>>> {
    let cursors = call.app.cursors("agencies", &filter);
    let agencies = call.app.agencies.load();
    let body = list::list(&agencies, &cursors, &filter, deadlines::vn_date(call.ctx.now))?;
    let link = next_link(request.path(), request.query_string(), body.next_cursor.as_deref());
    Ok(Public { seconds: 60, body, link })
}

/// Read an agency
///
/// Also one that does not exist any more.
#[utoipa::path(operation_id = "getAgency", tag = "directory", security(()),
    params(("id" = AgencyId, Path, description = "The agency's id.", example = "019b76da-a800-7000-8000-a00000000006")),
    responses(
        (status = 200, description = "The agency.", body = Agency),
        (status = 404, description = "There is none.", body = Document),
    ))]
#[get("/v1/agencies/{id}")]
async fn get_agency(call: Call, id: Id<AgencyId>, request: HttpRequest) -> Result<HttpResponse> {
    let agency = change::load(&mut *call.db.conn().await?, id.0).await?;
    versioned(&request, agency.version, || Ok(agency))
}

/// Found an agency
///
/// It exists from `valid_from` on. Other replicas know it after a second.
#[utoipa::path(operation_id = "foundAgency", tag = "directory", request_body = AgencyContent,
    security(("oauth" = ["directory:manage"])),
    responses(
        (status = 201, description = "The agency.", body = Agency),
        (status = 409, description = "The code is taken, or the same request is under way.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/agencies")]
async fn found_agency(write: Write<AgencyContent>) -> Result<Answered> {
    write
        .run(async |conn, call, content, attempt| {
            let id = AgencyId::at(call.ctx.now);
            let answer = change::found(conn, &call.ctx, id, content, attempt).await?;
            reference::refresh(&call.app, conn, Reference::Agencies).await;
            Ok(answer)
        })
        .await
}

/// Change an agency
///
/// Makes it what the body says, whole: what is not sent is taken away. To end an agency, say when its last day is; it stays
/// in the records. Sent again after a lost answer, the same change is answered again.
#[utoipa::path(operation_id = "replaceAgency", tag = "directory", request_body = AgencyContent,
    params(("id" = AgencyId, Path, description = "The agency's id.", example = "019b76da-a800-7000-8000-a00000000005")),
    security(("oauth" = ["directory:manage"])),
    responses(
        (status = 200, description = "The agency.", body = Agency),
        (status = 404, description = "There is none.", body = Document),
        (status = 409, description = "The code is taken.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[put("/v1/agencies/{id}")]
async fn replace_agency(id: Id<AgencyId>, replace: Replace<AgencyContent>) -> Result<HttpResponse> {
    let Replace { call, input, seen } = replace;
    let db = call.db.clone();
    let agency = db.run(async move |conn| {
        let agency = change::replace(conn, &call.ctx, id.0, seen, input).await?;
        reference::refresh(&call.app, conn, Reference::Agencies).await;
        Ok(agency)
    });
    let agency = agency.await?;
    Ok(tagged(agency.version, &agency))
}
