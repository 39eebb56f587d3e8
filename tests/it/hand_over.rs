//! From reception to whoever decides: in time, logged both ways, and across agencies where the procedure allows it.

use serde_json::{Value, json};

use crate::cast::{Cast, ELSEWHERE, PERMIT_AT_COUNTER, PERMIT_ONLINE, path, said};
use crate::harness::papers::{self, PERMIT};
use crate::harness::{Client, TestApp};
use procedures::workflow::{Action, Status};

const MARRIAGE: &[&str] = &["declaration"];

/// The kinds of the events of a dossier, in their order.
async fn told(client: &Client, id: &str) -> Vec<String> {
    let timeline = client.get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200);
    let events = timeline.json["items"].as_array().unwrap();
    events.iter().map(|event| event["event"].as_str().unwrap().trim_start_matches("dossier.").to_owned()).collect()
}

/// A marriage whose conditions have to be verified: filed in Hoàn Kiếm, decided in Ba Đình.
fn marriage() -> Value {
    let mut dossier = papers::dossier("1.000894", "verification", MARRIAGE);
    dossier["competent_agency"] = json!("H26.13.02");
    dossier
}

/// NĐ 61/2018 Art. 18(1): the same day, or first thing on the next working day for what came after 15:00.
#[tokio::test(flavor = "multi_thread")]
async fn what_lies_at_reception_too_long_is_told_once() {
    for (accepted, last_moment, too_late) in [
        ("2026-08-17T10:00:00+07:00", "2026-08-17T23:59:00+07:00", "2026-08-18T00:01:00+07:00"),
        ("2026-08-17T15:00:00+07:00", "2026-08-18T08:59:00+07:00", "2026-08-18T09:01:00+07:00"),
        // Saturday 22 August is worked; Friday's late comers are due then.
        ("2026-08-21T16:00:00+07:00", "2026-08-22T08:59:00+07:00", "2026-08-22T09:01:00+07:00"),
    ] {
        let app = TestApp::new().await;
        app.set_time(accepted);
        let cast = Cast::of(&app).await;
        let id = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
        app.set_time(last_moment);
        let late = "SELECT count(*) FROM journal WHERE event_kind = 'dossier.hand_over_deadline_passed'";
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert_eq!(app.count(late).await, 0, "{accepted}");
        app.set_time(too_late);
        app.eventually(late, 1).await;
        let own = format!("SELECT count(*) FROM timers WHERE entity_id = '{id}' AND kind = 'deadline'");
        assert_eq!(app.count(&own).await, 1, "the other timer is still there");
        Cast::again(&app).await.client("tiepnhan").step(&id, "hand-over").await.expect(200);
        assert_eq!((app.count(late).await, app.count(&own).await), (1, 1), "{accepted}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_handed_over_in_time_is_told_both_ways() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Transferred).await;
    let why = json!({ "reason": "Thiếu bản vẽ mặt cắt trong bộ hồ sơ." });
    cast.client("chuyenvien").post(&format!("/v1/dossiers/{id}/refuse-hand-over"), why).await.expect(200);
    cast.client("tiepnhan").step(&id, "hand-over").await.expect(200);
    cast.client("chuyenvien").step(&id, "start-processing").await.expect(200);
    let expected = [
        "created",
        "attachment_stored",
        "accepted",
        "handed_over",
        "hand_over_refused",
        "handed_over",
        "processing_started",
    ];
    let mut told = told(cast.client("tiepnhan"), &id).await;
    told.dedup();
    assert_eq!(told, expected);
}

/// The work list is in the order of what is next.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_date_or_another_case_does_not_hide_that_it_has_to_be_handed_over() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let next = async |id: &str| {
        let code = cast.client("tiepnhan").get(&format!("/v1/dossiers/{id}")).await.json["code"].clone();
        let found =
            cast.client("tiepnhan").get(&format!("/v1/dossiers?code={}", code.as_str().unwrap())).await.expect(200);
        let items = found.json["items"].as_array().unwrap().clone();
        assert_eq!((items.len(), &items[0]["id"]), (1, &json!(id)));
        items[0]["next_due_at"].clone()
    };
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    for action in [Action::ChangeCase, Action::Reappoint] {
        cast.client("lanhdao").post(&path(&id, action), said(PERMIT_AT_COUNTER, action)).await.expect(200);
        assert_eq!(next(&id).await, "2026-08-17T17:00:00Z", "{action}");
    }
    let marriage = papers::file(cast.client("tiepnhan"), "1.000894", "standard", MARRIAGE).await;
    cast.client("tiepnhan").step(&marriage, "accept").await.expect(200);
    let longer = json!({"case": "verification", "reason": "Cần xác minh tình trạng hôn nhân."});
    let changed = cast.client("lanhdao").post(&path(&marriage, Action::ChangeCase), longer).await.expect(200);
    assert_eq!(changed.json["hand_over_due_at"], "2026-08-17T17:00:00Z", "it is settled at once no more");
    assert_eq!(next(&marriage).await, "2026-08-17T17:00:00Z");
}

/// NĐ 118/2025 Art. 17(3): the limit runs from when the competent agency has it.
#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_received_elsewhere_is_handed_over_and_its_limit_begins_there() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let citizen = cast.client("congdan1");
    let filed = citizen.post("/v1/dossiers", marriage()).await.expect(201);
    let id = filed.id();
    papers::upload(citizen, &filed.json).await;
    citizen.step(&id, "submit").await.expect(200);
    let accepted = cast.client("tiepnhan").step(&id, "accept").await.expect(200);
    assert_eq!(accepted.json["due_date"], "2026-08-22", "five working days");
    assert_eq!(accepted.json["hand_over_due_at"], "2026-08-17T17:00:00Z", "before 15:00: today");
    cast.client(ELSEWHERE)
        .post(&path(&id, Action::Reappoint), said(PERMIT_ONLINE, Action::Reappoint))
        .await
        .expect(409);
    assert_ne!(accepted.json["receiving_agency_id"], accepted.json["competent_agency_id"]);
    cast.client("chuyenvien").step(&id, "start-processing").await.expect(409);
    cast.client(ELSEWHERE).step(&id, "start-processing").await.expect(409);
    app.set_time("2026-08-18T08:00:00+07:00");
    let cast = Cast::again(&app).await;
    let handed = cast.client("tiepnhan").step(&id, "hand-over").await.expect(200);
    assert_eq!(handed.json["due_date"], "2026-08-24", "five working days from the 18th");
    assert_eq!(handed.json["original_due_at"], accepted.json["due_at"]);
    cast.client("chuyenvien").step(&id, "start-processing").await.expect(403);

    // Lying in between, or going back and forth, gives nobody more time.
    app.set_time("2026-08-20T08:00:00+07:00");
    let cast = Cast::again(&app).await;
    cast.client(ELSEWHERE)
        .post(&path(&id, Action::RefuseHandOver), said(PERMIT_ONLINE, Action::RefuseHandOver))
        .await
        .expect(200);
    cast.client("tiepnhan").step(&id, "hand-over").await.expect(200);
    let taken = cast.client(ELSEWHERE).step(&id, "start-processing").await.expect(200);
    assert_eq!(taken.json["due_date"], "2026-08-24");
    let propose = json!({ "outcome": "granted" });
    cast.client(ELSEWHERE).post(&format!("/v1/dossiers/{id}/propose-result"), propose).await.expect(200);
    let result = json!({ "outcome": "granted", "number": "45/2026" });
    cast.client("lanhdao").post(&format!("/v1/dossiers/{id}/issue-result"), result.clone()).await.expect(403);
    cast.client(ELSEWHERE).post(&format!("/v1/dossiers/{id}/issue-result"), result).await.expect(200);
    cast.client(ELSEWHERE).step(&id, "return-result").await.expect(403);
    let taken = said(PERMIT_ONLINE, Action::ReturnResult);
    cast.client("tiepnhan").post(&path(&id, Action::ReturnResult), taken).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_can_be_filed_anywhere_is_decided_elsewhere() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let mut permit = papers::dossier("1.013225", "house", PERMIT);
    for (agency, code) in [
        ("H26.13.02", "territorial"),
        ("H99", "unknown"),
        ("H26.9.01", "not_in_force"),
        ("H26.15.01", "decides_nothing"),
    ] {
        permit["competent_agency"] = json!(agency);
        let refused = citizen.post("/v1/dossiers", permit.clone()).await.expect(422);
        let error = &refused.json["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!("/competent_agency"), &json!(code)));
    }
    permit["competent_agency"] = json!("H26.13.01");
    citizen.post("/v1/dossiers", permit).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn reception_takes_in_what_comes_by_post_and_applicants_what_they_bring_to_a_kiosk() {
    let app = TestApp::new().await;
    let (citizen, reception) = (app.citizen("congdan1").await, app.staff("tiepnhan").await);
    let by = |channel: &str| {
        let mut dossier = papers::dossier("1.013225", "house", PERMIT);
        dossier["channel"] = json!(channel);
        dossier
    };
    for (client, channel, status) in [
        (&citizen, "online", 201),
        (&citizen, "kiosk", 201),
        (&citizen, "counter", 422),
        (&citizen, "post", 422),
        (&reception, "counter", 201),
        (&reception, "post", 201),
        (&reception, "online", 422),
        (&reception, "kiosk", 422),
    ] {
        let filed = client.post("/v1/dossiers", by(channel)).await.expect(status);
        if status == 201 {
            assert_eq!(filed.json["channel"], channel);
            papers::upload(client, &filed.json).await;
            let id = filed.id();
            if client.get("/v1/me").await.expect(200).json["roles"] == json!(["citizen"]) {
                client.step(&id, "submit").await.expect(200);
            }
            reception.step(&id, "accept").await.expect(200);
        }
    }
}

/// NĐ 61/2018 Art. 19(3)(b): time, place, participants, content.
#[tokio::test(flavor = "multi_thread")]
async fn a_verification_is_announced_and_what_it_shows_is_recorded() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Processing).await;
    let officer = cast.client("chuyenvien");
    let plan = json!({ "appointment_at": "2026-08-19T02:00:00Z", "subject": "Kiểm tra hiện trạng tại thửa đất." });
    let verifying = officer.post(&format!("/v1/dossiers/{id}/verify"), plan).await.expect(200);
    assert_eq!((&verifying.json["status"], &verifying.json["timeliness"]), (&json!("verifying"), &json!("running")));
    let record = json!({
        "held_at": "2026-08-19T02:00:00Z", "place": "Số 12 phố Hàng Bài",
        "participants": "Phạm Quang Huy, chuyên viên; bà Nguyễn Thị Hoa", "findings": "Hiện trạng đúng như bản vẽ.",
    });
    let early = officer.post(&format!("/v1/dossiers/{id}/record-verification"), record.clone()).await.expect(422);
    assert_eq!(early.json["errors"][0]["pointer"], "/held_at");
    app.set_time("2026-08-19T11:00:00+07:00");
    let officer = app.staff("chuyenvien").await;
    officer.post(&format!("/v1/dossiers/{id}/record-verification"), record.clone()).await.expect(200);
    let timeline = officer.get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200);
    let items = timeline.json["items"].as_array().unwrap();
    let [.., begun, recorded] = items.as_slice() else { panic!("{}", timeline.text) };
    assert_eq!(begun["data"]["appointment"], "2026-08-19T02:00:00Z");
    assert_eq!(begun["reason"], "Kiểm tra hiện trạng tại thửa đất.");
    assert_eq!(recorded["verification"], record);
    let told = "SELECT count(*) FROM journal WHERE event LIKE '%Hoa%' OR event LIKE '%bản vẽ%'";
    assert_eq!(app.count(told).await, 0, "names and words stay out of the journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_by_post_is_answered_like_what_came_online() {
    let app = TestApp::new().await;
    let reception = app.staff("tiepnhan").await;
    let mut dossier = papers::dossier("1.013225", "house", PERMIT);
    dossier["channel"] = json!("post");
    let filed = reception.post("/v1/dossiers", dossier).await.expect(201);
    let id = filed.id();
    papers::upload(&reception, &filed.json).await;
    for action in [Action::Submit, Action::RequestIntakeSupplement, Action::Submit, Action::ProposeRejection] {
        reception.post(&path(&id, action), said(PERMIT_ONLINE, action)).await.expect(200);
    }
    let counter = papers::file(&reception, "1.013225", "house", PERMIT).await;
    reception.step(&counter, "submit").await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_withdrawal_gives_reception_no_more_time() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T10:00:00+07:00");
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Accepted).await;
    cast.client("congdan1").step(&id, "request-withdrawal").await.expect(200);
    app.set_time("2026-08-18T08:00:00+07:00");
    app.eventually("SELECT count(*) FROM journal WHERE event_kind = 'dossier.hand_over_deadline_passed'", 1).await;
    let cast = Cast::again(&app).await;
    let why = said(PERMIT_ONLINE, Action::RefuseWithdrawal);
    let back = cast.client("lanhdao").post(&path(&id, Action::RefuseWithdrawal), why).await.expect(200);
    assert_eq!(back.json["status"], "accepted");
    assert_eq!(app.count("SELECT count(*) FROM timers WHERE kind = 'hand_over'").await, 0, "it was told");
}
