//! The states of a dossier and the one table of what leads from one to the next.
//!
//! The table serves the check at runtime, the `allowed_actions` of every answer, the authorization matrix and the
//! workflow page of the documentation. States after NĐ 61/2018 Art. 17–20 and NĐ 118/2025 Art. 17–18.

use chrono::{DateTime, Utc};
use deadlines::Event;
use kernel::id::AgencyId;
use kernel::{Actor, Permission, Result, text_enum};

use crate::dossier::{Channel, Dossier};
use crate::problem::{FEE_UNPAID, ILLEGAL_TRANSITION, NOT_YOURS_TO_DO, TOO_LATE_TO_REAPPOINT};

text_enum! {
    /// Where the dossier stands. Late is not a state: see `timeliness`.
    Status {
        Draft = "draft",
        Submitted = "submitted",
        /// Waits for papers from the applicant before it can be accepted; no clock runs.
        IntakeSupplement = "intake_supplement",
        /// Not accepted at intake, with a ground and a reason. Final.
        Rejected = "rejected",
        /// Received in full; the clock runs.
        Accepted = "accepted",
        /// Handed over by reception; the competent agency has not taken it over yet.
        Transferred = "transferred",
        Processing = "processing",
        /// Something is looked at on the spot, or asked of people; the clock runs.
        Verifying = "verifying",
        /// Other agencies are asked for their opinion; the clock runs.
        Consulting = "consulting",
        /// Waits for papers from the applicant; the clock stands.
        SupplementRequested = "supplement_requested",
        /// Waits for a tax or duty to be paid; the clock stands where the procedure says so.
        AwaitingPayment = "awaiting_payment",
        /// The officer has proposed a result; the clock runs.
        AwaitingApproval = "awaiting_approval",
        /// The applicant wants the papers back; the clock runs until that is decided.
        WithdrawalRequested = "withdrawal_requested",
        /// Granted or refused on the merits: this moment decides whether it was in time.
        ResultReady = "result_ready",
        Returned = "returned",
        /// Given up before it was accepted. Final.
        Withdrawn = "withdrawn",
        /// Given up after it was accepted, or never supplied (Form 05). Final.
        Stopped = "stopped",
    }
}

text_enum! {
    /// What can be done: `POST /v1/dossiers/{id}/<action>`, with `-` for `_`.
    Action {
        Submit = "submit",
        RequestIntakeSupplement = "request_intake_supplement",
        Accept = "accept",
        Reject = "reject",
        HandOver = "hand_over",
        RefuseHandOver = "refuse_hand_over",
        StartProcessing = "start_processing",
        Verify = "verify",
        RecordVerification = "record_verification",
        Consult = "consult",
        EndConsultation = "end_consultation",
        RequestSupplement = "request_supplement",
        ConfirmSupplement = "confirm_supplement",
        RequestPayment = "request_payment",
        WaivePayment = "waive_payment",
        ProposeResult = "propose_result",
        SendBack = "send_back",
        IssueResult = "issue_result",
        Reappoint = "reappoint",
        ReturnResult = "return_result",
        Withdraw = "withdraw",
        RequestWithdrawal = "request_withdrawal",
        ApproveWithdrawal = "approve_withdrawal",
        RefuseWithdrawal = "refuse_withdrawal",
        Stop = "stop",
    }
}

impl Status {
    /// Somebody at an agency still has to do something.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Draft | Self::Rejected | Self::Returned | Self::Withdrawn | Self::Stopped)
    }

    /// It was accepted and has no result yet: its statutory clock has started and nothing has ended it.
    pub fn is_examined(self) -> bool {
        use Status::*;
        matches!(
            self,
            Accepted
                | Transferred
                | Processing
                | Verifying
                | Consulting
                | SupplementRequested
                | AwaitingPayment
                | AwaitingApproval
                | WithdrawalRequested
        )
    }

    /// The status that the National Public Service Portal knows, 1 to 10. No official text with these codes was found:
    /// they are those that a provincial system uses [C, practice].
    pub fn national(self) -> Option<u8> {
        Some(match self {
            Self::Draft => return None,
            Self::Submitted => 1,
            Self::Accepted | Self::Transferred => 2,
            Self::Rejected => 3,
            Self::Processing | Self::Verifying | Self::Consulting | Self::AwaitingApproval => 4,
            Self::IntakeSupplement | Self::SupplementRequested => 5,
            Self::AwaitingPayment => 6,
            Self::WithdrawalRequested => 7,
            Self::Withdrawn | Self::Stopped => 8,
            Self::ResultReady => 9,
            Self::Returned => 10,
        })
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
    /// Staff of the agency where the result is fetched: the one that received it, when no other was named.
    ReturnPoint,
}

/// What a step does to the statutory clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockEffect {
    None,
    Start,
    Pause,
    /// Goes on anew or from where it stood, as the procedure's rule says (NĐ 61/2018 Art. 19(4): anew).
    Continue,
    /// Stands while a payment is awaited, where the procedure says so.
    Wait,
    /// Goes on from where it stood, if it stood.
    Resume,
    /// Begins anew, the first time: what was received elsewhere has its limit from when the competent agency has it
    /// (NĐ 118/2025 Art. 17(3) as amended by NĐ 309/2026).
    Restart,
    /// The date that was told is replaced by a later one; lateness is still measured by the old one.
    Reappoint,
    /// Decides whether it was in time.
    Finish,
    /// Stops for good, without an outcome.
    Stop,
}

/// A condition beside state and party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    None,
    /// Filed with reception, at the counter or by post: nobody submits it.
    Counter,
    /// Filed by the applicant, online or at a kiosk.
    Online,
    /// Received by the agency that decides it.
    Here,
    /// Received by another agency than decides it.
    Elsewhere,
    /// By post: reception takes part of its applicant.
    Post,
    /// The procedure is settled at once (NĐ 61/2018 Art. 17(4)–(5)), by whoever has it.
    Immediate,
    /// The applicant was not asked for papers at intake before (NĐ 61/2018 Art. 15(3)).
    FirstTime,
    /// It has not been given a new date before, is not due today (NĐ 61/2018 Art. 19(9)), and is with whoever decides it.
    NoNewDate,
    /// Nothing that was ordered is left to pay.
    Paid,
    /// Filed by the applicant, and nothing is left to pay.
    OnlinePaid,
    /// It stood here when its withdrawal was asked for.
    Before(Status),
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

/// A withdrawal is refused: the dossier goes on where it was.
const fn back(to: Status) -> Transition {
    use Status::WithdrawalRequested;
    let (sign, before) = (Permission::SignDossier, Guard::Before(to));
    row(WithdrawalRequested, Action::RefuseWithdrawal, to, Party::Competent, sign, ClockEffect::None, before)
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
        row(Draft, Submit, Submitted, Receiving, ReceiveDossier, C::None, G::Post),
        row(Draft, Accept, Accepted, Receiving, ReceiveDossier, C::Start, G::Counter),
        row(Draft, Withdraw, Withdrawn, Applicant, FileDossier, C::None, G::None),
        row(Draft, Withdraw, Withdrawn, Receiving, ReceiveDossier, C::None, G::Counter),
        row(Submitted, RequestIntakeSupplement, IntakeSupplement, Receiving, ReceiveDossier, C::None, G::FirstTime),
        row(Submitted, Accept, Accepted, Receiving, ReceiveDossier, C::Start, G::None),
        row(Submitted, Reject, Rejected, Receiving, ReceiveDossier, C::None, G::None),
        row(Submitted, Withdraw, Withdrawn, Applicant, FileDossier, C::None, G::None),
        row(Submitted, Withdraw, Withdrawn, Receiving, ReceiveDossier, C::None, G::Post),
        row(IntakeSupplement, Submit, Submitted, Applicant, FileDossier, C::None, G::Online),
        row(IntakeSupplement, Submit, Submitted, Receiving, ReceiveDossier, C::None, G::Post),
        row(IntakeSupplement, Reject, Rejected, Receiving, ReceiveDossier, C::None, G::None),
        row(IntakeSupplement, Withdraw, Withdrawn, Applicant, FileDossier, C::None, G::None),
        row(IntakeSupplement, Withdraw, Withdrawn, Receiving, ReceiveDossier, C::None, G::Post),
        row(Accepted, HandOver, Transferred, Receiving, ReceiveDossier, C::None, G::Here),
        row(Accepted, HandOver, Transferred, Receiving, ReceiveDossier, C::Restart, G::Elsewhere),
        row(Accepted, StartProcessing, Processing, Competent, ProcessDossier, C::None, G::Here),
        row(Accepted, IssueResult, ResultReady, Competent, SignDossier, C::Finish, G::Immediate),
        row(Accepted, Reappoint, Accepted, Competent, SignDossier, C::Reappoint, G::NoNewDate),
        row(Accepted, RequestWithdrawal, WithdrawalRequested, Applicant, FileDossier, C::None, G::None),
        row(Accepted, RequestWithdrawal, WithdrawalRequested, Receiving, ReceiveDossier, C::None, G::Counter),
        row(Transferred, RefuseHandOver, Accepted, Competent, ProcessDossier, C::None, G::None),
        row(Transferred, StartProcessing, Processing, Competent, ProcessDossier, C::None, G::None),
        row(Transferred, IssueResult, ResultReady, Competent, SignDossier, C::Finish, G::Immediate),
        row(Transferred, RequestWithdrawal, WithdrawalRequested, Applicant, FileDossier, C::None, G::None),
        row(Transferred, RequestWithdrawal, WithdrawalRequested, Receiving, ReceiveDossier, C::None, G::Counter),
        row(Processing, Verify, Verifying, Competent, ProcessDossier, C::None, G::None),
        row(Processing, Consult, Consulting, Competent, ProcessDossier, C::None, G::None),
        row(Processing, RequestSupplement, SupplementRequested, Competent, ProcessDossier, C::Pause, G::None),
        row(Processing, RequestPayment, AwaitingPayment, Competent, ProcessDossier, C::Wait, G::None),
        row(Processing, ProposeResult, AwaitingApproval, Competent, ProcessDossier, C::None, G::None),
        row(Processing, Reappoint, Processing, Competent, SignDossier, C::Reappoint, G::NoNewDate),
        row(Processing, RequestWithdrawal, WithdrawalRequested, Applicant, FileDossier, C::None, G::None),
        row(Processing, RequestWithdrawal, WithdrawalRequested, Receiving, ReceiveDossier, C::None, G::Counter),
        row(Consulting, EndConsultation, Processing, Competent, ProcessDossier, C::None, G::None),
        row(Consulting, Reappoint, Consulting, Competent, SignDossier, C::Reappoint, G::NoNewDate),
        row(Consulting, RequestWithdrawal, WithdrawalRequested, Applicant, FileDossier, C::None, G::None),
        row(Consulting, RequestWithdrawal, WithdrawalRequested, Receiving, ReceiveDossier, C::None, G::Counter),
        row(AwaitingPayment, WaivePayment, Processing, Competent, SignDossier, C::Resume, G::None),
        row(AwaitingPayment, RequestWithdrawal, WithdrawalRequested, Applicant, FileDossier, C::None, G::None),
        row(AwaitingPayment, RequestWithdrawal, WithdrawalRequested, Receiving, ReceiveDossier, C::None, G::Counter),
        row(AwaitingPayment, Stop, Stopped, Competent, SignDossier, C::Stop, G::None),
        row(Verifying, RecordVerification, Processing, Competent, ProcessDossier, C::None, G::None),
        row(Verifying, Reappoint, Verifying, Competent, SignDossier, C::Reappoint, G::NoNewDate),
        row(Verifying, RequestWithdrawal, WithdrawalRequested, Applicant, FileDossier, C::None, G::None),
        row(Verifying, RequestWithdrawal, WithdrawalRequested, Receiving, ReceiveDossier, C::None, G::Counter),
        // The officer who examines never deals with the citizen: what is brought goes through reception (Art. 5(1)(e)).
        row(SupplementRequested, ConfirmSupplement, Processing, Receiving, ReceiveDossier, C::Continue, G::None),
        row(SupplementRequested, RequestWithdrawal, WithdrawalRequested, Applicant, FileDossier, C::None, G::None),
        row(
            SupplementRequested,
            RequestWithdrawal,
            WithdrawalRequested,
            Receiving,
            ReceiveDossier,
            C::None,
            G::Counter,
        ),
        row(SupplementRequested, Stop, Stopped, Competent, SignDossier, C::Stop, G::None),
        row(AwaitingApproval, SendBack, Processing, Competent, SignDossier, C::None, G::None),
        row(AwaitingApproval, IssueResult, ResultReady, Competent, SignDossier, C::Finish, G::None),
        row(AwaitingApproval, Reappoint, AwaitingApproval, Competent, SignDossier, C::Reappoint, G::NoNewDate),
        row(AwaitingApproval, RequestWithdrawal, WithdrawalRequested, Applicant, FileDossier, C::None, G::None),
        row(AwaitingApproval, RequestWithdrawal, WithdrawalRequested, Receiving, ReceiveDossier, C::None, G::Counter),
        row(WithdrawalRequested, ApproveWithdrawal, Stopped, Competent, SignDossier, C::Stop, G::None),
        back(Accepted),
        back(Transferred),
        back(Processing),
        back(Verifying),
        back(Consulting),
        back(SupplementRequested),
        back(AwaitingPayment),
        back(AwaitingApproval),
        row(ResultReady, ReturnResult, Returned, ReturnPoint, ReceiveDossier, C::None, G::Paid),
        row(ResultReady, ReturnResult, Returned, Applicant, FileDossier, C::None, G::OnlinePaid),
    ]
};

text_enum! {
    /// What a dossier may be waiting for that comes without a step of its own.
    Awaited {
        /// The last order that was open is paid.
        Paid = "paid",
        /// The last agency that was asked has answered, or its silence counts as consent.
        Answered = "answered",
    }
}

/// Where a dossier goes by itself.
#[derive(Clone, Copy, Debug)]
pub struct Follows {
    pub from: Status,
    pub when: Awaited,
    pub to: Status,
    pub clock: ClockEffect,
}

/// What follows without anybody's step, when what a dossier waited for has come.
pub const FOLLOWS: &[Follows] = &[
    Follows { from: Status::AwaitingPayment, when: Awaited::Paid, to: Status::Processing, clock: ClockEffect::Resume },
    Follows { from: Status::Consulting, when: Awaited::Answered, to: Status::Processing, clock: ClockEffect::None },
];

/// How the actor stands to a dossier with these agencies and this applicant.
fn is_party(party: Party, actor: &Actor, dossier: &Dossier, facts: Facts) -> bool {
    let of = |agency: AgencyId| actor.agency() == Some(agency);
    match party {
        // A citizen sees a dossier of their own, or of whom they represent: `visible_to` has said so.
        Party::Applicant => matches!(actor, Actor::Citizen(_)),
        Party::Receiving => of(dossier.receiving_agency_id),
        Party::Competent => of(dossier.competent_agency_id),
        Party::ReturnPoint => of(facts.return_point.unwrap_or(dossier.receiving_agency_id)),
    }
}

fn holds(guard: Guard, dossier: &Dossier, facts: Facts) -> bool {
    let here = dossier.receiving_agency_id == dossier.competent_agency_id;
    // Until it is handed over, an agency elsewhere does not have it.
    let at_hand = here || dossier.status != Status::Accepted;
    match guard {
        Guard::None => true,
        Guard::Counter => dossier.channel.is_reception(),
        Guard::Online => !dossier.channel.is_reception(),
        Guard::Post => dossier.channel == Channel::Post,
        Guard::Here => here,
        Guard::Elsewhere => !here,
        Guard::Immediate => facts.immediate && at_hand,
        Guard::FirstTime => dossier.intake_supplements == 0,
        Guard::NoNewDate => {
            let had = dossier.clock.iter().any(|clock| clock.0.events.iter().any(Event::is_reappointment));
            !had && at_hand && dossier.due_at.is_some_and(|due_at| deadlines::may_reappoint(due_at, facts.now))
        }
        Guard::Paid => !facts.unpaid,
        Guard::OnlinePaid => !facts.unpaid && !dossier.channel.is_reception(),
        Guard::Before(status) => dossier.state_before == Some(status),
    }
}

/// What the guards go by beside the dossier itself.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Its case is settled at once.
    pub immediate: bool,
    /// Something that was ordered is not paid yet.
    pub unpaid: bool,
    /// Where the result is fetched, when that is not where it was received.
    pub return_point: Option<AgencyId>,
    pub now: DateTime<Utc>,
}

/// The rows that this actor can take now.
fn open_to<'a>(dossier: &'a Dossier, actor: &'a Actor, facts: Facts) -> impl Iterator<Item = &'static Transition> + 'a {
    TABLE.iter().filter(move |row| {
        row.from == dossier.status
            && holds(row.guard, dossier, facts)
            && actor.may(row.permission)
            && is_party(row.party, actor, dossier, facts)
    })
}

/// What this actor can do with the dossier as it stands.
pub fn allowed_actions(dossier: &Dossier, actor: &Actor, facts: Facts) -> Vec<Action> {
    open_to(dossier, actor, facts).map(|row| row.action).collect()
}

/// The step that `action` takes.
///
/// # Errors
/// [`ILLEGAL_TRANSITION`] when the state does not allow it to anybody, [`NOT_YOURS_TO_DO`] when it does, to others;
/// [`TOO_LATE_TO_REAPPOINT`]; [`FEE_UNPAID`].
pub fn step(dossier: &Dossier, action: Action, actor: &Actor, facts: Facts) -> Result<&'static Transition> {
    if let Some(row) = open_to(dossier, actor, facts).find(|row| row.action == action) {
        return Ok(row);
    }
    let rows = || TABLE.iter().filter(|row| row.from == dossier.status && row.action == action);
    let problem = match action {
        _ if rows().any(|row| holds(row.guard, dossier, facts)) => &NOT_YOURS_TO_DO,
        Action::Reappoint if rows().next().is_some() => &TOO_LATE_TO_REAPPOINT,
        Action::ReturnResult if rows().next().is_some() => &FEE_UNPAID,
        _ => &ILLEGAL_TRANSITION,
    };
    let allowed: Vec<&str> = allowed_actions(dossier, actor, facts).into_iter().map(Action::code).collect();
    Err(problem.error().extra("state", dossier.status.code()).extra("allowed_actions", allowed))
}
