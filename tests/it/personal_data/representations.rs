//! Representations lose whom they named when they have long ended, and hold a request for erasure until then.

use complaints::workflow::CaseAction;
use serde_json::{Value, json};

use super::denounced::due;
use super::erasure::erase;
use super::requests::{answer, asked, held};
use crate::cases::path;
use crate::cast::Cast;
use crate::denunciations::canary::lines;
use crate::harness::{TestApp, papers};

const NAME: &str = "Đỗ Văn Uỷ Quyền";
const NUMBER: &str = "079199912345";
const DOCUMENT: &str = "Giấy uỷ quyền 07/GUQ";

/// congdan1 lets somebody without an account act for them, to the end of the year.
fn attorney() -> Value {
    json!({
        "representative_number": NUMBER, "representative_name": NAME, "basis": "power_of_attorney", "document": DOCUMENT,
        "valid_from": "2026-08-17", "valid_to": "2026-12-31",
    })
}

async fn make(cast: &Cast, who: &str, new: Value) -> String {
    cast.client(who).post("/v1/representations", new).await.expect(201).id()
}

async fn revoke(cast: &Cast, who: &str, id: &str) {
    cast.client(who).post(&format!("/v1/representations/{id}/revoke"), json!({})).await.expect(200);
}

/// Whether nothing tells any more whom it named.
async fn is_gone(app: &TestApp, id: &str) -> bool {
    let row = format!("SELECT it::text AS line FROM representations AS it WHERE id = '{id}'");
    let row = lines(app, &row).await.concat();
    assert!(!row.is_empty(), "the row stays");
    [NAME, NUMBER, papers::NUMBER, DOCUMENT].iter().all(|told| !row.contains(told))
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_it_named_goes_five_years_after_it_was_revoked_or_expired() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let revoked = make(&cast, "congdan1", attorney()).await;
    revoke(&cast, "congdan1", &revoked).await;
    let expired = make(&cast, "congdan1", attorney()).await;
    let mut by_law = attorney();
    by_law["basis"] = json!("legal");
    by_law["principal_number"] = json!(papers::NUMBER);
    by_law.as_object_mut().unwrap().remove("valid_to");
    let holds = make(&cast, "tiepnhan", by_law).await;
    let moments = [
        ("2031-08-17T01:59:59Z", 0),
        ("2031-08-17T02:00:00Z", 1),
        // The last day ends at midnight in Vietnam.
        ("2031-12-31T16:59:59Z", 1),
        ("2031-12-31T17:00:00Z", 2),
    ];
    for (until, count) in moments {
        assert_eq!(due(&cast, "representation", until).await, json!(count), "{until}");
    }
    assert_eq!(due(&cast, "representation", "2060-01-01T00:00:00Z").await, json!(2), "what holds goes never");
    for (until, count) in moments {
        app.set_time(until);
        erase(&app).await;
        let gone = [is_gone(&app, &revoked).await, is_gone(&app, &expired).await, is_gone(&app, &holds).await];
        assert_eq!(gone, [count > 0, count > 1, false], "{until}");
    }
    let cast = Cast::again(&app).await;
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'representation.erased' AND actor_kind = 'system'
        AND event::jsonb #>> '{erased,rule}' = 'representation'";
    assert_eq!(app.count(told).await, 2, "each once");
    let left = cast.client("tiepnhan").get(&format!("/v1/representations/{revoked}")).await.expect(200).json;
    assert_eq!((&left["representative_name"], &left["version"]), (&json!("Đã ẩn danh"), &json!(3)));
    assert_eq!((&left["valid_to"], &left["revoked_at"]), (&json!("2026-12-31"), &json!("2026-08-17T02:00:00Z")));
    let own = cast.client("congdan1").get("/v1/representations").await.expect(200).json;
    let own: Vec<&Value> = own["items"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(own, [&json!(holds)], "nobody's any more");
}

/// Revoked when it had long expired: the answer to that is kept for two days, and says whom it named.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_has_just_changed_waits() {
    let app = TestApp::new().await;
    let id = make(&Cast::of(&app).await, "congdan1", attorney()).await;
    app.set_time("2031-12-31T17:00:00Z");
    revoke(&Cast::again(&app).await, "congdan1", &id).await;
    erase(&app).await;
    assert!(!is_gone(&app, &id).await);
    app.set_time("2032-01-02T17:00:01Z");
    erase(&app).await;
    assert!(is_gone(&app, &id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_holds_what_either_of_the_two_wants_erased() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut between = attorney();
    between["representative_number"] = json!(papers::ANOTHERS);
    let id = make(&cast, "congdan1", between).await;
    let officer = cast.client("baove");
    let requests = [asked(&cast, "congdan1").await, asked(&cast, "congdan2").await];
    for request in &requests {
        let refused = officer.post(&path(request, CaseAction::Answer), answer("granted")).await.expect(409);
        assert_eq!(refused.problem(), "case.kept_by_law");
        assert_eq!(held(&refused.json), [("representation", None)], "it holds");
    }
    revoke(&cast, "congdan1", &id).await;
    for (request, outcome) in requests.iter().zip(["not_granted", "partly_granted"]) {
        let given = officer.post(&path(request, CaseAction::Answer), answer(outcome)).await.expect(200).json;
        assert_eq!(held(&given), [("representation", Some("2031-08-17T02:00:00Z"))]);
    }
    assert!(!is_gone(&app, &id).await);
}
