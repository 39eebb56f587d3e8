//! Who denounces: sealed, read by two people together, and beyond the reach of everything else.

use ::denunciations::vault::{self, KeyRing};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use kernel::{Db, db};
use serde_json::{Value, json};
use uuid::Uuid;

use super::sequences::people::hire;
use super::{ADDRESS, NAME, NUMBER, PHONE, lead, new, send};
use crate::cast::Cast;
use crate::harness::{TestApp, cluster};
use crate::personal_data::erasure::erase;

pub fn requests(id: &str) -> String {
    format!("/v1/denunciations/{id}/identity-requests")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_together_read_who_denounces_and_the_journal_knows() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = send(&app, &cast, new()).await;
    let (inspector, head) = (cast.client("thanhtra"), cast.client("chanhthanhtra"));
    let why = json!({ "reason": "Cần mời người tố cáo làm việc." });
    let asked = inspector.post(&requests(&id), why.clone()).await.expect(201);
    let at = |what: &str| format!("{}/{}/{what}", requests(&id), asked.id());
    assert_eq!(inspector.post(&at("open"), json!({})).await.expect(409).problem(), "identity_request.not_approved");
    // Nobody approves alone what they have asked for, and who may approve has not asked.
    inspector.post(&at("approve"), json!({})).await.expect(403);
    head.post(&requests(&id), why).await.expect(403);
    let approved = head.post(&at("approve"), json!({})).await.expect(200).json;
    assert_eq!(approved["approved_by"], json!(directory::demo::staff_id("chanhthanhtra").unwrap()));
    head.post(&at("open"), json!({})).await.expect(403);
    let who = inspector.post(&at("open"), json!({})).await.expect(200);
    assert_eq!(who.header("cache-control"), "no-store");
    let person = &who.json["denouncers"][0];
    assert_eq!((&person["name"], &person["identity_number"]), (&json!(NAME), &json!(NUMBER)));
    assert_eq!((&person["phone"], &person["address"]), (&json!(PHONE), &json!(ADDRESS)));
    assert!(who.json["letter"]["contents"][0].as_str().unwrap().contains(NAME), "the letter as it was written");
    inspector.post(&at("open"), json!({})).await.expect(200);
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let told = |what: &str, who: &str| {
        let who = directory::demo::staff_id(who).unwrap();
        format!(
            "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'denunciation.identity_{what}'
             AND actor_id = '{who}'"
        )
    };
    assert_eq!(app.count(&told("requested", "thanhtra")).await, 1);
    assert_eq!(app.count(&told("approved", "chanhthanhtra")).await, 1);
    assert_eq!(app.count(&told("opened", "thanhtra")).await, 2, "each time");
    // For a day.
    app.set_time("2026-08-18T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    cast.client("thanhtra").post(&at("open"), json!({})).await.expect(409);
}

/// Whoever looks after accounts could be two people, with two passwords of their own making.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_let_in_lately_opens_nothing() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    super::files::show(&app, &code, "text/plain", b"Ban ghi am").await.expect(200);
    let why = json!({ "reason": "Cần mời người tố cáo làm việc." });
    let asked = cast.client("thanhtra").post(&requests(&id), why.clone()).await.expect(201).id();
    for who in ["thanhtra", "chanhthanhtra"] {
        let reset = format!("/v1/staff/{}/reset-password", directory::demo::staff_id(who).unwrap());
        cast.client("quantri").post(&reset, json!({})).await.expect(200);
    }
    let at = |what: &str| format!("{}/{asked}/{what}", requests(&id));
    let deeds = [
        ("thanhtra", requests(&id), why),
        ("chanhthanhtra", at("approve"), json!({})),
        ("thanhtra", at("open"), json!({})),
        ("thanhtra", at("files/1/open"), json!({})),
    ];
    for now in ["2026-08-17T09:05:00+07:00", "2026-08-20T08:59:00+07:00"] {
        app.set_time(now);
        let cast = Cast::again(&app).await;
        for (who, path, words) in &deeds {
            let refused = cast.client(who).post(path, words.clone()).await.expect(403);
            assert_eq!(refused.problem(), "identity_request.let_in_lately", "{path}");
            assert!(refused.text.contains("2026-08-20T02:00:00Z"), "{path}: {}", refused.text);
        }
    }
    app.set_time("2026-08-20T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    for (who, path, words) in &deeds {
        assert!(cast.client(who).post(path, words.clone()).await.status.is_success(), "{path}");
    }
    // More roles let somebody in as well.
    let account = format!("/v1/staff/{}", directory::demo::staff_id("thanhtra").unwrap());
    let mut content = cast.client("quantri").get(&account).await.expect(200).json;
    ["id", "version", "active"].iter().for_each(|member| drop(content.as_object_mut().unwrap().remove(*member)));
    let more = json!({ "agency_id": content["agency_id"], "role": "head_of_agency", "valid_from": "2026-08-20" });
    content["roles"].as_array_mut().unwrap().push(more);
    cast.client("quantri").replace(&account, "*", &content).await.expect(200);
    let cast = Cast::again(&app).await;
    let refused = cast.client("thanhtra").post(&at("open"), json!({})).await.expect(403);
    assert_eq!(refused.problem(), "identity_request.let_in_lately");
}

/// Allowed or refused, by whoever comes first, and never both.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_know_who_denounces_is_decided_once() {
    let app = TestApp::new().await;
    hire(&app).await;
    let cast = Cast::of(&app).await;
    let (_, id) = send(&app, &cast, new()).await;
    let (inspector, head, other) =
        (cast.client("thanhtra"), cast.client("chanhthanhtra"), app.staff("kiemnhiem").await);
    let (why, no) =
        (json!({ "reason": "Cần mời người tố cáo làm việc." }), json!({ "reason": "Có thể hỏi qua mã biên nhận." }));
    let ask =
        async || format!("{}/{}", requests(&id), inspector.post(&requests(&id), why.clone()).await.expect(201).id());
    let asked = ask().await;
    // Nobody refuses their own either, and who may not approve may not refuse.
    inspector.post(&format!("{asked}/refuse"), no.clone()).await.expect(403);
    let own = other.post(&requests(&id), why.clone()).await.expect(201).id();
    let own = other.post(&format!("{}/{own}/refuse", requests(&id)), no.clone()).await.expect(403);
    assert_eq!(own.problem(), "identity_request.own");
    let refused = head.post(&format!("{asked}/refuse"), no.clone()).await.expect(200).json;
    assert_eq!((&refused["refusal"], &refused["approved_by"]), (&no["reason"], &Value::Null));
    for (who, what, words) in
        [(head, "approve", json!({})), (&other, "approve", json!({})), (head, "refuse", no.clone())]
    {
        let again = who.post(&format!("{asked}/{what}"), words).await.expect(409);
        assert_eq!(again.problem(), "identity_request.decided_already", "{what}");
    }
    let shut = inspector.post(&format!("{asked}/open"), json!({})).await.expect(409);
    assert_eq!(shut.problem(), "identity_request.not_approved");
    let approved = ask().await;
    let first = head.post(&format!("{approved}/approve"), json!({})).await.expect(200).json;
    app.set_time("2026-08-17T09:05:00+07:00");
    let again = other.post(&format!("{approved}/approve"), json!({})).await.expect(409);
    assert_eq!(again.problem(), "identity_request.decided_already", "it is open no longer than was allowed first");
    let listed = inspector.get(&requests(&id)).await.expect(200).json;
    assert!(listed["items"].as_array().unwrap().contains(&first), "{listed}");
    // Two at once: one of them decides.
    for (what, words) in [("approve", json!({})), ("approve", json!({})), ("refuse", no.clone()), ("refuse", no)] {
        let asked = ask().await;
        let (approve, decide) = (format!("{asked}/approve"), format!("{asked}/{what}"));
        let (one, two) = tokio::join!(head.post(&approve, json!({})), other.post(&decide, words));
        let mut both = [one.status.as_u16(), two.status.as_u16()];
        both.sort_unstable();
        assert_eq!(both, [200, 409], "{what}: {} {}", one.text, two.text);
        let lost = if one.status == 200 { two } else { one };
        assert_eq!(lost.problem(), "identity_request.decided_already");
        let decided = format!(
            "SELECT count(*) FROM denunciations.identity_requests WHERE id = '{}' AND num_nonnulls(approved_by, refused_by) = 1",
            asked.rsplit('/').next().unwrap()
        );
        assert_eq!(app.count(&decided).await, 1);
    }
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let told = "SELECT count(*) FROM journal WHERE event_kind IN ('denunciation.identity_approved', 'denunciation.identity_refused')";
    assert_eq!(app.count(told).await, 6, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_stands_by_a_lead() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = send(&app, &cast, lead()).await;
    let why = json!({ "reason": "Cần mời người cung cấp tin." });
    assert_eq!(
        cast.client("thanhtra").post(&requests(&id), why).await.expect(409).problem(),
        "identity_request.nobody"
    );
}

fn pool(app: &TestApp, role: &'static str) -> Db {
    Db::acting(&db::Settings { url: cluster().url(&app.database), ca: None, size: 1 }, Some(role)).unwrap()
}

/// The pools act in roles of their own, and reach what is theirs.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_reaches_its_own_and_nothing_else() {
    let app = TestApp::new().await;
    for (role, table, reaches) in [
        (db::ROLE, "cases", true),
        (db::ROLE, "denunciations.denunciations", false),
        (db::ROLE, "denunciations.messages", false),
        (db::ROLE, "vault.secrets", false),
        (db::ROLE, "vault.keys", false),
        (::denunciations::denunciation::ROLE, "denunciations.denunciations", true),
        (::denunciations::denunciation::ROLE, "vault.secrets", false),
        (::denunciations::denunciation::ROLE, "cases", false),
        (::denunciations::denunciation::ROLE, "(SELECT id, agencies FROM staff) AS it", true),
        (::denunciations::denunciation::ROLE, "(SELECT name FROM staff) AS it", false),
        (::denunciations::denunciation::ROLE, "citizens", false),
        (vault::ROLE, "vault.secrets", true),
        (vault::ROLE, "denunciations.denunciations", false),
        (vault::ROLE, "journal", false),
        (vault::ROLE, "cases", false),
    ] {
        let mut conn = pool(&app, role).dedicated().await.unwrap();
        let read = conn.batch_execute(&format!("SELECT FROM {table}")).await;
        assert_eq!(read.is_ok(), reaches, "{role} reads {table}");
        // What a connection was given it does not lose.
        conn.batch_execute("RESET ROLE").await.unwrap();
        assert_eq!(conn.batch_execute(&format!("SELECT FROM {table}")).await.is_ok(), reaches, "{role} reads {table}");
    }
}

pub fn ring(keys: &[(&str, u8)]) -> KeyRing {
    KeyRing::new(keys.iter().map(|(id, byte)| ((*id).to_owned(), [*byte; 32])).collect()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_opens_with_its_key_in_its_place_and_nowhere_else() {
    let app = TestApp::new().await;
    let conn = &mut *pool(&app, vault::ROLE).conn().await.unwrap();
    let (old, one, two) = (ring(&[("old", 1)]), Uuid::from_u128(1), Uuid::from_u128(2));
    for id in [one, two] {
        vault::begin(conn, &old, id).await.unwrap();
        vault::add(conn, &old, id, "people", &json!(["Lê Thị Tố Tâm"])).await.unwrap();
    }
    assert_eq!(vault::open::<Value>(conn, &old, one, "people").await.unwrap(), Some(json!(["Lê Thị Tố Tâm"])));
    assert_eq!(vault::open::<Value>(conn, &old, one, "letter").await.unwrap(), None);
    // Moved to another row or another name, or under another key, it does not open.
    let opens = async |conn: &mut diesel_async::AsyncPgConnection, ring: &KeyRing, id, part: &str| {
        vault::open::<Value>(conn, ring, id, part).await.is_ok_and(|found| found.is_some())
    };
    conn.batch_execute(&format!(
        "INSERT INTO vault.secrets SELECT id, 'letter', sealed FROM vault.secrets WHERE id = '{one}'"
    ))
    .await
    .unwrap();
    assert!(!opens(conn, &old, one, "letter").await, "another name");
    assert!(!opens(conn, &ring(&[("old", 2)]), one, "people").await, "another key");
    assert!(!opens(conn, &ring(&[("new", 1)]), one, "people").await, "a key of another name");
    conn.batch_execute(&format!(
        "UPDATE vault.secrets SET sealed = (SELECT sealed FROM vault.secrets WHERE id = '{two}') WHERE id = '{one}'"
    ))
    .await
    .unwrap();
    assert!(!opens(conn, &old, one, "people").await, "another's");
    conn.batch_execute(&format!(
        "UPDATE vault.keys SET wrapped = (SELECT wrapped FROM vault.keys WHERE id = '{two}') WHERE id = '{one}'"
    ))
    .await
    .unwrap();
    assert!(!opens(conn, &old, one, "people").await, "another's key");
}

/// What was put away, and whose denunciation was then not written, is destroyed a month later; nothing else is.
#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_no_denunciation_is_swept_after_a_month() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let written = send(&app, &cast, new()).await.1;
    let left = kernel::clock::uuid_at(app.clock.now()).to_string();
    {
        let conn = &mut *pool(&app, vault::ROLE).conn().await.unwrap();
        vault::begin(conn, &ring(&[("2026", 1)]), left.parse().unwrap()).await.unwrap();
        vault::add(conn, &ring(&[("2026", 1)]), left.parse().unwrap(), "people", &NAME).await.unwrap();
    }
    let has = |id: &str| format!("SELECT count(*) FROM vault.secrets WHERE id = '{id}' AND part = 'people'");
    for (now, there) in [("2026-09-16T08:59:59+07:00", 1), ("2026-09-16T09:00:01+07:00", 0)] {
        app.set_time(now);
        erase(&app).await;
        assert_eq!((app.count(&has(&left)).await, app.count(&has(&written)).await), (there, 1), "{now}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_and_the_old_one_is_needed_no_more() {
    let app = TestApp::new().await;
    let conn = &mut *pool(&app, vault::ROLE).conn().await.unwrap();
    let old = ring(&[("2026", 1)]);
    for n in 0..7 {
        vault::begin(conn, &old, Uuid::from_u128(n)).await.unwrap();
        vault::add(conn, &old, Uuid::from_u128(n), "people", &n.to_string()).await.unwrap();
    }
    assert!(vault::rotate(conn, &ring(&[("2027", 2)])).await.is_err(), "the old key is needed once more");
    let both = ring(&[("2027", 2), ("2026", 1)]);
    assert_eq!(vault::rotate(conn, &both).await.unwrap(), 7);
    assert_eq!(vault::rotate(conn, &both).await.unwrap(), 0);
    for n in 0..7 {
        let found = vault::open::<String>(conn, &ring(&[("2027", 2)]), Uuid::from_u128(n), "people").await.unwrap();
        assert_eq!(found, Some(n.to_string()));
    }
    vault::forget(conn, Uuid::from_u128(3)).await.unwrap();
    assert_eq!(vault::open::<String>(conn, &both, Uuid::from_u128(3), "people").await.unwrap(), None);
    assert!(KeyRing::new(vec![]).is_none());
    assert!(KeyRing::new(vec![("a".to_owned(), [1; 32]), ("a".to_owned(), [2; 32])]).is_none());
    let left = diesel::sql_query("SELECT FROM vault.secrets WHERE id = '00000000-0000-0000-0000-000000000003'");
    assert_eq!(left.execute(conn).await.unwrap(), 0, "nothing is left of what is forgotten");
}
