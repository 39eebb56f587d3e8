//! One gapless order, whoever leads and whatever goes on elsewhere.

use std::time::{Duration, Instant};

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use kernel::clock::uuid_at;
use uuid::Uuid;

use super::{UNTOLD, WAITING, replica, verified};
use crate::harness::papers::{self, PERMIT};
use crate::harness::{Client, TestApp, monday};

/// How far the journal is numbered.
const SIZE: &str = "SELECT size FROM journal_head";
/// The numbers are 0 to `size` - 1.
const GAPLESS: &str = "
    SELECT count(*) FROM journal_head
    WHERE size = (SELECT count(number) FROM journal) AND size = (SELECT max(number) + 1 FROM journal)";
/// The connections that lead: the lock's key is split in two for this view.
const LEADERS: &str = "
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
        AND (classid::bigint << 32 | objid::bigint) = x'6361756e6f69'::bigint
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// An entry as a change writes it, of an entity that only the journal knows.
fn entry(entity: Uuid, version: i32) -> String {
    format!(
        "INSERT INTO journal (entity_kind, entity_id, entity_version, actor_kind, event_kind, event_version, event,
            occurred_at, recorded_at, seen_before, seen_after)
         VALUES ('test', '{entity}', {version}, 'system', 'test.happened', 1, '\"happened\"', now(), now(), '{{}}', '{{}}');"
    )
}

fn entity() -> Uuid {
    uuid_at(monday())
}

/// A transaction elsewhere that stays open until it is told to end.
async fn open_transaction(app: &TestApp, sql: &str) -> AsyncPgConnection {
    let mut conn = app.db.dedicated().await.expect("a connection");
    conn.batch_execute(&format!("SET idle_in_transaction_session_timeout = 0; BEGIN; {sql}")).await.expect("good SQL");
    conn
}

/// Writes a few entries through the API.
async fn write(reception: &Client) {
    papers::file(reception, "1.013225", "house", PERMIT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_numbered_within_a_moment() {
    let app = TestApp::new().await;
    app.eventually(WAITING, 0).await;
    let mut waited = Vec::new();
    for _ in 0..5 {
        app.sql(&entry(entity(), 1)).await;
        let since = Instant::now();
        while app.count(WAITING).await > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        waited.push(since.elapsed());
    }
    // The promise is for an idle machine, and this one runs other tests: the best of five.
    let best = *waited.iter().min().unwrap();
    assert!(best < Duration::from_millis(200), "{waited:?}");
    assert_eq!(app.count(GAPLESS).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_entity_keeps_its_own_order_while_many_write() {
    let app = TestApp::new().await;
    let (citizen, mut writing) = (app.citizen("congdan1").await, Vec::new());
    for _ in 0..4 {
        let id = papers::file(&citizen, "1.013225", "house", PERMIT).await;
        for _ in 0..6 {
            let (citizen, path) = (citizen.clone(), format!("/v1/dossiers/{id}/attachments"));
            writing.push(tokio::spawn(async move {
                // Several at once change one dossier: who was slower is told to try again.
                while citizen.post(&path, papers::paper("drawings")).await.status != 201 {}
            }));
        }
    }
    for each in writing {
        each.await.expect("it was declared in the end");
    }
    app.eventually(WAITING, 0).await;
    assert_eq!(app.count(UNTOLD).await, 0, "versions go up with numbers");
    assert_eq!(app.count(GAPLESS).await, 1);
    assert_eq!(verified(&app).await.findings, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_one_leads_and_the_other_takes_over() {
    let mut app = TestApp::new().await;
    let mut reception = app.staff("tiepnhan").await;
    app.eventually(LEADERS, 1).await;
    let other = replica(&app).await;
    write(&reception).await;
    // Longer than the other one waits before it tries to lead.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(app.count(LEADERS).await, 1);
    app.eventually(WAITING, 0).await;

    app.stop().await;
    reception.url = format!("http://{}", other.address);
    write(&reception).await;
    app.eventually(LEADERS, 1).await;
    app.eventually(WAITING, 0).await;
    assert_eq!((app.count(GAPLESS).await, app.count(UNTOLD).await), (1, 0));

    // A leader whose connection is cut leads no more; it, or another, begins again.
    app.sql(&LEADERS.replace("count(*)", "pg_terminate_backend(pid)")).await;
    write(&reception).await;
    app.eventually(WAITING, 0).await;
    assert_eq!((app.count(GAPLESS).await, app.count(LEADERS).await), (1, 1));
    assert_eq!(verified(&app).await.findings, [""; 0]);
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_commits_late_gets_a_later_number_and_holds_up_nobody() {
    let app = TestApp::new().await;
    let reception = app.staff("tiepnhan").await;
    let late = entity();
    let mut elsewhere = open_transaction(&app, &entry(late, 1)).await;
    write(&reception).await;
    app.eventually(WAITING, 0).await;
    let size = app.count(SIZE).await;
    elsewhere.batch_execute("COMMIT").await.unwrap();
    app.eventually(WAITING, 0).await;
    assert_eq!(app.count(&format!("SELECT number FROM journal WHERE entity_id = '{late}'")).await, size);
    let earlier =
        format!("SELECT count(*) FROM journal WHERE position > (SELECT position FROM journal WHERE number = {size})");
    assert!(app.count(&earlier).await >= 4, "others took their place in the tail after it, and their numbers before");
    assert_eq!(app.count(GAPLESS).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rolled_back_leaves_no_gap() {
    let app = TestApp::new().await;
    let mut elsewhere = open_transaction(&app, &entry(entity(), 1)).await;
    app.sql(&entry(entity(), 1)).await;
    elsewhere.batch_execute("ROLLBACK").await.unwrap();
    app.sql(&entry(entity(), 1)).await;
    app.eventually(WAITING, 0).await;
    assert_eq!(app.count(GAPLESS).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_with_a_number_that_nobody_gave_it_stops_nothing() {
    let app = TestApp::new().await;
    let forged = entry(entity(), 1).replace("(entity_kind", "(number, entity_kind").replace("VALUES (", "VALUES (-1, ");
    app.sql(&forged).await;
    app.sql(&entry(entity(), 1)).await;
    app.eventually("SELECT count(*) FROM journal WHERE number IS NULL", 0).await;
    assert_eq!(app.count("SELECT count(*) FROM journal WHERE entity_kind = 'test' AND number > 0").await, 1);
}

/// Lets the first partition end `room` entries from here.
async fn shorten_partition(app: &TestApp, room: i64) -> i64 {
    let end = app.count(SIZE).await + room;
    app.sql(&format!(
        "BEGIN; ALTER TABLE journal DETACH PARTITION journal_0;
         ALTER TABLE journal ATTACH PARTITION journal_0 FOR VALUES FROM (0) TO ({end});
         UPDATE journal_head SET partitioned_to = {end}; COMMIT"
    ))
    .await;
    end
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_go_on_from_one_partition_to_the_next() {
    let mut app = TestApp::new().await;
    app.eventually(WAITING, 0).await;
    app.stop().await;
    let end = shorten_partition(&app, 3).await;
    for _ in 0..8 {
        app.sql(&entry(entity(), 1)).await;
    }
    let server = replica(&app).await;
    app.eventually(WAITING, 0).await;
    assert_eq!(app.count("SELECT count(*) FROM journal_0").await, end);
    assert_eq!(app.count(SIZE).await, end + 5);
    assert_eq!(app.count(GAPLESS).await, 1);
    assert_eq!(verified(&app).await.findings, [""; 0]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_partition_that_cannot_be_made_yet_holds_up_nobody() {
    let mut app = TestApp::new().await;
    app.eventually(WAITING, 0).await;
    app.stop().await;
    let end = shorten_partition(&app, 10).await;
    // As a dump does, and any change that has not been committed: the journal cannot be altered while it goes on.
    let mut dump = open_transaction(&app, "LOCK TABLE journal, journal_tail IN ACCESS SHARE MODE").await;
    let server = replica(&app).await;
    for n in 0..20 {
        let since = Instant::now();
        app.sql(&entry(entity(), 1)).await;
        assert!(since.elapsed() < Duration::from_secs(2), "entry {n} had to wait {:?}", since.elapsed());
    }
    app.eventually(SIZE, end).await;
    assert_eq!(app.count(WAITING).await, 10, "there is no room for more");
    dump.batch_execute("COMMIT").await.unwrap();
    app.eventually(WAITING, 0).await;
    assert_eq!(app.count(GAPLESS).await, 1);
    assert_eq!(verified(&app).await.findings, [""; 0]);
    server.stop().await;
}
