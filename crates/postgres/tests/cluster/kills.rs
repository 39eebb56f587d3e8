//! `kill -9`, of every process that can be hit.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal::{SIGINT, SIGKILL};
use postgres::{Cluster, NAME, Options, StartError};

use crate::hold::{Hold, spawn};
use crate::support::{Killed, Outcome, eventually, has_ended, quick, scratch, send, sql, unfinished};

#[test]
fn the_server_ends_with_its_killed_program_and_the_data_is_there() -> Outcome {
    let scratch = scratch()?;
    let options = Options::new(scratch.path().join("pg"));
    let hold = Hold::start(&options.data_dir)?;
    sql(&hold.url, "CREATE TABLE kept AS SELECT 42 AS n")?;
    let server = hold.server;
    hold.kill();
    eventually("the server ends", || has_ended(server));

    // And once more, with both killed at once and nothing shut down.
    let hold = Hold::start(&options.data_dir)?;
    sql(&hold.url, "INSERT INTO kept VALUES (43)")?;
    send(hold.server, SIGKILL)?;
    hold.kill();
    let cluster = Cluster::start(&options)?;
    assert_eq!(sql(&cluster.url(NAME), "SELECT n FROM kept ORDER BY n")?, ["42", "43"]);
    let log = fs::read_to_string(cluster.data_dir().join("postgres.log"))?;
    assert!(log.contains("automatic recovery in progress"), "{log}");
    Ok(())
}

#[test]
fn a_server_that_has_not_left_yet_is_waited_for_and_then_named() -> Outcome {
    let scratch = scratch()?;
    let options = Options { patience: Duration::from_millis(300), ..quick(&scratch) };
    let cluster = Cluster::start(&options)?;
    let (bin, user) = (cluster.programs().to_owned(), fs::metadata(cluster.socket_dir())?.uid());
    cluster.stop()?;
    // Nobody's cluster, as the server of a killed program is.
    let data = options.data_dir.join("data");
    let mut old = Command::new(bin.join("postgres"));
    old.arg("-D").arg(&data).args(["-c", "listen_addresses=", "-c", "unix_socket_directories=."]);
    let mut old = Killed(old.uid(user).current_dir("/").stderr(Stdio::null()).spawn()?);
    let pid = old.0.id();
    eventually("the old server works", || data.join("postmaster.pid").exists());

    let error = Cluster::start(&options).expect_err("the old server is there");
    assert!(matches!(error, StartError::StillRunning { pid: named, .. } if named == pid), "{error:?}");
    let sentence = format!("An earlier PostgreSQL server (process {pid}) still works in the data directory");
    assert!(error.to_string().starts_with(&sentence), "{error}");

    let ending = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        send(pid, SIGINT).is_ok() && old.0.wait().is_ok()
    });
    let cluster = Cluster::start(&Options { patience: Duration::from_secs(20), ..options })?;
    assert_eq!(sql(&cluster.url(NAME), "SELECT 1")?, ["1"]);
    assert!(ending.join().expect("the thread ends"));
    Ok(())
}

#[test]
fn a_first_start_that_was_killed_leaves_nothing_that_is_used() -> Outcome {
    let scratch = scratch()?;
    let options = quick(&scratch);
    let first = spawn(&options.data_dir)?;
    let half_made = || unfinished(&options.data_dir).into_iter().next();
    eventually("the data is being made", || half_made().is_some_and(|fresh| fresh.join("global").exists()));
    drop(first);
    assert!(!options.data_dir.join("data").exists());

    // What is left may still be busy ending: it is in nobody's way, and cleared by the start after at the latest.
    let cluster = Cluster::start(&options)?;
    assert_eq!(sql(&cluster.url(NAME), "SELECT current_database()")?, [NAME]);
    cluster.stop()?;
    Cluster::start(&options)?.stop()?;
    assert!(unfinished(&options.data_dir).is_empty());
    Ok(())
}

#[test]
fn a_process_that_got_the_number_of_a_dead_server_is_no_obstacle() -> Outcome {
    let scratch = scratch()?;
    let options = quick(&scratch);
    let cluster = Cluster::start(&options)?;
    let pid_file = cluster.data_dir().join("data/postmaster.pid");
    let left = fs::read_to_string(&pid_file)?;
    let server_user = fs::metadata(cluster.socket_dir())?.uid();
    cluster.stop()?;

    let other = Killed(Command::new("sleep").arg("60").uid(server_user).spawn()?);
    let (_, rest) = left.split_once('\n').ok_or("an empty postmaster.pid")?;
    fs::write(&pid_file, format!("{}\n{rest}", other.0.id()))?;
    Cluster::start(&options)?.stop()?;
    Ok(())
}
