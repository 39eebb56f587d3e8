//! The owner's store: what was scanned for a dossier and what came of it belongs to its applicant, and is filed again.

use directory::Account;
use directory::citizen::{self, Identity};
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE, path};
use crate::harness::papers::{self, PDF};
use crate::harness::{Answer, Client, TestApp, new_key};

/// What an officer reads in a land paper.
fn land_paper() -> Value {
    json!({
        "number": "CS 012345", "issuer": "Sở Zephyrine", "issue_date": "2020-05-11", "valid_to": "2026-12-31",
        "signature": {"kind": "none"}, "ocr": {"text": "Zephyrine"},
    })
}

/// The attachment of a dossier that is this component.
async fn attachment(client: &Client, dossier: &str, component: &str) -> Value {
    let dossier = client.get(&format!("/v1/dossiers/{dossier}")).await.expect(200).json;
    let mut all = dossier["attachments"].as_array().unwrap().iter();
    all.find(|paper| paper["component"] == component).unwrap_or_else(|| panic!("no {component}")).clone()
}

async fn digitise(client: &Client, dossier: &str, component: &Value, data: Value) -> Answer {
    let id = component["id"].as_str().unwrap();
    client.post(&format!("/v1/dossiers/{dossier}/attachments/{id}/digitise"), data).await
}

/// A dossier that has been accepted, and the id of its land paper, digitised.
async fn kept(cast: &Cast) -> (String, String) {
    let id = cast.dossier(PERMIT_ONLINE, Status::Accepted).await;
    let paper = attachment(cast.client("tiepnhan"), &id, "land_paper").await;
    digitise(cast.client("tiepnhan"), &id, &paper, land_paper()).await.expect(200);
    (id, paper["id"].as_str().unwrap().to_owned())
}

/// A new permit, or another case of it, that reuses a paper.
fn reusing(case: &str, components: &[&str], component: &str, paper: &str) -> Value {
    let mut dossier = papers::dossier("1.013225", case, components);
    dossier["reused"] = json!([{"component": component, "paper_id": paper}]);
    dossier
}

async fn store(client: &Client) -> Vec<Value> {
    client.get("/v1/papers").await.expect(200).json["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_scanned_is_the_applicants_from_the_acceptance_on_and_nobody_elses() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, reception) = (cast.client("congdan1"), cast.client("tiepnhan"));
    let id = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    let paper = attachment(reception, &id, "land_paper").await;
    assert_eq!(paper["digitisation"], "not_digitised");
    let digitised = digitise(reception, &id, &paper, land_paper()).await.expect(200);
    assert_eq!(digitised.json["digitisation"], "digitised");
    assert!(store(citizen).await.is_empty(), "nothing is kept of what may yet be refused");

    reception.step(&id, "accept").await.expect(200);
    let own = store(citizen).await;
    assert_eq!(own.len(), 3, "{own:?}");
    let kept = own.iter().find(|kept| kept["id"] == paper["id"]).unwrap();
    let code = attachment_code(reception, &id).await;
    assert_eq!((&kept["dossier_code"], &kept["origin"]), (&json!(code), &json!("component")));
    assert_eq!(
        (&kept["data"]["paper_type"], &kept["data"]["number"]),
        (&json!("land_use_certificate"), &json!("CS 012345"))
    );
    let at = format!("/v1/papers/{}", paper["id"].as_str().unwrap());
    assert_eq!(citizen.get(&at).await.expect(200).json, *kept);
    assert_eq!(citizen.get(&format!("{at}/content")).await.expect(200).text.as_bytes(), PDF);
    assert!(store(cast.client("congdan2")).await.is_empty());
    for stranger in [format!("{at}/content"), at.clone()] {
        cast.client("congdan2").get(&stranger).await.expect(404);
        reception.get(&stranger).await.expect(403);
    }

    // Officers see it through the dossier that carries it.
    let through = format!("/v1/dossiers/{id}/attachments/{}/paper", paper["id"].as_str().unwrap());
    for (who, status) in [("chuyenvien", 200), ("thanhtra", 200), ("congdan1", 200), ("badinh", 404), ("congdan2", 404)]
    {
        cast.client(who).get(&through).await.expect(status);
    }
    let drawings = attachment(reception, &id, "drawings").await;
    let nothing = format!("/v1/dossiers/{id}/attachments/{}/paper", drawings["id"].as_str().unwrap());
    assert_eq!(reception.get(&nothing).await.expect(200).json["digitised_at"], Value::Null);
    let told =
        "SELECT count(*) FROM journal WHERE journal::text ILIKE '%zephyrine%' OR journal::text LIKE '%CS 012345%'";
    assert_eq!(app.count(told).await, 0);
    assert_eq!(app.count("SELECT count(*) FROM papers WHERE papers::text ILIKE '%zephyrine%'").await, 1);
}

async fn attachment_code(client: &Client, id: &str) -> String {
    let dossier = client.get(&format!("/v1/dossiers/{id}")).await.expect(200).json;
    dossier["code"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_reception_digitises_and_says_who_issued_it_and_when() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let reception = cast.client("tiepnhan");
    let id = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    let paper = attachment(reception, &id, "land_paper").await;
    for (who, status) in [("chuyenvien", 403), ("congdan1", 403), ("badinh", 404)] {
        digitise(cast.client(who), &id, &paper, land_paper()).await.expect(status);
    }
    let wrong = json!({"paper_type": "building_permit", "valid_from": "2026-02-01", "valid_to": "2026-01-31"});
    let wrong = digitise(reception, &id, &paper, wrong).await.expect(422);
    assert_eq!(wrong.wrong(), ["/issue_date", "/issuer", "/paper_type", "/valid_to"].into());
    digitise(reception, &id, &paper, land_paper()).await.expect(200);
    digitise(reception, &id, &paper, land_paper()).await.expect(200);
    let stale = format!("/v1/dossiers/{id}/attachments/{}/digitise", paper["id"].as_str().unwrap());
    let request = reception.request(reqwest::Method::POST, &stale).header("if-match", "\"1\"");
    reception.send(request.header("idempotency-key", new_key()).json(&land_paper())).await.expect(412);

    let other = json!({"ground": "not_competent", "reason": "Thửa đất thuộc địa bàn phường khác."});
    reception.post(&path(&id, Action::ProposeRejection), other.clone()).await.expect(200);
    cast.client("motcua").post(&path(&id, Action::Reject), other).await.expect(200);
    assert_eq!(digitise(reception, &id, &paper, land_paper()).await.expect(409).problem(), "dossier.closed");
    assert!(store(cast.client("congdan1")).await.is_empty(), "what is refused is not kept");
}

/// A citizen of whom the identity provider tells a number.
async fn with_number(app: &TestApp, number: &str) -> Client {
    let identity = Identity {
        issuer: "https://vneid.example".to_owned(),
        subject: format!("with {number}"),
        name: "Nguyễn Thị Hoa".to_owned(),
        identity_number: Some(number.to_owned()),
    };
    let mut conn = app.db.conn().await.unwrap();
    let citizen = citizen::recognise(&mut conn, &app.ctx(), identity).await.unwrap();
    app.client(&mut conn, Account::Citizen(citizen)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_from_the_counter_are_found_by_the_identity_number_that_is_vouched_for() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    let (owner, other) = (with_number(&app, "001185012345").await, with_number(&app, "001185054321").await);
    // A number that was typed shows nobody anything before its owner has named the dossier's code.
    assert!(store(&owner).await.is_empty());
    let code = attachment_code(cast.client("tiepnhan"), &id).await;
    owner.post("/v1/claims", json!({"code": code})).await.expect(200);
    let own = store(&owner).await;
    assert_eq!((own.len(), &own[0]["dossier_id"]), (3, &json!(id)));
    let content = format!("/v1/papers/{}/content", own[0]["id"].as_str().unwrap());
    assert_eq!(owner.get(&content).await.expect(200).text.as_bytes(), PDF);
    other.get(&content).await.expect(404);
    // Nobody else puts papers under that number, or has data looked up under it.
    let under_theirs = papers::dossier("1.013225", "house", papers::PERMIT);
    let refused = other.post("/v1/dossiers", under_theirs).await.expect(422);
    assert_eq!(refused.wrong().into_iter().collect::<Vec<_>>(), ["/applicant/identity_number"]);
    papers::file(&owner, "1.013225", "house", papers::PERMIT).await;
    assert_eq!((store(&owner).await.len(), store(&other).await.len()), (3, 0));
    assert!(store(cast.client("congdan2")).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_is_filed_again_without_its_bytes_and_the_officer_sees_where_it_is_from() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, reception) = (cast.client("congdan1"), cast.client("tiepnhan"));
    let (first, paper) = kept(&cast).await;
    let code = attachment_code(reception, &first).await;
    let filed = reusing("house", &["application", "drawings"], "land_paper", &paper);
    let draft = citizen.post("/v1/dossiers", filed).await.expect(201);
    let again = attachment(citizen, &draft.id(), "land_paper").await;
    assert_eq!(again["digitisation"], "reused_component");
    assert_eq!(again["reused"], json!({"paper_id": paper, "dossier_code": code}));
    assert!(!again["stored_at"].is_null());
    for attachment in draft.json["attachments"].as_array().unwrap().iter().filter(|one| one["reused"].is_null()) {
        let at = format!("/v1/dossiers/{}/attachments/{}/content", draft.id(), attachment["id"].as_str().unwrap());
        citizen.put_file(&at, PDF).await.expect(200);
    }
    citizen.step(&draft.id(), "submit").await.expect(200);
    reception.step(&draft.id(), "accept").await.expect(200);
    let seen = attachment(reception, &draft.id(), "land_paper").await;
    assert_eq!(seen["reused"]["dossier_code"], json!(code));
    let at = format!("/v1/dossiers/{}/attachments/{}", draft.id(), seen["id"].as_str().unwrap());
    assert_eq!(citizen.get(&format!("{at}/content")).await.expect(200).text.as_bytes(), PDF);
    assert_eq!(reception.get(&format!("{at}/paper")).await.expect(200).json["data"]["number"], "CS 012345");
    let refused = digitise(reception, &draft.id(), &seen, land_paper()).await.expect(409);
    assert_eq!(refused.problem(), "paper.wrong_state");
    assert_eq!(store(citizen).await.len(), 5, "three of the first dossier, two of the second");

    // One more component, of a dossier that is a draft already.
    let draft = citizen.post("/v1/dossiers", papers::dossier("1.013225", "other", &[])).await.expect(201);
    let reuse = format!("/v1/dossiers/{}/attachments/reuse", draft.id());
    let body = json!({"component": "land_paper", "paper_id": paper});
    let key = new_key();
    let added = citizen.post_as(&key, &reuse, body.clone()).await.expect(201);
    assert_eq!(added.json["digitisation"], "reused_component");
    assert_eq!(citizen.post_as(&key, &reuse, body).await.expect(201).json, added.json);

    let reused = "SELECT sum(n) FROM (
        SELECT jsonb_array_length(event::jsonb -> 'created' -> 'reused') AS n FROM journal WHERE event_kind = 'dossier.created'
        UNION ALL SELECT 1 FROM journal WHERE event_kind = 'dossier.attachment_reused') AS counted";
    assert_eq!(app.count(reused).await, 2, "the journal alone says how many were reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_ones_own_paper_of_the_right_type_that_is_valid_today_is_reused() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, stranger) = (cast.client("congdan1"), cast.client("congdan2"));
    let (first, paper) = kept(&cast).await;
    let drawings = attachment(citizen, &first, "drawings").await;
    let refused = async |client: &Client, component: &str, paper: &str| {
        let answer = client.post("/v1/dossiers", reusing("house", &[], component, paper)).await.expect(422);
        let error = &answer.json["errors"][0];
        assert!(error["pointer"].as_str().unwrap().starts_with("/reused/0/"), "{}", answer.text);
        error["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused(stranger, "land_paper", &paper).await, "unknown");
    assert_eq!(refused(cast.client("tiepnhan"), "land_paper", &paper).await, "unknown");
    assert_eq!(refused(citizen, "land_paper", &new_key()).await, "unknown");
    assert_eq!(refused(citizen, "fire_safety", &paper).await, "wrong_type");
    assert_eq!(refused(citizen, "drawings", drawings["id"].as_str().unwrap()).await, "not_digitised");
    assert_eq!(refused(citizen, "permit", &paper).await, "unknown", "the case has no such component");
    let hide = format!("/v1/papers/{paper}/hide");
    stranger.post(&hide, json!({})).await.expect(404);
    citizen.post(&hide, json!({})).await.expect(200);
    assert_eq!(citizen.post(&hide, json!({})).await.expect(409).problem(), "paper.wrong_state");
    assert_eq!(refused(citizen, "land_paper", &paper).await, "unknown", "it is hidden");
    assert_eq!(store(citizen).await.len(), 2);
    let hidden = citizen.get("/v1/papers?hidden=true").await.expect(200).json;
    assert_eq!((hidden["items"].as_array().unwrap().len(), &hidden["items"][0]["id"]), (1, &json!(paper)));
    citizen.post(&format!("/v1/papers/{paper}/show"), json!({})).await.expect(200);
    app.eventually("SELECT count(*) FROM journal WHERE entity_kind = 'paper' AND number IS NOT NULL", 2).await;

    app.set_time("2026-12-31T23:00:00+07:00");
    let citizen = app.citizen("congdan1").await;
    citizen.post("/v1/dossiers", reusing("house", &[], "land_paper", &paper)).await.expect(201);
    app.set_time("2027-01-01T00:00:00+07:00");
    assert_eq!(refused(&app.citizen("congdan1").await, "land_paper", &paper).await, "not_valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_papers_hold_each_once() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let citizen = cast.client("congdan1");
    cast.dossier(PERMIT_ONLINE, Status::Accepted).await;
    let (_, land) = kept(&cast).await;
    let (mut at, mut seen) = ("/v1/papers?limit=4".to_owned(), Vec::new());
    loop {
        let page = citizen.get(&at).await.expect(200).json;
        seen.extend(page["items"].as_array().unwrap().iter().map(|paper| paper["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        at = format!("/v1/papers?limit=4&cursor={cursor}");
        cast.client("congdan2").get(&at).await.expect(400);
    }
    assert!(seen.is_sorted_by(|one, next| one > next) && seen.len() == 6, "{seen:?}");
    for no_code in ["%00", "", "Đất"] {
        citizen.get(&format!("/v1/papers?paper_type={no_code}")).await.expect(400);
    }
    let typed = citizen.get("/v1/papers?paper_type=land_use_certificate").await.expect(200).json;
    assert_eq!((typed["items"].as_array().unwrap().len(), &typed["items"][0]["id"]), (1, &json!(land)));
}

/// Declares a result's document; gives its id and the address of its content.
async fn declare(client: &Client, dossier: &str) -> (String, String) {
    let mut document = papers::paper("result");
    document.as_object_mut().unwrap().remove("component");
    let declared = client.post(&format!("/v1/dossiers/{dossier}/result-documents"), document).await.expect(201);
    (declared.id(), declared.header("location").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_carries_its_document_which_is_the_applicants_paper_and_filed_again() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, officer, leader) = (cast.client("congdan1"), cast.client("chuyenvien"), cast.client("lanhdao"));
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let (document, content) = declare(officer, &id).await;
    for (who, status) in [("tiepnhan", 403), ("congdan1", 404), ("badinh", 404)] {
        cast.client(who).put_file(&content, PDF).await.expect(status);
    }
    officer.propose(&id).await;
    let result =
        |document: &str| json!({"outcome": "granted", "number": "125/GPXD-UBND", "document": {"id": document}});
    let issue = async |document: &str| leader.post(&path(&id, Action::IssueResult), result(document)).await;
    let scan = attachment(officer, &id, "drawings").await;
    for wrong in [document.as_str(), scan["id"].as_str().unwrap(), &new_key()] {
        assert_eq!(issue(wrong).await.expect(422).wrong(), ["/document/id"].into(), "not there yet, or no result");
    }
    officer.put_file(&content, PDF).await.expect(200);
    declare(leader, &id).await;
    let drafts = officer.get(&format!("/v1/dossiers/{id}")).await.expect(200).json;
    assert_eq!(drafts["result_documents"].as_array().unwrap().len(), 2);
    let hidden = citizen.get(&format!("/v1/dossiers/{id}")).await.expect(200).json;
    assert_eq!((&hidden["result_documents"], &hidden["attachments"].as_array().unwrap().len()), (&Value::Null, &3));
    citizen.get(&content).await.expect(404);
    assert!(!citizen.get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).text.contains("result_document"));

    issue(&document).await.expect(200);
    let issued = citizen.get(&format!("/v1/dossiers/{id}")).await.expect(200).json;
    assert_eq!(
        (issued["result_documents"].as_array().unwrap().len(), &issued["result_documents"][0]["id"]),
        (1, &json!(document))
    );
    citizen.get(&content).await.expect(200);
    let kept = citizen.get(&format!("/v1/papers/{document}")).await.expect(200).json;
    assert_eq!((&kept["origin"], &kept["data"]["paper_type"]), (&json!("result"), &json!("building_permit")));
    assert_eq!((&kept["data"]["number"], &kept["data"]["issue_date"]), (&json!("125/GPXD-UBND"), &json!("2026-08-17")));
    assert_eq!(kept["issuer_agency_id"], issued["competent_agency_id"]);

    let filed = reusing("extension", &["application"], "permit", &document);
    let extension = citizen.post("/v1/dossiers", filed).await.expect(201);
    let permit = attachment(citizen, &extension.id(), "permit").await;
    assert_eq!(permit["digitisation"], "reused_result");
    let late = json!({
        "file_name": "a.pdf", "media_type": "application/pdf", "size": 3, "sha256": permit["sha256"],
    });
    let closed = leader.post(&format!("/v1/dossiers/{id}/result-documents"), late).await.expect(409);
    assert_eq!(closed.problem(), "attachment.closed");
}
