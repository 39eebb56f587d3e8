//! The states of a denunciation and the one table of what leads from one to the next. It serves the check at runtime, the
//! `allowed_actions` of every answer, and the page of the documentation.

use chrono::{DateTime, Utc};
use kernel::{Actor, Permission, Result};

use crate::clocks::DenunciationStage;
use crate::denunciation::{Denunciation, DenunciationKind, Protection};
use crate::problem::{ILLEGAL_TRANSITION, NOT_YOURS_TO_DO};

mod state;
mod table;

pub use state::{DenunciationAction, DenunciationStatus};
pub use table::TABLE;
pub(crate) use table::{SETTLED, UNDER_WAY};

/// How somebody stands to a denunciation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Staff of the agency that has it now.
    Handling,
    /// The member of staff who verifies it.
    Assigned,
    /// Staff of the agency above, where it takes part.
    Superior,
}

/// What a step does to the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockEffect {
    Begin(DenunciationStage),
    /// As if it had never begun.
    Forget(DenunciationStage),
    End(DenunciationStage),
    EndAll,
    Pause,
    Resume,
    Extend(DenunciationStage),
}

/// A condition beside state and party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    None,
    /// Signed by somebody.
    Denunciation,
    /// Signed by nobody.
    Lead,
    Owes(DenunciationStage),
    MayExtend(DenunciationStage),
    /// Sent, handled and published.
    NothingOwed,
    WithdrawalAsked,
    /// As a whole.
    WholeWithdrawalAsked,
    /// Of some of its contents.
    PartWithdrawalAsked,
    ProtectionAsked,
    Protected,
    /// Its denouncer has told the agency above that it is late.
    DelayReported,
}

/// Who takes a step, and what they must be allowed to do.
pub type Hand = (Party, Permission);

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    pub from: &'static [DenunciationStatus],
    pub action: DenunciationAction,
    pub to: To,
    /// By any of these.
    pub by: &'static [Hand],
    pub clocks: &'static [ClockEffect],
    pub guard: Guard,
}

/// Where a step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    State(DenunciationStatus),
    /// Where it is.
    Same,
    /// Where it stood when it was suspended.
    Before,
}

fn is_party(party: Party, actor: &Actor, it: &Denunciation) -> bool {
    match party {
        Party::Handling => it.is_handled_by(actor),
        Party::Superior => it.is_overseen_by(actor),
        Party::Assigned => it.is_verified_by(actor),
    }
}

fn holds(guard: Guard, it: &Denunciation, now: DateTime<Utc>) -> bool {
    let (clocks, marks) = (&it.clocks.0, &it.marks.0);
    match guard {
        Guard::None => true,
        Guard::Denunciation => it.kind == DenunciationKind::Denunciation,
        Guard::Lead => it.kind == DenunciationKind::Lead,
        Guard::Owes(stage) => clocks.runs(stage),
        Guard::MayExtend(stage) => clocks.may_extend(stage, now),
        Guard::NothingOwed => clocks.owed().next().is_none(),
        Guard::WithdrawalAsked => marks.withdrawal_asked_at.is_some(),
        Guard::WholeWithdrawalAsked => marks.withdrawal_asked_at.is_some() && marks.withdrawal_of.is_empty(),
        Guard::PartWithdrawalAsked => marks.withdrawal_asked_at.is_some() && !marks.withdrawal_of.is_empty(),
        Guard::ProtectionAsked => marks.asks_protection(),
        Guard::Protected => marks.protection == Some(Protection::Granted),
        Guard::DelayReported => marks.delay_reported_at.is_some(),
    }
}

/// Rows for it in this state: none for one that was erased, of which nobody knows any more what it was.
fn rows(it: &Denunciation, action: DenunciationAction) -> impl Iterator<Item = &'static Transition> {
    let (status, known) = (it.status, it.marks.0.erased_at.is_none());
    TABLE.iter().filter(move |row| known && row.action == action && row.from.contains(&status))
}

/// The permissions by which somebody takes a step, as they stand to it.
pub fn permissions(row: &Transition, it: &Denunciation, actor: &Actor) -> Vec<Permission> {
    let theirs = |hand: &&Hand| actor.may(hand.1) && is_party(hand.0, actor, it);
    row.by.iter().filter(theirs).map(|hand| hand.1).collect()
}

fn is_open_to(row: &Transition, it: &Denunciation, actor: &Actor, now: DateTime<Utc>) -> bool {
    holds(row.guard, it, now) && !permissions(row, it, actor).is_empty()
}

/// What this actor can do with it as it stands.
pub fn allowed_actions(it: &Denunciation, actor: &Actor, now: DateTime<Utc>) -> Vec<DenunciationAction> {
    let open = |action: &DenunciationAction| rows(it, *action).any(|row| is_open_to(row, it, actor, now));
    DenunciationAction::ALL.iter().copied().filter(open).collect()
}

/// The step that `action` takes.
///
/// # Errors
/// [`ILLEGAL_TRANSITION`] when the state does not allow it to anybody, [`NOT_YOURS_TO_DO`] when it does, to others.
pub fn step(
    it: &Denunciation,
    action: DenunciationAction,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<&'static Transition> {
    if let Some(row) = rows(it, action).find(|row| is_open_to(row, it, actor, now)) {
        return Ok(row);
    }
    let possible = rows(it, action).any(|row| holds(row.guard, it, now));
    let problem = if possible { &NOT_YOURS_TO_DO } else { &ILLEGAL_TRANSITION };
    let allowed: Vec<&str> = allowed_actions(it, actor, now).into_iter().map(DenunciationAction::code).collect();
    Err(problem.error().extra("state", it.status.code()).extra("allowed_actions", allowed))
}
