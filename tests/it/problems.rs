//! Problem documents (RFC 9457): in the caller's language, each with an address that explains it, and nothing of ours.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::SimpleAsyncConnection;
use kernel::{Db, db};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::papers::{self, PERMIT};
use crate::harness::{Answer, Client, TestApp, cluster, monday, new_key};

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_speaks_the_callers_language() {
    let app = TestApp::new().await;
    let ask = async |language: Option<&str>| {
        let request = reqwest::Client::new().get(format!("{}/v1/dossiers", app.url));
        let request =
            language.into_iter().fold(request, |request, language| request.header("accept-language", language));
        app.anonymous().send(request).await.expect(401)
    };
    let (vi, en) = ("Cần đăng nhập", "Sign in first");
    let cases = [
        (None, "vi", vi),
        (Some("vi-VN,vi;q=0.9,en;q=0.8"), "vi", vi),
        (Some("en-GB,en;q=0.9,vi;q=0.8"), "en", en),
        (Some("fr"), "vi", vi),
        (Some("fr, en;q=0.2"), "en", en),
        (Some("EN"), "en", en),
        (Some("*"), "vi", vi),
        (Some("en;q=0"), "vi", vi),
        (Some(";;q=,"), "vi", vi),
    ];
    for (language, tag, title) in cases {
        let answer = ask(language).await;
        assert_eq!(answer.json["title"], title, "{language:?}");
        assert_eq!(answer.header("content-language"), tag, "{language:?}");
        assert_eq!(answer.json["code"], "request.unauthenticated", "codes never change");
        assert!(answer.header("vary").to_lowercase().contains("accept-language"), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn violations_speak_the_callers_language() {
    let app = TestApp::new().await;
    let mut citizen = app.citizen("congdan1").await;
    let mut body = papers::dossier("1.013225", "house", PERMIT);
    body["applicant"]["name"] = json!("");
    let english = citizen.post("/v1/dossiers", body.clone()).await.expect(422);
    citizen.language = "vi";
    let vietnamese = citizen.post("/v1/dossiers", body).await.expect(422);
    assert_eq!(english.json["errors"][0]["detail"], "at least 1 characters");
    assert_eq!(vietnamese.json["errors"][0]["detail"], "tối thiểu 1 ký tự");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_names_the_request_and_an_address_that_answers() {
    let app = TestApp::new().await;
    let (citizen, nobody) = (app.citizen("congdan1").await, app.anonymous());
    let unreadable = nobody.request(Method::POST, "/v1/deadlines/simulate").header("content-type", "application/json");
    let problems = [
        nobody.get("/v1/dossiers").await,
        nobody.get("/nothing").await,
        nobody.send(nobody.request(Method::DELETE, "/v1/dossiers")).await,
        nobody.send(unreadable.body("{")).await,
        citizen.get("/v1/dossiers?limit=0").await,
        citizen.get("/v1/dossiers/7").await,
        citizen.step(&new_key(), "submit").await,
        citizen.step(&new_key(), "accept").await,
        citizen.post("/v1/dossiers", json!({})).await,
        nobody.get("/v1/tracking/none").await,
    ];
    let mut ids = HashSet::new();
    for answer in &problems {
        let document = &answer.json;
        let id = answer.header("x-request-id");
        assert!(ids.insert(id), "{id} is used twice");
        assert_eq!(document["request_id"], id);
        assert_eq!(document["instance"], format!("urn:uuid:{id}"));
        assert_eq!(document["status"], answer.status.as_u16());
        assert_eq!(document["type"], format!("/problems/{}", answer.problem()));
        assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.text);
        let explained = nobody.get(document["type"].as_str().unwrap()).await.expect(200);
        assert_eq!(explained.json["code"], document["code"]);
        assert_eq!(explained.json["status"], document["status"]);
        assert_eq!(explained.json["title"], document["title"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_explains_every_code_once_and_in_both_languages() {
    let app = TestApp::new().await;
    let mut nobody = app.anonymous();
    let english = nobody.get("/problems").await.expect(200);
    nobody.language = "vi";
    let vietnamese = nobody.get("/problems").await.expect(200);
    let (english, vietnamese) =
        (english.json["items"].as_array().unwrap(), vietnamese.json["items"].as_array().unwrap());
    let mut codes = HashSet::new();
    for (en, vi) in english.iter().zip(vietnamese) {
        let code = en["code"].as_str().unwrap();
        assert!(codes.insert(code), "{code} comes twice");
        assert_eq!(vi["code"], code);
        assert!(en["title"] != vi["title"] && en["help"] != vi["help"], "{code} says the same in both languages");
        assert_eq!(&nobody.get(&format!("/problems/{code}")).await.expect(200).json, vi);
    }
    for declared in declared_codes() {
        assert!(codes.contains(declared.as_str()), "{declared} is not in the catalogue");
    }
}

/// Every code that a `problems!` in the sources declares: `NAME = Kind "code" {`.
fn declared_codes() -> Vec<String> {
    let sources = crate::architecture::sources().into_iter().filter(|source| source.text.contains("problems! {"));
    let declared = sources.flat_map(|source| {
        let codes = source.text.lines().filter_map(|line| {
            let (name, rest) = line.trim().split_once(" = ")?;
            let (_, code) = rest.strip_suffix("\" {")?.split_once(" \"")?;
            name.chars().all(|c| c.is_ascii_uppercase() || c == '_').then(|| code.to_owned())
        });
        codes.collect::<Vec<_>>()
    });
    let codes: Vec<String> = declared.collect();
    assert!(codes.len() > 40, "the scan finds them: {codes:?}");
    codes
}

/// Nothing of the database's own words.
fn hides_its_cause(answer: &Answer) {
    let text = answer.text.to_lowercase();
    for word in ["relation", "attachments", "sql", "postgres", "diesel", "panick", "src/", "column", "connection"] {
        assert!(!text.contains(word), "{word} in {}", answer.text);
    }
    assert!(answer.json["detail"].is_null() && answer.json["errors"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_ours_is_a_problem_that_hides_its_cause() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let id = citizen.post("/v1/dossiers", papers::dossier("1.013225", "house", PERMIT)).await.expect(201).id();
    app.sql("DROP TABLE attachments CASCADE").await;
    let read = citizen.get(&format!("/v1/dossiers/{id}")).await.expect(500);
    let filed = citizen.post("/v1/dossiers", papers::dossier("1.013225", "house", PERMIT)).await.expect(500);
    for answer in [read, filed] {
        assert_eq!(answer.problem(), "internal");
        assert!(!answer.header("x-request-id").is_empty());
        hides_its_cause(&answer);
    }
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, 1, "nothing of it was kept");
}

/// The same person's token, good for ever.
fn good_for_ever(app: &TestApp, client: &mut Client) {
    let token = client.token.take().unwrap();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let mut claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["exp"] = json!(i64::MAX);
    client.token = Some(app.server.as_ref().unwrap().app.settings.keys.sign("at+jwt", &claims));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_problem_too_and_the_next_request_is_served() {
    let app = TestApp::new().await;
    let mut citizen = app.citizen("congdan1").await;
    let id = citizen.post("/v1/dossiers", papers::dossier("1.013225", "house", PERMIT)).await.expect(201).id();
    good_for_ever(&app, &mut citizen);
    // An answer is kept for 48 hours, and time ends before: chrono panics.
    app.clock.set(DateTime::<Utc>::MAX_UTC - TimeDelta::hours(1));
    let answer = citizen.step(&id, "withdraw").await.expect(500);
    assert_eq!(answer.problem(), "internal");
    hides_its_cause(&answer);
    app.clock.set(monday());
    citizen.step(&id, "withdraw").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_callers_are_told_to_come_back_and_then_served() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    citizen.get("/v1/dossiers").await.expect(200);
    let elsewhere = Db::new(&db::Settings { url: cluster().url("postgres"), ca: None, size: 1 }).unwrap();
    let mut elsewhere = elsewhere.dedicated().await.unwrap();
    let name = &app.database;
    let shut = format!(
        "ALTER DATABASE {name} ALLOW_CONNECTIONS false;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    );
    elsewhere.batch_execute(&shut).await.unwrap();
    for path in ["/v1/dossiers", "/health/ready", "/v1/tracking/000.00.00.H26-260817-0001"] {
        let answer = citizen.get(path).await.expect(503);
        assert_eq!(answer.problem(), "busy", "{path}");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0, "{path}");
        hides_its_cause(&answer);
    }
    let write = citizen.post("/v1/dossiers", papers::dossier("1.013225", "house", PERMIT)).await.expect(503);
    assert_eq!(write.problem(), "busy");
    citizen.get("/health/live").await.expect(200);
    citizen.get("/v1/procedures").await.expect(200);
    elsewhere.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await.unwrap();
    citizen.get("/v1/dossiers").await.expect(200);
    citizen.get("/health/ready").await.expect(200);
}
