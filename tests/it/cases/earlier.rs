//! What was received earlier keeps the rules of its day, whatever is done with it later.

use complaints::CaseKind::{Complaint, InformationRequest};
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::kin::child;
use super::{act, at, limit, new, path, road, walk};
use crate::cast::Cast;
use crate::harness::TestApp;

/// A first complaint that was received on the 22nd of June and decided on the same day.
async fn decided_in_june(app: &TestApp) -> String {
    app.set_time("2026-06-22T09:00:00+07:00");
    let cast = Cast::of(app).await;
    let mut old = new(Complaint);
    old["facts"]["known_on"] = json!("2026-06-15");
    let id = cast.client("congdan1").post("/v1/cases", old).await.expect(201).id();
    walk(&cast, Complaint, &id, &road(Complaint, CaseStatus::Decided).unwrap()).await;
    id
}

fn meeting(held_at: &str) -> Value {
    json!({ "held_at": held_at, "place": "Phòng tiếp công dân" })
}

fn outcome(outcome: &str) -> Value {
    json!({ "outcome": outcome, "minutes": "Biên bản cuộc đối thoại đã được lập." })
}

/// Before 2026-07-01 whoever did not come was not heard (LKN Art. 39; 30(6) as amended), and nothing could be suspended.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_second_complaint_is_not_decided_without_a_meeting() {
    let app = TestApp::new().await;
    let first = decided_in_june(&app).await;
    let cast = Cast::again(&app).await;
    walk(&cast, Complaint, &first, &[CaseAction::Appeal]).await;
    let second = child(&cast, &first).await;
    assert_eq!(second["rules_on"], "2026-06-22");
    let id = second["id"].as_str().unwrap();
    app.sql(&format!(
        "UPDATE cases SET handling_agency_id = (SELECT id FROM agencies WHERE code = 'H26.13.01') WHERE id = '{id}'"
    ))
    .await;
    walk(&cast, Complaint, id, &[CaseAction::Accept, CaseAction::Assign, CaseAction::Report]).await;
    let verifier = cast.client("chuyenvien");
    verifier.post(&path(id, CaseAction::CallDialogue), meeting("2026-07-02T02:00:00Z")).await.expect(200);

    app.set_time("2026-07-06T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let verifier = cast.client("chuyenvien");
    let absent = verifier.post(&path(id, CaseAction::RecordDialogue), outcome("absent")).await.expect(200).json;
    assert_eq!(absent["rules_on"], "2026-06-22");
    act(cast.client("lanhdao"), Complaint, id, CaseAction::Decide).await.expect(409);
    let refused = act(cast.client("lanhdao"), Complaint, id, CaseAction::Suspend).await.expect(409);
    assert_eq!(refused.problem(), "case.not_in_force");
    verifier.post(&path(id, CaseAction::CallDialogue), meeting("2026-07-07T02:00:00Z")).await.expect(200);
    app.set_time("2026-07-08T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    cast.client("chuyenvien").post(&path(id, CaseAction::RecordDialogue), outcome("held")).await.expect(200);
    act(cast.client("lanhdao"), Complaint, id, CaseAction::Decide).await.expect(200);
}

/// A second complaint is received on a day of its own, whichever rules the first one keeps.
#[tokio::test(flavor = "multi_thread")]
async fn a_later_second_complaint_keeps_the_later_rules() {
    let app = TestApp::new().await;
    let first = decided_in_june(&app).await;
    walk(&Cast::again(&app).await, Complaint, &first, &[CaseAction::Serve]).await;
    app.set_time("2026-07-06T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let appealed = walk(&cast, Complaint, &first, &[CaseAction::Appeal]).await;
    let second = child(&cast, &first).await;
    assert_eq!((&appealed["rules_on"], &second["rules_on"]), (&json!("2026-06-22"), &json!("2026-07-06")));
    let (id, city) = (second["id"].as_str().unwrap(), cast.client("chutich"));
    for action in [CaseAction::Accept, CaseAction::Suspend] {
        act(city, Complaint, id, action).await.expect(200);
    }
}

/// The law of 2016 held until the 31st of August: its limit begins anew with what is supplied, and stays its limit.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_information_keeps_the_limit_of_the_law_under_which_it_came() {
    let app = TestApp::new().await;
    app.set_time("2026-08-31T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let id = at(&cast, InformationRequest, CaseStatus::SupplementRequested).await;
    app.set_time("2026-09-07T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let supplied = walk(&cast, InformationRequest, &id, &[CaseAction::Supply]).await;
    assert_eq!(
        (&supplied["rules_on"], limit(&supplied, "resolve")["due_date"].as_str()),
        (&json!("2026-08-31"), Some("2026-09-10"))
    );
    assert_eq!(limit(&supplied, "resolve")["source"], "Luật Tiếp cận thông tin 104/2016 Art. 30");
}
