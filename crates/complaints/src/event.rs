//! What the journal is told about cases: codes, ids and dates. A changed shape gets a new version.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::journal;
use kernel::ladder::Rung;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::case::{CaseChannel, CaseOutcome};
use crate::clocks::CaseStage;
use crate::facts::CaseKind;
use crate::paper::CaseFilePurpose;
use crate::request::{DialogueOutcome, PublicationMeans, ServiceMeans};

/// Something happened to a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Created {
        case_kind: CaseKind,
        channel: CaseChannel,
        /// The case that it grew out of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Uuid>,
    },
    Submitted {
        received_on: NaiveDate,
    },
    Classified {
        from: CaseKind,
        to: CaseKind,
    },
    SupplementRequested {},
    Supplied {},
    Guided {},
    Transferred {
        from: Uuid,
        to: Uuid,
    },
    Forwarded {},
    Filed {
        ground: String,
    },
    Refused {
        ground: String,
    },
    Split {
        into: Uuid,
    },
    Accepted {},
    Assigned {
        to: Uuid,
    },
    Reported {},
    SentBack {},
    DialogueCalled {
        held_at: DateTime<Utc>,
    },
    DialogueRecorded {
        outcome: DialogueOutcome,
    },
    Suspended {
        ground: String,
    },
    Resumed {},
    Extended {
        ground: String,
    },
    Urged {},
    Decided {
        outcome: CaseOutcome,
        in_time: bool,
    },
    Answered {
        outcome: CaseOutcome,
        in_time: bool,
    },
    AnswerReturned {},
    Served {
        means: ServiceMeans,
    },
    Published {
        means: PublicationMeans,
    },
    /// Nobody has complained about it again in time (LKN Art. 44).
    TookEffect {},
    Closed {},
    Withdrawn {},
    WithdrawalAsked {},
    WithdrawalRefused {},
    PartWithdrawn {
        contents: Vec<u16>,
    },
    Terminated {
        ground: String,
    },
    Reopened {},
    Appealed {
        into: Uuid,
    },
    LitigationNoted {
        since: NaiveDate,
    },
    ConversionProposed {
        to: CaseKind,
    },
    Converted {
        into: Uuid,
        to: CaseKind,
    },
    NoteMade {
        note: Uuid,
    },
    FileDeclared {
        file: Uuid,
        purpose: CaseFilePurpose,
    },
    FileStored {
        file: Uuid,
        purpose: CaseFilePurpose,
    },
    /// A limit ran out.
    DeadlinePassed {
        stage: CaseStage,
        statutory_due_at: DateTime<Utc>,
    },
    /// Something overdue is shown to somebody higher up.
    Escalated {
        stage: CaseStage,
        rung: Rung,
        to: Uuid,
    },
    /// It lost what tells of whom it was.
    Erased {
        /// By which it was kept until then.
        rule: String,
        /// The request that asked for it, where it was not the rule alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<Uuid>,
    },
}

/// Kinds that are the agencies' own business.
pub const INTERNAL: &[&str] =
    &["case.assigned", "case.reported", "case.sent_back", "case.note_made", "case.urged", "case.escalated"];

impl journal::Event for Event {
    const ENTITY: &'static str = "case";

    fn kind(&self) -> &'static str {
        match self {
            Self::Created { .. } => "case.created",
            Self::Submitted { .. } => "case.submitted",
            Self::Classified { .. } => "case.classified",
            Self::SupplementRequested {} => "case.supplement_requested",
            Self::Supplied {} => "case.supplied",
            Self::Guided {} => "case.guided",
            Self::Transferred { .. } => "case.transferred",
            Self::Forwarded {} => "case.forwarded",
            Self::Filed { .. } => "case.filed",
            Self::Refused { .. } => "case.refused",
            Self::Split { .. } => "case.split",
            Self::Accepted {} => "case.accepted",
            Self::Assigned { .. } => "case.assigned",
            Self::Reported {} => "case.reported",
            Self::SentBack {} => "case.sent_back",
            Self::DialogueCalled { .. } => "case.dialogue_called",
            Self::DialogueRecorded { .. } => "case.dialogue_recorded",
            Self::Suspended { .. } => "case.suspended",
            Self::Resumed {} => "case.resumed",
            Self::Extended { .. } => "case.extended",
            Self::Urged {} => "case.urged",
            Self::Decided { .. } => "case.decided",
            Self::Answered { .. } => "case.answered",
            Self::AnswerReturned {} => "case.answer_returned",
            Self::Served { .. } => "case.served",
            Self::Published { .. } => "case.published",
            Self::TookEffect {} => "case.took_effect",
            Self::Closed {} => "case.closed",
            Self::Withdrawn {} => "case.withdrawn",
            Self::WithdrawalAsked {} => "case.withdrawal_asked",
            Self::WithdrawalRefused {} => "case.withdrawal_refused",
            Self::PartWithdrawn { .. } => "case.part_withdrawn",
            Self::Terminated { .. } => "case.terminated",
            Self::Reopened {} => "case.reopened",
            Self::Appealed { .. } => "case.appealed",
            Self::LitigationNoted { .. } => "case.litigation_noted",
            Self::ConversionProposed { .. } => "case.conversion_proposed",
            Self::Converted { .. } => "case.converted",
            Self::NoteMade { .. } => "case.note_made",
            Self::FileDeclared { .. } => "case.file_declared",
            Self::FileStored { .. } => "case.file_stored",
            Self::DeadlinePassed { .. } => "case.deadline_passed",
            Self::Escalated { .. } => "case.escalated",
            Self::Erased { .. } => "case.erased",
        }
    }
}
