//! Everything that can be wrong with a calendar or with what is asked of it.
//!
//! Codes are stable: clients branch on them. Texts may change.

use chrono::NaiveDate;
use thiserror::Error;

use crate::event::MAX_EVENTS;
use crate::limit::MAX_AMOUNT;
use crate::row::{MAX_TEXT_LENGTH, RowKind};

/// Why some rows are not a calendar.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CalendarError {
    #[error("the calendar cannot be read: {0}")]
    Unreadable(#[from] csv::Error),
    #[error("the calendar's version must have 1 to {MAX_TEXT_LENGTH} characters")]
    Version,
    #[error("the calendar has no rows")]
    Empty,
    #[error("two rows speak of {date}")]
    DayTwice { date: NaiveDate },
    #[error("the {field} of {date} must have 1 to {MAX_TEXT_LENGTH} characters")]
    Text { date: NaiveDate, field: &'static str },
    #[error("{kind:?} says nothing about {date}, which is so by its weekday")]
    Pointless { date: NaiveDate, kind: RowKind },
    #[error("{date} is not in the years {first} to {last}")]
    YearOutOfRange { date: NaiveDate, first: i32, last: i32 },
    #[error("the calendar says nothing of the year {year}")]
    YearMissing { year: i32 },
    #[error("the calendar holds {years} years; {max} are allowed")]
    TooLong { years: usize, max: usize },
}

impl CalendarError {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "calendar.unreadable",
            Self::Version => "calendar.version_invalid",
            Self::Empty => "calendar.empty",
            Self::DayTwice { .. } => "calendar.day_twice",
            Self::Text { .. } => "calendar.text_invalid",
            Self::Pointless { .. } => "calendar.pointless_row",
            Self::YearOutOfRange { .. } => "calendar.year_out_of_range",
            Self::YearMissing { .. } => "calendar.year_missing",
            Self::TooLong { .. } => "calendar.too_long",
        }
    }
}

/// Why there is no deadline. `index` is the place of the offending event, counted from zero.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DeadlineError {
    #[error("{date} is outside the published calendar, which goes from {first} to {last}")]
    NotPublished { date: NaiveDate, first: NaiveDate, last: NaiveDate },
    #[error("the clock runs under calendar {expected:?}, not {given:?}")]
    OtherCalendar { expected: String, given: String },
    #[error("a limit, with what was added to it, is 1 to {MAX_AMOUNT} units, not {amount}")]
    AmountOutOfRange { amount: u64, index: Option<usize> },
    #[error("a same-day limit has the amount 0 and cannot be extended")]
    SameDayHasNoAmount { index: Option<usize> },
    #[error("{events} events; {MAX_EVENTS} are allowed")]
    TooManyEvents { events: usize },
    #[error("event {index} happens before the start")]
    EventBeforeStart { index: usize },
    #[error("event {index} happens before the event it follows")]
    EventsOutOfOrder { index: usize },
    #[error("event {index} pauses a clock that is paused")]
    PauseWhilePaused { index: usize },
    #[error("event {index} resumes a clock that is not paused")]
    ResumeWithoutPause { index: usize },
    // NĐ 61/2018 Art. 19(9)
    #[error("event {index} re-appoints a second time; it may be done once")]
    ReappointedTwice { index: usize },
    #[error("event {index} re-appoints to {due_date}, which is not later than the date it replaces")]
    ReappointNotLater { index: usize, due_date: NaiveDate },
}

impl DeadlineError {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotPublished { .. } => "calendar.not_published",
            Self::OtherCalendar { .. } => "calendar.other_version",
            Self::AmountOutOfRange { .. } => "deadline.amount_out_of_range",
            Self::SameDayHasNoAmount { .. } => "deadline.same_day_has_no_amount",
            Self::TooManyEvents { .. } => "deadline.too_many_events",
            Self::EventBeforeStart { .. } => "deadline.event_before_start",
            Self::EventsOutOfOrder { .. } => "deadline.events_out_of_order",
            Self::PauseWhilePaused { .. } => "deadline.pause_while_paused",
            Self::ResumeWithoutPause { .. } => "deadline.resume_without_pause",
            Self::ReappointedTwice { .. } => "deadline.reappointed_twice",
            Self::ReappointNotLater { .. } => "deadline.reappoint_not_later",
        }
    }

    /// The place of the event that is wrong, counted from zero; none when it is the start or the limit.
    pub fn event_index(&self) -> Option<usize> {
        match *self {
            Self::AmountOutOfRange { index, .. } | Self::SameDayHasNoAmount { index } => index,
            Self::EventBeforeStart { index }
            | Self::EventsOutOfOrder { index }
            | Self::PauseWhilePaused { index }
            | Self::ResumeWithoutPause { index }
            | Self::ReappointedTwice { index }
            | Self::ReappointNotLater { index, .. } => Some(index),
            Self::NotPublished { .. } | Self::OtherCalendar { .. } | Self::TooManyEvents { .. } => None,
        }
    }
}
