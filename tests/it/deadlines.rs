//! Deadlines and the calendar over HTTP, for anybody.

use kernel::rules::read_csv;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp};

#[derive(Deserialize)]
struct Vector {
    starts_at: String,
    amount: u32,
    unit: String,
    events: Option<String>,
    due_at: String,
    due_date: String,
    exercises: String,
}

pub async fn simulate(app: &TestApp, question: &Value) -> Answer {
    let nobody = app.anonymous();
    nobody.send(nobody.request(Method::POST, "/v1/deadlines/simulate").json(question)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_simulation_agrees_with_all_vectors() {
    let app = TestApp::new().await;
    let vectors: Vec<Vector> = read_csv(include_str!("../../crates/deadlines/testdata/deadline-vectors.csv")).unwrap();
    assert_eq!(vectors.len(), 38);
    for vector in vectors {
        let Vector { starts_at, amount, unit, events, .. } = vector;
        let events: Value = serde_json::from_str(events.as_deref().unwrap_or("[]")).unwrap();
        let question = json!({"starts_at": starts_at, "limit": {"amount": amount, "unit": unit}, "events": events});
        let answer = simulate(&app, &question).await.expect(200).json;
        assert_eq!(answer["due_at"], vector.due_at, "{}", vector.exercises);
        assert_eq!(answer["due_date"], vector.due_date, "{}", vector.exercises);
        assert_eq!(answer["calendar_version"], "vn-2026-11");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_has_no_answer_is_told_why() {
    let app = TestApp::new().await;
    let ask = |starts_at: &str, amount: i64, unit: &str, events: Value| json!({"starts_at": starts_at, "limit": {"amount": amount, "unit": unit}, "events": events});
    let start = "2026-03-02T09:00:00+07:00";
    let beyond = simulate(&app, &ask("2027-12-30T09:00:00+07:00", 10, "working_day", json!([]))).await.expect(422);
    assert_eq!(beyond.problem(), "calendar.not_published");
    let events = json!([{"kind": "resume", "at": "2026-03-03T09:00:00+07:00"}]);
    let unpaused = simulate(&app, &ask(start, 10, "working_day", events)).await.expect(422);
    assert_eq!((unpaused.problem(), &unpaused.json["errors"][0]["pointer"]), ("deadline.invalid", &json!("/events/0")));
    let cases = [
        (ask(start, 10, "fortnight", json!([])), "/limit/unit"),
        (ask(start, -1, "working_day", json!([])), "/limit/amount"),
        (ask("2026-02-30T09:00:00Z", 1, "working_day", json!([])), "/starts_at"),
        (ask("yesterday", 1, "working_day", json!([])), "/starts_at"),
    ];
    for (question, pointer) in cases {
        let refused = simulate(&app, &question).await.expect(422);
        assert_eq!(refused.json["errors"][0]["pointer"], pointer, "{}", refused.text);
    }
    let provisional = simulate(&app, &ask("2027-03-01T09:00:00+07:00", 3, "working_day", json!([]))).await.expect(200);
    assert_eq!(provisional.json["provisional"], true, "2027 is a forecast");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_shows_each_day_and_by_whose_decision_it_is_off() {
    let app = TestApp::new().await;
    let days = app.anonymous().get("/v1/calendars/vn/days?from=2026-08-20&to=2026-09-03").await.expect(200);
    assert_eq!(days.header("cache-control"), "public, max-age=3600");
    let items = days.json["items"].as_array().unwrap();
    let of = |date: &str| items.iter().find(|day| day["date"] == date).unwrap();
    assert_eq!(items.len(), 15);
    assert_eq!((&of("2026-08-22")["kind"], &of("2026-08-22")["working"]), (&json!("swap_work"), &json!(true)));
    assert_eq!((&of("2026-09-02")["kind"], &of("2026-09-02")["working"]), (&json!("holiday"), &json!(false)));
    assert_eq!(of("2026-08-29")["kind"], "weekend");
    for day in items.iter().filter(|day| day["kind"] != "working_day") {
        assert!(day["source"].as_str().is_some_and(|source| !source.is_empty()), "{day}");
    }
    let year = app.anonymous().get("/v1/calendars/vn/days?from=2026-01-01&to=2026-12-31").await.expect(200);
    let worked = year.json["items"].as_array().unwrap().iter().filter(|day| day["working"] == true).count();
    assert_eq!(worked, 249);
    let beyond = app.anonymous().get("/v1/calendars/vn/days?from=2030-01-01&to=2030-01-02").await.expect(422);
    assert_eq!(beyond.problem(), "calendar.not_published");
}
