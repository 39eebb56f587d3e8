//! What the journal is told about imports and imported dossiers: codes and dates. The log's own words and keys are not
//! ours to vouch for, and stay in the tables.

use chrono::{DateTime, Utc};
use kernel::journal;
use serde::{Deserialize, Serialize};

use super::Source;
use crate::workflow::Action;

/// What a dossier's log says of it: enough to tell from the journal alone whether it was in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub source: Source,
    pub started_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// Ended before its deadline; absent while it has not ended, and where it has no deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_time: Option<bool>,
}

/// Something is known of a dossier elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExternalDossierEvent {
    Registered(Facts),
    /// A later file of its source says otherwise.
    Changed(Facts),
    /// A step was taken, at the moment of the entry; as one of ours, where it has a counterpart.
    StepTaken {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action: Option<Action>,
    },
}

impl journal::Event for ExternalDossierEvent {
    const ENTITY: &'static str = "external_dossier";

    fn kind(&self) -> &'static str {
        match self {
            Self::Registered(_) => "external_dossier.registered",
            Self::Changed(_) => "external_dossier.changed",
            Self::StepTaken { .. } => "external_dossier.step_taken",
        }
    }
}

/// Something happened to an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportEvent {
    Started { source: Source },
    Finished { rows: i64, dossiers_new: i64, dossiers_changed: i64, events_new: i64 },
}

impl journal::Event for ImportEvent {
    const ENTITY: &'static str = "import";

    fn kind(&self) -> &'static str {
        match self {
            Self::Started { .. } => "import.started",
            Self::Finished { .. } => "import.finished",
        }
    }
}
