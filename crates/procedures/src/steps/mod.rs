//! Everything that moves a dossier: at its intake, in its examination, and at its end. Each step reads it as the actor may
//! see it, asks the table, changes the row in memory, and writes row, journal entry, timers and answer in one statement
//! that holds only if nobody was faster.

mod end;
mod examination;
mod intake;
mod moving;

pub use end::{approve_withdrawal, refuse_withdrawal, request_withdrawal, return_result, stop, withdraw};
pub use examination::{
    change_case, confirm_supplement, issue_result, propose_reappointment, propose_result, propose_supplement,
    reappoint, record_verification, request_supplement, send_back, sign_supplement, start_processing, verify,
};
pub use intake::{accept, hand_over, propose_rejection, refuse_hand_over, reject, request_intake_supplement, submit};
pub(crate) use kernel::record::again;
pub(crate) use moving::Moving;
pub use moving::{Seen, Sides, look, read};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Date, Text, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::Entry;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::record::{Also, Record};
use kernel::rules::Rules;
use kernel::schema::{dossiers, remarks, verifications};
use kernel::signing::KeyRing;
use kernel::{Ctx, Result};

use crate::catalogue::{Case, Catalogue};
use crate::data_source::Connected;
use crate::data_source::look_up::Known;
use crate::dossier::{Dossier, DossierId};
use crate::event::Event;
use crate::problem::{HANDED_BACK, ID_TAKEN, PAYMENT_KNOWN};
use crate::request::VerificationRecord;
use crate::supplement::Supplement;
use crate::timer::timers_of;
use crate::workflow::Action;

diesel::define_sql_function! {
    /// The next code of a unit on a day.
    fn take_dossier_code(prefix: Text, agency: SqlUuid, on_day: Date) -> Nullable<Text>;
}

/// The rules a step goes by.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub catalogue: &'a Catalogue,
    pub rules: &'a Rules,
    /// Sign receipts.
    pub keys: &'a KeyRing,
    /// The databases that can be asked instead of the applicant.
    pub sources: &'a Connected,
}

/// Which dossier is moved, seen at which version, under which Idempotency-Key.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub id: DossierId,
    pub if_match: Option<i32>,
    pub attempt: &'a Attempt,
}

/// What was said at a step: a ground by its code, and the reason in words.
pub(crate) type Remark = (Option<&'static str>, String);

/// Takes one step of the table. `decide` does what is particular to it and names the event.
pub(crate) async fn take(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    action: Action,
    decide: impl Fn(&mut Moving<'_>) -> Result<Event>,
) -> Result<Answer> {
    take_with(conn, ctx, world, target, action, |_| {}, decide).await
}

/// As [`take`], after `turn` has changed what the table looks at.
async fn take_with(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    action: Action,
    turn: impl Fn(&mut Moving<'_>),
    decide: impl Fn(&mut Moving<'_>) -> Result<Event>,
) -> Result<Answer> {
    again(async || {
        let mut moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
        turn(&mut moving);
        moving.take(conn, ctx, world, target.attempt, action, &decide).await
    })
    .await
}

/// As [`take`], where it matters what the State's databases have said in place of papers.
async fn take_knowing(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    action: Action,
    decide: impl Fn(&mut Moving<'_>, &Known) -> Result<Event>,
) -> Result<Answer> {
    again(async || {
        let moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
        let known = Known::of(conn, world.sources, moving.case, target.id, deadlines::vn_date(ctx.now)).await?;
        moving.take(conn, ctx, world, target.attempt, action, |moving| decide(moving, &known)).await
    })
    .await
}

/// Whether the case has these components.
fn known_components(case: &Case, components: &[String]) -> Result<()> {
    let known = |code: &String| case.components.iter().any(|component| component.code == *code);
    let unknown = components.iter().enumerate().filter(|(_, code)| !known(code)).map(|(n, _)| {
        let words = Words::fixed("thủ tục không có thành phần này", "the procedure has no such component");
        FieldError::new(format!("/components/{n}"), "unknown", words)
    });
    let unknown: Vec<FieldError> = unknown.collect();
    INVALID.unless_none(unknown)
}

/// What was said at a step, as rows of its version.
pub(crate) fn said(dossier: &Dossier, remark: Option<Remark>, record: Option<VerificationRecord>) -> Vec<Also> {
    let mut also: Vec<Also> = Vec::new();
    if let Some((ground, words)) = remark {
        also.push(Box::new(diesel::insert_into(remarks::table).values((
            remarks::dossier_id.eq(dossier.id),
            remarks::version.eq(dossier.version),
            remarks::ground.eq(ground),
            remarks::words.eq(words),
        ))));
    }
    if let Some(VerificationRecord { held_at, place, participants, findings }) = record {
        also.push(Box::new(diesel::insert_into(verifications::table).values((
            verifications::dossier_id.eq(dossier.id),
            verifications::version.eq(dossier.version),
            verifications::held_at.eq(held_at),
            verifications::place.eq(place),
            verifications::participants.eq(participants),
            verifications::findings.eq(findings),
        ))));
    }
    also
}

/// Writes the next version of a dossier, with everything that belongs to the change.
pub(crate) async fn store(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    (dossier, asked): (&Dossier, Option<&Supplement>),
    entry: Entry,
    also: Vec<Also>,
    code_prefix: Option<String>,
    answer: Option<kernel::idempotency::Kept>,
) -> Result<Option<String>> {
    let timers = timers_of(dossier, asked, now);
    let row = dossiers::table.filter(dossiers::id.eq(dossier.id)).filter(dossiers::version.eq(dossier.version - 1));
    let set = (
        dossiers::version.eq(dossier.version),
        dossiers::status.eq(dossier.status),
        dossiers::open.eq(dossier.open),
        dossiers::competent_agency_id.eq(dossier.competent_agency_id),
        dossiers::applicant_id.eq(dossier.applicant_id),
        dossiers::case_code.eq(dossier.case_code.clone()),
        dossiers::clock.eq(dossier.clock.clone()),
        dossiers::clock_stands.eq(dossier.clock_stands),
        dossiers::original_due_at.eq(dossier.original_due_at),
        dossiers::statutory_due_at.eq(dossier.statutory_due_at),
        dossiers::due_at.eq(dossier.due_at),
        dossiers::next_due_at.eq(dossier.next_due_at),
        dossiers::submitted_at.eq(dossier.submitted_at),
        dossiers::accepted_at.eq(dossier.accepted_at),
        dossiers::finished_at.eq(dossier.finished_at),
        dossiers::closed_at.eq(dossier.closed_at),
        dossiers::outcome.eq(dossier.outcome),
        dossiers::result_number.eq(dossier.result_number.clone()),
        dossiers::intake_supplements.eq(dossier.intake_supplements),
        dossiers::state_before.eq(dossier.state_before),
        dossiers::proposed_outcome.eq(dossier.proposed_outcome),
        dossiers::hand_over_due_at.eq(dossier.hand_over_due_at),
    );
    let back = (dossiers::version, dossiers::code);
    let other = |name: &str| match name {
        // The same money is told of two orders at once.
        "payments_once" => Some(PAYMENT_KNOWN.error()),
        "deliveries_pkey" => Some(HANDED_BACK.error()),
        "fee_orders_pkey" | "payments_pkey" | "consultations_pkey" | "corrections_pkey" => Some(ID_TAKEN.error()),
        _ => None,
    };
    match code_prefix {
        Some(prefix) => {
            let day: NaiveDate = deadlines::vn_date(dossier.accepted_at.unwrap_or(dossier.created_at));
            let code = dossiers::code.eq(take_dossier_code(prefix, dossier.receiving_agency_id.0, day));
            let change = diesel::update(row).set((set, code)).returning(back);
            Record { change, also, entry, timers, answer }.write(conn, other).await
        }
        None => {
            let change = diesel::update(row).set(set).returning(back);
            Record { change, also, entry, timers, answer }.write(conn, other).await
        }
    }
}
