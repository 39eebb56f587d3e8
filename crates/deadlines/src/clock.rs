//! What a matter stores of its clock: the question, never the answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::compute::{Deadline, compute};
use crate::error::DeadlineError;
use crate::event::Event;
use crate::limit::Limit;
use crate::office::Office;

/// A clock that was started: everything a deadline is computed from, but for the calendar's days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Clock {
    /// When the limit began.
    #[cfg_attr(feature = "openapi", schema(example = "2026-03-02T02:00:00Z"))]
    pub starts_at: DateTime<Utc>,
    /// How long it is.
    pub limit: Limit,
    /// The calendar the matter was accepted under, and keeps.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "vn-2026-11"))]
    pub calendar_version: String,
    /// The hours of the office that owes the matter, as they were when the limit began; the usual ones when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub office: Option<Office>,
    /// What happened since, in order.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub events: Vec<Event>,
}

impl Clock {
    /// When the matter is due.
    ///
    /// # Errors
    /// [`DeadlineError::OtherCalendar`] for a calendar of another version, because a published
    /// calendar must never move a printed date by itself; otherwise those of [`compute`].
    pub fn deadline(&self, calendar: &Calendar) -> Result<Deadline, DeadlineError> {
        if calendar.version() != self.calendar_version {
            return Err(DeadlineError::OtherCalendar {
                expected: self.calendar_version.clone(),
                given: calendar.version().to_owned(),
            });
        }
        compute(calendar, &self.office.clone().unwrap_or_default(), self.starts_at, self.limit, &self.events)
    }
}
