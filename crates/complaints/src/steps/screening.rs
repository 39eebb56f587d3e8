//! A case comes in: what it is, and whose it is.

use kernel::id::AgencyId;
use kernel::json::Json;
use kernel::limits::CALENDAR_NOT_PUBLISHED;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::{Ctx, Result};

use super::{Moving, World};
use crate::case::{Basis, Case};
use crate::clocks::{CaseStage, begin};
use crate::event::Event;
use crate::facts::{CaseKind, Facts};
use crate::problem::ACCUSED;
use crate::request::CaseClassification;
use crate::workflow::{ClockEffect, may_be_classed};

/// Received: from now on it keeps the rules of this day, and what its sender had to keep is known to be in time or not.
pub(super) fn receive(case: &mut Case, ctx: &Ctx, world: World<'_>) -> Result<()> {
    let remote_area = world.rules.is_remote(case.receiving_agency_id);
    case.submitted_at = Some(ctx.now);
    case.basis = Some(Json(Basis { on: deadlines::vn_date(ctx.now), remote_area }));
    if let Facts::Complaint { known_on, .. } = case.facts.0 {
        let mut clocks = case.clocks.0.clone();
        let began = deadlines::end_of_day(known_on.pred_opt().unwrap_or(known_on));
        match begin(&mut clocks, CaseStage::LodgeFirst, case, world.rules, began) {
            // Longer ago than any calendar reaches: whoever decides sees that without a date.
            Err(error) if error.is(&CALENDAR_NOT_PUBLISHED) => {}
            begun => begun?,
        }
        clocks.end(CaseStage::LodgeFirst, ctx.now);
        case.clocks.0 = clocks;
    }
    Ok(())
}

/// What is wrong with one member of what was said.
pub(super) fn unless(right: bool, at: &str, code: &'static str, vi: &'static str, en: &'static str) -> Result<()> {
    let wrong = (!right).then(|| FieldError::new(at, code, Words::fixed(vi, en)));
    INVALID.unless_none(wrong.into_iter().collect())
}

/// A letter is classed as what letters are, and nothing else.
pub(super) fn of_a_letter(kind: CaseKind) -> Result<()> {
    let (vi, en) = ("đơn không thể được phân loại như vậy", "a letter cannot be classed so");
    unless(may_be_classed(kind), "/facts/kind", "not_allowed", vi, en)
}

/// What it is by its content. The limits are those of what it is, from when it was received.
pub(super) fn classified(
    moving: &mut Moving,
    ctx: &Ctx,
    world: World<'_>,
    found: &CaseClassification,
) -> Result<Event> {
    let (from, to) = (moving.case.kind, found.facts.kind());
    of_a_letter(to)?;
    moving.case.kind = to;
    moving.case.facts = Json(found.facts.clone());
    moving.case.barred = found.facts.accused();
    moving.case.marks.0.field = found.field.or(moving.case.marks.0.field);
    not_accused(&moving.case, moving.case.handling_agency_id)?;
    moving.turn(&[ClockEffect::Reclassify], ctx, world)?;
    Ok(Event::Classified { from, to })
}

/// It goes to the agency of the city whose matter it is. The sender's limits go on as they were: they do not pay for it.
pub(super) fn transferred(moving: &mut Moving, to: AgencyId, why: &str) -> Result<Event> {
    let from = moving.case.handling_agency_id;
    unless(from != to, "/to", "same", "đang thụ lý vụ việc", "has the case already")?;
    not_accused(&moving.case, to)?;
    (moving.case.handling_agency_id, moving.case.assigned_to) = (to, None);
    moving.say(None, why);
    Ok(Event::Transferred { from: from.0, to: to.0 })
}

/// What accuses an agency is never routed to it.
pub(super) fn not_accused(case: &Case, agency: AgencyId) -> Result<()> {
    if case.bars(agency.0) { Err(ACCUSED.error()) } else { Ok(()) }
}

/// It is not taken up; what was lodged in time is not out of time.
pub(super) fn refused(moving: &Moving, ground: String) -> Result<Event> {
    let lodged = moving.case.clocks.0.get(CaseStage::LodgeFirst);
    let in_time = lodged.is_some_and(|it| it.ended_at.is_some_and(|at| at < it.due_at));
    let so = ground != "out_of_time" || !in_time;
    unless(so, "/ground", "not_so", "khiếu nại gửi trong thời hiệu", "it was lodged in time")?;
    Ok(Event::Refused { ground })
}
