//! How results come to their applicants: who took them, under which authorisation, and what the post was given (NĐ 61/2018
//! Art. 6(2)(b), Art. 20).

use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{Cast, ELSEWHERE, PERMIT_AT_COUNTER, PERMIT_ONLINE, path, said};
use crate::harness::{Answer, TestApp};

async fn give(cast: &Cast, who: &str, id: &str, delivery: Value) -> Answer {
    cast.client(who).post(&path(id, Action::ReturnResult), delivery).await
}

fn at(id: &str) -> String {
    format!("/v1/dossiers/{id}/delivery")
}

/// At the counter, to somebody who was sent.
fn to_somebody() -> Value {
    let mut taken = said(PERMIT_ONLINE, Action::ReturnResult);
    taken["recipient"] = json!("representative");
    taken["recipient_name"] = json!("Zephyrine Nam");
    taken["authorisation"] = json!("GUQ 12/2026 Zephyrine");
    taken
}

#[tokio::test(flavor = "multi_thread")]
async fn reception_says_all_that_belongs_to_a_delivery_and_nothing_else() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::ResultReady).await;
    for (delivery, wrong) in [
        (json!({}), vec!["/method", "/originals", "/recipient"]),
        (json!({"method": "counter"}), vec!["/originals", "/recipient", "/signature"]),
        (
            json!({"method": "post", "recipient": "representative", "signature": "paper", "originals": "kept"}),
            vec!["/authorisation", "/carrier", "/recipient_name", "/signature", "/tracking_number"],
        ),
        (
            json!({"method": "counter", "recipient": "applicant", "signature": "paper", "originals": "none_taken",
                "authorisation": "GUQ 12", "recipient_name": "Nam", "carrier": "VNPost"}),
            vec!["/authorisation", "/carrier", "/recipient_name"],
        ),
        (json!({"method": "online", "recipient": "applicant", "originals": "none_taken"}), vec!["/method"]),
    ] {
        let refused = give(&cast, "tiepnhan", &id, delivery.clone()).await.expect(422);
        assert_eq!(refused.wrong(), wrong.into_iter().collect(), "{delivery}");
    }
    for (delivery, wrong) in [
        (
            json!({"method": "post", "carrier": "VNPost", "tracking_number": "EB1"}),
            vec!["/carrier", "/method", "/tracking_number"],
        ),
        (json!({"recipient": "representative"}), vec!["/recipient"]),
    ] {
        let refused = give(&cast, "congdan1", &id, delivery.clone()).await.expect(422);
        assert_eq!(refused.wrong(), wrong.into_iter().collect(), "{delivery}");
    }
    assert_eq!(cast.client("congdan1").get(&at(&id)).await.expect(404).problem(), "delivery.not_found");
    assert_eq!(app.count("SELECT count(*) FROM deliveries").await, 0);
    give(&cast, "congdan1", &id, json!({"method": "online"})).await.expect(200);
    give(&cast, "congdan1", &id, json!({})).await.expect(409);
    assert_eq!(app.count("SELECT count(*) FROM deliveries").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_taken_a_result_is_read_by_whoever_sees_the_dossier_and_stays_out_of_the_journal() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::ResultReady).await;
    let returned = give(&cast, "tiepnhan", &id, to_somebody()).await.expect(200).json;
    let mut expected = to_somebody();
    expected["returned_at"] = returned["closed_at"].clone();
    expected["version"] = returned["version"].clone();
    for (who, status) in [("congdan1", 200), ("chuyenvien", 200), ("thanhtra", 200), ("congdan2", 404), ("badinh", 404)]
    {
        let read = cast.client(who).get(&at(&id)).await.expect(status);
        assert!(status == 404 || read.json == expected, "{who}: {}", read.text);
    }
    app.anonymous().get(&at(&id)).await.expect(401);
    let told = cast.client("congdan1").get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).json;
    let last = told["items"].as_array().unwrap().last().unwrap().clone();
    let moved =
        json!({"method": "counter", "by_proxy": true, "state_before": "result_ready", "state_after": "returned"});
    assert_eq!(last["data"], moved);
    assert_eq!(app.count("SELECT count(*) FROM journal WHERE journal::text ILIKE '%zephyrine%'").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM deliveries WHERE deliveries::text ILIKE '%zephyrine%'").await, 1);
}

/// A permit on paper is fetched or posted; who refuses sends a form, which is there for everybody.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_paper_cannot_be_taken_over_online() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let signed = async |result: Value| {
        let id = cast.dossier(PERMIT_ONLINE, Status::AwaitingApproval).await;
        cast.client("lanhdao").post(&path(&id, Action::IssueResult), result).await.expect(200);
        id
    };
    let granted = signed(json!({"outcome": "granted", "number": "125/GPXD-UBND"})).await;
    let refused = give(&cast, "congdan1", &granted, json!({})).await.expect(409);
    assert_eq!((refused.problem(), &refused.json["allowed_actions"]), ("dossier.result_on_paper", &json!([])));
    let by_hand = said(PERMIT_ONLINE, Action::ReturnResult);
    give(&cast, "tiepnhan", &granted, by_hand).await.expect(200);
    let why = json!({"outcome": "refused", "number": "9/UBND", "ground": "against_plan", "reason": "Trái quy hoạch đã duyệt."});
    give(&cast, "congdan1", &signed(why).await, json!({})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_posted_and_what_was_taken_over_online_is_returned_and_stands_in_the_register() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let posted = cast.dossier(PERMIT_ONLINE, Status::ResultReady).await;
    let letter = json!({
        "method": "post", "recipient": "applicant", "originals": "none_taken",
        "carrier": "Bưu điện Việt Nam", "tracking_number": "EB123456789VN",
    });
    give(&cast, "tiepnhan", &posted, letter).await.expect(200);
    let read = cast.client("congdan1").get(&at(&posted)).await.expect(200).json;
    assert_eq!((&read["tracking_number"], &read["signature"]), (&json!("EB123456789VN"), &Value::Null));

    let online = cast.dossier(PERMIT_ONLINE, Status::ResultReady).await;
    give(&cast, "congdan1", &online, json!({})).await.expect(200);
    let read = cast.client("congdan1").get(&at(&online)).await.expect(200).json;
    assert_eq!((&read["method"], &read["recipient"]), (&json!("online"), &json!("applicant")));

    let fetched = cast.dossier(PERMIT_AT_COUNTER, Status::ResultReady).await;
    give(&cast, "tiepnhan", &fetched, to_somebody()).await.expect(200);
    let ready = cast.dossier(PERMIT_AT_COUNTER, Status::ResultReady).await;

    let register = format!("/v1/agencies/{}/register", directory::demo::agency_id("H26.13.01").unwrap());
    let entries = cast.client("tiepnhan").get(&register).await.expect(200).json["items"].as_array().unwrap().clone();
    let delivered = |id: &str| {
        let entry = entries.iter().find(|entry| entry["dossier_id"] == id).unwrap();
        json!([entry["delivery_method"], entry["recipient_name"], entry["signature"]])
    };
    assert_eq!(delivered(&posted), json!(["post", null, null]));
    assert_eq!(delivered(&online), json!(["online", null, null]));
    assert_eq!(delivered(&fetched), json!(["counter", "Zephyrine Nam", "paper"]));
    assert_eq!(delivered(&ready), json!([null, null, null]));
    let csv = cast.client("tiepnhan").get(&format!("{register}?format=csv")).await.expect(200).text;
    assert!(csv.contains(",Trực tiếp,Zephyrine Nam,") && csv.contains(",Bưu chính,,"), "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_of_what_ended_without_a_result_go_back_once() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let back = |id: &str| format!("/v1/dossiers/{id}/return-papers");
    for status in Status::ALL.iter().copied().filter(|status| *status != Status::Submitted) {
        let id = cast.dossier(PERMIT_AT_COUNTER, status).await;
        let reception = cast.client("tiepnhan");
        let ended = matches!(status, Status::Rejected | Status::Withdrawn | Status::Stopped);
        if !ended {
            let refused = reception.post(&back(&id), to_somebody()).await.expect(409);
            assert_eq!(
                (refused.problem(), &refused.json["state"]),
                ("delivery.nothing_to_hand_back", &json!(status.code()))
            );
            continue;
        }
        assert_eq!(reception.post(&back(&id), json!({})).await.expect(422).wrong().len(), 3);
        for stranger in ["chuyenvien", "congdan1", ELSEWHERE] {
            let refused = cast.client(stranger).post(&back(&id), to_somebody()).await;
            assert!([403, 404].contains(&refused.status.as_u16()), "{stranger}: {}", refused.status);
        }
        let before = reception.get(&format!("/v1/dossiers/{id}")).await.json;
        let given = reception.post(&back(&id), to_somebody()).await.expect(201);
        assert_eq!(given.json["originals"], "handed_back");
        assert_eq!(reception.get(&at(&id)).await.expect(200).json, given.json);
        let after = reception.get(&format!("/v1/dossiers/{id}")).await.json;
        assert_eq!((&after["status"], &after["closed_at"]), (&before["status"], &before["closed_at"]));
        let twice = reception.post(&back(&id), to_somebody()).await.expect(409);
        assert_eq!(twice.problem(), "delivery.handed_back");
        let told = format!(
            "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'dossier.papers_returned' \
                            AND event NOT LIKE '%Zephyrine%'"
        );
        assert_eq!(app.count(&told).await, 1);
    }
}

/// Nothing is done to what nobody comes for; but whoever keeps it is told, and lists it first.
#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_nobody_fetches_is_told() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::ResultReady).await;
    let fetched = cast.dossier(PERMIT_AT_COUNTER, Status::Returned).await;
    let told = |id: &str| {
        format!("SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'dossier.collection_overdue'")
    };
    app.set_time("2026-09-16T23:59:59+07:00");
    let reception = Cast::again(&app).await;
    let line = reception.client("tiepnhan").get("/v1/dossiers?side=receiving&status=result_ready").await.expect(200);
    assert_eq!(line.json["items"][0]["next_due_at"], "2026-09-16T17:00:00Z", "thirty days");
    assert_eq!(app.count(&told(&id)).await, 0);
    app.set_time("2026-09-17T00:00:01+07:00");
    app.eventually(&told(&id), 1).await;
    assert_eq!(app.count(&told(&fetched)).await, 0);
    let reception = Cast::again(&app).await;
    let after = reception.client("tiepnhan").get(&format!("/v1/dossiers/{id}")).await.expect(200).json;
    assert_eq!((&after["status"], &after["timeliness"]), (&json!("result_ready"), &json!("finished_on_time")));
    give(&reception, "tiepnhan", &id, said(PERMIT_AT_COUNTER, Action::ReturnResult)).await.expect(200);
}

/// What is being put right cannot be fetched; when it is right, it has its time anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_result_is_waited_for_by_nobody() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::ResultReady).await;
    let why = json!({"reason": "Xin lỗi ông/bà: giấy phép ghi sai số tầng, sẽ được cấp lại."});
    let open = cast.client("chuyenvien").post(&format!("/v1/dossiers/{id}/corrections"), why).await.expect(201).id();
    app.set_time("2026-09-18T09:00:00+07:00");
    let waits = format!("SELECT count(*) FROM timers WHERE entity_id = '{id}'");
    app.eventually(&waits, 0).await;
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'dossier.collection_overdue'";
    assert_eq!(app.count(told).await, 0);
    let cast = Cast::again(&app).await;
    let close = format!("/v1/dossiers/{id}/corrections/{open}/close");
    cast.client("lanhdao").post(&close, json!({"number": "126/GPXD-UBND"})).await.expect(200);
    let line = cast.client("tiepnhan").get("/v1/dossiers?side=receiving&status=result_ready").await.expect(200);
    assert_eq!(line.json["items"][0]["next_due_at"], "2026-10-19T17:00:00Z", "the 18th is a Sunday");
    app.set_time("2026-10-20T00:00:01+07:00");
    app.eventually(told, 1).await;
}
