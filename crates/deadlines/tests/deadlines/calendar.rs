//! Days worked and days off, and calendars that are none.

use deadlines::{Calendar, CalendarError, CalendarRow, Confidence, DayKind, DeadlineError, RowKind};

use crate::{VIETNAM_2024_2027, date};

fn row(day: &str, kind: RowKind) -> CalendarRow {
    let (name, source) = ("Ngày nghỉ".to_owned(), "a notice".to_owned());
    CalendarRow { date: date(day), kind, name, source, confidence: Confidence::Confirmed }
}

fn code(rows: impl IntoIterator<Item = CalendarRow>) -> &'static str {
    Calendar::new("v1", rows).map_or_else(|error| error.code(), |_| "none")
}

#[test]
fn working_days_of_each_year() {
    for (year, working_days) in [(2024, 251), (2025, 250), (2026, 249), (2027, 249)] {
        let (from, to) = (date(&format!("{year}-01-01")), date(&format!("{year}-12-31")));
        let days = VIETNAM_2024_2027.days(from, to).unwrap();
        assert_eq!(days.iter().filter(|day| day.working).count(), working_days, "{year}");
    }
}

#[test]
fn so_many_working_days_before_a_day() {
    for (day, count, before) in [
        ("2026-08-17", 5, "2026-08-10"),
        // Saturday 22 August is worked.
        ("2026-08-25", 2, "2026-08-22"),
        ("2026-09-03", 1, "2026-08-28"),
        // From a day off.
        ("2026-08-23", 1, "2026-08-22"),
        ("2026-08-23", 0, "2026-08-23"),
    ] {
        assert_eq!(VIETNAM_2024_2027.working_days_before(date(day), count), Ok(date(before)), "{count} before {day}");
    }
    for (day, count) in [("2024-01-02", 1), ("2028-01-01", 0)] {
        let refused = VIETNAM_2024_2027.working_days_before(date(day), count);
        assert!(matches!(refused, Err(DeadlineError::NotPublished { .. })), "{day}");
    }
}

#[test]
fn every_kind_of_day() {
    let expected = [
        ("2026-08-21", DayKind::WorkingDay, None),
        ("2026-08-22", DayKind::SwapWork, Some("yearly notice")),
        ("2026-08-23", DayKind::Weekend, Some("Labour Code 2019 Art. 111")),
        ("2026-08-31", DayKind::SwapOff, Some("yearly notice")),
        ("2026-11-24", DayKind::Holiday, Some("NQ 28/2026/QH16")),
        ("2026-04-27", DayKind::Compensation, Some("Labour Code 2019 Art. 112; Art. 111.3")),
    ];
    for (text, kind, source) in expected {
        let day = VIETNAM_2024_2027.day(date(text)).unwrap();
        assert_eq!((day.kind, day.source.as_deref()), (kind, source), "{text}");
        assert_eq!(day.working, kind.is_working());
        assert_eq!(VIETNAM_2024_2027.is_working_day(date(text)), Ok(day.working));
        assert_eq!(day.name.is_some(), day.confidence.is_some(), "{text}");
    }
}

#[test]
fn a_year_with_a_forecast_is_provisional() {
    let provisional = |text| VIETNAM_2024_2027.day(date(text)).unwrap().provisional;
    assert!(!provisional("2026-12-31"));
    assert!(provisional("2027-01-01"), "its own row is certain, but the year may still be swapped");
}

#[test]
fn nothing_is_known_outside_the_published_years() {
    let calendar = &*VIETNAM_2024_2027;
    assert_eq!(calendar.published(), date("2024-01-01")..=date("2027-12-31"));
    for outside in ["2023-12-31", "2028-01-01"] {
        let error = calendar.is_working_day(date(outside)).unwrap_err();
        assert_eq!(error.code(), "calendar.not_published");
        let (first, last) = (date("2024-01-01"), date("2027-12-31"));
        assert_eq!(error, DeadlineError::NotPublished { date: date(outside), first, last });
        assert_eq!(calendar.day(date(outside)).unwrap_err(), error);
        assert!(calendar.days(date("2024-01-01"), date(outside)).is_err());
        assert!(calendar.days(date(outside), date("2027-12-31")).is_err());
    }
    let week = calendar.days(date("2026-08-17"), date("2026-08-23")).unwrap();
    assert_eq!(week.iter().filter(|day| day.working).count(), 6, "both ends, and a worked Saturday");
    assert_eq!(calendar.days(date("2026-08-23"), date("2026-08-17")), Ok(vec![]));
}

#[test]
fn rows_that_cannot_all_be_true() {
    use RowKind::{Compensation, Holiday, SwapOff, SwapWork};
    assert_eq!(code([]), "calendar.empty");
    assert_eq!(code([row("2026-01-01", Holiday)]), "none");
    assert_eq!(code([row("2026-01-03", Holiday)]), "none", "a holiday may fall on a Saturday");
    assert_eq!(code([row("2026-01-03", SwapWork)]), "none");
    assert_eq!(code([row("2026-01-02", SwapWork)]), "calendar.pointless_row");
    assert_eq!(code([row("2026-01-03", SwapOff)]), "calendar.pointless_row");
    assert_eq!(code([row("2026-01-04", Compensation)]), "calendar.pointless_row");
    let twice = [row("2026-01-02", Holiday), row("2026-01-02", SwapOff)];
    assert_eq!(code(twice), "calendar.day_twice");
    let gap = [row("2024-01-01", Holiday), row("2026-01-01", Holiday)];
    assert_eq!(code(gap), "calendar.year_missing");
    assert_eq!(code([row("1900-01-01", Holiday)]), "calendar.year_out_of_range");
    assert_eq!(code([row("+262142-01-01", Holiday)]), "calendar.year_out_of_range");
    let years = |last: i32| (2001..=last).map(|year| row(&format!("{year}-01-01"), Holiday));
    assert_eq!(code(years(2020)), "none");
    assert_eq!(code(years(2021)), "calendar.too_long");
}

#[test]
fn every_text_says_something() {
    let good = row("2026-01-01", RowKind::Holiday);
    assert_eq!(code([CalendarRow { source: " ".to_owned(), ..good.clone() }]), "calendar.text_invalid");
    assert_eq!(code([CalendarRow { name: "ế".repeat(200), ..good.clone() }]), "none");
    assert_eq!(code([CalendarRow { name: "ế".repeat(201), ..good.clone() }]), "calendar.text_invalid");
    let error = Calendar::new("", [good]).unwrap_err();
    assert_eq!(error.code(), "calendar.version_invalid");
}

#[test]
fn a_file_that_is_no_calendar() {
    let parse = |text: &str| Calendar::parse("v1", text).map_err(|error| error.code());
    assert_eq!(parse("").unwrap_err(), "calendar.empty");
    let header = "date,kind,name,source,confidence\n";
    for wrong in [
        "date,kind\n2026-01-01,HOLIDAY\n".to_owned(),
        format!("{header}2026-02-30,HOLIDAY,Tết,a notice,C\n"),
        format!("{header}2026-01-01,DAY_OFF,Tết,a notice,C\n"),
        format!("{header}2026-01-01,HOLIDAY,Tết,a notice,Z\n"),
        format!("{header}2026-01-01,HOLIDAY,Tết\n"),
    ] {
        assert_eq!(parse(&wrong).unwrap_err(), "calendar.unreadable", "{wrong}");
    }
    let line = Calendar::parse("v1", &format!("{header}2026-02-30,HOLIDAY,Tết,a notice,C\n"));
    let Err(CalendarError::Unreadable(error)) = line else { panic!("not a date") };
    assert_eq!(error.position().map(|position| position.line()), Some(2), "it says where");
}

#[test]
fn a_database_may_keep_the_codes_of_the_file() {
    assert_eq!("SWAP_WORK".parse(), Ok(RowKind::SwapWork));
    assert_eq!("F".parse(), Ok(Confidence::Forecast));
    assert!("swap_work".parse::<RowKind>().is_err());
    let rows = [row("2026-01-01", RowKind::Holiday)];
    let text = "date,kind,name,source,confidence\n2026-01-01,HOLIDAY,Ngày nghỉ,a notice,C\n";
    assert_eq!(Calendar::new("v1", rows).unwrap(), Calendar::parse("v1", text).unwrap());
}
