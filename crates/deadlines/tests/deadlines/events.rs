//! Pauses, restarts, extensions, re-appointments: what each moves, and which cannot have happened.

use deadlines::Unit::{CalendarDay, Month, SameDay, WorkingDay, Year};
use deadlines::{Calendar, DeadlineError, Event, Limit, MAX_AMOUNT, MAX_EVENTS, Office, Unit};

use crate::{at, compute, date, extend, in_march, limit, pause, reappoint, restart, resume};

fn due(limit: Limit, events: &[Event]) -> String {
    in_march(limit, events).due_date.to_string()
}

fn error(limit: Limit, events: &[Event]) -> (&'static str, Option<usize>) {
    let error = compute(at("2026-03-02 09:00"), limit, events).unwrap_err();
    (error.code(), error.event_index())
}

#[test]
fn several_pauses_take_out_the_days_of_each() {
    let events = [
        pause("2026-03-04 10:00"),
        resume("2026-03-05 10:00"), // takes out the 5th
        pause("2026-03-05 11:00"),
        resume("2026-03-09 10:00"), // the 6th and the 9th
    ];
    assert_eq!(due(limit(10, WorkingDay), &events), "2026-03-19");
    assert_eq!(due(limit(30, CalendarDay), &events), "2026-04-06");
}

#[test]
fn a_pause_over_a_swap_takes_out_the_worked_saturday_and_not_the_day_off() {
    let starts_at = at("2026-08-20 09:00");
    let ten = limit(10, WorkingDay);
    let without = compute(starts_at, ten, &[]).unwrap();
    assert_eq!(without.due_date, date("2026-09-07"));
    // 22/8 is a worked Saturday, 23/8 a Sunday: two working days go, the 22nd and the 24th.
    let over_worked_saturday = [pause("2026-08-21 10:00"), resume("2026-08-24 10:00")];
    let with = compute(starts_at, ten, &over_worked_saturday).unwrap();
    assert_eq!(with.due_date, date("2026-09-09"));
    // 29/8 to 2/9 are all off: the 3rd goes alone.
    let over_day_off = [pause("2026-08-28 10:00"), resume("2026-09-03 10:00")];
    let with = compute(starts_at, ten, &over_day_off).unwrap();
    assert_eq!(with.due_date, date("2026-09-08"));
}

#[test]
fn a_pause_that_begins_after_the_limit_has_run_out_changes_nothing() {
    let late = [pause("2026-03-17 10:00"), resume("2026-03-20 10:00")];
    assert_eq!(due(limit(10, WorkingDay), &late), "2026-03-16");
    let on_the_last_day = [pause("2026-03-16 10:00"), resume("2026-03-20 10:00")];
    assert_eq!(due(limit(10, WorkingDay), &on_the_last_day), "2026-03-16");
    // It still moves what the citizen was told, when that is later.
    let mut events = vec![extend(5)];
    events.extend(late);
    let deadline = in_march(limit(10, WorkingDay), &events);
    assert_eq!(deadline.statutory_due_at, at("2026-03-17 00:00"));
    assert_eq!(deadline.due_date, date("2026-03-26"));
}

#[test]
fn a_roll_passes_over_a_pause() {
    // 26 days from 2 March end on Saturday the 28th, which rolls to Monday the 30th.
    let limit = limit(26, CalendarDay);
    assert_eq!(due(limit, &[]), "2026-03-30");
    let events = [pause("2026-03-29 10:00"), resume("2026-04-01 10:00")];
    assert_eq!(due(limit, &events), "2026-04-02");
}

#[test]
fn months_and_years_are_paused_by_the_day() {
    let events = [pause("2026-03-04 10:00"), resume("2026-03-09 10:00")];
    assert_eq!(due(limit(1, Month), &[]), "2026-04-02");
    assert_eq!(due(limit(1, Month), &events), "2026-04-07");
    assert_eq!(due(limit(1, Year), &events), "2027-03-08", "2 March 2027 and five days, a Sunday");
    assert_eq!(due(limit(1, Month), &[extend(1)]), "2026-05-04", "2 May 2026 is a Saturday");
}

#[test]
fn a_same_day_matter_can_wait_too() {
    let after_cut_off = at("2026-03-02 16:00");
    let events = [pause("2026-03-02 16:30"), resume("2026-03-04 09:00")];
    let deadline = compute(after_cut_off, limit(0, SameDay), &events).unwrap();
    assert_eq!(deadline.due_date, date("2026-03-05"));
    assert_eq!(deadline.original_due_at, at("2026-03-04 00:00"));
}

#[test]
fn a_restart_voids_what_came_before_it() {
    let fresh = compute(at("2026-03-11 10:00"), limit(10, WorkingDay), &[]).unwrap();
    let events = [pause("2026-03-03 10:00"), resume("2026-03-06 10:00"), restart("2026-03-11 10:00")];
    let deadline = in_march(limit(10, WorkingDay), &events);
    assert_eq!(deadline.statutory_due_at, fresh.due_at);
    assert_eq!(deadline.due_at, fresh.due_at);
    assert_eq!(deadline.original_due_at, at("2026-03-17 00:00"), "never changes");
}

#[test]
fn a_restart_ends_a_pause() {
    let events = [pause("2026-03-04 10:00"), restart("2026-03-11 10:00")];
    let deadline = in_march(limit(10, WorkingDay), &events);
    assert_eq!(deadline.due_date, date("2026-03-25"));
    assert_eq!(deadline.stopped_since, None);
    let events = [pause("2026-03-04 10:00"), restart("2026-03-11 10:00"), resume("2026-03-12 10:00")];
    assert_eq!(error(limit(10, WorkingDay), &events), ("deadline.resume_without_pause", Some(2)));
}

#[test]
fn an_open_pause_keeps_the_last_known_dates() {
    let deadline = in_march(limit(10, WorkingDay), &[pause("2026-03-04 10:00")]);
    assert_eq!(deadline.stopped_since, Some(at("2026-03-04 10:00")));
    assert_eq!(deadline.due_date, date("2026-03-16"));
    // Nothing of the limit is left to stop.
    for too_late in ["2026-03-16 10:00", "2026-03-17 00:00", "2026-04-01 10:00"] {
        let deadline = in_march(limit(10, WorkingDay), &[extend(20), pause(too_late)]);
        assert_eq!(deadline.stopped_since, None, "{too_late}");
    }
}

#[test]
fn extensions_add_up_and_leave_the_statutory_date_alone() {
    let deadline = in_march(limit(30, CalendarDay), &[extend(10), extend(5)]);
    assert_eq!(deadline.due_date, date("2026-04-16"));
    assert_eq!(deadline.statutory_due_at, at("2026-04-02 00:00"));
    assert_eq!(deadline.original_due_at, deadline.statutory_due_at);
    let restarted = in_march(limit(30, CalendarDay), &[extend(15), restart("2026-03-12 09:00")]);
    assert_eq!(restarted.due_date, date("2026-04-28"), "45 days from the 12th end on the 26th, rolled");
}

#[test]
fn a_reappointment_sets_the_date_and_nothing_else() {
    let seven = limit(7, WorkingDay);
    let deadline = in_march(seven, &[reappoint("2026-03-18")]);
    assert_eq!(deadline.due_at, at("2026-03-19 00:00"));
    assert_eq!(deadline.statutory_due_at, at("2026-03-12 00:00"));
    // What carries the limit further still carries the date.
    let paused = [reappoint("2026-03-12"), pause("2026-03-10 10:00"), resume("2026-03-16 10:00")];
    assert_eq!(due(seven, &paused), "2026-03-17");
    // A restart gives a date of its own.
    assert_eq!(due(seven, &[reappoint("2026-05-15"), restart("2026-03-05 10:00")]), "2026-03-16");
    assert_eq!(due(seven, &[restart("2026-03-05 10:00"), reappoint("2026-05-15")]), "2026-05-15");
}

#[test]
fn a_reappointment_is_later_than_what_it_replaces_and_comes_once() {
    let seven = limit(7, WorkingDay);
    let not_later = "deadline.reappoint_not_later";
    assert_eq!(error(seven, &[reappoint("2026-03-11")]), (not_later, Some(0)));
    assert_eq!(error(seven, &[extend(5), reappoint("2026-03-18")]), (not_later, Some(1)));
    let later_void = [reappoint("2026-03-10"), restart("2026-03-11 10:00")];
    assert_eq!(error(seven, &later_void), (not_later, Some(0)));
    let twice = [reappoint("2026-03-18"), restart("2026-03-19 10:00"), reappoint("2026-04-20")];
    assert_eq!(error(seven, &twice), ("deadline.reappointed_twice", Some(2)));
    assert_eq!(error(seven, &[reappoint("2028-01-03")]), ("calendar.not_published", None));
}

#[test]
fn reappointing_is_announced_a_day_before() {
    let due_at = at("2026-03-12 00:00"); // 24:00 of the 11th
    assert!(deadlines::may_reappoint(due_at, at("2026-03-10 23:59")));
    assert!(!deadlines::may_reappoint(due_at, at("2026-03-11 00:00")));
    // By the day even when the limit ends in the middle of one; days off count.
    assert!(deadlines::may_reappoint(at("2026-03-09 10:00"), at("2026-03-08 23:00")));
    assert!(!deadlines::may_reappoint(at("2026-03-09 10:00"), at("2026-03-09 00:00")));
}

#[test]
fn events_that_cannot_have_happened_so() {
    let ten = limit(10, WorkingDay);
    let cases: [(&[Event], _, _); 6] = [
        (&[resume("2026-03-04 10:00")], "deadline.resume_without_pause", 0),
        (&[pause("2026-03-04 10:00"), pause("2026-03-05 10:00")], "deadline.pause_while_paused", 1),
        (&[pause("2026-03-02 08:59")], "deadline.event_before_start", 0),
        (&[pause("2026-03-04 10:00"), resume("2026-03-04 09:59")], "deadline.events_out_of_order", 1),
        (&[extend(5), extend(0)], "deadline.amount_out_of_range", 1),
        (&[extend(3000), extend(641)], "deadline.amount_out_of_range", 1),
    ];
    for (events, code, index) in cases {
        assert_eq!(error(ten, events), (code, Some(index)));
    }
    let many = vec![restart("2026-03-04 10:00"); MAX_EVENTS + 1];
    assert_eq!(error(ten, &many), ("deadline.too_many_events", None));
    assert_eq!(due(ten, &many[1..]), "2026-03-18");
    let at_the_start = [pause("2026-03-02 09:00"), resume("2026-03-02 09:00")];
    assert_eq!(due(ten, &at_the_start), "2026-03-16", "one instant may hold several");
}

#[test]
fn amounts_that_are_no_limit() {
    use Unit::{Hour, WorkingHour};
    for unit in [WorkingDay, CalendarDay, Month, Year, WorkingHour, Hour] {
        assert_eq!(error(limit(0, unit), &[]), ("deadline.amount_out_of_range", None), "{unit:?}");
        assert_eq!(error(limit(MAX_AMOUNT + 1, unit), &[]).0, "deadline.amount_out_of_range");
        assert_eq!(error(limit(u32::MAX, unit), &[extend(u32::MAX)]).0, "deadline.amount_out_of_range");
    }
    let too_far = [(WorkingDay, MAX_AMOUNT), (CalendarDay, MAX_AMOUNT), (Month, 60), (Year, MAX_AMOUNT)];
    for (unit, amount) in too_far {
        assert_eq!(error(limit(amount, unit), &[]), ("calendar.not_published", None), "{unit:?}");
    }
    assert_eq!(error(limit(1, SameDay), &[]), ("deadline.same_day_has_no_amount", None));
    assert_eq!(error(limit(0, SameDay), &[extend(1)]), ("deadline.same_day_has_no_amount", Some(0)));
}

#[test]
fn the_calendar_must_reach_from_the_start_to_the_end() {
    let code = |starts_at, amount, unit| compute(at(starts_at), limit(amount, unit), &[]).map_err(|error| error.code());
    let not_published = Err("calendar.not_published");
    for (unit, amount) in [(WorkingDay, 1), (CalendarDay, 1), (SameDay, 0), (Unit::Hour, 9)] {
        assert_eq!(code("2023-12-31 16:00", amount, unit).map(drop), not_published, "{unit:?}");
        assert_eq!(code("2027-12-31 16:00", amount, unit).map(drop), not_published, "{unit:?}");
    }
    let last = code("2027-12-31 16:00", 8, Unit::Hour).unwrap();
    assert_eq!(last.due_date, date("2027-12-31"), "24:00 of the last day is still inside");
    let Err(DeadlineError::NotPublished { date: beyond, .. }) =
        compute(at("2027-12-30 09:00"), limit(2, WorkingDay), &[])
    else {
        panic!("the second day is in 2028")
    };
    assert_eq!(beyond, date("2028-01-01"));
}

#[test]
fn a_forecast_year_on_the_way_makes_a_deadline_provisional() {
    let provisional = |starts_at, amount, events: &[Event]| {
        let deadline = compute(at(starts_at), limit(amount, WorkingDay), events).unwrap();
        deadline.provisional
    };
    assert!(!provisional("2026-12-30 09:00", 1, &[]), "due at 24:00 of 31/12/2026");
    assert!(provisional("2026-12-30 09:00", 2, &[]));
    assert!(provisional("2026-12-30 09:00", 1, &[extend(1)]));
    assert!(provisional("2026-12-01 09:00", 1, &[reappoint("2027-01-04")]));
    assert!(provisional("2027-01-04 09:00", 1, &[]));
}

#[test]
fn the_version_of_the_calendar_is_part_of_the_answer() {
    let text = "date,kind,name,source,confidence\n2026-03-03,HOLIDAY,Giỗ Tổ,a notice,C\n";
    let changed = Calendar::parse("vn-2026-12", text).unwrap();
    let office = Office::default();
    let starts_at = at("2026-03-02 09:00");
    let deadline = deadlines::compute(&changed, &office, starts_at, limit(1, WorkingDay), &[]).unwrap();
    assert_eq!(deadline.due_date, date("2026-03-04"));
    assert_eq!(deadline.calendar_version, "vn-2026-12");
}
