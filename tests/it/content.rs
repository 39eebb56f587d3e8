//! What comes in: bodies, parameters, headers. Everything wrong is said at once, and nothing wrong gets further.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::papers::{self, PERMIT};
use crate::harness::{Answer, Client, TestApp, new_key};

fn draft() -> Value {
    papers::dossier("1.013225", "house", PERMIT)
}

fn draft_of(name: &str) -> Value {
    let mut draft = draft();
    draft["applicant"]["name"] = json!(name);
    draft
}

/// Sends these bytes as a new dossier.
async fn send(client: &Client, media_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = client.request(Method::POST, "/v1/dossiers").header("idempotency-key", new_key());
    client.send(request.header("content-type", media_type).body(body)).await
}

/// Where something is wrong, and what.
fn violations(answer: &Answer) -> BTreeSet<(String, String)> {
    let errors = answer.json["errors"].as_array().unwrap_or_else(|| panic!("no errors in {answer:?}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_is_said_at_once_with_its_place() {
    let app = TestApp::new().await;
    let body = json!({
        "procedure": 7, "case": "", "colour": "red",
        "applicant": {"name": "x".repeat(201), "identity_number": "0011850123ab", "phone": null, "a/b": 1, "email": "nobody"},
        "form": [],
        "attachments": [papers::paper("drawings"), {
            "component": "drawings", "file_name": "a.exe", "media_type": "application/x-msdownload", "size": 26214401,
        }],
    });
    let answer = app.citizen("congdan1").await.post("/v1/dossiers", body).await.expect(422);
    assert_eq!(answer.problem(), "invalid");
    let expected = [
        ("/procedure", "type"),
        ("/case", "too_short"),
        ("/colour", "unknown"),
        ("/agency", "required"),
        ("/applicant/name", "too_long"),
        ("/applicant/identity_number", "pattern"),
        ("/applicant/phone", "type"),
        ("/applicant/a~1b", "unknown"),
        ("/applicant/email", "format"),
        ("/form", "type"),
        ("/attachments/1/media_type", "not_allowed"),
        ("/attachments/1/size", "too_large"),
        ("/attachments/1/sha256", "required"),
    ];
    let expected = expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
    assert_eq!(violations(&answer), BTreeSet::from(expected), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_rules_find_wrong_has_its_place_too() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let wrong = async |change: &dyn Fn(&mut Value)| {
        let mut body = draft();
        change(&mut body);
        violations(&citizen.post("/v1/dossiers", body).await.expect(422)).pop_first().unwrap().0
    };
    assert_eq!(wrong(&|body| body["procedure"] = json!("9.999999")).await, "/procedure");
    assert_eq!(wrong(&|body| body["case"] = json!("castle")).await, "/case");
    assert_eq!(wrong(&|body| body["agency"] = json!("H99")).await, "/agency");
    assert_eq!(wrong(&|body| body["attachments"][2]["component"] = json!("poem")).await, "/attachments/2/component");
    let mut later = citizen.get("/v1/procedures/1.013225").await.expect(200).json;
    for name in ["id", "version", "valid_to"] {
        later.as_object_mut().unwrap().remove(name);
    }
    (later["code"], later["valid_from"]) = (json!("9.000001"), json!("2099-01-01"));
    app.staff("quantri").await.post("/v1/procedures", later).await.expect(201);
    assert_eq!(wrong(&|body| body["procedure"] = json!("9.000001")).await, "/procedure", "not in force yet");
}

#[tokio::test(flavor = "multi_thread")]
async fn control_characters_are_refused_wherever_they_are() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    for bad in ["Hoa\0", "Hoa\u{1b}[31m", "Hoa\u{85}"] {
        let answer = citizen.post("/v1/dossiers", draft_of(bad)).await.expect(422);
        assert_eq!(violations(&answer).pop_first().unwrap().1, "control_character", "{}", answer.text);
    }
    let mut deep = draft();
    deep["form"] = json!({"rooms": [{"name": "bếp"}, {"name": "phòng\u{0}"}], "key\u{0}": 1});
    let found = violations(&citizen.post("/v1/dossiers", deep).await.expect(422));
    let expected = ["/form", "/form/rooms/1/name"].map(|at| (at.to_owned(), "control_character".to_owned()));
    assert_eq!(found, BTreeSet::from(expected));
    let mut lines = draft();
    lines["applicant"]["address"] = json!("Số 12\nphố Hàng Bài\tHà Nội");
    citizen.post("/v1/dossiers", lines).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_is_stored_composed_however_it_was_typed() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let typed_on_a_phone = "Nguye\u{302}\u{303}n Thi\u{323} Hoa";
    let mut body = draft_of(typed_on_a_phone);
    body["form"] = json!({"to\u{302}": "nha\u{300}"});
    let filed = citizen.post("/v1/dossiers", body).await.expect(201);
    assert_eq!(filed.json["applicant"]["name"], "Nguyễn Thị Hoa");
    assert_eq!(filed.json["form"], json!({"tô": "nhà"}), "names of members too");
    let stored = "SELECT count(*) FROM dossiers WHERE applicant->>'name' = 'Nguyễn Thị Hoa' AND form->>'tô' = 'nhà'";
    assert_eq!(app.count(stored).await, 1);
    // A limit counts what is stored: 200 letters with two marks each are 200 characters.
    citizen.post("/v1/dossiers", draft_of(&"e\u{302}\u{303}".repeat(200))).await.expect(201);
    citizen.post("/v1/dossiers", draft_of(&"e\u{302}\u{303}".repeat(201))).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_json_cannot_be_read() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let deep = "[".repeat(100_000);
    let good = draft().to_string();
    let latin: Vec<u8> =
        good.replace("Hoa", "Ho#").bytes().map(|byte| if byte == b'#' { 0xe0 } else { byte }).collect();
    let texts: Vec<Vec<u8>> = vec![
        vec![],
        b"{".to_vec(),
        b"{'procedure': 1}".to_vec(),
        format!("{good}x").into(),
        deep.into(),
        good.replace("Hoa", "\\ud800").into(),
        good.replace("\"size\":69", "\"size\":1e999").into(),
        latin,
    ];
    for text in texts {
        let shown = String::from_utf8_lossy(&text[..text.len().min(80)]).into_owned();
        let answer = send(&citizen, "application/json", text).await;
        assert_eq!(answer.status, 400, "{shown}: {}", answer.text);
        assert_eq!(answer.problem(), "request.malformed", "{shown}");
    }
    for other in ["null", "7", "[]", "\"text\""] {
        send(&citizen, "application/json", other).await.expect(422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_json_is_read_and_only_so_much_of_it() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    for media_type in
        ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "multipart/form-data", ""]
    {
        let answer = send(&citizen, media_type, draft().to_string()).await.expect(415);
        assert_eq!(answer.problem(), "request.unsupported_media_type", "{media_type}");
    }
    for media_type in ["application/json; charset=utf-8", "Application/JSON"] {
        send(&citizen, media_type, draft().to_string()).await.expect(201);
    }
    let padded = |size: usize| {
        let text = draft().to_string();
        format!("{}{text}", " ".repeat(size - text.len()))
    };
    send(&citizen, "application/json", padded(256 * 1024)).await.expect(201);
    let answer = send(&citizen, "application/json", padded(256 * 1024 + 1)).await.expect(413);
    assert_eq!(answer.problem(), "request.too_large");
}

#[tokio::test(flavor = "multi_thread")]
async fn query_parameters_are_read_strictly() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let bad = [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=abc",
        "limit=9223372036854775807",
        "limit=1&limit=2",
        "page=2",
        "status=late",
        "side=left",
        "agency_id=7",
        "cursor=",
        "cursor=abc",
        "status=",
    ];
    for query in bad {
        let answer = citizen.get(&format!("/v1/dossiers?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
    }
    citizen.get("/v1/dossiers?limit=1&status=draft").await.expect(200);
    citizen.get("/v1/dossiers?limit=200").await.expect(200);
    let bad = [
        "",
        "from=2026-08-20",
        "from=2026-08-20&to=2026-02-30",
        "from=2026-08-20&to=2026-08-19",
        "from=soon&to=later",
        "from=2025-01-01&to=2026-08-20",
        "from=2026-08-20&to=2026-08-21&country=vn",
    ];
    for query in bad {
        let answer = app.anonymous().get(&format!("/v1/calendars/vn/days?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        assert_eq!(answer.problem(), "request.malformed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_without_parameters_takes_none() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let id = citizen.post("/v1/dossiers", draft()).await.expect(201).id();
    for path in ["/v1/procedures", "/v1/agencies", &format!("/v1/dossiers/{id}"), "/health/live", "/v1/tracking/x"] {
        assert_eq!(
            citizen.get(&format!("{path}?fields=all")).await.expect(400).problem(),
            "request.malformed",
            "{path}"
        );
    }
    citizen.post(&format!("/v1/dossiers/{id}/withdraw?force=true"), json!({})).await.expect(400);
    citizen.get(&format!("/v1/dossiers/{id}?")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_nothing_is_not_found() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    for path in
        ["/v1/dossiers/7", "/v1/dossiers/%00", "/v1/dossiers/%ff/timeline", "/v1/dossiers/7/attachments/8/content"]
    {
        assert_eq!(citizen.get(path).await.expect(404).problem(), "not_found", "{path}");
    }
    citizen.step("7", "submit").await.expect(404);
    for path in ["/v1", "/v2/dossiers", "/v1/dossiers/", "/v1//dossiers", "/nothing", "/v1/%2e%2e/secret", "/%ff"] {
        assert_eq!(citizen.get(path).await.expect(404).problem(), "request.unknown_route", "{path}");
    }
    for path in
        ["/v1/tracking/000.00.00.H26-260817-9999", "/v1/tracking/a%00b", "/v1/tracking/%ff", "/v1/tracking/a%20b"]
    {
        app.anonymous().get(path).await.expect(404).problem();
    }
    for path in ["/v1/procedures/9.999999", "/v1/procedures/%00", "/problems/no.such", "/problems/%00"] {
        app.anonymous().get(path).await.expect(404).problem();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_method_is_told_which_there_are() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let id = new_key();
    let known = [
        ("/v1/dossiers".to_owned(), "GET, HEAD, POST"),
        (format!("/v1/dossiers/{id}"), "GET, HEAD"),
        (format!("/v1/dossiers/{id}/accept"), "POST"),
        (format!("/v1/dossiers/{id}/attachments/{id}/content"), "GET, HEAD, PUT"),
        ("/problems".to_owned(), "GET, HEAD"),
    ];
    for (path, allow) in known {
        for method in [Method::DELETE, Method::PATCH] {
            let answer = citizen.send(citizen.request(method, &path)).await.expect(405);
            assert_eq!(answer.problem(), "request.method_not_allowed", "{path}");
            assert_eq!(answer.header("allow"), allow, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_accept_json_gets_none_and_nothing_is_done() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let file = async |accept: &str| {
        let request = citizen.request(Method::POST, "/v1/dossiers").header("idempotency-key", new_key());
        citizen.send(request.header("accept", accept).json(&draft())).await
    };
    for accept in
        ["text/html", "application/xml, text/*", "application/json;q=0", "*/*;q=0", "application/problem+json"]
    {
        assert_eq!(file(accept).await.expect(406).problem(), "request.not_acceptable", "{accept}");
    }
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, 0);
    for accept in ["*/*", "application/*", "text/html, application/json;q=0.1", "Application/JSON; charset=utf-8", ""] {
        file(accept).await.expect(201);
    }
}
