//! How long an office has worked between two moments: what a matter has cost of its time.

use chrono::{DateTime, Days, TimeDelta, Utc};

use crate::calendar::Calendar;
use crate::error::DeadlineError;
use crate::office::Office;
use crate::vietnam::{instant, vn_date};

/// The opening hours of working days from `from` up to `to`; nothing when `to` is not after it.
///
/// # Errors
/// [`DeadlineError::NotPublished`]: the calendar does not reach a day of it.
pub fn worked(
    calendar: &Calendar,
    office: &Office,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<TimeDelta, DeadlineError> {
    let mut worked = TimeDelta::zero();
    let mut date = vn_date(from);
    while from < to && date <= vn_date(to) {
        if calendar.is_working_day(date)? {
            for opening in office.hours.openings() {
                let (opens_at, closes_at) = (instant(date, opening.from), instant(date, opening.to));
                worked += (closes_at.min(to) - opens_at.max(from)).max(TimeDelta::zero());
            }
        }
        // Cannot overflow: no calendar comes near the end of time.
        date = date + Days::new(1);
    }
    Ok(worked)
}
