//! A case that is taken up: who verifies it, and what those concerned say.

use diesel::prelude::*;
use kernel::id::AgencyId;
use kernel::schema::case_dialogues;
use kernel::{Ctx, Result};

use super::Moving;
use super::moving::Dialogue;
use super::screening::unless;
use crate::event::Event;
use crate::problem::ACCUSED;
use crate::request::{CaseAssignment, DialogueCall, DialogueOutcome, DialogueRecord};
use crate::workflow::is_amended;

/// Somebody verifies it, and never whom it is about, nor one of theirs where it is about a unit.
pub(super) fn assigned(moving: &mut Moving, whom: &CaseAssignment, units: &[AgencyId]) -> Result<Event> {
    moving.given_to = units.iter().map(|unit| unit.0).chain([whom.to.0]).collect();
    if moving.given_to.iter().any(|who| moving.case.bars(*who)) {
        return Err(ACCUSED.error());
    }
    moving.case.assigned_to = Some(whom.to);
    Ok(Event::Assigned { to: whom.to.0 })
}

/// Those concerned are invited to a meeting.
pub(super) fn dialogue_called(moving: &mut Moving, ctx: &Ctx, call: &DialogueCall) -> Result<Event> {
    unless(call.held_at > ctx.now, "/held_at", "past", "phải ở tương lai", "must be in the future")?;
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
}

/// What became of the meeting. Whoever was invited and did not come does not hold it up (LKN Art. 30(6), from 2026-07-01); before that
/// there has to be a meeting.
pub(super) fn dialogue_recorded(moving: &mut Moving, ctx: &Ctx, record: &DialogueRecord) -> Result<Event> {
    let called = moving.case.marks.0.dialogue_called.take();
    let row = case_dialogues::table
        .filter(case_dialogues::case_id.eq(moving.case.id))
        .filter(case_dialogues::version.eq(called.unwrap_or_default()));
    moving.also.push(Box::new(
        diesel::update(row)
            .set((case_dialogues::outcome.eq(record.outcome), case_dialogues::minutes.eq(record.minutes.clone()))),
    ));
    if let Some(dialogue) = moving.dialogues.last_mut() {
        let over = dialogue.held_at <= ctx.now || record.outcome == DialogueOutcome::Postponed;
        unless(over, "/outcome", "too_early", "cuộc đối thoại chưa diễn ra", "the meeting is still to come")?;
        dialogue.outcome = Some(record.outcome);
        dialogue.minutes = Some(record.minutes.clone());
    }
    let heard = match record.outcome {
        DialogueOutcome::Held => true,
        DialogueOutcome::Absent => is_amended(&moving.case),
        DialogueOutcome::Postponed => false,
    };
    moving.case.marks.0.dialogue_held |= heard;
    Ok(Event::DialogueRecorded { outcome: record.outcome })
}
