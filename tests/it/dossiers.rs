//! A dossier's life, as citizens and officers live it.

use serde_json::json;

use crate::cast::Cast;
use crate::harness::papers::{self, BIRTH, PERMIT};
use crate::harness::{TestApp, at};

#[tokio::test(flavor = "multi_thread")]
async fn a_building_permit_walks_from_draft_to_returned_result() {
    let app = TestApp::new().await;
    let (citizen, reception) = (app.citizen("congdan1").await, app.staff("tiepnhan").await);
    let (officer, leader) = (app.staff("chuyenvien").await, app.staff("lanhdao").await);

    let id = papers::file(&citizen, "1.013225", "house", PERMIT).await;
    let submitted = citizen.step(&id, "submit").await.expect(200);
    assert_eq!(submitted.json["status"], "submitted");
    assert_eq!(submitted.json["timeliness"], "not_running");

    let accepted = reception.step(&id, "accept").await.expect(200);
    assert_eq!(accepted.json["code"], "000.01.13.H26-260817-0001");
    assert_eq!(
        accepted.json["due_date"], "2026-08-25",
        "7 working days after Monday 17 August; Saturday the 22nd is worked"
    );
    assert_eq!(accepted.json["timeliness"], "running");

    officer.step(&id, "start-processing").await.expect(200);
    app.set_time("2026-08-19T10:00:00+07:00");
    let cast = Cast::of(&app).await;
    let asked = cast.ask_for(&id, "Bản vẽ thiếu mặt cắt móng.", "drawings").await;
    assert_eq!(asked.json["timeliness"], "not_running");

    app.set_time("2026-08-21T10:00:00+07:00");
    let cast = Cast::again(&app).await;
    cast.bring(&id, "congdan1", "drawings").await;
    let reception = cast.client("tiepnhan");
    let confirmed = reception.step(&id, "confirm-supplement").await.expect(200);
    assert_eq!(confirmed.json["due_date"], "2026-09-03", "the limit begins anew on 21 August, and days off lie in it");
    assert_eq!(confirmed.json["original_due_at"], "2026-08-25T17:00:00Z");

    app.set_time("2026-09-03T16:00:00+07:00");
    let (leader, citizen) = {
        drop((leader, citizen));
        (app.staff("lanhdao").await, app.citizen("congdan1").await)
    };
    app.staff("chuyenvien").await.propose(&id).await;
    let permit = papers::result(&leader, &id).await;
    let result = json!({"outcome": "granted", "number": "125/GPXD-UBND", "document": {"id": permit}});
    let signed = leader.post(&format!("/v1/dossiers/{id}/issue-result"), result).await.expect(200);
    assert_eq!(signed.json["timeliness"], "finished_on_time");
    let returned = citizen.step(&id, "return-result").await.expect(200);
    assert_eq!(returned.json["status"], "returned");

    let timeline = citizen.get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200);
    let events: Vec<_> = timeline.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["event"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        events,
        [
            "dossier.created",
            "dossier.attachment_stored",
            "dossier.attachment_stored",
            "dossier.attachment_stored",
            "dossier.submitted",
            "dossier.accepted",
            "dossier.processing_started",
            "dossier.supplement_requested",
            "dossier.attachment_declared",
            "dossier.attachment_stored",
            "dossier.supplement_confirmed",
            "dossier.result_issued",
            "dossier.result_returned",
        ]
    );
    let tracking = app.anonymous().get("/v1/tracking/000.01.13.H26-260817-0001").await.expect(200);
    assert_eq!(
        tracking.json,
        json!({"code": "000.01.13.H26-260817-0001", "progress": "closed", "done": 4, "steps": 4})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_at_the_counter_is_due_the_same_day_before_three() {
    let app = TestApp::new().await;
    app.clock.set(at("2026-08-17T14:59:00+07:00"));
    let reception = app.staff("tiepnhan").await;
    let id = papers::file(&reception, "1.001193", "standard", BIRTH).await;
    let accepted = reception.step(&id, "accept").await.expect(200);
    assert_eq!(accepted.json["due_date"], "2026-08-17");

    app.clock.set(at("2026-08-17T15:00:00+07:00"));
    let id = papers::file(&reception, "1.001193", "standard", BIRTH).await;
    let accepted = reception.step(&id, "accept").await.expect(200);
    assert_eq!(accepted.json["due_date"], "2026-08-18");
    assert_eq!(accepted.json["code"], "000.01.13.H26-260817-0002");
}
