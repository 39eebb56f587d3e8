//! Accounts that nobody uses, and appointments that are over: what tells of whom they were goes when nothing needs it any more.

use complaints::CaseKind::Petition;
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::json;

use super::denounced::due;
use super::erasure::erase;
use super::requests::{answer, asked};
use crate::appointments::{book, offering};
use crate::cases::{at, path};
use crate::cast::Cast;
use crate::harness::{TestApp, papers};

/// Their account as it is stored, without the rest.
async fn account(app: &TestApp, id: &str) -> String {
    app.text(&format!("SELECT concat_ws('/', issuer, name, identity_number) FROM citizens WHERE id = '{id}'")).await
}

async fn signed_in_as(app: &TestApp, subject: &str) -> String {
    app.citizen(subject).await;
    app.text(&format!("SELECT id FROM citizens WHERE subject = '{subject}'")).await
}

/// As time passes: sessions that have expired go.
async fn forget_sessions(app: &TestApp) {
    directory::housekeeping::forget_old(&mut app.db.conn().await.unwrap(), app.clock.now()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_goes_when_nobody_has_used_it_for_two_years_and_nothing_is_kept_under_it() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    at(&cast, Petition, CaseStatus::Submitted).await;
    let (with_a_case, without) = (signed_in_as(&app, "congdan1").await, signed_in_as(&app, "congdan4").await);
    let returning = signed_in_as(&app, "congdan3").await;
    let (known, hers) = (account(&app, &without).await, account(&app, &with_a_case).await);
    assert!(known.contains(papers::ANOTHERS) && hers.contains(papers::NUMBER), "{known}, {hers}");
    app.set_time("2027-08-17T09:00:00+07:00");
    signed_in_as(&app, "congdan3").await;

    let end = "2028-08-17T02:00:00Z";
    app.set_time("2028-08-17T08:59:59+07:00");
    forget_sessions(&app).await;
    erase(&app).await;
    assert_eq!(account(&app, &without).await, known, "not a second too early");
    assert_eq!(due(&Cast::again(&app).await, "account", end).await, json!(1));
    app.set_time("2028-08-17T09:00:00+07:00");
    erase(&app).await;
    assert_eq!(account(&app, &without).await, "/Đã ẩn danh");
    assert_eq!(account(&app, &with_a_case).await, hers, "a case is kept under it");
    assert!(account(&app, &returning).await.contains("congdan3"), "it was used a year ago");
    let told = format!("SELECT count(*) FROM journal WHERE entity_id = '{without}' AND event_kind = 'citizen.erased'");
    assert_eq!(app.count(&told).await, 1);
    // Once, and whoever comes back has an account of their own again.
    erase(&app).await;
    assert_eq!(app.count(&told).await, 1);
    let anew = signed_in_as(&app, "congdan4").await;
    assert!(anew != without && account(&app, &anew).await == known);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_had_an_appointment_is_known_for_ninety_days_after_it() {
    let app = TestApp::new().await;
    Cast::of(&app).await;
    offering(&app).await;
    let me = app.citizen("congdan1").await;
    let booked = |starts_at| book(&me, starts_at);
    let over = booked("2026-08-18T01:00:00Z").await.expect(201).id();
    me.post(&format!("/v1/appointments/{over}/cancel"), json!({})).await.expect(200);
    let whose = |id: &str| {
        format!("SELECT concat_ws('/', citizen_id IS NULL, status, name, phone) FROM appointments WHERE id = '{id}'")
    };
    let known = app.text(&whose(&over)).await;
    assert!(known.contains("Nguyễn Thị Hoa") && known.contains("+84912345678"), "{known}");

    let end = "2026-11-15T02:00:00Z";
    app.set_time("2026-11-15T08:59:59+07:00");
    erase(&app).await;
    assert_eq!(app.text(&whose(&over)).await, known);
    assert_eq!(due(&Cast::again(&app).await, "appointment", end).await, json!(1));
    app.set_time("2026-11-15T09:00:00+07:00");
    erase(&app).await;
    assert_eq!(app.text(&whose(&over)).await, "t/cancelled/Đã ẩn danh/");
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'appointment.erased' AND entity_version = 3";
    assert_eq!(app.count(told).await, 1);
    let own = app.citizen("congdan1").await.get("/v1/me/export").await.expect(200).json;
    assert_eq!(own["appointments"], json!([]), "nothing of it is theirs any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn appointments_that_are_over_go_with_an_erasure_that_is_granted() {
    let app = TestApp::new().await;
    offering(&app).await;
    let cast = Cast::of(&app).await;
    let me = cast.client("congdan1");
    let over = book(me, "2026-08-18T01:00:00Z").await.expect(201).id();
    me.post(&format!("/v1/appointments/{over}/cancel"), json!({})).await.expect(200);
    let still_to_come = book(me, "2026-08-18T01:00:00Z").await.expect(201).id();
    let request = asked(&cast, "congdan1").await;
    cast.client("baove").post(&path(&request, CaseAction::Answer), answer("granted")).await.expect(200);
    me.get(&format!("/v1/appointments/{over}")).await.expect(404);
    me.get(&format!("/v1/appointments/{still_to_come}")).await.expect(200);
}
