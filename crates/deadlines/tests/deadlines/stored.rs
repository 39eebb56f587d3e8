//! What is stored today must be readable for as long as the matter is kept.

use deadlines::{Calendar, Clock, Deadline, Office, Opening, OpeningHours, Timeliness, Unit};
use serde_json::{from_value, json, to_value};

use crate::{VIETNAM_2024_2027, at, extend, limit, pause, reappoint, restart, resume};

fn clock() -> Clock {
    Clock {
        starts_at: at("2026-03-02 09:00"),
        limit: limit(10, Unit::WorkingDay),
        calendar_version: "vn-2026-11".to_owned(),
        office: None,
        events: vec![
            pause("2026-03-04 10:00"),
            resume("2026-03-09 10:00"),
            restart("2026-03-11 10:00"),
            extend(5),
            reappoint("2026-05-15"),
        ],
    }
}

#[test]
fn a_clock_as_json() {
    let stored = json!({
        "starts_at": "2026-03-02T02:00:00Z",
        "limit": {"amount": 10, "unit": "working_day"},
        "calendar_version": "vn-2026-11",
        "events": [
            {"kind": "pause", "at": "2026-03-04T03:00:00Z"},
            {"kind": "resume", "at": "2026-03-09T03:00:00Z"},
            {"kind": "restart", "at": "2026-03-11T03:00:00Z"},
            {"kind": "extend", "amount": 5},
            {"kind": "reappoint", "due_date": "2026-05-15"},
        ],
    });
    assert_eq!(to_value(clock()).unwrap(), stored);
    assert_eq!(from_value::<Clock>(stored).unwrap(), clock());
}

/// A clock of an office with hours of its own goes by them for ever, one without by the usual ones.
#[test]
fn a_clock_keeps_the_hours_of_its_office() {
    let usual = Clock { limit: limit(4, Unit::WorkingHour), events: vec![], ..clock() };
    let time = |text: &str| text.parse().unwrap();
    let morning = OpeningHours::new(vec![Opening { from: time("07:00:00"), to: time("11:00:00") }]).unwrap();
    let own = Clock { office: Some(Office { hours: morning, ..Office::default() }), ..usual.clone() };
    let stored = to_value(&own).unwrap();
    assert_eq!(stored["office"], json!({"hours": [{"from": "07:00:00", "to": "11:00:00"}], "cut_off": "15:00:00"}));
    assert_eq!(from_value::<Clock>(stored).unwrap(), own);
    assert_eq!(to_value(&usual).unwrap().get("office"), None);
    // From Monday at 09:00: with the usual lunch, and with two hours on each of two mornings.
    assert_eq!(usual.deadline(&VIETNAM_2024_2027).unwrap().due_at, at("2026-03-02 14:30"));
    assert_eq!(own.deadline(&VIETNAM_2024_2027).unwrap().due_at, at("2026-03-03 09:00"));
}

#[test]
fn any_offset_is_read_and_utc_is_written() {
    let mut stored = to_value(clock()).unwrap();
    stored["starts_at"] = json!("2026-03-02T09:00:00+07:00");
    stored["events"][0]["at"] = json!("2026-03-03T22:00:00-05:00");
    assert_eq!(from_value::<Clock>(stored).unwrap(), clock());
}

#[test]
fn what_is_not_known_is_refused() {
    for wrong in [
        json!({"kind": "stop", "at": "2026-03-04T03:00:00Z"}),
        json!({"kind": "pause"}),
        json!({"kind": "pause", "at": "2026-03-04"}),
        json!({"kind": "pause", "at": "2026-03-04T03:00:00Z", "why": "x"}),
        json!({"kind": "extend", "amount": -1}),
    ] {
        assert!(from_value::<deadlines::Event>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn a_clock_keeps_its_calendar() {
    let deadline = clock().deadline(&VIETNAM_2024_2027).unwrap();
    assert_eq!(deadline.calendar_version, "vn-2026-11");
    let text = "date,kind,name,source,confidence\n2026-01-01,HOLIDAY,Tết,a notice,C\n";
    let other = Calendar::parse("vn-2026-12", text).unwrap();
    let error = clock().deadline(&other).unwrap_err();
    assert_eq!(error.code(), "calendar.other_version");
}

#[test]
fn a_deadline_as_json() {
    let deadline = Clock { events: vec![pause("2026-03-03 10:00")], limit: limit(1, Unit::Month), ..clock() }
        .deadline(&VIETNAM_2024_2027)
        .unwrap();
    let mut stored = to_value(&deadline).unwrap();
    assert_eq!(from_value::<Deadline>(stored.clone()).unwrap(), deadline);
    let explanation = stored["explanation"].take();
    assert_eq!(
        explanation[0],
        json!({"date": "2026-03-02", "counted": false, "reason": "start_day", "source": "Civil Code 2015 Art. 147"})
    );
    assert_eq!(explanation[1], json!({"date": "2026-03-03", "counted": true, "reason": "counted"}));
    assert_eq!(
        stored,
        json!({
            "original_due_at": "2026-04-02T17:00:00Z",
            "statutory_due_at": "2026-04-02T17:00:00Z",
            "due_at": "2026-04-02T17:00:00Z",
            "due_date": "2026-04-02",
            "provisional": false,
            "calendar_version": "vn-2026-11",
            "stopped_since": "2026-03-03T03:00:00Z",
            "explanation": null,
        })
    );
}

#[test]
fn states_are_snake_case() {
    assert_eq!(to_value(Timeliness::FinishedOnTime).unwrap(), json!("finished_on_time"));
    assert_eq!(to_value(Unit::WorkingHour).unwrap(), json!("working_hour"));
}
