//! The steps that officers take.

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use kernel::id::AgencyId;
use kernel::idempotency::Answer;
use kernel::problem::{FieldError, INVALID, Text};
use kernel::record::again;
use kernel::rules::Rules;
use kernel::{Ctx, Result};

use super::redact::redact;
use super::{MessagePart, Moving, Target, World, read};
use crate::accused::{Known, accuse};
use crate::clocks::{DenunciationStage, is_extended_as_complex, turn};
use crate::denunciation::{Accused, Denunciation, DenunciationKind, Protection};
use crate::event::Event;
use crate::problem::{ACCUSED, STALE};
use crate::receive::secrets;
use crate::request::{Conclusion, DenunciationAssignment, DenunciationGround, DenunciationGrounded, Redaction};
use crate::timer::{above, catch_up};
use crate::view::view;
use crate::workflow::{ClockEffect, DenunciationAction, DenunciationStatus, To, permissions, step};

/// A step, with what is said in it.
#[derive(Clone, Debug)]
pub enum Act {
    Plain(DenunciationAction),
    /// With a reason, or what was found.
    Saying(DenunciationAction, String),
    Grounded(DenunciationAction, DenunciationGrounded),
    Redact(Redaction),
    Ask(String),
    Transfer(AgencyId, String),
    /// To somebody who works at these agencies.
    Assign(DenunciationAssignment, Vec<AgencyId>),
    Accuse(Accused, Known),
    Conclude(Conclusion),
}

impl Act {
    fn action(&self) -> DenunciationAction {
        match self {
            Self::Plain(action) | Self::Saying(action, _) | Self::Grounded(action, _) => *action,
            Self::Redact(_) => DenunciationAction::Redact,
            Self::Ask(_) => DenunciationAction::Ask,
            Self::Transfer(..) => DenunciationAction::Transfer,
            Self::Assign(..) => DenunciationAction::Assign,
            Self::Accuse(..) => DenunciationAction::Accuse,
            Self::Conclude(_) => DenunciationAction::Conclude,
        }
    }
}

/// What officers write in a step: it tells nothing of who denounces either.
fn words(act: &mut Act) -> Vec<&mut String> {
    match act {
        Act::Plain(_) | Act::Assign(..) => Vec::new(),
        Act::Saying(_, words) | Act::Ask(words) | Act::Transfer(_, words) => vec![words],
        Act::Grounded(_, grounded) => vec![&mut grounded.reason],
        Act::Accuse(accused, _) => std::iter::once(&mut accused.name).chain(&mut accused.office).collect(),
        Act::Conclude(conclusion) => vec![&mut conclusion.words],
        Act::Redact(Redaction { subject, contents, messages, offices }) => {
            let later =
                messages.iter_mut().map(|it| &mut it.words).chain(offices.iter_mut().flat_map(|it| &mut it.office));
            std::iter::once(subject).chain(contents).chain(later).collect()
        }
    }
}

/// The same without what tells who denounces. The vault is opened for what has words alone.
async fn cleared(vault: &mut AsyncPgConnection, world: World<'_>, it: &Denunciation, act: &Act) -> Result<Act> {
    let mut act = act.clone();
    let mut words = words(&mut act);
    if !words.is_empty() {
        let secrets = secrets(vault, world.ring, it).await?;
        words.iter_mut().for_each(|words| **words = secrets.clear(words));
    }
    Ok(act)
}

/// The grounds that a step knows.
fn grounds(action: DenunciationAction, it: &Denunciation, rules: &Rules) -> &'static [DenunciationGround] {
    use DenunciationGround::*;
    match action {
        DenunciationAction::Refuse => &[Form, NoCapacity, NoGrounds, SettledComplaint],
        DenunciationAction::File => &[NotSpecific],
        DenunciationAction::ExtendCheck => &[SeveralPlaces],
        DenunciationAction::Extend if is_extended_as_complex(it, rules) => &[SpeciallyComplex],
        DenunciationAction::Extend => &[Complex, SpeciallyComplex],
        DenunciationAction::Suspend => &[AwaitsResult],
        DenunciationAction::RefuseWithdrawal => &[SignsOfViolation, UnderThreat, Slander, OthersGoOn],
        _ => &[],
    }
}

/// Who is told what is said at a step.
fn part(action: DenunciationAction) -> MessagePart {
    use DenunciationAction::*;
    match action {
        Ask => MessagePart::Question,
        AnswerDelay | Uphold | TakeOver => MessagePart::Answer,
        // Sent on (LTC Art. 24), no denunciation (Art. 25), refused (Art. 29), extended (Art. 30), withdrawn or not (Art. 33), suspended and
        // resumed (Art. 34), concluded (Art. 35), published (Art. 40), protected or not (Art. 50–55).
        Transfer | Forward | TreatAsLead | Refuse | Extend | Terminate | SettleRest | RefuseWithdrawal | Suspend
        | Resume | Conclude | Publish | Protect | RefuseProtection | EndProtection => MessagePart::Notice,
        _ => MessagePart::Remark,
    }
}

/// Takes a step.
///
/// # Errors
/// As [`step`]; [`STALE`]; a ground that the step does not know; [`ACCUSED`] when it would go to whom it accuses.
pub async fn act(
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    act: Act,
) -> Result<Answer> {
    again(async || {
        let seen = read(conn, ctx, target.id).await?;
        if target.if_match.is_some_and(|version| version != seen.it.version) {
            return Err(STALE.error().extra("version", seen.it.version).extra("state", seen.it.status.code()));
        }
        let mut moving = Moving::of(catch_up(conn, ctx, world, seen).await?);
        advance(&mut moving, ctx, world, act.action(), &act)?;
        let act = cleared(vault, world, &moving.it, &act).await?;
        let event = happens(&mut moving, ctx, world, &act)?;
        let view = view(ctx, &moving.it, &moving.said, &moving.files);
        let body = serde_json::to_string(&view).expect("a view is plain data");
        let reply = Answer { status: 200, version: view.version, location: None, body };
        moving.write(conn, ctx, world, &event, Some(target.attempt.keep(&reply, ctx.now))).await?;
        Ok(reply)
    })
    .await
}

/// Goes where the table says, with the limits.
fn advance(moving: &mut Moving, ctx: &Ctx, world: World<'_>, action: DenunciationAction, act: &Act) -> Result<()> {
    let row = step(&moving.before, action, &ctx.actor, ctx.now)?;
    moving.by = permissions(row, &moving.before, &ctx.actor);
    if let Act::Grounded(_, DenunciationGrounded { ground, .. }) = act {
        let known = grounds(action, &moving.before, world.rules);
        let codes: Vec<&str> = known.iter().map(|ground| ground.code()).collect();
        let codes = codes.join(", ");
        let words = Text::new(format!("phải là một trong: {codes}"), format!("must be one of: {codes}"));
        let wrong = (!known.contains(ground)).then(|| FieldError::new("/ground", "not_allowed", words));
        INVALID.unless_none(wrong.into_iter().collect())?;
    }
    let it = &mut moving.it;
    let to = match row.to {
        To::State(status) => status,
        To::Same => it.status,
        To::Before => it.state_before.take().unwrap_or(DenunciationStatus::Accepted),
    };
    // What is done while it is suspended does not change where it stood.
    if to == DenunciationStatus::Suspended && it.status != to {
        it.state_before = Some(it.status);
    }
    it.status = to;
    it.closed_at = to.is_over().then_some(it.closed_at.unwrap_or(ctx.now));
    // Whoever settles it anew is known before its limits begin.
    if action == DenunciationAction::TakeOver {
        taken_over(it);
    }
    turn(it, row.clocks, world.rules, ctx.now)
}

/// The agency above has it now, as if nothing had been concluded; what was stays among what was said.
fn taken_over(it: &mut Denunciation) {
    it.handling_agency_id = it.superior_agency_id.take().unwrap_or(it.handling_agency_id);
    (it.assigned_to, it.outcome, it.finished_at) = (None, None, None);
    it.marks.0.continued_at = None;
}

/// Nobody stands by it any more: what was asked of it as a denouncer's right is asked by nobody. Protection that was given goes on until it
/// is ended.
fn treated_as_lead(it: &mut Denunciation, now: DateTime<Utc>) {
    it.kind = DenunciationKind::Lead;
    let marks = &mut it.marks.0;
    marks.treated_as_lead_at = Some(now);
    (marks.withdrawal_asked_at, marks.withdrawal_of) = (None, Vec::new());
    marks.protection = marks.protection.filter(|protection| *protection != Protection::Asked);
    marks.more_protection_asked_at = None;
}

/// What is particular to the step, and what it is called.
fn happens(moving: &mut Moving, ctx: &Ctx, world: World<'_>, act: &Act) -> Result<Event> {
    use DenunciationAction as A;
    let part = part(act.action());
    Ok(match act {
        Act::Redact(redaction) => {
            redact(moving, redaction.clone())?;
            Event::Redacted {}
        }
        Act::Ask(question) => {
            moving.say(part, None, question.clone(), ctx.now);
            Event::Asked {}
        }
        Act::Transfer(to, why) => {
            let from = moving.it.handling_agency_id;
            hand_on(&mut moving.it, *to, ctx.now)?;
            moving.say(part, None, why.clone(), ctx.now);
            Event::Transferred { from: from.0, to: to.0 }
        }
        Act::Assign(whom, agencies) => {
            if moving.it.bars(whom.to.0) || agencies.iter().any(|agency| moving.it.bars(agency.0)) {
                return Err(ACCUSED.error());
            }
            moving.it.assigned_to = Some(whom.to);
            Event::Assigned { to: whom.to.0 }
        }
        Act::Accuse(accused, known) => {
            let to = accuse(&mut moving.it, ctx, world.rules, accused, known)?;
            if to != moving.it.handling_agency_id {
                let (superior, handed_on_at) = (moving.it.superior_agency_id, moving.it.marks.0.handed_on_at);
                hand_on(&mut moving.it, to, ctx.now)?;
                // Where its denouncer has gone on to the one above, that one has it now, and decides on that all the same.
                let is_reviewed = moving.it.clocks.0.runs(DenunciationStage::Review);
                let above = if is_reviewed { superior } else { above(&moving.it, world) };
                moving.it.superior_agency_id = above.filter(|_| superior.is_some());
                // It was settled where it was: registers and reports stay as they are.
                if moving.it.finished_at.is_some() || moving.it.status.is_over() {
                    moving.it.marks.0.handed_on_at = handed_on_at;
                }
            }
            if moving.before.superior_agency_id.is_some() && moving.it.superior_agency_id.is_none() {
                asked_of_nobody(&mut moving.it, world, ctx.now)?;
            }
            Event::Accused { to: to.0 }
        }
        Act::Conclude(Conclusion { outcome, words }) => {
            (moving.it.outcome, moving.it.finished_at) = (Some(*outcome), Some(ctx.now));
            moving.say(part, Some(outcome.code()), words.clone(), ctx.now);
            let resolve = moving.it.clocks.0.get(DenunciationStage::Resolve);
            let in_time = resolve.is_none_or(|running| ctx.now < running.statutory_due_at);
            Event::Concluded { outcome: *outcome, in_time }
        }
        Act::Grounded(action, DenunciationGrounded { ground, reason }) => {
            moving.say(part, Some(ground.code()), reason.clone(), ctx.now);
            let ground = ground.code().to_owned();
            match action {
                A::ExtendCheck => Event::CheckExtended { ground },
                A::Refuse => Event::Refused { ground },
                A::File => Event::Filed { ground },
                A::Suspend => Event::Suspended { ground },
                A::RefuseWithdrawal => {
                    let marks = &mut moving.it.marks.0;
                    (marks.withdrawal_asked_at, marks.withdrawal_of) = (None, Vec::new());
                    Event::WithdrawalRefused {}
                }
                _ => Event::Extended { ground },
            }
        }
        Act::Saying(action @ (A::AnswerDelay | A::Uphold | A::TakeOver), words) => {
            moving.say(part, None, words.clone(), ctx.now);
            above_says(moving, *action)
        }
        Act::Saying(action, words) => {
            moving.say(part, None, words.clone(), ctx.now);
            named(moving, ctx, *action)
        }
        Act::Plain(action) => named(moving, ctx, *action),
    })
}

/// Another agency has it now, with its limits, and what is late is shown there and above it, from the bottom of the ladder.
fn hand_on(it: &mut Denunciation, to: AgencyId, now: DateTime<Utc>) -> Result<()> {
    let words = Text::fixed("đang thụ lý tố cáo", "has the denunciation already");
    let same = (to == it.handling_agency_id).then(|| FieldError::new("/to", "same", words));
    INVALID.unless_none(same.into_iter().collect())?;
    if it.bars(to.0) {
        return Err(ACCUSED.error());
    }
    (it.handling_agency_id, it.assigned_to) = (to, None);
    (it.superior_agency_id, it.escalation) = (None, 0);
    // What comes back is to be checked there again.
    let first = it.marks.0.handed_on_at.unwrap_or(now);
    it.marks.0.handed_on_at = (to != it.receiving_agency_id).then_some(first);
    Ok(())
}

/// Nobody is left above within the city: what the denouncer had asked of the agency there is owed by none, and they may read that.
fn asked_of_nobody(it: &mut Denunciation, world: World<'_>, now: DateTime<Utc>) -> Result<()> {
    use DenunciationStage::{AskDelay, ExplainDelay, Review};
    let marks = &mut it.marks.0;
    (marks.delay_reported_at, marks.continued_at) = (None, None);
    turn(it, &[AskDelay, ExplainDelay, Review].map(ClockEffect::Forget), world.rules, now)
}

/// What the agency above has done, of which the denouncer is told.
fn above_says(moving: &mut Moving, action: DenunciationAction) -> Event {
    match action {
        DenunciationAction::AnswerDelay => {
            moving.it.marks.0.delay_reported_at = None;
            Event::DelayAnswered {}
        }
        DenunciationAction::Uphold => {
            moving.it.leave_above();
            Event::Upheld {}
        }
        _ => {
            let (from, to) = (moving.before.handling_agency_id.0, moving.it.handling_agency_id.0);
            Event::TakenOver { from, to }
        }
    }
}

/// The event of a step that has no more to tell than its name, with the mark that it leaves.
fn named(moving: &mut Moving, ctx: &Ctx, action: DenunciationAction) -> Event {
    use DenunciationAction as A;
    let marks = &mut moving.it.marks.0;
    match action {
        A::Forward => Event::Forwarded {},
        A::TreatAsLead => {
            treated_as_lead(&mut moving.it, ctx.now);
            Event::TreatedAsLead {}
        }
        A::CheckLead => Event::LeadTaken {},
        A::Accept => {
            moving.it.accepted_at = Some(ctx.now);
            Event::Accepted {}
        }
        A::Notify => Event::Notified {},
        A::Report => Event::Reported {},
        A::SendBack => Event::SentBack {},
        A::Resume => Event::Resumed {},
        A::ToInvestigation => Event::Investigated {},
        A::Send => Event::ConclusionSent {},
        A::Handle => Event::Handled {},
        A::Publish => Event::Published {},
        A::Close => Event::Closed {},
        A::Terminate => Event::Terminated {},
        A::SettleRest => {
            let contents = std::mem::take(&mut marks.withdrawal_of);
            marks.withdrawal_asked_at = None;
            marks.withdrawn.extend(&contents);
            Event::PartWithdrawn { contents }
        }
        A::Protect => {
            (marks.protection, marks.more_protection_asked_at) = (Some(Protection::Granted), None);
            Event::ProtectionGranted {}
        }
        A::RefuseProtection => {
            marks.refuse_protection();
            Event::ProtectionRefused {}
        }
        A::EndProtection => {
            marks.end_protection();
            Event::ProtectionEnded {}
        }
        A::AskForReport => Event::ReportAsked {},
        A::ExplainDelay => Event::DelayExplained {},
        // Those that carry more than a name are not given here.
        A::Redact
        | A::Ask
        | A::Transfer
        | A::Assign
        | A::Accuse
        | A::Conclude
        | A::ExtendCheck
        | A::Refuse
        | A::File
        | A::Suspend
        | A::RefuseWithdrawal
        | A::AnswerDelay
        | A::Uphold
        | A::TakeOver
        | A::Extend => unreachable!("{action} says more than that"),
    }
}
