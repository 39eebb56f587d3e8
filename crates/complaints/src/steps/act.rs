//! The steps that a case takes by itself, each with what is said in it.

use diesel_async::AsyncPgConnection;
use kernel::id::AgencyId;
use kernel::idempotency::Answer;
use kernel::record::again;
use kernel::{Ctx, Result};

use super::decision::{answered, decided, published};
use super::end::{part_withdrawn, reopened, suit_noted, terminated, withdrawn};
use super::kin::conversion_proposed;
use super::screening::{classified, refused, transferred};
use super::work::{assigned, dialogue_called, dialogue_recorded};
use super::{Moving, Target, World};
use crate::accused::Postings;
use crate::event::Event;
use crate::law;
use crate::paper::all_arrived;
use crate::request::{
    CaseAnswer, CaseAssignment, CaseClassification, CaseConversion, CaseDecision, CaseGrounded, CaseLitigation,
    CasePartWithdrawal, CasePublication, CaseReferral, CaseService, CaseWithdrawal, DialogueCall, DialogueRecord,
};
use crate::template::draft::{no_blanks, not_blank};
use crate::workflow::CaseAction;

/// A step, with what is said in it.
#[derive(Clone, Debug)]
pub enum Act {
    Plain(CaseAction),
    /// With a reason, what was found, or what is new.
    Saying(CaseAction, String),
    Grounded(CaseAction, CaseGrounded),
    /// To whom its sender, or the case itself, is sent.
    Refer(CaseAction, CaseReferral),
    /// What it is by its content, and where those work whom that names.
    Classify(CaseClassification, Postings),
    Transfer(AgencyId, String),
    /// To whom, and where those work.
    Assign(CaseAssignment, Vec<AgencyId>),
    CallDialogue(DialogueCall),
    RecordDialogue(DialogueRecord),
    Decide(CaseDecision),
    Answer(CaseAnswer),
    Serve(CaseService),
    Publish(CasePublication),
    Withdraw(CaseWithdrawal),
    WithdrawPart(CasePartWithdrawal),
    NoteLitigation(CaseLitigation),
    ProposeConversion(CaseConversion),
}

impl Act {
    fn action(&self) -> CaseAction {
        match self {
            Self::Plain(action) | Self::Saying(action, _) | Self::Grounded(action, _) | Self::Refer(action, _) => {
                *action
            }
            Self::Classify(..) => CaseAction::Classify,
            Self::Transfer(..) => CaseAction::Transfer,
            Self::Assign(..) => CaseAction::Assign,
            Self::CallDialogue(_) => CaseAction::CallDialogue,
            Self::RecordDialogue(_) => CaseAction::RecordDialogue,
            Self::Decide(_) => CaseAction::Decide,
            Self::Answer(_) => CaseAction::Answer,
            Self::Serve(_) => CaseAction::Serve,
            Self::Publish(_) => CaseAction::Publish,
            Self::Withdraw(_) => CaseAction::Withdraw,
            Self::WithdrawPart(_) => CaseAction::WithdrawPart,
            Self::NoteLitigation(_) => CaseAction::NoteLitigation,
            Self::ProposeConversion(_) => CaseAction::ProposeConversion,
        }
    }

    /// What is said in it, each at its place.
    fn texts(&self) -> Vec<(&'static str, &str)> {
        use CaseAction::{Close, Reopen, Report, Supply};
        match self {
            Self::Decide(CaseDecision { reasons, .. }) | Self::Answer(CaseAnswer { reasons, .. }) => {
                vec![("/reasons", reasons)]
            }
            Self::Refer(_, CaseReferral { body, reason }) => vec![("/body", body), ("/reason", reason)],
            Self::Saying(Close | Reopen | Report | Supply, words) => vec![("/words", words)],
            Self::Grounded(_, CaseGrounded { reason, .. })
            | Self::Transfer(_, reason)
            | Self::Saying(_, reason)
            | Self::ProposeConversion(CaseConversion { reason, .. }) => vec![("/reason", reason)],
            Self::CallDialogue(DialogueCall { place, .. }) | Self::Publish(CasePublication { place, .. }) => {
                vec![("/place", place)]
            }
            Self::RecordDialogue(DialogueRecord { minutes, .. }) => vec![("/minutes", minutes)],
            _ => Vec::new(),
        }
    }
}

/// Takes a step.
///
/// # Errors
/// As [`step`](crate::workflow::step); [`STALE`](crate::problem::STALE); what is wrong with what is said, at its place: also what a
/// template left to be filled in.
pub async fn act(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    act: Act,
) -> Result<Answer> {
    again(async || {
        let (moving, event) = take(conn, ctx, world, target, &act).await?;
        moving.answer(conn, ctx, world, &event, target.attempt).await
    })
    .await
}

/// A step as it will be taken, and what it is called. Nothing of it is written yet.
///
/// # Errors
/// As [`act`].
pub(crate) async fn take(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    act: &Act,
) -> Result<(Moving, Event)> {
    let mut moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
    moving.advance(ctx, world, act.action())?;
    for (pointer, words) in act.texts() {
        if act.action().is_written() { no_blanks(pointer, words)? } else { not_blank(pointer, words)? }
    }
    let event = happens(&mut moving, ctx, world, act)?;
    Ok((moving, event))
}

/// What is particular to the step, and what it is called.
fn happens(moving: &mut Moving, ctx: &Ctx, world: World<'_>, act: &Act) -> Result<Event> {
    use CaseAction as A;
    match act {
        Act::Plain(A::Submit) => {
            all_arrived(&moving.files)?;
            Ok(Event::Submitted { received_on: deadlines::vn_date(ctx.now) })
        }
        Act::Plain(_) => {
            moving.case.accepted_at = Some(ctx.now);
            Ok(Event::Accepted {})
        }
        Act::Saying(action, words) => {
            moving.say(None, words);
            said(moving, *action)
        }
        Act::Grounded(action, said) => {
            let on = moving.case.basis.as_ref().map(|basis| basis.0.on).unwrap_or_default();
            law::check(moving.before.kind, *action, &said.ground, on)?;
            moving.say(Some(&said.ground), &said.reason);
            let ground = said.ground.clone();
            match action {
                A::File => Ok(Event::Filed { ground }),
                A::Refuse => refused(moving, ground),
                A::Suspend => Ok(Event::Suspended { ground }),
                A::Terminate => terminated(moving, ground),
                _ => Ok(Event::Extended { ground }),
            }
        }
        Act::Refer(action, whose) => {
            moving.say(None, &format!("{}\n{}", whose.body, whose.reason));
            Ok(if *action == A::Guide { Event::Guided {} } else { Event::Forwarded {} })
        }
        Act::Classify(found, postings) => classified(moving, ctx, world, found, postings),
        Act::Transfer(to, why) => transferred(moving, *to, why),
        Act::Assign(whom, units) => assigned(moving, whom, units),
        Act::CallDialogue(call) => dialogue_called(moving, ctx, call),
        Act::RecordDialogue(record) => dialogue_recorded(moving, ctx, record),
        Act::Decide(decision) => decided(moving, ctx, decision),
        Act::Answer(answer) => answered(moving, ctx, answer),
        Act::Serve(how) => Ok(Event::Served { means: how.means }),
        Act::Publish(how) => Ok(published(moving, how)),
        Act::Withdraw(why) => withdrawn(moving, ctx, why),
        Act::WithdrawPart(which) => part_withdrawn(moving, ctx, which),
        Act::NoteLitigation(suit) => suit_noted(moving, ctx, suit),
        Act::ProposeConversion(what) => conversion_proposed(moving, what),
    }
}

/// The event of a step in which something is said and nothing else.
fn said(moving: &mut Moving, action: CaseAction) -> Result<Event> {
    use CaseAction as A;
    Ok(match action {
        A::RequestSupplement => Event::SupplementRequested {},
        A::Supply => {
            all_arrived(&moving.files)?;
            Event::Supplied {}
        }
        A::Report => Event::Reported {},
        A::SendBack => Event::SentBack {},
        A::Resume => Event::Resumed {},
        A::Close => Event::Closed {},
        A::RefuseWithdrawal => {
            moving.case.marks.0.withdrawal_asked_at = None;
            Event::WithdrawalRefused {}
        }
        A::Reopen => reopened(moving),
        A::ReturnAnswer => {
            (moving.case.outcome, moving.case.finished_at) = (None, None);
            Event::AnswerReturned {}
        }
        A::Urge => Event::Urged {},
        other => unreachable!("{other} carries more than words"),
    })
}
