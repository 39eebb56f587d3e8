//! Signing in with user name and password, sessions, and the tokens that come of it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use directory::staff;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestApp};

const PASSWORD: &str = "caunoi-demo";

async fn sign_in(client: &Client, username: &str, password: &str) -> Answer {
    let body = json!({"username": username, "password": password});
    client.send(client.request(Method::POST, "/v1/sessions").json(&body)).await
}

async fn refresh(client: &Client, token: &Value) -> Answer {
    client.send(client.request(Method::POST, "/v1/sessions/refresh").json(&json!({"refresh_token": token}))).await
}

fn with(client: &Client, token: &Value) -> Client {
    let mut client = client.clone();
    client.token = token.as_str().map(str::to_owned);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_sign_in_and_are_who_they_are() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    let session = sign_in(&nobody, "tiepnhan", PASSWORD).await.expect(200);
    assert_eq!(session.header("cache-control"), "no-store");
    assert_eq!((&session.json["token_type"], &session.json["expires_in"]), (&json!("Bearer"), &json!(600)));
    let me = with(&nobody, &session.json["access_token"]).get("/v1/me").await.expect(200);
    assert_eq!(me.json["kind"], "staff");
    assert_eq!(me.json["name"], "Lê Thu Hà");
    assert_eq!(me.json["roles"], json!(["reception_officer"]));
    let permissions = [
        "dossier:receive",
        "dossier:read",
        "archive:keep",
        "staff:read",
        "staff:delegate",
        "representation:confirm",
        "case:receive",
        "case:read",
    ];
    assert_eq!(me.json["permissions"], json!(permissions));
    assert_eq!(me.json["agency"]["code"], "H26.13.01");
    assert_eq!(nobody.get("/v1/me").await.expect(401).problem(), "request.unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_demo_account_can_sign_in() {
    let app = TestApp::new().await;
    for username in directory::demo::USERNAMES {
        sign_in(&app.anonymous(), username, PASSWORD).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_user_and_a_wrong_password_get_the_same_answer() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    let told =
        |answer: Answer| (answer.problem().to_owned(), answer.json["title"].clone(), answer.json["detail"].clone());
    let wrong = told(sign_in(&nobody, "tiepnhan", "caunoi-demo ").await.expect(401));
    let unknown = told(sign_in(&nobody, "nobody", PASSWORD).await.expect(401));
    assert_eq!(wrong, unknown);
    assert_eq!(wrong.0, "session.bad_credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_failures_shut_a_user_name_out_for_the_rest_of_fifteen_minutes() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    for _ in 0..9 {
        sign_in(&nobody, "tiepnhan", "wrong").await.expect(401);
    }
    sign_in(&nobody, "tiepnhan", PASSWORD).await.expect(200);
    for _ in 0..10 {
        sign_in(&nobody, "TiepNhan", "wrong").await.expect(401);
    }
    app.advance(TimeDelta::minutes(5));
    let shut = sign_in(&nobody, "tiepnhan", PASSWORD).await.expect(429);
    assert_eq!(shut.problem(), "session.too_many_attempts");
    assert_eq!(shut.header("retry-after"), "600");
    sign_in(&nobody, "chuyenvien", PASSWORD).await.expect(200);
    app.advance(TimeDelta::minutes(10));
    sign_in(&nobody, "tiepnhan", PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_guesses_at_once_get_no_further_than_ten() {
    let app = TestApp::new().await;
    let guesses = (0..25).map(|_| {
        let client = app.anonymous();
        tokio::spawn(async move { sign_in(&client, "lanhdao", "guess").await.status.as_u16() })
    });
    let mut answers = Vec::new();
    for guess in guesses.collect::<Vec<_>>() {
        answers.push(guess.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 10, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 15, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_tries_many_user_names_is_shut_out_too() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    for n in 0..50 {
        sign_in(&nobody, &format!("user{n}"), "guess").await.expect(401);
    }
    sign_in(&nobody, "tiepnhan", PASSWORD).await.expect(429);
    let names = app.count("SELECT count(*) FROM sign_in_failures").await;
    assert_eq!(names, 51, "fifty user names and the address; one shut out uses up nobody's attempts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_replaced_and_the_lost_reply_given_again() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    let first = sign_in(&nobody, "tiepnhan", PASSWORD).await.expect(200).json;
    app.advance(TimeDelta::minutes(9));
    let second = refresh(&nobody, &first["refresh_token"]).await.expect(200).json;
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    app.advance(TimeDelta::seconds(30));
    let again = refresh(&nobody, &first["refresh_token"]).await.expect(200).json;
    assert_eq!(again["refresh_token"], second["refresh_token"], "two replies, one next token");
    let third = refresh(&nobody, &again["refresh_token"]).await.expect(200).json;
    with(&nobody, &third["access_token"]).get("/v1/me").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_used_again_later_ends_the_session() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    let first = sign_in(&nobody, "tiepnhan", PASSWORD).await.expect(200).json;
    let second = refresh(&nobody, &first["refresh_token"]).await.expect(200).json;
    let third = refresh(&nobody, &second["refresh_token"]).await.expect(200).json;
    app.advance(TimeDelta::seconds(31));
    let stolen = refresh(&nobody, &first["refresh_token"]).await.expect(401);
    assert_eq!(stolen.problem(), "session.refresh_token_reused");
    let owner = refresh(&nobody, &third["refresh_token"]).await.expect(401);
    assert_eq!(owner.problem(), "session.bad_refresh_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn refreshing_twice_at_once_is_no_theft() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    let first = sign_in(&nobody, "tiepnhan", PASSWORD).await.expect(200).json;
    let twice = tokio::join!(refresh(&nobody, &first["refresh_token"]), refresh(&nobody, &first["refresh_token"]));
    let (one, other) = (twice.0.expect(200).json, twice.1.expect(200).json);
    assert_eq!(one["refresh_token"], other["refresh_token"]);
    refresh(&nobody, &one["refresh_token"]).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_staff_session_lasts_twelve_hours_from_its_last_use() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    let mut session = sign_in(&nobody, "tiepnhan", PASSWORD).await.expect(200).json;
    for _ in 0..3 {
        app.advance(TimeDelta::hours(11));
        session = refresh(&nobody, &session["refresh_token"]).await.expect(200).json;
    }
    app.advance(TimeDelta::hours(12));
    let late = refresh(&nobody, &session["refresh_token"]).await.expect(401);
    assert_eq!(late.problem(), "session.bad_refresh_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    let session = sign_in(&nobody, "tiepnhan", PASSWORD).await.expect(200).json;
    let client = with(&nobody, &session["access_token"]);
    client.send(client.request(Method::DELETE, "/v1/sessions/current")).await.expect(204);
    refresh(&nobody, &session["refresh_token"]).await.expect(401);
    nobody.send(nobody.request(Method::DELETE, "/v1/sessions/current")).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_or_a_deactivation_ends_sessions_in_one_journal_entry_each() {
    let app = TestApp::new().await;
    let nobody = app.anonymous();
    let mut conn = app.db.conn().await.unwrap();
    let first = sign_in(&nobody, "tiepnhan", PASSWORD).await.expect(200).json;
    let hash = directory::password::hash("mật khẩu mới đủ dài".to_owned()).await.unwrap();
    staff::set_password(&mut conn, &app.ctx(), "tiepnhan", hash).await.unwrap();
    refresh(&nobody, &first["refresh_token"]).await.expect(401);
    sign_in(&nobody, "tiepnhan", PASSWORD).await.expect(401);
    let second = sign_in(&nobody, "tiepnhan", "mật khẩu mới đủ dài").await.expect(200).json;
    for _ in 0..2 {
        staff::deactivate(&mut conn, &app.ctx(), "tiepnhan").await.unwrap();
    }
    refresh(&nobody, &second["refresh_token"]).await.expect(401);
    let shut = sign_in(&nobody, "tiepnhan", "mật khẩu mới đủ dài").await.expect(401);
    assert_eq!(shut.problem(), "session.bad_credentials");
    with(&nobody, &second["access_token"]).get("/v1/me").await.expect(401);
    staff::activate(&mut conn, &app.ctx(), "tiepnhan").await.unwrap();
    sign_in(&nobody, "tiepnhan", "mật khẩu mới đủ dài").await.expect(200);
    let entries = "SELECT count(*) FROM journal JOIN staff ON staff.id = entity_id WHERE username = 'tiepnhan'";
    assert_eq!(app.count(entries).await, 4, "created, password changed, deactivated, activated");
    let told = "SELECT count(*) FROM journal WHERE entity_kind = 'staff' AND event ~* 'tiepnhan|Lê|argon2'";
    assert_eq!(app.count(told).await, 0, "no names and no secrets in the journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_user_name_is_refused_by_name() {
    let app = TestApp::new().await;
    let mut conn = app.db.conn().await.unwrap();
    let known = staff::by_username(&mut conn, "tiepnhan").await.unwrap();
    let new = directory::NewStaff {
        id: kernel::id::StaffId::at(app.clock.now()),
        username: known.username,
        name: "Somebody".to_owned(),
        password_hash: String::new(),
        roles: vec![kernel::Role::Leader],
        agency: known.agency_id,
    };
    let taken = staff::create(&mut conn, &app.ctx(), new).await.unwrap_err();
    assert!(taken.is(&directory::problem::USERNAME_TAKEN), "{taken}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_expires_after_ten_minutes_even_when_it_was_used() {
    let app = TestApp::new().await;
    let session = sign_in(&app.anonymous(), "tiepnhan", PASSWORD).await.expect(200).json;
    let client = with(&app.anonymous(), &session["access_token"]);
    app.advance(TimeDelta::seconds(599));
    client.get("/v1/me").await.expect(200);
    app.advance(TimeDelta::seconds(1));
    let expired = client.get("/v1/me").await.expect(401);
    assert_eq!(expired.problem(), "request.unauthenticated");
    assert!(expired.header("www-authenticate").starts_with("Bearer"));
    client.get("/v1/agencies").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn tampered_tokens_are_refused() {
    let app = TestApp::new().await;
    let good = sign_in(&app.anonymous(), "tiepnhan", PASSWORD).await.expect(200).json["access_token"].clone();
    let parts: Vec<&str> = good.as_str().unwrap().split('.').collect();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let altered = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let keys = &app.server.as_ref().unwrap().app.settings.keys;
    let jwk = &keys.jwks().keys[0];
    let kid = jwk.common.key_id.clone();
    let public = serde_json::to_value(jwk).unwrap();
    let point =
        [&public["x"], &public["y"]].map(|half| URL_SAFE_NO_PAD.decode(half.as_str().unwrap()).unwrap()).concat();
    let hs256 = |secret: &[u8]| {
        let header = Header { typ: Some("at+jwt".to_owned()), kid: kid.clone(), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()
    };
    let none = encode(&json!({"typ": "at+jwt", "alg": "none", "kid": kid}));
    let tampered = [
        ("other roles", format!("{}.{}.{}", parts[0], encode(&altered("roles", json!(["leader"]))), parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("alg none", format!("{none}.{}.", parts[1])),
        ("the public key as a shared secret", hs256(public.to_string().as_bytes())),
        ("the public point as a shared secret", hs256(&point)),
        ("another type", keys.sign("JWT", &claims)),
        ("a checkpoint", keys.sign("journal-checkpoint+jwt", &claims)),
        ("for somebody else", keys.sign("at+jwt", &altered("aud", json!("other")))),
        ("from somebody else", keys.sign("at+jwt", &altered("iss", json!("https://other.example")))),
        ("not valid yet", keys.sign("at+jwt", &altered("nbf", json!(claims["nbf"].as_i64().unwrap() + 60)))),
        ("no token", String::new()),
    ];
    for (what, token) in tampered {
        let answer = with(&app.anonymous(), &json!(token)).get("/v1/me").await;
        assert_eq!(answer.status.as_u16(), 401, "{what}");
    }
    with(&app.anonymous(), &json!(keys.sign("at+jwt", &claims))).get("/v1/me").await.expect(200);
}
