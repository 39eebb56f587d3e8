//! A case comes in: what it is, whose it is, and whether it is taken up.

use diesel_async::AsyncPgConnection;
use kernel::id::AgencyId;
use kernel::idempotency::Answer;
use kernel::json::Json;
use kernel::limits::CALENDAR_NOT_PUBLISHED;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::{Ctx, Result};

use super::{Moving, Target, World, take};
use crate::case::{Basis, Case};
use crate::clocks::CaseStage;
use crate::event::Event;
use crate::facts::Facts;
use crate::law;
use crate::paper::all_arrived;
use crate::problem::ACCUSED;
use crate::request::{CaseClassification, CaseGrounded, CaseReferral, CaseStatement, Reasoned};
use crate::workflow::{CaseAction, ClockEffect};

/// Received: from now on it keeps the rules of this day, and what its sender had to keep is known to be in time or not.
pub(super) fn receive(case: &mut Case, ctx: &Ctx, world: World<'_>) -> Result<()> {
    let remote_area = world.rules.is_remote(case.receiving_agency_id);
    case.submitted_at = Some(ctx.now);
    case.basis = Some(Json(Basis { on: deadlines::vn_date(ctx.now), remote_area }));
    if let Facts::Complaint { known_on, .. } = case.facts.0 {
        let mut clocks = case.clocks.0.clone();
        let began = deadlines::end_of_day(known_on.pred_opt().unwrap_or(known_on));
        match clocks.begin(CaseStage::LodgeFirst, case, world.rules, began) {
            // Longer ago than any calendar reaches: whoever decides sees that without a date.
            Err(error) if error.is(&CALENDAR_NOT_PUBLISHED) => {}
            begun => begun?,
        }
        clocks.end(CaseStage::LodgeFirst, ctx.now);
        case.clocks.0 = clocks;
    }
    Ok(())
}

/// Sends a draft.
///
/// # Errors
/// [`FILES_MISSING`](crate::problem::FILES_MISSING).
pub async fn submit(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, target: Target<'_>) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Submit, |moving| {
        all_arrived(&moving.files)?;
        Ok(Event::Submitted { received_on: deadlines::vn_date(ctx.now) })
    })
    .await
}

/// Finds what it is by its content. The limits are those of what it is, from when it was received.
pub async fn classify(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    found: CaseClassification,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Classify, |moving| {
        let (from, to) = (moving.case.kind, found.facts.kind());
        let lettered = crate::workflow::may_be_classed(to);
        let words = Words::fixed("đơn không thể được phân loại như vậy", "a letter cannot be classed so");
        INVALID.unless_none(
            (!lettered).then(|| FieldError::new("/facts/kind", "not_allowed", words)).into_iter().collect(),
        )?;
        moving.case.kind = to;
        moving.case.facts = Json(found.facts.clone());
        moving.case.barred = found.facts.accused();
        moving.case.marks.0.field = found.field.or(moving.case.marks.0.field);
        not_accused(&moving.case, moving.case.handling_agency_id)?;
        moving.turn(&[ClockEffect::Reclassify], ctx, world)?;
        Ok(Event::Classified { from, to })
    })
    .await
}

/// Asks its sender for what is missing.
pub async fn request_supplement(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    what: Reasoned,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::RequestSupplement, |moving| {
        moving.say(None, &what.reason);
        Ok(Event::SupplementRequested {})
    })
    .await
}

/// What was missing is there.
///
/// # Errors
/// [`FILES_MISSING`](crate::problem::FILES_MISSING).
pub async fn supply(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    said: CaseStatement,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Supply, |moving| {
        all_arrived(&moving.files)?;
        moving.say(None, &said.words);
        Ok(Event::Supplied {})
    })
    .await
}

/// Tells the sender who is competent.
pub async fn guide(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    whose: CaseReferral,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Guide, |moving| {
        moving.say(None, &format!("{}\n{}", whose.body, whose.reason));
        Ok(Event::Guided {})
    })
    .await
}

/// Hands it to the agency of the city whose matter it is. The sender's limits go on as they were: they do not pay for it.
///
/// # Errors
/// [`ACCUSED`] when that one is accused in it; an agency that has it already.
pub async fn transfer(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    to: AgencyId,
    why: String,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Transfer, |moving| {
        let from = moving.case.handling_agency_id;
        let words = Words::fixed("đang thụ lý vụ việc", "has the case already");
        INVALID.unless_none((from == to).then(|| FieldError::new("/to", "same", words)).into_iter().collect())?;
        not_accused(&moving.case, to)?;
        moving.case.handling_agency_id = to;
        moving.case.assigned_to = None;
        moving.say(None, &why);
        Ok(Event::Transferred { from: from.0, to: to.0 })
    })
    .await
}

/// What accuses an agency is never routed to it.
pub(crate) fn not_accused(case: &Case, agency: AgencyId) -> Result<()> {
    if case.bars(agency.0) { Err(ACCUSED.error()) } else { Ok(()) }
}

/// Sends it on to a body outside the city's administration.
pub async fn forward(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    whose: CaseReferral,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Forward, |moving| {
        moving.say(None, &format!("{}\n{}", whose.body, whose.reason));
        Ok(Event::Forwarded {})
    })
    .await
}

/// Checks a ground and notes it with its reason.
pub(super) fn on_ground(moving: &mut Moving, action: CaseAction, said: &CaseGrounded) -> Result<String> {
    let on = moving.case.basis.as_ref().map(|basis| basis.0.on).unwrap_or_default();
    law::check(moving.before.kind, action, &said.ground, on)?;
    moving.say(Some(&said.ground), &said.reason);
    Ok(said.ground.clone())
}

/// Keeps what is not eligible.
pub async fn file(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: CaseGrounded,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::File, |moving| {
        Ok(Event::Filed { ground: on_ground(moving, CaseAction::File, &why)? })
    })
    .await
}

/// Does not take it up.
///
/// # Errors
/// A ground that the law does not know, or that is not so: what was lodged in time is not out of time.
pub async fn refuse(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: CaseGrounded,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Refuse, |moving| {
        let ground = on_ground(moving, CaseAction::Refuse, &why)?;
        let lodged = moving.case.clocks.0.get(CaseStage::LodgeFirst);
        let in_time = lodged.is_some_and(|it| it.ended_at.is_some_and(|at| at < it.due_at));
        let words = Words::fixed("khiếu nại gửi trong thời hiệu", "it was lodged in time");
        let wrong = (ground == "out_of_time" && in_time).then(|| FieldError::new("/ground", "not_so", words));
        INVALID.unless_none(wrong.into_iter().collect())?;
        Ok(Event::Refused { ground })
    })
    .await
}

/// Takes it up.
pub async fn accept(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, target: Target<'_>) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Accept, |moving| {
        moving.case.accepted_at = Some(ctx.now);
        Ok(Event::Accepted {})
    })
    .await
}
