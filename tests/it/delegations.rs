//! Delegations: who stands in for whom, what that allows and for how long, and that it can be told afterwards.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use directory::demo::{agency_id, staff_id};
use procedures::workflow::Status;
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_ONLINE};
use crate::harness::{Answer, Client, TestApp};
use crate::journal::verified;

fn id(username: &str) -> String {
    staff_id(username).unwrap().to_string()
}

fn to(delegate: &str) -> Value {
    json!({
        "delegate_id": id(delegate), "permissions": ["dossier:sign"], "document": "Giấy uỷ quyền 12/GUQ-UBND",
        "valid_from": "2026-08-17", "valid_to": "2026-08-21",
    })
}

async fn lend(client: &Client, new: Value) -> Answer {
    client.post("/v1/delegations", new).await
}

async fn sign(client: &Client, dossier: &str) -> Answer {
    let result = json!({"outcome": "granted", "number": "125/GPXD-UBND"});
    client.post(&format!("/v1/dossiers/{dossier}/issue-result"), result).await
}

/// Gives somebody a role at an agency beside what they have.
pub async fn promote(app: &TestApp, username: &str, agency: &str, role: &str) {
    let administrator = app.staff("quantri").await;
    let path = format!("/v1/staff/{}", id(username));
    let mut content = administrator.get(&path).await.expect(200).json;
    ["id", "version", "active"].iter().for_each(|member| drop(content.as_object_mut().unwrap().remove(*member)));
    let posting = json!({"agency_id": agency_id(agency).unwrap(), "role": role, "valid_from": "2026-08-17"});
    content["roles"].as_array_mut().unwrap().push(posting);
    administrator.replace(&path, "*", &content).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_signs_for_the_leader_and_the_journal_tells_for_whom() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let dossier = cast.dossier(PERMIT_ONLINE, Status::AwaitingApproval).await;
    sign(cast.client("chuyenvien"), &dossier).await.expect(403);
    let made = lend(cast.client("lanhdao"), to("chuyenvien")).await.expect(201);
    sign(cast.client("chuyenvien"), &dossier).await.expect(403);
    let deputy = app.staff("chuyenvien").await;
    let permissions = deputy.get("/v1/me").await.expect(200).json["permissions"].clone();
    assert!(permissions.as_array().unwrap().contains(&json!("dossier:sign")), "{permissions}");
    sign(&deputy, &dossier).await.expect(200);
    let other = cast.dossier(PERMIT_ONLINE, Status::AwaitingApproval).await;
    sign(cast.client("lanhdao"), &other).await.expect(200);

    let timeline = cast.client("thanhtra").get(&format!("/v1/dossiers/{dossier}/timeline")).await.expect(200);
    let told = |event: &str| {
        let entries = timeline.json["items"].as_array().unwrap();
        entries
            .iter()
            .find(|entry| entry["event"] == event)
            .unwrap_or_else(|| panic!("no {event}: {timeline:?}"))
            .clone()
    };
    let (signed, proposed) = (told("dossier.result_issued"), told("dossier.result_proposed"));
    assert_eq!((&signed["actor_id"], &signed["delegation_id"]), (&json!(id("chuyenvien")), &made.json["id"]));
    assert_eq!(
        (&proposed["actor_id"], proposed.get("delegation_id")),
        (&json!(id("chuyenvien")), None),
        "their own right"
    );
    let under = format!("SELECT count(*) FROM journal WHERE delegation_id = '{}'", made.id());
    assert_eq!(app.count(&under).await, 1, "what the leader signs is not under it");

    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    assert_eq!(verified(&app).await.findings, Vec::<String>::new());
    app.sql(&format!("UPDATE journal SET delegation_id = NULL WHERE delegation_id = '{}'", made.id())).await;
    assert_eq!(verified(&app).await.findings.len(), 1, "for whom somebody signed is under the hash, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegation_ends_by_itself_by_revocation_and_with_the_lender() {
    let app = TestApp::new().await;
    let may_sign = async || {
        let me = app.staff("chuyenvien").await.get("/v1/me").await.expect(200);
        me.json["permissions"].as_array().unwrap().contains(&json!("dossier:sign"))
    };
    let made = lend(&app.staff("lanhdao").await, to("chuyenvien")).await.expect(201);
    assert!(may_sign().await);
    let mut conn = app.db.conn().await.unwrap();
    directory::staff::deactivate(&mut conn, &app.ctx(), "lanhdao").await.unwrap();
    assert!(!may_sign().await, "whoever lends is out");
    directory::staff::activate(&mut conn, &app.ctx(), "lanhdao").await.unwrap();
    app.set_time("2026-08-21T23:59:00+07:00");
    assert!(may_sign().await);
    app.set_time("2026-08-22T00:00:00+07:00");
    assert!(!may_sign().await, "its last day is over");
    let revoke = format!("/v1/delegations/{}/revoke", made.id());
    let late = app.staff("lanhdao").await.post(&revoke, json!({})).await.expect(409);
    assert_eq!(late.problem(), "delegation.ended");

    let mut again = to("chuyenvien");
    (again["valid_from"], again["valid_to"]) = (json!("2026-08-24"), json!("2026-08-28"));
    let made = lend(&app.staff("lanhdao").await, again).await.expect(201);
    assert!(!may_sign().await, "not yet");
    app.set_time("2026-08-24T08:00:00+07:00");
    assert!(may_sign().await);
    let theirs = "WHERE username = 'chuyenvien'";
    app.sql(&format!("UPDATE staff SET postings = jsonb_set(postings, '{{0,valid_to}}', '\"2026-08-23\"') {theirs}"))
        .await;
    assert!(!may_sign().await, "who works there no more acts there for nobody");
    app.sql(&format!("UPDATE staff SET postings = postings #- '{{0,valid_to}}' {theirs}")).await;
    assert!(may_sign().await);
    let revoke = format!("/v1/delegations/{}/revoke", made.id());
    assert_eq!(
        app.staff("chuyenvien").await.post(&revoke, json!({})).await.expect(403).problem(),
        "delegation.not_yours"
    );
    let revoked = app.staff("lanhdao").await.post(&revoke, json!({})).await.expect(200);
    assert_eq!((&revoked.json["revoked_by_id"], revoked.header("etag")), (&json!(id("lanhdao")), "\"2\""));
    assert!(!may_sign().await);
    let told = "SELECT count(*) FROM journal WHERE entity_kind = 'delegation' AND event LIKE '%GUQ%'";
    assert_eq!(app.count(told).await, 0, "no words in the journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_lends_more_than_they_may_or_what_they_were_lent() {
    let app = TestApp::new().await;
    let leader = app.staff("lanhdao").await;
    let mut all = to("chuyenvien");
    all.as_object_mut().unwrap().remove("permissions");
    lend(&leader, all).await.expect(201);
    let deputy = app.staff("chuyenvien").await;
    let me = deputy.get("/v1/me").await.expect(200);
    assert!(me.json["permissions"].as_array().unwrap().contains(&json!("dossier:sign")));
    let on = lend(&deputy, to("tiepnhan")).await.expect(422);
    assert_eq!(on.wrong(), BTreeSet::from(["/permissions"]), "what is lent is never lent on");
    let mut wrong = to("lanhdao");
    wrong["permissions"] = json!(["dossier:oversee", "staff:delegate"]);
    wrong["valid_from"] = json!("2026-08-16");
    wrong["valid_to"] = json!("2026-08-15");
    let refused = lend(&leader, wrong).await.expect(422);
    assert_eq!(refused.wrong(), BTreeSet::from(["/delegate_id", "/permissions", "/valid_from", "/valid_to"]));
    let stranger = lend(&leader, to("giamdoc")).await.expect(422);
    assert_eq!(stranger.wrong(), BTreeSet::from(["/delegate_id"]), "a colleague of the same agency");
    app.citizen("congdan1").await.post("/v1/delegations", to("chuyenvien")).await.expect(403);
}

/// NĐ 118/2025 Art. 11(8): deputies, so that reception never stops.
#[tokio::test(flavor = "multi_thread")]
async fn the_head_names_a_deputy_so_that_reception_never_stops() {
    let app = TestApp::new().await;
    let mut deputy = to("chuyenvien");
    deputy["delegator_id"] = json!(id("tiepnhan"));
    deputy["permissions"] = json!(["dossier:receive"]);
    let refused = lend(&app.staff("lanhdao").await, deputy.clone()).await.expect(403);
    assert_eq!(refused.problem(), "delegation.not_yours");
    promote(&app, "lanhdao", "H26.13.01", "head_of_agency").await;
    let head = app.staff("lanhdao").await;
    let made = lend(&head, deputy.clone()).await.expect(201);
    assert_eq!(made.json["made_by_id"], json!(id("lanhdao")));
    let cast = Cast::of(&app).await;
    let dossier = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    cast.client("chuyenvien").step(&dossier, "accept").await.expect(200);
    let under = format!(
        "SELECT count(*) FROM journal WHERE delegation_id = '{}' AND event_kind = 'dossier.accepted'",
        made.id()
    );
    assert_eq!(app.count(&under).await, 1);

    deputy["delegate_id"] = json!(id("lanhdao"));
    assert_eq!(lend(&head, deputy).await.expect(403).problem(), "delegation.not_yours", "nobody names themself");
    head.post(&format!("/v1/delegations/{}/revoke", made.id()), json!({})).await.expect(200);
    let dossier = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    app.staff("chuyenvien").await.step(&dossier, "accept").await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn overseers_see_what_was_in_force_at_a_moment() {
    let app = TestApp::new().await;
    let made = lend(&app.staff("lanhdao").await, to("chuyenvien")).await.expect(201);
    app.advance(TimeDelta::hours(1));
    app.staff("lanhdao").await.post(&format!("/v1/delegations/{}/revoke", made.id()), json!({})).await.expect(200);
    let in_force = async |who: &str, at: &str| {
        let page = app.staff(who).await.get(&format!("/v1/delegations?at={at}")).await.expect(200);
        page.json["items"].as_array().unwrap().len()
    };
    for (at, count) in [
        ("2026-08-17T08:59:59%2B07:00", 0),
        ("2026-08-17T09:00:00%2B07:00", 1),
        ("2026-08-17T09:59:59%2B07:00", 1),
        ("2026-08-17T10:00:00%2B07:00", 0),
    ] {
        assert_eq!(in_force("thanhtra", at).await, count, "{at}");
    }
    assert_eq!(in_force("tiepnhan", "2026-08-17T09:30:00%2B07:00").await, 1, "colleagues know who stands in");
    assert_eq!(in_force("baove", "2026-08-17T09:30:00%2B07:00").await, 0);
    let path = format!("/v1/delegations/{}", made.id());
    app.staff("thanhtra").await.get(&path).await.expect(200);
    app.staff("baove").await.get(&path).await.expect(404);
    let newer = lend(&app.staff("lanhdao").await, to("chuyenvien")).await.expect(201);
    let first = app.staff("thanhtra").await.get("/v1/delegations?limit=1").await.expect(200);
    assert_eq!(first.json["items"][0]["id"], newer.json["id"], "the newest first");
    let cursor = first.json["next_cursor"].as_str().unwrap();
    let rest = app.staff("thanhtra").await.get(&format!("/v1/delegations?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!((&rest.json["items"][0]["id"], rest.json.get("next_cursor")), (&made.json["id"], None));
}
