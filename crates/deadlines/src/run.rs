//! One count from a beginning to its end. A deadline is three of them.

use chrono::{DateTime, Utc};

use crate::calendar::Calendar;
use crate::error::DeadlineError;
use crate::event::Pause;
use crate::explain::Step;
use crate::limit::{Limit, Unit};
use crate::office::Office;
use crate::{days, hours};

/// What a count needs to know. The day that holds `from` must not be assumed to be published.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub calendar: &'a Calendar,
    pub office: &'a Office,
    pub limit: Limit,
    /// What is added to the limit.
    pub extension: u32,
    /// When the count begins.
    pub from: DateTime<Utc>,
    /// When the clock stood, in order.
    pub pauses: &'a [Pause],
}

/// Where a count ended, and how it came there: one step a day, without gaps.
pub(crate) struct Walk {
    pub due_at: DateTime<Utc>,
    pub steps: Vec<Step>,
}

impl Run<'_> {
    /// Counts to the end.
    ///
    /// # Errors
    /// [`DeadlineError::NotPublished`]: the calendar ends first, or begins later.
    pub fn walk(&self) -> Result<Walk, DeadlineError> {
        match self.limit.unit {
            Unit::WorkingDay => days::working_days(self),
            Unit::CalendarDay => days::calendar_days(self),
            Unit::Month => days::months(self, 1),
            Unit::Year => days::months(self, 12),
            Unit::SameDay => days::same_day(self),
            Unit::WorkingHour => hours::working_hours(self),
            Unit::Hour => hours::hours(self),
        }
    }

    /// The amount of the limit with its extension.
    pub fn total(&self) -> u32 {
        self.limit.amount + self.extension
    }
}
