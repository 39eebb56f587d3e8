//! Everything about oneself, in one document.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use complaints::own::OwnCase;
use directory::own::{OwnAccount, OwnRepresentation, OwnSession};
use kernel::id::CitizenId;
use kernel::page::{Limit, Page};
use privacy::access::{self, DataAccess, OwnAccesses};
use privacy::consent::{self, Consent};
use procedures::appointment::list::AppointmentFilter;
use procedures::appointment::{self, Appointment};
use procedures::own::OwnDossier;
use procedures::paper::list::PaperFilter;
use procedures::paper::{self, PaperView};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::consents::oneself;
use crate::call::Call;
use crate::problem::Result;
use crate::streamed::{Stop, Writer, respond};
use crate::traffic::Traffic;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(export_own_data);
}

/// What we know of somebody who has an account.
#[derive(Serialize, ToSchema)]
struct OwnData {
    /// When it was begun; what happens meanwhile may be in it or not.
    made_at: DateTime<Utc>,
    account: OwnAccount,
    #[schema(max_items = 1000)]
    sessions: Vec<OwnSession>,
    #[schema(max_items = 1000)]
    representations: Vec<OwnRepresentation>,
    #[schema(max_items = 100)]
    consents: Vec<Consent>,
    #[schema(max_items = 100000)]
    dossiers: Vec<OwnDossier>,
    #[schema(max_items = 100000)]
    cases: Vec<OwnCase>,
    /// What is in your store, and what you have hidden there.
    #[schema(max_items = 100000)]
    papers: Vec<PaperView>,
    #[schema(max_items = 100000)]
    appointments: Vec<Appointment>,
    /// Which agencies have read whose dossiers and cases these are.
    #[schema(max_items = 100000)]
    accesses: Vec<DataAccess>,
}

/// Take your data with you
///
/// All that is kept under your account, as one document: what the identity provider told of you, sign-ins, consents, your dossiers and
/// cases with what you wrote and were answered, your papers, appointments, and who has read them. Files are named with their SHA-256 and
/// where they are fetched. Other people are left out: who takes part beside you, whom you represent, officers. Denunciations
/// are not in it: nothing links them to an account. At most four times at once, then once in a quarter of an hour. An answer
/// that breaks off is not complete: ask again.
#[utoipa::path(operation_id = "exportOwnData", tag = "personal data", security(("oauth" = ["data:own"])),
    responses((status = 200, description = "The document.", body = OwnData)))]
#[get("/v1/me/export")]
async fn export_own_data(call: Call, traffic: Data<Traffic>) -> Result<HttpResponse> {
    let me = oneself(&call)?;
    traffic.spend_export(me)?;
    let account = directory::own::account(&mut *call.db.conn().await?, me).await?;
    let name = format!("attachment; filename=\"caunoi-{}.json\"", deadlines::vn_date(call.ctx.now));
    let mut response = respond(async move |writer| write(&call, me, &account, writer).await);
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name.parse().expect("a date is ASCII"));
    Ok(response)
}

/// Whole dossiers and cases that are read together.
const AT_ONCE: usize = 50;
/// Lines of lists that are read together.
const LINES: Limit = Limit::MOST;

async fn write(call: &Call, me: CitizenId, account: &OwnAccount, writer: &mut Writer) -> Result<(), Stop> {
    let Call { ctx, app, db, .. } = call;
    let number = account.identity_number.as_deref();
    writer.member("made_at", &ctx.now).await?;
    writer.member("account", account).await?;
    let sessions = directory::own::sessions(&mut *db.conn().await?, me).await?;
    writer.member("sessions", &sessions).await?;
    let representations = match number {
        Some(number) => directory::own::representations(&mut *db.conn().await?, number).await?,
        None => Vec::new(),
    };
    writer.member("representations", &representations).await?;
    let consents = consent::said(&mut *db.conn().await?, me).await?;
    writer.member("consents", &consents).await?;

    // Their ids first: what is moved meanwhile is neither missed nor there twice.
    let ids = procedures::own::ids(&mut *db.conn().await?, ctx, me).await?;
    let (mut chunks, catalogue) = (ids.chunks(AT_ONCE), app.catalogue.load_full());
    let dossiers = async || match chunks.next() {
        Some(ids) => procedures::own::dossiers(&mut *db.conn().await?, ctx, &catalogue, me, ids).await.map(Some),
        None => Ok(None),
    };
    writer.list("dossiers", dossiers).await?;
    let ids = complaints::own::ids(&mut *db.conn().await?, ctx, app.cases(), me).await?;
    let mut chunks = ids.chunks(AT_ONCE);
    let cases = async || match chunks.next() {
        Some(ids) => complaints::own::cases(&mut *db.conn().await?, ctx, app.cases(), me, number, ids).await.map(Some),
        None => Ok(None),
    };
    writer.list("cases", cases).await?;

    let mut filter = Some(PaperFilter { paper_type: None, hidden: false, limit: Some(LINES), cursor: None });
    let papers = async || {
        let Some(asked) = filter.take() else { return Ok(None) };
        let cursors = call.cursors("papers", &asked);
        let page = paper::list::list(&mut *db.conn().await?, ctx, &catalogue, &cursors, &asked).await?;
        filter = match (page.next_cursor, asked.hidden) {
            (None, true) => None,
            (None, false) => Some(PaperFilter { hidden: true, cursor: None, ..asked }),
            (cursor, _) => Some(PaperFilter { cursor, ..asked }),
        };
        // An organisation's are its own.
        Ok(Some(page.items.into_iter().filter(|paper| paper.organisation_id.is_none()).collect()))
    };
    writer.list("papers", papers).await?;
    let mut filter = Some(AppointmentFilter { date: None, status: None, limit: Some(LINES), cursor: None });
    let appointments = async || {
        let Some(asked) = filter.take() else { return Ok(None) };
        let cursors = call.cursors("appointments", &asked);
        let Page { items, next_cursor } =
            appointment::list::list(&mut *db.conn().await?, ctx, &cursors, &asked).await?;
        filter = next_cursor.map(|cursor| AppointmentFilter { cursor: Some(cursor), ..asked });
        Ok(Some(items))
    };
    writer.list("appointments", appointments).await?;
    let mut filter = Some(OwnAccesses { limit: Some(LINES), cursor: None });
    let accesses = async || {
        let Some(asked) = filter.take() else { return Ok(None) };
        let cursors = call.cursors("own accesses", &asked);
        let Page { items, next_cursor } = access::own(&mut *db.conn().await?, me, &cursors, &asked).await?;
        filter = next_cursor.map(|cursor| OwnAccesses { cursor: Some(cursor), ..asked });
        Ok(Some(items))
    };
    writer.list("accesses", accesses).await
}
