//! Until somebody examines a dossier: submission, what is missing, acceptance, refusal, hand-over.

use chrono::{DateTime, Utc};
use deadlines::{due_date, end_of_day, vn_date};
use diesel_async::AsyncPgConnection;
use kernel::id::AgencyId;
use kernel::idempotency::Answer;
use kernel::rules::Rules;
use kernel::{Ctx, Result};

use super::{Moving, Target, World, known_components, take, take_knowing, take_with};
use crate::attachment;
use crate::clock;
use crate::event::Event;
use crate::paper::keep::Keep;
use crate::problem::PROCEDURE_CHANGED;
use crate::receipt::Stage;
use crate::request::{Reasoned, Rejection, SupplementRequest};
use crate::supplement::{self, Supplement};
use crate::workflow::{Action, Status};

/// Submits an online draft, or what was missing at intake: everything declared must have arrived, and the limit for an
/// answer begins.
pub async fn submit(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, target: Target<'_>) -> Result<Answer> {
    take_knowing(conn, ctx, world, target, Action::Submit, |moving, known| {
        in_force(ctx, moving)?;
        attachment::complete(moving.case, &moving.papers, |component| known.may_be_found(&component.code))?;
        supplement::brought(&moving.asked, &moving.papers, |component| known.may_be_found(component))?;
        let answer_due_at = answer_due_at(ctx, world.rules, moving)?;
        moving.dossier.submitted_at.get_or_insert(ctx.now);
        moving.dossier.next_due_at = answer_due_at;
        moving.receipt = Some(Stage::Submitted);
        Ok(Event::Submitted { answer_due_at })
    })
    .await
}

/// What comes to the agency goes by the rules of that day. What it has already finishes under those of its own.
fn in_force(ctx: &Ctx, moving: &Moving<'_>) -> Result<()> {
    if moving.before.status == Status::Draft && !moving.procedure.in_force_on(vn_date(ctx.now)) {
        return Err(PROCEDURE_CHANGED.error());
    }
    Ok(())
}

/// By when reception owes an answer to what is submitted now: as the procedure says for the way on which it comes, and
/// within 8 working hours as a rule.
fn answer_due_at(ctx: &Ctx, rules: &Rules, moving: &Moving<'_>) -> Result<DateTime<Utc>> {
    let (receiving, channel) = (moving.dossier.receiving_agency_id, moving.dossier.channel);
    if let Some(due_at) = clock::intake_due_at(rules, moving.case, channel, receiving, ctx.now)? {
        return Ok(due_at);
    }
    Ok(clock::stage(rules, "intake_answer", receiving, ctx.now)?.unwrap_or(ctx.now))
}

/// By when reception hands over what it accepts now: the same day. What cannot go on that day, because it came after 15:00
/// or on a day off, goes first thing on the next working day (NĐ 61/2018 Art. 18(1)).
pub(super) fn hand_over_due_at(ctx: &Ctx, rules: &Rules, receiving: AgencyId) -> Result<DateTime<Utc>> {
    let today = vn_date(ctx.now);
    let Some(due_at) = clock::stage(rules, "hand_over", receiving, ctx.now)? else { return Ok(ctx.now) };
    match rules.clock("dossier", "hand_over", "next_day", today) {
        Some(next_day) if due_date(due_at) > today => rules.due_at(next_day.limit()?, receiving, end_of_day(today)),
        _ => Ok(due_at),
    }
}

/// Asks at intake for what is missing: all of it, and once (NĐ 61/2018 Art. 15(3), Form 02). What is asked for again at the counter
/// takes the place of what was asked for.
pub async fn request_intake_supplement(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    what: SupplementRequest,
) -> Result<Answer> {
    take_knowing(conn, ctx, world, target, Action::RequestIntakeSupplement, |moving, known| {
        known_components(moving.case, &what.components)?;
        known.allows_asking_for(&what.components)?;
        moving.dossier.intake_supplements += 1;
        moving.remark = Some((Some(what.ground.code()), what.reason.clone()));
        let SupplementRequest { ground, reason, components } = what.clone();
        let asked = match moving.asked.take() {
            Some(before) => Supplement { ground, reason, components, ..before },
            None => Supplement::of(&moving.dossier, ctx.now, ground, reason, components),
        };
        let asked = asked.sent(world.rules, moving.case, moving.before.receiving_agency_id, ctx.now)?;
        let (components, supply_by) = (asked.components.clone(), asked.due_at);
        moving.asked = Some(asked);
        Ok(Event::IntakeSupplementRequested { ground, components, supply_by })
    })
    .await
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
    take_knowing(conn, ctx, world, target, Action::Accept, |moving, known| {
        in_force(ctx, moving)?;
        attachment::complete(moving.case, &moving.papers, |component| known.is_found(&component.code))?;
        supplement::brought(&moving.asked, &moving.papers, |component| known.is_found(component))?;
        moving.also.push(Box::new(Keep::new(&moving.dossier, &moving.papers, ctx.now)));
        moving.dossier.accepted_at = Some(ctx.now);
        moving.code_prefix = Some(code_prefix.to_owned());
        moving.receipt = Some(Stage::Accepted);
        let here = moving.dossier.receiving_agency_id == moving.dossier.competent_agency_id;
        if !(moving.case.immediate && here) {
            let hand_over_due_at = hand_over_due_at(ctx, world.rules, moving.dossier.receiving_agency_id)?;
            moving.dossier.hand_over_due_at = Some(hand_over_due_at);
            moving.dossier.next_due_at = hand_over_due_at;
        }
        let due_at = moving.dossier.due_at.unwrap_or(ctx.now);
        let calendar_version = moving.dossier.clock.as_ref().map(|clock| clock.0.calendar_version.clone());
        Ok(Event::Accepted { due_at, calendar_version: calendar_version.unwrap_or_default() })
    })
    .await
}

/// Proposes not to accept a dossier, to whoever heads the one-stop shop.
pub async fn propose_rejection(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Rejection,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::ProposeRejection, |moving| {
        moving.dossier.state_before = Some(moving.before.status);
        moving.remark = Some((Some(why.ground.code()), why.reason.clone()));
        Ok(Event::RejectionProposed { ground: why.ground })
    })
    .await
}

/// Does not accept a dossier, with ground and reason (Form 03), and the agency that is `competent` where another one is.
pub async fn reject(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Rejection,
    competent: Option<AgencyId>,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::Reject, |moving| {
        moving.remark = Some((Some(why.ground.code()), why.reason.clone()));
        Ok(Event::Rejected { ground: why.ground, competent: competent.map(|agency| agency.0) })
    })
    .await
}

/// Hands an accepted dossier over to whoever decides it: the same day, or first thing on the next for what came after 15:00
/// (NĐ 61/2018 Art. 18, NĐ 118/2025 Art. 18(2)). What turns out to be another agency's goes `to` that one on the same terms
/// (Art. 18(3)).
pub async fn hand_over(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    to: Option<AgencyId>,
) -> Result<Answer> {
    let turn =
        |moving: &mut Moving<'_>| moving.dossier.competent_agency_id = to.unwrap_or(moving.before.competent_agency_id);
    take_with(conn, ctx, world, target, Action::HandOver, turn, |moving| {
        let due_at = moving.dossier.due_at.unwrap_or(ctx.now);
        moving.dossier.next_due_at = due_at;
        Ok(Event::HandedOver { due_at, to: Some(moving.dossier.competent_agency_id.0) })
    })
    .await
}

/// Does not take a dossier over: something is missing in what was handed over, or it is not for this agency.
pub async fn refuse_hand_over(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Reasoned,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::RefuseHandOver, |moving| {
        let hand_over_due_at = hand_over_due_at(ctx, world.rules, moving.dossier.receiving_agency_id)?;
        moving.dossier.hand_over_due_at = Some(hand_over_due_at);
        moving.dossier.next_due_at = hand_over_due_at;
        moving.remark = Some((None, why.reason.clone()));
        Ok(Event::HandOverRefused {})
    })
    .await
}
