//! Everything that can happen to a dossier, by whom, and what it does to the clock; and what follows by itself.

use kernel::Permission;

use super::{Action, Awaited, ClockEffect, Follows, Guard, Party, Status, Transition};

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

/// It turns out to be another of the procedure's cases, which has a limit of its own.
const fn another_case(at: Status) -> Transition {
    let effect = ClockEffect::Relimit;
    row(at, Action::ChangeCase, at, Party::Competent, Permission::SignDossier, effect, Guard::OtherCase)
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
        // At the counter nothing is submitted in between.
        row(IntakeSupplement, RequestIntakeSupplement, IntakeSupplement, Receiving, ApproveIntake, C::None, G::Counter),
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
        another_case(Accepted),
        want_back(Accepted, Applicant),
        want_back(Accepted, Receiving),
        row(Transferred, RefuseHandOver, Accepted, Competent, ProcessDossier, C::None, G::None),
        row(Transferred, StartProcessing, Processing, Competent, ProcessDossier, C::None, G::None),
        row(Transferred, IssueResult, ResultReady, Competent, SignDossier, C::Finish, G::Immediate),
        ask_for_date(Transferred),
        new_date(Transferred),
        another_case(Transferred),
        want_back(Transferred, Applicant),
        want_back(Transferred, Receiving),
        row(Processing, Verify, Verifying, Competent, ProcessDossier, C::None, G::None),
        row(Processing, Consult, Consulting, Competent, ProcessDossier, C::None, G::None),
        row(Processing, ProposeSupplement, SupplementProposed, Competent, ProcessDossier, C::None, G::None),
        row(Processing, RequestPayment, AwaitingPayment, Competent, ProcessDossier, C::Wait, G::None),
        row(Processing, ProposeResult, AwaitingApproval, Competent, ProcessDossier, C::None, G::None),
        ask_for_date(Processing),
        new_date(Processing),
        another_case(Processing),
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
        row(ResultReady, ReturnResult, Returned, ReturnPoint, ReceiveDossier, C::None, G::Settled),
        row(ResultReady, ReturnResult, Returned, Applicant, FileDossier, C::None, G::OnlineSettled),
    ]
};

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
            clock: ClockEffect::Lapse,
        },
    ]
};
