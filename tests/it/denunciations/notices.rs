//! What its denouncer is told, with the code alone: what was decided, on which ground and why; never what officers say among themselves.

use ::denunciations::workflow::DenunciationAction::{self, *};
use serde_json::{Value, json};

use super::{follow, hand, new, of_two, path, said, send, walk};
use crate::cast::Cast;
use crate::harness::{Answer, TestApp};

async fn wish(app: &TestApp, what: &str, code: &str, more: Value) -> Answer {
    let mut words = json!({ "receipt_code": code, "words": "Tôi lo ngại bị trả thù." });
    words.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.anonymous().post(&format!("/v1/denouncer/{what}"), words).await
}

/// After these steps, and this wish of its denouncer, this is told of.
const TOLD: &[(&[DenunciationAction], Option<&str>, DenunciationAction)] = &[
    (&[], None, Transfer),
    (&[], None, Forward),
    (&[], None, Refuse),
    (&[], None, TreatAsLead),
    (&[Accept], None, Extend),
    (&[Accept], None, Suspend),
    (&[Accept, Suspend], None, Resume),
    (&[Accept], Some("withdraw"), Terminate),
    (&[Accept], Some("withdraw"), RefuseWithdrawal),
    (&[Accept], Some("withdraw-part"), SettleRest),
    (&[Accept, Assign, Report], None, Conclude),
    (&[Accept, Assign, Report, Conclude], None, Publish),
    (&[], Some("ask-for-protection"), Protect),
    (&[], Some("ask-for-protection"), RefuseProtection),
];

#[tokio::test(flavor = "multi_thread")]
async fn its_denouncer_reads_every_decision_with_its_ground_and_reason() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for (road, before, action) in TOLD {
        let (code, id) = send(&app, &cast, of_two()).await;
        walk(&cast, &id, road).await;
        if let Some(what) = before {
            let part = if *what == "withdraw-part" { json!({ "contents": [0] }) } else { json!({}) };
            wish(&app, what, &code, part).await.expect(200);
        }
        let words = said(*action);
        cast.client(hand(*action)).post(&path(&id, *action), words.clone()).await.expect(200);
        let theirs = follow(&app.anonymous(), &code).await.expect(200).json;
        let notice = theirs["messages"].as_array().unwrap().last().unwrap().clone();
        let said = if words["words"].is_null() { &words["reason"] } else { &words["words"] };
        let ground = if *action == Conclude { &words["outcome"] } else { &words["ground"] };
        assert_eq!((&notice["part"], &notice["words"]), (&json!("notice"), said), "{action}");
        assert_eq!(&notice["ground"], ground, "{action}");
        let keys = notice
            .as_object()
            .unwrap()
            .keys()
            .all(|key| ["part", "ground", "words", "said_at"].contains(&key.as_str()));
        assert!(keys, "{action}: not who said it: {notice}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_denouncer_does_everything_with_the_code_and_finds_what_came_of_it() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, of_two()).await;
    let received = follow(&app.anonymous(), &code).await.expect(200).json;
    assert_eq!(
        (&received["status"], &received["accepted_at"], &received["due_at"]),
        (&json!("received"), &Value::Null, &Value::Null)
    );
    walk(&cast, &id, &[Ask, Accept]).await;
    let accepted = wish(&app, "add", &code, json!({})).await.expect(200).json;
    assert_eq!((&accepted["accepted_at"], accepted["due_at"].is_null()), (&json!("2026-08-17T02:00:00Z"), false));
    let parts: Vec<_> =
        accepted["messages"].as_array().unwrap().iter().map(|said| said["part"].as_str().unwrap()).collect();
    assert_eq!(parts, ["question", "denouncer"]);
    let asked = wish(&app, "withdraw-part", &code, json!({ "contents": [1] })).await.expect(200).json;
    assert_eq!((&asked["withdrawal_asked_at"], &asked["withdrawal_of"]), (&json!("2026-08-17T02:00:00Z"), &json!([1])));
    walk(&cast, &id, &[SettleRest, Assign, Report, Conclude]).await;
    let concluded = follow(&app.anonymous(), &code).await.expect(200).json;
    assert_eq!((&concluded["outcome"], &concluded["withdrawn"]), (&json!("partly_true"), &json!([1])));
    assert_eq!((&concluded["finished_at"], &concluded["closed_at"]), (&json!("2026-08-17T02:00:00Z"), &Value::Null));
    walk(&cast, &id, &[Send, Handle, Publish, Close]).await;
    let closed = follow(&app.anonymous(), &code).await.expect(200).json;
    assert_eq!((&closed["status"], &closed["closed_at"]), (&json!("closed"), &json!("2026-08-17T02:00:00Z")));
    // Nothing goes without the code, and nothing with what is like it.
    let other = format!("{}{}", if code.starts_with('0') { '1' } else { '0' }, &code[1..]);
    for what in ["add", "withdraw", "withdraw-part", "ask-for-protection", "report-delay", "continue"] {
        let part = if what == "withdraw-part" { json!({ "contents": [0] }) } else { json!({}) };
        let unknown = wish(&app, what, &other, part).await.expect(404);
        assert_eq!(unknown.problem(), "denunciation.not_found", "{what}");
    }
    let (plain, _) = send(&app, &cast, new()).await;
    assert_eq!(
        wish(&app, "withdraw-part", &plain, json!({ "contents": [0] })).await.expect(422).wrong(),
        ["/contents"].into()
    );
}
