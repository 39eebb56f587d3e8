//! Other agencies, asked for their opinion on a dossier: all at once, each with a limit of its own; where sector law says so,
//! silence is consent (NĐ 61/2018 Art. 19(5)–(6)). [`ask`], [`reply`], and what happens when nobody does ([`lapse`]).

pub mod ask;
pub mod lapse;
pub mod list;
pub mod reply;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::record::Also;
use kernel::schema::consultations;
use kernel::{Ctx, Result, id, text_enum, timers};
use serde::Serialize;
use utoipa::ToSchema;

use crate::dossier::{DossierId, load};
use crate::problem::{CONSULTATION_NOT_FOUND, NOT_FOUND};

id! { ConsultationId, "A question to another agency." }

text_enum! {
    /// Where a question to another agency stands.
    ConsultationStatus {
        Open = "open",
        Answered = "answered",
        /// No answer came in time, and the law takes that for consent.
        Consented = "consented",
        /// Gone on without an answer.
        Ended = "ended",
    }
}

text_enum! {
    /// What an agency thinks of a dossier.
    Opinion { Agreed = "agreed", AgreedOnConditions = "agreed_on_conditions", Opposed = "opposed" }
}

/// A question to another agency.
#[derive(Clone, Debug, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = consultations)]
pub struct Consultation {
    pub id: ConsultationId,
    pub dossier_id: DossierId,
    /// Who is asked.
    pub agency_id: AgencyId,
    pub status: ConsultationStatus,
    #[schema(example = "Đề nghị cho ý kiến về phòng cháy.", max_length = 4000)]
    pub question: String,
    pub asked_at: DateTime<Utc>,
    /// By when an answer is expected; exclusive.
    pub due_at: DateTime<Utc>,
    /// Whether no answer by then is a yes.
    pub silence_consents: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opinion: Option<Opinion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Đồng ý, với điều kiện mở lối thoát hiểm thứ hai.", max_length = 4000)]
    pub words: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// The entity whose timers wait for answers.
pub const ENTITY: &str = "consultation";
const TIMER: &str = "answer";

/// Every question that was asked about a dossier, for the agencies that received and decide it; for others their own. What
/// agencies tell each other is not the applicant's to read.
///
/// # Errors
/// No such dossier for this actor.
pub async fn of_dossier(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId) -> Result<Vec<Consultation>> {
    let own = ctx.actor.agency().ok_or_else(|| NOT_FOUND.error())?;
    let inside = load(conn, ctx, id).await?.is_handled_by(&ctx.actor);
    let asked = all(conn, id).await?.into_iter();
    Ok(asked.filter(|asked| inside || asked.agency_id == own).collect())
}

async fn all(conn: &mut AsyncPgConnection, id: DossierId) -> Result<Vec<Consultation>> {
    let asked = consultations::table
        .filter(consultations::dossier_id.eq(id))
        .order(consultations::id)
        .select(Consultation::as_select());
    Ok(asked.load(conn).await?)
}

async fn one(conn: &mut AsyncPgConnection, id: ConsultationId) -> Result<Consultation> {
    let row = consultations::table.find(id).select(Consultation::as_select()).first(conn).await.optional()?;
    row.ok_or_else(|| CONSULTATION_NOT_FOUND.error())
}

/// A question is closed, and its timer taken away.
fn closed(row: &Consultation) -> [Also; 2] {
    let change = diesel::update(consultations::table.filter(consultations::id.eq(row.id))).set((
        consultations::status.eq(row.status),
        consultations::opinion.eq(row.opinion),
        consultations::words.eq(row.words.clone()),
        consultations::closed_at.eq(row.closed_at),
    ));
    [Box::new(change), timers::unset(row.id.0)]
}

/// Nobody is waited for any more. Timers that are still set find nothing to do.
pub(crate) fn end_open(dossier: DossierId, now: DateTime<Utc>) -> Also {
    let open =
        consultations::table.filter(consultations::dossier_id.eq(dossier)).filter(consultations::closed_at.is_null());
    Box::new(
        diesel::update(open)
            .set((consultations::status.eq(ConsultationStatus::Ended), consultations::closed_at.eq(now))),
    )
}
