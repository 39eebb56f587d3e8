//! What else tells who denounces officers take out, wherever its denouncer has written it, and whenever.

use ::denunciations::workflow::DenunciationAction::*;
use serde_json::{Value, json};

use super::{follow, lead, new, path, send, walk};
use crate::cast::Cast;
use crate::harness::TestApp;

const TELLING: &str = "Tôi là thủ quỹ duy nhất của phòng, bàn cạnh cửa sổ.";

/// Of what was said last, the version.
async fn said_at(cast: &Cast, id: &str) -> Value {
    let timeline = cast.client("thanhtra").get(&format!("/v1/denunciations/{id}/timeline")).await.expect(200).json;
    timeline["items"].as_array().unwrap().last().unwrap()["version"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_take_out_what_was_added_and_what_is_said_of_an_office() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for mut letter in [lead(), new()] {
        letter["accused"][0]["office"] = json!("Trưởng phòng của người duy nhất giữ quỹ");
        let (code, id) = send(&app, &cast, letter).await;
        let more = json!({ "receipt_code": code, "words": TELLING });
        app.anonymous().post("/v1/denouncer/add", more).await.expect(200);
        let version = said_at(&cast, &id).await;
        walk(&cast, &id, &[Ask]).await;
        let question = said_at(&cast, &id).await;
        let redaction = |version: &Value, accused: u16| {
            json!({
                "subject": "Tố cáo nhận tiền", "contents": ["Một cán bộ yêu cầu đưa tiền."],
                "messages": [{ "version": version, "words": "Một người trong phòng […]." }],
                "offices": [{ "accused": accused, "office": "Trưởng phòng" }],
            })
        };
        // What others said stands, and there is no such person.
        let officer = cast.client("thanhtra");
        let refused = officer.post(&path(&id, Redact), redaction(&question, 1)).await.expect(422);
        assert_eq!(refused.wrong(), ["/messages/0/version", "/offices/0/accused"].into());
        let seen = officer.post(&path(&id, Redact), redaction(&version, 0)).await.expect(200).json;
        let shows = |it: &Value| (it["messages"][0]["words"].clone(), it["accused"][0]["office"].clone());
        let left = (json!("Một người trong phòng […]."), json!("Trưởng phòng"));
        assert_eq!(shows(&seen), left);
        let at = format!("/v1/denunciations/{id}");
        assert_eq!(shows(&officer.get(&at).await.expect(200).json), left);
        assert_eq!(seen["messages"][1]["part"], "question");
        for told in [officer.get(&format!("{at}/timeline")).await, follow(&app.anonymous(), &code).await] {
            assert!(!told.text.contains("thủ quỹ") && told.text.contains("Một người trong phòng"), "{}", told.text);
        }
        let stored = "SELECT (SELECT count(*) FROM denunciations.messages AS it WHERE it::text LIKE '%thủ quỹ%')
            + (SELECT count(*) FROM denunciations.denunciations AS it WHERE it::text LIKE '%giữ quỹ%')";
        assert_eq!(app.count(stored).await, 0);
        // Nothing is left of an office; the rest stays.
        let none = json!({ "subject": "Tố cáo nhận tiền", "contents": ["Một cán bộ yêu cầu đưa tiền."], "offices": [{ "accused": 0 }] });
        let seen = officer.post(&path(&id, Redact), none).await.expect(200).json;
        assert_eq!(shows(&seen), (left.0, Value::Null));
    }
}

/// Who asks for protection writes when all is over, too.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_after_it_was_over_is_taken_out_as_well() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    walk(&cast, &id, &[Accept, Assign, Report, Conclude, Send, Handle, Publish, Close]).await;
    let wish = json!({ "receipt_code": code, "words": TELLING });
    app.anonymous().post("/v1/denouncer/ask-for-protection", wish).await.expect(200);
    let out = json!({
        "subject": "Tố cáo nhận tiền", "contents": ["Một cán bộ yêu cầu đưa tiền."],
        "messages": [{ "version": said_at(&cast, &id).await, "words": "Người tố cáo xin được bảo vệ." }],
    });
    let seen = cast.client("chanhthanhtra").post(&path(&id, Redact), out).await.expect(200);
    assert!(!seen.text.contains("thủ quỹ"), "{}", seen.text);
    assert_eq!((&seen.json["status"], &seen.json["protection"]), (&json!("closed"), &json!("asked")));
}
