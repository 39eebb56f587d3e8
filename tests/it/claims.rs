//! What was filed for somebody at a counter or by post comes into their own account with the code on its receipt, and into nobody
//! else's.

use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_BY_POST, PERMIT_ONLINE, path};
use crate::harness::{Answer, Client, TestApp, new_key, papers};

async fn claim(client: &Client, code: &str) -> Answer {
    client.post("/v1/claims", json!({"code": code})).await
}

async fn read(client: &Client, id: &str) -> Answer {
    client.get(&format!("/v1/dossiers/{id}")).await
}

async fn code(cast: &Cast, id: &str) -> String {
    read(cast.client("tiepnhan"), id).await.expect(200).json["code"].as_str().expect("a code").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reception_filed_is_in_its_applicants_account_once_they_give_its_code() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for kind in [PERMIT_AT_COUNTER, PERMIT_BY_POST] {
        let id = cast.dossier(kind, Status::SupplementRequested).await;
        let (mine, code) = (cast.client("congdan1"), code(&cast, &id).await);
        read(mine, &id).await.expect(404);
        let claimed = claim(mine, &code).await.expect(200);
        assert_eq!((claimed.id(), &claimed.json["status"]), (id.clone(), &json!("supplement_requested")));
        assert_eq!(read(mine, &id).await.expect(200).json, claimed.json);
        assert_eq!(claim(mine, &code).await.expect(200).json, claimed.json, "theirs already, it is shown");
        let listed = mine.get("/v1/dossiers").await.expect(200).json["items"].clone();
        assert!(listed.as_array().unwrap().iter().any(|line| line["id"] == json!(id)), "{listed}");
        let timeline = mine.get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).json["items"].clone();
        let events = timeline.as_array().unwrap().iter().map(|entry| &entry["event"]);
        assert_eq!(events.filter(|event| **event == json!("dossier.claimed")).count(), 1);
        // From now on they act themselves.
        cast.bring(&id, "congdan1", "drawings").await;
        let back = json!({"ground": "no_longer_needed"});
        mine.post(&path(&id, Action::RequestWithdrawal), back).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_alone_or_a_number_alone_shows_nothing() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    let code = code(&cast, &id).await;
    let refused = async |client: &Client, code: &str| {
        let refused = claim(client, code).await.expect(404);
        assert_eq!(refused.problem(), "dossier.claim_not_found");
        refused.json["detail"].clone()
    };
    let another = refused(cast.client("congdan2"), &code).await;
    assert_eq!(refused(cast.client("congdan1"), "000.01.13.H26-261127-9999").await, another, "it does not say which");
    let unknown = app.person("khach", None).await;
    assert_eq!(claim(&unknown, &code).await.expect(403).problem(), "dossier.identity_not_verified");
    cast.client("congdan1").post("/v1/claims", json!({"code": "không"})).await.expect(422);

    claim(cast.client("congdan1"), &code).await.expect(200);
    let twin = app.vouched("congdan1-again", papers::NAME, Some(papers::NUMBER)).await;
    refused(&twin, &code).await;

    let own = cast.dossier(PERMIT_ONLINE, Status::Accepted).await;
    let own = read(cast.client("congdan1"), &own).await.json["code"].as_str().unwrap().to_owned();
    refused(&twin, &own).await;
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'dossier.claimed'";
    assert_eq!(app.count(told).await, 1);
}

/// What is an organisation's is its representatives', whoever stood at the counter.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_an_organisations_is_nobodys_own() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let reception = cast.client("tiepnhan");
    let company = json!({"kind": "enterprise", "number": "0101234567", "name": "Công ty Hoa Sen", "address": "Hà Nội"});
    let company = reception.post("/v1/organisations", company).await.expect(201).id();
    let power = json!({"organisation_id": company, "representative_number": papers::ANOTHERS,
        "representative_name": "Người Đại Diện", "basis": "legal", "document": "GPKD 1", "valid_from": "2020-01-01"});
    let power = reception.post("/v1/representations", power).await.expect(201).id();
    let mut new: Value = papers::dossier("1.013225", "house", papers::PERMIT);
    new["representation_id"] = json!(power);
    let draft = reception.post("/v1/dossiers", new).await.expect(201);
    papers::upload(reception, &draft.json).await;
    let accepted = reception.step(&draft.id(), "accept").await.expect(200);
    let code = accepted.json["code"].as_str().unwrap();
    assert_eq!(claim(cast.client("congdan1"), code).await.expect(404).problem(), "dossier.claim_not_found");
    read(cast.client("congdan2"), &draft.id()).await.expect(200);
}

/// Whoever's number was typed by mistake has another name. Until it is claimed, nothing of it is in their store either.
#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_number_shows_nothing_to_whose_it_is() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    let code = code(&cast, &id).await;
    let stranger = app.vouched("nguoikhac", "Nguyễn Thị Hòa An", Some(papers::NUMBER)).await;
    assert_eq!(claim(&stranger, &code).await.expect(404).problem(), "dossier.claim_not_found");
    let store = async |who: &Client| {
        let list = who.get("/v1/papers").await.expect(200).json["items"].clone();
        list.as_array().unwrap().iter().filter(|paper| paper["dossier_id"] == json!(id)).count()
    };
    let mine = cast.client("congdan1");
    assert_eq!((store(&stranger).await, store(mine).await), (0, 0));
    claim(mine, &code).await.expect(200);
    assert_eq!(store(mine).await, 3);
}

/// After a lost answer the same request is answered as before.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_sent_again_is_answered_again() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    let (mine, body) = (cast.client("congdan1"), json!({"code": code(&cast, &id).await}));
    let key = new_key();
    let first = mine.post_as(&key, "/v1/claims", body.clone()).await.expect(200);
    cast.client("tiepnhan").step(&id, "request-withdrawal").await.expect(200);
    let again = mine.post_as(&key, "/v1/claims", body).await.expect(200);
    assert_eq!((&again.text, again.header("idempotent-replayed")), (&first.text, "true"));
}
