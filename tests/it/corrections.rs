//! What comes beside the usual course: a result put right at the agency's cost (NĐ 61/2018 Art. 21), a dossier that is another
//! agency's (Art. 18(3)), a result fetched elsewhere, and who had it in the meantime.

use chrono::TimeDelta;
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE, path, said};
use crate::harness::{TestApp, papers};

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
    cast.client("badinh").step(&id, "start-processing").await.expect(200);
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
    assert!(filed.json["return_agency_id"].is_string());
    // A draft is nobody else's.
    cast.client("badinh").get(&format!("/v1/dossiers/{id}")).await.expect(404);
    papers::upload(citizen, &filed.json).await;
    citizen.step(&id, "submit").await.expect(200);
    cast.client("badinh").get(&format!("/v1/dossiers/{id}")).await.expect(200);
    cast.client("tiepnhan").step(&id, "accept").await.expect(200);
    cast.client("chuyenvien").step(&id, "start-processing").await.expect(200);
    cast.client("chuyenvien").propose(&id).await;
    cast.client("lanhdao")
        .post(&path(&id, Action::IssueResult), said(PERMIT_ONLINE, Action::IssueResult))
        .await
        .expect(200);
    cast.client("tiepnhan").step(&id, "return-result").await.expect(403);
    cast.client("badinh").step(&id, "return-result").await.expect(200);
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
