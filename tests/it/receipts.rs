//! Receipts that bind: signed when something was promised, and checked by anybody with the published keys.

use chrono::TimeDelta;
use kernel::files::Sha256;
use kernel::signing::{KeyRing, PublicKeys};
use procedures::receipt::{self, Presented};
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE, path, said};
use crate::harness::papers::PDF;
use crate::harness::{Client, TestApp};
use crate::start::program::{caunoi, run};

async fn receipts(client: &Client, id: &str) -> Vec<Value> {
    let list = client.get(&format!("/v1/dossiers/{id}/receipts")).await.expect(200);
    list.json["items"].as_array().unwrap().clone()
}

async fn published_keys(app: &TestApp) -> String {
    app.anonymous().get("/.well-known/jwks.json").await.expect(200).text
}

#[tokio::test(flavor = "multi_thread")]
async fn submission_and_acceptance_are_promised_in_writing() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let (citizen, id) = (cast.client("congdan1"), cast.dossier(PERMIT_ONLINE, Status::Accepted).await);
    let dossier = citizen.get(&format!("/v1/dossiers/{id}")).await.expect(200).json;
    let all = receipts(citizen, &id).await;
    let said: Vec<&Value> = all.iter().map(|item| &item["receipt"]).collect();
    assert_eq!((said.len(), &said[0]["stage"], &said[1]["stage"]), (2, &json!("submitted"), &json!("accepted")));
    assert_eq!(said[0]["due_at"], "2026-08-18T02:00:00Z", "eight working hours for an answer");
    assert_eq!((&said[1]["due_at"], &said[1]["at"]), (&dossier["due_at"], &dossier["accepted_at"]));
    let filed = receipt::content(&dossier["applicant"], "house", &dossier["form"], "1.013225");
    for receipt in said {
        assert_eq!(receipt["content_sha256"], filed.to_string());
        let papers = receipt["attachments"].as_array().unwrap();
        assert_eq!(papers.len(), 3);
        assert!(papers.iter().all(|paper| paper["sha256"] == Sha256::of(PDF).to_string()));
    }
    let text = json!(all.iter().map(|item| &item["receipt"]).collect::<Vec<_>>()).to_string();
    assert!(!text.contains("Hoa") && !text.contains("001185012345"), "no personal data: {text}");
    assert_eq!(receipts(cast.client("tiepnhan"), &id).await.len(), 2);
    cast.client("congdan2").get(&format!("/v1/dossiers/{id}/receipts")).await.expect(404);
    let counter = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    assert_eq!(receipts(cast.client("tiepnhan"), &counter).await.len(), 1, "nobody submits at the counter");
}

/// Each time that another day is told, and when papers come later, there is a receipt of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_supplied_and_what_is_promised_anew_is_promised_in_writing_too() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, reception, leader) = (cast.client("congdan1"), cast.client("tiepnhan"), cast.client("lanhdao"));
    let last = async |id: &str| {
        let due_at = citizen.get(&format!("/v1/dossiers/{id}")).await.expect(200).json["due_at"].clone();
        let receipt = receipts(citizen, id).await.pop().unwrap()["receipt"].clone();
        assert_eq!(receipt["due_at"], due_at);
        receipt
    };
    let supplied = cast.dossier(PERMIT_ONLINE, Status::SupplementRequested).await;
    let papers = last(&supplied).await["attachments"].as_array().unwrap().len();
    cast.bring(&supplied, "congdan1", "application").await;
    app.advance(TimeDelta::minutes(5));
    reception.step(&supplied, "confirm-supplement").await.expect(200);
    let given = last(&supplied).await;
    assert_eq!(given["stage"], "supplemented");
    assert_eq!(given["attachments"].as_array().unwrap().len(), papers + 1);

    let later = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let new = said(PERMIT_ONLINE, Action::Reappoint);
    leader.post(&path(&later, Action::Reappoint), new).await.expect(200);
    assert_eq!(last(&later).await["stage"], "promised_anew");

    let other = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let new = said(PERMIT_ONLINE, Action::ChangeCase);
    leader.post(&path(&other, Action::ChangeCase), new).await.expect(200);
    assert_eq!((&last(&other).await["stage"], &last(&other).await["case"]), (&json!("promised_anew"), &json!("other")));
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_can_have_a_receipt_checked() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    let given = receipts(cast.client("congdan1"), &id).await.remove(0);
    let check = async |signed: &str| app.anonymous().post("/v1/receipts/verify", json!({ "signed": signed })).await;
    let signed = given["signed"].as_str().unwrap();
    assert_eq!(check(signed).await.expect(200).json, given);

    let foreign = KeyRing::from_pem(&KeyRing::generate_pem()).unwrap();
    let [header, claims, signature] = signed.split('.').collect::<Vec<_>>()[..] else { panic!("{signed}") };
    let other = foreign.sign(receipt::TYP, &given["receipt"]);
    let [_, _, other_signature] = other.split('.').collect::<Vec<_>>()[..] else { panic!("{other}") };
    let token = cast.client("congdan1").token.clone().unwrap();
    for (what, wrong) in [
        ("signed by somebody else", other.clone()),
        ("with another signature", format!("{header}.{claims}.{other_signature}")),
        ("with other claims", format!("{header}.{}.{signature}", claims.replace('A', "B"))),
        ("something else of ours", token),
        ("nothing of the kind", "a.b.c".to_owned()),
    ] {
        let refused = check(&wrong).await.expect(422);
        assert_eq!(refused.problem(), "receipt.not_ours", "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_checked_with_the_published_keys_needs_no_server() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    let citizen = cast.client("congdan1");
    let dossier = citizen.get(&format!("/v1/dossiers/{id}")).await.expect(200);
    let given = receipts(citizen, &id).await.remove(0);
    let keys = published_keys(&app).await;
    let public = PublicKeys::from_json(&keys).unwrap();
    let signed = given["signed"].as_str().unwrap().to_owned();
    assert_eq!(
        receipt::check(&public, &Presented { signed: signed.clone() }).unwrap().receipt.dossier_id.to_string(),
        id
    );

    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, content: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (keys, receipt) = (put("jwks.json", keys.as_bytes()), put("receipt.jws", signed.as_bytes()));
    let (same, paper) = (put("dossier.json", dossier.text.as_bytes()), put("paper.pdf", PDF));
    let arguments = ["verify-receipt", &receipt, "--keys", &keys, "--dossier", &same, "--papers", &paper];
    let said = run(&mut caunoi(&arguments)).good();
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), given["receipt"]);

    let mut changed = dossier.json.clone();
    changed["form"]["floors"] = json!(9);
    let (changed, other) = (put("changed.json", changed.to_string().as_bytes()), put("other.pdf", b"%PDF-1.4 other"));
    let arguments = ["verify-receipt", &receipt, "--keys", &keys, "--dossier", &changed, "--papers", &paper, &other];
    let found = run(&mut caunoi(&arguments));
    assert_eq!(found.status.code(), Some(1));
    assert!(found.complained.contains("changed.json is not what was filed"), "{}", found.complained);
    assert!(found.complained.contains("other.pdf is none of the papers"), "{}", found.complained);
    let torn = put("torn.jws", &signed.as_bytes()[..signed.len() - 8]);
    let refused = run(&mut caunoi(&["verify-receipt", &torn, "--keys", &keys]));
    assert!(refused.complained.starts_with("The receipt cannot be believed: "), "{}", refused.complained);
}
