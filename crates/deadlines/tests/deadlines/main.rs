//! The law's own examples, its corners, and what must hold for every input.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod calendar;
mod events;
mod explanation;
mod hours;
mod properties;
#[cfg(feature = "openapi")]
mod schemas;
mod stored;
mod timeliness;
mod vectors;

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use deadlines::{Calendar, Deadline, DeadlineError, Event, Limit, Office, Unit, VIETNAM};

/// The calendar the vectors were worked out with.
static VIETNAM_2024_2027: LazyLock<Calendar> = LazyLock::new(|| {
    let text = include_str!("../../../../migrations/seed/calendars/vn-2026-11.csv");
    Calendar::parse("vn-2026-11", text).expect("the published calendar is a calendar")
});

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// `2026-03-02 09:00` on a wall in Vietnam.
fn at(text: &str) -> DateTime<Utc> {
    let (day, time) = text.split_once(' ').expect("a date and a time");
    let time = NaiveTime::parse_from_str(time, "%H:%M").expect("a time");
    date(day).and_time(time).and_local_timezone(VIETNAM).unwrap().to_utc()
}

fn limit(amount: u32, unit: Unit) -> Limit {
    Limit { amount, unit }
}

fn pause(text: &str) -> Event {
    Event::Pause { at: at(text) }
}

fn resume(text: &str) -> Event {
    Event::Resume { at: at(text) }
}

fn restart(text: &str) -> Event {
    Event::Restart { at: at(text) }
}

fn extend(amount: u32) -> Event {
    Event::Extend { amount }
}

fn reappoint(text: &str) -> Event {
    Event::Reappoint { due_date: date(text) }
}

/// Under the published calendar, in an office with the usual hours.
fn compute(starts_at: DateTime<Utc>, limit: Limit, events: &[Event]) -> Result<Deadline, DeadlineError> {
    deadlines::compute(&VIETNAM_2024_2027, &Office::default(), starts_at, limit, events)
}

/// What is due when it began at 09:00 on Monday 2 March 2026, in a month without holidays.
fn in_march(limit: Limit, events: &[Event]) -> Deadline {
    compute(at("2026-03-02 09:00"), limit, events).expect("March 2026 is published")
}
