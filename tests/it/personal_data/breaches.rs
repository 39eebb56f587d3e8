//! The register of breaches, and the hours in which the authority is to be told.

use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestApp};

/// Detected on Monday at 08:00.
fn breach() -> Value {
    json!({
        "agency": "H26.13.01", "detected_at": "2026-08-17T08:00:00+07:00",
        "happened": "Danh sách hồ sơ bị gửi nhầm tới một địa chỉ thư ngoài cơ quan.",
        "categories": ["name", "contact"], "people": 37, "measures": "Đã yêu cầu người nhận xoá thư.",
    })
}

const DONE: &str = "Thư đã được xoá; quy trình gửi danh sách đã sửa.";

async fn step(client: &Client, id: &str, step: &str, body: Value) -> Answer {
    client.post(&format!("/v1/data-breaches/{id}/{step}"), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_taken_is_refused() {
    let app = TestApp::new().await;
    let protection = app.staff("baove").await;
    let mut new = breach();
    new["id"] = json!(protection.post("/v1/data-breaches", breach()).await.expect(201).id());
    let refused = protection.post("/v1/data-breaches", new).await.expect(409);
    assert_eq!(refused.problem(), "data_breach.id_taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_is_told_within_the_hours_and_those_concerned_too() {
    let app = TestApp::new().await;
    let protection = app.staff("baove").await;
    let new = protection.post("/v1/data-breaches", breach()).await.expect(201);
    let id = new.id();
    // 72 hours from when it was detected, days off included.
    assert_eq!(new.json["notify_due_at"], "2026-08-20T01:00:00Z");
    assert_eq!((&new.json["mark"], &new.json["late"]), (&json!("R"), &json!(false)));

    let early = step(&protection, &id, "close", json!({ "conclusion": DONE })).await.expect(409);
    assert_eq!(early.problem(), "data_breach.authority_not_notified");
    for (at, code) in [("2026-08-17T10:00:00+07:00", "future"), ("2026-08-17T07:59:00+07:00", "too_early")] {
        let wrong =
            step(&protection, &id, "notify-authority", json!({ "document": "45/TB", "at": at })).await.expect(422);
        assert_eq!(wrong.json["errors"][0]["code"], code);
    }
    let told = json!({ "document": "45/TB-UBND", "at": "2026-08-17T08:30:00+07:00" });
    let told = step(&protection, &id, "notify-authority", told).await.expect(200).json;
    assert_eq!((&told["authority_notified_at"], &told["late"]), (&json!("2026-08-17T01:30:00Z"), &json!(false)));
    let twice = step(&protection, &id, "notify-authority", json!({ "document": "46/TB" })).await.expect(409);
    assert_eq!(twice.problem(), "data_breach.notified_already");
    step(&protection, &id, "notify-people", json!({ "by": "Thư và tin nhắn tới từng người." })).await.expect(200);
    let closed = step(&protection, &id, "close", json!({ "conclusion": DONE })).await.expect(200).json;
    assert_eq!((&closed["status"], &closed["version"]), (&json!("closed"), &json!(4)));
    let over = step(&protection, &id, "notify-people", json!({ "by": "Thư tới từng người." })).await.expect(409);
    assert_eq!(over.problem(), "data_breach.closed");
    assert_eq!(app.count("SELECT count(*) FROM timers WHERE entity_kind = 'data_breach'").await, 0);
    let words = "SELECT count(*) FROM journal WHERE entity_kind = 'data_breach' AND event ILIKE ANY (ARRAY['%gửi%', '%45/TB%'])";
    assert_eq!(app.count(words).await, 0, "what happened is nothing for the journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hours_that_pass_untold_are_an_entry_and_late() {
    let app = TestApp::new().await;
    let protection = app.staff("baove").await;
    let ids = [
        protection.post("/v1/data-breaches", breach()).await.expect(201).id(),
        protection.post("/v1/data-breaches", breach()).await.expect(201).id(),
    ];
    let unfounded = json!({ "conclusion": "Địa chỉ nhận là hộp thư nội bộ.", "unfounded": true });
    step(&protection, &ids[1], "close", unfounded).await.expect(200);
    let passed = "SELECT count(*) FROM journal WHERE event_kind = 'data_breach.deadline_passed'";
    app.set_time("2026-08-20T07:59:59+07:00");
    let protection = app.staff("baove").await;
    assert_eq!(protection.get(&format!("/v1/data-breaches/{}", ids[0])).await.expect(200).json["late"], false);
    assert_eq!(app.count(passed).await, 0);

    // When it is due, it is late; so says the entry of that moment.
    app.set_time("2026-08-20T08:00:00+07:00");
    let now = protection.get(&format!("/v1/data-breaches/{}", ids[0])).await.expect(200).json;
    assert_eq!((&now["late"], &now["notify_due_at"]), (&json!(true), &json!("2026-08-20T01:00:00Z")));
    app.eventually(passed, 1).await;
    app.set_time("2026-08-20T08:00:01+07:00");
    let late = protection.get(&format!("/v1/data-breaches/{}", ids[0])).await.expect(200).json;
    assert_eq!((&late["late"], &late["version"]), (&json!(true), &json!(2)));
    let told =
        step(&protection, &ids[0], "notify-authority", json!({ "document": "45/TB-UBND" })).await.expect(200).json;
    assert_eq!(told["late"], true, "told, and too late");
    // What turned out to be none owed nothing.
    assert_eq!(protection.get(&format!("/v1/data-breaches/{}", ids[1])).await.expect(200).json["late"], false);
    assert_eq!(app.count(passed).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn told_a_second_before_it_is_due_is_in_time_and_when_it_is_due_is_late() {
    let app = TestApp::new().await;
    for (at, late) in [("07:59:59", false), ("08:00:00", true), ("08:00:01", true)] {
        app.set_time("2026-08-17T09:00:00+07:00");
        let id = app.staff("baove").await.post("/v1/data-breaches", breach()).await.expect(201).id();
        app.set_time("2026-08-20T08:01:00+07:00");
        let told = json!({ "document": "45/TB-UBND", "at": format!("2026-08-20T{at}+07:00") });
        let told = step(&app.staff("baove").await, &id, "notify-authority", told).await.expect(200).json;
        assert_eq!(told["late"], late, "{at}");
        let entry = format!(
            "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'data_breach.authority_notified'
             AND event::jsonb #>> '{{authority_notified,late}}' = '{late}'"
        );
        assert_eq!(app.count(&entry).await, 1, "{at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_data_protection_and_those_who_head_the_agency_see_it() {
    let app = TestApp::new().await;
    // The head of Hoàn Kiếm, the chair of the city above it, and the head of another commune.
    let (own, above, other) = (app.staff("motcua").await, app.staff("chutich").await, app.staff("motcua2").await);
    let id = app.staff("baove").await.post("/v1/data-breaches", breach()).await.expect(201).id();
    let one = format!("/v1/data-breaches/{id}");
    for client in [&own, &above] {
        client.get(&one).await.expect(200);
        assert_eq!(client.get("/v1/data-breaches?status=open").await.expect(200).json["items"][0]["id"], json!(id));
    }
    other.get(&one).await.expect(404);
    step(&other, &id, "close", json!({ "conclusion": DONE, "unfounded": true })).await.expect(404);
    assert_eq!(other.get("/v1/data-breaches").await.expect(200).json["items"], json!([]));
    for name in ["lanhdao", "tiepnhan", "thanhtra", "quantri"] {
        app.staff(name).await.get(&one).await.expect(403);
    }
    app.citizen("congdan1").await.get(&one).await.expect(403);

    let wrong = other.post("/v1/data-breaches", breach()).await.expect(422);
    assert_eq!(wrong.wrong().into_iter().collect::<Vec<_>>(), ["/agency"]);
    for (at, code) in [("2026-08-17T09:00:01+07:00", "future"), ("2025-12-31T09:00:00+07:00", "not_in_force")] {
        let mut new = breach();
        new["detected_at"] = json!(at);
        let wrong = own.post("/v1/data-breaches", new).await.expect(422);
        assert_eq!(wrong.json["errors"][0]["code"], code);
    }
    let mut mine = breach();
    mine.as_object_mut().unwrap().remove("agency");
    let mine = other.post("/v1/data-breaches", mine).await.expect(201).json;
    assert_eq!(mine["agency_id"], json!(directory::demo::agency_id("H26.13.02").unwrap()));
}
