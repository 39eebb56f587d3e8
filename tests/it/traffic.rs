//! Rate limits and the headers of every answer.

use api::settings::Flags;
use procedures::workflow::Status;
use reqwest::Method;
use serde_json::json;

use crate::cast::{Cast, PERMIT_ONLINE};
use crate::harness::{Answer, Client, TestApp};

/// A server that takes five requests a minute from everybody.
fn five(flags: &mut Flags) {
    flags.rate_limit_per_minute = Some("5".to_owned());
}

/// The requests that a caller has left, as `RateLimit` says.
fn left(answer: &Answer) -> u32 {
    assert_eq!(answer.header("ratelimit-policy"), "\"default\";q=5;w=60");
    let state = answer.header("ratelimit");
    let left = state.strip_prefix("\"default\";r=").and_then(|state| state.split(";t=").next());
    left.and_then(|left| left.parse().ok()).unwrap_or_else(|| panic!("no RateLimit in {answer:?}"))
}

async fn get_with(client: &Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = client.request(Method::GET, path);
    client.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_what_is_left_and_the_sixth_is_refused() {
    let app = TestApp::with(five).await;
    let citizen = app.citizen("congdan1").await;
    assert_eq!(left(&citizen.get("/v1/dossiers").await.expect(200)), 4);
    assert_eq!(left(&citizen.get("/v1/dossiers/7").await.expect(404)), 3);
    assert_eq!(left(&citizen.get("/v1/dossiers?limit=0").await.expect(400)), 2);
    assert_eq!(left(&citizen.get("/v1/journal/checkpoints").await.expect(403)), 1);
    assert_eq!(left(&citizen.post("/v1/dossiers", json!({})).await.expect(422)), 0);
    let refused = citizen.get("/v1/dossiers").await.expect(429);
    assert_eq!(refused.problem(), "request.rate_limited");
    assert_eq!(left(&refused), 0, "and the limit is in RateLimit-Policy, as the problem's page says");
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=13).contains(&wait), "a twelfth of a minute: {wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_has_a_bucket_of_their_own() {
    let app = TestApp::with(five).await;
    let (one, two, nobody) = (app.citizen("congdan1").await, app.citizen("congdan2").await, app.anonymous());
    for _ in 0..5 {
        one.get("/v1/procedures").await.expect(200);
    }
    one.get("/v1/procedures").await.expect(429);
    assert_eq!(left(&two.get("/v1/procedures").await.expect(200)), 4);
    assert_eq!(left(&nobody.get("/v1/procedures").await.expect(200)), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_tokens_counts_against_the_address() {
    let app = TestApp::with(five).await;
    let nobody = app.anonymous();
    for n in 0..5 {
        let guess = format!("Bearer guess-{n}");
        assert_eq!(left(&get_with(&nobody, "/v1/dossiers", &[("authorization", &guess)]).await.expect(401)), 4 - n);
    }
    get_with(&nobody, "/v1/dossiers", &[("authorization", "Bearer guess-6")]).await.expect(429);
    nobody.get("/v1/procedures").await.expect(429);
    app.citizen("congdan1").await.get("/v1/procedures").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_what_a_proxy_we_trust_says_and_nobody_else() {
    let forwarded = async |app: &TestApp, list: &str| {
        get_with(&app.anonymous(), "/v1/procedures", &[("x-forwarded-for", list)]).await
    };
    let app = TestApp::with(five).await;
    for n in 0..5 {
        assert_eq!(left(&forwarded(&app, &format!("203.0.113.{n}")).await), 4 - n, "all one address");
    }
    forwarded(&app, "203.0.113.9").await.expect(429);

    let behind = TestApp::with(|flags| {
        five(flags);
        flags.trusted_proxies = Some("127.0.0.1".to_owned());
    })
    .await;
    for n in 0..5 {
        assert_eq!(
            left(&forwarded(&behind, &format!("198.51.100.{n}, 203.0.113.1")).await),
            4 - n,
            "the last one counts"
        );
    }
    assert_eq!(left(&forwarded(&behind, "203.0.113.2").await), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_answered_whatever_else_its_address_sends() {
    let app = TestApp::with(five).await;
    let nobody = app.anonymous();
    for _ in 0..6 {
        nobody.get("/v1/procedures").await;
    }
    nobody.get("/v1/procedures").await.expect(429);
    nobody.get("/health/live").await.expect(200);
    nobody.get("/health/ready").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_guards_itself() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Draft).await;
    let (citizen, nobody) = (cast.client("congdan1"), app.anonymous());
    let answers = [
        citizen.get(&format!("/v1/dossiers/{id}")).await.expect(200),
        nobody.get("/v1/procedures").await.expect(200),
        nobody.get("/v1/dossiers").await.expect(401),
        nobody.get("/nothing").await.expect(404),
        nobody.get("/health/live").await.expect(200),
        nobody.get("/openapi.json").await.expect(200),
        citizen.post("/v1/dossiers", json!({})).await.expect(422),
        nobody.send(nobody.request(Method::DELETE, "/v1/procedures")).await.expect(405),
    ];
    for answer in &answers {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
        assert!(uuid::Uuid::try_parse(answer.header("x-request-id")).is_ok(), "{answer:?}");
        assert!(["vi", "en"].contains(&answer.header("content-language")));
        assert!(answer.headers.get("server").is_none() && answer.headers.get("x-powered-by").is_none());
    }
    let docs = nobody.get("/docs/").await.expect(200);
    let policy = docs.header("content-security-policy");
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_private_is_kept_by_nobody_and_what_is_public_for_a_while() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Accepted).await;
    let citizen = cast.client("congdan1");
    let private = ["", &format!("/{id}"), &format!("/{id}/timeline"), &format!("/{id}/deadline")];
    for path in private
        .map(|path| format!("/v1/dossiers{path}"))
        .iter()
        .chain([&"/v1/me".to_owned(), &"/health/live".to_owned()])
    {
        assert_eq!(citizen.get(path).await.expect(200).header("cache-control"), "no-store", "{path}");
    }
    let code = citizen.get(&format!("/v1/dossiers/{id}")).await.json["code"].as_str().unwrap().to_owned();
    for path in
        ["/v1/procedures", "/v1/procedures/1.013225", "/v1/agencies", "/problems", &format!("/v1/tracking/{code}")]
    {
        let answer = app.anonymous().get(path).await.expect(200);
        assert!(answer.header("cache-control").starts_with("public, max-age="), "{path}: {answer:?}");
        assert!(answer.header("vary").to_lowercase().contains("accept-language"), "{path}");
    }
    for path in ["/v1/procedures/9.999999", "/v1/tracking/none", "/problems/no.such"] {
        assert_eq!(app.anonymous().get(path).await.expect(404).header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_are_let_in_from_the_named_origins_alone() {
    let app =
        TestApp::with(|flags| flags.cors_origins = Some("https://app.example, https://other.example:8443".to_owned()))
            .await;
    let nobody = app.anonymous();
    for origin in ["https://app.example", "https://other.example:8443"] {
        let answer = get_with(&nobody, "/v1/procedures", &[("origin", origin)]).await.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        let exposed = answer.header("access-control-expose-headers").to_lowercase();
        for name in ["etag", "location", "link", "idempotent-replayed", "ratelimit", "retry-after", "x-request-id"] {
            assert!(exposed.contains(name), "{name} in {exposed}");
        }
        let vary: Vec<_> =
            answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap().to_lowercase()).collect();
        assert!(vary.join(",").contains("origin") && vary.join(",").contains("accept-language"), "{vary:?}");
    }
    let strangers = [
        "https://app.example.evil.example",
        "http://app.example",
        "https://app.example:444",
        "null",
        "https://other.example",
    ];
    for origin in strangers {
        let answer = get_with(&nobody, "/v1/procedures", &[("origin", origin)]).await;
        assert!(answer.headers.get("access-control-allow-origin").is_none(), "{origin}: {answer:?}");
    }
    let preflight = async |origin: &str| {
        let request = nobody.request(Method::OPTIONS, "/v1/dossiers").header("origin", origin);
        let request = request.header("access-control-request-method", "POST");
        nobody
            .send(request.header("access-control-request-headers", "authorization,content-type,idempotency-key"))
            .await
    };
    let allowed = preflight("https://app.example").await.expect(200);
    assert_eq!(allowed.header("access-control-allow-origin"), "https://app.example");
    assert!(allowed.header("access-control-allow-methods").contains("POST"));
    assert!(allowed.headers.get("access-control-allow-credentials").is_none(), "tokens, not cookies");
    assert!(preflight("https://evil.example").await.headers.get("access-control-allow-origin").is_none());
}
