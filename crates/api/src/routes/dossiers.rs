//! Dossiers: filing and reading.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use deadlines::{Deadline, Timeliness};
use diesel_async::AsyncPgConnection;
use directory::citizen;
use directory::representation::under;
use kernel::Actor;
use kernel::access::Through;
use kernel::id::{AgencyId, CitizenId};
use kernel::page::Page;
use kernel::problem::{FieldError, Text};
use procedures::claim::{self, Claim, Vouched};
use procedures::dossier::ApplicantOrganisation;
use procedures::eform::{self, EForm, EarlierForm};
use procedures::file::{self, NewDossier, Principal, Ways};
use procedures::holding::{self, Holdings};
use procedures::list::{self, DossierLine, Filter};
use procedures::problem::{NOT_FOUND, NOT_YOURS_TO_DO, UNKNOWN_PROCEDURE};
use procedures::steps::{self, Seen};
use procedures::timeline::{self, TimelineEntry};
use procedures::tracking::{self, Tracking};
use procedures::view::{self, View};
use procedures::{DossierId, clock};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id, Parameters};
use crate::negotiation::preferred;
use crate::print::{self, FormPage};
use crate::problem::{Document, Result};
use crate::write::{Answered, Replace, Write, etag, not_modified, tagged, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create_dossier)
        .service(list_dossiers)
        .service(get_dossier)
        .service(claim_dossier)
        .service(replace_dossier_form)
        .service(list_earlier_forms)
        .service(get_dossier_deadline)
        .service(get_dossier_timeline)
        .service(get_dossier_holders)
        .service(track_dossier);
}

/// File a dossier
///
/// Makes a draft: online by a citizen, or at the counter by reception. Papers are declared with size and SHA-256 and
/// then uploaded; a dossier with a declared paper that has not arrived cannot be submitted or accepted. A phone may
/// make the `id` itself (UUIDv7) and send the same dossier again after a lost connection. Under a representation
/// (`representation_id`) the applicant is the organisation or person that it is for; see `GET /v1/representations`. Online,
/// the applicant's `identity_number` is the one that the identity provider vouches for: that of the citizen who files it, for
/// themself or an organisation, or of the person whom they represent.
#[utoipa::path(operation_id = "createDossier", tag = "dossiers", request_body = NewDossier,
    security(("oauth" = ["dossier:file"]), ("oauth" = ["dossier:receive"])),
    responses(
        (status = 201, description = "The draft.", body = View),
        (status = 403, description = "Your role does not allow this; or the identity provider vouches for no identity number.", body = Document),
        (status = 409, description = "The id belongs to another dossier, or the same request is under way.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/dossiers")]
async fn create_dossier(write: Write<NewDossier>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            let receiving = match call.ctx.actor.agency() {
                Some(own) => own,
                None => agency_today(call, "/agency", &new.agency)?,
            };
            let competent = match &new.competent_agency {
                Some(code) => decider_today(call, "/competent_agency", code)?,
                None => decides(call, "/competent_agency", receiving)?,
            };
            let at = |pointer, code: &Option<String>| {
                code.as_ref().map(|code| agency_today(call, pointer, code)).transpose()
            };
            let support = at("/support_agency", &new.support_agency)?;
            let return_point = at("/return_agency", &new.return_agency)?;
            let ways = Ways { receiving, competent, support, return_point };
            let principal = match new.representation_id {
                Some(id) => match under::principal(conn, &call.ctx, id, &new.procedure).await? {
                    under::Principal::Person(person) => Principal::Person(person, vouched(conn, person).await?),
                    under::Principal::Organisation(id, number, name) => {
                        let organisation = ApplicantOrganisation { id, number, name };
                        Principal::Organisation(organisation, own(conn, &call.ctx.actor).await?)
                    }
                },
                None => Principal::Oneself(own(conn, &call.ctx.actor).await?),
            };
            let catalogue = call.app.catalogue.load();
            file::file(conn, &call.ctx, call.app.world(&catalogue), ways, principal, new, attempt).await
        })
        .await
}

/// The number that is vouched for of the citizen who files; of whoever stands at a counter there is none.
async fn own(conn: &mut AsyncPgConnection, actor: &Actor) -> kernel::Result<Option<String>> {
    match actor {
        Actor::Citizen(me) => vouched(conn, *me).await,
        _ => Ok(None),
    }
}

/// The identity number that the provider vouches for.
async fn vouched(conn: &mut AsyncPgConnection, citizen: CitizenId) -> kernel::Result<Option<String>> {
    Ok(citizen::by_id(conn, citizen).await?.and_then(|citizen| citizen.identity_number))
}

/// The agency with this code, if it exists today.
pub(super) fn agency_today(call: &Call, pointer: &str, code: &str) -> kernel::Result<AgencyId> {
    let agencies = call.app.agencies.load();
    let wrong = |code, vi, en| {
        let words = Text::fixed(vi, en);
        UNKNOWN_PROCEDURE.error().fields(vec![FieldError::new(pointer, code, words)])
    };
    match agencies.by_code(code) {
        Some(agency) if agency.exists_on(deadlines::vn_date(call.ctx.now)) => Ok(agency.id),
        Some(_) => Err(wrong("not_in_force", "cơ quan không hoạt động vào hôm nay", "the agency does not exist today")),
        None => Err(wrong("unknown", "không có cơ quan này", "there is no such agency")),
    }
}

/// The agency with this code, if it exists today and decides procedures.
pub(super) fn decider_today(call: &Call, pointer: &str, code: &str) -> kernel::Result<AgencyId> {
    decides(call, pointer, agency_today(call, pointer, code)?)
}

/// The agency, if it decides procedures.
fn decides(call: &Call, pointer: &str, id: AgencyId) -> kernel::Result<AgencyId> {
    if call.app.agencies.load().get(id).is_some_and(|agency| agency.kind.decides()) {
        return Ok(id);
    }
    let words = Text::fixed("cơ quan không giải quyết thủ tục", "the agency decides no procedures");
    Err(UNKNOWN_PROCEDURE.error().fields(vec![FieldError::new(pointer, "decides_nothing", words)]))
}

/// A page of dossiers.
#[derive(Serialize, ToSchema)]
struct DossierPage {
    #[schema(max_items = 200)]
    items: Vec<DossierLine>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List dossiers
///
/// Staff get the work list of their agency, most urgent first; citizens their own dossiers, and those of whom they
/// represent; those who oversee, any
/// agency's, first of all that of their own. Without `status`, staff get only what is open and citizens everything.
#[utoipa::path(operation_id = "listDossiers", tag = "dossiers", params(Filter), security(("oauth" = ["dossier:read"])),
    responses((status = 200, description = "A page.", body = DossierPage)))]
#[get("/v1/dossiers")]
async fn list_dossiers(
    call: Call,
    Parameters(filter): Parameters<Filter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("dossiers", &filter);
    let mut conn = call.db.conn().await?;
    let page: Page<DossierLine> =
        list::list(&mut conn, &call.ctx, &call.app.catalogue.load(), &cursors, &filter).await?;
    Ok(crate::call::page(request.path(), request.query_string(), &page))
}

/// Read a dossier
///
/// With its papers and what you can do with it now.
#[utoipa::path(operation_id = "getDossier", tag = "dossiers", params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000003")),
    security(("oauth" = ["dossier:read"])),
    responses(
        (status = 200, description = "The dossier.", body = View),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/dossiers/{id}")]
async fn get_dossier(call: Call, id: Id<DossierId>, request: HttpRequest) -> Result<HttpResponse> {
    let mut conn = call.db.conn().await?;
    let Seen { dossier, asked, papers, sides } = steps::look(&mut conn, &call.ctx, id.0, Through::Read).await?;
    versioned(&request, dossier.version, || {
        view::view(&call.ctx, &call.app.catalogue.load(), &dossier, asked.as_ref(), &papers, &sides)
    })
}

/// Put a dossier into your account
///
/// One that was filed for you at a counter or by post, by the code on its receipt: from now on you follow it here, and supply what
/// is missing. It must have been filed under the name and identity number that the identity provider vouches for. Its papers come into
/// your store.
#[utoipa::path(operation_id = "claimDossier", tag = "dossiers", request_body = Claim, security(("oauth" = ["dossier:file"])),
    responses(
        (status = 200, description = "The dossier, which is in your account.", body = View),
        (status = 403, description = "Your role does not allow this; or the identity provider vouches for no identity number.", body = Document),
        (status = 404, description = "No dossier that was filed for you has this code.", body = Document),
    ))]
#[post("/v1/claims")]
async fn claim_dossier(write: Write<Claim>) -> Result<Answered> {
    write
        .run(async |conn, call, code, attempt| {
            let Actor::Citizen(me) = call.ctx.actor else { return Err(NOT_YOURS_TO_DO.error()) };
            let vouched = citizen::by_id(conn, me)
                .await?
                .and_then(|citizen| Some(Vouched { name: citizen.name, identity_number: citizen.identity_number? }));
            let catalogue = call.app.catalogue.load_full();
            claim::claim(conn, &call.ctx, call.app.world(&catalogue), vouched, code, attempt).await
        })
        .await
}

/// Put a dossier's e-form right
///
/// Makes it what the body says, whole: in a draft, and while a supplement is requested, by the applicant or reception. What it
/// said before, once the agency had it, is kept: see `GET /v1/dossiers/{id}/earlier-forms`.
#[utoipa::path(operation_id = "replaceDossierForm", tag = "dossiers", request_body = EForm,
    security(("oauth" = ["dossier:file"]), ("oauth" = ["dossier:receive"])),
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000000")),
    responses(
        (status = 200, description = "The dossier.", body = View),
        (status = 404, description = "There is none, or not for you.", body = Document),
        (status = 409, description = "Nothing is awaited from the applicant now; `state` says where it stands.", body = Document),
    ))]
#[put("/v1/dossiers/{id}/form")]
async fn replace_dossier_form(id: Id<DossierId>, replace: Replace<EForm>) -> Result<HttpResponse> {
    let Replace { call, input, seen } = replace;
    let (db, catalogue) = (call.db.clone(), call.app.catalogue.load_full());
    let put_right = async move |conn: &mut AsyncPgConnection| {
        eform::put_right(conn, &call.ctx, &catalogue, id.0, seen, input).await
    };
    let dossier = db.run(put_right).await?;
    Ok(tagged(dossier.version, &dossier))
}

/// What an e-form said before.
#[derive(Serialize, ToSchema)]
struct EarlierForms {
    #[schema(max_items = 1000)]
    items: Vec<EarlierForm>,
}

/// List what a dossier's e-form said before
///
/// Each time that it was put right after the agency had it. The receipts of that time fit it.
#[utoipa::path(operation_id = "listEarlierForms", tag = "dossiers", security(("oauth" = ["dossier:read"])),
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000005")),
    responses(
        (status = 200, description = "Oldest first.", body = EarlierForms),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/earlier-forms")]
async fn list_earlier_forms(call: Call, id: Id<DossierId>) -> Result<web::Json<EarlierForms>> {
    let items = eform::earlier(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    Ok(web::Json(EarlierForms { items }))
}

/// A dossier's deadline, explained.
#[derive(Serialize, ToSchema)]
struct DossierDeadline {
    timeliness: Timeliness,
    /// Start, limit, calendar and events it is computed from.
    clock: deadlines::Clock,
    deadline: Deadline,
}

/// Explain a deadline
///
/// Why the dossier is due when it is due: every day, whether it counts, and the source of every day off.
#[utoipa::path(operation_id = "getDossierDeadline", tag = "dossiers", params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000003")),
    security(("oauth" = ["dossier:read"])),
    responses(
        (status = 200, description = "The deadline.", body = DossierDeadline),
        (status = 404, description = "There is no such dossier for you, or its clock has not started.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/deadline")]
async fn get_dossier_deadline(call: Call, id: Id<DossierId>) -> Result<HttpResponse> {
    let mut conn = call.db.conn().await?;
    let dossier = steps::read(&mut conn, &call.ctx, id.0).await?.dossier;
    let timeliness = clock::timeliness_of(&dossier, call.ctx.now);
    let clock = dossier.clock.ok_or_else(|| {
        NOT_FOUND.with(
            "Hồ sơ chưa được tiếp nhận nên chưa có thời hạn.",
            "The dossier is not accepted yet, so no clock runs.",
        )
    })?;
    let mut deadline = call.app.rules.deadline(&clock.0)?;
    // As it was printed, whatever another calendar says since.
    deadline.original_due_at = dossier.original_due_at.unwrap_or(deadline.original_due_at);
    Ok(HttpResponse::Ok().insert_header((header::ETAG, etag(dossier.version))).json(DossierDeadline {
        timeliness,
        clock: clock.0,
        deadline,
    }))
}

/// What happened to a dossier.
#[derive(Serialize, ToSchema)]
struct Timeline {
    #[schema(max_items = 1000)]
    items: Vec<TimelineEntry>,
}

/// Follow a dossier
///
/// Everything that happened to it, from the journal, with the reasons that were given.
#[utoipa::path(operation_id = "getDossierTimeline", tag = "dossiers", params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000003")),
    security(("oauth" = ["dossier:read"])),
    responses(
        (status = 200, description = "Oldest first.", body = Timeline),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/timeline")]
async fn get_dossier_timeline(call: Call, id: Id<DossierId>) -> Result<HttpResponse> {
    let mut conn = call.db.conn().await?;
    let items = timeline::timeline(&mut conn, &call.ctx, id.0).await?;
    Ok(HttpResponse::Ok().json(Timeline { items }))
}

/// Read who has had a dossier
///
/// Since when, and what it has cost of each agency's opening hours. Agencies that were asked for an opinion have it beside
/// whoever examines; to the applicant they do not show.
#[utoipa::path(operation_id = "getDossierHolders", tag = "dossiers", security(("oauth" = ["dossier:read"])),
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000007")),
    responses(
        (status = 200, description = "Oldest first.", body = Holdings),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/holders")]
async fn get_dossier_holders(call: Call, id: Id<DossierId>) -> Result<web::Json<Holdings>> {
    let mut conn = call.db.conn().await?;
    Ok(web::Json(holding::holdings(&mut conn, &call.ctx, &call.app.rules, id.0).await?))
}

/// Track a dossier by its code
///
/// For anybody who has the code from the receipt: how far the dossier is, and nothing else. A browser, as when the QR code on the
/// receipt is scanned, gets a page.
#[utoipa::path(operation_id = "trackDossier", tag = "dossiers", security(()),
    params(("code" = String, Path, description = "The dossier's code.", min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9.-]+$", example = "000.01.13.H26-DEMO-0001")),
    responses(
        (status = 200, description = "How far it is.", content((Tracking = "application/json"), (FormPage = "text/html")), headers(("Cache-Control" = String, description = "How long it may be kept."))),
        (status = 404, description = "No dossier has this code.", body = Document),
    ))]
#[get("/v1/tracking/{code}")]
async fn track_dossier(call: Call, code: web::Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let mut conn = call.db.conn().await?;
    let (version, tracking) = tracking::track(&mut conn, &code).await?;
    let lasts = (header::CACHE_CONTROL, "public, max-age=10");
    if preferred(request.headers(), [print::JSON, print::HTML]) == Some(print::HTML) {
        let mut response = print::chosen();
        response.insert_header(lasts);
        return Ok(print::page(response, forms::tracking(&tracking)));
    }
    let tag = etag(version);
    let unchanged = not_modified(&request, &tag);
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, tag)).insert_header(lasts).insert_header(print::VARIES);
    Ok(if unchanged { response.finish() } else { response.json(tracking) })
}
