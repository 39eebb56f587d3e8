//! What a citizen is told when they ask why.

use deadlines::{Deadline, Unit};

use crate::{at, compute, extend, in_march, limit, pause, reappoint, restart, resume};

/// `23 start_day, 24 counted +, …`: the day of the month, the reason, and whether it counted.
fn lines(deadline: &Deadline) -> String {
    let line = |step: &deadlines::Step| {
        let reason = serde_json::to_value(step.reason).unwrap();
        let minutes = step.minutes.map(|minutes| format!(" {minutes}")).unwrap_or_default();
        let mark = if step.counted { " +" } else { "" };
        format!("{} {}{minutes}{mark}", step.date.format("%-d"), reason.as_str().unwrap())
    };
    deadline.explanation.iter().map(line).collect::<Vec<_>>().join(", ")
}

#[test]
fn every_day_off_has_its_source() {
    let deadline = compute(at("2026-04-23 09:00"), limit(5, Unit::WorkingDay), &[]).unwrap();
    assert_eq!(
        lines(&deadline),
        "23 start_day, 24 counted +, 25 weekend, 26 weekend, 27 compensation, 28 counted +, \
         29 counted +, 30 holiday, 1 holiday, 2 weekend, 3 weekend, 4 counted +, 5 counted +"
    );
    let compensation = &deadline.explanation[4];
    assert_eq!(compensation.name.as_deref(), Some("Giỗ Tổ Hùng Vương (nghỉ bù cho Chủ nhật 26/4)"));
    assert_eq!(compensation.source.as_deref(), Some("Labour Code 2019 Art. 112; Art. 111.3"));
    let without_source = deadline.explanation.iter().filter(|step| step.source.is_none());
    assert!(without_source.clone().all(|step| step.counted));
    assert_eq!(without_source.count(), 5);
}

#[test]
fn swaps_are_named_both_ways() {
    let deadline = compute(at("2026-08-21 09:00"), limit(7, Unit::WorkingDay), &[]).unwrap();
    assert_eq!(
        lines(&deadline),
        "21 start_day, 22 swap_work +, 23 weekend, 24 counted +, 25 counted +, 26 counted +, \
         27 counted +, 28 counted +, 29 weekend, 30 weekend, 31 swap_off, 1 holiday, 2 holiday, \
         3 counted +"
    );
    assert_eq!(deadline.explanation[1].name.as_deref(), Some("Làm bù cho 2026-08-31"));
}

#[test]
fn calendar_days_count_days_off_and_roll_at_the_end() {
    let deadline = compute(at("2026-04-28 09:00"), limit(3, Unit::CalendarDay), &[]).unwrap();
    assert_eq!(
        lines(&deadline),
        "28 start_day, 29 counted +, 30 counted +, 1 counted +, 2 weekend, 3 weekend, 4 rolled"
    );
    assert_eq!(deadline.explanation[6].source.as_deref(), Some("Civil Code 2015 Art. 148"));
}

#[test]
fn pauses_and_extensions_are_lines_of_their_own() {
    let events = [pause("2026-03-04 10:00"), resume("2026-03-09 10:00"), extend(2)];
    assert_eq!(
        lines(&in_march(limit(3, Unit::WorkingDay), &events)),
        "2 start_day, 3 counted +, 4 counted +, 5 paused, 6 paused, 7 weekend, 8 weekend, 9 paused, \
         10 counted +, 11 extended +, 12 extended +"
    );
    assert_eq!(
        lines(&in_march(limit(4, Unit::CalendarDay), &events)),
        "2 start_day, 3 counted +, 4 counted +, 5 paused, 6 paused, 7 paused, 8 paused, 9 paused, \
         10 counted +, 11 counted +, 12 extended +, 13 extended +"
    );
}

#[test]
fn only_the_days_after_the_last_restart_are_listed() {
    let events = [restart("2026-03-05 10:00"), restart("2026-03-06 10:00"), reappoint("2026-03-18")];
    assert_eq!(
        lines(&in_march(limit(1, Unit::WorkingDay), &events)),
        "2 start_day, 5 restarted, 6 restarted, 7 weekend, 8 weekend, 9 counted +, 18 reappointed"
    );
    let events = [restart("2026-03-06 16:00")];
    assert_eq!(
        lines(&in_march(limit(0, Unit::SameDay), &events)),
        "2 start_day, 6 restarted, 6 after_cut_off, 7 weekend, 8 weekend, 9 counted +"
    );
}

#[test]
fn the_same_day_says_why_it_is_not() {
    let lines = |starts_at| lines(&compute(at(starts_at), limit(0, Unit::SameDay), &[]).unwrap());
    assert_eq!(lines("2026-03-02 14:59"), "2 same_day +");
    assert_eq!(lines("2026-03-02 15:00"), "2 after_cut_off, 3 counted +");
    assert_eq!(lines("2026-03-07 09:00"), "7 weekend, 8 weekend, 9 counted +");
    assert_eq!(lines("2026-08-21 15:00"), "21 after_cut_off, 22 swap_work +");
}

#[test]
fn hours_say_how_many_minutes_of_a_day() {
    let over_weekend = compute(at("2026-03-06 17:00"), limit(8, Unit::WorkingHour), &[]).unwrap();
    assert_eq!(lines(&over_weekend), "6 counted 30 +, 7 weekend 0, 8 weekend 0, 9 counted 450 +");
    let after_hours = compute(
        at("2026-03-03 18:00"),
        limit(9, Unit::WorkingHour),
        &[pause("2026-03-03 19:00"), resume("2026-03-04 19:00"), extend(1)],
    );
    assert_eq!(lines(&after_hours.unwrap()), "3 closed 0, 4 paused 0, 5 counted 480 +, 6 counted 120 +");
    let plain = compute(at("2026-03-06 17:00"), limit(24, Unit::Hour), &[extend(24)]).unwrap();
    assert_eq!(lines(&plain), "6 counted 420 +, 7 counted 1440 +, 8 extended 1020 +");
    let at_closing = compute(at("2026-03-03 17:30"), limit(8, Unit::WorkingHour), &[extend(8)]);
    assert_eq!(lines(&at_closing.unwrap()), "3 closed 0, 4 counted 480 +, 5 extended 480 +");
}
