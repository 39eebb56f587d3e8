//! `caunoi demo`: a simulated year is deterministic, keeps every rule that real dossiers keep, and stays out of real
//! installations.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api::App;
use api::simulation::{Plan, Report, run};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use kernel::rules::Rules;

use crate::harness::{TestApp, at, cluster};
use crate::journal::{UNTOLD, WAITING};
use crate::start::program::{Ended, caunoi, run as run_program};

const DOSSIERS: u32 = 60;

fn plan(seed: u64) -> Plan {
    Plan { until: NaiveDate::from_ymd_opt(2026, 8, 17).unwrap(), days: 30, dossiers: DOSSIERS, seed }
}

/// A database whose server has ended, and what that one shared.
async fn deserted() -> (TestApp, Arc<App>) {
    let mut app = TestApp::new().await;
    let shared = Arc::clone(&app.server.as_ref().unwrap().app);
    app.stop().await;
    (app, shared)
}

async fn simulate(app: &TestApp, shared: &App, seed: u64) -> Report {
    run(shared, &app.db, &plan(seed), &AtomicBool::new(false), &|_| ()).await.expect("a year")
}

#[derive(QueryableByName, Debug, PartialEq, Eq)]
struct Counted {
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many dossiers there are of each kind, and how many entries.
async fn counted(app: &TestApp) -> BTreeMap<String, i64> {
    let query = "SELECT concat_ws(' ', channel, status, outcome, case_code, finished_at >= statutory_due_at) AS what,
        count(*) AS n FROM dossiers GROUP BY 1 UNION ALL SELECT event_kind, count(*) FROM journal GROUP BY 1";
    let rows: Vec<Counted> = diesel::sql_query(query).load(&mut app.db.conn().await.unwrap()).await.unwrap();
    rows.into_iter().map(|row| (row.what, row.n)).collect()
}

fn program(app: &TestApp, more: &[&str]) -> Ended {
    let mut command = caunoi(&["demo", "--database-url", &cluster().url(&app.database), "--data-dir"]);
    run_program(command.arg(app.data_dir.path()).args(more))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_year_and_another_gives_another() {
    let ((first, shared), (second, _)) = (deserted().await, deserted().await);
    let report = simulate(&first, &shared, 7).await;
    assert_eq!(report.total().filed, DOSSIERS);
    let said = program(&second, &["--days", "30", "--dossiers", "60", "--seed", "7", "--until", "2026-08-17"]).good();
    assert!(said.starts_with(&report.to_string()), "{report}\n{said}");
    assert_eq!(counted(&first).await, counted(&second).await);

    let (third, shared) = deserted().await;
    simulate(&third, &shared, 8).await;
    assert_ne!(counted(&first).await, counted(&third).await);
}

#[derive(QueryableByName)]
struct Clocked {
    #[diesel(sql_type = Jsonb)]
    clock: serde_json::Value,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    statutory_due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<DateTime<Utc>>,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulated_month_keeps_the_rules_of_a_real_one() {
    let (app, shared) = deserted().await;
    let report = simulate(&app, &shared, 1).await;
    assert_eq!(report.channels.len(), 4, "every channel: {report}");
    let total = report.total();
    assert!(total.on_time > 0 && total.late > 0, "early and late units: {report}");

    assert_eq!(app.count(WAITING).await, 0, "all entries are numbered");
    assert_eq!(app.count(UNTOLD).await, 0);
    let passed = "SELECT count(*) FROM timers WHERE fire_at <= '2026-08-17T00:00:00+07:00' AND entity_kind <> 'ticket'";
    assert_eq!(app.count(passed).await, 0, "timers that did not fire");
    let outside =
        "SELECT count(*) FROM dossiers WHERE NOT created_at >= '2026-07-18T00:00:00+07:00' OR greatest(created_at,
        submitted_at, accepted_at, finished_at, closed_at) >= '2026-08-17T00:00:00+07:00'";
    assert_eq!(app.count(outside).await, 0, "outside of the month");
    let told_late =
        "SELECT count(*) FROM dossiers d WHERE d.finished_at >= d.statutory_due_at AND NOT EXISTS (SELECT FROM
        journal j WHERE j.entity_id = d.id AND j.event_kind = 'dossier.deadline_passed')";
    assert_eq!(app.count(told_late).await, 0, "late, and nobody was told");
    let at_night = "SELECT count(*) FROM dossiers WHERE (finished_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::time
        NOT BETWEEN '08:00' AND '17:30'";
    assert_eq!(app.count(at_night).await, 0, "signed when nobody is at work");
    let real = "SELECT count(*) FROM dossiers WHERE applicant ->> 'identity_number' NOT LIKE '999%'";
    assert_eq!(app.count(real).await, 0, "numbers that somebody may have");

    let mut conn = app.db.conn().await.unwrap();
    let rules = Rules::read(&mut conn).await.unwrap();
    let query = "SELECT clock, statutory_due_at, due_at FROM dossiers WHERE clock IS NOT NULL";
    let clocked: Vec<Clocked> = diesel::sql_query(query).load(&mut conn).await.unwrap();
    assert!(clocked.len() > 30);
    for Clocked { clock, statutory_due_at, due_at } in clocked {
        let clock: deadlines::Clock = serde_json::from_value(clock).unwrap();
        let calendar = rules.calendar_of(&clock.calendar_version).unwrap();
        let deadline = clock.deadline(calendar).unwrap();
        assert_eq!((Some(deadline.statutory_due_at), Some(deadline.due_at)), (statutory_due_at, due_at), "{clock:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_leaves_whole_dossiers_that_a_server_goes_on_with() {
    let (app, shared) = deserted().await;
    let stop = AtomicBool::new(false);
    let stopping = |progress: api::simulation::Progress| stop.store(progress.filed >= 20, Ordering::Relaxed);
    let report = run(&shared, &app.db, &plan(3), &stop, &stopping).await.expect("a part of a year");
    assert!(report.stopped_at.is_some_and(|stopped| stopped < at("2026-08-17T00:00:00+07:00")));
    let filed = i64::from(report.total().filed);
    assert!((20..30).contains(&filed), "{report}");
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, filed);
    assert_eq!(app.count(UNTOLD).await, 0);

    let replica = crate::journal::replica(&app).await;
    app.eventually("SELECT count(*) FROM timers WHERE fire_at <= '2026-08-17T09:00:00+07:00'", 0).await;
    replica.stop().await;
    assert_eq!(app.count(UNTOLD).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_that_cannot_be_is_refused_in_a_sentence() {
    let (app, shared) = deserted().await;
    let refused = async |plan: Plan| {
        let done = run(&shared, &app.db, &plan, &AtomicBool::new(false), &|_| ()).await;
        done.expect_err("it cannot be")
    };
    let early = refused(Plan { days: 1000, ..plan(1) }).await;
    assert!(early.contains("must lie within the calendar"), "{early}");
    let before = refused(Plan { days: 500, ..plan(1) }).await;
    assert_eq!(before, "The communes exist since 2025-07-01: what begins on 2025-04-04 is too early for them.");
    let future = refused(Plan { until: NaiveDate::from_ymd_opt(2026, 8, 18).unwrap(), ..plan(1) }).await;
    assert_eq!(future, "2026-08-18 is still to come: name a day in the past, or today.");

    let served = TestApp::new().await;
    let year = ["--days", "30", "--dossiers", "60", "--until", "2026-08-17"];
    let complaint = program(&served, &year).refused();
    assert!(complaint.starts_with("A server runs on this database"), "{complaint}");

    let real = TestApp::new().await;
    real.sql("UPDATE installation SET demo = false").await;
    let complaint = program(&real, &year).refused();
    assert!(complaint.starts_with("This database was not made as a demo"), "{complaint}");
    for app in [&app, &served, &real] {
        assert_eq!(app.count("SELECT count(*) FROM dossiers").await, 0);
    }
}
