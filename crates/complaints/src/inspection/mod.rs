//! Public-duty inspections (kiểm tra công vụ): how officials do their duty is looked at on the spot, by whoever heads the agency or
//! one above it and by inspectors; what is found has a remedy and a day, and whether it was remedied is followed to its end. No
//! text sets their limits: the day is set by whoever inspects.

pub mod list;
pub mod remedy;
mod row;
pub mod timer;
mod view;
pub mod write;

use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::AgencyId;
use kernel::{id, journal, text_enum};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use row::{Inspection, load, visible_to};
pub use view::{InspectionFinding, InspectionView};

id! { InspectionId, "An inspection's id."; }

text_enum! {
    /// Held on the spot, concluded with what was found, and closed when all of it is remedied.
    InspectionStatus {
        Planned = "planned",
        Held = "held",
        Concluded = "concluded",
        Closed = "closed",
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// What was found.
    FindingKind {
        /// A rule was broken.
        Violation = "violation",
        /// Something is not as it should be.
        Shortfall = "shortfall",
        /// Something is done well, for others to learn from.
        GoodPractice = "good_practice",
    }
}

text_enum! {
    /// How far a remedy is.
    RemedyStatus {
        Owed = "owed",
        /// The inspected say that it is done.
        Reported = "reported",
        /// Whoever inspected has seen it.
        Confirmed = "confirmed",
    }
}

/// What is to be put right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    pub what: String,
    pub due_on: NaiveDate,
    pub status: RemedyStatus,
    /// What the inspected say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<DateTime<Utc>>,
    /// Why it was not enough, the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_back_for: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// That its day is over has been told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overdue_told: bool,
}

impl Remedy {
    /// Whether its day is over and nothing was reported, or only afterwards.
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        let done = self.reported_at.filter(|_| self.status != RemedyStatus::Owed);
        done.unwrap_or(now) > deadlines::end_of_day(self.due_on)
    }
}

/// Something that was found: known by its place in the inspection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: FindingKind,
    pub words: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
}

/// What the journal is told about inspections. What gave rise to one is not there: the inspected read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InspectionEvent {
    Planned {
        inspected: AgencyId,
        surprise: bool,
        planned_on: NaiveDate,
    },
    Held {
        held_on: NaiveDate,
    },
    /// With how much was found, and how much of it is to be remedied.
    Concluded {
        findings: usize,
        remedies: usize,
    },
    RemedyReported {
        finding: u16,
        late: bool,
    },
    RemedySentBack {
        finding: u16,
        due_on: NaiveDate,
    },
    /// The last one closes the inspection.
    RemedyConfirmed {
        finding: u16,
        closed: bool,
    },
    /// Their day is over and nothing was reported.
    RemediesOverdue {
        findings: Vec<u16>,
    },
    Cancelled {},
}

impl journal::Event for InspectionEvent {
    const ENTITY: &'static str = "inspection";

    fn kind(&self) -> &'static str {
        match self {
            Self::Planned { .. } => "inspection.planned",
            Self::Held { .. } => "inspection.held",
            Self::Concluded { .. } => "inspection.concluded",
            Self::RemedyReported { .. } => "inspection.remedy_reported",
            Self::RemedySentBack { .. } => "inspection.remedy_sent_back",
            Self::RemedyConfirmed { .. } => "inspection.remedy_confirmed",
            Self::RemediesOverdue { .. } => "inspection.remedies_overdue",
            Self::Cancelled {} => "inspection.cancelled",
        }
    }
}

/// Who may be told of it: the inspected of a surprise only when it is held. Where the case behind it accuses anybody, no agency is
/// told by name: whoever may see it finds it in the list.
fn audience(inspection: &Inspection) -> Vec<Uuid> {
    if inspection.accuses() {
        return Vec::new();
    }
    let mut seen = vec![inspection.agency_id.0];
    if !inspection.is_hidden() && inspection.inspected_id != inspection.agency_id {
        seen.push(inspection.inspected_id.0);
    }
    seen
}
