//! Working-day calendars and statutory clocks: when is a matter due, and why on that day.
//!
//! This crate owns every rule that turns a start, a limit and what happened since into dates. It is
//! pure: no clock, no database, no time zone but Vietnam's. The same input gives the same answer in
//! ten years, because the calendar it was computed under is an argument.
//!
//! In reading order:
//!
//! 1. [`vn_date`], [`end_of_day`], [`due_date`]: instants outside, Vietnamese days inside.
//! 2. [`Calendar`]: which days are worked, and by whose decision not. Data, never computed.
//! 3. [`Limit`] and [`Unit`]: "7 working days", "the same day". [`Office`]: when the door is open.
//! 4. [`Event`]: what stops a clock, begins it anew or moves its end.
//! 5. [`compute()`]: all of these to one [`Deadline`], with a [`Step`] for every day that went by.
//!    [`Clock`] is the same input as a matter stores it.
//! 6. [`timeliness()`]: what the dates say today. Late is computed, never stored. [`worked()`]: what it has cost of an
//!    office's time.
//!
//! Two conventions run through everything. `due_at` is **exclusive**: in time is what happens before
//! it, and a day ends at 24:00. A **pause** on day P with its resume on day R takes out the days d
//! with P < d ≤ R: the day on which the clock stops still counts, the day on which it goes on does not.

mod calendar;
mod clock;
mod compute;
mod day;
mod days;
mod error;
mod event;
mod explain;
mod hours;
mod limit;
mod office;
mod row;
mod run;
mod timeliness;
mod vietnam;
mod worked;

pub use calendar::Calendar;
pub use clock::Clock;
pub use compute::{Deadline, compute, may_reappoint};
pub use day::{Day, DayKind};
pub use error::{CalendarError, DeadlineError};
pub use event::{Event, MAX_EVENTS};
pub use explain::{MAX_STEPS, Reason, Step};
pub use limit::{Limit, MAX_AMOUNT, Unit};
pub use office::{InvalidOpeningHours, Office, Opening, OpeningHours};
pub use row::{CalendarRow, Confidence, MAX_TEXT_LENGTH, RowKind};
pub use timeliness::{Timeliness, timeliness};
pub use vietnam::{VIETNAM, due_date, end_of_day, vn_date};
pub use worked::worked;
