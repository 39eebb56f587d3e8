//! The archive register: fonds, files of finished dossiers or by hand, and what is due.

use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_ONLINE, path, said};
use crate::harness::{Answer, Client, TestApp, new_key};

async fn fonds(client: &Client) -> String {
    let new = json!({"name": "Phông UBND phường Hoàn Kiếm", "from_year": 2025});
    client.post("/v1/archive/fonds", new).await.expect(201).id()
}

async fn add(client: &Client, fonds: &str, what: (&str, Value), rule: &str) -> Answer {
    let mut new = json!({"fonds_id": fonds, "digitised": true, "retention_rule": rule});
    new[what.0] = what.1;
    client.post("/v1/archive/items", new).await
}

/// A file that is described by hand.
fn by_hand(code: &str, ended_on: &str) -> (&'static str, Value) {
    ("file", json!({"code": code, "title": "Hồ sơ giấy", "ended_on": ended_on}))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_dossier_is_put_into_the_register_once_and_given_to_the_archive() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let keeper = cast.client("tiepnhan");
    let fonds = fonds(keeper).await;
    let open = cast.dossier(PERMIT_ONLINE, Status::ResultReady).await;
    let early = add(keeper, &fonds, ("dossier_id", json!(open)), "construction_permit").await.expect(409);
    assert_eq!(early.problem(), "archive.not_finished");
    keeper.post(&path(&open, Action::ReturnResult), said(PERMIT_ONLINE, Action::ReturnResult)).await.expect(200);
    let added = add(keeper, &fonds, ("dossier_id", json!(open)), "construction_permit").await.expect(201);
    let dossier = keeper.get(&format!("/v1/dossiers/{open}")).await.expect(200).json;
    assert_eq!((&added.json["code"], &added.json["ended_on"]), (&dossier["code"], &json!("2026-08-17")));
    assert_eq!((&added.json["retention_years"], &added.json["review_due_on"]), (&json!(20), &json!("2047-01-01")));
    assert_eq!(added.json["transfer_due_on"], "2027-08-17");
    assert!(!added.text.contains("Nguyễn Thị Hoa"), "a register names no applicant: {}", added.text);
    let twice = add(keeper, &fonds, ("dossier_id", json!(open)), "construction_permit").await.expect(409);
    assert_eq!(twice.problem(), "archive.added_before");

    let give = async |client: &Client, day: &str| {
        let given = json!({"transferred_on": day, "minutes_number": "03/BB-UBND"});
        client.post(&format!("/v1/archive/items/{}/transfer", added.id()), given).await
    };
    for wrong in ["2026-08-16", "2026-08-18"] {
        assert_eq!(give(keeper, wrong).await.expect(422).wrong(), ["/transferred_on"].into(), "{wrong}");
    }
    give(cast.client("badinh"), "2026-08-17").await.expect(404);
    let given = give(keeper, "2026-08-17").await.expect(200);
    assert_eq!((&given.json["minutes_number"], &given.json["version"]), (&json!("03/BB-UBND"), &json!(2)));
    assert_eq!(give(keeper, "2026-08-17").await.expect(409).problem(), "archive.transferred_before");
    let read = keeper.get(added.header("location")).await.expect(200);
    assert_eq!((&read.json, read.header("etag")), (&given.json, "\"2\""));
    cast.client("badinh").get(added.header("location")).await.expect(404);
    for stranger in ["chuyenvien", "congdan1", "quantri"] {
        cast.client(stranger).get("/v1/archive/items").await.expect(403);
    }
    let told = format!("SELECT count(*) FROM journal WHERE entity_id = '{}'", added.id());
    assert_eq!(app.count(&told).await, 2);
    assert_eq!(app.count("SELECT count(*) FROM journal WHERE event LIKE '%BB-UBND%'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_with_a_file_is_said_at_once() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (keeper, elsewhere) = (cast.client("tiepnhan"), cast.client("badinh"));
    let theirs = fonds(elsewhere).await;
    let wrong = add(keeper, &theirs, by_hand("1", "2026-08-18"), "for_fun").await.expect(422);
    assert_eq!(wrong.wrong(), ["/fonds_id", "/retention_rule", "/file/ended_on"].into());
    let own = fonds(keeper).await;
    let mut both =
        json!({"fonds_id": own, "digitised": false, "retention_rule": "civil_status", "dossier_id": new_key()});
    both["file"] = by_hand("1", "2026-01-01").1;
    assert_eq!(keeper.post("/v1/archive/items", both).await.expect(422).wrong(), ["/file"].into());
    let returned = cast.dossier(PERMIT_ONLINE, Status::Returned).await;
    add(elsewhere, &theirs, ("dossier_id", json!(returned)), "civil_status").await.expect(404);
    let backwards = json!({"name": "Phông", "from_year": 2026, "to_year": 2025});
    assert_eq!(keeper.post("/v1/archive/fonds", backwards).await.expect(422).wrong(), ["/to_year"].into());
    let listed = keeper.get("/v1/archive/fonds").await.expect(200).json;
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["items"][0]["id"]), (1, &json!(own)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_listed_longest_due_first() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let keeper = cast.client("tiepnhan");
    let (fonds, other) = (fonds(keeper).await, fonds(keeper).await);
    for (fonds, code, ended_on, rule) in [
        (&fonds, "new", "2025-08-18", "administrative_procedure"),
        (&fonds, "due", "2025-08-17", "administrative_procedure"),
        (&fonds, "old", "2020-12-31", "administrative_procedure"),
        (&other, "older", "2019-05-05", "administrative_procedure"),
        (&other, "for-ever", "1990-05-05", "civil_status"),
    ] {
        add(keeper, fonds, by_hand(code, ended_on), rule).await.expect(201);
    }
    let codes = async |query: &str| {
        let page = keeper.get(&format!("/v1/archive/items{query}")).await.expect(200);
        page.codes().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(codes("").await, ["for-ever", "older", "old", "due", "new"]);
    assert_eq!(codes("?due=transfer").await, ["for-ever", "older", "old", "due"]);
    assert_eq!(codes("?due=review").await, ["older", "old"]);
    assert_eq!(codes(&format!("?due=transfer&fonds_id={fonds}")).await, ["old", "due"]);
    assert!(cast.client("badinh").get("/v1/archive/items").await.expect(200).codes().is_empty());

    let (mut at, mut seen) = ("/v1/archive/items?due=transfer&limit=1".to_owned(), Vec::new());
    loop {
        let page = keeper.get(&at).await.expect(200);
        seen.extend(page.codes().into_iter().map(str::to_owned));
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        at = format!("/v1/archive/items?due=transfer&limit=1&cursor={cursor}");
        keeper.get(&format!("/v1/archive/items?due=review&cursor={cursor}")).await.expect(400);
    }
    assert_eq!(seen, ["for-ever", "older", "old", "due"]);
    let rules = app.anonymous().get("/v1/archive/retention-rules").await.expect(200).json;
    assert!(rules["items"].as_array().unwrap().iter().all(|rule| rule["mark"] == "R"), "none was read in a text");
}
