//! What must hold for every input, not only for those somebody thought of.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc, Weekday};
use deadlines::Unit::{CalendarDay, Hour, Month, SameDay, WorkingDay, WorkingHour, Year};
use deadlines::{
    Calendar, CalendarRow, Confidence, Deadline, Event, Limit, Office, Reason, RowKind, Unit, due_date, end_of_day,
    vn_date,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

use crate::{VIETNAM_2024_2027, at, compute};

const UNITS: &[Unit] = &[WorkingDay, CalendarDay, Month, Year, SameDay, WorkingHour, Hour];
const WITH_AMOUNT: &[Unit] = &[WorkingDay, CalendarDay, Month, Year, WorkingHour, Hour];
const BY_THE_DAY: &[Unit] = &[WorkingDay, CalendarDay, Month, Year, SameDay];
const BY_THE_CALENDAR: &[Unit] = &[CalendarDay, Month, Year];

/// Any second of the first year and a half: early enough for all that follows.
fn starts_at() -> impl Strategy<Value = DateTime<Utc>> {
    (0..18 * 30 * 86_400_i64).prop_map(|seconds| at("2024-01-01 00:00") + TimeDelta::seconds(seconds))
}

/// Limits that end within the calendar, pauses and extensions included.
fn limits(units: &'static [Unit]) -> impl Strategy<Value = Limit> {
    (select(units), 1..60_u32).prop_map(|(unit, amount)| Limit {
        unit,
        amount: match unit {
            SameDay => 0,
            Month => 1 + amount % 6,
            Year => 1,
            _ => amount,
        },
    })
}

/// Closed pauses in order, as (minutes of running, minutes of standing).
fn pauses() -> impl Strategy<Value = Vec<(i64, i64)>> {
    vec((0..10_000_i64, 0..20_000_i64), 0..4)
}

fn events(starts_at: DateTime<Utc>, pauses: &[(i64, i64)]) -> Vec<Event> {
    let mut now = starts_at;
    let mut after = |minutes| {
        now += TimeDelta::minutes(minutes);
        now
    };
    let pair = |&(runs, stands)| [Event::Pause { at: after(runs) }, Event::Resume { at: after(stands) }];
    pauses.iter().flat_map(pair).collect()
}

/// Whether a pause takes the day out, straight from the definition: P < d ≤ R.
fn is_taken_out(events: &[Event], date: NaiveDate) -> bool {
    events.chunks(2).any(|pair| match pair {
        [Event::Pause { at: from }, Event::Resume { at: to }] => vn_date(*from) < date && date <= vn_date(*to),
        _ => panic!("pauses come in pairs"),
    })
}

/// Days after the start up to and including `last` that no pause takes out.
fn days_left(starts_at: DateTime<Utc>, last: NaiveDate, events: &[Event]) -> Vec<NaiveDate> {
    let days = vn_date(starts_at).iter_days().skip(1).take_while(|date| *date <= last);
    days.filter(|date| !is_taken_out(events, *date)).collect()
}

fn is_worked(date: NaiveDate) -> bool {
    VIETNAM_2024_2027.is_working_day(date).unwrap()
}

/// How many days a calendar limit is long.
fn length(starts_at: DateTime<Utc>, limit: Limit) -> usize {
    let start = vn_date(starts_at);
    let months = match limit.unit {
        Month => limit.amount,
        Year => 12 * limit.amount,
        _ => return limit.amount as usize,
    };
    (start.checked_add_months(Months::new(months)).unwrap() - start).num_days() as usize
}

/// The counted days, or minutes, must be the limit; the days must be without gaps.
fn assert_adds_up(deadline: &Deadline, begins_at: DateTime<Utc>, limit: Limit) {
    let steps = &deadline.explanation;
    let counted = steps.iter().filter(|step| step.counted).count();
    let minutes: u32 = steps.iter().filter_map(|step| step.minutes).sum();
    match limit.unit {
        WorkingHour | Hour => assert_eq!(minutes, 60 * limit.amount),
        SameDay => assert_eq!(counted, 1),
        _ => assert_eq!(counted, length(begins_at, limit)),
    }
    let is_beginning = |reason| matches!(reason, Reason::StartDay | Reason::Restarted);
    let days: Vec<_> = steps.iter().skip_while(|step| is_beginning(step.reason)).collect();
    for pair in days.windows(2) {
        assert_eq!(pair[0].date + Days::new(1), pair[1].date);
    }
    let counts_first_day = matches!(limit.unit, SameDay | WorkingHour | Hour);
    let first = vn_date(begins_at) + Days::new(u64::from(!counts_first_day));
    assert_eq!(days.first().unwrap().date, first);
    assert_eq!(days.last().unwrap().date, deadline.due_date);
    assert_eq!(deadline.due_date, due_date(deadline.due_at));
    for step in steps {
        let worked = is_worked(step.date);
        let is_day_off =
            matches!(step.reason, Reason::Weekend | Reason::Holiday | Reason::Compensation | Reason::SwapOff);
        assert!(!(is_day_off && worked), "{step:?}");
        assert!(!is_day_off || step.source.is_some(), "every day off has a source: {step:?}");
        let must_be_worked = matches!(limit.unit, WorkingDay | SameDay | WorkingHour);
        assert!(!(must_be_worked && step.counted) || worked, "{step:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_longer_limit_never_ends_earlier(start in starts_at(), limit in limits(WITH_AMOUNT), pauses in pauses()) {
        let events = events(start, &pauses);
        let longer = Limit { amount: limit.amount + 1, ..limit };
        let (one, other) = (compute(start, limit, &events)?, compute(start, longer, &events)?);
        prop_assert!(one.due_at <= other.due_at);
        if matches!(limit.unit, WorkingDay | WorkingHour | Hour) {
            prop_assert!(one.due_at < other.due_at);
        }
    }

    #[test]
    fn a_later_start_never_ends_earlier(start in starts_at(), limit in limits(UNITS), later in 0..200_000_i64) {
        let other = compute(start + TimeDelta::seconds(later), limit, &[])?;
        prop_assert!(compute(start, limit, &[])?.due_at <= other.due_at);
    }

    #[test]
    fn a_deadline_comes_after_its_start(start in starts_at(), limit in limits(UNITS), pauses in pauses()) {
        let deadline = compute(start, limit, &events(start, &pauses))?;
        prop_assert!(start < deadline.original_due_at);
        prop_assert!(deadline.original_due_at <= deadline.statutory_due_at, "pauses never shorten");
        prop_assert_eq!(deadline.statutory_due_at, deadline.due_at);
        prop_assert_eq!(deadline.stopped_since, None);
    }

    #[test]
    fn day_limits_end_at_24_00_of_a_working_day(start in starts_at(), limit in limits(BY_THE_DAY), pauses in pauses()) {
        let events = events(start, &pauses);
        let deadline = compute(start, limit, &events)?;
        prop_assert_eq!(deadline.due_at, end_of_day(deadline.due_date));
        prop_assert!(is_worked(deadline.due_date));
        prop_assert!(!is_taken_out(&events, deadline.due_date));
    }

    #[test]
    fn pauses_take_out_exactly_the_defined_working_days(
        start in starts_at(), amount in 1..60_u32, pauses in pauses(),
    ) {
        let events = events(start, &pauses);
        let due = compute(start, Limit { amount, unit: WorkingDay }, &events)?.due_date;
        let left = days_left(start, due, &events);
        prop_assert_eq!(left.iter().filter(|date| is_worked(**date)).count(), amount as usize);
    }

    #[test]
    fn pauses_take_out_exactly_the_defined_calendar_days(
        start in starts_at(), limit in limits(BY_THE_CALENDAR), pauses in pauses(),
    ) {
        let events = events(start, &pauses);
        let due = compute(start, limit, &events)?.due_date;
        let left = days_left(start, due, &events);
        let (of_the_limit, rolled) = left.split_at(length(start, limit));
        // The last day of the limit, or else the first working day after it.
        let end = of_the_limit.last().unwrap();
        let last = if is_worked(*end) { Some(end) } else { rolled.iter().find(|date| is_worked(**date)) };
        prop_assert_eq!(last, Some(&due));
        prop_assert_eq!(left.last(), Some(&due));
    }

    #[test]
    fn a_restart_is_a_fresh_start(
        start in starts_at(), limit in limits(UNITS), before in pauses(), pauses in pauses(), wait in 0..40_000_i64,
    ) {
        let mut with_restart = events(start, &before);
        let restarted_at = start + TimeDelta::minutes(wait + 120_000);
        with_restart.push(Event::Restart { at: restarted_at });
        let since = events(restarted_at, &pauses);
        with_restart.extend(&since);
        let (deadline, fresh) = (compute(start, limit, &with_restart)?, compute(restarted_at, limit, &since)?);
        prop_assert_eq!(deadline.statutory_due_at, fresh.statutory_due_at);
        prop_assert_eq!(deadline.due_at, fresh.due_at);
        prop_assert_eq!(deadline.original_due_at, compute(start, limit, &[])?.due_at);
        prop_assert!(deadline.original_due_at <= deadline.statutory_due_at);
        assert_adds_up(&deadline, restarted_at, limit);
    }

    #[test]
    fn an_extension_is_a_longer_limit_for_the_citizen_and_none_in_law(
        start in starts_at(), limit in limits(WITH_AMOUNT), more in 1..5_u32, pauses in pauses(),
    ) {
        let more = if limit.unit == Year { 1 } else { more };
        let without = compute(start, limit, &events(start, &pauses))?;
        let longer = Limit { amount: limit.amount + more, ..limit };
        let mut events = events(start, &pauses);
        let long = compute(start, longer, &events)?;
        events.insert(0, Event::Extend { amount: more });
        let extended = compute(start, limit, &events)?;
        prop_assert_eq!(extended.due_at, long.due_at);
        prop_assert!(extended.due_at >= without.due_at);
        prop_assert_eq!(extended.statutory_due_at, without.statutory_due_at);
        prop_assert_eq!(extended.original_due_at, without.original_due_at);
        assert_adds_up(&extended, start, longer);
    }

    #[test]
    fn the_explanation_adds_up(start in starts_at(), limit in limits(UNITS), pauses in pauses()) {
        assert_adds_up(&compute(start, limit, &events(start, &pauses))?, start, limit);
    }

    #[test]
    fn finishing_in_a_pause_is_finishing_as_if_resumed(
        start in starts_at(), limit in limits(UNITS), runs in 0..30_000_i64, stands in 1..30_000_i64,
    ) {
        let pause = Event::Pause { at: start + TimeDelta::minutes(runs) };
        let finished_at = start + TimeDelta::minutes(runs + stands);
        let open = compute(start, limit, &[pause])?;
        let closed = compute(start, limit, &[pause, Event::Resume { at: finished_at }])?;
        let finished = |deadline: &Deadline| deadline.timeliness(Some(finished_at), finished_at);
        prop_assert_eq!(finished(&open), finished(&closed));
        prop_assert_eq!(open.timeliness(None, finished_at).is_late(), finished(&open).is_late());
    }

    #[test]
    fn any_calendar_will_do(
        start in starts_at(), limit in limits(UNITS), pauses in pauses(),
        days in btree_map(0..4 * 365_u64, any::<bool>(), 0..200),
    ) {
        let calendar = calendar(days);
        let events = events(start, &pauses);
        match deadlines::compute(&calendar, &Office::default(), start, limit, &events) {
            Ok(deadline) if !matches!(limit.unit, Hour) =>
                prop_assert_eq!(calendar.is_working_day(deadline.due_date), Ok(true)),
            Ok(_) => {}
            Err(error) => prop_assert_eq!(error.code(), "calendar.not_published"),
        }
    }

    #[test]
    fn nothing_panics(
        start in any_instant(), amount in any_amount(), unit in select(UNITS),
        events in vec(any_event(), 0..12),
    ) {
        let answer = compute(start, Limit { amount, unit }, &events);
        if let Err(error) = answer {
            prop_assert!(error.code().contains('.'));
            prop_assert!(!error.to_string().is_empty());
            prop_assert!(error.event_index().is_none_or(|index| index < events.len()));
        }
    }

    #[test]
    fn no_text_makes_a_calendar_panic(text in "(date,kind,name,source,confidence\n)?([0-9-]{10},HOLIDAY,a,b,[CSF]\n){0,4}.{0,20}") {
        if let Err(error) = Calendar::parse("v1", &text) {
            prop_assert!(error.code().starts_with("calendar."));
        }
    }
}

/// Days off (weekdays) and worked weekends strewn over 2024–2027.
fn calendar(days: std::collections::BTreeMap<u64, bool>) -> Calendar {
    let new_year = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let mut dates: Vec<_> = days.keys().map(|day| new_year(2024) + Days::new(*day)).collect();
    dates.extend((2024..=2027).map(new_year));
    dates.sort_unstable();
    dates.dedup();
    let row = |date: NaiveDate| {
        let is_weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        let kind = if is_weekend { RowKind::SwapWork } else { RowKind::SwapOff };
        let (name, source) = ("a day".to_owned(), "a notice".to_owned());
        CalendarRow { date, kind, name, source, confidence: Confidence::Secondary }
    };
    Calendar::new("random", dates.into_iter().map(row)).unwrap()
}

fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    prop_oneof![
        4 => starts_at(),
        1 => (DateTime::<Utc>::MIN_UTC.timestamp()..=DateTime::<Utc>::MAX_UTC.timestamp())
            .prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap()),
        1 => select(vec![DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, DateTime::UNIX_EPOCH]),
    ]
}

fn any_amount() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 0..50_u32, 1 => 0..5000_u32, 1 => any::<u32>()]
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        any_instant().prop_map(|at| Event::Pause { at }),
        any_instant().prop_map(|at| Event::Resume { at }),
        any_instant().prop_map(|at| Event::Restart { at }),
        any_amount().prop_map(|amount| Event::Extend { amount }),
        any_instant().prop_map(|at| Event::Reappoint { due_date: vn_date(at) }),
    ]
}
