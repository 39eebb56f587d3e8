//! The e-form is put right while the dossier is with whoever applies, and what it said once the agency had it is kept.

use procedures::receipt;
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_BY_POST, PERMIT_ONLINE, path, said};
use crate::harness::{Answer, Client, TestApp, papers};

fn at(id: &str) -> String {
    format!("/v1/dossiers/{id}/form")
}

/// As the tests' dossiers are filed, with so many floors.
fn of(floors: u32) -> Value {
    let filed = papers::dossier("1.013225", "house", papers::PERMIT);
    json!({"applicant": filed["applicant"], "form": {"floors": floors}})
}

async fn read(client: &Client, id: &str) -> Answer {
    client.get(&format!("/v1/dossiers/{id}")).await.expect(200)
}

async fn earlier(client: &Client, id: &str) -> Vec<Value> {
    let list = client.get(&format!("/v1/dossiers/{id}/earlier-forms")).await.expect(200);
    list.json["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_put_right_and_nothing_of_it_is_kept() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Draft).await;
    let mine = cast.client("congdan1");
    let before = read(mine, &id).await;
    let after = mine.replace(&at(&id), before.header("etag"), &of(4)).await.expect(200);
    assert_eq!((&after.json["form"], &after.json["status"]), (&json!({"floors": 4}), &json!("draft")));
    assert_eq!(read(mine, &id).await.json, after.json);
    // The same again, after a lost answer, finds it as it wants it; something else has seen too little.
    let again = mine.replace(&at(&id), before.header("etag"), &of(4)).await.expect(200);
    assert_eq!(again.header("etag"), after.header("etag"));
    let stale = mine.replace(&at(&id), before.header("etag"), &of(5)).await.expect(412);
    assert_eq!(stale.problem(), "dossier.stale_version");
    assert!(earlier(mine, &id).await.is_empty());
    cast.client("congdan2").replace(&at(&id), "*", &of(5)).await.expect(404);
    cast.client("tiepnhan").replace(&at(&id), "*", &of(5)).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_agency_had_is_kept_and_fits_its_receipt() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::IntakeSupplement).await;
    let mine = cast.client("congdan1");
    let before = read(mine, &id).await.json;
    let mut right = of(4);
    right["applicant"]["phone"] = json!("+84987654321");
    mine.replace(&at(&id), "*", &right).await.expect(200);
    let kept = earlier(cast.client("tiepnhan"), &id).await;
    assert_eq!((kept.len(), &kept[0]["form"]), (1, &before["form"]));
    assert_eq!(kept[0]["applicant"], before["applicant"]);
    cast.bring(&id, "congdan1", papers::PERMIT[0]).await;
    mine.step(&id, "submit").await.expect(200);
    let receipts = mine.get(&format!("/v1/dossiers/{id}/receipts")).await.expect(200).json;
    for (n, said) in [&kept[0], &read(mine, &id).await.json].into_iter().enumerate() {
        let content = receipt::content(&said["applicant"], "house", &said["form"], "1.013225");
        assert_eq!(receipts["items"][n]["receipt"]["content_sha256"], content.to_string(), "receipt {n}");
    }
    let told =
        format!("SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event = '{{\"form_corrected\":{{}}}}'");
    assert_eq!(app.count(&told).await, 1, "what it said is not in the journal");
    cast.client("congdan2").get(&format!("/v1/dossiers/{id}/earlier-forms")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_put_right_by_whom_it_is_asked_of_and_only_then() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for kind in [PERMIT_ONLINE, PERMIT_AT_COUNTER, PERMIT_BY_POST] {
        for status in kind.states() {
            let id = cast.dossier(kind, status).await;
            let open = matches!(status, Status::Draft | Status::IntakeSupplement | Status::SupplementRequested);
            let answer = cast.client(kind.filer()).replace(&at(&id), "*", &of(7)).await;
            assert_eq!(answer.status.as_u16(), if open { 200 } else { 409 }, "{kind:?} in {status}");
            if !open {
                assert_eq!((answer.problem(), &answer.json["state"]), ("dossier.form_closed", &json!(status.code())));
            }
        }
    }
    let id = cast.dossier(PERMIT_ONLINE, Status::SupplementRequested).await;
    cast.client("tiepnhan").replace(&at(&id), "*", &of(8)).await.expect(200);
    for (who, status) in [("chuyenvien", 403), ("lanhdao", 403), ("congdan2", 404)] {
        cast.client(who).replace(&at(&id), "*", &of(9)).await.expect(status);
    }
}

/// Under the number papers are kept, and data is looked up.
#[tokio::test(flavor = "multi_thread")]
async fn it_stays_whose_it_is() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Draft).await;
    let mut another = of(3);
    another["applicant"]["identity_number"] = json!(papers::ANOTHERS);
    another["applicant"]["organisation"] = json!({"id": id, "number": "0101234567", "name": "Công ty Hoa Sen"});
    let refused = cast.client("tiepnhan").replace(&at(&id), "*", &another).await.expect(422);
    assert_eq!(refused.wrong(), ["/applicant/identity_number", "/applicant/organisation"].into_iter().collect());
    let reject = path(&id, Action::ProposeRejection);
    cast.client("tiepnhan").post(&reject, said(PERMIT_AT_COUNTER, Action::ProposeRejection)).await.expect(200);
    cast.client("tiepnhan").replace(&at(&id), "*", &of(3)).await.expect(409);
}
