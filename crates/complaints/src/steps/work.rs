//! A case that is taken up: who verifies it, what they find, and how long that takes.

use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::idempotency::Answer;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::schema::case_dialogues;
use kernel::{Ctx, Result};

use super::moving::Dialogue;
use super::screening::on_ground;
use super::{Target, World, take};
use crate::event::Event;
use crate::problem::ACCUSED;
use crate::request::{
    CaseAssignment, CaseGrounded, CaseStatement, DialogueCall, DialogueOutcome, DialogueRecord, Reasoned,
};
use crate::workflow::CaseAction;

/// Names who verifies it.
///
/// # Errors
/// [`ACCUSED`] when it is them that it is about.
pub async fn assign(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    whom: CaseAssignment,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Assign, |moving| {
        if moving.case.bars(whom.to.0) {
            return Err(ACCUSED.error());
        }
        moving.case.assigned_to = Some(whom.to);
        Ok(Event::Assigned { to: whom.to.0 })
    })
    .await
}

/// Says what verification has found.
pub async fn report(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    findings: CaseStatement,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Report, |moving| {
        moving.say(None, &findings.words);
        Ok(Event::Reported {})
    })
    .await
}

/// Wants more to be verified.
pub async fn send_back(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Reasoned,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::SendBack, |moving| {
        moving.say(None, &why.reason);
        Ok(Event::SentBack {})
    })
    .await
}

/// Invites those concerned to a meeting.
///
/// # Errors
/// A meeting in the past.
pub async fn call_dialogue(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    call: DialogueCall,
) -> Result<Answer> {
    let words = Words::fixed("phải ở tương lai", "must be in the future");
    let past = (call.held_at <= ctx.now).then(|| FieldError::new("/held_at", "past", words));
    INVALID.unless_none(past.into_iter().collect())?;
    take(conn, ctx, world, target, CaseAction::CallDialogue, |moving| {
        let version = moving.case.version;
        moving.case.marks.0.dialogue_called = Some(version);
        moving.also.push(Box::new(diesel::insert_into(case_dialogues::table).values((
            case_dialogues::case_id.eq(moving.case.id),
            case_dialogues::version.eq(version),
            case_dialogues::held_at.eq(call.held_at),
            case_dialogues::place.eq(call.place.clone()),
        ))));
        let (held_at, place) = (call.held_at, call.place.clone());
        moving.dialogues.push(Dialogue { held_at, place, outcome: None, minutes: None });
        Ok(Event::DialogueCalled { held_at: call.held_at })
    })
    .await
}

/// Notes what became of the meeting. Whoever was invited and did not come does not hold it up (LKN Art. 30(6), from 2026-07-01); before
/// that there has to be a meeting.
///
/// # Errors
/// A meeting that was not held yet.
pub async fn record_dialogue(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    record: DialogueRecord,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::RecordDialogue, |moving| {
        let amended = crate::workflow::is_amended(&moving.case);
        let called = moving.case.marks.0.dialogue_called.take();
        let row = case_dialogues::table
            .filter(case_dialogues::case_id.eq(moving.case.id))
            .filter(case_dialogues::version.eq(called.unwrap_or_default()));
        moving.also.push(Box::new(
            diesel::update(row)
                .set((case_dialogues::outcome.eq(record.outcome), case_dialogues::minutes.eq(record.minutes.clone()))),
        ));
        if let Some(dialogue) = moving.dialogues.last_mut() {
            let words = Words::fixed("cuộc đối thoại chưa diễn ra", "the meeting is still to come");
            let early = dialogue.held_at > ctx.now && record.outcome != DialogueOutcome::Postponed;
            INVALID
                .unless_none(early.then(|| FieldError::new("/outcome", "too_early", words)).into_iter().collect())?;
            dialogue.outcome = Some(record.outcome);
            dialogue.minutes = Some(record.minutes.clone());
        }
        moving.case.marks.0.dialogue_held |= match record.outcome {
            DialogueOutcome::Held => true,
            DialogueOutcome::Absent => amended,
            DialogueOutcome::Postponed => false,
        };
        Ok(Event::DialogueRecorded { outcome: record.outcome })
    })
    .await
}

/// Lets it stand for a ground that the law knows.
pub async fn suspend(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: CaseGrounded,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Suspend, |moving| {
        Ok(Event::Suspended { ground: on_ground(moving, CaseAction::Suspend, &why)? })
    })
    .await
}

/// Goes on where it stood, with notice.
pub async fn resume(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Reasoned,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Resume, |moving| {
        moving.say(None, &why.reason);
        Ok(Event::Resumed {})
    })
    .await
}

/// Takes the extension that the law allows.
pub async fn extend(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: CaseGrounded,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Extend, |moving| {
        Ok(Event::Extended { ground: on_ground(moving, CaseAction::Extend, &why)? })
    })
    .await
}
