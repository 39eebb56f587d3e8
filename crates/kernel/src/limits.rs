//! What an agency owes, on the calendar and by the hours that it keeps.

use chrono::{DateTime, Utc};
use deadlines::{Clock, Deadline, DeadlineError, Limit};

use crate::id::AgencyId;
use crate::problem::{Error, FieldError, Result, Text};
use crate::rules::Rules;

crate::problems! {
    CALENDAR_NOT_PUBLISHED = Invalid "calendar.not_published" {
        "Lịch làm việc chưa được công bố", "The working calendar is not published";
        "Ngày cần tính nằm ngoài lịch đã công bố.", "A date that is needed lies outside the published calendar."
    }
    BAD_DEADLINE = Invalid "deadline.invalid" {
        "Không tính được thời hạn", "The deadline cannot be computed";
        "Các sự kiện phải theo thứ tự và hợp nhau; errors chỉ ra sự kiện sai.",
        "The events must be in order and fit each other; errors names the one that does not."
    }
}

impl Rules {
    /// A clock of what an agency owes, started then on the calendar in force and by the hours that the agency keeps now.
    pub fn start(&self, limit: Limit, agency: AgencyId, at: DateTime<Utc>) -> Result<Clock> {
        let calendar_version = self.calendar()?.version().to_owned();
        Ok(Clock { starts_at: at, limit, calendar_version, office: self.office(agency), events: Vec::new() })
    }

    /// When a limit is over that begins then, for what an agency owes.
    ///
    /// # Errors
    /// As [`Rules::deadline`].
    pub fn due_at(&self, limit: Limit, agency: AgencyId, from: DateTime<Utc>) -> Result<DateTime<Utc>> {
        Ok(self.deadline(&self.start(limit, agency, from)?)?.due_at)
    }

    /// The deadline of a clock, on the calendar and by the hours that it keeps.
    ///
    /// # Errors
    /// [`CALENDAR_NOT_PUBLISHED`]; [`BAD_DEADLINE`] for events that cannot have happened so.
    pub fn deadline(&self, clock: &Clock) -> Result<Deadline> {
        clock.deadline(self.calendar_of(&clock.calendar_version)?).map_err(|error| refused(&error))
    }
}

/// The words of a deadline that cannot be computed.
pub fn refused(error: &DeadlineError) -> Error {
    let problem = if error.code() == CALENDAR_NOT_PUBLISHED.code { &CALENDAR_NOT_PUBLISHED } else { &BAD_DEADLINE };
    let at = error.event_index().map_or_else(|| "/limit".to_owned(), |index| format!("/events/{index}"));
    let words = Text::new(error.to_string(), error.to_string());
    problem.error().fields(vec![FieldError::new(at, error.code(), words)])
}
