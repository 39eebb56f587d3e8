//! Everything that moves a dossier. Each step reads it as the actor may see it, asks the table, changes the row in
//! memory, and writes row, journal entry, timers and answer in one statement that holds only if nobody was faster.

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Event as ClockEvent;
use diesel::prelude::*;
use diesel::sql_types::{Date, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::Entry;
use kernel::problem::{CONFLICT, FieldError, INVALID, Text as Words};
use kernel::record::{Also, Record};
use kernel::rules::Rules;
use kernel::schema::{attachments, dossiers, remarks};
use kernel::{Ctx, Result};

use crate::attachment::{self, Attachment};
use crate::catalogue::{Case, Catalogue, SupplementRule};
use crate::clock;
use crate::dossier::{Dossier, DossierId, Outcome, audience, visible_to};
use crate::event::Event;
use crate::problem::{NOT_FOUND, STALE};
use crate::request::{NewResult, RefusalGround, Rejection, SupplementRequest};
use crate::timer::{catch_up, timers_of};
use crate::view::{answer, view};
use crate::workflow::{Action, ClockEffect, step};

diesel::define_sql_function! {
    /// The next code of a unit on a day.
    fn take_dossier_code(prefix: Text, agency: SqlUuid, on_day: Date) -> Nullable<Text>;
}

/// The rules a step goes by.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub catalogue: &'a Catalogue,
    pub rules: &'a Rules,
}

/// Which dossier is moved, seen at which version, under which Idempotency-Key.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub id: DossierId,
    pub if_match: Option<i32>,
    pub attempt: &'a Attempt,
}

/// Submits an online draft: everything declared must have arrived, and the answer's own limit begins.
pub async fn submit(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, target: Target<'_>) -> Result<Answer> {
    take(conn, ctx, world, target, Action::Submit, |moving| {
        attachment::complete(moving.case, &moving.papers)?;
        let answer_due_at = answer_due_at(ctx, world.rules)?;
        moving.dossier.submitted_at = Some(ctx.now);
        moving.dossier.next_due_at = answer_due_at;
        Ok(Event::Submitted { answer_due_at })
    })
    .await
}

/// When an online dossier must have been accepted or refused: 8 working hours as a rule, unless the rules say else.
fn answer_due_at(ctx: &Ctx, rules: &Rules) -> Result<DateTime<Utc>> {
    let Some(rule) = rules.clock("dossier", "intake_answer", "", deadlines::vn_date(ctx.now)) else {
        return Ok(ctx.now);
    };
    let calendar_version = rules.calendar()?.version().to_owned();
    let clock = deadlines::Clock { starts_at: ctx.now, limit: rule.limit()?, calendar_version, events: Vec::new() };
    Ok(clock::deadline(rules, &clock)?.due_at)
}

/// Accepts a dossier as full and correct: its code is given and its clock starts (NĐ 61/2018 Art. 17).
/// `code_prefix` is everything of the code before the serial.
pub async fn accept(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    code_prefix: &str,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::Accept, |moving| {
        attachment::complete(moving.case, &moving.papers)?;
        moving.dossier.accepted_at = Some(ctx.now);
        moving.code_prefix = Some(code_prefix.to_owned());
        let due_at = moving.dossier.due_at.unwrap_or(ctx.now);
        let calendar_version = moving.dossier.clock.as_ref().map(|clock| clock.0.calendar_version.clone());
        Ok(Event::Accepted { due_at, calendar_version: calendar_version.unwrap_or_default() })
    })
    .await
}

/// Does not accept a submitted dossier, with ground and reason (Form 03).
pub async fn reject(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Rejection,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::Reject, |moving| {
        moving.remark = Some((Some(why.ground.code()), why.reason.clone()));
        Ok(Event::Rejected { ground: why.ground })
    })
    .await
}

/// Takes up an accepted dossier.
pub async fn start_processing(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::StartProcessing, |_| Ok(Event::ProcessingStarted {})).await
}

/// Asks the applicant for what is missing; the clock stands until it is there (Form 02).
pub async fn request_supplement(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    what: SupplementRequest,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::RequestSupplement, |moving| {
        let known = |code: &String| moving.case.components.iter().any(|component| component.code == *code);
        let unknown = what.components.iter().enumerate().filter(|(_, code)| !known(code)).map(|(n, _)| {
            let words = Words::fixed("thủ tục không có thành phần này", "the procedure has no such component");
            FieldError::new(format!("/components/{n}"), "unknown", words)
        });
        let unknown: Vec<FieldError> = unknown.collect();
        if !unknown.is_empty() {
            return Err(INVALID.error().fields(unknown));
        }
        moving.remark = Some((Some(what.ground.code()), what.reason.clone()));
        Ok(Event::SupplementRequested { ground: what.ground, components: what.components.clone() })
    })
    .await
}

/// Confirms that the supplement is complete: the clock begins anew or goes on, as the procedure says.
pub async fn confirm_supplement(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::ConfirmSupplement, |moving| {
        attachment::complete(moving.case, &moving.papers)?;
        let restarted = moving.case.supplement == SupplementRule::Restart;
        Ok(Event::SupplementConfirmed { due_at: moving.dossier.due_at.unwrap_or(ctx.now), restarted })
    })
    .await
}

/// Signs the result; this moment decides whether the dossier was in time.
pub async fn issue_result(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    result: NewResult,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::IssueResult, |moving| {
        if result.outcome == Outcome::Refused {
            let needed = [("/ground", result.ground.is_none()), ("/reason", result.reason.is_none())];
            let words = Words::fixed("bắt buộc khi từ chối", "needed for a refusal");
            let missing: Vec<FieldError> = needed
                .iter()
                .filter(|(_, missing)| *missing)
                .map(|(pointer, _)| FieldError::new(*pointer, "required", words.clone()))
                .collect();
            if !missing.is_empty() {
                return Err(INVALID.error().fields(missing));
            }
        }
        moving.dossier.outcome = Some(result.outcome);
        moving.dossier.result_number = Some(result.number.clone());
        moving.remark = result.reason.clone().map(|reason| (result.ground.map(RefusalGround::code), reason));
        let in_time = !clock::timeliness_of(&moving.dossier, ctx.now).is_late();
        Ok(Event::ResultIssued { outcome: result.outcome, ground: result.ground, in_time })
    })
    .await
}

/// Hands the result to the applicant.
pub async fn return_result(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::ReturnResult, |_| Ok(Event::ResultReturned {})).await
}

/// Withdraws the dossier before a result is signed.
pub async fn withdraw(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, target: Target<'_>) -> Result<Answer> {
    take(conn, ctx, world, target, Action::Withdraw, |_| Ok(Event::Withdrawn {})).await
}

/// What was said at a step: a ground by its code, and the reason in words.
type Remark = (Option<&'static str>, String);

/// A dossier on its way from one state to the next.
struct Moving<'a> {
    dossier: Dossier,
    papers: Vec<Attachment>,
    case: &'a Case,
    /// Kept apart from the journal.
    remark: Option<Remark>,
    code_prefix: Option<String>,
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
    let (_, case) = world.catalogue.pinned(dossier.procedure_id, &dossier.case_code)?;
    let row = step(&dossier, action, &ctx.actor, case.immediate)?;
    let before = audience(&dossier);
    let mut moving = Moving { dossier, papers, case, remark: None, code_prefix: None };
    moving.dossier.status = row.to;
    moving.dossier.open = row.to.is_open();
    moving.dossier.version += 1;
    turn(&mut moving.dossier, case, row.clock, ctx, world.rules)?;
    if !row.to.is_open() {
        moving.dossier.closed_at = Some(ctx.now);
    }
    let event = decide(&mut moving)?;
    let Moving { mut dossier, papers, remark, code_prefix, .. } = moving;
    if code_prefix.is_some() {
        dossier.code = Some(target.attempt.placeholder());
    }
    let mut reply = answer(200, &view(ctx, world.catalogue, &dossier, &papers)?);
    let entry =
        Entry::new(ctx, target.id.0, ctx.actor.agency().map(|agency| agency.0), &event, (before, audience(&dossier)));
    let kept = target.attempt.keep(&reply, ctx.now);
    let late = store(conn, ctx.now, &dossier, entry, remark, code_prefix, Some(kept)).await?;
    if let Some(code) = late.filter(|_| dossier.accepted_at == Some(ctx.now)) {
        reply.body = reply.body.replace(&target.attempt.placeholder(), &code);
    }
    Ok(reply)
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
    let clock = dossier.clock.as_ref().map(|clock| clock.0.clone());
    match (effect, clock) {
        (ClockEffect::Start, _) => {
            let clock = clock::start(rules, case, ctx.now)?;
            let deadline = clock::deadline(rules, &clock)?;
            clock::put(dossier, clock, &deadline);
        }
        (ClockEffect::Pause, Some(mut clock)) => {
            clock.events.push(ClockEvent::Pause { at: ctx.now });
            let deadline = clock::deadline(rules, &clock)?;
            clock::put(dossier, clock, &deadline);
        }
        (ClockEffect::Continue, Some(mut clock)) => {
            clock.events.push(clock::continues(case.supplement, ctx.now));
            let deadline = clock::deadline(rules, &clock)?;
            clock::put(dossier, clock, &deadline);
        }
        (ClockEffect::Finish, _) => dossier.finished_at = Some(ctx.now),
        (ClockEffect::Stop, _) => dossier.clock_stands = true,
        _ => {}
    }
    Ok(())
}

/// Writes the next version of a dossier, with everything that belongs to the change.
pub(crate) async fn store(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    dossier: &Dossier,
    entry: Entry,
    remark: Option<Remark>,
    code_prefix: Option<String>,
    answer: Option<kernel::idempotency::Kept>,
) -> Result<Option<String>> {
    let also: Vec<Also> = match remark {
        None => Vec::new(),
        Some((ground, words)) => vec![Box::new(diesel::insert_into(remarks::table).values((
            remarks::dossier_id.eq(dossier.id),
            remarks::version.eq(dossier.version),
            remarks::ground.eq(ground),
            remarks::words.eq(words),
        )))],
    };
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
