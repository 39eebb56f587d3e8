//! A name that is found to be false is none: from then on it is a lead, checked where it is specific (LTC Art. 25).

use ::denunciations::workflow::DenunciationAction::*;
use serde_json::{Value, json};

use super::vault::requests;
use super::{NAME, follow, limit, new, of_two, path, said, send, walk};
use crate::cast::Cast;
use crate::harness::TestApp;
use crate::reports::{INSPECTORATE, figures, report};

#[tokio::test(flavor = "multi_thread")]
async fn what_came_under_a_false_name_is_a_lead_from_then_on() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    let (head, inspector) = (cast.client("chanhthanhtra"), cast.client("thanhtra"));
    let before = head.get(&format!("/v1/denunciations/{id}")).await.expect(200).json;
    inspector.post(&path(&id, TreatAsLead), said(TreatAsLead)).await.expect(403);
    assert_eq!(head.post(&path(&id, TreatAsLead), json!({})).await.expect(422).wrong(), ["/reason"].into());
    let why = json!({ "reason": format!("Không có ai tên {NAME} ở địa chỉ đã ghi.") });
    let seen = head.post(&path(&id, TreatAsLead), why).await.expect(200).json;
    assert_eq!((&seen["kind"], &seen["status"], &seen["code"]), (&json!("lead"), &json!("received"), &before["code"]));
    // It is still to be checked by then, and whoever is named in it may be somebody else: that stays out of what is read.
    assert_eq!(limit(&seen, "check")["due_date"], limit(&before, "check")["due_date"]);
    let theirs = follow(&app.anonymous(), &code).await.expect(200).json;
    assert_eq!((&theirs["kind"], &theirs["messages"][0]["part"]), (&json!("lead"), &json!("notice")));
    assert_eq!(theirs["messages"][0]["words"], "Không có ai tên […] ở địa chỉ đã ghi.");
    for action in [TreatAsLead, Accept, Refuse] {
        let refused = head.post(&path(&id, action), said(action)).await.expect(409);
        assert_eq!(refused.problem(), "denunciation.illegal_transition", "{action}");
    }
    let reason = json!({ "reason": "Cần mời người tố cáo làm việc." });
    assert_eq!(inspector.post(&requests(&id), reason).await.expect(409).problem(), "identity_request.nobody");
    let taken = walk(&cast, &id, &[CheckLead]).await;
    assert_eq!((&taken["status"], limit(&taken, "resolve")), (&json!("accepted"), &Value::Null));
    let more = json!({ "receipt_code": code, "words": "Còn một người nữa biết việc này." });
    app.anonymous().post("/v1/denouncer/add", more).await.expect(200);
    // One that says nothing to be checked is kept, and what was taken up is no lead any more.
    let (_, id) = send(&app, &cast, new()).await;
    assert_eq!(walk(&cast, &id, &[TreatAsLead, File]).await["status"], "filed");
    let (_, id) = send(&app, &cast, new()).await;
    walk(&cast, &id, &[Accept]).await;
    head.post(&path(&id, TreatAsLead), said(TreatAsLead)).await.expect(409);
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'denunciation.treated_as_lead'
        AND event::jsonb = '{\"treated_as_lead\": {}}'";
    assert_eq!(app.count(told).await, 2);
}

/// To withdraw and to be protected are rights of denouncers: what was asked so is asked by nobody.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_as_its_denouncer_falls_away() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, of_two()).await;
    let words = json!({ "receipt_code": code, "words": "Đề nghị xem xét." });
    let mut part = words.clone();
    part["contents"] = json!([1]);
    app.anonymous().post("/v1/denouncer/withdraw-part", part).await.expect(200);
    app.anonymous().post("/v1/denouncer/ask-for-protection", words.clone()).await.expect(200);
    let seen = walk(&cast, &id, &[TreatAsLead]).await;
    let allowed = seen["allowed_actions"].as_array().unwrap();
    for action in [SettleRest, RefuseWithdrawal, Protect, RefuseProtection] {
        assert!(!allowed.contains(&json!(action)), "{action}");
    }
    let theirs = follow(&app.anonymous(), &code).await.expect(200).json;
    for what in ["withdrawal_asked_at", "withdrawal_of", "protection"] {
        assert_eq!(theirs[what], Value::Null, "{what}");
    }
    for wish in ["withdraw", "ask-for-protection"] {
        let refused = app.anonymous().post(&format!("/v1/denouncer/{wish}"), words.clone()).await.expect(409);
        assert_eq!(refused.problem(), "denunciation.lead", "{wish}");
    }
}

/// It was handed on as a denunciation, and found to be none in the next period: the report on the first stays as it is.
#[tokio::test(flavor = "multi_thread")]
async fn it_counts_as_a_lead_from_then_on() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, checked) = send(&app, &cast, new()).await;
    walk(&cast, &checked, &[TreatAsLead, CheckLead]).await;
    let (_, handed_on) = send(&app, &cast, new()).await;
    walk(&cast, &handed_on, &[Transfer]).await;
    app.set_time("2026-10-05T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let reader = cast.client("chanhthanhtra");
    let leads = async |period| figures(&report(reader, INSPECTORATE, "03-XLD", period).await, ["eligible", "leads"]);
    assert_eq!(leads("period=2026-Q3").await, [2, 1]);
    cast.client("chutich").post(&path(&handed_on, TreatAsLead), said(TreatAsLead)).await.expect(200);
    assert_eq!(leads("period=2026-Q3").await, [2, 1]);
    assert_eq!(leads("period=2026").await, [2, 2]);
}
