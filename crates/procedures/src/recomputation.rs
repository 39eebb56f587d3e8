//! A calendar has changed: an administrator orders the deadlines under way to be computed anew. First a dry run, then
//! a second order; [`crate::recompute`] does the work.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::StaffId;
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::{self, Entry};
use kernel::problem::FieldError;
use kernel::record::{Also, Record, nothing_late};
use kernel::rules::Rules;
use kernel::schema::{recomputation_progress as progress, recomputations};
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Result, id, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::{NOT_YOURS_TO_DO, RECOMPUTATION_NOT_FOUND, RECOMPUTATION_NOT_LOOKED, UNKNOWN_CALENDAR};

id! { RecomputationId, "A recomputation's id."; }

text_enum! {
    /// How far a recomputation is. Looking is the dry run, carrying out moves deadlines; each goes through all dossiers under way.
    Phase { Looking = "looking", Looked = "looked", CarryingOut = "carrying_out", Done = "done" }
}

/// The timer that keeps a pass going.
pub(crate) const PASS: &str = "pass";
/// The word for it in timers and in the journal.
pub const ENTITY: &str = "recomputation";

/// An order to compute deadlines anew.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecomputation {
    /// The version of the calendar to go by.
    #[schema(example = "vn-2026-11", min_length = 1, max_length = 200)]
    pub calendar_version: String,
    /// For the citizens whose dates move: what changed, and by whose decision.
    #[schema(example = "Thủ tướng Chính phủ quyết định hoán đổi ngày làm việc.", min_length = 10, max_length = 4000)]
    pub reason: String,
}

/// The row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = recomputations)]
pub struct Recomputation {
    pub id: RecomputationId,
    pub version: i32,
    pub status: Phase,
    pub calendar_version: String,
    pub reason: String,
    pub ordered_by: StaffId,
    pub created_at: DateTime<Utc>,
}

/// How far the pass is, and what it has found.
#[derive(Clone, Copy, Debug, Default, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = progress)]
pub(crate) struct Progress {
    pub agency_id: Uuid,
    pub dossier_id: Uuid,
    pub examined: i32,
    pub later: i32,
    pub unchanged: i32,
    pub earlier: i32,
    pub not_computed: i32,
}

/// What a pass over the dossiers under way has found so far.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Found {
    #[schema(minimum = 0)]
    pub examined: i32,
    /// Due later under the new calendar: these are moved, and their citizens told why.
    #[schema(minimum = 0)]
    pub later: i32,
    #[schema(minimum = 0)]
    pub unchanged: i32,
    /// Would be due earlier: these keep the date that was printed, and their calendar.
    #[schema(minimum = 0)]
    pub earlier: i32,
    /// Cannot be computed under the new calendar, and stay as they are.
    #[schema(minimum = 0)]
    pub not_computed: i32,
}

/// A recomputation, for those who order them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Recomputation)]
pub struct View {
    pub id: RecomputationId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub status: Phase,
    #[schema(max_length = 200)]
    pub calendar_version: String,
    #[schema(max_length = 4000)]
    pub reason: String,
    pub ordered_by: StaffId,
    pub found: Found,
    /// `carry_out`, once all have been looked at.
    #[schema(max_items = 1)]
    pub allowed_actions: Vec<CarryOut>,
    pub created_at: DateTime<Utc>,
}

text_enum! {
    /// What can be done with it.
    CarryOut { CarryOut = "carry_out" }
}

/// What the journal is told about recomputations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Ordered { calendar_version: String },
    Looked { examined: i32, later: i32 },
    CarryOutOrdered {},
    Done { examined: i32, later: i32 },
}

impl journal::Event for Event {
    const ENTITY: &'static str = ENTITY;

    fn kind(&self) -> &'static str {
        match self {
            Self::Ordered { .. } => "recomputation.ordered",
            Self::Looked { .. } => "recomputation.looked",
            Self::CarryOutOrdered {} => "recomputation.carry_out_ordered",
            Self::Done { .. } => "recomputation.done",
        }
    }
}

fn view(row: &Recomputation, found: Progress) -> View {
    let Progress { examined, later, unchanged, earlier, not_computed, .. } = found;
    View {
        id: row.id,
        version: row.version,
        status: row.status,
        calendar_version: row.calendar_version.clone(),
        reason: row.reason.clone(),
        ordered_by: row.ordered_by,
        found: Found { examined, later, unchanged, earlier, not_computed },
        allowed_actions: if row.status == Phase::Looked { vec![CarryOut::CarryOut] } else { vec![] },
        created_at: row.created_at,
    }
}

fn answer(status: u16, view: &View) -> Answer {
    let body = serde_json::to_string(view).expect("a view is plain data");
    let location = (status == 201).then(|| format!("/v1/deadline-recomputations/{}", view.id));
    Answer { status, version: view.version, location, body }
}

/// Orders the dry run.
///
/// # Errors
/// [`UNKNOWN_CALENDAR`] when no such version is loaded.
pub async fn order(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    rules: &Rules,
    id: RecomputationId,
    new: NewRecomputation,
    attempt: &Attempt,
) -> Result<Answer> {
    let Actor::Staff { id: ordered_by, .. } = ctx.actor else { return Err(NOT_YOURS_TO_DO.error()) };
    if rules.calendar_of(&new.calendar_version).is_err() {
        let words = UNKNOWN_CALENDAR.help.clone();
        return Err(UNKNOWN_CALENDAR.error().fields(vec![FieldError::new("/calendar_version", "unknown", words)]));
    }
    let row = Recomputation {
        id,
        version: 1,
        status: Phase::Looking,
        calendar_version: new.calendar_version,
        reason: new.reason,
        ordered_by,
        created_at: ctx.now,
    };
    let reply = answer(201, &view(&row, Progress::default()));
    let event = Event::Ordered { calendar_version: row.calendar_version.clone() };
    let own = progress::recomputation_id.eq(id);
    let also: Also = Box::new(diesel::insert_into(progress::table).values((own, Progress::default())));
    let change =
        diesel::insert_into(recomputations::table).values(row).returning((recomputations::version, nothing_late()));
    let (entry, answer) = (entry(ctx, id, &event), Some(attempt.keep(&reply, ctx.now)));
    Record { change, also: vec![also], entry, timers: going_on(id, ctx), answer }.write(conn, |_| None).await?;
    Ok(reply)
}

/// Orders what the dry run has found to be carried out.
///
/// # Errors
/// [`RECOMPUTATION_NOT_FOUND`]; [`RECOMPUTATION_NOT_LOOKED`] before the dry run has ended, and once it was ordered.
pub async fn carry_out(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: RecomputationId,
    attempt: &Attempt,
) -> Result<Answer> {
    let (row, _) = load(conn, id).await?;
    if row.status != Phase::Looked {
        return Err(RECOMPUTATION_NOT_LOOKED.error().extra("state", row.status.code()));
    }
    let next = Recomputation { version: row.version + 1, status: Phase::CarryingOut, ..row };
    let reply = answer(200, &view(&next, Progress::default()));
    let own = progress::table.filter(progress::recomputation_id.eq(id));
    let also: Also = Box::new(diesel::update(own).set(Progress::default()));
    let kept = Some(attempt.keep(&reply, ctx.now));
    let entry = entry(ctx, id, &Event::CarryOutOrdered {});
    advance(conn, &next, vec![also], entry, going_on(id, ctx), kept).await?;
    Ok(reply)
}

/// The recomputation with this id.
///
/// # Errors
/// [`RECOMPUTATION_NOT_FOUND`].
pub async fn read(conn: &mut AsyncPgConnection, id: RecomputationId) -> Result<View> {
    let (row, found) = load(conn, id).await?;
    Ok(view(&row, found))
}

pub(crate) async fn load(conn: &mut AsyncPgConnection, id: RecomputationId) -> Result<(Recomputation, Progress)> {
    let found = recomputations::table.inner_join(progress::table).filter(recomputations::id.eq(id));
    let found = found.select((Recomputation::as_select(), Progress::as_select())).first(conn).await.optional()?;
    found.ok_or_else(|| RECOMPUTATION_NOT_FOUND.error())
}

/// Writes the next version of its row.
pub(crate) async fn advance(
    conn: &mut AsyncPgConnection,
    next: &Recomputation,
    also: Vec<Also>,
    entry: Entry,
    timers: Timers,
    answer: Option<kernel::idempotency::Kept>,
) -> Result<()> {
    let row = recomputations::table.filter(recomputations::id.eq(next.id));
    let change = diesel::update(row.filter(recomputations::version.eq(next.version - 1)))
        .set((recomputations::version.eq(next.version), recomputations::status.eq(next.status)))
        .returning((recomputations::version, nothing_late()));
    Record { change, also, entry, timers, answer }.write(conn, |_| None).await.map(drop)
}

pub(crate) fn entry(ctx: &Ctx, id: RecomputationId, event: &Event) -> Entry {
    Entry::new(ctx, id.0, ctx.actor.agency().map(|agency| agency.0), event, (vec![], vec![]))
}

fn going_on(id: RecomputationId, ctx: &Ctx) -> Timers {
    Timers::only(ENTITY, id.0, PASS, ctx.now)
}
