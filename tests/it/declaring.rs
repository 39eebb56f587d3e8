//! Declaring papers: whose they are to add, when, under which ids, and how many.

use procedures::workflow::Status;
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE};
use crate::harness::papers::{self, PDF};
use crate::harness::{TestApp, new_key};
use crate::papers::{draft, put};

#[tokio::test(flavor = "multi_thread")]
async fn papers_may_bring_their_own_ids() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let with_id = |component: &str, id: &str| {
        let mut paper = papers::paper(component);
        paper["id"] = json!(id);
        paper
    };
    let (early, late, more) = (new_key(), new_key(), new_key());
    let mut dossier = papers::dossier("1.013225", "house", &[]);
    dossier["id"] = json!(new_key());
    dossier["attachments"] = json!([
        with_id("drawings", &late.clone().max(early.clone())),
        with_id("application", &late.min(early.clone()))
    ]);
    let filed = citizen.post("/v1/dossiers", dossier.clone()).await.expect(201);
    assert_eq!(
        citizen.post("/v1/dossiers", dossier.clone()).await.expect(201).json,
        filed.json,
        "a retry under a new key"
    );

    let declare = format!("/v1/dossiers/{}/attachments", filed.id());
    let (key, paper) = (new_key(), with_id("land_paper", &more));
    let declared = citizen.post_as(&key, &declare, paper.clone()).await.expect(201);
    put(&citizen, declared.header("location"), PDF).await.expect(200);
    let replayed = citizen.post_as(&key, &declare, paper.clone()).await.expect(201);
    assert_eq!((&replayed.text, replayed.header("idempotent-replayed")), (&declared.text, "true"));
    let again = citizen.post(&declare, paper).await.expect(201);
    assert!(again.json["id"] == more.as_str() && !again.json["stored_at"].is_null(), "as it is now: {}", again.text);
    for taken in [with_id("drawings", &more), with_id("land_paper", &early)] {
        assert_eq!(citizen.post(&declare, taken).await.expect(409).problem(), "dossier.id_taken");
    }
    let theirs = citizen.post("/v1/dossiers", papers::dossier("1.013225", "house", &[])).await.expect(201).id();
    let elsewhere =
        citizen.post(&format!("/v1/dossiers/{theirs}/attachments"), with_id("land_paper", &more)).await.expect(409);
    assert_eq!(elsewhere.problem(), "dossier.id_taken");

    let other_version =
        citizen.post(&declare, with_id("drawings", "7d444840-9dc0-41d1-b245-5ffdce74fad2")).await.expect(422);
    assert_eq!(other_version.json["errors"][0]["pointer"], "/id");
    dossier["id"] = json!(new_key());
    let id = new_key();
    dossier["attachments"] = json!([papers::paper("drawings"), with_id("drawings", &id), with_id("drawings", &id)]);
    let twice = citizen.post("/v1/dossiers", dossier).await.expect(422);
    assert_eq!(twice.json["errors"][0]["pointer"], "/attachments/2/id", "{}", twice.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_holds_a_hundred_papers() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let (id, _) = draft(&citizen, &vec![papers::paper("drawings"); 50]).await;
    let declare = format!("/v1/dossiers/{id}/attachments");
    for _ in 50..100 {
        citizen.post(&declare, papers::paper("drawings")).await.expect(201);
    }
    assert_eq!(citizen.post(&declare, papers::paper("drawings")).await.expect(409).problem(), "attachment.too_many");
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_are_taken_while_they_are_awaited_and_at_no_other_time() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for status in PERMIT_ONLINE.states() {
        let id = cast.dossier(PERMIT_ONLINE, status).await;
        let declare = format!("/v1/dossiers/{id}/attachments");
        let answer = cast.client("congdan1").post(&declare, papers::paper("fire_safety")).await;
        if let Status::Draft | Status::IntakeSupplement | Status::SupplementRequested = status {
            answer.expect(201);
            continue;
        }
        assert_eq!(answer.expect(409).problem(), "attachment.closed", "{status}");
        // Declared in time, and sent too late.
        let late = kernel::clock::uuid_at(app.clock.now());
        app.sql(&format!(
            "INSERT INTO attachments SELECT '{late}', dossier_id, component, file_name, media_type, size, sha256, declared_at, NULL
             FROM attachments WHERE dossier_id = '{id}' LIMIT 1"
        ))
        .await;
        let sent = put(cast.client("congdan1"), &format!("{declare}/{late}/content"), PDF).await.expect(409);
        assert_eq!((sent.problem(), &sent.json["state"]), ("attachment.closed", &json!(status.code())), "{status}");
    }
}

/// A wrong hash, a file that is lost: what cannot be sent any more is declared again, and keeps nobody waiting.
#[tokio::test(flavor = "multi_thread")]
async fn a_paper_that_never_came_is_replaced_by_one_that_did() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let mut new = papers::dossier("1.013225", "house", papers::PERMIT);
    new["attachments"][2]["sha256"] = json!(kernel::files::Sha256::of(b"another file").to_string());
    let filed = citizen.post("/v1/dossiers", new).await.expect(201);
    let (id, content) = (filed.id(), |paper: &Value| format!("attachments/{}/content", paper["id"].as_str().unwrap()));
    for paper in filed.json["attachments"].as_array().unwrap() {
        let wrong = paper["component"] == "drawings";
        let sent = citizen.put_file(&format!("/v1/dossiers/{id}/{}", content(paper)), PDF).await;
        assert_eq!(sent.status, if wrong { 422 } else { 200 });
    }
    let waits = citizen.step(&id, "submit").await.expect(409);
    assert_eq!(waits.json["errors"][0]["code"], "not_uploaded");
    app.advance(chrono::TimeDelta::seconds(1));
    let again = citizen.post(&format!("/v1/dossiers/{id}/attachments"), papers::paper("drawings")).await.expect(201);
    citizen.step(&id, "submit").await.expect(409);
    citizen.put_file(again.header("location"), PDF).await.expect(200);
    citizen.step(&id, "submit").await.expect(200);
    let receipts = citizen.get(&format!("/v1/dossiers/{id}/receipts")).await.expect(200).json;
    let sealed = receipts["items"][0]["receipt"]["attachments"].as_array().unwrap();
    assert_eq!(sealed.len(), 3, "what never came is not on the receipt: {sealed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_are_the_applicants_and_the_receptions_to_add() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (id, addresses) = draft(cast.client("congdan1"), &[papers::paper("application")]).await;
    let declare = format!("/v1/dossiers/{id}/attachments");
    for stranger in ["congdan2", "badinh", "tiepnhan"] {
        let stranger = cast.client(stranger);
        stranger.post(&declare, papers::paper("drawings")).await.expect(404);
        put(stranger, &addresses[0], PDF).await.expect(404);
        stranger.get(&addresses[0]).await.expect(404);
    }
    let officer = cast.client("chuyenvien").post(&declare, papers::paper("drawings")).await.expect(403);
    assert_eq!(officer.problem(), "request.forbidden");

    // Another dossier's paper is not found under this one.
    let (_, others) = draft(cast.client("congdan1"), &[papers::paper("application")]).await;
    let mixed = format!("{declare}/{}", others[0].split("/attachments/").nth(1).unwrap());
    assert_eq!(put(cast.client("congdan1"), &mixed, PDF).await.expect(404).problem(), "attachment.not_found");
    let counter = format!("/v1/dossiers/{}/attachments", cast.dossier(PERMIT_AT_COUNTER, Status::Draft).await);
    cast.client("congdan1").post(&counter, papers::paper("drawings")).await.expect(404);
    cast.client("tiepnhan").post(&counter, papers::paper("drawings")).await.expect(201);
}
