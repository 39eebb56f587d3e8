//! What came on paper: reception takes its sender's steps, and withdraws or converts it only as the sender has signed (LKN Art. 10).

use complaints::CaseKind::{self, Complaint, Petition};
use complaints::workflow::CaseAction::{
    self, Accept, Assign, ConfirmConversion, ProposeConversion, Withdraw, WithdrawPart,
};
use complaints::workflow::CaseStatus;
use serde_json::{Value, json};

use super::{act, at, facts, faults, new, path, said, walk};
use crate::cast::Cast;
use crate::harness::{Client, TestApp};

const SIGNED: &str = "Đơn có chữ ký của người gửi ngày 17/8/2026";

/// A letter that reception has taken in and not sent yet.
async fn draft(reception: &Client, kind: CaseKind) -> String {
    let mut letter = new(kind);
    letter["channel"] = json!("post");
    reception.post("/v1/cases", letter).await.expect(201).id()
}

/// One that came.
async fn letter(reception: &Client, kind: CaseKind) -> String {
    let id = draft(reception, kind).await;
    act(reception, kind, &id, CaseAction::Submit).await.expect(200);
    id
}

/// Reception takes it as its sender has signed, and not before.
async fn takes_what_is_signed(reception: &Client, id: &str, action: CaseAction, mut words: Value) -> Value {
    let refused = reception.post(&path(id, action), words.clone()).await.expect(422);
    assert_eq!((faults(&refused), refused.wrong()), (vec!["no_document"], ["/document"].into()), "{action}");
    words["document"] = json!(SIGNED);
    reception.post(&path(id, action), words).await.expect(200).json
}

/// What was said in the last step, as somebody reads it.
async fn last_words(who: &Client, id: &str) -> Value {
    let told = who.get(&format!("/v1/cases/{id}/timeline")).await.expect(200).json;
    told["items"].as_array().unwrap().last().unwrap()["words"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_the_agencys_to_carry_on_for_its_sender() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let reception = cast.client("tiepnhan");
    let id = letter(reception, Complaint).await;
    walk(&cast, Complaint, &id, &[Accept, Assign]).await;
    let given_up = json!({ "reason": "Tôi đã được giải thích rõ." });
    let asked = takes_what_is_signed(reception, &id, Withdraw, given_up).await;
    assert!(asked["withdrawal_asked_at"].is_string());
    cast.client("congdan1").get(&format!("/v1/cases/{id}")).await.expect(404);
    // Whoever ends it reads what was signed; the journal has none of it.
    assert_eq!(last_words(cast.client("lanhdao"), &id).await, format!("{SIGNED}\nTôi đã được giải thích rõ."));
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    assert_eq!(app.count("SELECT count(*) FROM journal WHERE event::text LIKE '%chữ ký%'").await, 0);
    let mut online = new(Complaint);
    online["channel"] = json!("online");
    assert_eq!(faults(&reception.post("/v1/cases", online).await.expect(422)), ["not_yours"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_withdrawn_in_whole_or_in_part_as_its_sender_has_signed() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let reception = cast.client("tiepnhan");
    let id = letter(reception, Complaint).await;
    let rest = takes_what_is_signed(reception, &id, WithdrawPart, said(Complaint, WithdrawPart)).await;
    assert!(rest["contents"][1]["withdrawn_at"].is_string());
    assert_eq!(last_words(reception, &id).await, SIGNED);
    let over = takes_what_is_signed(reception, &id, Withdraw, json!({})).await;
    assert_eq!(over["status"], "withdrawn");
    // What was never sent is given up without.
    let never_sent = draft(reception, Petition).await;
    let over = act(reception, Petition, &never_sent, Withdraw).await.expect(200).json;
    assert_eq!(over["status"], "withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_becomes_another_kind_as_its_sender_has_signed() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let reception = cast.client("tiepnhan");
    let id = letter(reception, Petition).await;
    walk(&cast, Petition, &id, &[ProposeConversion]).await;
    let confirmed = json!({ "facts": facts(Complaint) });
    let over = takes_what_is_signed(reception, &id, ConfirmConversion, confirmed).await;
    assert_eq!(over["status"], "converted");
    assert_eq!(last_words(reception, &id).await, SIGNED);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sent_it_themself_signs_nothing_more() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let me = cast.client("congdan1");
    let id = at(&cast, Complaint, CaseStatus::Accepted).await;
    act(me, Complaint, &id, WithdrawPart).await.expect(200);
    act(me, Complaint, &id, Withdraw).await.expect(200);
    let id = at(&cast, Petition, CaseStatus::Submitted).await;
    walk(&cast, Petition, &id, &[ProposeConversion, ConfirmConversion]).await;
    // The Front withdraws what is its own.
    let id = at(&cast, CaseKind::SupervisionRecommendation, CaseStatus::Submitted).await;
    walk(&cast, CaseKind::SupervisionRecommendation, &id, &[Withdraw]).await;
}
