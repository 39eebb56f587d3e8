//! What a centre says of itself: by published criteria, with evidence, and never without what it lacks.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::appointments::{centre, put};
use crate::cast::Cast;
use crate::harness::{Client, TestApp};

const CENTRE: &str = "H26.1";
/// A whole one: hidden data can be taken out of it.
const PDF: &[u8] = include_bytes!("../../migrations/seed/demo/paper.pdf");

async fn begin(head: &Client, period: &str) -> String {
    let new = json!({ "period": period });
    let draft = head.post(&format!("{}/assessments", centre(CENTRE)), new).await.expect(201);
    draft.header("location").to_owned()
}

/// All is met but interpreting, and no kiosk can stand there.
async fn answers(app: &TestApp) -> Value {
    let criteria = app.anonymous().get("/v1/centre-criteria").await.expect(200).json;
    let answer = |criterion: &Value| {
        let code = criterion["code"].as_str().unwrap();
        match code {
            "interpreting" => json!({ "criterion": code, "verdict": "not_met", "remark": "Chưa có phiên dịch." }),
            "smart_kiosk" => json!({ "criterion": code, "verdict": "not_applicable", "remark": "Trụ sở tạm." }),
            _ => {
                json!({ "criterion": code, "verdict": "met", "evidence": [{ "description": "Ảnh chụp ngày 01/8/2026" }] })
            }
        }
    };
    json!({ "answers": criteria["items"].as_array().unwrap().iter().map(answer).collect::<Vec<_>>() })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_criterion_has_its_source_and_mark() {
    let app = TestApp::new().await;
    let criteria = app.anonymous().get("/v1/centre-criteria").await.expect(200).json;
    let items = criteria["items"].as_array().unwrap();
    assert_eq!(items.len(), 12);
    for criterion in items {
        assert!(criterion["source"].as_str().unwrap().starts_with("NĐ ") && criterion["mark"] == "C", "{criterion}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submitted_assessment_shows_what_is_met_and_what_lacks() {
    let app = TestApp::new().await;
    let (head, anybody) = (app.staff("giamdoc").await, app.anonymous());
    let list = format!("{}/assessments", centre(CENTRE));
    let at = begin(&head, "2026-Q3").await;
    assert_eq!(head.post(&list, json!({ "period": "2026-Q3" })).await.expect(409).problem(), "assessment.exists");
    anybody.get(&at).await.expect(404);
    assert_eq!(anybody.get(&list).await.expect(200).json["items"], json!([]));
    assert_eq!(head.get(&list).await.expect(200).json["items"].as_array().unwrap().len(), 1, "its own draft");

    let answers = answers(&app).await;
    let answered = put(&head, &at, "\"1\"", &answers).await.expect(200);
    assert_eq!((answered.header("etag"), answered.json.get("result")), ("\"2\"", None));
    assert_eq!(put(&head, &at, "\"1\"", &answers).await.expect(200).text, answered.text, "the same again");
    let submitted = head.post(&format!("{at}/submit"), json!({})).await.expect(200);
    let result = json!({ "met": 10, "applicable": 11, "lacking": ["interpreting"] });
    assert_eq!((&submitted.json["result"], &submitted.json["status"]), (&result, &json!("submitted")));
    assert_eq!(anybody.get(&at).await.expect(200).json, submitted.json);
    assert_eq!(anybody.get(&list).await.expect(200).json["items"], json!([submitted.json]));

    let again = head.post(&format!("{at}/submit"), json!({})).await.expect(409);
    assert_eq!(again.problem(), "assessment.submitted");
    assert_eq!(put(&head, &at, "*", &json!({ "answers": [] })).await.expect(409).problem(), "assessment.submitted");
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'assessment.submitted'
        AND event::jsonb #> '{submitted,lacking}' = '[\"interpreting\"]' AND (event::jsonb #>> '{submitted,met}')::int = 10";
    assert_eq!(app.count(told).await, 1, "so that centres can be counted");
    assert_eq!(app.count("SELECT count(*) FROM journal WHERE event LIKE '%phiên dịch%'").await, 0);

    let later = begin(&head, "2026-Q4").await;
    put(&head, &later, "*", &answers).await.expect(200);
    app.advance(chrono::TimeDelta::minutes(1));
    head.post(&format!("{later}/submit"), json!({})).await.expect(200);
    let first = anybody.get(&format!("{list}?limit=1")).await.expect(200).json;
    assert_eq!(first["items"][0]["period"], "2026-Q4", "the latest first");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = anybody.get(&format!("{list}?limit=1&cursor={cursor}")).await.expect(200).json;
    assert_eq!(second["items"][0]["period"], "2026-Q3");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_must_be_shown_or_explained() {
    let app = TestApp::new().await;
    let head = app.staff("giamdoc").await;
    let at = begin(&head, "2026").await;
    let wrong = json!({ "answers": [
        { "criterion": "legal_help", "verdict": "met" }, { "criterion": "swimming_pool", "verdict": "met" },
        { "criterion": "legal_help", "verdict": "not_met" },
    ]});
    let refused = put(&head, &at, "\"1\"", &wrong).await.expect(422);
    assert_eq!(refused.wrong(), BTreeSet::from(["/answers/1/criterion", "/answers/2/criterion"]));
    let some = json!({ "answers": [
        { "criterion": "legal_help", "verdict": "met" }, { "criterion": "copying", "verdict": "not_applicable" },
    ]});
    put(&head, &at, "\"1\"", &some).await.expect(200);
    let refused = head.post(&format!("{at}/submit"), json!({})).await.expect(409);
    assert_eq!(refused.problem(), "assessment.incomplete");
    assert_eq!(refused.wrong(), BTreeSet::from(["/answers", "/answers/0/evidence", "/answers/1/remark"]));
    assert_eq!(refused.json["errors"].as_array().unwrap().len(), 12, "ten are not answered at all");
    assert_eq!(put(&head, &at, "\"1\"", &answers(&app).await).await.expect(412).json["version"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_declared_must_arrive_before_it_is_submitted() {
    let app = TestApp::new().await;
    let (head, anybody) = (app.staff("giamdoc").await, app.anonymous());
    let at = begin(&head, "2026").await;
    let sha256 = kernel::files::Sha256::of(PDF);
    let file = json!({ "media_type": "application/pdf", "size": PDF.len(), "sha256": sha256.to_string() });
    let mut answers = answers(&app).await;
    answers["answers"][0]["evidence"][0]["file"] = file;
    put(&head, &at, "\"1\"", &answers).await.expect(200);
    let early = head.post(&format!("{at}/submit"), json!({})).await.expect(409);
    assert_eq!(early.wrong(), BTreeSet::from(["/answers/0/evidence/0/file"]));

    let path = format!("{at}/evidence/{sha256}");
    head.get(&path).await.expect(404);
    assert_eq!(head.put_file(&path, b"%PDF-1.4 something else").await.expect(422).problem(), "file.size_mismatch");
    app.staff("lanhdao").await.put_file(&path, PDF).await.expect(403);
    let other = format!("{at}/evidence/{}", kernel::files::Sha256::of(b"other"));
    assert_eq!(head.put_file(&other, b"other").await.expect(404).problem(), "assessment.evidence_not_found");
    assert_eq!(head.put_file(&path, PDF).await.expect(200).header("etag"), "\"3\"");
    assert_eq!(head.put_file(&path, PDF).await.expect(200).header("etag"), "\"3\"", "the same again");
    assert_eq!(anybody.get(&path).await.expect(404).problem(), "assessment.not_found");
    head.post(&format!("{at}/submit"), json!({})).await.expect(200);
    let shown = anybody.get(&path).await.expect(200);
    assert!(shown.header("content-type") == "application/pdf" && shown.text.starts_with("%PDF"), "{shown:?}");
    head.put_file(&path, PDF).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_assesses_anothers_centre() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let head = cast.client("giamdoc");
    let new = json!({ "period": "2026" });
    head.post(&format!("{}/assessments", centre("H26.13.01")), new.clone()).await.expect(403);
    head.post(&format!("{}/assessments", centre("H26.9.01")), new.clone()).await.expect(404);
    let at = begin(head, "2026").await;
    for stranger in ["lanhdao", "tiepnhan", "quantri", "congdan1"] {
        cast.client(stranger).post(&format!("{}/assessments", centre(CENTRE)), new.clone()).await.expect(403);
        cast.client(stranger).get(&at).await.expect(404);
        cast.client(stranger).post(&format!("{at}/submit"), json!({})).await.expect(403);
    }
}
