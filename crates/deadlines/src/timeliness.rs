//! What a deadline says today. Computed whenever it is asked for, and never stored.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Whether a matter is, or was, in time.
///
/// - `not_running`: no clock was started, or it stands: the next move is not the administration's.
/// - `running`: open, and its limit has not run out.
/// - `overdue`: open, and its limit has run out.
/// - `finished_on_time`: finished before its limit ran out.
/// - `finished_late`: finished when its limit had run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Timeliness {
    NotRunning,
    Running,
    Overdue,
    FinishedOnTime,
    FinishedLate,
}

/// Late is what is finished (or, while open, asked about) at `statutory_due_at` or after. Extensions
/// and re-appointments do not make a late matter timely.
///
/// `stopped` says that the clock stands now, or stood when the matter was finished
/// ([`Deadline::stopped_since`](crate::Deadline::stopped_since)). Such a pause began with time left,
/// which nothing has used up since: it cannot become late before it is resumed.
pub fn timeliness(
    statutory_due_at: Option<DateTime<Utc>>,
    stopped: bool,
    finished_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Timeliness {
    let Some(due_at) = statutory_due_at else {
        return Timeliness::NotRunning;
    };
    let in_time = stopped || finished_at.unwrap_or(now) < due_at;
    match (finished_at, in_time) {
        (None, _) if stopped => Timeliness::NotRunning,
        (None, true) => Timeliness::Running,
        (None, false) => Timeliness::Overdue,
        (Some(_), true) => Timeliness::FinishedOnTime,
        (Some(_), false) => Timeliness::FinishedLate,
    }
}

impl Timeliness {
    /// Whether the limit has run out before the matter was finished.
    pub fn is_late(self) -> bool {
        matches!(self, Self::Overdue | Self::FinishedLate)
    }
}
