//! What the journal is told about dossiers: codes, ids and dates. A changed shape gets a new version.

use chrono::{DateTime, Utc};
use kernel::journal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dossier::{Channel, Outcome};
use crate::request::{RefusalGround, RejectionGround, SupplementGround};

/// Something happened to a dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Created {
        procedure: String,
        case: String,
        channel: Channel,
    },
    AttachmentDeclared {
        attachment: Uuid,
        component: String,
    },
    AttachmentStored {
        attachment: Uuid,
    },
    Submitted {
        answer_due_at: DateTime<Utc>,
    },
    Accepted {
        due_at: DateTime<Utc>,
        calendar_version: String,
    },
    Rejected {
        ground: RejectionGround,
    },
    ProcessingStarted {},
    SupplementRequested {
        ground: SupplementGround,
        components: Vec<String>,
    },
    SupplementConfirmed {
        due_at: DateTime<Utc>,
        restarted: bool,
    },
    ResultIssued {
        outcome: Outcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ground: Option<RefusalGround>,
        in_time: bool,
    },
    ResultReturned {},
    Withdrawn {},
    DeadlinePassed {
        statutory_due_at: DateTime<Utc>,
    },
    AnswerDeadlinePassed {},
    /// Another version of the calendar made it later, by an administrator's order.
    DeadlineMoved {
        recomputation: Uuid,
        calendar_version: String,
        due_at: DateTime<Utc>,
    },
}

impl journal::Event for Event {
    const ENTITY: &'static str = "dossier";

    fn kind(&self) -> &'static str {
        match self {
            Self::Created { .. } => "dossier.created",
            Self::AttachmentDeclared { .. } => "dossier.attachment_declared",
            Self::AttachmentStored { .. } => "dossier.attachment_stored",
            Self::Submitted { .. } => "dossier.submitted",
            Self::Accepted { .. } => "dossier.accepted",
            Self::Rejected { .. } => "dossier.rejected",
            Self::ProcessingStarted {} => "dossier.processing_started",
            Self::SupplementRequested { .. } => "dossier.supplement_requested",
            Self::SupplementConfirmed { .. } => "dossier.supplement_confirmed",
            Self::ResultIssued { .. } => "dossier.result_issued",
            Self::ResultReturned {} => "dossier.result_returned",
            Self::Withdrawn {} => "dossier.withdrawn",
            Self::DeadlinePassed { .. } => "dossier.deadline_passed",
            Self::AnswerDeadlinePassed {} => "dossier.answer_deadline_passed",
            Self::DeadlineMoved { .. } => "dossier.deadline_moved",
        }
    }
}
