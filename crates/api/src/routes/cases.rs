//! Cases: sending and reading them; what officers note.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use complaints::CaseId;
use complaints::accused::Postings;
use complaints::facts::Facts;
use complaints::file::{self, NewCase, Sent};
use complaints::law::{self, Ground};
use complaints::list::{self, CaseFilter, CaseLine};
use complaints::note::{self, CaseNote, NewCaseNote};
use complaints::steps::{self, Seen};
use complaints::timeline::{self, CaseTimelineEntry};
use complaints::view::{self, View};
use diesel_async::AsyncPgConnection;
use directory::{citizen, staff};
use kernel::access::Through;
use kernel::id::AgencyId;
use kernel::page::Page;
use kernel::problem::{FieldError, INVALID, Text};
use kernel::{Actor, Permission};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::dossiers::agency_today;
use crate::call::{Call, Id, Parameters};
use crate::problem::{Document, Result};
use crate::public::Public;
use crate::write::{Answered, Write, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create_case)
        .service(list_cases)
        .service(get_case)
        .service(get_case_timeline)
        .service(make_case_note)
        .service(list_case_notes)
        .service(list_case_grounds);
}

/// Send a case
///
/// Makes a draft of a complaint, petition, feedback or request; then upload its files and submit it. Reception takes in what comes on
/// paper. What is particular to a kind is in `facts`. A citizen is among `people` under the number that the identity provider vouches
/// for. A report on the conduct of an official, by id or by name, goes to the agency above theirs, also from reception's counter, and neither
/// they nor anybody of their name nor a unit that is accused ever see it. Whoever is accused does not take it in (`case.accused`).
#[utoipa::path(operation_id = "createCase", tag = "cases", request_body = NewCase,
    security(("oauth" = ["case:file"]), ("oauth" = ["case:receive"]), ("oauth" = ["case:recommend"])),
    responses(
        (status = 201, description = "The draft.", body = View),
        (status = 403, description = "Your role does not allow this; or the identity provider vouches for no identity number.", body = Document),
        (status = 409, description = "The id belongs to another case, or the same request is under way.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/cases")]
async fn create_case(write: Write<NewCase>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            let named = agency_today(call, "/agency", &new.agency)?;
            // At the counter it is always one's own.
            let own = call.ctx.actor.agency().filter(|_| call.ctx.actor.may(Permission::ReceiveCase));
            let vouched = match call.ctx.actor {
                Actor::Citizen(me) => citizen::by_id(conn, me).await?.and_then(|citizen| citizen.identity_number),
                _ => None,
            };
            let postings = postings(conn, call, &new.facts).await?;
            let sent = Sent { agency: own.unwrap_or(named), vouched, postings };
            file::file(conn, &call.ctx, call.app.cases(), sent, new, attempt).await
        })
        .await
}

/// Where those work whom facts name, by their ids or as they are called, and whoever says so: a report goes to neither.
pub(super) async fn postings(conn: &mut AsyncPgConnection, call: &Call, facts: &Facts) -> kernel::Result<Postings> {
    let Facts::ConductReport { official_id, official_name, unit_id, .. } = facts else {
        return Ok(Postings::default());
    };
    let mut wrong = Vec::new();
    let units = official_name.as_deref().map(|name| call.app.agencies.load().called(name)).unwrap_or_default();
    let mut named: Vec<AgencyId> = unit_id.iter().chain(&units).copied().collect();
    if unit_id.is_some_and(|unit| call.app.agencies.load().get(unit).is_none()) {
        let words = Text::fixed("không có cơ quan này", "there is no such agency");
        wrong.push(FieldError::new("/facts/unit_id", "unknown", words));
    }
    let (ids, names) = (Vec::from_iter(*official_id), Vec::from_iter(official_name.as_deref()));
    let found = staff::known(conn, &ids, &names).await?;
    if official_id.is_some_and(|id| found.iter().all(|official| official.id != id)) {
        wrong.push(unknown_official("/facts/official_id"));
    }
    INVALID.unless_none(wrong)?;
    for official in &found {
        named.extend(official.agencies_on(deadlines::vn_date(call.ctx.now)));
        named.push(official.agency_id);
    }
    let actor = match call.ctx.actor {
        Actor::Staff { id, .. } => staff::by_id(conn, id).await?,
        _ => None,
    };
    let actor = actor.into_iter().flat_map(|staff| staff.roles.0.into_iter().map(|posting| posting.agency_id));
    let called = found.into_iter().map(|official| official.id.0).chain(units.into_iter().map(|unit| unit.0)).collect();
    Ok(Postings { called, named, actor: actor.collect() })
}

pub(super) fn unknown_official(pointer: &str) -> FieldError {
    FieldError::new(pointer, "unknown", Text::fixed("không có cán bộ này", "there is no such official"))
}

/// A member of staff who is not there.
pub(super) fn no_such_official(pointer: &str) -> kernel::Error {
    INVALID.error().fields(vec![unknown_official(pointer)])
}

/// A page of cases.
#[derive(Serialize, ToSchema)]
struct CasePage {
    #[schema(max_items = 200)]
    items: Vec<CaseLine>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List cases
///
/// Staff get the work list of their agency, most urgent first; citizens their own cases; heads with `side=under` those of their
/// agency and all below it, with `past_due=true` what is overdue there. Without `status`, staff get only what is open and citizens
/// everything. What accuses somebody is in none of their lists.
#[utoipa::path(operation_id = "listCases", tag = "cases", params(CaseFilter), security(("oauth" = ["case:read"])),
    responses((status = 200, description = "A page.", body = CasePage)))]
#[get("/v1/cases")]
async fn list_cases(
    call: Call,
    Parameters(filter): Parameters<CaseFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("cases", &filter);
    let mut conn = call.db.conn().await?;
    let page: Page<CaseLine> = list::list(&mut conn, &call.ctx, call.app.cases(), &cursors, &filter).await?;
    Ok(crate::call::page(request.path(), request.query_string(), &page))
}

/// Read a case
///
/// With its limits, files, meetings and answers, and what you can do with it now.
#[utoipa::path(operation_id = "getCase", tag = "cases", security(("oauth" = ["case:read"])),
    params(("id" = CaseId, Path, description = "The case's id.", example = "019b76da-a800-7000-8000-c00000000001")),
    responses(
        (status = 200, description = "The case.", body = View),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/cases/{id}")]
async fn get_case(call: Call, id: Id<CaseId>, request: HttpRequest) -> Result<HttpResponse> {
    let mut conn = call.db.conn().await?;
    let Seen { case, files, given, dialogues } =
        steps::look(&mut conn, &call.ctx, call.app.cases(), id.0, Through::Read).await?;
    versioned(&request, case.version, || Ok(view::view(&call.ctx, call.app.cases(), &case, &files, &given, &dialogues)))
}

/// What happened to a case.
#[derive(Serialize, ToSchema)]
struct CaseTimeline {
    #[schema(max_items = 1000)]
    items: Vec<CaseTimelineEntry>,
}

/// Follow a case
///
/// Everything that happened to it, from the journal, with what was said. Its sender does not see what is the agencies' own business.
#[utoipa::path(operation_id = "getCaseTimeline", tag = "cases", security(("oauth" = ["case:read"])),
    params(("id" = CaseId, Path, description = "The case's id.", example = "019b76da-a800-7000-8000-c00000000001")),
    responses(
        (status = 200, description = "Oldest first.", body = CaseTimeline),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/cases/{id}/timeline")]
async fn get_case_timeline(call: Call, id: Id<CaseId>) -> Result<HttpResponse> {
    let mut conn = call.db.conn().await?;
    let items = timeline::timeline(&mut conn, &call.ctx, call.app.cases(), id.0).await?;
    Ok(HttpResponse::Ok().json(CaseTimeline { items }))
}

/// Note something on a case
///
/// For those who handle it; its sender never sees it.
#[utoipa::path(operation_id = "makeCaseNote", tag = "cases", request_body = NewCaseNote,
    security(("oauth" = ["case:receive"]), ("oauth" = ["case:process"]), ("oauth" = ["case:decide"]), ("oauth" = ["case:protect-data"])),
    params(("id" = CaseId, Path, description = "The case's id.", example = "019b76da-a800-7000-8000-c00000000001")),
    responses(
        (status = 201, description = "The note.", body = CaseNote),
        (status = 404, description = "There is no such case for you.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/cases/{id}/notes")]
async fn make_case_note(id: Id<CaseId>, write: Write<NewCaseNote>) -> Result<Answered> {
    write
        .run(async move |conn, call, new, attempt| {
            note::make(conn, &call.ctx, call.app.cases(), id.0, new, attempt).await
        })
        .await
}

/// The notes on a case.
#[derive(Serialize, ToSchema)]
struct CaseNotes {
    #[schema(max_items = 1000)]
    items: Vec<CaseNote>,
}

/// List the notes on a case
///
/// What those who handle it have noted for each other.
#[utoipa::path(operation_id = "listCaseNotes", tag = "cases",
    security(("oauth" = ["case:receive"]), ("oauth" = ["case:process"]), ("oauth" = ["case:decide"]), ("oauth" = ["case:protect-data"])),
    params(("id" = CaseId, Path, description = "The case's id.", example = "019b76da-a800-7000-8000-c00000000001")),
    responses(
        (status = 200, description = "Oldest first.", body = CaseNotes),
        (status = 404, description = "There is no such case for you.", body = Document),
    ))]
#[get("/v1/cases/{id}/notes")]
async fn list_case_notes(call: Call, id: Id<CaseId>) -> Result<web::Json<CaseNotes>> {
    let items = note::list(&mut *call.db.conn().await?, &call.ctx, call.app.cases(), id.0).await?;
    Ok(web::Json(CaseNotes { items }))
}

/// Every ground.
#[derive(Serialize, ToSchema)]
struct CaseGrounds {
    #[schema(max_items = 500)]
    items: Vec<Ground>,
}

/// List grounds
///
/// On which a case of each kind can be refused, filed, suspended, extended or terminated, with the text that says so and how sure
/// we are of it.
#[utoipa::path(operation_id = "listCaseGrounds", tag = "cases", security(()),
    responses((status = 200, description = "All of them.", body = CaseGrounds,
        headers(("Cache-Control" = String, description = "How long it may be kept.")))))]
#[get("/v1/case-grounds")]
async fn list_case_grounds(_: Call) -> Public<CaseGrounds> {
    Public::new(3600, CaseGrounds { items: law::grounds().to_vec() })
}
