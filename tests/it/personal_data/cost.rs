//! What a pass of erasure costs depends on what it erases, and not on how much there is.

use complaints::CaseKind::Petition;
use complaints::erasure;
use complaints::workflow::CaseStatus;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::cases::at;
use crate::cast::Cast;
use crate::harness::TestApp;

/// A statement that a connection has prepared, and how often it has run.
#[derive(QueryableByName)]
struct Prepared {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    statement: String,
    #[diesel(sql_type = Integer)]
    parameters: i32,
    #[diesel(sql_type = BigInt)]
    runs: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    text: String,
}

async fn prepared(conn: &mut AsyncPgConnection) -> Vec<Prepared> {
    let all = "SELECT name, statement, cardinality(parameter_types) AS parameters, generic_plans + custom_plans AS runs
        FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared_statements%'";
    diesel::sql_query(all).load(conn).await.unwrap()
}

/// How many statements it has run.
async fn runs(conn: &mut AsyncPgConnection) -> i64 {
    prepared(conn).await.iter().map(|it| it.runs).sum()
}

/// How many cases a pass erases, and the statements that it takes.
async fn pass(app: &TestApp, most: i64) -> (usize, i64) {
    let mut conn = app.db.dedicated().await.unwrap();
    let before = runs(&mut conn).await;
    let erased = erasure::run(&mut conn, &app.ctx(), app.server.as_ref().unwrap().app.cases(), most).await.unwrap();
    (erased, runs(&mut conn).await - before)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_costs_nothing_and_what_goes_one_statement_each() {
    let app = TestApp::new().await;
    let id = at(&Cast::of(&app).await, Petition, CaseStatus::Filed).await;
    let (erased, statements) = pass(&app, 20).await;
    assert!(erased == 0 && statements > 5, "one for each rule: {statements}");
    app.sql(&format!(
        "INSERT INTO cases SELECT (jsonb_populate_record(cases, jsonb_build_object(
             'id', gen_random_uuid(), 'code', code || '-' || n))).*
         FROM cases, generate_series(1, 300) AS n WHERE id = '{id}'"
    ))
    .await;
    assert_eq!(pass(&app, 20).await, (0, statements), "of 301 as of one");
    app.set_time("2027-08-17T09:00:00+07:00");
    let (erased, more) = pass(&app, 20).await;
    assert_eq!(erased, 20);
    assert!(more <= statements + 20, "{more} for 20 cases, and {statements} to find them");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_looked_for_is_found_by_an_index() {
    let app = TestApp::new().await;
    let mut conn = app.db.dedicated().await.unwrap();
    // A few rows say nothing of many: what could go by an index has to, whatever the values.
    conn.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").await.unwrap();
    erasure::run(&mut conn, &app.ctx(), app.server.as_ref().unwrap().app.cases(), 20).await.unwrap();
    let looking: Vec<Prepared> =
        prepared(&mut conn).await.into_iter().filter(|it| it.statement.contains("FROM \"cases\"")).collect();
    let mut plans = Vec::new();
    for it in &looking {
        let nulls = vec!["NULL"; usize::try_from(it.parameters).unwrap()].join(", ");
        let plan = diesel::sql_query(format!("EXPLAIN EXECUTE \"{}\" ({nulls})", it.name)).load::<Line>(&mut conn);
        let plan: Vec<String> = plan.await.unwrap().into_iter().map(|line| line.text).collect();
        let plan = plan.join("\n");
        assert!(!plan.contains("Seq Scan"), "{}\n{plan}", it.statement);
        plans.push(plan);
    }
    let by = |index: &str| plans.iter().filter(|plan| plan.contains(index)).count();
    assert_eq!((by("cases_retention"), by("cases_unsent")), (1, 1), "when it ended, and when it was begun: {plans:?}");
}
