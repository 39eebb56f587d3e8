//! The states of a dossier and the one table of what leads from one to the next.
//!
//! The table serves the check at runtime, the `allowed_actions` of every answer, the authorization matrix and the
//! workflow page of the documentation. States after NĐ 61/2018 Art. 17–20 and NĐ 118/2025 Art. 17–18.

use kernel::id::AgencyId;
use kernel::{Actor, Permission, Result, text_enum};

use crate::dossier::Dossier;
use crate::problem::{ILLEGAL_TRANSITION, NOT_YOURS_TO_DO};

text_enum! {
    /// Where the dossier stands. Late is not a state: see `timeliness`.
    Status {
        Draft = "draft",
        Submitted = "submitted",
        /// Not accepted at intake, with a ground and a reason. Final.
        Rejected = "rejected",
        /// Received in full; the clock runs.
        Accepted = "accepted",
        Processing = "processing",
        /// Waits for papers from the applicant; the clock stands.
        SupplementRequested = "supplement_requested",
        /// Granted or refused on the merits: this moment decides whether it was in time.
        ResultReady = "result_ready",
        Returned = "returned",
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What can be done: `POST /v1/dossiers/{id}/<action>`, with `-` for `_`.
    Action {
        Submit = "submit",
        Accept = "accept",
        Reject = "reject",
        StartProcessing = "start_processing",
        RequestSupplement = "request_supplement",
        ConfirmSupplement = "confirm_supplement",
        IssueResult = "issue_result",
        ReturnResult = "return_result",
        Withdraw = "withdraw",
    }
}

impl Status {
    /// Somebody at an agency still has to do something.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Draft | Self::Rejected | Self::Returned | Self::Withdrawn)
    }
}

/// How somebody stands to a dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    Applicant,
    /// Staff of the agency that received it.
    Receiving,
    /// Staff of the agency that decides it.
    Competent,
}

/// What a step does to the statutory clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockEffect {
    None,
    Start,
    Pause,
    /// Goes on anew or from where it stood, as the procedure's rule says (NĐ 61/2018 Art. 19(4): anew).
    Continue,
    /// Decides whether it was in time.
    Finish,
    /// Stops for good, without an outcome.
    Stop,
}

/// A condition beside state and party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    None,
    /// Filed at the counter: nobody submits it, reception takes it in.
    Counter,
    Online,
    /// The procedure is settled at once (NĐ 61/2018 Art. 17(4)–(5)).
    Immediate,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    pub from: Status,
    pub action: Action,
    pub to: Status,
    pub party: Party,
    pub permission: Permission,
    pub clock: ClockEffect,
    pub guard: Guard,
}

const fn row(
    from: Status,
    action: Action,
    to: Status,
    party: Party,
    permission: Permission,
    clock: ClockEffect,
    guard: Guard,
) -> Transition {
    Transition { from, action, to, party, permission, clock, guard }
}

/// Everything that can happen to a dossier.
pub const TABLE: &[Transition] = {
    use Action::*;
    use ClockEffect as C;
    use Guard as G;
    use Party::*;
    use Permission::*;
    use Status::*;
    &[
        row(Draft, Submit, Submitted, Applicant, FileDossier, C::None, G::Online),
        row(Draft, Accept, Accepted, Receiving, ReceiveDossier, C::Start, G::Counter),
        row(Draft, Withdraw, Withdrawn, Applicant, FileDossier, C::None, G::None),
        row(Draft, Withdraw, Withdrawn, Receiving, ReceiveDossier, C::None, G::Counter),
        row(Submitted, Accept, Accepted, Receiving, ReceiveDossier, C::Start, G::None),
        row(Submitted, Reject, Rejected, Receiving, ReceiveDossier, C::None, G::None),
        row(Submitted, Withdraw, Withdrawn, Applicant, FileDossier, C::None, G::None),
        row(Accepted, StartProcessing, Processing, Competent, ProcessDossier, C::None, G::None),
        row(Accepted, IssueResult, ResultReady, Competent, SignDossier, C::Finish, G::Immediate),
        row(Accepted, Withdraw, Withdrawn, Applicant, FileDossier, C::Stop, G::None),
        row(Accepted, Withdraw, Withdrawn, Receiving, ReceiveDossier, C::Stop, G::Counter),
        row(Processing, RequestSupplement, SupplementRequested, Competent, ProcessDossier, C::Pause, G::None),
        row(Processing, IssueResult, ResultReady, Competent, SignDossier, C::Finish, G::None),
        row(Processing, Withdraw, Withdrawn, Applicant, FileDossier, C::Stop, G::None),
        row(Processing, Withdraw, Withdrawn, Receiving, ReceiveDossier, C::Stop, G::Counter),
        // The officer who examines never deals with the citizen: what is brought goes through reception (Art. 5(1)(e)).
        row(SupplementRequested, ConfirmSupplement, Processing, Receiving, ReceiveDossier, C::Continue, G::None),
        row(SupplementRequested, Withdraw, Withdrawn, Applicant, FileDossier, C::Stop, G::None),
        row(SupplementRequested, Withdraw, Withdrawn, Receiving, ReceiveDossier, C::Stop, G::Counter),
        row(ResultReady, ReturnResult, Returned, Receiving, ReceiveDossier, C::None, G::None),
        row(ResultReady, ReturnResult, Returned, Applicant, FileDossier, C::None, G::Online),
    ]
};

/// How the actor stands to a dossier with these agencies and this applicant.
fn is_party(party: Party, actor: &Actor, dossier: &Dossier) -> bool {
    let of = |agency: AgencyId| actor.agency() == Some(agency);
    match party {
        Party::Applicant => matches!(actor, Actor::Citizen(id) if dossier.applicant_id == Some(*id)),
        Party::Receiving => of(dossier.receiving_agency_id),
        Party::Competent => of(dossier.competent_agency_id),
    }
}

fn holds(guard: Guard, dossier: &Dossier, immediate: bool) -> bool {
    use crate::dossier::Channel;
    match guard {
        Guard::None => true,
        Guard::Counter => dossier.channel == Channel::Counter,
        Guard::Online => dossier.channel == Channel::Online,
        Guard::Immediate => immediate,
    }
}

/// The rows that this actor can take now.
fn open_to<'a>(
    dossier: &'a Dossier,
    actor: &'a Actor,
    immediate: bool,
) -> impl Iterator<Item = &'static Transition> + 'a {
    TABLE.iter().filter(move |row| {
        row.from == dossier.status
            && holds(row.guard, dossier, immediate)
            && actor.may(row.permission)
            && is_party(row.party, actor, dossier)
    })
}

/// What this actor can do with the dossier as it stands.
pub fn allowed_actions(dossier: &Dossier, actor: &Actor, immediate: bool) -> Vec<Action> {
    open_to(dossier, actor, immediate).map(|row| row.action).collect()
}

/// The step that `action` takes.
///
/// # Errors
/// [`ILLEGAL_TRANSITION`] when the state does not allow it to anybody, [`NOT_YOURS_TO_DO`] when it does, to others.
pub fn step(dossier: &Dossier, action: Action, actor: &Actor, immediate: bool) -> Result<&'static Transition> {
    if let Some(row) = open_to(dossier, actor, immediate).find(|row| row.action == action) {
        return Ok(row);
    }
    let legal = TABLE
        .iter()
        .any(|row| row.from == dossier.status && row.action == action && holds(row.guard, dossier, immediate));
    let problem = if legal { &NOT_YOURS_TO_DO } else { &ILLEGAL_TRANSITION };
    let allowed: Vec<&str> = allowed_actions(dossier, actor, immediate).into_iter().map(Action::code).collect();
    Err(problem.error().extra("state", dossier.status.code()).extra("allowed_actions", allowed))
}
