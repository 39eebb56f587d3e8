//! Limits by the hour, to the moment.

use chrono::{NaiveTime, TimeDelta};
use deadlines::Unit::{Hour, WorkingHour};
use deadlines::{Office, Opening, OpeningHours};

use crate::{VIETNAM_2024_2027, at, compute, extend, in_march, limit, pause, restart, resume};

#[test]
fn a_pause_takes_out_the_time_itself() {
    let hour = [pause("2026-03-02 10:00"), resume("2026-03-02 11:00")];
    assert_eq!(in_march(limit(4, WorkingHour), &hour).due_at, at("2026-03-02 15:30"));
    assert_eq!(in_march(limit(4, Hour), &hour).due_at, at("2026-03-02 14:00"));
    // Over lunch, two and a half hours pass and only one of them is worked.
    let lunch = [pause("2026-03-02 11:30"), resume("2026-03-02 14:00")];
    assert_eq!(in_march(limit(4, WorkingHour), &lunch).due_at, at("2026-03-02 15:30"));
    let night = [pause("2026-03-02 17:30"), resume("2026-03-03 08:00")];
    assert_eq!(in_march(limit(8, WorkingHour), &night).due_at, at("2026-03-03 09:00"));
}

#[test]
fn a_pause_that_begins_at_the_end_changes_nothing() {
    let events = [pause("2026-03-02 11:00"), resume("2026-03-05 11:00")];
    assert_eq!(in_march(limit(2, WorkingHour), &events).due_at, at("2026-03-02 11:00"));
    assert_eq!(in_march(limit(2, WorkingHour), &events[..1]).stopped_since, None);
    assert_eq!(in_march(limit(3, WorkingHour), &events[..1]).stopped_since, Some(at("2026-03-02 11:00")));
}

#[test]
fn restart_and_extension() {
    let events = [restart("2026-03-03 16:30"), extend(2)];
    let deadline = in_march(limit(4, WorkingHour), &events);
    assert_eq!(deadline.original_due_at, at("2026-03-02 14:30"));
    assert_eq!(deadline.statutory_due_at, at("2026-03-04 11:00"));
    assert_eq!(deadline.due_at, at("2026-03-04 14:30"));
}

#[test]
fn a_worked_saturday_is_open() {
    let deadline = compute(at("2026-08-21 16:30"), limit(4, WorkingHour), &[]).unwrap();
    assert_eq!(deadline.due_at, at("2026-08-22 11:00"));
}

#[test]
fn each_office_has_its_own_hours() {
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
    let openings = vec![Opening { from: time(7, 0), to: time(11, 30) }];
    let hours = OpeningHours::new(openings).unwrap();
    let office = Office { hours, cut_off: time(11, 0) };
    let compute =
        |starts_at, limit| deadlines::compute(&VIETNAM_2024_2027, &office, at(starts_at), limit, &[]).unwrap().due_at;
    assert_eq!(compute("2026-03-02 09:00", limit(4, WorkingHour)), at("2026-03-03 08:30"));
    let same_day = limit(0, deadlines::Unit::SameDay);
    assert_eq!(compute("2026-03-02 10:59", same_day), at("2026-03-03 00:00"));
    assert_eq!(compute("2026-03-02 11:00", same_day), at("2026-03-04 00:00"));
}

#[test]
fn seconds_are_kept_and_minutes_add_up() {
    let starts_at = at("2026-03-02 11:58") + TimeDelta::seconds(30);
    let deadline = compute(starts_at, limit(5, WorkingHour), &[]).unwrap();
    assert_eq!(deadline.due_at, at("2026-03-03 08:58") + TimeDelta::seconds(30));
    let minutes: Vec<_> = deadline.explanation.iter().map(|step| step.minutes).collect();
    assert_eq!(minutes, [Some(241), Some(59)]);
}

#[test]
fn an_hour_that_ends_at_midnight_is_shown_with_the_day_that_ends() {
    let deadline = in_march(limit(15, Hour), &[]);
    assert_eq!(deadline.due_at, at("2026-03-03 00:00"));
    assert_eq!(deadline.due_date.to_string(), "2026-03-02");
    assert_eq!(deadline.explanation.len(), 1);
}
