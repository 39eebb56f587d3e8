//! Signing in through the browser: for staff with a password, for citizens through the (demo) identity provider.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use directory::citizen::{self, Identity};
use reqwest::{Method, Url};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestApp};

const VERIFIER: &str = "a-verifier-that-nobody-guesses-0123456789abcdef";

/// A person's browser: it keeps our cookie and follows what we tell it to, one step at a time.
struct Browser {
    client: Client,
    cookie: Option<String>,
}

impl Browser {
    fn new(app: &TestApp) -> Self {
        Self { client: app.anonymous(), cookie: None }
    }

    async fn get(&mut self, address: &str) -> Answer {
        let path = address.strip_prefix(&self.client.url).unwrap_or(address).to_owned();
        self.send(self.client.request(Method::GET, &path)).await
    }

    /// Fills in the form of a page.
    async fn submit(&mut self, page: &Answer, username: &str, password: &str) -> Answer {
        let form = [
            ("ticket", attribute(page, "name=\"ticket\" value")),
            ("username", username.into()),
            ("password", password.into()),
        ];
        self.send(self.client.request(Method::POST, &attribute(page, "method=\"post\" action")).form(&form)).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let request = match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        };
        let answer = self.client.send(request).await;
        if let Some((cookie, _)) = answer.header("set-cookie").split_once(';') {
            self.cookie = Some(cookie.to_owned());
        }
        answer
    }

    /// From our sign-in page through the provider to the address with its answer.
    async fn reach_callback(&mut self, app: &TestApp, username: &str) -> String {
        let page = self.get(&authorize(app, &[])).await.expect(200);
        let away = self.get(&attribute(&page, "class=\"button\" href")).await.expect(303);
        let provider = self.get(away.header("location")).await.expect(200);
        self.submit(&provider, username, "caunoi-demo").await.expect(303).header("location").to_owned()
    }

    /// A code for a member of staff.
    async fn code(&mut self, app: &TestApp, username: &str) -> String {
        let page = self.get(&authorize(app, &[])).await.expect(200);
        parameter(self.submit(&page, username, "caunoi-demo").await.expect(303).header("location"), "code").unwrap()
    }
}

/// The value of an attribute in a page of ours, which escapes nothing but what the tests do not use.
fn attribute(page: &Answer, before: &str) -> String {
    let (_, rest) =
        page.text.split_once(&format!("{before}=\"")).unwrap_or_else(|| panic!("no {before} in {}", page.text));
    rest.split_once('"').unwrap().0.to_owned()
}

fn parameter(address: &str, name: &str) -> Option<String> {
    let url = Url::parse(address).unwrap();
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn redirect_uri(app: &TestApp) -> String {
    format!("{}/docs/oauth2-redirect.html", app.url)
}

/// The address an application sends people to, with some parameters changed or (empty) left out.
fn authorize(app: &TestApp, changed: &[(&str, &str)]) -> String {
    let (uri, challenge) = (redirect_uri(app), URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes())));
    let asked = [
        ("response_type", "code"),
        ("client_id", "swagger-ui"),
        ("redirect_uri", &uri),
        ("state", "the state & more"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("agency_id", ""),
    ];
    let changed_or =
        |(name, value)| (name, changed.iter().find(|(known, _)| *known == name).map_or(value, |(_, new)| *new));
    let asked = asked.into_iter().map(changed_or).filter(|(_, value)| !value.is_empty());
    let url = Url::parse_with_params(&format!("{}/oauth/authorize", app.url), asked).unwrap();
    url.as_str().strip_prefix(&app.url).unwrap().to_owned()
}

/// Exchanges a code for tokens, with some parameters changed.
async fn exchange(app: &TestApp, code: &str, changed: &[(&str, &str)]) -> Answer {
    let uri = redirect_uri(app);
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "swagger-ui"),
        ("redirect_uri", &uri),
        ("code_verifier", VERIFIER),
        ("code", code),
    ];
    form.retain(|(name, _)| changed.iter().all(|(known, _)| known != name));
    form.extend(changed);
    token(app, &form).await
}

async fn token(app: &TestApp, form: &[(&str, &str)]) -> Answer {
    let client = app.anonymous();
    client.send(client.request(Method::POST, "/oauth/token").form(form)).await
}

async fn refresh(app: &TestApp, tokens: &Value, client_id: &str) -> Answer {
    let token_text = tokens["refresh_token"].as_str().unwrap();
    token(app, &[("grant_type", "refresh_token"), ("refresh_token", token_text), ("client_id", client_id)]).await
}

async fn me(app: &TestApp, tokens: &Value) -> Value {
    let mut client = app.anonymous();
    client.token = tokens["access_token"].as_str().map(str::to_owned);
    client.get("/v1/me").await.expect(200).json
}

#[track_caller]
fn refused(answer: Answer, error: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json["error"]), (400, &json!(error)), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_signs_in_through_the_identity_provider() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let callback = browser.reach_callback(&app, "congdan1").await;
    let back = browser.get(&callback).await.expect(303);
    let address = back.header("location");
    assert!(address.starts_with(&redirect_uri(&app)));
    assert_eq!(parameter(address, "state").as_deref(), Some("the state & more"));
    assert_eq!(parameter(address, "iss").as_deref(), Some(app.url.as_str()));
    let tokens = exchange(&app, &parameter(address, "code").unwrap(), &[]).await.expect(200);
    assert_eq!(tokens.header("cache-control"), "no-store");
    assert_eq!(tokens.json["scope"], "dossier:file dossier:read case:file case:read data:own");
    let citizen = me(&app, &tokens.json).await;
    assert_eq!((&citizen["kind"], &citizen["name"]), (&json!("citizen"), &json!("Nguyễn Thị Bình Minh")));

    let callback = browser.reach_callback(&app, "congdan1").await;
    let back = browser.get(&callback).await.expect(303);
    let again = exchange(&app, &parameter(back.header("location"), "code").unwrap(), &[]).await.expect(200);
    assert_eq!(me(&app, &again.json).await["id"], citizen["id"], "the same person is the same account");
    let entries = format!("SELECT count(*) FROM journal WHERE entity_id = '{}'", citizen["id"].as_str().unwrap());
    assert_eq!(app.count(&entries).await, 1);
    app.advance(TimeDelta::days(29));
    refresh(&app, &again.json, "swagger-ui").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_tells_anew_is_one_more_version() {
    let app = TestApp::new().await;
    let mut conn = app.db.conn().await.unwrap();
    let told = |name: &str| Identity {
        issuer: "https://id.example".to_owned(),
        subject: "p1".to_owned(),
        name: name.to_owned(),
        identity_number: Some("001190000009".to_owned()),
    };
    for (name, version) in [("An", 1), ("An", 1), ("Ân", 2)] {
        let citizen = citizen::recognise(&mut conn, &app.ctx(), told(name)).await.unwrap();
        assert_eq!((citizen.name.as_str(), citizen.version), (name, version));
    }
    let told = "SELECT count(*) FROM journal WHERE entity_kind = 'citizen' AND event = '{}'";
    assert_eq!(app.count(told).await, 2, "that something changed is told, not what");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_sign_in_on_our_own_page() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.get(&authorize(&app, &[])).await.expect(200);
    assert!(page.header("content-security-policy").starts_with("default-src 'none';"));
    assert!(page.header("set-cookie").contains("HttpOnly; SameSite=Lax"));
    let wrong = browser.submit(&page, "lanhdao", "wrong").await.expect(403);
    assert!(wrong.text.contains("role=\"alert\""));
    let back = browser.submit(&wrong, "lanhdao", "caunoi-demo").await.expect(303);
    let tokens = exchange(&app, &parameter(back.header("location"), "code").unwrap(), &[]).await.expect(200);
    assert_eq!(me(&app, &tokens.json).await["roles"], json!(["leader"]));
    let next = refresh(&app, &tokens.json, "swagger-ui").await.expect(200);
    assert_ne!(next.json["refresh_token"], tokens.json["refresh_token"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_sign_in_for_the_agency_that_the_application_names() {
    let app = TestApp::new().await;
    let elsewhere = directory::demo::agency_id("H26.13.02").unwrap().to_string();
    let back = async |username: &str| {
        let mut browser = Browser::new(&app);
        let page = browser.get(&authorize(&app, &[("agency_id", &elsewhere)])).await.expect(200);
        browser.submit(&page, username, "caunoi-demo").await.expect(303).header("location").to_owned()
    };
    let code = parameter(&back("tiepnhan").await, "code").unwrap();
    let tokens = exchange(&app, &code, &[]).await.expect(200);
    assert_eq!(me(&app, &tokens.json).await["agency"]["code"], "H26.13.02");
    let next = refresh(&app, &tokens.json, "swagger-ui").await.expect(200);
    assert_eq!(me(&app, &next.json).await["agency"]["code"], "H26.13.02", "for as long as the session lasts");
    assert_eq!(parameter(&back("chuyenvien").await, "error").as_deref(), Some("access_denied"));
    let nowhere = authorize(&app, &[("agency_id", "019b76da-a800-7000-8000-00000000dead")]);
    let refused = Browser::new(&app).get(&nowhere).await.expect(303);
    assert_eq!(parameter(refused.header("location"), "error").as_deref(), Some("invalid_request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_on_the_page_counts_like_guessing_anywhere() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.get(&authorize(&app, &[])).await.expect(200);
    for _ in 0..10 {
        browser.submit(&page, "lanhdao", "wrong").await.expect(403);
    }
    let shut = browser.submit(&page, "lanhdao", "caunoi-demo").await.expect(429);
    assert_eq!(shut.header("retry-after"), "900");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let prefix = format!("{}.evil.example", redirect_uri(&app));
    let path = format!("{}/more", redirect_uri(&app));
    for (name, value) in [
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", &prefix),
        ("redirect_uri", &path),
        ("redirect_uri", ""),
        ("client_id", "somebody"),
        ("client_id", ""),
    ] {
        let answer = browser.get(&authorize(&app, &[(name, value)])).await.expect(400);
        assert_eq!(answer.header("location"), "", "{name}={value}");
        assert!(!answer.text.contains("evil.example"));
    }
    let twice = format!("{}&client_id=swagger-ui", authorize(&app, &[]));
    browser.get(&twice).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_told_what_it_asked_wrongly() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
    ] {
        let answer = browser.get(&authorize(&app, &[(name, value)])).await.expect(303);
        let address = answer.header("location");
        assert!(address.starts_with(&redirect_uri(&app)));
        assert_eq!(parameter(address, "error").as_deref(), Some(error), "{name}={value}");
        assert_eq!(parameter(address, "iss").as_deref(), Some(app.url.as_str()));
        assert_eq!(parameter(address, "state").as_deref(), Some("the state & more"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_only_as_it_was_asked_for() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    for (name, value, error) in [
        ("code_verifier", "another-verifier-that-is-long-enough-0123456789", "invalid_grant"),
        ("code_verifier", "", "invalid_request"),
        ("redirect_uri", "https://evil.example/", "invalid_grant"),
        ("client_id", "somebody", "invalid_client"),
        ("grant_type", "password", "unsupported_grant_type"),
    ] {
        let code = browser.code(&app, "lanhdao").await;
        refused(exchange(&app, &code, &[(name, value)]).await, error);
        if error == "invalid_grant" {
            refused(exchange(&app, &code, &[]).await, "invalid_grant");
        }
    }
    refused(exchange(&app, "no-such-code", &[]).await, "invalid_grant");
    let code = browser.code(&app, "lanhdao").await;
    app.advance(TimeDelta::seconds(60));
    refused(exchange(&app, &code, &[]).await, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_used_twice_takes_back_what_it_gave() {
    let app = TestApp::new().await;
    let code = Browser::new(&app).code(&app, "lanhdao").await;
    let tokens = exchange(&app, &code, &[]).await.expect(200);
    refused(exchange(&app, &code, &[]).await, "invalid_grant");
    refused(refresh(&app, &tokens.json, "swagger-ui").await, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_good_for_its_own_application_only() {
    let app = TestApp::with(|flags| flags.oauth_clients = Some("other=https://other.example/back".to_owned())).await;
    let code = Browser::new(&app).code(&app, "lanhdao").await;
    let tokens = exchange(&app, &code, &[]).await.expect(200);
    refused(refresh(&app, &tokens.json, "other").await, "invalid_grant");
    refresh(&app, &tokens.json, "swagger-ui").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_browser_cannot_finish_what_this_one_began() {
    let app = TestApp::new().await;
    let (mut mine, mut other) = (Browser::new(&app), Browser::new(&app));
    let page = mine.get(&authorize(&app, &[])).await.expect(200);
    other.get(&authorize(&app, &[])).await.expect(200);
    other.submit(&page, "lanhdao", "caunoi-demo").await.expect(400);
    Browser::new(&app).submit(&page, "lanhdao", "caunoi-demo").await.expect(400);
    other.get(&attribute(&page, "class=\"button\" href")).await.expect(400);
    let callback = mine.reach_callback(&app, "congdan2").await;
    other.get(&callback).await.expect(400);
    mine.get(&callback).await.expect(400);
    assert_eq!(app.count("SELECT count(*) FROM citizens").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_s_answer_works_once_in_time_and_from_it_alone() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let callback = browser.reach_callback(&app, "congdan2").await;
    browser.get(&callback).await.expect(303);
    browser.get(&callback).await.expect(400);

    let late = browser.reach_callback(&app, "congdan2").await;
    app.advance(TimeDelta::minutes(10));
    browser.get(&late).await.expect(400);

    let ours = browser.reach_callback(&app, "congdan2").await;
    let issuer = parameter(&ours, "iss").unwrap();
    let encoded: String = Url::parse_with_params("x:", [("iss", &issuer)]).unwrap().query().unwrap().to_owned();
    let mixed_up = browser.get(&ours.replace(&encoded, "iss=https://other.example")).await.expect(400);
    assert_eq!(mixed_up.header("location"), "");
    let forged = browser.reach_callback(&app, "congdan2").await.replace("code=", "code=x");
    let told = browser.get(&forged).await.expect(303);
    assert_eq!(parameter(told.header("location"), "error").as_deref(), Some("server_error"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_who_declines_is_sent_back() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let callback = browser.reach_callback(&app, "congdan1").await;
    let code = parameter(&callback, "code").unwrap();
    let declined = browser.get(&callback.replace(&format!("code={code}"), "error=access_denied")).await.expect(303);
    assert_eq!(parameter(declined.header("location"), "error").as_deref(), Some("access_denied"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_is_told_when_the_provider_cannot_be_reached() {
    let app = TestApp::with(|flags| {
        flags.oidc_issuer = Some("http://127.0.0.1:9".to_owned());
        flags.oidc_client_id = Some("us".to_owned());
        flags.oidc_client_secret = Some("secret".to_owned());
    })
    .await;
    let mut browser = Browser::new(&app);
    let page = browser.get(&authorize(&app, &[])).await.expect(200);
    let told = browser.get(&attribute(&page, "class=\"button\" href")).await.expect(303);
    assert_eq!(parameter(told.header("location"), "error").as_deref(), Some("temporarily_unavailable"));
    browser.get("/demo/vneid/.well-known/openid-configuration").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_demo_there_is_no_demo_provider() {
    let pem = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(pem.path(), kernel::signing::KeyRing::generate_pem()).unwrap();
    let app = TestApp::with(|flags| {
        flags.demo = false;
        flags.secret_key = Some(crate::start::SECRET_KEY.to_owned());
        flags.vault_keys = Some(crate::start::VAULT_KEYS.to_owned());
        flags.signing_keys = Some(pem.path().to_owned());
    })
    .await;
    let mut browser = Browser::new(&app);
    for path in ["/.well-known/openid-configuration", "/authorize", "/jwks"] {
        browser.get(&format!("/demo/vneid{path}")).await.expect(404);
    }
    let page = browser.get(&authorize(&app, &[])).await.expect(200);
    assert!(!page.text.contains("VNeID"), "no provider, no button");
}

#[tokio::test(flavor = "multi_thread")]
async fn others_can_find_out_how_to_sign_people_in_here() {
    let app = TestApp::new().await;
    let metadata = app.anonymous().get("/.well-known/oauth-authorization-server").await.expect(200).json;
    assert_eq!(metadata["issuer"], app.url);
    assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
    let keys = app.anonymous().get("/.well-known/jwks.json").await.expect(200).json;
    assert_eq!((&keys["keys"][0]["alg"], &keys["keys"][0]["d"]), (&json!("ES256"), &Value::Null));
}
