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
        /// Reception has proposed not to accept it; whoever heads the one-stop shop decides.
        AwaitingIntakeDecision = "awaiting_intake_decision",
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
        /// The officer has proposed to ask the applicant for papers; the clock runs.
        SupplementProposed = "supplement_proposed",
        /// That is signed, and reception has to send it; the clock runs.
        SupplementSigned = "supplement_signed",
        /// Waits for papers from the applicant; the clock stands until they are there, or the applicant's time is over.
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
        /// Given up after it was accepted, never supplied or never paid (Form 05). Final.
        Stopped = "stopped",
    }
}

text_enum! {
    /// What can be done: `POST /v1/dossiers/{id}/<action>`, with `-` for `_`.
    Action {
        Submit = "submit",
        RequestIntakeSupplement = "request_intake_supplement",
        Accept = "accept",
        ProposeRejection = "propose_rejection",
        Reject = "reject",
        HandOver = "hand_over",
        RefuseHandOver = "refuse_hand_over",
        StartProcessing = "start_processing",
        Verify = "verify",
        RecordVerification = "record_verification",
        Consult = "consult",
        EndConsultation = "end_consultation",
        ProposeSupplement = "propose_supplement",
        SignSupplement = "sign_supplement",
        RequestSupplement = "request_supplement",
        ConfirmSupplement = "confirm_supplement",
        RequestPayment = "request_payment",
        WaivePayment = "waive_payment",
        ProposeResult = "propose_result",
        SendBack = "send_back",
        IssueResult = "issue_result",
        ProposeReappointment = "propose_reappointment",
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
        self != Self::Draft && !self.is_final()
    }

    /// Nothing leads out of it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Rejected | Self::Returned | Self::Withdrawn | Self::Stopped)
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
                | SupplementProposed
                | SupplementSigned
                | SupplementRequested
                | AwaitingPayment
                | AwaitingApproval
                | WithdrawalRequested
        )
    }

    /// Something is asked of the applicant, or about to be: there is a supplement that is not settled.
    pub fn may_supplement(self) -> bool {
        use Status::*;
        matches!(
            self,
            IntakeSupplement
                | AwaitingIntakeDecision
                | SupplementProposed
                | SupplementSigned
                | SupplementRequested
                | WithdrawalRequested
        )
    }

    /// The status that the National Public Service Portal knows, 1 to 10. No official text with these codes was found:
    /// they are those that a provincial system uses [C, practice].
    pub fn national(self) -> Option<u8> {
        Some(match self {
            Self::Draft => return None,
            Self::Submitted | Self::AwaitingIntakeDecision => 1,
            Self::Accepted | Self::Transferred => 2,
            Self::Rejected => 3,
            Self::Processing
            | Self::Verifying
            | Self::Consulting
            | Self::SupplementProposed
            | Self::SupplementSigned
            | Self::AwaitingApproval => 4,
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
    /// Filed with reception, at the counter or by post.
    Reception,
    /// Filed at the counter: nobody submits it.
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
    /// The applicant was asked before.
    Again,
    /// The time in which the applicant had to supply what is missing is over.
    Lapsed,
    /// It has not been given a new date before, is not due today (NĐ 61/2018 Art. 19(9)), is with whoever decides it, and its
    /// clock runs.
    NoNewDate,
    /// Nothing that was ordered is left to pay.
    Paid,
    /// Filed by the applicant, and nothing is left to pay.
    OnlinePaid,
    /// It stood here when its withdrawal was asked for, or its rejection proposed.
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

/// The applicant wants the papers back, online or where reception has taken the dossier in.
const fn want_back(from: Status, party: Party) -> Transition {
    let to = Status::WithdrawalRequested;
    match party {
        Party::Applicant => {
            row(from, Action::RequestWithdrawal, to, party, Permission::FileDossier, ClockEffect::None, Guard::None)
        }
        _ => {
            let at = Guard::Reception;
            row(from, Action::RequestWithdrawal, to, party, Permission::ReceiveDossier, ClockEffect::None, at)
        }
    }
}

/// A withdrawal is refused: the dossier goes on where it was.
const fn back(to: Status, party: Party) -> Transition {
    use Status::WithdrawalRequested;
    // By whoever signs, or whoever heads the one-stop shop that received it.
    let permission = match party {
        Party::Receiving => Permission::ApproveIntake,
        _ => Permission::SignDossier,
    };
    row(WithdrawalRequested, Action::RefuseWithdrawal, to, party, permission, ClockEffect::None, Guard::Before(to))
}

/// The officer asks for a new date.
const fn ask_for_date(at: Status) -> Transition {
    let (action, process) = (Action::ProposeReappointment, Permission::ProcessDossier);
    row(at, action, at, Party::Competent, process, ClockEffect::None, Guard::NoNewDate)
}

/// Whoever signs gives it, and the applicant is told.
const fn new_date(at: Status) -> Transition {
    let effect = ClockEffect::Reappoint;
    row(at, Action::Reappoint, at, Party::Competent, Permission::SignDossier, effect, Guard::NoNewDate)
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
        row(Draft, RequestIntakeSupplement, IntakeSupplement, Receiving, ReceiveDossier, C::None, G::Counter),
        row(Draft, ProposeRejection, AwaitingIntakeDecision, Receiving, ReceiveDossier, C::None, G::Counter),
        row(Draft, Accept, Accepted, Receiving, ReceiveDossier, C::Start, G::Reception),
        row(Draft, Withdraw, Withdrawn, Applicant, FileDossier, C::None, G::None),
        row(Draft, Withdraw, Withdrawn, Receiving, ReceiveDossier, C::None, G::Reception),
        row(Submitted, RequestIntakeSupplement, IntakeSupplement, Receiving, ReceiveDossier, C::None, G::FirstTime),
        // Everything is to be asked for at once (NĐ 61/2018 Art. 15(3)): a second time somebody answers for.
        row(Submitted, RequestIntakeSupplement, IntakeSupplement, Receiving, ApproveIntake, C::None, G::Again),
        row(Submitted, Accept, Accepted, Receiving, ReceiveDossier, C::Start, G::None),
        row(Submitted, ProposeRejection, AwaitingIntakeDecision, Receiving, ReceiveDossier, C::None, G::None),
        row(Submitted, Withdraw, Withdrawn, Applicant, FileDossier, C::None, G::None),
        row(Submitted, Withdraw, Withdrawn, Receiving, ReceiveDossier, C::None, G::Reception),
        row(IntakeSupplement, Submit, Submitted, Applicant, FileDossier, C::None, G::Online),
        row(IntakeSupplement, Submit, Submitted, Receiving, ReceiveDossier, C::None, G::Post),
        row(IntakeSupplement, Accept, Accepted, Receiving, ReceiveDossier, C::Start, G::Counter),
        row(IntakeSupplement, ProposeRejection, AwaitingIntakeDecision, Receiving, ReceiveDossier, C::None, G::None),
        row(IntakeSupplement, Withdraw, Withdrawn, Applicant, FileDossier, C::None, G::None),
        row(IntakeSupplement, Withdraw, Withdrawn, Receiving, ReceiveDossier, C::None, G::Reception),
        row(AwaitingIntakeDecision, Reject, Rejected, Receiving, ApproveIntake, C::None, G::None),
        row(AwaitingIntakeDecision, SendBack, Draft, Receiving, ApproveIntake, C::None, G::Before(Draft)),
        row(AwaitingIntakeDecision, SendBack, Submitted, Receiving, ApproveIntake, C::None, G::Before(Submitted)),
        row(
            AwaitingIntakeDecision,
            SendBack,
            IntakeSupplement,
            Receiving,
            ApproveIntake,
            C::None,
            G::Before(IntakeSupplement),
        ),
        row(AwaitingIntakeDecision, Withdraw, Withdrawn, Applicant, FileDossier, C::None, G::None),
        row(AwaitingIntakeDecision, Withdraw, Withdrawn, Receiving, ReceiveDossier, C::None, G::Reception),
        row(Accepted, HandOver, Transferred, Receiving, ReceiveDossier, C::None, G::Here),
        row(Accepted, HandOver, Transferred, Receiving, ReceiveDossier, C::Restart, G::Elsewhere),
        row(Accepted, StartProcessing, Processing, Competent, ProcessDossier, C::None, G::Here),
        row(Accepted, IssueResult, ResultReady, Competent, SignDossier, C::Finish, G::Immediate),
        ask_for_date(Accepted),
        new_date(Accepted),
        want_back(Accepted, Applicant),
        want_back(Accepted, Receiving),
        row(Transferred, RefuseHandOver, Accepted, Competent, ProcessDossier, C::None, G::None),
        row(Transferred, StartProcessing, Processing, Competent, ProcessDossier, C::None, G::None),
        row(Transferred, IssueResult, ResultReady, Competent, SignDossier, C::Finish, G::Immediate),
        ask_for_date(Transferred),
        new_date(Transferred),
        want_back(Transferred, Applicant),
        want_back(Transferred, Receiving),
        row(Processing, Verify, Verifying, Competent, ProcessDossier, C::None, G::None),
        row(Processing, Consult, Consulting, Competent, ProcessDossier, C::None, G::None),
        row(Processing, ProposeSupplement, SupplementProposed, Competent, ProcessDossier, C::None, G::None),
        row(Processing, RequestPayment, AwaitingPayment, Competent, ProcessDossier, C::Wait, G::None),
        row(Processing, ProposeResult, AwaitingApproval, Competent, ProcessDossier, C::None, G::None),
        ask_for_date(Processing),
        new_date(Processing),
        want_back(Processing, Applicant),
        want_back(Processing, Receiving),
        row(Verifying, RecordVerification, Processing, Competent, ProcessDossier, C::None, G::None),
        ask_for_date(Verifying),
        new_date(Verifying),
        want_back(Verifying, Applicant),
        want_back(Verifying, Receiving),
        row(Consulting, EndConsultation, Processing, Competent, ProcessDossier, C::None, G::None),
        ask_for_date(Consulting),
        new_date(Consulting),
        want_back(Consulting, Applicant),
        want_back(Consulting, Receiving),
        row(SupplementProposed, SignSupplement, SupplementSigned, Competent, SignDossier, C::None, G::None),
        row(SupplementProposed, SendBack, Processing, Competent, SignDossier, C::None, G::None),
        ask_for_date(SupplementProposed),
        new_date(SupplementProposed),
        want_back(SupplementProposed, Applicant),
        want_back(SupplementProposed, Receiving),
        // The officer who examines never deals with the citizen: what is asked and what is brought goes through reception
        // (Art. 5(1)(e)).
        row(SupplementSigned, RequestSupplement, SupplementRequested, Receiving, ReceiveDossier, C::Pause, G::None),
        row(SupplementSigned, SendBack, Processing, Competent, SignDossier, C::None, G::None),
        ask_for_date(SupplementSigned),
        new_date(SupplementSigned),
        want_back(SupplementSigned, Applicant),
        want_back(SupplementSigned, Receiving),
        row(SupplementRequested, ConfirmSupplement, Processing, Receiving, ReceiveDossier, C::Continue, G::None),
        row(SupplementRequested, IssueResult, ResultReady, Competent, SignDossier, C::Finish, G::Lapsed),
        row(SupplementRequested, Stop, Stopped, Competent, SignDossier, C::Stop, G::Lapsed),
        want_back(SupplementRequested, Applicant),
        want_back(SupplementRequested, Receiving),
        row(AwaitingPayment, WaivePayment, Processing, Competent, SignDossier, C::Resume, G::None),
        row(AwaitingPayment, Stop, Stopped, Competent, SignDossier, C::Stop, G::None),
        ask_for_date(AwaitingPayment),
        new_date(AwaitingPayment),
        want_back(AwaitingPayment, Applicant),
        want_back(AwaitingPayment, Receiving),
        row(AwaitingApproval, SendBack, Processing, Competent, SignDossier, C::None, G::None),
        row(AwaitingApproval, IssueResult, ResultReady, Competent, SignDossier, C::Finish, G::None),
        ask_for_date(AwaitingApproval),
        new_date(AwaitingApproval),
        want_back(AwaitingApproval, Applicant),
        want_back(AwaitingApproval, Receiving),
        row(WithdrawalRequested, ApproveWithdrawal, Stopped, Competent, SignDossier, C::Stop, G::None),
        row(WithdrawalRequested, ApproveWithdrawal, Stopped, Receiving, ApproveIntake, C::Stop, G::None),
        ask_for_date(WithdrawalRequested),
        new_date(WithdrawalRequested),
        back(Accepted, Competent),
        back(Accepted, Receiving),
        back(Transferred, Competent),
        back(Transferred, Receiving),
        back(Processing, Competent),
        back(Processing, Receiving),
        back(Verifying, Competent),
        back(Verifying, Receiving),
        back(Consulting, Competent),
        back(Consulting, Receiving),
        back(SupplementProposed, Competent),
        back(SupplementProposed, Receiving),
        back(SupplementSigned, Competent),
        back(SupplementSigned, Receiving),
        back(SupplementRequested, Competent),
        back(SupplementRequested, Receiving),
        back(AwaitingPayment, Competent),
        back(AwaitingPayment, Receiving),
        back(AwaitingApproval, Competent),
        back(AwaitingApproval, Receiving),
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
        /// The time in which the applicant had to supply what is missing is over.
        Lapsed = "lapsed",
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
pub const FOLLOWS: &[Follows] = {
    use Status::*;
    &[
        Follows { from: AwaitingPayment, when: Awaited::Paid, to: Processing, clock: ClockEffect::Resume },
        Follows { from: Consulting, when: Awaited::Answered, to: Processing, clock: ClockEffect::None },
        Follows { from: IntakeSupplement, when: Awaited::Lapsed, to: Rejected, clock: ClockEffect::None },
        // It is the agency's move again, to refuse or to stop it; what is brought late may still be taken.
        Follows {
            from: SupplementRequested,
            when: Awaited::Lapsed,
            to: SupplementRequested,
            clock: ClockEffect::Resume,
        },
    ]
};

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
    // Until it is handed over, an agency elsewhere does not have it; nor while its withdrawal is decided.
    let stands =
        if dossier.status == Status::WithdrawalRequested { dossier.state_before } else { Some(dossier.status) };
    let at_hand = here || stands != Some(Status::Accepted);
    match guard {
        Guard::None => true,
        Guard::Reception => dossier.channel.is_reception(),
        Guard::Counter => dossier.channel == Channel::Counter,
        Guard::Online => !dossier.channel.is_reception(),
        Guard::Post => dossier.channel == Channel::Post,
        Guard::Here => here,
        Guard::Elsewhere => !here,
        Guard::Immediate => facts.immediate && at_hand,
        Guard::FirstTime => dossier.intake_supplements == 0,
        Guard::Again => dossier.intake_supplements > 0,
        Guard::Lapsed => facts.lapsed,
        Guard::NoNewDate => {
            let events = dossier.clock.as_ref().map_or(&[][..], |clock| &clock.0.events);
            let had = events.iter().any(Event::is_reappointment);
            let stands = matches!(events.last(), Some(Event::Pause { .. }));
            !had && !stands
                && at_hand
                && dossier.due_at.is_some_and(|due_at| deadlines::may_reappoint(due_at, facts.now))
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
    /// The applicant's time to supply what is missing is over.
    pub lapsed: bool,
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
