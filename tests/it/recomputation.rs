//! When a calendar changes: a dry run, an order, later dates told with their reason, and none ever earlier.

use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE, copy, path, said};
use crate::harness::{Client, TestApp};

const CALENDAR: &str = include_str!("../../migrations/seed/calendars/vn-2026-11.csv");
/// Sorts before the calendar in force: new matters do not go by it.
const OTHER: &str = "vn-2026-10";
const REASON: &str = "Thủ tướng Chính phủ cho nghỉ thêm ngày 20/8/2026.";

/// A permit accepted on Monday the 17th is due on the 25th, and with the 20th off on the 26th.
pub async fn a_day_more_off() -> TestApp {
    let day = "2026-08-20,HOLIDAY,Nghỉ thêm,QĐ 1/QĐ-TTg,C";
    TestApp::with_calendar(OTHER, &format!("{CALENDAR}{day}\n")).await
}

/// A permit accepted on the 24th is due on 7 September, and with 31 August worked on the 4th.
async fn a_day_less_off() -> TestApp {
    let kept = CALENDAR.lines().filter(|line| !line.starts_with("2026-08-31"));
    TestApp::with_calendar(OTHER, &kept.collect::<Vec<_>>().join("\n")).await
}

async fn reached(administrator: &Client, at: &str, status: &str) -> Value {
    for _ in 0..400 {
        let now = administrator.get(at).await.expect(200).json;
        if now["status"] == status {
            return now;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{at} never came to be {status}");
}

/// Orders the dry run; gives its address and what it found.
pub async fn looked(administrator: &Client) -> (String, Value) {
    let new = json!({"calendar_version": OTHER, "reason": REASON});
    let ordered = administrator.post("/v1/deadline-recomputations", new).await.expect(201);
    assert_eq!(ordered.json["status"], "looking");
    let at = ordered.header("location").to_owned();
    let looked = reached(administrator, &at, "looked").await;
    assert_eq!(looked["allowed_actions"], json!(["carry_out"]));
    (at, looked["found"].clone())
}

pub async fn carried_out(administrator: &Client, at: &str) -> Value {
    let ordered = administrator.post(&format!("{at}/carry-out"), json!({})).await.expect(200);
    assert_eq!(ordered.json["status"], "carrying_out");
    reached(administrator, at, "done").await["found"].clone()
}

pub fn found(examined: u32, later: u32, unchanged: u32, earlier: u32) -> Value {
    json!({"examined": examined, "later": later, "unchanged": unchanged, "earlier": earlier, "not_computed": 0})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_more_off_moves_what_is_under_way_and_says_why() {
    let app = a_day_more_off().await;
    let cast = Cast::of(&app).await;
    let (citizen, administrator) = (cast.client("congdan1"), cast.client("quantri"));
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    for others in [Status::Draft, Status::Submitted, Status::ResultReady, Status::Returned, Status::Withdrawn] {
        cast.dossier(PERMIT_ONLINE, others).await;
    }
    let at = format!("/v1/dossiers/{id}");
    let before = citizen.get(&at).await.expect(200).json;
    assert_eq!(before["due_date"], "2026-08-25");

    let (recomputation, dry) = looked(administrator).await;
    assert_eq!(dry, found(1, 1, 0, 0));
    assert_eq!(citizen.get(&at).await.json, before, "a dry run moves nothing");

    assert_eq!(carried_out(administrator, &recomputation).await, found(1, 1, 0, 0));
    let after = citizen.get(&at).await.expect(200).json;
    assert_eq!((&after["due_date"], &after["original_due_at"]), (&json!("2026-08-26"), &before["original_due_at"]));
    let receipts = citizen.get(&format!("{at}/receipts")).await.expect(200).json["items"].clone();
    let last = receipts.as_array().unwrap().last().unwrap()["receipt"].clone();
    assert_eq!((&last["stage"], &last["due_at"]), (&json!("promised_anew"), &after["due_at"]));
    let explained = citizen.get(&format!("{at}/deadline")).await.expect(200).json["deadline"].clone();
    assert_eq!((&explained["calendar_version"], &explained["due_at"]), (&json!(OTHER), &after["due_at"]));
    assert_eq!(explained["original_due_at"], before["original_due_at"], "as it was printed");
    let told =
        citizen.get(&format!("{at}/timeline")).await.expect(200).json["items"].as_array().unwrap().last().cloned();
    let told = told.unwrap();
    assert_eq!((told["event"].as_str(), told["reason"].as_str()), (Some("dossier.deadline_moved"), Some(REASON)));
    assert_eq!((&told["data"]["due_at"], &told["actor_kind"]), (&after["due_at"], &json!("system")));

    let again = administrator.post(&format!("{recomputation}/carry-out"), json!({})).await.expect(409);
    assert_eq!((again.problem(), &again.json["state"]), ("recomputation.not_looked", &json!("done")));
    assert_eq!(looked(administrator).await.1, found(1, 0, 1, 0), "what has moved stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_that_was_printed_never_becomes_earlier() {
    let app = a_day_less_off().await;
    app.set_time("2026-08-24T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Processing).await;
    let before = cast.client("tiepnhan").get(&format!("/v1/dossiers/{id}")).await.expect(200).json;
    assert_eq!(before["due_date"], "2026-09-07");
    let (recomputation, dry) = looked(cast.client("quantri")).await;
    assert_eq!(dry, found(1, 0, 0, 1));
    carried_out(cast.client("quantri"), &recomputation).await;
    assert_eq!(cast.client("tiepnhan").get(&format!("/v1/dossiers/{id}")).await.json, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_stands_goes_on_under_the_new_calendar() {
    let app = a_day_more_off().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::SupplementRequested).await;
    let (recomputation, _) = looked(cast.client("quantri")).await;
    carried_out(cast.client("quantri"), &recomputation).await;
    let confirm = path(&id, Action::ConfirmSupplement);
    let confirmed = cast.client("tiepnhan").post(&confirm, said(PERMIT_ONLINE, Action::ConfirmSupplement)).await;
    assert_eq!(confirmed.expect(200).json["due_date"], "2026-08-26", "anew, with the 20th off");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_had_run_out_runs_again_until_the_later_date() {
    let app = a_day_more_off().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Processing).await;
    let told =
        format!("SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'dossier.deadline_passed'");
    app.set_time("2026-08-26T08:00:00+07:00");
    app.eventually(&told, 1).await;
    let cast = Cast::again(&app).await;
    let timeliness =
        async || cast.client("tiepnhan").get(&format!("/v1/dossiers/{id}")).await.json["timeliness"].clone();
    assert_eq!(timeliness().await, "overdue");
    let (recomputation, _) = looked(cast.client("quantri")).await;
    carried_out(cast.client("quantri"), &recomputation).await;
    assert_eq!(timeliness().await, "running");
    app.set_time("2026-08-27T00:00:00+07:00");
    app.eventually(&told, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_dossier_is_looked_at_once_in_however_many_batches() {
    let app = a_day_more_off().await;
    let cast = Cast::of(&app).await;
    let first = cast.dossier(PERMIT_AT_COUNTER, Status::Processing).await;
    for _ in 0..249 {
        copy(&app, &first).await;
    }
    let (recomputation, dry) = looked(cast.client("quantri")).await;
    assert_eq!(dry, found(250, 250, 0, 0));
    assert_eq!(carried_out(cast.client("quantri"), &recomputation).await, found(250, 250, 0, 0));
    let moved = "SELECT count(DISTINCT entity_id) FROM journal WHERE event_kind = 'dossier.deadline_moved'";
    assert_eq!(app.count(moved).await, 250);
    assert_eq!(app.count("SELECT count(*) FROM timers WHERE entity_kind = 'recomputation'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_calendar_that_is_loaded_can_be_gone_by() {
    let app = TestApp::new().await;
    let administrator = app.staff("quantri").await;
    let order = json!({"calendar_version": "vn-2031-01", "reason": REASON});
    let refused = administrator.post("/v1/deadline-recomputations", order).await.expect(422);
    assert_eq!(
        (refused.problem(), &refused.json["errors"][0]["pointer"]),
        ("calendar.unknown", &json!("/calendar_version"))
    );
}
