//! What is done to a denunciation under a delegation is recorded as such, and what is done in one's own right is not.

use ::denunciations::workflow::DenunciationAction::*;
use directory::demo::staff_id;
use serde_json::{Value, json};

use super::{new, path, said, send, walk};
use crate::cast::Cast;
use crate::delegations::promote;
use crate::harness::TestApp;

/// Somebody lends a colleague one of their rights.
async fn lend(app: &TestApp, delegator: &str, delegate: &str, permission: &str) -> Value {
    let new = json!({
        "delegate_id": staff_id(delegate).unwrap(), "permissions": [permission], "document": "Giấy uỷ quyền 12/GUQ-TT",
        "valid_from": "2026-08-17", "valid_to": "2026-08-21",
    });
    app.staff(delegator).await.post("/v1/delegations", new).await.expect(201).json["id"].clone()
}

/// The delegation under which that was done last.
async fn under(cast: &Cast, id: &str, event: &str) -> Value {
    let timeline = cast.client("chanhthanhtra").get(&format!("/v1/denunciations/{id}/timeline")).await.expect(200).json;
    let done = timeline["items"].as_array().unwrap().iter().rfind(|it| it["event"] == event);
    done.unwrap_or_else(|| panic!("no {event}: {timeline}"))["delegation_id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deputy_decides_is_recorded_under_the_delegation_and_their_own_work_is_not() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = send(&app, &cast, new()).await;
    let delegation = lend(&app, "chanhthanhtra", "thanhtra", "denunciation:decide").await;
    let deputy = app.staff("thanhtra").await;
    let lent = ["denunciation.accepted", "denunciation.assigned", "denunciation.sent_back", "denunciation.concluded"];
    for action in [Ask, Accept, Assign, Report, SendBack, Report, Conclude, Send] {
        deputy.post(&path(&id, action), said(action)).await.expect(200);
    }
    for event in lent {
        assert_eq!(under(&cast, &id, event).await, delegation, "{event}");
    }
    for event in ["denunciation.asked", "denunciation.reported", "denunciation.conclusion_sent"] {
        assert_eq!(under(&cast, &id, event).await, Value::Null, "{event}");
    }
}

/// Who heads an agency decides on what comes to it. What they verify elsewhere they ask about for whoever lent them that.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_may_do_in_another_hand_is_not_done_in_their_own_right() {
    let app = TestApp::new().await;
    promote(&app, "motcua", "H26.5", "inspector").await;
    promote(&app, "chuyenvien", "H26.13.01", "inspector").await;
    let delegation = lend(&app, "chuyenvien", "motcua", "denunciation:process").await;
    let cast = Cast::of(&app).await;
    let (_, id) = send(&app, &cast, new()).await;
    walk(&cast, &id, &[Accept]).await;
    let to = json!({ "to": staff_id("motcua").unwrap() });
    cast.client("chanhthanhtra").post(&path(&id, Assign), to).await.expect(200);
    cast.client("motcua").post(&path(&id, Ask), said(Ask)).await.expect(200);
    assert_eq!(under(&cast, &id, "denunciation.asked").await, delegation);
}
