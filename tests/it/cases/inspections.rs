//! Public-duty inspections: planned or a surprise, what was found, and whether it was put right.

use complaints::CaseKind::ConductReport;
use complaints::workflow::CaseStatus;
use serde_json::{Value, json};

use super::{at, faults};
use crate::cast::Cast;
use crate::harness::{Answer, Client, TestApp};

pub fn plan(surprise: bool) -> Value {
    json!({
        "agency": "H26.13.01", "surprise": surprise, "subject": "Giờ giấc và thái độ tiếp dân", "planned_on": "2026-08-20",
    })
}

pub fn remedy(due_on: &str) -> Value {
    json!({
        "kind": "shortfall", "words": "Hai quầy không có người trong giờ làm việc.",
        "remedy": { "what": "Bố trí người trực thay ở mọi quầy.", "due_on": due_on },
    })
}

pub fn conclusion(findings: &[Value]) -> Value {
    json!({ "number": "15/KL-TT", "conclusion": "Đơn vị chấp hành cơ bản đúng giờ.", "findings": findings })
}

pub async fn step(client: &Client, id: &str, step: &str, body: Value) -> Answer {
    client.post(&format!("/v1/inspections/{id}/{step}"), body).await
}

async fn held(inspector: &Client) -> String {
    let id = inspector.post("/v1/inspections", plan(false)).await.expect(201).id();
    step(inspector, &id, "hold", json!({})).await.expect(200);
    id
}

pub async fn listed(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/v1/inspections{query}")).await.expect(200).json;
    page["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

pub const REPORT: &str = "Đã phân công người trực thay từ ngày 25/8.";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_is_put_right_reported_and_confirmed() {
    let app = TestApp::new().await;
    let (inspector, leader) = (app.staff("thanhtra").await, app.staff("lanhdao").await);
    let id = held(&inspector).await;
    let praise = json!({ "kind": "good_practice", "words": "Bảng hướng dẫn rõ ràng, có bản tiếng Anh." });
    let said = conclusion(&[remedy("2026-08-31"), praise, remedy("2026-09-10")]);
    let found = step(&inspector, &id, "conclude", said).await.expect(200).json;
    assert_eq!((&found["status"], &found["next_due_on"]), (&json!("concluded"), &json!("2026-08-31")));
    assert_eq!(found["findings"][0]["remedy"]["status"], "owed");

    // Praise has nothing to be reported, and there is no fourth.
    for n in [2, 4] {
        let none = step(&leader, &id, &format!("findings/{n}/report"), json!({ "words": REPORT })).await.expect(404);
        assert_eq!(none.problem(), "inspection.finding_not_found");
    }
    // The inspected report, and whoever inspects confirms: neither does the other's part.
    step(&inspector, &id, "findings/1/report", json!({ "words": REPORT })).await.expect(403);
    step(&leader, &id, "findings/1/confirm", json!({})).await.expect(403);
    let early = step(&inspector, &id, "findings/1/confirm", json!({})).await.expect(409);
    assert_eq!((early.problem(), &early.json["state"]), ("inspection.illegal_transition", &json!("owed")));

    let done = step(&leader, &id, "findings/1/report", json!({ "words": REPORT })).await.expect(200).json;
    assert_eq!((&done["findings"][0]["remedy"]["late"], &done["next_due_on"]), (&json!(false), &json!("2026-09-10")));
    let back = json!({ "reason": "Quầy 3 vẫn vắng khi kiểm tra lại.", "due_on": "2026-09-05" });
    let back = step(&inspector, &id, "findings/1/send-back", back).await.expect(200).json;
    assert_eq!(
        (&back["findings"][0]["remedy"]["status"], &back["next_due_on"]),
        (&json!("owed"), &json!("2026-09-05"))
    );
    for n in [1, 3] {
        step(&leader, &id, &format!("findings/{n}/report"), json!({ "words": REPORT })).await.expect(200);
    }
    let one = step(&inspector, &id, "findings/1/confirm", json!({})).await.expect(200).json;
    assert_eq!(one["status"], "concluded");
    let both = step(&inspector, &id, "findings/3/confirm", json!({})).await.expect(200).json;
    assert_eq!((&both["status"], &both["next_due_on"]), (&json!("closed"), &Value::Null));
    step(&inspector, &id, "findings/3/send-back", json!({ "reason": "Vẫn chưa đủ người." })).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_surprise_the_inspected_know_nothing_before_it_is_held() {
    let app = TestApp::new().await;
    let (inspector, leader, city) =
        (app.staff("thanhtra").await, app.staff("lanhdao").await, app.staff("chutich").await);
    let id = inspector.post("/v1/inspections", plan(true)).await.expect(201).id();
    let told = "SELECT count(*) FROM journal j, agencies a WHERE j.entity_kind = 'inspection' AND a.code = 'H26.13.01'
                AND a.id = ANY (j.seen_before || j.seen_after)";
    assert_eq!(listed(&leader, "").await, Vec::<String>::new());
    leader.get(&format!("/v1/inspections/{id}")).await.expect(404);
    assert_eq!(app.count(told).await, 0);
    // Who heads the agency above both sees it.
    assert_eq!(listed(&city, "").await, std::slice::from_ref(&id));
    step(&inspector, &id, "hold", json!({})).await.expect(200);
    assert_eq!(listed(&leader, "").await, std::slice::from_ref(&id));
    assert_eq!(app.count(told).await, 1);
    // One that is cancelled they never see.
    let other = inspector.post("/v1/inspections", plan(true)).await.expect(201).id();
    step(&inspector, &other, "cancel", json!({ "reason": "Trùng với đợt thanh tra của bộ." })).await.expect(200);
    assert_eq!(listed(&leader, "").await, [id]);
    let over = step(&inspector, &other, "hold", json!({})).await.expect(409);
    assert_eq!(over.json["state"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_gave_rise_to_it_is_for_those_who_inspect() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let inspector = cast.client("thanhtra");
    let case = at(&cast, ConductReport, CaseStatus::Submitted).await;
    let mut new = plan(false);
    new["case_id"] = json!(case);
    let made = inspector.post("/v1/inspections", new.clone()).await.expect(201);
    assert_eq!(made.json["case_id"], json!(case));
    let seen = cast.client("lanhdao").get(&format!("/v1/inspections/{}", made.id())).await.expect(200).json;
    assert_eq!(seen["case_id"], Value::Null);
    new["case_id"] = json!("019ac2d4-7b1e-7a52-9c33-0d7f6f0f4c11");
    assert_eq!(faults(&inspector.post("/v1/inspections", new).await.expect(422)), ["unknown"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_inspects_stands_above_or_is_an_inspector() {
    let app = TestApp::new().await;
    let (city, centre, leader) = (app.staff("chutich").await, app.staff("giamdoc").await, app.staff("lanhdao").await);
    city.post("/v1/inspections", plan(false)).await.expect(201);
    assert_eq!(faults(&centre.post("/v1/inspections", plan(false)).await.expect(422)), ["not_below"]);
    leader.post("/v1/inspections", plan(false)).await.expect(403);
    let mut past = plan(false);
    past["planned_on"] = json!("2026-08-16");
    assert_eq!(faults(&city.post("/v1/inspections", past).await.expect(422)), ["over"]);
    // What one agency has planned, another head above it does not hold.
    let inspector = app.staff("thanhtra").await;
    let id = inspector.post("/v1/inspections", plan(false)).await.expect(201).id();
    let refused = step(&city, &id, "hold", json!({})).await.expect(403);
    assert_eq!(refused.problem(), "inspection.not_yours_to_do");
    let far = step(&inspector, &id, "hold", json!({ "held_on": "2026-08-18" })).await.expect(422);
    assert_eq!(faults(&far), ["not_in_range"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_needs_a_remedy_and_a_day() {
    let app = TestApp::new().await;
    let inspector = app.staff("thanhtra").await;
    let id = held(&inspector).await;
    let bare = json!({ "kind": "violation", "words": "Thu tiền ngoài quy định của hai người dân." });
    let wrong = step(&inspector, &id, "conclude", conclusion(&[bare, remedy("2026-08-16")])).await.expect(422);
    assert_eq!(faults(&wrong), ["required", "over"]);
    let none = step(&inspector, &id, "conclude", conclusion(&[])).await.expect(200).json;
    assert_eq!(none["status"], "closed");
    step(&inspector, &id, "conclude", conclusion(&[])).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remedy_that_nobody_reports_is_told_once_and_shown_above() {
    let app = TestApp::new().await;
    let inspector = app.staff("thanhtra").await;
    let id = held(&inspector).await;
    let said = conclusion(&[remedy("2026-08-18"), remedy("2026-08-20")]);
    step(&inspector, &id, "conclude", said).await.expect(200);
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'inspection.remedies_overdue'";
    app.set_time("2026-08-18T23:59:00+07:00");
    let city = app.staff("chutich").await;
    assert_eq!(listed(&city, "?past_due=true").await, Vec::<String>::new());
    app.set_time("2026-08-19T00:01:00+07:00");
    app.eventually(told, 1).await;
    app.set_time("2026-08-21T00:01:00+07:00");
    app.eventually(told, 2).await;
    let (city, leader) = (app.staff("chutich").await, app.staff("lanhdao").await);
    assert_eq!(listed(&city, "?past_due=true").await, std::slice::from_ref(&id));
    let late = step(&leader, &id, "findings/1/report", json!({ "words": REPORT })).await.expect(200).json;
    assert_eq!(late["findings"][0]["remedy"]["late"], true);
    assert_eq!(app.count(told).await, 2);
}
