//! A retry does the work once and gets the first answer.

use chrono::TimeDelta;
use kernel::idempotency;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::papers::{self, PERMIT};
use crate::harness::{Answer, Client, TestApp, new_key};

fn draft() -> Value {
    papers::dossier("1.013225", "house", PERMIT)
}

/// A draft whose id the client has made.
fn draft_with(id: &str) -> Value {
    let mut draft = draft();
    draft["id"] = json!(id);
    draft
}

fn replayed(answer: &Answer) -> bool {
    answer.header("idempotent-replayed") == "true"
}

#[track_caller]
fn the_same(first: &Answer, second: &Answer) {
    assert_eq!(first.status, second.status);
    assert_eq!(first.text, second.text, "byte for byte");
    for name in ["etag", "location", "content-type"] {
        assert_eq!(first.header(name), second.header(name), "{name}");
    }
    assert!(!replayed(first) && replayed(second));
}

async fn dossiers(app: &TestApp) -> i64 {
    app.count("SELECT count(*) FROM dossiers").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_needs_a_key_that_is_a_uuid() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    for path in ["/v1/dossiers", "/v1/dossiers/019ac2d4-7b1e-7a52-9c33-0d7f6f0f4c11/submit"] {
        let missing = citizen.send(citizen.request(Method::POST, path).json(&draft())).await;
        assert_eq!(missing.expect(400).problem(), "request.idempotency_key_missing");
        let bad = citizen.post_as("7", path, draft()).await;
        assert_eq!(bad.expect(400).problem(), "request.malformed");
    }
    assert_eq!(dossiers(&app).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_of_every_kind_of_write_gets_the_first_answer() {
    let app = TestApp::new().await;
    let (citizen, reception) = (app.citizen("congdan1").await, app.staff("tiepnhan").await);
    let twice = async |client: &Client, path: &str, body: Value| {
        let key = new_key();
        let first = client.post_as(&key, path, body.clone()).await;
        the_same(&first, &client.post_as(&key, path, body).await);
        first
    };
    let filed = twice(&citizen, "/v1/dossiers", draft()).await.expect(201);
    let at = filed.header("location").to_owned();
    papers::upload(&citizen, &filed.json).await;
    twice(&citizen, &format!("{at}/attachments"), papers::paper("fire_safety")).await.expect(201);
    let papers = citizen.get(&at).await;
    assert_eq!(papers.json["attachments"].as_array().unwrap().len(), 4);
    papers::upload(&citizen, &papers.json).await;
    twice(&citizen, &format!("{at}/submit"), json!({})).await.expect(200);
    let accepted = twice(&reception, &format!("{at}/accept"), json!({})).await.expect(200);
    assert_eq!(accepted.json["code"], "000.01.13.H26-260817-0001", "the code is in the kept answer too");
    assert_eq!(app.count("SELECT last FROM dossier_serials").await, 1, "and no second one was used");
    assert_eq!(dossiers(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_retry_gets_the_first_answer_and_not_the_present_state() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let (key, id) = (new_key(), new_key());
    let first = citizen.post_as(&key, "/v1/dossiers", draft_with(&id)).await.expect(201);
    citizen.step(&id, "withdraw").await.expect(200);
    the_same(&first, &citizen.post_as(&key, "/v1/dossiers", draft_with(&id)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_one_content_one_caller_and_one_path() {
    let app = TestApp::new().await;
    let (one, two) = (app.citizen("congdan1").await, app.person("congdan2", Some(papers::NUMBER)).await);
    let key = new_key();
    let mine = one.post_as(&key, "/v1/dossiers", draft()).await.expect(201);
    let mut other = draft();
    other["form"] = json!({"floors": 4});
    assert_eq!(one.post_as(&key, "/v1/dossiers", other).await.expect(422).problem(), "idempotency.key_reused");
    let theirs = two.post_as(&key, "/v1/dossiers", draft()).await.expect(201);
    assert_ne!(theirs.id(), mine.id());
    let withdrawn = one
        .post_as(&key, &format!("/v1/dossiers/{}/withdraw", mine.id()), json!({"ground": "filed_wrongly"}))
        .await
        .expect(200);
    assert!(!replayed(&theirs) && !replayed(&withdrawn));
    assert_eq!(dossiers(&app).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_under_one_key_have_one_effect() {
    let app = TestApp::with(|flags| flags.workers = Some("4".to_owned())).await;
    let (citizen, reception) = (app.citizen("congdan1").await, app.staff("tiepnhan").await);
    let filed = at_once(&citizen, "/v1/dossiers", draft()).await.expect(201);
    assert_eq!(dossiers(&app).await, 1);
    papers::upload(&citizen, &filed.json).await;
    at_once(&citizen, &format!("/v1/dossiers/{}/submit", filed.id()), json!({})).await.expect(200);
    at_once(&reception, &format!("/v1/dossiers/{}/accept", filed.id()), json!({})).await.expect(200);
    assert_eq!(app.count("SELECT last FROM dossier_serials").await, 1);
    assert_eq!(app.count("SELECT count(*) FROM journal WHERE event_kind = 'dossier.accepted'").await, 1);
}

/// Twelve times the same request: one is answered, the others get that answer or are told to come back for it.
async fn at_once(client: &Client, path: &str, body: Value) -> Answer {
    let key = new_key();
    let tries: Vec<_> = (0..12)
        .map(|_| {
            let (client, key, path, body) = (client.clone(), key.clone(), path.to_owned(), body.clone());
            tokio::spawn(async move { client.post_as(&key, &path, body).await })
        })
        .collect();
    let mut first = None;
    let mut rest = Vec::new();
    for attempt in tries {
        match attempt.await.unwrap() {
            answer if answer.status.is_success() && !replayed(&answer) => {
                assert!(first.replace(answer).is_none(), "two first answers");
            }
            answer => rest.push(answer),
        }
    }
    let first = first.expect("one does the work");
    for answer in &rest {
        match answer.status.as_u16() {
            409 => assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0, "{answer:?}"),
            _ => the_same(&first, answer),
        }
    }
    the_same(&first, &client.post_as(&key, path, body).await);
    first
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_not_kept() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let filed = citizen.post("/v1/dossiers", draft()).await.expect(201);
    let (key, submit) = (new_key(), format!("/v1/dossiers/{}/submit", filed.id()));
    for _ in 0..2 {
        let refused = citizen.post_as(&key, &submit, json!({})).await.expect(409);
        assert_eq!(refused.problem(), "dossier.attachments_missing");
    }
    papers::upload(&citizen, &filed.json).await;
    let submitted = citizen.post_as(&key, &submit, json!({})).await.expect(200);
    assert!(!replayed(&submitted));
    the_same(&submitted, &citizen.post_as(&key, &submit, json!({})).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_made_the_id_may_file_again_under_a_new_key() {
    let app = TestApp::new().await;
    let (one, two) = (app.citizen("congdan1").await, app.person("congdan2", Some(papers::NUMBER)).await);
    let id = new_key();
    let first = one.post("/v1/dossiers", draft_with(&id)).await.expect(201);
    assert_eq!(first.id(), id);
    let again = one.post("/v1/dossiers", draft_with(&id)).await.expect(201);
    assert_eq!((again.json, again.headers["location"].clone()), (first.json, first.headers["location"].clone()));
    assert_eq!(app.count("SELECT count(*) FROM attachments").await, 3);

    let mut other = draft_with(&id);
    other["applicant"]["name"] = json!("Lê Văn Tám");
    assert_eq!(one.post("/v1/dossiers", other).await.expect(409).problem(), "dossier.id_taken");
    let stolen = two.post("/v1/dossiers", draft_with(&id)).await.expect(409);
    assert_eq!(stolen.problem(), "dossier.id_taken");
    assert!(!stolen.text.contains("Hoa") && stolen.json["allowed_actions"].is_null(), "{}", stolen.text);
    two.get(&format!("/v1/dossiers/{id}")).await.expect(404);
    assert_eq!(dossiers(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_makes_ids_of_version_7_only() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    for bad in ["00000000-0000-0000-0000-000000000000", "7d444840-9dc0-41d1-b245-5ffdce74fad2"] {
        let refused = citizen.post("/v1/dossiers", draft_with(bad)).await.expect(422);
        assert_eq!(refused.json["errors"][0]["pointer"], "/id", "{}", refused.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_answers_cannot_be_read_in_the_database() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let key = new_key();
    citizen.post_as(&key, "/v1/dossiers", draft()).await.expect(201);
    assert_eq!(app.count("SELECT count(*) FROM idempotency").await, 1);
    for secret in ["Nguyễn Thị Hoa", "001185012345", "Hoa", &key, &key.replace('-', "")] {
        let in_text = format!("SELECT count(*) FROM idempotency AS kept WHERE kept::text ILIKE '%{secret}%'");
        assert_eq!(app.count(&in_text).await, 0, "{secret}");
        let in_bytes = format!(
            "SELECT count(*) FROM idempotency WHERE position(convert_to('{secret}', 'UTF8') IN key || fingerprint || answer) > 0"
        );
        assert_eq!(app.count(&in_bytes).await, 0, "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_kept_for_48_hours() {
    let app = TestApp::new().await;
    let key = new_key();
    let first = app.citizen("congdan1").await.post_as(&key, "/v1/dossiers", draft()).await.expect(201);
    let forget = async || {
        let mut conn = app.db.conn().await.unwrap();
        idempotency::forget_old(&mut conn, app.clock.now()).await.unwrap()
    };
    app.advance(TimeDelta::hours(48));
    assert_eq!(forget().await, 0);
    the_same(&first, &app.citizen("congdan1").await.post_as(&key, "/v1/dossiers", draft()).await);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(forget().await, 1);
    let anew = app.citizen("congdan1").await.post_as(&key, "/v1/dossiers", draft()).await.expect(201);
    assert!(!replayed(&anew) && anew.id() != first.id());
}
