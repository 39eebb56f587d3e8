//! Late, and not late.

use deadlines::Timeliness::{FinishedLate, FinishedOnTime, NotRunning, Overdue, Running};
use deadlines::{Unit, timeliness};

use crate::{at, extend, in_march, limit, pause, reappoint, resume};

#[test]
fn late_begins_at_the_due_moment_itself() {
    let due_at = at("2026-03-17 00:00");
    let just_before = due_at - chrono::TimeDelta::nanoseconds(1);
    assert_eq!(timeliness(Some(due_at), false, None, just_before), Running);
    assert_eq!(timeliness(Some(due_at), false, None, due_at), Overdue);
    let years_later = at("2027-01-01 00:00");
    assert_eq!(timeliness(Some(due_at), false, Some(just_before), years_later), FinishedOnTime);
    assert_eq!(timeliness(Some(due_at), false, Some(due_at), years_later), FinishedLate);
    assert!(Overdue.is_late() && FinishedLate.is_late());
    assert!(!(NotRunning.is_late() || Running.is_late() || FinishedOnTime.is_late()));
}

#[test]
fn without_a_limit_nothing_is_late() {
    let now = at("2026-03-17 00:00");
    assert_eq!(timeliness(None, false, None, now), NotRunning);
    assert_eq!(timeliness(None, false, Some(now), now), NotRunning);
}

#[test]
fn a_clock_that_stands_does_not_run_out() {
    let ten = limit(10, Unit::WorkingDay);
    let stopped = in_march(ten, &[pause("2026-03-04 10:00")]);
    let much_later = at("2026-06-01 10:00");
    assert_eq!(stopped.timeliness(None, much_later), NotRunning);
    // What is finished in a pause is what would be finished had it been resumed at that moment.
    assert_eq!(stopped.timeliness(Some(much_later), much_later), FinishedOnTime);
    let resumed = in_march(ten, &[pause("2026-03-04 10:00"), resume("2026-06-01 10:00")]);
    assert_eq!(resumed.timeliness(Some(much_later), much_later), FinishedOnTime);
}

#[test]
fn a_pause_does_not_hide_lateness() {
    let ten = limit(10, Unit::WorkingDay);
    let now = at("2026-03-20 10:00");
    assert_eq!(in_march(ten, &[pause("2026-03-18 10:00")]).timeliness(None, now), Overdue);
    assert_eq!(in_march(ten, &[pause("2026-03-16 10:00")]).timeliness(None, now), Overdue);
}

#[test]
fn more_time_for_the_agency_is_not_more_time_in_law() {
    let now = at("2026-03-20 10:00");
    let ten = limit(10, Unit::WorkingDay);
    for event in [extend(10), reappoint("2026-03-30")] {
        let deadline = in_march(ten, &[event]);
        assert!(now < deadline.due_at);
        assert_eq!(deadline.timeliness(Some(now), now), FinishedLate);
    }
}
