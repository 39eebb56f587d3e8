//! Where a denunciation can stand, and what can be done with it.

use kernel::text_enum;

text_enum! {
    /// Where the denunciation stands. Late is not a state.
    DenunciationStatus {
        /// Being checked: form, conditions, competence (LTC Art. 24).
        Received = "received",
        Accepted = "accepted",
        Verifying = "verifying",
        Verified = "verified",
        /// Stands still (LTC Art. 34).
        Suspended = "suspended",
        Concluded = "concluded",
        /// Not accepted, with a ground and a reason. Final.
        Refused = "refused",
        /// Sent to a body outside the city's administration. Final.
        Forwarded = "forwarded",
        /// A lead that says nothing to be checked. Final.
        Filed = "filed",
        /// Withdrawn as a whole, without signs that it has to go on. Final.
        Terminated = "terminated",
        /// With the investigation body, as it shows signs of crime (LTC Art. 27). Final.
        Investigated = "investigated",
        Closed = "closed",
    }
}

text_enum! {
    /// What can be done: `POST /v1/denunciations/{id}/<action>`, with `-` for `_`.
    DenunciationAction {
        Redact = "redact",
        Accuse = "accuse",
        Ask = "ask",
        ExtendCheck = "extend_check",
        Transfer = "transfer",
        Forward = "forward",
        Refuse = "refuse",
        File = "file",
        Accept = "accept",
        TreatAsLead = "treat_as_lead",
        CheckLead = "check_lead",
        Notify = "notify",
        Assign = "assign",
        Report = "report",
        SendBack = "send_back",
        Suspend = "suspend",
        Resume = "resume",
        Extend = "extend",
        ToInvestigation = "to_investigation",
        Conclude = "conclude",
        Send = "send",
        Handle = "handle",
        Publish = "publish",
        Close = "close",
        Terminate = "terminate",
        SettleRest = "settle_rest",
        RefuseWithdrawal = "refuse_withdrawal",
        Protect = "protect",
        RefuseProtection = "refuse_protection",
        EndProtection = "end_protection",
        AskForReport = "ask_for_report",
        ExplainDelay = "explain_delay",
        AnswerDelay = "answer_delay",
        Uphold = "uphold",
        TakeOver = "take_over",
    }
}

impl DenunciationStatus {
    /// Nothing is owed any more.
    pub fn is_over(self) -> bool {
        use DenunciationStatus::*;
        matches!(self, Refused | Forwarded | Filed | Terminated | Investigated | Closed)
    }
}
