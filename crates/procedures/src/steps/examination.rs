//! From acceptance to the result: examination, supplement, the proposal and the signature, and the one new date.

use deadlines::{Clock, Deadline, Event as ClockEvent};
use diesel_async::AsyncPgConnection;
use kernel::idempotency::Answer;
use kernel::json::Json;
use kernel::problem::{FieldError, INTERNAL, INVALID, Text as Words};
use kernel::{Ctx, Result};

use super::intake::hand_over_due_at;
use super::{Target, World, known_components, take, take_knowing};
use crate::attachment;
use crate::clock;
use crate::dossier::{Dossier, Outcome};
use crate::event::Event;
use crate::paper::keep::{self, Keep};
use crate::receipt::Stage;
use crate::request::{
    CaseChange, NewResult, Proposal, Reappointment, Reasoned, RefusalGround, SupplementNotice, SupplementProposal,
    VerificationPlan, VerificationRecord,
};
use crate::supplement::{self, Supplement};
use crate::workflow::{Action, Status};

/// Takes up an accepted dossier.
pub async fn start_processing(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::StartProcessing, |moving| {
        moving.dossier.next_due_at = moving.dossier.due_at.unwrap_or(ctx.now);
        Ok(Event::ProcessingStarted {})
    })
    .await
}

/// Goes to look at something on the spot, or to ask somebody; the clock runs on.
pub async fn verify(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    plan: VerificationPlan,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::Verify, |moving| {
        moving.remark = Some((None, plan.subject.clone()));
        Ok(Event::VerificationBegun { appointment: plan.appointment_at })
    })
    .await
}

/// Writes down what a verification has shown (NĐ 61/2018 Art. 19(3)(b)).
///
/// # Errors
/// One that was held after now.
pub async fn record_verification(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    record: VerificationRecord,
) -> Result<Answer> {
    if record.held_at > ctx.now {
        let words = Words::fixed("không được ở tương lai", "must not be in the future");
        return Err(INVALID.error().fields(vec![FieldError::new("/held_at", "future", words)]));
    }
    take(conn, ctx, world, target, Action::RecordVerification, |moving| {
        moving.record = Some(record.clone());
        Ok(Event::VerificationRecorded {})
    })
    .await
}

/// Proposes to ask the applicant for what is missing, to whoever signs. The applicant is to be told within 3 working days from
/// reception as a rule (NĐ 61/2018 Art. 19(4)): later, somebody says why.
pub async fn propose_supplement(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    what: SupplementProposal,
) -> Result<Answer> {
    take_knowing(conn, ctx, world, target, Action::ProposeSupplement, |moving, known| {
        let SupplementProposal { ground, reason, components, late_reason } = what.clone();
        known_components(moving.case, &components)?;
        known.allows_asking_for(&components)?;
        let mut asked = Supplement::of(&moving.dossier, ctx.now, ground, reason, components);
        asked.notice_due_at = moving.dossier.clock.as_ref().map_or(Ok(None), |Json(clock)| {
            clock::stage(world.rules, "supplement_notice", moving.before.receiving_agency_id, clock::began(clock))
        })?;
        asked.excuse(ctx.now, late_reason)?;
        moving.remark = Some((Some(ground.code()), asked.reason.clone()));
        let (components, late) = (asked.components.clone(), asked.late_reason.is_some());
        moving.asked = Some(asked);
        Ok(Event::SupplementProposed { ground, components, late })
    })
    .await
}

/// Signs what the officer wants to be asked for; reception sends it.
pub async fn sign_supplement(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::SignSupplement, |_| Ok(Event::SupplementSigned {})).await
}

/// Tells the applicant what is missing, by reception (Form 02): the clock stands until it is there, or the applicant's time is
/// over.
pub async fn request_supplement(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    notice: SupplementNotice,
) -> Result<Answer> {
    take_knowing(conn, ctx, world, target, Action::RequestSupplement, |moving, known| {
        let mut asked =
            moving.asked.clone().ok_or_else(|| INTERNAL.because("nothing was proposed that could be sent"))?;
        known.allows_asking_for(&asked.components)?;
        asked.excuse(ctx.now, notice.late_reason.clone())?;
        let asked = asked.sent(world.rules, moving.case, moving.before.receiving_agency_id, ctx.now)?;
        moving.remark = Some((Some(asked.ground.code()), asked.reason.clone()));
        let (ground, components, supply_by) = (asked.ground, asked.components.clone(), asked.due_at);
        moving.asked = Some(asked);
        Ok(Event::SupplementRequested { ground, components, supply_by })
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
    take_knowing(conn, ctx, world, target, Action::ConfirmSupplement, |moving, known| {
        attachment::complete(moving.case, &moving.papers, |component| known.is_found(&component.code))?;
        supplement::brought(&moving.asked, &moving.papers, |component| known.is_found(component))?;
        moving.also.push(Box::new(Keep::new(&moving.dossier, &moving.papers, ctx.now)));
        moving.receipt = Some(Stage::Supplemented);
        let last = moving.dossier.clock.as_ref().and_then(|clock| clock.0.events.last());
        let restarted = matches!(last, Some(ClockEvent::Restart { at }) if *at == ctx.now);
        Ok(Event::SupplementConfirmed { due_at: moving.dossier.due_at.unwrap_or(ctx.now), restarted })
    })
    .await
}

/// Proposes a result to whoever signs (NĐ 61/2018 Art. 19(1)).
pub async fn propose_result(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    proposal: Proposal,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::ProposeResult, |moving| {
        refusal_is_reasoned(proposal.outcome, proposal.ground, proposal.reason.as_ref())?;
        moving.dossier.proposed_outcome = Some(proposal.outcome);
        moving.remark = proposal.reason.clone().map(|reason| (proposal.ground.map(RefusalGround::code), reason));
        Ok(Event::ResultProposed { outcome: proposal.outcome, ground: proposal.ground })
    })
    .await
}

/// Gives a proposal back to the officer or to reception, with what is to be done about it; the clock runs on.
pub async fn send_back(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Reasoned,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::SendBack, |moving| {
        moving.dossier.proposed_outcome = None;
        moving.dossier.state_before = None;
        moving.remark = Some((None, why.reason.clone()));
        // Nothing could be brought while a rejection was being decided: whose time ran out meanwhile has it anew.
        let lapsed = moving.asked.take_if(|asked| asked.lapsed_at.is_some());
        if let Some(asked) = lapsed {
            let receiving = moving.before.receiving_agency_id;
            moving.asked = Some(asked.with_time(world.rules, moving.case, receiving, ctx.now)?);
        }
        Ok(Event::SentBack { supply_by: moving.asked.as_ref().and_then(Supplement::lapses_at) })
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
        refusal_is_reasoned(result.outcome, result.ground, result.reason.as_ref())?;
        if moving.before.status == Status::SupplementRequested && result.ground != Some(RefusalGround::NotSupplemented)
        {
            let words = Words::fixed("chỉ có thể là không bổ sung", "can only be that nothing was supplied");
            return Err(INVALID.error().fields(vec![FieldError::new("/ground", "not_so", words)]));
        }
        moving.dossier.outcome = Some(result.outcome);
        moving.dossier.result_number = Some(result.number.clone());
        moving.remark = result.reason.clone().map(|reason| (result.ground.map(RefusalGround::code), reason));
        if let Some(document) = &result.document {
            let papers = &mut moving.papers;
            moving.also = keep::result(ctx, &moving.dossier, moving.procedure, papers, document)?;
        }
        moving.dossier.next_due_at = moving.collect_by(ctx, world.rules)?;
        let in_time = !clock::timeliness_of(&moving.dossier, ctx.now).is_late();
        let document = result.document.as_ref().map(|document| document.id.0);
        Ok(Event::ResultIssued { outcome: result.outcome, ground: result.ground, in_time, document })
    })
    .await
}

/// A refusal needs a legal ground and a reason in words (NĐ 61/2018 Art. 19(8)).
fn refusal_is_reasoned(outcome: Outcome, ground: Option<RefusalGround>, reason: Option<&String>) -> Result<()> {
    if outcome != Outcome::Refused {
        return Ok(());
    }
    let needed = [("/ground", ground.is_none()), ("/reason", reason.is_none())];
    let words = Words::fixed("bắt buộc khi từ chối", "needed for a refusal");
    let missing = needed.iter().filter(|(_, missing)| *missing);
    let missing: Vec<_> = missing.map(|(pointer, _)| FieldError::new(*pointer, "required", words.clone())).collect();
    INVALID.unless_none(missing)
}

/// Finds a dossier to be another of its procedure's cases, as where a marriage needs verification (Law on Civil Status Art. 18):
/// the limit that began is that of the new case. What was printed first stays on record.
///
/// # Errors
/// A case that the procedure does not have on this way, or whose limit would be over already.
pub async fn change_case(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    change: CaseChange,
) -> Result<Answer> {
    let wrong = |code, words| INVALID.error().fields(vec![FieldError::new("/case", code, words)]);
    take(conn, ctx, world, target, Action::ChangeCase, |moving| {
        let channel = moving.dossier.channel;
        let others = || moving.procedure.other_cases(moving.case, channel);
        let case = others().find(|other| other.code == change.case).ok_or_else(|| {
            let words = Words::fixed("thủ tục không có trường hợp khác này", "is no other case of the procedure");
            wrong("unknown", words)
        })?;
        let clock = Clock { limit: clock::limit(case, channel), ..clock_of(&moving.dossier)? };
        let deadline = world.rules.deadline(&clock).map_err(|error| error.at("/case"))?;
        if deadline.statutory_due_at <= ctx.now {
            return Err(wrong(
                "over",
                Words::fixed("đã hết thời hạn của trường hợp này", "has a limit that is over already"),
            ));
        }
        let (from, due_at) = (std::mem::replace(&mut moving.dossier.case_code, case.code.clone()), deadline.due_at);
        moving.case = case;
        // What is not settled at once any more has to be handed over.
        let receiving = moving.dossier.receiving_agency_id;
        if moving.dossier.status == Status::Accepted && moving.dossier.hand_over_due_at.is_none() {
            moving.dossier.hand_over_due_at = Some(hand_over_due_at(ctx, world.rules, receiving)?);
        }
        clock::put(&mut moving.dossier, clock, &deadline);
        moving.remark = Some((None, change.reason.clone()));
        Ok(Event::CaseChanged { from, to: case.code.clone(), due_at })
    })
    .await
}

/// Asks for another, later date, of whoever signs.
pub async fn propose_reappointment(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    new: Reappointment,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::ProposeReappointment, |moving| {
        reappointed(world, &moving.dossier, &new)?;
        moving.remark = Some((None, new.reason.clone()));
        Ok(Event::ReappointmentProposed { due_date: new.due_date })
    })
    .await
}

/// The clock of what is examined.
fn clock_of(dossier: &Dossier) -> Result<Clock> {
    let clock = dossier.clock.clone().map(|Json(clock)| clock);
    clock.ok_or_else(|| INTERNAL.because("a dossier is examined whose clock never started"))
}

/// The clock with the new date, and what it comes to.
fn reappointed(world: World<'_>, dossier: &Dossier, new: &Reappointment) -> Result<(Clock, Deadline)> {
    let mut clock = clock_of(dossier)?;
    clock.events.push(ClockEvent::Reappoint { due_date: new.due_date });
    let deadline = world.rules.deadline(&clock).map_err(|error| error.at("/due_date"))?;
    Ok((clock, deadline))
}

/// Gives the citizen another, later date with an apology: once, and a day before the old one at the latest
/// (NĐ 61/2018 Art. 19(9), Form 04). It does not make a late dossier one in time.
///
/// # Errors
/// [`TOO_LATE_TO_REAPPOINT`](crate::problem::TOO_LATE_TO_REAPPOINT); a date that is not later, or that no calendar reaches.
pub async fn reappoint(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    new: Reappointment,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::Reappoint, |moving| {
        let (clock, deadline) = reappointed(world, &moving.dossier, &new)?;
        clock::put(&mut moving.dossier, clock, &deadline);
        moving.remark = Some((None, new.reason.clone()));
        Ok(Event::Reappointed { due_at: deadline.due_at })
    })
    .await
}
