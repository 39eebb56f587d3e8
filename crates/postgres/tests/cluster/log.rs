//! What the server's log may not hold.

use std::fs;
use std::thread;

use nix::sys::signal::Signal::SIGKILL;
use postgres::{Cluster, NAME};

use crate::support::{Outcome, eventually, quick, scratch, send, sql};

#[test]
fn no_stored_or_given_value_gets_into_the_log() -> Outcome {
    let scratch = scratch()?;
    let cluster = Cluster::start(&quick(&scratch))?;
    let url = cluster.url(NAME);
    sql(&url, "CREATE TABLE person (email text PRIMARY KEY); INSERT INTO person VALUES ('an@example.vn')")?;
    for statement in [
        "SELECT 'an@example.vn'::date",
        "INSERT INTO person VALUES ('an@example.vn')",
        "SELECT an@example.vn FROM",
        "DO $$ BEGIN RAISE WARNING 'an@example.vn'; RAISE EXCEPTION 'an@example.vn'; END $$",
    ] {
        sql(&url, statement).expect_err(statement);
    }

    // A killed backend is logged together with the statement it was running.
    let (victim_url, marker) = (url.clone(), "SELECT pg_sleep(60), 'an@example.vn'");
    let victim = thread::spawn(move || sql(&victim_url, marker).is_err());
    let find = "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%an@' || 'example.vn%' AND pid <> pg_backend_pid()";
    let mut pid = None;
    eventually("the backend works", || {
        pid = sql(&url, find).ok().and_then(|rows| rows.first()?.parse().ok());
        pid.is_some()
    });
    send(pid.ok_or("no backend")?, SIGKILL)?;
    assert!(victim.join().expect("the thread ends"));

    let path = cluster.data_dir().join("postgres.log");
    eventually("the crash is logged", || {
        fs::read_to_string(&path).is_ok_and(|log| log.contains("was terminated by signal 9"))
    });
    eventually("the server recovers", || sql(&url, "SELECT 1").is_ok());
    cluster.stop()?;
    let log = fs::read_to_string(&path)?;
    assert!(!log.contains("an@example.vn"), "{log}");
    Ok(())
}
