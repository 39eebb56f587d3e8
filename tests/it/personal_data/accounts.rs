//! Accounts that nobody uses, and appointments that are over: what tells of whom they were goes when nothing needs it any more.

use complaints::CaseKind::Petition;
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

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

/// How many would go until then, asked by nobody but data protection.
async fn going(app: &TestApp, rule: &str, until: &str) -> Value {
    let counts =
        app.staff("baove").await.get(&format!("/v1/data-retention/counts?until={until}")).await.expect(200).json;
    counts["items"].as_array().unwrap().iter().find(|it| it["rule"] == rule).unwrap()["count"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_goes_when_nobody_has_used_it_for_two_years_and_nothing_is_kept_under_it() {
    let app = TestApp::new().await;
    at(&Cast::of(&app).await, Petition, CaseStatus::Submitted).await;
    let (with_a_case, without) = (signed_in_as(&app, "congdan1").await, signed_in_as(&app, "congdan4").await);
    let (known, hers) = (account(&app, &without).await, account(&app, &with_a_case).await);
    assert!(known.contains(papers::ANOTHERS) && hers.contains(papers::NUMBER), "{known}, {hers}");
    app.set_time("2027-08-17T09:00:00+07:00");
    let returning = signed_in_as(&app, "congdan3").await;

    app.set_time("2028-08-17T08:59:59+07:00");
    erase(&app).await;
    assert_eq!(account(&app, &without).await, known, "not a second too early");
    let end = "2028-08-17T02:00:00Z";
    // Of those in the cast nobody but congdan1 has anything; who is signed in still has not left yet.
    let others = going(&app, "account", end).await.as_i64().unwrap();
    forget_sessions(&app).await;
    assert_eq!(others, 0, "somebody is signed in with each of them");
    erase(&app).await;
    assert_eq!(account(&app, &without).await, known, "it was used until a little while ago");

    app.set_time("2030-08-17T08:59:58+07:00");
    assert_eq!(going(&app, "account", "2030-08-17T01:59:59Z").await, json!(3), "congdan2, 3 and 4");
    app.set_time("2030-08-17T08:59:59+07:00");
    erase(&app).await;
    for gone in [&without, &returning] {
        assert_eq!(account(&app, gone).await, "/Đã ẩn danh");
    }
    assert_eq!(account(&app, &with_a_case).await, hers, "a case is kept under it");
    let told = format!("SELECT count(*) FROM journal WHERE entity_id = '{without}' AND event_kind = 'citizen.erased'");
    assert_eq!(app.count(&told).await, 1);
    // Once the case is parted from it the account goes when it is looked at again; whoever comes back has one of their own again.
    app.sql("UPDATE cases SET sender_id = NULL").await;
    app.set_time("2031-05-17T09:00:00+07:00");
    erase(&app).await;
    assert_eq!(account(&app, &with_a_case).await, "/Đã ẩn danh");
    assert_eq!(app.count(&told).await, 1);
    let anew = signed_in_as(&app, "congdan4").await;
    assert!(anew != without && account(&app, &anew).await == known);
}

/// Whatever refers to an account keeps it, of whatever domain.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_refers_to_an_account_needs_it() {
    let app = TestApp::new().await;
    let missing = app
        .text(
            "SELECT coalesce(string_agg(conrelid::regclass || '.' || attname, ', '), 'none') FROM pg_constraint
             JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
             WHERE confrelid = 'citizens'::regclass
                AND pg_get_functiondef('account_is_needed'::regproc) !~ ('FROM ' || conrelid::regclass || '\\s+WHERE ' || attname || ' = account')",
        )
        .await;
    assert_eq!(missing, "none");
    // Who may be acted for keeps it, too: they are found by its number.
    let me = signed_in_as(&app, "congdan1").await;
    app.sql("DELETE FROM sessions").await;
    let needed = format!("SELECT account_is_needed('{me}')::int");
    assert_eq!(app.count(&needed).await, 0);
    app.sql(&format!(
        "INSERT INTO representations (id, version, principal_number, representative_number, representative_name, basis, document,
            valid_from, made_at) VALUES (gen_random_uuid(), 1, '{}', '{}', 'Trần Văn Hoà', 'legal', 'Quyết định 1', '2026-01-01', now())",
        papers::NUMBER, papers::ANOTHERS
    ))
    .await;
    assert_eq!(app.count(&needed).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_had_an_appointment_is_known_for_ninety_days_after_it() {
    let app = TestApp::new().await;
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

    app.set_time("2026-11-15T08:59:59+07:00");
    erase(&app).await;
    assert_eq!(app.text(&whose(&over)).await, known);
    assert_eq!(going(&app, "appointment", "2026-11-15T02:00:00Z").await, json!(1));
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
