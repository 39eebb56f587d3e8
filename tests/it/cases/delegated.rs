//! What is done to a case under a delegation is recorded as such, and what is done in one's own right is not.

use complaints::CaseKind::{Complaint, DataSubjectRequest};
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::{act, at, walk};
use crate::cast::Cast;
use crate::delegations::promote;
use crate::harness::TestApp;

/// The leader of Hoàn Kiếm lends somebody the right to decide.
async fn lend(app: &TestApp, delegate: &str) -> Value {
    let new = json!({
        "delegate_id": directory::demo::staff_id(delegate).unwrap(), "permissions": ["case:decide"],
        "document": "Giấy uỷ quyền 12/GUQ-UBND", "valid_from": "2026-08-17", "valid_to": "2026-08-21",
    });
    app.staff("lanhdao").await.post("/v1/delegations", new).await.expect(201).json["id"].clone()
}

/// What the timeline tells of each event: its name, and the delegation that it was done under.
async fn told(app: &TestApp, id: &str) -> Vec<(String, Value)> {
    let timeline = app.staff("thanhtra").await.get(&format!("/v1/cases/{id}/timeline")).await.expect(200).json;
    let items = timeline["items"].as_array().unwrap().iter();
    items.map(|it| (it["event"].as_str().unwrap().to_owned(), it["delegation_id"].clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deputy_decides_is_recorded_under_the_delegation_and_their_own_work_is_not() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Submitted).await;
    let delegation = lend(&app, "chuyenvien").await;
    let deputy = app.staff("chuyenvien").await;
    use CaseAction::*;
    let way = [Accept, Assign, Report, SendBack, Report, Extend, Suspend, Resume, Decide, Serve];
    for action in way {
        act(&deputy, Complaint, &id, action).await.expect(200);
    }
    let own = ["case.created", "case.submitted", "case.reported", "case.served"];
    let events = told(&app, &id).await;
    assert_eq!(events.len(), way.len() + 2);
    for (event, under) in events {
        let expected = if own.contains(&event.as_str()) { Value::Null } else { delegation.clone() };
        assert_eq!(under, expected, "{event}");
    }
    // The leader's own are under none.
    let other = at(&cast, Complaint, CaseStatus::Decided).await;
    assert!(told(&app, &other).await.iter().all(|(_, under)| under.is_null()));
}

/// Whoever verifies calls a meeting, or whoever decides: an officer who does not verify this one does it for whoever decides.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_may_do_in_another_hand_is_not_done_in_their_own_right() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let verified = at(&cast, Complaint, CaseStatus::Verifying).await;
    promote(&app, "tiepnhan", "H26.13.01", "processing_officer").await;
    let delegation = lend(&app, "tiepnhan").await;

    let deputy = app.staff("tiepnhan").await;
    act(&deputy, Complaint, &verified, CaseAction::CallDialogue).await.expect(200);
    let own = at(&cast, Complaint, CaseStatus::Verifying).await;
    walk(&cast, Complaint, &own, &[CaseAction::CallDialogue]).await;
    let under =
        |events: Vec<(String, Value)>| events.into_iter().find(|(event, _)| event == "case.dialogue_called").unwrap().1;
    assert_eq!(under(told(&app, &verified).await), delegation);
    assert_eq!(under(told(&app, &own).await), Value::Null);
}

/// Whoever stands in for data protection goes on with their own work.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_stands_in_for_data_protection_sees_what_is_theirs_as_well() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let complaint = at(&cast, Complaint, CaseStatus::Submitted).await;
    let request = at(&cast, DataSubjectRequest, CaseStatus::Submitted).await;
    let new = json!({
        "delegate_id": directory::demo::staff_id("chutich").unwrap(), "permissions": ["case:protect-data"],
        "document": "Giấy uỷ quyền 13/GUQ-UBND", "valid_from": "2026-08-17", "valid_to": "2026-08-21",
    });
    cast.client("baove").post("/v1/delegations", new).await.expect(201);
    let head = app.staff("chutich").await;
    for id in [&complaint, &request] {
        head.get(&format!("/v1/cases/{id}")).await.expect(200);
    }
    let listed = async |what: &str| -> Vec<String> {
        let list = head.get(&format!("/v1/cases?{what}")).await.expect(200).json;
        list["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed("side=under&kind=complaint").await, [complaint]);
    assert_eq!(listed("kind=data_subject_request").await, std::slice::from_ref(&request));
    act(&head, DataSubjectRequest, &request, CaseAction::Accept).await.expect(200);
}
