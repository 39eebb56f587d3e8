//! The register of breaches of personal data (Luật 91/2025/QH15 Art. 23): what happened, to whose data, what was done, and who was
//! told when. The authority is to be told within the hours of `clocks.csv`; that they pass untold is an entry in the journal, and
//! whether it was late is computed.

pub mod list;
mod row;
pub mod timer;
mod view;
pub mod write;

use chrono::{DateTime, Utc};
use kernel::id::AgencyId;
use kernel::{id, journal, text_enum};
use serde::{Deserialize, Serialize};

use crate::DataCategory;

pub use row::{Breach, load, visible_to};
pub use view::BreachView;

id! { BreachId, "The id of a breach of personal data."; }

text_enum! {
    /// Whether something is still to be done about it.
    BreachStatus { Open = "open", Closed = "closed" }
}

/// What the journal is told: when, where and of which categories, and never what happened in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreachEvent {
    Registered {
        agency: AgencyId,
        detected_at: DateTime<Utc>,
        categories: Vec<DataCategory>,
        people: i32,
        notify_due_at: DateTime<Utc>,
    },
    AuthorityNotified {
        at: DateTime<Utc>,
        late: bool,
    },
    PeopleNotified {
        at: DateTime<Utc>,
    },
    /// The hours are over, and the authority was not told.
    DeadlinePassed {
        notify_due_at: DateTime<Utc>,
    },
    Closed {
        unfounded: bool,
    },
}

impl journal::Event for BreachEvent {
    const ENTITY: &'static str = "data_breach";

    fn kind(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "data_breach.registered",
            Self::AuthorityNotified { .. } => "data_breach.authority_notified",
            Self::PeopleNotified { .. } => "data_breach.people_notified",
            Self::DeadlinePassed { .. } => "data_breach.deadline_passed",
            Self::Closed { .. } => "data_breach.closed",
        }
    }
}
