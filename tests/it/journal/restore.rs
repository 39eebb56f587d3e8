//! The journal survives a dump and a restore, and goes on in the new database where it ended in the old one.

use std::path::Path;
use std::process::Command;

use diesel_async::SimpleAsyncConnection;
use kernel::journal::verify::verify;
use kernel::{Db, db};

use super::{WAITING, mixed_history, serve};
use crate::harness::{TestApp, cluster, empty_database};

/// Runs one of PostgreSQL's own programs on a database.
fn program(name: &str, database: &str, arguments: &[&str], file: &Path) {
    let mut command = Command::new(cluster().programs().join(name));
    command.arg(format!("--dbname={}", cluster().url(database))).args(arguments).arg(file);
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_restored_elsewhere_is_the_same_journal_and_goes_on() {
    let mut app = TestApp::new().await;
    mixed_history(&app).await;
    app.stop().await;
    let checkpoints = super::tampering::exported(&app);
    let size = app.count("SELECT size FROM journal_head").await;
    assert_eq!(checkpoints.last().unwrap().size, size, "everything is under a checkpoint after the stop");
    let change = "INSERT INTO journal (entity_kind, entity_id, entity_version, actor_kind, event_kind, event_version,
            event, occurred_at, recorded_at, seen_before, seen_after)
         SELECT entity_kind, entity_id, entity_version + 1000, actor_kind, event_kind, event_version,
            event, occurred_at, recorded_at, seen_before, seen_after FROM journal WHERE number < 3";
    // Some entries are not numbered yet when the dump is made.
    app.sql(change).await;

    let dump = app.data_dir.path().join("dump");
    let restored = empty_database().await;
    program("pg_dump", &app.database, &["--format=custom", "--file"], &dump);
    program("pg_restore", &restored, &["--exit-on-error"], &dump);

    let server = serve(&app, &restored).await;
    app.db = Db::new(&db::Settings { url: cluster().url(&restored), ca: None, size: 2 }).unwrap();
    app.db.conn().await.unwrap().batch_execute(change).await.unwrap();
    app.eventually(WAITING, 0).await;
    assert_eq!(app.count("SELECT count(*) FROM journal WHERE number >= 0").await, size + 6);
    assert_eq!(app.count("SELECT max(number) FROM journal").await, size + 5);
    let old = verify(&mut app.db.conn().await.unwrap(), &checkpoints, |_| ()).await.unwrap();
    assert_eq!((old.findings, old.confirmed), (vec![], checkpoints.len()));
    server.stop().await;
    let all = super::tampering::exported(&app);
    assert_eq!(all.last().unwrap().size, size + 6, "checkpoints go on too");
    let new = verify(&mut app.db.conn().await.unwrap(), &all, |_| ()).await.unwrap();
    assert_eq!((new.findings, new.covered), (vec![], size + 6));
}
