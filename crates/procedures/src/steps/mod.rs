//! Everything that moves a dossier: at its intake, in its examination, and at its end. Each step reads it as the actor may
//! see it, asks the table, changes the row in memory, and writes row, journal entry, timers and answer in one statement
//! that holds only if nobody was faster.

mod end;
mod examination;
mod intake;

pub use end::{approve_withdrawal, refuse_withdrawal, request_withdrawal, return_result, stop, withdraw};
pub use examination::{
    confirm_supplement, issue_result, propose_result, reappoint, record_verification, request_supplement, send_back,
    start_processing, verify,
};
pub use intake::{accept, hand_over, refuse_hand_over, reject, request_intake_supplement, submit};

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Event as ClockEvent;
use diesel::prelude::*;
use diesel::sql_types::{Date, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::{Entry, Event as _};
use kernel::problem::{CONFLICT, FieldError, INVALID, Text as Words};
use kernel::record::{Also, Record};
use kernel::rules::Rules;
use kernel::schema::{attachments, dossiers, receipts, remarks, verifications};
use kernel::signing::KeyRing;
use kernel::{Ctx, Result};

use crate::attachment::Attachment;
use crate::catalogue::{Case, Catalogue, Procedure};
use crate::clock;
use crate::data_source::Connected;
use crate::data_source::look_up::Known;
use crate::dossier::{Dossier, DossierId, agencies, audience, visible_to};
use crate::event::{Event, INTERNAL};
use crate::problem::{NOT_FOUND, STALE};
use crate::receipt::{self, Stage};
use crate::request::VerificationRecord;
use crate::timer::{catch_up, timers_of};
use crate::view::{answer, view};
use crate::workflow::{Action, ClockEffect, Facts, Status, step};

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
type Remark = (Option<&'static str>, String);

/// A dossier on its way from one state to the next.
struct Moving<'a> {
    from: Status,
    dossier: Dossier,
    papers: Vec<Attachment>,
    procedure: &'a Procedure,
    case: &'a Case,
    /// What was looked up for it.
    known: Known,
    /// Rows that belong to the step.
    also: Vec<Also>,
    /// Kept apart from the journal.
    remark: Option<Remark>,
    /// What a verification has shown, apart from the journal too.
    record: Option<VerificationRecord>,
    code_prefix: Option<String>,
    /// What the applicant gets a receipt for.
    receipt: Option<Stage>,
}

/// How often a step is tried again when somebody else changed the dossier in between.
const TRIES: usize = 3;

/// Takes one step of the table. `decide` does what is particular to it and names the event.
async fn take(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    action: Action,
    decide: impl Fn(&mut Moving<'_>) -> Result<Event>,
) -> Result<Answer> {
    for _ in 1..TRIES {
        match take_once(conn, ctx, world, target, action, &decide).await {
            Err(error) if error.is(&CONFLICT) => {}
            done => return done,
        }
    }
    take_once(conn, ctx, world, target, action, &decide).await
}

async fn take_once(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    action: Action,
    decide: &impl Fn(&mut Moving<'_>) -> Result<Event>,
) -> Result<Answer> {
    let (mut dossier, papers) = read(conn, ctx, target.id).await?;
    if target.if_match.is_some_and(|seen| seen != dossier.version) {
        return Err(STALE.error().extra("version", dossier.version).extra("state", dossier.status.code()));
    }
    dossier.version += catch_up(conn, ctx, &dossier).await?;
    let (procedure, case) = world.catalogue.pinned(dossier.procedure_id, &dossier.case_code)?;
    let facts = Facts { immediate: case.immediate, now: ctx.now };
    let row = step(&dossier, action, &ctx.actor, facts)?;
    let before = dossier.clone();
    let known = Known::of(conn, world.sources, case, target.id, deadlines::vn_date(ctx.now)).await?;
    let mut moving = Moving {
        from: row.from,
        dossier,
        papers,
        procedure,
        case,
        known,
        also: Vec::new(),
        remark: None,
        record: None,
        code_prefix: None,
        receipt: None,
    };
    moving.dossier.status = row.to;
    moving.dossier.open = row.to.is_open();
    moving.dossier.version += 1;
    turn(&mut moving.dossier, case, row.clock, ctx, world.rules)?;
    if !row.to.is_open() {
        moving.dossier.closed_at = Some(ctx.now);
    }
    let event = decide(&mut moving)?;
    let Moving { mut dossier, papers, also, remark, record, code_prefix, receipt, .. } = moving;
    if code_prefix.is_some() {
        dossier.code = Some(target.attempt.placeholder());
    }
    let mut reply = answer(200, &view(ctx, world.catalogue, &dossier, &papers)?);
    let seen = if INTERNAL.contains(&event.kind()) { agencies } else { audience };
    let agency = ctx.actor.agency().map(|agency| agency.0);
    let entry = Entry::new(ctx, target.id.0, agency, &event, (seen(&before), seen(&dossier)));
    let kept = target.attempt.keep(&reply, ctx.now);
    let mut said = said(&dossier, remark, record);
    said.extend(also);
    if let Some(stage) = receipt {
        let receipt = receipt::of(&dossier, &procedure.code, &papers, stage, ctx.now);
        said.push(Box::new(diesel::insert_into(receipts::table).values((
            receipts::dossier_id.eq(dossier.id),
            receipts::version.eq(dossier.version),
            receipts::signed.eq(world.keys.sign(receipt::TYP, &receipt)),
        ))));
    }
    let late = store(conn, ctx.now, &dossier, entry, said, code_prefix, Some(kept)).await?;
    target.attempt.fill(&mut reply, late.filter(|_| dossier.accepted_at == Some(ctx.now)).as_deref());
    Ok(reply)
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

/// The dossier as the actor may see it and its papers, in one trip.
pub async fn read(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId) -> Result<(Dossier, Vec<Attachment>)> {
    let (mut one, mut other): (&AsyncPgConnection, &AsyncPgConnection) = (conn, conn);
    let dossier =
        dossiers::table.filter(dossiers::id.eq(id)).filter(visible_to(&ctx.actor)).select(Dossier::as_select());
    let papers = attachments::table
        .filter(attachments::dossier_id.eq(id))
        .order(attachments::id)
        .select(Attachment::as_select());
    let (dossier, papers) = join(dossier.first(&mut one), papers.load(&mut other)).await;
    Ok((dossier.optional()?.ok_or_else(|| NOT_FOUND.error())?, papers?))
}

/// What a step does to the clock.
fn turn(dossier: &mut Dossier, case: &Case, effect: ClockEffect, ctx: &Ctx, rules: &Rules) -> Result<()> {
    let running = dossier.clock.as_ref().map(|clock| clock.0.clone());
    let event = match effect {
        ClockEffect::Start => None,
        ClockEffect::Pause => Some(ClockEvent::Pause { at: ctx.now }),
        ClockEffect::Continue => Some(clock::continues(case.supplement, ctx.now)),
        ClockEffect::Restart if running.as_ref().is_some_and(|clock| clock.events.is_empty()) => {
            Some(ClockEvent::Restart { at: ctx.now })
        }
        ClockEffect::Finish => {
            dossier.finished_at = Some(ctx.now);
            return Ok(());
        }
        ClockEffect::Stop => {
            dossier.clock_stands = true;
            return Ok(());
        }
        ClockEffect::None | ClockEffect::Reappoint | ClockEffect::Restart => return Ok(()),
    };
    let clock = match (event, running) {
        (None, _) => clock::start(rules, case, dossier.channel, ctx.now)?,
        (Some(event), Some(mut clock)) => {
            clock.events.push(event);
            clock
        }
        (Some(_), None) => return Ok(()),
    };
    let deadline = clock::deadline(rules, &clock)?;
    clock::put(dossier, clock, &deadline);
    Ok(())
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
    dossier: &Dossier,
    entry: Entry,
    also: Vec<Also>,
    code_prefix: Option<String>,
    answer: Option<kernel::idempotency::Kept>,
) -> Result<Option<String>> {
    let timers = timers_of(dossier, now);
    let row = dossiers::table.filter(dossiers::id.eq(dossier.id)).filter(dossiers::version.eq(dossier.version - 1));
    let set = (
        dossiers::version.eq(dossier.version),
        dossiers::status.eq(dossier.status),
        dossiers::open.eq(dossier.open),
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
    let other = |_: &str| None;
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
