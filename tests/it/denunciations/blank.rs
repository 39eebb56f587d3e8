//! Blanks say nothing: no reason, no words and no name is made of them.

use ::denunciations::workflow::DenunciationAction;
use serde_json::{Value, json};

use super::stands::wish;
use super::vault::requests;
use super::{hand, new, path, said, send};
use crate::cast::Cast;
use crate::harness::TestApp;

const BLANK: &str = "          \u{200b}\u{a0}                                ";

/// Each with blanks in the place of one of its texts, and that place.
fn blanked(given: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (name, value) in given.as_object().unwrap() {
        let mut one = given.clone();
        match (name.as_str(), value) {
            ("subject" | "words" | "reason" | "name" | "office", _) => one[name] = json!(BLANK),
            ("contents", Value::Array(contents)) if contents[0].is_string() => one[name] = json!([BLANK]),
            _ => continue,
        }
        all.push((if name == "contents" { "/contents/0".to_owned() } else { format!("/{name}") }, one));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn blanks_are_no_reason_no_words_and_no_name() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    for action in DenunciationAction::ALL.iter().copied() {
        for (place, words) in blanked(&said(action)) {
            let refused = cast.client(hand(action)).post(&path(&id, action), words).await.expect(422);
            assert_eq!(refused.wrong(), [place.as_str()].into(), "{action}: {}", refused.text);
        }
    }
    for what in ["add", "withdraw", "withdraw-part", "ask-for-protection", "report-delay", "continue"] {
        for (place, words) in blanked(&wish(&code, what)) {
            let refused = app.anonymous().post(&format!("/v1/denouncer/{what}"), words).await.expect(422);
            assert_eq!(refused.wrong(), [place.as_str()].into(), "{what}");
        }
    }
    // Nobody signs with blanks.
    let mut letters = blanked(&new());
    for (of, name) in [("accused", "name"), ("accused", "office"), ("denouncers", "name"), ("denouncers", "address")] {
        let mut letter = new();
        letter[of][0][name] = json!(" ");
        letters.push((format!("/{of}/0/{name}"), letter));
    }
    for (place, letter) in letters {
        let refused = app.anonymous().post("/v1/denunciations", letter).await.expect(422);
        assert_eq!(refused.wrong(), [place.as_str()].into(), "{}", refused.text);
    }
    let reason = json!({ "reason": BLANK });
    let refused = cast.client("thanhtra").post(&requests(&id), reason.clone()).await.expect(422);
    assert_eq!(refused.json["errors"][0]["code"], "blank", "{}", refused.text);
    let why = json!({ "reason": "Cần mời người tố cáo làm việc." });
    let asked = cast.client("thanhtra").post(&requests(&id), why).await.expect(201).id();
    let refuse = format!("{}/{asked}/refuse", requests(&id));
    cast.client("chanhthanhtra").post(&refuse, reason).await.expect(422);
    let seen = cast.client("chanhthanhtra").get(&format!("/v1/denunciations/{id}")).await.expect(200).json;
    assert_eq!((&seen["messages"], &seen["version"]), (&json!([]), &json!(2)), "nothing was done");
}
