//! Where a dossier can stand, and what can be done with it.

use kernel::text_enum;

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
        /// The applicant wants the papers back; until that is decided the clock goes on as it was: it runs, or stands where it stood.
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
        ChangeCase = "change_case",
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
