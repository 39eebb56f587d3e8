//! Consent is explicit, to the words that were shown, can be withdrawn as easily, and can be proved.

use directory::citizen::{self, Identity};
use kernel::id::CitizenId;
use privacy::consent::consented;
use privacy::purpose::purpose;
use serde_json::{Value, json};

use crate::harness::{Client, TestApp, papers};

fn said(purpose: &str, given: bool) -> Value {
    json!({ "purpose": purpose, "given": given, "words_version": 1 })
}

async fn id_of(app: &TestApp, subject: &str, name: &str, number: &str) -> CitizenId {
    let identity = Identity {
        issuer: "https://vneid.example".to_owned(),
        subject: subject.to_owned(),
        name: name.to_owned(),
        identity_number: Some(number.to_owned()),
    };
    citizen::recognise(&mut app.db.conn().await.unwrap(), &app.ctx(), identity).await.unwrap().id
}

async fn agrees(app: &TestApp, who: CitizenId) -> bool {
    consented(&mut app.db.conn().await.unwrap(), who, purpose("surveys").unwrap()).await.unwrap()
}

async fn listed(client: &Client) -> Value {
    client.get("/v1/me/consents").await.expect(200).json["items"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_holds_until_it_is_withdrawn_and_each_time_is_kept() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let me = id_of(&app, "congdan1", papers::NAME, papers::NUMBER).await;
    assert_eq!(listed(&citizen).await, json!([]), "nothing is taken for granted");
    assert!(!agrees(&app, me).await);

    let given = citizen.post("/v1/me/consents", said("surveys", true)).await.expect(201);
    assert_eq!((&given.json["holds"], given.header("etag")), (&json!(true), "\"1\""));
    assert!(agrees(&app, me).await);
    let again = citizen.post("/v1/me/consents", said("surveys", true)).await.expect(409);
    assert_eq!(again.problem(), "consent.unchanged");

    app.set_time("2026-08-18T09:00:00+07:00");
    let citizen = app.citizen("congdan1").await;
    // Without a word about the words: withdrawing is as easy as it can be.
    citizen.post("/v1/me/consents", json!({ "purpose": "surveys", "given": false })).await.expect(201);
    assert!(!agrees(&app, me).await);
    citizen.post("/v1/me/consents", said("surveys", false)).await.expect(409);
    citizen.post("/v1/me/consents", said("surveys", true)).await.expect(201);
    let items = listed(&citizen).await;
    let history = items[0]["history"].as_array().unwrap();
    assert_eq!(
        (items.as_array().unwrap().len(), &items[0]["holds"], &items[0]["version"]),
        (1, &json!(true), &json!(3))
    );
    assert_eq!(history.iter().map(|it| &it["given"]).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(history[2]["at"], "2026-08-17T02:00:00Z");

    // The journal tells the same, and to nobody else.
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_kind = 'consent' AND actor_id = '{me}' AND seen_after = ARRAY['{me}'::uuid]"
    );
    assert_eq!(app.count(&told).await, 3);
    assert_eq!(listed(&app.citizen("congdan2").await).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_to_other_words_holds_no_more() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let me = id_of(&app, "congdan1", papers::NAME, papers::NUMBER).await;
    citizen.post("/v1/me/consents", said("surveys", true)).await.expect(201);
    // As if the words had changed since.
    app.sql("UPDATE consents SET words_version = 0; UPDATE consent_events SET words_version = 0").await;
    assert!(!agrees(&app, me).await);
    assert_eq!(listed(&citizen).await[0]["holds"], false);
    citizen.post("/v1/me/consents", said("surveys", true)).await.expect(201);
    assert!(agrees(&app, me).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_rests_on_consent_can_be_agreed_to_and_only_in_so_many_words() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    for given in [true, false] {
        let refused = citizen.post("/v1/me/consents", said("cases", given)).await.expect(422);
        assert_eq!(refused.problem(), "consent.not_the_basis");
        let ground = refused.json["detail"].as_str().unwrap();
        assert!(ground.contains("legal_duty") && ground.contains("Luật Khiếu nại 02/2011/QH13"), "{ground}");
    }
    let bodies = [
        (json!({ "purpose": "surveys", "given": true }), "/words_version"),
        (json!({ "purpose": "surveys", "given": true, "words_version": 2 }), "/words_version"),
        (json!({ "purpose": "surveys", "words_version": 1 }), "/given"),
        (said("whatever", true), "/purpose"),
    ];
    for (body, at) in bodies {
        let wrong = citizen.post("/v1/me/consents", body).await.expect(422);
        assert_eq!(wrong.wrong().into_iter().collect::<Vec<_>>(), [at]);
    }
    assert_eq!(app.count("SELECT count(*) FROM consents").await, 0);
    let nobody = app.anonymous();
    let known = nobody.get("/v1/data-purposes").await.expect(200).json;
    let all = known["items"].as_array().unwrap();
    assert!(all.iter().any(|it| it["code"] == "cases" && it["basis"] == "legal_duty" && it["mark"] == "P"));
    app.staff("baove").await.post("/v1/me/consents", said("surveys", true)).await.expect(403);
}

/// The program's own role cannot rewrite what was said.
#[tokio::test(flavor = "multi_thread")]
async fn the_proof_is_added_to_and_never_changed() {
    let app = TestApp::new().await;
    let may = |what: &str| format!("SELECT has_table_privilege('caunoi_app', 'consent_events', '{what}')::int");
    assert_eq!(app.count(&may("INSERT")).await, 1);
    for taken in ["UPDATE", "DELETE", "TRUNCATE"] {
        assert_eq!(app.count(&may(taken)).await, 0, "{taken}");
    }
}
