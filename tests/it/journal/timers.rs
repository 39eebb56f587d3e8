//! Timers fire at their moment: each once, none never.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use kernel::timers::{self, Due};
use procedures::workflow::Status;
use serde_json::json;

use super::{UNTOLD, WAITING, replica};
use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE};
use crate::harness::{TestApp, at};

/// Accepted on Monday the 17th, a house's permit is due by the end of the 25th.
const DUE: &str = "2026-08-26T00:00:00+07:00";
/// Submitted then, it must be answered within 8 working hours.
const ANSWER_DUE: &str = "2026-08-18T09:00:00+07:00";

/// How often it was told that something of this dossier ran out.
fn told(id: &str) -> String {
    format!("SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind LIKE 'dossier.%deadline_passed'")
}

fn set(id: &str) -> String {
    format!("SELECT count(*) FROM timers WHERE entity_id = '{id}'")
}

/// Some rounds of the worker.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(400)).await;
}

/// Accepted and handed over: only its own limit runs.
async fn running(app: &TestApp) -> String {
    Cast::of(app).await.dossier(PERMIT_AT_COUNTER, Status::Transferred).await
}

/// Keeps every worker from leading, by leading oneself, until the connection is dropped.
async fn no_worker(app: &TestApp) -> AsyncPgConnection {
    let mut conn = app.db.dedicated().await.expect("a connection");
    let lead = "
        SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
        SELECT pg_advisory_lock(x'6361756e6f69'::bigint)";
    conn.batch_execute(lead).await.expect("the lock");
    conn
}

async fn due(app: &TestApp, now: DateTime<Utc>) -> Vec<Due> {
    timers::due(&mut app.db.conn().await.unwrap(), now, 100).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_runs_out_is_told_at_that_moment_and_once() {
    let app = TestApp::new().await;
    let id = running(&app).await;
    app.clock.set(at(DUE) - TimeDelta::microseconds(1));
    a_while().await;
    assert_eq!((app.count(&told(&id)).await, app.count(&set(&id)).await), (0, 1));
    app.set_time(DUE);
    app.eventually(&told(&id), 1).await;
    assert_eq!(app.count(&set(&id)).await, 0);
    let (due, told_as) =
        (at(DUE), format!("{{\"deadline_passed\":{{\"statutory_due_at\":\"{}\"}}}}", "2026-08-25T17:00:00Z"));
    let exact = format!(
        "SELECT count(*) FROM journal WHERE occurred_at = '{due}' AND actor_kind = 'system' AND event = '{told_as}'"
    );
    assert_eq!(app.count(&exact).await, 1);

    app.advance(TimeDelta::days(400));
    a_while().await;
    assert_eq!(app.count(&told(&id)).await, 1);
    assert_eq!(app.count(UNTOLD).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_that_came_due_while_nothing_ran_fires_at_the_next_start() {
    let mut app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let waiting = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    let running = cast.dossier(PERMIT_AT_COUNTER, Status::Transferred).await;
    app.stop().await;
    app.set_time("2026-09-30T08:00:00+07:00");
    let server = replica(&app).await;
    for id in [&waiting, &running] {
        app.eventually(&told(id), 1).await;
        assert_eq!(app.count(&set(id)).await, 0);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_that_cannot_fire_is_put_off_and_the_others_fire() {
    let app = TestApp::new().await;
    let id = running(&app).await;
    app.sql("INSERT INTO timers (entity_id, kind, entity_kind, fire_at) VALUES (gen_random_uuid(), 'k', 'nobody', '2026-01-01')").await;
    for (minutes, attempts) in [(0, 1), (1, 2), (2, 3), (4, 4), (8, 5), (16, 6), (32, 7), (60, 8), (60, 9)] {
        app.advance(TimeDelta::minutes(minutes));
        app.eventually("SELECT attempts FROM timers WHERE kind = 'k'", attempts).await;
        a_while().await;
        assert_eq!(app.count("SELECT attempts FROM timers WHERE kind = 'k'").await, attempts, "not before its time");
    }
    app.set_time(DUE);
    app.eventually(&told(&id), 1).await;
    app.eventually("SELECT attempts FROM timers WHERE kind = 'k'", 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_after_the_limit_ran_out_does_not_tell_it_again() {
    let app = TestApp::new().await;
    let id = running(&app).await;
    app.set_time(DUE);
    app.eventually(&told(&id), 1).await;
    app.staff("chuyenvien").await.step(&id, "start-processing").await.expect(200);
    a_while().await;
    assert_eq!((app.count(&told(&id)).await, app.count(&set(&id)).await), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_after_the_limit_cannot_hide_that_it_ran_out() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let waiting = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    let processed = cast.dossier(PERMIT_AT_COUNTER, Status::AwaitingApproval).await;
    let worker = no_worker(&app).await;
    app.set_time(ANSWER_DUE);
    let reception = app.staff("tiepnhan").await;
    reception.step(&waiting, "accept").await.expect(200);
    reception.step(&waiting, "hand-over").await.expect(200);
    app.set_time(DUE);
    let result = json!({"outcome": "granted", "number": "125/GPXD-UBND"});
    let late =
        app.staff("lanhdao").await.post(&format!("/v1/dossiers/{processed}/issue-result"), result).await.expect(200);
    assert_eq!(late.json["timeliness"], "finished_late");
    drop(worker);
    app.eventually(WAITING, 0).await;
    a_while().await;
    for (id, after) in [(&waiting, "accepted"), (&processed, "result_issued")] {
        assert_eq!(app.count(&told(id)).await, 1);
        let order = format!(
            "SELECT (SELECT entity_version FROM journal WHERE entity_id = '{id}' AND event_kind = 'dossier.{after}')
                - (SELECT entity_version FROM journal WHERE entity_id = '{id}' AND event_kind LIKE '%deadline_passed')"
        );
        assert_eq!(app.count(&order).await, 1, "it ran out, then it was {after}");
    }
    assert_eq!(app.count(UNTOLD).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_late_to_a_timer_does_nothing_to_what_has_changed_since() {
    let app = TestApp::new().await;
    let id = Cast::of(&app).await.dossier(PERMIT_AT_COUNTER, Status::Processing).await;
    let _worker = no_worker(&app).await;
    let seen = due(&app, at(DUE)).await.pop().expect("its timer");
    // Between the worker's look and its shot, the clock began anew …
    app.set_time("2026-08-20T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    cast.ask_for(&id, "Bản vẽ thiếu mặt cắt móng.", "drawings").await;
    cast.bring(&id, "tiepnhan", "drawings").await;
    cast.client("tiepnhan").step(&id, "confirm-supplement").await.expect(200);
    let server = &app.server.as_ref().expect("it runs").app;
    let catalogue = server.catalogue.load();
    let (conn, ctx) = (&mut app.db.conn().await.unwrap(), app.ctx());
    let next = "SELECT count(*) FROM timers WHERE fire_at > '2026-08-28' AND attempts = 0";
    assert_eq!(app.count(next).await, 1, "a new limit");
    procedures::timer::fire(conn, &ctx, server.world(&catalogue), &seen).await.unwrap();
    timers::put_off(conn, &seen, ctx.now).await.unwrap();
    timers::drop(conn, &seen).await.unwrap();
    assert_eq!((app.count(&told(&id)).await, app.count(next).await), (0, 1));

    // … or all was done.
    let seen = due(&app, at("2026-12-31T00:00:00Z")).await.pop().expect("its timer");
    app.staff("chuyenvien").await.propose(&id).await;
    let result = json!({"outcome": "granted", "number": "125/GPXD-UBND"});
    app.staff("lanhdao").await.post(&format!("/v1/dossiers/{id}/issue-result"), result).await.expect(200);
    procedures::timer::fire(conn, &ctx, server.world(&catalogue), &seen).await.unwrap();
    let waits = "SELECT count(*) FROM timers WHERE kind = 'collect'";
    assert_eq!((app.count(&told(&id)).await, app.count(&set(&id)).await, app.count(waits).await), (0, 1, 1));
}
