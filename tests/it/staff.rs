//! Staff: found by their own, hired and changed by whoever looks after their agency, and let in with a password that nobody
//! else has ever known.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use directory::demo::{NEWCOMERS, STAFF, agency_id, staff_id};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestApp, new_key};

fn agency(code: &str) -> String {
    agency_id(code).unwrap().to_string()
}

fn path(username: &str) -> String {
    format!("/v1/staff/{}", staff_id(username).unwrap())
}

fn role(role: &str, code: &str) -> Value {
    json!({"agency_id": agency(code), "role": role, "valid_from": "2026-08-17"})
}

fn newcomer(username: &str, code: &str, roles: &[&str]) -> Value {
    let roles: Vec<Value> = roles.iter().map(|name| role(name, code)).collect();
    json!({"username": username, "name": "Trần Thị Hà", "title": "Chuyên viên", "agency_id": agency(code), "roles": roles})
}

fn content(staff: &Value) -> Value {
    let mut content = staff.clone();
    ["id", "version", "active"].iter().for_each(|member| drop(content.as_object_mut().unwrap().remove(*member)));
    content
}

fn usernames(page: &Answer) -> Vec<&str> {
    page.json["items"].as_array().unwrap().iter().map(|staff| staff["username"].as_str().unwrap()).collect()
}

async fn put(client: &Client, path: &str, seen: &str, content: &Value) -> Answer {
    client.replace(path, seen, content).await
}

async fn sign_in(app: &TestApp, credentials: Value) -> Answer {
    let nobody = app.anonymous();
    nobody.send(nobody.request(Method::POST, "/v1/sessions").json(&credentials)).await
}

async fn refresh(app: &TestApp, session: &Answer) -> Answer {
    let nobody = app.anonymous();
    let token = json!({"refresh_token": session.json["refresh_token"]});
    nobody.send(nobody.request(Method::POST, "/v1/sessions/refresh").json(&token)).await
}

async fn set_password(app: &TestApp, code: &Value, password: &str) -> Answer {
    let nobody = app.anonymous();
    let body = json!({"code": code, "password": password});
    nobody.send(nobody.request(Method::POST, "/v1/password-codes/redeem").json(&body)).await
}

async fn me(app: &TestApp, session: &Answer) -> Value {
    with(app, session).get("/v1/me").await.expect(200).json
}

fn with(app: &TestApp, session: &Answer) -> Client {
    let mut client = app.anonymous();
    client.token = session.json["access_token"].as_str().map(str::to_owned);
    client
}

/// Somebody hired by an administrator, signed in.
async fn hire(app: &TestApp, administrator: &Client, new: Value) -> Client {
    let hired = administrator.post("/v1/staff", new.clone()).await.expect(201);
    set_password(app, &hired.json["password_code"]["code"], "một mật khẩu đủ dài").await.expect(204);
    app.staff(new["username"].as_str().unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_see_each_other_and_an_administrator_everybody_below() {
    let app = TestApp::new().await;
    let (reception, administrator) = (app.staff("tiepnhan").await, app.staff("quantri").await);
    assert_eq!(
        usernames(&reception.get("/v1/staff").await.expect(200)),
        ["chuyenvien", "lanhdao", "motcua", "tiepnhan"]
    );
    assert_eq!(usernames(&administrator.get("/v1/staff").await.expect(200)).len(), STAFF.len() + NEWCOMERS.len());
    let ba_dinh = format!("/v1/staff?agency_id={}", agency("H26.13.02"));
    assert_eq!(
        usernames(&administrator.get(&ba_dinh).await.expect(200)),
        ["motcua2", "tiepnhan"],
        "where one has a role, too"
    );
    assert!(usernames(&reception.get(&ba_dinh).await.expect(200)).is_empty());
    for (query, found) in [
        ("q=le%20thu", vec!["tiepnhan"]),
        ("q=L%C3%AA+Thu", vec!["tiepnhan"]),
        ("q=dang", vec!["giamdoc"]),
        ("q=%25", vec![]),
        ("q=quan", vec!["chuyenvien", "quantri"]),
        ("role=leader", vec!["lanhdao"]),
        ("active=false", vec![]),
    ] {
        let page = administrator.get(&format!("/v1/staff?{query}")).await.expect(200);
        assert_eq!(usernames(&page), found, "{query}");
    }
    let read = reception.get(&path("lanhdao")).await.expect(200);
    assert_eq!((&read.json["title"], read.header("etag")), (&json!("Phó Chủ tịch"), "\"1\""));
    assert_eq!(reception.get(&path("quantri")).await.expect(404).problem(), "staff.not_found");
    app.citizen("congdan1").await.get("/v1/staff").await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_staff_hold_each_once() {
    let app = TestApp::new().await;
    let administrator = app.staff("quantri").await;
    let (mut path, mut seen) = ("/v1/staff?limit=4".to_owned(), Vec::new());
    loop {
        let page = administrator.get(&path).await.expect(200);
        seen.extend(usernames(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        path = format!("/v1/staff?limit=4&cursor={cursor}");
        let other = app.staff("tiepnhan").await.get(&path).await.expect(400);
        assert_eq!(other.problem(), "page.bad_cursor");
    }
    assert!(seen.is_sorted() && seen.len() == STAFF.len() + NEWCOMERS.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_hired_sets_a_password_that_nobody_else_has_known() {
    let app = TestApp::new().await;
    let administrator = app.staff("quantri").await;
    let new = newcomer("ha.tran", "H26.13.01", &["reception_officer"]);
    app.staff("lanhdao").await.post("/v1/staff", new.clone()).await.expect(403);
    let key = new_key();
    let hired = administrator.post_as(&key, "/v1/staff", new.clone()).await.expect(201);
    assert_eq!(hired.header("cache-control"), "no-store");
    let again = administrator.post_as(&key, "/v1/staff", new.clone()).await.expect(201);
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &hired.json));
    assert_eq!(administrator.post("/v1/staff", new).await.expect(409).problem(), "staff.username_taken");
    let read = app.staff("tiepnhan").await.get(hired.header("location")).await.expect(200);
    assert_eq!(read.json, hired.json["staff"]);

    let code = &hired.json["password_code"]["code"];
    for guess in ["", "caunoi-demo", "$argon2id$"] {
        assert_ne!(sign_in(&app, json!({"username": "ha.tran", "password": guess})).await.status, 200);
    }
    assert_eq!(set_password(&app, code, "short").await.expect(422).wrong(), BTreeSet::from(["/password"]));
    let wrong = set_password(&app, &json!("a code"), "một mật khẩu đủ dài").await.expect(404);
    assert_eq!(wrong.problem(), "staff.bad_password_code");
    set_password(&app, code, "một mật khẩu đủ dài").await.expect(204);
    set_password(&app, code, "một mật khẩu khác nữa").await.expect(404);
    let session = sign_in(&app, json!({"username": "ha.tran", "password": "một mật khẩu đủ dài"})).await.expect(200);
    assert_eq!(me(&app, &session).await["roles"], json!(["reception_officer"]));

    let text = code.as_str().unwrap();
    let kept = format!("SELECT count(*) FROM password_codes AS t WHERE t::text LIKE '%{text}%'");
    assert_eq!(app.count(&kept).await, 0);
    let told = "SELECT count(*) FROM journal WHERE entity_kind = 'staff' AND event ~* 'ha.tran|Trần|Chuyên|argon2'";
    assert_eq!(app.count(told).await, 0, "no names and no secrets in the journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_with_somebody_is_said_at_once() {
    let app = TestApp::new().await;
    let administrator = app.staff("quantri").await;
    let mut new = newcomer("ha.tran", "H26.13.01", &["leader", "leader", "citizen"]);
    new["agency_id"] = json!("019b76da-a800-7000-8000-00000000dead");
    new["roles"][0]["valid_to"] = json!("2026-08-16");
    let twice = new["roles"][1].clone();
    new["roles"].as_array_mut().unwrap().push(twice);
    let refused = administrator.post("/v1/staff", new).await.expect(422);
    assert_eq!(refused.wrong(), BTreeSet::from(["/agency_id", "/roles/0/valid_to", "/roles/2/role", "/roles/3"]));
    let breaks = json!({"username": "Ha Tran", "name": " ", "agency_id": agency("H26"), "roles": []});
    let refused = administrator.post("/v1/staff", breaks).await.expect(422);
    assert_eq!(refused.wrong(), BTreeSet::from(["/username", "/name"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_changed_whole_and_an_ended_role_is_gone_with_the_next_token() {
    let app = TestApp::new().await;
    let administrator = app.staff("quantri").await;
    let session = sign_in(&app, json!({"username": "chuyenvien", "password": "caunoi-demo"})).await.expect(200);
    let seen = administrator.get(&path("chuyenvien")).await.expect(200);
    let mut new = content(&seen.json);
    new["name"] = json!("Phạm Quang Huỳnh");
    new["roles"] = json!([
        {"agency_id": agency("H26.13.01"), "role": "processing_officer", "valid_from": "2025-07-01", "valid_to": "2026-08-17"},
        {"agency_id": agency("H26.13.01"), "role": "leader", "valid_from": "2026-08-18"},
    ]);
    let blind = administrator.request(Method::PUT, &path("chuyenvien")).json(&new);
    administrator.send(blind).await.expect(428);
    put(&app.staff("lanhdao").await, &path("chuyenvien"), "*", &new).await.expect(403);
    let changed = put(&administrator, &path("chuyenvien"), seen.header("etag"), &new).await.expect(200);
    assert_eq!((changed.header("etag"), content(&changed.json)), ("\"2\"", new.clone()));
    let lost = put(&administrator, &path("chuyenvien"), seen.header("etag"), &new).await.expect(200);
    assert_eq!(lost.json, changed.json, "the same again, after a lost answer");
    new["title"] = json!("Trưởng phòng");
    let stale = put(&administrator, &path("chuyenvien"), seen.header("etag"), &new).await.expect(412);
    assert_eq!((stale.problem(), &stale.json["version"]), ("stale_version", &json!(2)));
    new["username"] = json!("tiepnhan");
    assert_eq!(put(&administrator, &path("chuyenvien"), "*", &new).await.expect(409).problem(), "staff.username_taken");

    let today = refresh(&app, &session).await.expect(200);
    assert_eq!(me(&app, &today).await["roles"], json!(["processing_officer"]));
    app.set_time("2026-08-18T00:00:01+07:00");
    let tomorrow = refresh(&app, &today).await.expect(401);
    assert_eq!(tomorrow.problem(), "session.bad_refresh_token", "a session unused for twelve hours is over");
    let session = sign_in(&app, json!({"username": "chuyenvien", "password": "caunoi-demo"})).await.expect(200);
    assert_eq!(me(&app, &session).await["roles"], json!(["leader"]));
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'staff.changed' AND event::jsonb -> 'parts' = '[\"name\", \"roles\"]'
        AND event LIKE '%\"role\":\"leader\",\"valid_from\":\"2026-08-18\"%' AND event NOT LIKE '%Huỳnh%'";
    assert_eq!(app.count(told).await, 1, "one change, one entry: which roles, and no names");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_shut_out_is_out_at_once() {
    let app = TestApp::new().await;
    let administrator = app.staff("quantri").await;
    let session = sign_in(&app, json!({"username": "chuyenvien", "password": "caunoi-demo"})).await.expect(200);
    let code = administrator.post(&format!("{}/reset-password", path("chuyenvien")), json!({})).await.expect(200);
    let deactivate = format!("{}/deactivate", path("chuyenvien"));
    app.staff("lanhdao").await.post(&deactivate, json!({})).await.expect(403);
    let out = administrator.post(&deactivate, json!({})).await.expect(200);
    assert_eq!((&out.json["active"], out.header("etag")), (&json!(false), "\"3\""));
    assert_eq!(administrator.post(&deactivate, json!({})).await.expect(200).json, out.json, "nothing more happens");
    refresh(&app, &session).await.expect(401);
    sign_in(&app, json!({"username": "chuyenvien", "password": "caunoi-demo"})).await.expect(401);
    set_password(&app, &code.json["code"], "một mật khẩu đủ dài").await.expect(404);
    let listed = administrator.get("/v1/staff?active=false").await.expect(200);
    assert_eq!(usernames(&listed), ["chuyenvien"]);
    administrator.post(&format!("{}/activate", path("chuyenvien")), json!({})).await.expect(200);
    sign_in(&app, json!({"username": "chuyenvien", "password": "caunoi-demo"})).await.expect(200);
    set_password(&app, &code.json["code"], "một mật khẩu đủ dài").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_reset_with_a_code_that_lives_a_day() {
    let app = TestApp::new().await;
    let reset = format!("{}/reset-password", path("tiepnhan"));
    let administrator = app.staff("quantri").await;
    let first = administrator.post(&reset, json!({})).await.expect(200).json["code"].clone();
    let second = administrator.post(&reset, json!({})).await.expect(200);
    let session = sign_in(&app, json!({"username": "tiepnhan", "password": "caunoi-demo"})).await.expect(200);
    set_password(&app, &first, "một mật khẩu đủ dài").await.expect(404);
    app.advance(TimeDelta::hours(24));
    set_password(&app, &second.json["code"], "một mật khẩu đủ dài").await.expect(404);
    let third = app.staff("quantri").await.post(&reset, json!({})).await.expect(200);
    app.advance(TimeDelta::minutes(60 * 24 - 1));
    set_password(&app, &third.json["code"], "một mật khẩu đủ dài").await.expect(204);
    refresh(&app, &session).await.expect(401);
    sign_in(&app, json!({"username": "tiepnhan", "password": "caunoi-demo"})).await.expect(401);
    sign_in(&app, json!({"username": "tiepnhan", "password": "một mật khẩu đủ dài"})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_gives_nothing_beyond_what_they_look_after() {
    let app = TestApp::new().await;
    let top = app.staff("quantri").await;
    let centre = hire(&app, &top, newcomer("quantri.tt", "H26.1", &["administrator"])).await;
    centre.post("/v1/staff", newcomer("diem.1", "H26.1.01.01", &["reception_officer"])).await.expect(201);
    assert_eq!(usernames(&centre.get("/v1/staff").await.expect(200)), ["diem.1", "giamdoc", "quantri.tt"]);
    let mut both = newcomer("both", "H26.1", &["reception_officer"]);
    both["roles"].as_array_mut().unwrap().push(role("reception_officer", "H26.13.01"));
    for beyond in [newcomer("x.y", "H26.13.01", &[]), newcomer("x.y", "H26.1", &["inspector"]), both] {
        let refused = centre.post("/v1/staff", beyond).await.expect(403);
        assert_eq!(refused.problem(), "staff.out_of_reach");
    }
    // An account that has more cannot be taken over either: a new password would be the way to it.
    for (username, step) in [("quantri", "reset-password"), ("thanhtra", "reset-password"), ("tiepnhan", "deactivate")]
    {
        let refused = centre.post(&format!("{}/{step}", path(username)), json!({})).await.expect(403);
        assert_eq!(refused.problem(), "staff.out_of_reach", "{username}");
    }
    let seen = top.get(&path("tiepnhan")).await.expect(200);
    put(&centre, &path("tiepnhan"), "*", &newcomer("tiepnhan", "H26.1", &["reception_officer"])).await.expect(403);
    assert_eq!(top.get(&path("tiepnhan")).await.expect(200).json, seen.json);

    // Nor is another agency drawn below one's own.
    let ward = top.get(&format!("/v1/agencies/{}", agency("H26.13.01"))).await.expect(200);
    let mut drawn = ward.json.clone();
    ["id", "version"].iter().for_each(|member| drop(drawn.as_object_mut().unwrap().remove(*member)));
    drawn["parent_id"] = json!(agency("H26.1"));
    put(&centre, &format!("/v1/agencies/{}", agency("H26.13.01")), "*", &drawn).await.expect(403);
    let mut founded =
        json!({"code": "H26.1.77", "name": "Điểm", "name_en": "Point", "kind": "point", "valid_from": "2026-08-17"});
    centre.post("/v1/agencies", founded.clone()).await.expect(403);
    founded["parent_id"] = json!(agency("H26.1"));
    centre.post("/v1/agencies", founded).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_with_roles_at_several_agencies_acts_for_one_at_a_time() {
    let app = TestApp::new().await;
    let as_of = |code: Option<&str>, username: &str| {
        let mut credentials = json!({"username": username, "password": "caunoi-demo"});
        code.into_iter().for_each(|code| credentials["agency_id"] = json!(agency(code)));
        credentials
    };
    let main = sign_in(&app, as_of(None, "tiepnhan")).await.expect(200);
    let known = me(&app, &main).await;
    assert_eq!(known["agency"]["code"], "H26.13.01");
    let codes: Vec<_> = known["agencies"].as_array().unwrap().iter().map(|agency| &agency["code"]).collect();
    assert_eq!(codes, ["H26.13.01", "H26.13.02"], "the main one first");
    let elsewhere = sign_in(&app, as_of(Some("H26.13.02"), "tiepnhan")).await.expect(200);
    assert_eq!(me(&app, &elsewhere).await["agency"]["code"], "H26.13.02");
    let client = with(&app, &elsewhere);
    assert_eq!(
        usernames(&client.get("/v1/staff").await.expect(200)),
        ["motcua2", "tiepnhan"],
        "one sees what is that agency's"
    );
    let refused = sign_in(&app, as_of(Some("H26.13.02"), "chuyenvien")).await.expect(403);
    assert_eq!(refused.problem(), "session.agency_not_yours");

    let administrator = app.staff("quantri").await;
    let mut over = content(&administrator.get(&path("tiepnhan")).await.expect(200).json);
    over["roles"][1]["valid_to"] = json!("2026-08-16");
    put(&administrator, &path("tiepnhan"), "*", &over).await.expect(200);
    let next = refresh(&app, &elsewhere).await.expect(200);
    let left = me(&app, &next).await;
    assert_eq!((&left["roles"], &left["permissions"]), (&json!([]), &json!([])), "an ended role ends with the token");
    sign_in(&app, as_of(Some("H26.13.02"), "tiepnhan")).await.expect(403);
    assert_eq!(me(&app, &refresh(&app, &main).await.expect(200)).await["roles"], json!(["reception_officer"]));
}
