//! What comes beside the usual course: a result put right at the agency's cost (NĐ 61/2018 Art. 21), a dossier that is another
//! agency's (Art. 18(3)), a result fetched elsewhere, and who had it in the meantime.

use chrono::TimeDelta;
use kernel::files::Sha256;
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE, path, said};
use crate::harness::papers::{self, PDF};
use crate::harness::{Client, TestApp, new_key};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_result_is_put_right_once_at_a_time_and_both_numbers_are_kept() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (officer, leader, citizen) = (cast.client("chuyenvien"), cast.client("lanhdao"), cast.client("congdan1"));
    let id = cast.dossier(PERMIT_ONLINE, Status::Returned).await;
    let at = format!("/v1/dossiers/{id}/corrections");
    let wrong = json!({"reason": "Xin lỗi ông/bà: giấy phép ghi sai số tầng."});
    cast.client("tiepnhan").post(&at, wrong.clone()).await.expect(403);
    cast.client("badinh").post(&at, wrong.clone()).await.expect(404);
    let opened = officer.post(&at, wrong.clone()).await.expect(201);
    assert_eq!(opened.json["wrong_number"], "125/GPXD-UBND");
    let twice = officer.post(&at, wrong.clone()).await.expect(409);
    assert_eq!((twice.problem(), &twice.json["state"]), ("correction.impossible", &json!("returned")));
    let close = format!("{at}/{}/close", opened.id());
    let right = json!({"number": "125a/GPXD-UBND"});
    officer.post(&close, right.clone()).await.expect(403);
    leader.post(&close, right.clone()).await.expect(200);
    leader.post(&close, right).await.expect(409);
    let seen = citizen.get(&at).await.expect(200).json["items"][0].clone();
    assert_eq!((&seen["wrong_number"], &seen["right_number"]), (&json!("125/GPXD-UBND"), &json!("125a/GPXD-UBND")));
    let dossier = citizen.get(&format!("/v1/dossiers/{id}")).await.expect(200);
    assert_eq!(
        (&dossier.json["result_number"], &dossier.json["status"]),
        (&json!("125a/GPXD-UBND"), &json!("returned"))
    );
    let early = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    officer.post(&format!("/v1/dossiers/{early}/corrections"), wrong).await.expect(409);
}

/// A permit that was granted with a document, and its correction's address once it is opened. Returns all three.
async fn wrong_permit(cast: &Cast) -> (String, String, String) {
    let (officer, leader) = (cast.client("chuyenvien"), cast.client("lanhdao"));
    let id = cast.dossier(PERMIT_ONLINE, Status::AwaitingApproval).await;
    let wrong = papers::result(officer, &id).await;
    let result = json!({"outcome": "granted", "number": "125/GPXD-UBND", "document": {"id": wrong}});
    leader.post(&path(&id, Action::IssueResult), result).await.expect(200);
    let reason = json!({"reason": "Xin lỗi ông/bà: giấy phép ghi sai số tầng."});
    let opened = officer.post(&format!("/v1/dossiers/{id}/corrections"), reason).await.expect(201);
    let close = format!("/v1/dossiers/{id}/corrections/{}/close", opened.id());
    (id, wrong, close)
}

fn extension(permit: &str) -> Value {
    let mut extension = papers::dossier("1.013225", "extension", &["application"]);
    extension["reused"] = json!([{"component": "permit", "paper_id": permit}]);
    extension
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_document_takes_the_wrong_ones_place_in_the_store_and_the_wrong_one_is_marked_and_reused_no_more() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, leader) = (cast.client("congdan1"), cast.client("lanhdao"));
    let (id, wrong, close) = wrong_permit(&cast).await;
    let carrying = citizen.post("/v1/dossiers", extension(&wrong)).await.expect(201).json;

    let right = papers::result(leader, &id).await;
    let at = format!("/v1/dossiers/{id}");
    let documents = async |who: &str| cast.client(who).get(&at).await.expect(200).json["result_documents"].clone();
    assert_eq!(
        (
            documents("chuyenvien").await.as_array().unwrap().len(),
            documents("congdan1").await.as_array().unwrap().len()
        ),
        (2, 1)
    );
    citizen.get(&format!("/v1/papers/{right}")).await.expect(404);
    let close_with = async |document: &str| {
        let right = json!({"number": "125a/GPXD-UBND", "document": {"id": document, "signer": "Vũ Thanh Sơn"}});
        leader.post(&close, right).await
    };
    for none in [&wrong, &new_key()] {
        assert_eq!(close_with(none).await.expect(422).wrong(), ["/document/id"].into(), "no draft of this dossier");
    }
    let closed = close_with(&right).await.expect(200);
    assert_eq!(closed.json["right_number"], "125a/GPXD-UBND");

    let kept = citizen.get(&format!("/v1/papers/{right}")).await.expect(200).json;
    assert_eq!((&kept["data"]["number"], &kept["data"]["signer"]), (&json!("125a/GPXD-UBND"), &json!("Vũ Thanh Sơn")));
    assert_eq!((&kept["data"]["paper_type"], &kept["file"]["revoked_at"]), (&json!("building_permit"), &Value::Null));
    let marked = |file: &Value| {
        assert_eq!((&file["revoked_at"], &file["replaced_by"]), (&closed.json["closed_at"], &json!(right)), "{file}");
    };
    marked(&citizen.get(&format!("/v1/papers/{wrong}")).await.expect(200).json["file"]);
    citizen.get(&format!("/v1/papers/{wrong}/content")).await.expect(200);
    for who in ["congdan1", "chuyenvien"] {
        let both = documents(who).await;
        assert_eq!(both.as_array().unwrap().len(), 2, "{who}: {both}");
        marked(both.as_array().unwrap().iter().find(|file| file["id"] == json!(wrong)).unwrap());
    }
    // Where it is carried already, whoever reads it is told.
    let attachments = carrying["attachments"].as_array().unwrap();
    let permit = attachments.iter().find(|paper| paper["component"] == "permit").unwrap()["id"].as_str().unwrap();
    let through = format!("/v1/dossiers/{}/attachments/{permit}/paper", carrying["id"].as_str().unwrap());
    marked(&citizen.get(&through).await.expect(200).json["file"]);

    let refused = citizen.post("/v1/dossiers", extension(&wrong)).await.expect(422);
    assert_eq!(refused.json["errors"][0]["code"], "revoked");
    citizen.post("/v1/dossiers", extension(&right)).await.expect(201);
    let told = format!("\"document\":\"{right}\",\"revoked\":\"{wrong}\"");
    assert_eq!(app.count(&format!("SELECT count(*) FROM journal WHERE event LIKE '%{told}%'")).await, 1);
    let late = json!({"file_name": "a.pdf", "media_type": "application/pdf", "size": 3, "sha256": Sha256::of(PDF)});
    leader.post(&format!("/v1/dossiers/{id}/result-documents"), late).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_result_without_a_document_revokes_the_wrong_one_all_the_same() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let citizen = cast.client("congdan1");
    let (_, wrong, close) = wrong_permit(&cast).await;
    cast.client("lanhdao").post(&close, json!({"number": "125a/GPXD-UBND"})).await.expect(200);
    let paper = citizen.get(&format!("/v1/papers/{wrong}")).await.expect(200).json;
    assert!(paper["file"]["revoked_at"].is_string() && paper["file"]["replaced_by"].is_null(), "{paper}");
    assert_eq!(citizen.post("/v1/dossiers", extension(&wrong)).await.expect(422).json["errors"][0]["code"], "revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_a_correction_are_those_of_whoever_decides() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (id, ..) = wrong_permit(&cast).await;
    let new = json!({"file_name": "a.pdf", "media_type": "application/pdf", "size": 3, "sha256": Sha256::of(PDF)});
    let declare =
        async |who: &str| cast.client(who).post(&format!("/v1/dossiers/{id}/result-documents"), new.clone()).await;
    for (who, status) in [("tiepnhan", 403), ("congdan1", 403), ("badinh", 404), ("chuyenvien", 201)] {
        declare(who).await.expect(status);
    }
    // Components are not asked for any more.
    let more = cast.client("congdan1").post(&format!("/v1/dossiers/{id}/attachments"), papers::paper("drawings")).await;
    assert_eq!(more.expect(409).problem(), "attachment.closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_costs_nothing() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (id, _, close) = wrong_permit(&cast).await;
    let fee = json!({"lines": [{"fee": "fee"}]});
    let fees = format!("/v1/dossiers/{id}/fees");
    let refused = cast.client("tiepnhan").post(&fees, fee.clone()).await.expect(409);
    assert_eq!(refused.problem(), "fee.correction_is_free");
    cast.client("lanhdao").post(&close, json!({"number": "125a/GPXD-UBND"})).await.expect(200);
    cast.client("tiepnhan").post(&fees, fee).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_is_being_put_right_is_handed_over_when_it_is_right() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (id, _, close) = wrong_permit(&cast).await;
    for who in ["tiepnhan", "congdan1"] {
        let taken = crate::cast::said_by(who, PERMIT_ONLINE, Action::ReturnResult);
        let refused = cast.client(who).post(&path(&id, Action::ReturnResult), taken).await.expect(409);
        assert_eq!(
            (refused.problem(), &refused.json["allowed_actions"]),
            ("dossier.result_is_wrong", &json!([])),
            "{who}"
        );
    }
    let right =
        json!({"number": "125a/GPXD-UBND", "document": {"id": papers::result(cast.client("lanhdao"), &id).await}});
    cast.client("lanhdao").post(&close, right).await.expect(200);
    let taken = cast.client("congdan1").step(&id, "return-result").await.expect(200).json;
    assert_eq!((&taken["status"], &taken["result_number"]), (&json!("returned"), &json!("125a/GPXD-UBND")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_another_agencys_goes_there_on_the_same_terms_and_its_limit_begins_with_the_hand_over() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (reception, elsewhere) = (cast.client("tiepnhan"), cast.client("badinh"));
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    elsewhere.get(&format!("/v1/dossiers/{id}")).await.expect(404);
    let nowhere = reception.post(&path(&id, Action::HandOver), json!({"to": "H26.9999"})).await.expect(422);
    assert_eq!(nowhere.wrong().into_iter().next(), Some("/to"));
    app.advance(TimeDelta::days(1));
    let cast = Cast::again(&app).await;
    let handed =
        cast.client("tiepnhan").post(&path(&id, Action::HandOver), json!({"to": "H26.13.02"})).await.expect(200);
    assert_eq!((&handed.json["status"], &handed.json["due_date"]), (&json!("transferred"), &json!("2026-08-26")));
    cast.client("chuyenvien").step(&id, "start-processing").await.expect(403);
    // Back and forth with the same agency nothing begins anew; with another one it does.
    let why = json!({"reason": "Thửa đất thuộc địa bàn phường khác."});
    cast.client("badinh").post(&path(&id, Action::RefuseHandOver), why).await.expect(200);
    app.advance(TimeDelta::days(1));
    let cast = Cast::again(&app).await;
    let third =
        cast.client("tiepnhan").post(&path(&id, Action::HandOver), json!({"to": "H26.13.03"})).await.expect(200);
    assert_eq!(third.json["due_date"], "2026-08-27", "whoever gets it then has its whole limit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_fetched_where_the_applicant_has_said() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let citizen = cast.client("congdan1");
    let mut new = papers::dossier("1.013225", "house", papers::PERMIT);
    new["return_agency"] = json!("H26.13.02");
    new["support_agency"] = json!("H26.1.01");
    let filed = citizen.post("/v1/dossiers", new).await.expect(201);
    let id = filed.id();
    assert!(filed.json["return_agency_id"].is_string() && filed.json["support_agency_id"].is_string());
    papers::upload(citizen, &filed.json).await;
    citizen.step(&id, "submit").await.expect(200);
    app.advance(TimeDelta::seconds(1));
    cast.client("tiepnhan").step(&id, "accept").await.expect(200);
    let digitise =
        format!("/v1/dossiers/{id}/attachments/{}/digitise", filed.json["attachments"][1]["id"].as_str().unwrap());
    cast.client("tiepnhan")
        .post(&digitise, json!({"number": "CS 012345", "issuer": "Sở Xây dựng Hà Nội", "issue_date": "2020-05-11"}))
        .await
        .expect(200);
    let receipt = citizen.get(&format!("/v1/dossiers/{id}/forms")).await.expect(200).json["items"][0].clone();
    assert_eq!(receipt["return_agency_id"], filed.json["return_agency_id"]);
    assert_eq!(receipt["register"], json!({ "year": 2026, "number": 1 }));
    cast.client("chuyenvien").step(&id, "start-processing").await.expect(200);
    cast.client("chuyenvien").propose(&id).await;
    let waiting = async |point: &Client| {
        let list = point.get("/v1/dossiers?side=return").await.expect(200).json;
        list["items"].as_array().unwrap().iter().map(|line| line["id"].clone()).collect::<Vec<_>>()
    };
    // Until there is a result, whoever will keep it has nothing to do with it.
    cast.client("badinh").get(&format!("/v1/dossiers/{id}")).await.expect(404);
    assert!(waiting(cast.client("badinh")).await.is_empty());
    cast.client("lanhdao")
        .post(&path(&id, Action::IssueResult), said(PERMIT_ONLINE, Action::IssueResult))
        .await
        .expect(200);
    let read = cast.client("badinh").get(&format!("/v1/dossiers/{id}")).await.expect(200);
    for point in ["return_agency_id", "support_agency_id"] {
        assert_eq!(read.json[point], filed.json[point], "{point}");
    }
    let timeline = cast.client("badinh").get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).text;
    assert!(timeline.contains("result_issued") && !timeline.contains("result_proposed"), "{timeline}");
    assert_eq!(waiting(cast.client("badinh")).await, [json!(id)]);
    assert!(waiting(cast.client("tiepnhan")).await.is_empty());
    cast.client("tiepnhan").step(&id, "return-result").await.expect(403);
    let taken = said(PERMIT_ONLINE, Action::ReturnResult);
    cast.client("badinh").post(&path(&id, Action::ReturnResult), taken).await.expect(200);
    assert!(waiting(cast.client("badinh")).await.is_empty(), "it is fetched");
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}'
         AND (SELECT id FROM agencies WHERE code = 'H26.13.02') = ANY (seen_after)
         AND event_kind IN ('dossier.result_issued', 'dossier.result_returned')"
    );
    assert_eq!(app.count(&told).await, 2, "whoever may read it may read what became of it");
    let told = told.replace("AND event_kind IN ('dossier.result_issued', 'dossier.result_returned')", "");
    assert_eq!(app.count(&told).await, 2, "and nothing that was before");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_agencys_own_time_is_told() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    app.set_time("2026-08-17T10:00:00+07:00");
    Cast::again(&app).await.client("tiepnhan").step(&id, "accept").await.expect(200);
    app.set_time("2026-08-17T14:30:00+07:00");
    let cast = Cast::again(&app).await;
    cast.client("chuyenvien").step(&id, "start-processing").await.expect(200);
    let asked = json!({"questions": [{"agency": "H26.3", "question": "Đề nghị cho ý kiến về quy hoạch."}]});
    cast.client("chuyenvien").post(&path(&id, Action::Consult), asked).await.expect(200);
    app.set_time("2026-08-18T08:30:00+07:00");
    let cast = Cast::again(&app).await;
    let all = cast.client("chuyenvien").get(&format!("/v1/dossiers/{id}/holders")).await.expect(200);
    let told: Vec<_> = all.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|holding| json!([holding["hold"], holding["worked_minutes"], holding["until"].is_null()]))
        .collect();
    // Reception 09:00–12:00 and 13:30–14:30; then 14:30–17:30 and the next morning's half hour, at both agencies.
    let expected = json!([
        ["applicant", 0, false],
        ["reception", 240, false],
        ["examination", 210, true],
        ["consultation", 210, true],
    ]);
    assert_eq!(json!(told), expected);
    let officers = all.json["items"].as_array().unwrap().iter().map(|holding| holding["officer_id"].clone());
    let known = |username| json!(directory::demo::staff_id(username).unwrap());
    assert_eq!(
        officers.collect::<Vec<_>>(),
        [Value::Null, known("tiepnhan"), known("chuyenvien"), Value::Null],
        "who has dealt with it; nobody at the department yet"
    );
    let agencies = all.json["agencies"].as_array().unwrap();
    let minutes: Vec<&Value> = agencies.iter().map(|agency| &agency["worked_minutes"]).collect();
    assert_eq!(minutes, [450, 210], "of the commune, which receives and examines, and of the department");
    let applicants = cast.client("congdan1").get(&format!("/v1/dossiers/{id}/holders")).await.expect(200);
    assert!(!applicants.text.contains("consultation"), "{}", applicants.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn time_is_that_of_the_agency_that_had_it_and_what_is_paid_meanwhile_is_nobodys_to_wait_for() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    let holders = async |cast: &Cast| {
        let all = cast.client("thanhtra").get(&format!("/v1/dossiers/{id}/holders")).await.expect(200);
        let items = all.json["items"].as_array().unwrap().clone();
        let agency = |code| json!(directory::demo::agency_id(code).unwrap());
        let of = |item: &Value| match &item["agency_id"] {
            id if *id == agency("H26.13.01") => "here",
            id if *id == agency("H26.13.02") => "elsewhere",
            _ => "nobody",
        };
        items.iter().map(|item| json!([item["hold"], of(item)])).collect::<Vec<_>>()
    };
    let elsewhere = json!({"to": "H26.13.02"});
    cast.client("tiepnhan").post(&path(&id, Action::HandOver), elsewhere).await.expect(200);
    let why = json!({"reason": "Thửa đất không thuộc địa bàn phường này."});
    cast.client("badinh").post(&path(&id, Action::RefuseHandOver), why.clone()).await.expect(200);
    let back = json!({"to": "H26.13.01"});
    cast.client("tiepnhan").post(&path(&id, Action::HandOver), back).await.expect(200);
    cast.client("chuyenvien").step(&id, "start-processing").await.expect(200);
    let course = [["reception", "here"], ["examination", "elsewhere"], ["reception", "here"], ["examination", "here"]];
    assert_eq!(json!(holders(&cast).await), json!(course));

    let duty = crate::cast::said(PERMIT_AT_COUNTER, Action::RequestPayment);
    cast.client("chuyenvien").post(&path(&id, Action::RequestPayment), duty).await.expect(200);
    assert_eq!(holders(&cast).await.last(), Some(&json!(["applicant", "nobody"])));
    cast.client("tiepnhan").step(&id, "request-withdrawal").await.expect(200);
    let fees = cast.client("tiepnhan").get(&format!("/v1/dossiers/{id}/fees")).await.expect(200).json;
    let at = format!("/v1/dossiers/{id}/fees/{}/record-payment", fees["orders"][0]["id"].as_str().unwrap());
    let cash = json!({"method": "cash", "transaction": "BL-000124"});
    cast.client("tiepnhan").post(&at, cash).await.expect(200);
    cast.client("lanhdao").post(&path(&id, Action::RefuseWithdrawal), why).await.expect(200);
    assert_eq!(holders(&cast).await.last(), Some(&json!(["examination", "here"])));
}
