//! Procedures as published.

use std::sync::Arc;

use actix_web::{HttpRequest, get, post, web};
use directory::{Agencies, AgencyKind};
use kernel::page::Page;
use kernel::reference::Reference;
use procedures::catalogue::publish::{self, NewProcedure, Repeal};
use procedures::catalogue::search::{self, Filter, ProcedureLine, Settler, Side};
use procedures::catalogue::{Procedure, ProcedureId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::dossiers::agency_today;
use crate::call::{Call, Parameters, next_link};
use crate::problem::{Document, Result};
use crate::public::Public;
use crate::reference;
use crate::write::{Answered, Write};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(search_procedures).service(publish_procedure).service(get_procedure).service(repeal_procedure);
}

/// A page of the catalogue.
#[derive(Serialize, ToSchema)]
struct ProcedurePage {
    #[schema(max_items = 200)]
    items: Vec<ProcedureLine>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// Search procedures
///
/// By words with or without accents, field, tier, the agency that settles it, whom it is for and how far it goes online. Without `on`, those
/// in force today.
#[utoipa::path(operation_id = "searchProcedures", tag = "procedures", security(()), params(Filter), responses(
    (status = 200, description = "A page.", body = ProcedurePage, headers(("Cache-Control" = String, description = "How long it may be kept.")))
))]
#[get("/v1/procedures")]
async fn search_procedures(
    call: Call,
    Parameters(filter): Parameters<Filter>,
    request: HttpRequest,
) -> Result<Public<Page<ProcedureLine>>> {
    let cursors = call.app.cursors("procedures", &filter);
    let settler = filter.agency.as_ref().map(|code| settler(&call.app.agencies.load(), code.as_str()));
    let (catalogue, today) = (call.app.catalogue.load(), deadlines::vn_date(call.ctx.now));
    let body = search::search(&catalogue, &cursors, &filter, settler.as_ref(), today)?;
    let link = next_link(request.path(), request.query_string(), body.next_cursor.as_deref());
    Ok(Public { seconds: 60, body, link })
}

/// What is asked of an agency: of one that the directory does not have, what names its code.
fn settler(agencies: &Agencies, code: &str) -> Settler {
    let agency = agencies.by_code(code);
    let above = agency.and_then(|agency| agencies.get(agency.parent_id?)).map(|parent| parent.kind);
    let commune = match agency.map(|agency| agency.kind) {
        Some(AgencyKind::Commune) => Some(Side::Committee),
        Some(AgencyKind::Police) if above == Some(AgencyKind::Police) => Some(Side::Police),
        _ => None,
    };
    Settler { code: code.to_owned(), name: agency.map_or_else(String::new, |agency| agency.name.clone()), commune }
}

/// Read a procedure
///
/// The version in force today, with everything that NĐ 63/2010 Art. 8 wants to be public, and its sources.
#[utoipa::path(operation_id = "getProcedure", tag = "procedures", security(()),
    params(("code" = String, Path, description = "The procedure's code.", min_length = 8, max_length = 16, pattern = r"^[0-9]\.[0-9]{6}$", example = "1.013225")),
    responses(
        (status = 200, description = "The procedure.", body = Procedure, headers(("Cache-Control" = String, description = "How long it may be kept."))),
        (status = 404, description = "No procedure with this code is in force.", body = Document),
    ))]
#[get("/v1/procedures/{code}")]
async fn get_procedure(call: Call, code: web::Path<String>) -> Result<Public<Arc<Procedure>>> {
    let catalogue = call.app.catalogue.load();
    let procedure = catalogue.find(&code, deadlines::vn_date(call.ctx.now))?;
    Ok(Public::new(60, Arc::clone(procedure)))
}

/// Publish a procedure
///
/// A new procedure, or a new version of one: the version before ends on the day before. A published version is never
/// changed, since dossiers rest on it. It has the eight parts that NĐ 63/2010 Art. 8 wants, or is refused with each
/// that is missing. With the decision that publishes it, the answer says by when that had to be made and opened
/// to the public, and whether it was. Other replicas know it after a second.
#[utoipa::path(operation_id = "publishProcedure", tag = "procedures", request_body = NewProcedure,
    security(("oauth" = ["procedure:publish"])),
    responses(
        (status = 201, description = "The version.", body = Procedure),
        (status = 409, description = "There is a later version, or the same request is under way.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/procedures")]
async fn publish_procedure(write: Write<NewProcedure>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            for (n, involved) in new.content.agencies.iter().enumerate() {
                let pointer = format!("/content/agencies/{n}/code");
                involved.code.as_ref().map(|code| agency_today(call, &pointer, code)).transpose()?;
            }
            let id = ProcedureId::at(call.ctx.now);
            let answer = publish::publish(conn, &call.ctx, &call.app.rules, id, new, attempt).await?;
            reference::refresh(&call.app, conn, Reference::Procedures).await;
            Ok(answer)
        })
        .await
}

/// Repeal a procedure
///
/// Says when its latest version is in force for the last time. Dossiers that rest on it go on. With the decision that
/// publishes the end, the answer says whether that was in time.
#[utoipa::path(operation_id = "repealProcedure", tag = "procedures", request_body = Repeal,
    params(("code" = String, Path, description = "The procedure's code.", min_length = 8, max_length = 16, pattern = r"^[0-9]\.[0-9]{6}$", example = "2.000488")),
    security(("oauth" = ["procedure:publish"])),
    responses(
        (status = 200, description = "The version that ends.", body = Procedure),
        (status = 404, description = "There is no procedure with this code.", body = Document),
        (status = 422, description = "The content breaks the schema, or the day is too early.", body = Document),
    ))]
#[post("/v1/procedures/{code}/repeal")]
async fn repeal_procedure(code: web::Path<String>, write: Write<Repeal>) -> Result<Answered> {
    write
        .run(async move |conn, call, repeal, attempt| {
            let answer = publish::repeal(conn, &call.ctx, &call.app.rules, &code, repeal, attempt).await?;
            reference::refresh(&call.app, conn, Reference::Procedures).await;
            Ok(answer)
        })
        .await
}
