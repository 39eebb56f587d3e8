//! The states of a case and the one table of what leads from one to the next, for which kinds.
//!
//! The table serves the check at runtime, the `allowed_actions` of every answer, the authorization matrix and the
//! workflow page of the documentation.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Actor, Permission, Result};

use crate::case::Case;
use crate::clocks::CaseStage;
use crate::facts::CaseKind;
use crate::law::Setting;
use crate::problem::{ILLEGAL_TRANSITION, NOT_IN_FORCE, NOT_YOURS_TO_DO};

mod state;
mod table;

pub use state::{CaseAction, CaseStatus};
pub use table::TABLE;

/// How somebody stands to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The citizen who sent it.
    Sender,
    /// Staff of the agency that took it in on paper, for its sender.
    Receiving,
    /// Staff of the agency that has it now.
    Handling,
    /// The member of staff who verifies it.
    Assigned,
    /// The Fatherland Front.
    Front,
    /// Whoever protects personal data.
    DataProtection,
    /// Staff of an agency above the one that has it now.
    Superior,
}

/// What a step does to the clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockEffect {
    /// The stage begins, unless it has begun before or no rule limits it.
    Begin(CaseStage),
    /// The stage is over: this moment decides whether it was in time.
    End(CaseStage),
    /// All stages are over.
    EndAll,
    /// All that run stand, where that is set for this kind.
    Pause(Setting),
    /// All that stand go on.
    Resume,
    /// The stage begins anew.
    Restart(CaseStage),
    /// The stage gets the extension that its rule knows.
    Extend(CaseStage),
    /// All stages that run are those of the kind that it is now, from when it was received.
    Reclassify,
}

/// A condition beside kind, state and party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    None,
    /// The stage runs, or stands.
    Owes(CaseStage),
    /// Of a complaint: a second one is possible, and its time is not over (LKN Art. 33). It begins when the first limit is over
    /// without a decision, and anew with the service of a late one: between signature and service none of it has run.
    MayAppeal,
    /// Its rule knows an extension that is not used up, and it is not late.
    MayExtend,
    /// No meeting is called.
    NoDialogueCalled,
    DialogueCalled,
    /// On the second level a meeting was held, or missed by whoever was invited (LKN Art. 39, recalled; 30(6)).
    HeardWhereNeeded,
    /// Decision served and, where that is owed, published; and the time to complain again is over (LKN Art. 33).
    NothingOwed,
    /// Not opened anew before.
    FirstTime,
    WithdrawalNotAsked,
    WithdrawalAsked,
    /// More than one of its contents stands.
    SeveralContents,
    ConversionProposed,
    NotInCourt,
    /// It accuses nobody: somebody is praised.
    Praise,
    /// What was told for a moment that is over is still owed.
    PastDue,
}

/// Who takes a step, and what they must be allowed to do.
pub type Hand = (Party, Permission);

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    pub kinds: &'static [CaseKind],
    pub from: &'static [CaseStatus],
    pub action: CaseAction,
    pub to: To,
    /// By any of these.
    pub by: &'static [Hand],
    pub clocks: &'static [ClockEffect],
    pub guard: Guard,
    /// Cases received before that day do not know it.
    pub since: Option<NaiveDate>,
}

/// Where a step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    State(CaseStatus),
    /// Where it is.
    Same,
    /// Where it stood when it was suspended.
    Before,
}

/// How the actor stands to the case.
fn is_party(party: Party, actor: &Actor, case: &Case, above: bool) -> bool {
    let at = |agency| actor.agency() == Some(agency);
    match party {
        // A citizen sees a case of their own alone: `visible_to` has said so.
        Party::Sender => matches!(actor, Actor::Citizen(_)),
        Party::Receiving => case.channel.is_reception() && at(case.receiving_agency_id),
        Party::Handling => at(case.handling_agency_id),
        Party::Assigned => case.assigned_to.is_some_and(|to| actor.id() == Some(to.0)),
        // There is one of them, whatever agency its people have their account at.
        Party::Front | Party::DataProtection => matches!(actor, Actor::Staff { .. }),
        Party::Superior => above,
    }
}

fn holds(guard: Guard, case: &Case, now: DateTime<Utc>) -> bool {
    let (clocks, marks) = (&case.clocks.0, &case.marks.0);
    match guard {
        Guard::None => true,
        Guard::Owes(stage) => clocks.runs(stage),
        Guard::MayAppeal => {
            case.level == 1
                && (clocks.runs(CaseStage::Serve) || clocks.is_open(CaseStage::LodgeAgain, now) || in_vain(case, now))
        }
        Guard::MayExtend => clocks.may_extend(CaseStage::Resolve, now),
        Guard::NoDialogueCalled => marks.dialogue_called.is_none(),
        Guard::DialogueCalled => marks.dialogue_called.is_some(),
        Guard::HeardWhereNeeded => case.level == 1 || marks.dialogue_held,
        Guard::NothingOwed => {
            let owed = [CaseStage::Serve, CaseStage::Publish].into_iter().any(|stage| clocks.runs(stage));
            !owed && !clocks.is_open(CaseStage::LodgeAgain, now)
        }
        Guard::FirstTime => !marks.reopened,
        Guard::WithdrawalNotAsked => marks.withdrawal_asked_at.is_none(),
        Guard::WithdrawalAsked => marks.withdrawal_asked_at.is_some(),
        Guard::SeveralContents => case.words.0.contents.iter().filter(|it| it.stands()).count() > 1,
        Guard::ConversionProposed => marks.proposed_kind.is_some(),
        Guard::NotInCourt => marks.in_court_since.is_none(),
        Guard::Praise => case.facts.0.praise(),
        Guard::PastDue => clocks.past_due(now).is_some(),
    }
}

/// Whether the limit to decide it has just run out: the time to complain again begins, and the timer that says so has not fired.
fn in_vain(case: &Case, now: DateTime<Utc>) -> bool {
    let clocks = &case.clocks.0;
    let missed = clocks.owed().any(|(stage, running)| stage == CaseStage::Resolve && running.due_at <= now);
    missed && !clocks.runs(CaseStage::LodgeAgain)
}

/// Whether a letter can be classed as this kind.
pub fn may_be_classed(kind: CaseKind) -> bool {
    TABLE.iter().any(|row| row.action == CaseAction::Classify && row.kinds.contains(&kind))
}

/// Whether the amendments of 2026-07-01 hold for it.
pub fn is_amended(case: &Case) -> bool {
    table::AMENDED.is_some_and(|since| case.basis.as_ref().is_some_and(|basis| basis.0.on >= since))
}

/// Rows for a case of this kind in this state: none for one that was erased, of which nobody knows any more what it was.
fn rows(case: &Case, action: CaseAction) -> impl Iterator<Item = &'static Transition> {
    let (kind, status, known) = (case.kind, case.status, case.marks.0.erased_at.is_none());
    let fits = move |row: &&Transition| row.action == action && row.kinds.contains(&kind) && row.from.contains(&status);
    TABLE.iter().filter(move |row| known && fits(row))
}

fn in_force(row: &Transition, case: &Case) -> bool {
    row.since.is_none_or(|since| case.basis.as_ref().is_some_and(|basis| basis.0.on >= since))
}

/// Who acts on a case, and when.
#[derive(Clone, Copy, Debug)]
pub struct Acting<'a> {
    pub actor: &'a Actor,
    /// The actor's agency stands above the one that has the case.
    pub above: bool,
    pub now: DateTime<Utc>,
}

/// The permissions by which somebody takes a step, as they stand to the case.
pub fn permissions<'a>(
    row: &'a Transition,
    case: &'a Case,
    acting: Acting<'a>,
) -> impl Iterator<Item = Permission> + 'a {
    let theirs = move |hand: &&Hand| acting.actor.may(hand.1) && is_party(hand.0, acting.actor, case, acting.above);
    row.by.iter().filter(theirs).map(|hand| hand.1)
}

fn is_open_to(row: &Transition, case: &Case, acting: Acting<'_>) -> bool {
    in_force(row, case) && holds(row.guard, case, acting.now) && permissions(row, case, acting).next().is_some()
}

/// What this actor can do with the case as it stands.
pub fn allowed_actions(case: &Case, acting: Acting<'_>) -> Vec<CaseAction> {
    let open = |action: &CaseAction| rows(case, *action).any(|row| is_open_to(row, case, acting));
    CaseAction::ALL.iter().copied().filter(open).collect()
}

/// The step that `action` takes.
///
/// # Errors
/// [`ILLEGAL_TRANSITION`] when kind and state do not allow it to anybody, [`NOT_YOURS_TO_DO`] when they do, to others;
/// [`NOT_IN_FORCE`] when the rules that the case keeps do not know it yet.
pub fn step(case: &Case, action: CaseAction, acting: Acting<'_>) -> Result<&'static Transition> {
    if let Some(row) = rows(case, action).find(|row| is_open_to(row, case, acting)) {
        return Ok(row);
    }
    let problem = match rows(case, action)
        .filter(|row| holds(row.guard, case, acting.now))
        .map(|row| in_force(row, case))
        .max()
    {
        Some(true) => &NOT_YOURS_TO_DO,
        Some(false) => &NOT_IN_FORCE,
        None => &ILLEGAL_TRANSITION,
    };
    let allowed: Vec<&str> = allowed_actions(case, acting).into_iter().map(CaseAction::code).collect();
    Err(problem.error().extra("state", case.status.code()).extra("allowed_actions", allowed))
}
