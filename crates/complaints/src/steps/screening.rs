//! A case comes in: what it is, and whose it is.

use chrono::{DateTime, Utc};
use kernel::id::AgencyId;
use kernel::json::Json;
use kernel::limits::CALENDAR_NOT_PUBLISHED;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::{Ctx, Result};
use uuid::Uuid;

use super::{Moving, World};
use crate::accused::{Postings, accuse, not_accused};
use crate::case::{Basis, Case};
use crate::check;
use crate::clocks::{CaseStage, begin};
use crate::event::Event;
use crate::facts::{CaseKind, Facts};
use crate::request::CaseClassification;
use crate::workflow::{ClockEffect, may_be_classed};

impl Case {
    /// Whoever has it says what becomes of it: the first time counts.
    pub(super) fn processed(&mut self, now: DateTime<Utc>) {
        let elsewhere = self.handling_agency_id != self.receiving_agency_id;
        let marks = &mut self.marks.0;
        marks.processed_at.get_or_insert(now);
        if elsewhere {
            marks.processed_there_at.get_or_insert(now);
        }
    }

    /// Another agency has it now, and has still to say what becomes of it. What comes back is to be looked at there again.
    pub(crate) fn hand_to(&mut self, agency: AgencyId) {
        self.handling_agency_id = agency;
        let marks = &mut self.marks.0;
        marks.processed_there_at = None;
        if agency == self.receiving_agency_id {
            marks.processed_at = None;
        }
    }
}

/// Received: from now on it keeps the rules of this day. What grew out of a case of a remote area is of that area, also where the
/// agency above receives it (LKN Art. 37, 44).
pub(super) fn receive(case: &mut Case, ctx: &Ctx, world: World<'_>) -> Result<()> {
    let origin = case.basis.as_ref().is_some_and(|basis| basis.0.remote_area);
    let remote_area = origin || world.rules.is_remote(case.receiving_agency_id);
    case.submitted_at = Some(ctx.now);
    case.basis = Some(Json(Basis { on: deadlines::vn_date(ctx.now), remote_area }));
    lodged(case, world)
}

/// Whether what its sender had to keep was in time when it came, by what it is. Of a second complaint, the first has a limit for that.
pub(super) fn lodged(case: &mut Case, world: World<'_>) -> Result<()> {
    let mut clocks = case.clocks.0.clone();
    clocks.0.remove(&CaseStage::LodgeFirst);
    let came_at = case.marks.0.came_at.or(case.submitted_at);
    if let (Facts::Complaint { known_on, .. }, Some(received_at), 1) = (&case.facts.0, came_at, case.level) {
        let began = deadlines::end_of_day(known_on.pred_opt().unwrap_or(*known_on));
        match begin(&mut clocks, CaseStage::LodgeFirst, case, world.rules, began) {
            // Longer ago than any calendar reaches: whoever decides sees that without a date.
            Err(error) if error.is(&CALENDAR_NOT_PUBLISHED) => {}
            begun => begun?,
        }
        clocks.end(CaseStage::LodgeFirst, received_at);
    }
    case.clocks.0 = clocks;
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

/// Facts that come to be later than the case are held against its people as those of a new one are.
pub(super) fn checked(case: &Case, facts: &Facts, ctx: &Ctx) -> Result<()> {
    INVALID.unless_none(check::wrong(&case.people.0, facts, deadlines::vn_date(ctx.now), "/facts/kind"))
}

/// What it is by its content. The limits are those of what it is, from when it was received. Who was accused once stays barred.
pub(super) fn classified(
    moving: &mut Moving,
    ctx: &Ctx,
    world: World<'_>,
    found: &CaseClassification,
    postings: &Postings,
) -> Result<Event> {
    let (from, to) = (moving.case.kind, found.facts.kind());
    of_a_letter(to)?;
    its_senders_word(&mut moving.case, &found.facts)?;
    checked(&moving.case, &found.facts, ctx)?;
    // Whoever looked at it above may have handed it back to the unit's head: it does not go up again for the same official. Of whom it has
    // accused by name, their ids stand among the barred alone.
    let before = moving.case.facts.0.accused(&[]);
    let by_name = moving.case.facts.0.accuse_by_name();
    let known = |who: &Uuid| before.contains(who) || by_name && moving.case.bars(*who);
    let same = found.facts.accused(&postings.called).iter().all(known);
    let postings = if same { &Postings { named: Vec::new(), ..postings.clone() } } else { postings };
    moving.case.kind = to;
    moving.case.facts = Json(found.facts.clone());
    moving.case.marks.0.field = found.field.or(moving.case.marks.0.field);
    accuse(&mut moving.case, ctx, world.rules, postings)?;
    lodged(&mut moving.case, world)?;
    moving.turn(&[ClockEffect::Reclassify], ctx, world)?;
    Ok(Event::Classified { from, to })
}

/// What a sender has said stands, whatever an officer finds: that a second complaint is one, what they confirmed that it become, and when
/// they knew of what they complain about. Feedback and reports become complaints only as their sender confirms.
fn its_senders_word(case: &mut Case, found: &Facts) -> Result<()> {
    use CaseKind::{Complaint, ConductReport, RegulationFeedback};
    let to = found.kind();
    let stays = case.level == 1 && case.marks.0.came_at.is_none() || to == case.kind;
    let (vi, en) = ("người gửi đã xác nhận loại này", "its sender has said that it is of this kind");
    unless(stays, "/facts/kind", "confirmed", vi, en)?;
    let confirms = to == Complaint && matches!(case.declared_kind, RegulationFeedback | ConductReport);
    let (vi, en) = ("chỉ thành khiếu nại khi người gửi xác nhận", "becomes a complaint only as its sender confirms");
    unless(!confirms, "/facts/kind", "not_confirmed", vi, en)?;
    // On paper it was reception that entered the day, and puts it right.
    if let (Facts::Complaint { known_on, .. }, Complaint, Some(_)) = (&case.facts.0, case.declared_kind, case.sender_id)
    {
        case.marks.0.known_on = Some(*known_on);
    }
    if let (Facts::Complaint { known_on, .. }, Some(said)) = (found, case.marks.0.known_on) {
        let (vi, en) = ("ngày biết là lời của người gửi", "is what its sender said");
        unless(*known_on == said, "/facts/known_on", "not_yours", vi, en)?;
    }
    Ok(())
}

/// It goes to the agency of the city whose matter it is. The sender's limits go on as they were: they do not pay for it.
pub(super) fn transferred(moving: &mut Moving, to: AgencyId, why: &str) -> Result<Event> {
    let from = moving.case.handling_agency_id;
    unless(from != to, "/to", "same", "đang thụ lý vụ việc", "has the case already")?;
    not_accused(&moving.case, to)?;
    moving.case.hand_to(to);
    moving.case.assigned_to = None;
    // Whoever has it now is told of what is late there, too, and so is who heads it.
    moving.case.escalation = 0;
    moving.say(None, why);
    Ok(Event::Transferred { from: from.0, to: to.0 })
}

/// It is not taken up; what was lodged in time is not out of time, and no court has what nobody has noted so.
pub(super) fn refused(moving: &Moving, ground: String) -> Result<Event> {
    let lodged = moving.case.clocks.0.get(CaseStage::LodgeFirst);
    let in_time = lodged.is_some_and(|it| it.ended_at.is_some_and(|at| at < it.due_at));
    let so = ground != "out_of_time" || !in_time;
    unless(so, "/ground", "not_so", "khiếu nại gửi trong thời hiệu", "it was lodged in time")?;
    let so = ground != "in_court" || moving.case.marks.0.in_court_since.is_some();
    unless(so, "/ground", "not_so", "chưa ghi nhận vụ án tại Toà án", "that a court has it was not noted")?;
    Ok(Event::Refused { ground })
}
