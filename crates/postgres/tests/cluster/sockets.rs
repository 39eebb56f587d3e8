//! Where the socket lies, and who gets through it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use postgres::{Cluster, NAME, StartError};

use crate::support::{Outcome, is_root, quick, quick_at, run, scratch, skip, sql};

#[test]
fn libpq_and_tokio_postgres_take_the_url_of_an_awkward_directory() -> Outcome {
    let scratch = scratch()?;
    let cluster = Cluster::start(&quick_at(scratch.path().join("đổi mới & 100%?")))?;
    sql(&cluster.url(NAME), "CREATE DATABASE \"thử/1\"")?;
    assert!(cluster.socket_dir().starts_with(cluster.data_dir()));
    let url = cluster.url("thử");
    assert!(url.is_ascii() && url.contains("?host=/"), "{url}");
    assert_eq!(sql(&cluster.url("thử/1"), "SELECT current_database()")?, ["thử/1"]);

    let psql = cluster.programs().join("psql");
    if !psql.exists() {
        return skip("these programs have no psql");
    }
    let name = run(Command::new(psql).args([
        "-XAtc",
        "SELECT current_user || ' ' || current_database()",
        &cluster.url("thử/1"),
    ]))?;
    assert_eq!(name.trim(), "caunoi thử/1");
    Ok(())
}

#[test]
fn a_path_that_no_socket_can_have_gets_a_short_private_directory() -> Outcome {
    for name in ["a-rather-long-name".repeat(6).as_str(), "with,comma"] {
        let scratch = scratch()?;
        let options = quick_at(scratch.path().join(name));
        let cluster = Cluster::start(&options)?;
        let socket_dir = cluster.socket_dir().to_owned();
        assert!(!socket_dir.starts_with(&options.data_dir));
        assert_eq!(fs::metadata(&socket_dir)?.mode() & 0o777, 0o700);
        assert_eq!(sql(&cluster.url(NAME), "SELECT 1")?, ["1"]);
        cluster.stop()?;
        assert!(!socket_dir.exists());

        // What somebody else put at its place is not used.
        fs::write(&socket_dir, "")?;
        let refused = Cluster::start(&options);
        fs::remove_file(&socket_dir)?;
        assert!(matches!(&refused, Err(StartError::SocketDirectory { path }) if *path == socket_dir), "{refused:?}");
        Cluster::start(&options)?.stop()?;
    }
    Ok(())
}

#[test]
fn the_servers_user_may_connect_and_others_may_not() -> Outcome {
    let scratch = scratch()?;
    let cluster = Cluster::start(&quick(&scratch))?;
    let psql = cluster.programs().join("psql");
    if !is_root() || !psql.exists() {
        return skip("only root can become other users, and it takes psql");
    }
    let server = fs::metadata(cluster.socket_dir())?.uid();
    let connect = |uid: u32| {
        run(Command::new(&psql).args(["-XAtc", "SELECT current_user", &cluster.url(NAME)]).current_dir("/").uid(uid))
    };
    assert_eq!(connect(server)?.trim(), NAME);
    let refused = connect(1).expect_err("the daemon user must not get in").to_string();
    assert!(refused.contains("Permission denied"), "{refused}");
    Ok(())
}
