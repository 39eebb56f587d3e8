//! Templates: filled from the case, finished by the officer, and never sent half filled.

use std::collections::BTreeSet;

use complaints::CaseKind::{Complaint, Petition};
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::{at, faults, path};
use crate::cast::Cast;
use crate::harness::{Answer, Client, TestApp};

fn template(action: &str, body: &str) -> Value {
    json!({ "kind": "petition", "action": action, "name": "Trả lời kiến nghị", "body": body })
}

async fn make(client: &Client, new: Value) -> Answer {
    client.post("/v1/answer-templates", new).await
}

async fn offered(client: &Client) -> BTreeSet<String> {
    let page = client.get("/v1/answer-templates").await.expect(200).json;
    page["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_begins_from_a_template_and_is_not_sent_before_it_is_whole() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let leader = cast.client("lanhdao");
    let body = "Kính gửi {sender}. {agency} đã kiểm tra đơn {code} ngày {received_on}. Kết quả: {kết quả kiểm tra}.";
    let made = make(leader, template("answer", body)).await.expect(201).id();
    let id = at(&cast, Petition, CaseStatus::Verified).await;
    let draft = leader.get(&format!("/v1/cases/{id}/templates/{made}")).await.expect(200).json;
    let words = draft["words"].as_str().unwrap();
    assert_eq!(
        words,
        "Kính gửi Nguyễn Thị Hoa. Ủy ban nhân dân phường Hoàn Kiếm đã kiểm tra đơn DN-H26.13.01-26-00001 ngày 17/08/2026. Kết quả: {kết quả \
         kiểm tra}."
    );
    assert_eq!((&draft["action"], &draft["blanks"]), (&json!("answer"), &json!(["kết quả kiểm tra"])));
    // The sender has no part in it, nor has another kind.
    cast.client("congdan1").get(&format!("/v1/cases/{id}/templates/{made}")).await.expect(403);
    let other = at(&cast, Complaint, CaseStatus::Submitted).await;
    let absent = leader.get(&format!("/v1/cases/{other}/templates/{made}")).await.expect(404);
    assert_eq!(absent.problem(), "answer_template.not_found");

    let answer = |reasons: &str| json!({ "outcome": "granted", "reasons": reasons });
    let half = leader.post(&path(&id, CaseAction::Answer), answer(words)).await.expect(422);
    assert_eq!(faults(&half), ["blank_left"]);
    let whole = words.replace("{kết quả kiểm tra}", "đường đã được sửa ngày 15/8/2026");
    let done = leader.post(&path(&id, CaseAction::Answer), answer(&whole)).await.expect(200).json;
    assert_eq!(done["answers"][0]["reasons"], json!(whole));
    // It holds for every text that a sender reads.
    let id = at(&cast, Complaint, CaseStatus::Submitted).await;
    let asked = json!({ "reason": "Đề nghị gửi thêm {giấy tờ}." });
    let asked = cast.client("tiepnhan").post(&path(&id, CaseAction::RequestSupplement), asked).await.expect(422);
    assert_eq!(faults(&asked), ["blank_left"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_its_agencys_and_serves_those_below() {
    let app = TestApp::new().await;
    let (city, commune, other) = (app.staff("chutich").await, app.staff("lanhdao").await, app.staff("giamdoc").await);
    let body = "Kính gửi {sender}: {nội dung}.";
    let citys = make(&city, template("answer", body)).await.expect(201).id();
    let own = make(&commune, template("guide", body)).await.expect(201).id();
    assert_eq!(offered(&commune).await, BTreeSet::from([citys.clone(), own.clone()]));
    assert_eq!(offered(&city).await, BTreeSet::from([citys.clone()]), "what is below is not offered above");
    assert!(!offered(&other).await.contains(&own), "nor beside");
    // Used, and not changed.
    let path = format!("/v1/answer-templates/{citys}");
    commune.replace(&path, "*", &template("answer", "Kính gửi ai đó.")).await.expect(404);
    commune.post(&format!("{path}/retire"), json!({})).await.expect(404);

    let path = format!("/v1/answer-templates/{own}");
    let stale = commune.replace(&path, "\"7\"", &template("guide", "Kính gửi {sender}, ông/bà.")).await;
    stale.expect(412);
    let changed = commune.replace(&path, "\"1\"", &template("guide", "Kính gửi {sender}, ông/bà.")).await.expect(200);
    assert_eq!(changed.json["version"], 2);
    // Sent again after a lost answer.
    let again = commune.replace(&path, "\"1\"", &template("guide", "Kính gửi {sender}, ông/bà.")).await.expect(200);
    assert_eq!(again.json, changed.json);
    commune.post(&format!("{path}/retire"), json!({})).await.expect(200);
    assert_eq!(offered(&commune).await, BTreeSet::from([citys]));
    let over = commune.post(&format!("{path}/retire"), json!({})).await.expect(409);
    assert_eq!(over.problem(), "answer_template.retired");
    commune.replace(&path, "*", &template("guide", body)).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_for_a_step_in_which_something_is_written() {
    let app = TestApp::new().await;
    let leader = app.staff("lanhdao").await;
    // Petitions are answered and not decided; nothing is written to anybody at an assignment.
    for action in ["decide", "assign"] {
        let refused = make(&leader, template(action, "Kính gửi {sender}: {nội dung}.")).await.expect(422);
        assert_eq!(faults(&refused), ["not_allowed"]);
    }
}
