//! What the journal is told about denunciations: codes, ids and dates; never a word, and nothing of who denounces.

use chrono::{DateTime, Utc};
use kernel::journal;
use kernel::ladder::Rung;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clocks::DenunciationStage;
use crate::denunciation::{DenunciationChannel, DenunciationKind, DenunciationOutcome};

/// Something happened to a denunciation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Received {
        signed: DenunciationKind,
        channel: DenunciationChannel,
    },
    Redacted {},
    /// Somebody more is accused, or known to be; who has it now.
    Accused {
        to: Uuid,
    },
    Asked {},
    /// Its denouncer has added something.
    Added {},
    CheckExtended {
        ground: String,
    },
    Transferred {
        from: Uuid,
        to: Uuid,
    },
    Forwarded {},
    Refused {
        ground: String,
    },
    Filed {
        ground: String,
    },
    /// Its name or address was found to be false.
    TreatedAsLead {},
    LeadTaken {},
    Accepted {},
    Notified {},
    Assigned {
        to: Uuid,
    },
    Reported {},
    SentBack {},
    Suspended {
        ground: String,
    },
    Resumed {},
    Extended {
        ground: String,
    },
    Investigated {},
    Concluded {
        outcome: DenunciationOutcome,
        in_time: bool,
    },
    ConclusionSent {},
    Handled {},
    Published {},
    Closed {},
    WithdrawalAsked {},
    /// Its denouncer wants to withdraw these contents, by their places from 0.
    PartWithdrawalAsked {
        contents: Vec<u16>,
    },
    /// They are settled no more, and the rest is.
    PartWithdrawn {
        contents: Vec<u16>,
    },
    WithdrawalRefused {},
    Terminated {},
    ProtectionAsked {},
    ProtectionGranted {},
    ProtectionRefused {},
    ProtectionEnded {},
    /// Somebody wants to know who denounces.
    IdentityRequested {
        request: Uuid,
    },
    IdentityApproved {
        request: Uuid,
    },
    IdentityRefused {
        request: Uuid,
    },
    /// Somebody has read who denounces.
    IdentityOpened {
        request: Uuid,
    },
    /// Its denouncer tells the agency above that it is late.
    DelayReported {
        superior: Uuid,
    },
    ReportAsked {},
    DelayExplained {},
    DelayAnswered {},
    /// Its denouncer goes on to the agency above, after the conclusion.
    Continued {
        superior: Uuid,
    },
    Upheld {},
    /// The agency above settles it anew.
    TakenOver {
        from: Uuid,
        to: Uuid,
    },
    /// Something overdue is shown to somebody higher up.
    Escalated {
        stage: DenunciationStage,
        rung: Rung,
        to: Uuid,
    },
    /// A file will come.
    FileDeclared {
        number: i32,
    },
    FileAdded {
        number: i32,
    },
    FileReleased {
        number: i32,
    },
    /// The file as it came was read, as part of who denounces.
    OriginalOpened {
        request: Uuid,
        number: i32,
    },
    DeadlinePassed {
        stage: DenunciationStage,
        statutory_due_at: DateTime<Utc>,
    },
    /// Who denounced is destroyed, and its words are gone.
    Erased {
        /// By which it was kept until then.
        rule: String,
    },
}

impl journal::Event for Event {
    const ENTITY: &'static str = "denunciation";

    fn kind(&self) -> &'static str {
        match self {
            Self::Received { .. } => "denunciation.received",
            Self::Redacted {} => "denunciation.redacted",
            Self::Accused { .. } => "denunciation.accused",
            Self::Asked {} => "denunciation.asked",
            Self::Added {} => "denunciation.added",
            Self::CheckExtended { .. } => "denunciation.check_extended",
            Self::Transferred { .. } => "denunciation.transferred",
            Self::Forwarded {} => "denunciation.forwarded",
            Self::Refused { .. } => "denunciation.refused",
            Self::Filed { .. } => "denunciation.filed",
            Self::TreatedAsLead {} => "denunciation.treated_as_lead",
            Self::LeadTaken {} => "denunciation.lead_taken",
            Self::Accepted {} => "denunciation.accepted",
            Self::Notified {} => "denunciation.notified",
            Self::Assigned { .. } => "denunciation.assigned",
            Self::Reported {} => "denunciation.reported",
            Self::SentBack {} => "denunciation.sent_back",
            Self::Suspended { .. } => "denunciation.suspended",
            Self::Resumed {} => "denunciation.resumed",
            Self::Extended { .. } => "denunciation.extended",
            Self::Investigated {} => "denunciation.investigated",
            Self::Concluded { .. } => "denunciation.concluded",
            Self::ConclusionSent {} => "denunciation.conclusion_sent",
            Self::Handled {} => "denunciation.handled",
            Self::Published {} => "denunciation.published",
            Self::Closed {} => "denunciation.closed",
            Self::WithdrawalAsked {} => "denunciation.withdrawal_asked",
            Self::PartWithdrawalAsked { .. } => "denunciation.part_withdrawal_asked",
            Self::PartWithdrawn { .. } => "denunciation.part_withdrawn",
            Self::WithdrawalRefused {} => "denunciation.withdrawal_refused",
            Self::Terminated {} => "denunciation.terminated",
            Self::ProtectionAsked {} => "denunciation.protection_asked",
            Self::ProtectionGranted {} => "denunciation.protection_granted",
            Self::ProtectionRefused {} => "denunciation.protection_refused",
            Self::ProtectionEnded {} => "denunciation.protection_ended",
            Self::IdentityRequested { .. } => "denunciation.identity_requested",
            Self::IdentityApproved { .. } => "denunciation.identity_approved",
            Self::IdentityRefused { .. } => "denunciation.identity_refused",
            Self::IdentityOpened { .. } => "denunciation.identity_opened",
            Self::DelayReported { .. } => "denunciation.delay_reported",
            Self::ReportAsked {} => "denunciation.report_asked",
            Self::DelayExplained {} => "denunciation.delay_explained",
            Self::DelayAnswered {} => "denunciation.delay_answered",
            Self::Continued { .. } => "denunciation.continued",
            Self::Upheld {} => "denunciation.upheld",
            Self::TakenOver { .. } => "denunciation.taken_over",
            Self::Escalated { .. } => "denunciation.escalated",
            Self::FileDeclared { .. } => "denunciation.file_declared",
            Self::FileAdded { .. } => "denunciation.file_added",
            Self::FileReleased { .. } => "denunciation.file_released",
            Self::OriginalOpened { .. } => "denunciation.original_opened",
            Self::DeadlinePassed { .. } => "denunciation.deadline_passed",
            Self::Erased { .. } => "denunciation.erased",
        }
    }
}
