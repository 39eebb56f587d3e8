//! The time to complain a second time: from when the first limit is over without a decision, and anew from the service of a decision
//! that came late (LKN Art. 33).

use complaints::CaseKind::Complaint;
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::kin::child;
use super::{act, at, limit, path, said, walk};
use crate::cast::Cast;
use crate::harness::TestApp;

async fn seen(cast: &Cast, id: &str) -> Value {
    cast.client("congdan1").get(&format!("/v1/cases/{id}")).await.expect(200).json
}

fn offers(case: &Value, action: &str) -> bool {
    case["allowed_actions"].as_array().expect("actions").contains(&json!(action))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_decision_gives_its_time_anew_when_it_is_served() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Verified).await;
    // Due on the 16th of September; the time to complain of that is over on the 19th of October.
    app.set_time("2026-09-17T08:00:00+07:00");
    app.eventually("SELECT count(*) FROM cases WHERE escalation = 1", 1).await;
    app.set_time("2026-10-20T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    assert!(!offers(&seen(&cast, &id).await, "appeal"));
    walk(&cast, Complaint, &id, &[CaseAction::Decide]).await;
    // It is signed and has not reached anybody: whoever knows of it may complain of it.
    let decided = seen(&cast, &id).await;
    assert_eq!(limit(&decided, "lodge_again")["due_date"], "2026-10-19");
    assert!(offers(&decided, "appeal"), "{decided}");

    app.set_time("2026-10-22T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let served = walk(&cast, Complaint, &id, &[CaseAction::Serve]).await;
    // Thirty days from the 22nd: a Saturday, so the Monday after.
    assert_eq!(limit(&served, "lodge_again")["due_date"], "2026-11-23");
    assert_eq!(limit(&served, "lodge_again")["original_due_at"], "2026-10-19T17:00:00Z");
    app.set_time("2026-11-23T23:59:00+07:00");
    let cast = Cast::again(&app).await;
    act(cast.client("congdan1"), Complaint, &id, CaseAction::Appeal).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_and_not_served_is_complained_about_also_when_the_time_of_the_missed_limit_is_over() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Verified).await;
    app.set_time("2026-10-20T09:00:00+07:00");
    app.eventually("SELECT count(*) FROM cases WHERE escalation = 3", 1).await;
    let cast = Cast::again(&app).await;
    walk(&cast, Complaint, &id, &[CaseAction::Decide, CaseAction::Appeal]).await;
    assert_eq!(child(&cast, &id).await["level"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_runs_from_when_the_limit_was_over_whenever_that_is_seen() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Verifying).await;
    // Nothing ran for three weeks.
    app.set_time("2026-10-08T09:00:00+07:00");
    app.eventually("SELECT count(*) FROM cases WHERE escalation = 3", 1).await;
    let cast = Cast::again(&app).await;
    assert_eq!(limit(&seen(&cast, &id).await, "lodge_again")["due_date"], "2026-10-19");
    app.set_time("2026-10-20T00:00:00+07:00");
    let cast = Cast::again(&app).await;
    act(cast.client("congdan1"), Complaint, &id, CaseAction::Appeal).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_terminated_and_goes_on_has_its_time_anew() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Verifying).await;
    app.set_time("2026-09-17T08:00:00+07:00");
    app.eventually("SELECT count(*) FROM cases WHERE escalation = 1", 1).await;
    let cast = Cast::again(&app).await;
    walk(&cast, Complaint, &id, &[CaseAction::Terminate, CaseAction::Reopen]).await;
    // Decided by the 19th of October or not at all: a Saturday, so the Monday.
    app.set_time("2026-10-20T08:00:00+07:00");
    app.eventually("SELECT count(*) FROM cases WHERE escalation = 1", 1).await;
    let cast = Cast::again(&app).await;
    let waits = seen(&cast, &id).await;
    assert_eq!(
        (&limit(&waits, "lodge_again")["ended_at"], limit(&waits, "lodge_again")["due_date"].as_str()),
        (&Value::Null, Some("2026-11-19"))
    );
    act(cast.client("congdan1"), Complaint, &id, CaseAction::Appeal).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_closed_while_it_can_be_complained_about_again() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Decided).await;
    // Served on the 10th of September, a week before it takes effect.
    app.set_time("2026-09-10T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let served = walk(&cast, Complaint, &id, &[CaseAction::Serve]).await;
    assert_eq!(limit(&served, "lodge_again")["due_date"], "2026-10-12");
    app.set_time("2026-10-12T23:59:00+07:00");
    app.eventually("SELECT count(*) FROM cases WHERE status = 'effective'", 1).await;
    let cast = Cast::again(&app).await;
    let early = cast.client("lanhdao").post(&path(&id, CaseAction::Close), said(Complaint, CaseAction::Close)).await;
    assert_eq!((early.status.as_u16(), early.problem()), (409, "case.illegal_transition"));
    assert!(offers(&seen(&cast, &id).await, "appeal"));
    app.set_time("2026-10-13T00:00:00+07:00");
    let cast = Cast::again(&app).await;
    assert_eq!(walk(&cast, Complaint, &id, &[CaseAction::Close]).await["status"], "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_complaint_of_a_remote_area_has_the_longer_limits_at_the_agency_above() {
    let app = TestApp::new().await;
    app.sql("UPDATE agencies SET remote_area = true WHERE code = 'H26.13.01'").await;
    app.sql("UPDATE reference_data SET version = version + 1 WHERE kind = 'agencies'").await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Decided).await;
    walk(&cast, Complaint, &id, &[CaseAction::Appeal]).await;
    let second = child(&cast, &id).await;
    assert_eq!(second["handling_agency_id"], json!(directory::demo::agency_id("H26").unwrap()));
    let second = second["id"].as_str().unwrap();
    let taken = cast.client("chutich").post(&path(second, CaseAction::Accept), json!({})).await.expect(200).json;
    // Sixty days, and not the 45 of what is near the city (LKN Art. 37).
    assert_eq!(limit(&taken, "resolve")["due_date"], "2026-10-16");
}
