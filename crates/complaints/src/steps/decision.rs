//! What a case comes to: a decision, or an answer that says why.

use diesel::prelude::*;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::schema::case_answers;
use kernel::{Ctx, Result};

use super::Moving;
use super::moving::Given;
use super::screening::unless;
use crate::case::CaseOutcome;
use crate::clocks::CaseStage;
use crate::event::Event;
use crate::law::{self, Setting};
use crate::paper::CaseFilePurpose;
use crate::request::{CaseAnswer, CaseDecision, CasePublication};

/// A complaint is right, partly right or wrong (LKN Art. 31).
pub(super) fn decided(moving: &mut Moving, ctx: &Ctx, decision: &CaseDecision) -> Result<Event> {
    use CaseOutcome::*;
    let CaseDecision { outcome, number, reasons } = decision.clone();
    one_of(outcome, &[Right, PartlyRight, Wrong])?;
    with_its_file(moving, outcome != Wrong)?;
    let in_time = give(moving, ctx, (outcome, Some(number), reasons));
    Ok(Event::Decided { outcome, in_time })
}

/// It is answered.
pub(super) fn answered(moving: &mut Moving, ctx: &Ctx, answer: &CaseAnswer) -> Result<Event> {
    use CaseOutcome::*;
    let CaseAnswer { outcome, number, reasons } = answer.clone();
    one_of(outcome, &[Granted, PartlyGranted, NotGranted])?;
    with_its_file(moving, outcome != NotGranted)?;
    let in_time = give(moving, ctx, (outcome, number, reasons));
    Ok(Event::Answered { outcome, in_time })
}

/// Where the kind has it so, what is given comes with a file.
fn with_its_file(moving: &Moving, given: bool) -> Result<()> {
    let there = |purpose| moving.files.iter().any(|file| file.purpose == purpose && file.stored_at.is_some());
    let needed = given && law::is_set(moving.case.kind, Setting::AnswerNeedsFile);
    unless(
        !needed || there(CaseFilePurpose::Answer),
        "/outcome",
        "file_missing",
        "phải kèm tệp kết quả đã tải lên (mục đích answer)",
        "needs a file with it that has arrived (purpose answer)",
    )
}

fn one_of(outcome: CaseOutcome, allowed: &[CaseOutcome]) -> Result<()> {
    let codes: Vec<&str> = allowed.iter().map(|it| it.code()).collect();
    let codes = codes.join(", ");
    let words = Words::new(format!("phải là một trong: {codes}"), format!("must be one of: {codes}"));
    let wrong = (!allowed.contains(&outcome)).then(|| FieldError::new("/outcome", "not_allowed", words));
    INVALID.unless_none(wrong.into_iter().collect())
}

/// Keeps what was given; whether it came in time.
fn give(moving: &mut Moving, ctx: &Ctx, (outcome, number, reasons): (CaseOutcome, Option<String>, String)) -> bool {
    moving.case.outcome = Some(outcome);
    moving.case.finished_at = Some(ctx.now);
    // What was to be withdrawn is decided.
    moving.case.marks.0.withdrawal_asked_at = None;
    moving.also.push(Box::new(diesel::insert_into(case_answers::table).values((
        case_answers::case_id.eq(moving.case.id),
        case_answers::version.eq(moving.case.version),
        case_answers::outcome.eq(outcome),
        case_answers::number.eq(number.clone()),
        case_answers::words.eq(reasons.clone()),
        case_answers::given_at.eq(ctx.now),
        case_answers::given_by.eq(ctx.actor.id().unwrap_or_default()),
    ))));
    moving.given.push(Given { outcome, number, reasons, given_at: ctx.now });
    moving.case.clocks.0.get(CaseStage::Resolve).is_none_or(|running| ctx.now < running.statutory_due_at)
}

/// It is made public.
pub(super) fn published(moving: &mut Moving, how: &CasePublication) -> Event {
    moving.say(None, &how.place);
    Event::Published { means: how.means }
}
