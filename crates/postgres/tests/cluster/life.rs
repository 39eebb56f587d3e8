//! The ordinary life of a cluster.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::thread;

use nix::unistd::{Pid, getpgid};
use postgres::{Cluster, NAME, Options};

use crate::hold::{Hold, command, program};
use crate::support::{Outcome, eventually, has_ended, is_root, quick, scratch, send, sql, unfinished};

#[test]
fn data_outlives_a_stop_and_a_drop() -> Outcome {
    let scratch = scratch()?;
    let options = Options::new(scratch.path().join("new/pg"));
    let cluster = Cluster::start(&options)?;
    sql(&cluster.url(NAME), "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('first')")?;
    cluster.stop()?;

    let cluster = Cluster::start(&options)?;
    let server = cluster.pid().ok_or("no server")?;
    sql(&cluster.url(NAME), "INSERT INTO kept VALUES ('second')")?;
    let log = fs::read_to_string(cluster.data_dir().join("postgres.log"))?;
    assert!(log.contains("database system was shut down at"), "the stop was not clean: {log}");
    drop(cluster);
    assert!(has_ended(server));

    let cluster = Cluster::start(&options)?;
    assert_eq!(sql(&cluster.url(NAME), "SELECT word FROM kept ORDER BY word")?, ["first", "second"]);
    assert!(unfinished(cluster.data_dir()).is_empty());
    Ok(())
}

#[test]
fn a_new_cluster_is_utf8_checked_durable_and_sorts_by_code_point() -> Outcome {
    let scratch = scratch()?;
    let cluster = Cluster::start(&Options::new(scratch.path().join("pg")))?;
    let show =
        |name: &str| Ok::<_, Box<dyn std::error::Error>>(sql(&cluster.url(NAME), &format!("SHOW {name}"))?.concat());
    for (setting, value) in [
        ("server_encoding", "UTF8"),
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("listen_addresses", ""),
        ("timezone", "UTC"),
        ("default_text_search_config", "pg_catalog.simple"),
        ("jit", "off"),
        ("max_connections", "200"),
    ] {
        assert_eq!(show(setting)?, value, "{setting}");
    }
    let letters = "SELECT lower('ĐÀ NẴNG') || (SELECT string_agg(w, '' ORDER BY w) FROM unnest('{đ,e,B,a}'::text[]) w)";
    assert_eq!(sql(&cluster.url(NAME), letters)?, ["đà nẵngBaeđ"]);
    assert!(sql(&cluster.url(NAME), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")? == ["t"]);
    Ok(())
}

#[test]
fn settings_may_be_tuned_but_access_may_not() -> Outcome {
    let scratch = scratch()?;
    let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let settings = vec![set("shared_buffers", "32MB"), set("listen_addresses", "*"), set("log_statement", "all")];
    let cluster = Cluster::start(&Options { settings, ..quick(&scratch) })?;
    let shown = "SELECT setting FROM pg_settings WHERE name IN ('fsync', 'listen_addresses', 'log_statement', 'shared_buffers') ORDER BY name";
    assert_eq!(sql(&cluster.url(NAME), shown)?, ["off", "", "none", "4096"]);
    Ok(())
}

#[test]
fn it_outlives_the_thread_that_started_it_and_bears_a_strict_umask() -> Outcome {
    let scratch = scratch()?;
    let options = quick(&scratch);
    let started = options.clone();
    let cluster = thread::spawn(move || Cluster::start(&started)).join().expect("the thread ends")?;
    let server = cluster.pid();
    assert_eq!(sql(&cluster.url(NAME), "SELECT 1")?, ["1"]);
    assert_eq!(cluster.pid(), server);
    cluster.stop()?;

    let mut strict = command(Path::new("/bin/sh"), "-c");
    strict.arg("umask 077; rm \"$1\"/pg_*.conf; exec \"$0\" \"$1\"").arg(program()).arg(&options.data_dir);
    let hold = Hold::of(strict.spawn()?)?;
    assert_eq!(sql(&hold.url, "SELECT 1")?, ["1"]);
    let server = hold.server;
    hold.kill();
    eventually("the server ends", || has_ended(server));
    Ok(())
}

#[test]
fn the_server_is_an_unprivileged_child_in_directories_closed_to_others() -> Outcome {
    let scratch = scratch()?;
    let cluster = Cluster::start(&quick(&scratch))?;
    let server = cluster.pid().ok_or("no server")?;
    let process = format!("/proc/{server}");
    let owner = fs::metadata(&process)?.uid();
    assert_ne!(owner, 0);
    assert_eq!(owner == nix::unistd::geteuid().as_raw(), !is_root());
    let status = fs::read_to_string(Path::new(&process).join("status"))?;
    assert!(status.lines().any(|line| line == format!("PPid:\t{}", std::process::id())), "{status}");
    for dir in [cluster.socket_dir(), &cluster.data_dir().join("data")] {
        let metadata = fs::metadata(dir)?;
        assert_eq!((metadata.permissions().mode() & 0o777, metadata.uid()), (0o700, owner), "{}", dir.display());
    }
    let server_group = getpgid(Some(Pid::from_raw(server.cast_signed())))?;
    assert_ne!(server_group, getpgid(None)?, "Ctrl-C in a terminal would reach the server before the program");
    let environment = fs::read_to_string(Path::new(&process).join("environ"))?;
    assert!(!environment.contains("CARGO"), "the program's environment is not the server's business: {environment}");
    Ok(())
}

#[test]
fn a_server_that_is_killed_is_started_again() -> Outcome {
    let scratch = scratch()?;
    let cluster = Cluster::start(&Options::new(scratch.path().join("pg")))?;
    let first = cluster.pid().ok_or("no server")?;
    sql(&cluster.url(NAME), "CREATE TABLE kept AS SELECT 1 AS n")?;
    send(first, nix::sys::signal::Signal::SIGKILL)?;
    eventually("another server", || cluster.pid().is_some_and(|pid| pid != first));
    eventually("the table is read", || sql(&cluster.url(NAME), "SELECT n FROM kept").is_ok_and(|rows| rows == ["1"]));
    cluster.stop()?;
    Ok(())
}
