//! The directory of agencies: found by anybody, changed by administrators, known to every replica.

use std::collections::BTreeSet;

use directory::demo::agency_id;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::papers::{self, PERMIT};
use crate::harness::{Answer, Client, TestApp, until};
use crate::journal::replica;

const HOAN_KIEM: &str = "H26.13.01";

pub fn path(code: &str) -> String {
    format!("/v1/agencies/{}", agency_id(code).unwrap())
}

/// What the agency is, as it is sent to change it.
pub fn content(agency: &Value) -> Value {
    let mut content = agency.clone();
    let members = content.as_object_mut().unwrap();
    members.remove("id");
    members.remove("version");
    content
}

fn point() -> Value {
    json!({
        "code": "H26.1.03.01", "name": "Điểm phục vụ hành chính công Tây Hồ", "name_en": "Tây Hồ service point",
        "kind": "point", "parent_id": agency_id("H26.1.03").unwrap(), "valid_from": "2026-08-01",
        "contact": { "hotline": "1022", "place": { "latitude": 21.07, "longitude": 105.82 } },
    })
}

pub async fn put(client: &Client, path: &str, seen: &str, content: &Value) -> Answer {
    client.replace(path, seen, content).await
}

#[tokio::test(flavor = "multi_thread")]
async fn agencies_are_found_with_or_without_accents_by_kind_and_by_place_in_the_tree() {
    let app = TestApp::new().await;
    let anybody = app.anonymous();
    for q in ["hoan kiem", "Hoàn%20Kiếm", "HOÀN+KIẾM", "H26.13.01"] {
        let found = anybody.get(&format!("/v1/agencies?q={q}&kind=commune")).await.expect(200);
        assert_eq!(found.codes(), [HOAN_KIEM], "{q}");
    }
    let centre = agency_id("H26.1").unwrap();
    let branches = anybody.get(&format!("/v1/agencies?parent_id={centre}&limit=200")).await.expect(200);
    assert_eq!(branches.codes().len(), 12);
    let communes = anybody.get("/v1/agencies?kind=commune&limit=200").await.expect(200);
    assert_eq!(communes.codes().len(), 126, "wards and communes since 2025-07-01");
    assert!(anybody.get("/v1/agencies?q=atlantis").await.expect(200).codes().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_agencies_hold_each_once() {
    let app = TestApp::new().await;
    let anybody = app.anonymous();
    let (mut path, mut seen) = ("/v1/agencies?kind=commune&limit=50".to_owned(), Vec::new());
    loop {
        let page = anybody.get(&path).await.expect(200);
        seen.extend(page.codes().into_iter().map(str::to_owned));
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        path = format!("/v1/agencies?kind=commune&limit=50&cursor={cursor}");
        let elsewhere = anybody.get(&format!("/v1/agencies?kind=school&cursor={cursor}")).await.expect(400);
        assert_eq!(elsewhere.problem(), "page.bad_cursor");
    }
    assert!(seen.is_sorted() && seen.len() == 126);
}

/// Local government has had two tiers since 2025-07-01 (NQ 1656/NQ-UBTVQH15).
#[tokio::test(flavor = "multi_thread")]
async fn districts_are_there_until_their_last_day_and_communes_from_their_first() {
    let app = TestApp::new().await;
    let anybody = app.anonymous();
    let found = async |kind: &str, day: &str| {
        let page = anybody.get(&format!("/v1/agencies?kind={kind}&on={day}&limit=200")).await.expect(200);
        page.codes().len()
    };
    assert_eq!((found("district", "2025-06-30").await, found("commune", "2025-06-30").await), (2, 0));
    assert_eq!((found("district", "2025-07-01").await, found("commune", "2025-07-01").await), (0, 126));
    let gone = anybody.get(&path("H26.9.01")).await.expect(200);
    assert_eq!(gone.json["valid_to"], "2025-06-30", "it stays in the records");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_founds_an_agency_and_everybody_finds_it_at_once() {
    let app = TestApp::new().await;
    app.staff("giamdoc").await.post("/v1/agencies", point()).await.expect(403);
    let administrator = app.staff("quantri").await;
    let founded = administrator.post("/v1/agencies", point()).await.expect(201);
    assert_eq!(founded.header("etag"), "\"1\"");
    let read = app.anonymous().get(founded.header("location")).await.expect(200);
    assert_eq!(read.json, founded.json);
    assert_eq!(read.json["contact"]["place"]["latitude"], 21.07);
    assert_eq!(app.anonymous().get("/v1/agencies?q=tay%20ho%20service").await.expect(200).codes(), ["H26.1.03.01"]);

    let again = administrator.post("/v1/agencies", point()).await.expect(409);
    assert_eq!(again.problem(), "agency.code_taken");
    let mut padded = point();
    padded["code"] = json!("H26.01.3.1");
    administrator.post("/v1/agencies", padded).await.expect(409);
    let mut orphan = point();
    orphan["code"] = json!("H26.1.03.02");
    orphan["parent_id"] = json!("019b76da-a800-7000-8000-00000000dead");
    orphan["valid_to"] = json!("2026-07-31");
    let refused = administrator.post("/v1/agencies", orphan).await.expect(422);
    assert_eq!(refused.wrong(), BTreeSet::from(["/parent_id", "/valid_to"]), "all at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_is_changed_whole_and_only_from_the_version_that_was_seen() {
    let app = TestApp::new().await;
    let administrator = app.staff("quantri").await;
    let seen = administrator.get(&path(HOAN_KIEM)).await.expect(200);
    let mut new = content(&seen.json);
    new["contact"] = json!({ "hotline": "024 3825 1234" });

    let blind = administrator.request(Method::PUT, &path(HOAN_KIEM)).json(&new);
    assert_eq!(administrator.send(blind).await.expect(428).problem(), "request.precondition_required");
    app.staff("tiepnhan").await.send(administrator.request(Method::GET, &path(HOAN_KIEM))).await.expect(200);
    put(&app.staff("tiepnhan").await, &path(HOAN_KIEM), "*", &new).await.expect(403);
    let changed = put(&administrator, &path(HOAN_KIEM), seen.header("etag"), &new).await.expect(200);
    assert_eq!(
        (changed.header("etag"), &changed.json["contact"]),
        ("\"2\"", &new["contact"]),
        "what was not sent is gone"
    );

    let lost = put(&administrator, &path(HOAN_KIEM), seen.header("etag"), &new).await.expect(200);
    assert_eq!(lost.json, changed.json, "the same again, after a lost answer");
    let mut renumbered = new.clone();
    renumbered["code"] = json!("H26.13.99");
    let taken = put(&administrator, &path(HOAN_KIEM), "*", &renumbered).await.expect(409);
    assert_eq!(taken.problem(), "agency.code_taken");
    renumbered["code"] = json!("H26.13.999");
    let fixed = put(&administrator, &path(HOAN_KIEM), "*", &renumbered).await.expect(422);
    assert_eq!(fixed.wrong(), BTreeSet::from(["/code"]));
    new["name"] = json!("Ủy ban nhân dân phường Hoàn Kiếm mới");
    let stale = put(&administrator, &path(HOAN_KIEM), seen.header("etag"), &new).await.expect(412);
    assert_eq!((stale.problem(), &stale.json["version"]), ("stale_version", &json!(2)));
    let told = "SELECT count(*) FROM journal WHERE entity_kind = 'agency' AND event_kind = 'agency.changed'";
    assert_eq!(app.count(told).await, 1, "one change, one entry");
    assert_eq!(app.count(&format!("{told} AND event = '{{\"changed\":{{\"parts\":[\"contact\"]}}}}'")).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_agency_is_above_itself() {
    let app = TestApp::new().await;
    let administrator = app.staff("quantri").await;
    for below in ["H26.1", "H26.1.01", "H26.1.01.01"] {
        let mut centre = content(&administrator.get(&path("H26.1")).await.expect(200).json);
        centre["parent_id"] = json!(agency_id(below).unwrap());
        let refused = put(&administrator, &path("H26.1"), "*", &centre).await.expect(422);
        assert_eq!(refused.wrong(), BTreeSet::from(["/parent_id"]), "{below}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_takes_dossiers_on_the_days_on_which_it_exists() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let administrator = app.staff("quantri").await;
    let mut ward = content(&administrator.get(&path("H26.13.03")).await.expect(200).json);
    ward["valid_to"] = json!("2026-08-17");
    put(&administrator, &path("H26.13.03"), "\"1\"", &ward).await.expect(200);
    let mut dossier = papers::dossier("1.013225", "house", PERMIT);
    dossier["agency"] = json!("H26.13.03");
    app.citizen("congdan1").await.post("/v1/dossiers", dossier.clone()).await.expect(201);
    app.set_time("2026-08-18T09:00:00+07:00");
    let refused = app.citizen("congdan1").await.post("/v1/dossiers", dossier.clone()).await.expect(422);
    assert_eq!(
        (refused.wrong(), &refused.json["errors"][0]["code"]),
        (BTreeSet::from(["/agency"]), &json!("not_in_force"))
    );
    dossier["agency"] = json!("H26.9.01");
    app.citizen("congdan1").await.post("/v1/dossiers", dossier).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_replica_changes_the_others_know() {
    let app = TestApp::new().await;
    let other = replica(&app).await;
    app.staff("quantri").await.post("/v1/agencies", point()).await.expect(201);
    let known = async || other.app.agencies.load().by_code("H26.1.03.01").is_some();
    until(known).await;
    other.stop().await;
}
