//! Where a case can stand, and what can be done with it.

use kernel::text_enum;

text_enum! {
    /// Where the case stands. Late is not a state: see `timeliness`.
    CaseStatus {
        Draft = "draft",
        /// Received; whether it is taken up is being looked at.
        Submitted = "submitted",
        /// Waits for its sender to supply what is missing.
        SupplementRequested = "supplement_requested",
        /// Taken up.
        Accepted = "accepted",
        /// Somebody verifies it.
        Verifying = "verifying",
        /// The findings are there; whoever answers for it decides.
        Verified = "verified",
        /// Stands still for a ground that the law knows (LKN Art. 11a, NĐ 59/2019 Art. 14).
        Suspended = "suspended",
        /// A complaint is decided; what follows is owed: service, publication, effect.
        Decided = "decided",
        /// The decision has taken effect and is carried out.
        Effective = "effective",
        Answered = "answered",
        /// Not taken up, with a ground and a reason. Final.
        Refused = "refused",
        /// The sender was told who is competent. Final.
        Guided = "guided",
        /// Sent on to a body outside the city's administration. Final.
        Forwarded = "forwarded",
        /// Not eligible, and kept for a year (TT 05/2021/TT-TTCP). Final.
        Filed = "filed",
        /// Given up by its sender before anything was decided. Final.
        Withdrawn = "withdrawn",
        /// Ended without a decision, by decision (LKN Art. 11a).
        Terminated = "terminated",
        /// A second complaint has taken its place. Final.
        Appealed = "appealed",
        /// Became a case of another kind, as its sender confirmed. Final.
        Converted = "converted",
        Closed = "closed",
    }
}

text_enum! {
    /// What can be done: `POST /v1/cases/{id}/<action>`, with `-` for `_`.
    CaseAction {
        Submit = "submit",
        Classify = "classify",
        RequestSupplement = "request_supplement",
        Supply = "supply",
        Guide = "guide",
        Transfer = "transfer",
        Forward = "forward",
        File = "file",
        Refuse = "refuse",
        Accept = "accept",
        Assign = "assign",
        Report = "report",
        SendBack = "send_back",
        CallDialogue = "call_dialogue",
        RecordDialogue = "record_dialogue",
        Suspend = "suspend",
        Resume = "resume",
        Extend = "extend",
        Decide = "decide",
        Answer = "answer",
        Serve = "serve",
        Publish = "publish",
        Close = "close",
        Withdraw = "withdraw",
        WithdrawPart = "withdraw_part",
        RefuseWithdrawal = "refuse_withdrawal",
        Terminate = "terminate",
        Reopen = "reopen",
        Appeal = "appeal",
        NoteLitigation = "note_litigation",
        ProposeConversion = "propose_conversion",
        ConfirmConversion = "confirm_conversion",
        Split = "split",
        ReturnAnswer = "return_answer",
        Urge = "urge",
    }
}

impl CaseStatus {
    /// Somebody at an agency still has to do something.
    pub fn is_open(self) -> bool {
        self != Self::Draft && !self.is_over()
    }

    /// Nothing is owed any more; a few of these can be opened anew.
    pub fn is_over(self) -> bool {
        use CaseStatus::*;
        matches!(self, Refused | Guided | Forwarded | Filed | Withdrawn | Terminated | Appealed | Converted | Closed)
    }
}

impl CaseAction {
    /// Something is written to the sender in it.
    pub fn is_written(self) -> bool {
        use CaseAction::*;
        matches!(
            self,
            RequestSupplement
                | Guide
                | Transfer
                | Forward
                | File
                | Refuse
                | Suspend
                | Resume
                | Extend
                | Decide
                | Answer
                | RefuseWithdrawal
                | Terminate
        )
    }

    /// Says what becomes of what came in (TT 05/2021/TT-TTCP).
    pub fn is_processing(self) -> bool {
        use CaseAction::*;
        matches!(self, Accept | Assign | Guide | Transfer | Forward | File | Refuse | Answer | ConfirmConversion)
    }
}
