//! What a case comes to: a decision, or an answer that says why.

use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::idempotency::Answer;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::schema::case_answers;
use kernel::{Ctx, Result};

use super::moving::Given;
use super::{Moving, Target, World, take};
use crate::case::CaseOutcome;
use crate::clocks::CaseStage;
use crate::event::Event;
use crate::law::{self, Setting};
use crate::paper::CaseFilePurpose;
use crate::request::{CaseAnswer, CaseDecision, CasePublication, CaseService, Reasoned};
use crate::workflow::CaseAction;

/// Decides a complaint: right, partly right or wrong (LKN Art. 31).
///
/// # Errors
/// An outcome that is none of these.
pub async fn decide(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    decision: CaseDecision,
) -> Result<Answer> {
    use CaseOutcome::*;
    one_of(decision.outcome, &[Right, PartlyRight, Wrong])?;
    take(conn, ctx, world, target, CaseAction::Decide, |moving| {
        let CaseDecision { outcome, number, reasons } = decision.clone();
        let in_time = give(moving, ctx, (outcome, Some(number), reasons));
        Ok(Event::Decided { outcome, in_time })
    })
    .await
}

/// Answers.
///
/// # Errors
/// An outcome that belongs to complaints; no file, where what was asked for has to be with the answer.
pub async fn answer(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    answer: CaseAnswer,
) -> Result<Answer> {
    use CaseOutcome::*;
    one_of(answer.outcome, &[Granted, PartlyGranted, NotGranted])?;
    take(conn, ctx, world, target, CaseAction::Answer, |moving| {
        let CaseAnswer { outcome, number, reasons } = answer.clone();
        let files = moving.files.iter().filter(|file| file.purpose == CaseFilePurpose::Answer);
        let there = files.filter(|file| file.stored_at.is_some()).count() > 0;
        let needed = outcome != NotGranted && law::is_set(moving.case.kind, Setting::AnswerNeedsFile);
        let words = Words::fixed(
            "phải kèm tệp kết quả đã tải lên (mục đích answer)",
            "needs a file with it that has arrived (purpose answer)",
        );
        INVALID.unless_none(
            (needed && !there).then(|| FieldError::new("/outcome", "file_missing", words)).into_iter().collect(),
        )?;
        let in_time = give(moving, ctx, (outcome, number, reasons));
        Ok(Event::Answered { outcome, in_time })
    })
    .await
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

/// The decision has reached those it concerns.
pub async fn serve(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    how: CaseService,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Serve, |_| Ok(Event::Served { means: how.means })).await
}

/// It is made public.
pub async fn publish(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    how: CasePublication,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Publish, |moving| {
        moving.say(None, &how.place);
        Ok(Event::Published { means: how.means })
    })
    .await
}

/// The Front does not take the answer for one: it is owed anew.
pub async fn return_answer(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Reasoned,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::ReturnAnswer, |moving| {
        (moving.case.outcome, moving.case.finished_at) = (None, None);
        moving.say(None, &why.reason);
        Ok(Event::AnswerReturned {})
    })
    .await
}
