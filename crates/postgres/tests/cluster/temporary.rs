//! Clusters for tests.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use postgres::{Cluster, NAME};

use crate::support::{Outcome, has_ended, sql};

#[test]
fn a_temporary_cluster_goes_without_trace() -> Outcome {
    let cluster = Cluster::temporary()?;
    assert_eq!(sql(&cluster.url(NAME), "SHOW fsync")?, ["off"]);
    let (dir, server) = (cluster.data_dir().to_owned(), cluster.pid().ok_or("no server")?);
    drop(cluster);
    assert!(has_ended(server));
    assert!(!dir.exists());
    Ok(())
}

#[test]
fn what_killed_tests_left_is_swept_and_nothing_else() -> Outcome {
    let first = Cluster::temporary()?;
    let base = first.data_dir().parent().ok_or("no parent")?;
    let old = SystemTime::now() - Duration::from_secs(3600);
    let make = |name: &str| {
        let dir = tempfile::Builder::new().prefix(name).tempdir_in(base)?;
        fs::create_dir(dir.path().join("data"))?;
        File::create(dir.path().join("caunoi.lock"))?;
        File::open(dir.path())?.set_modified(old)?;
        std::io::Result::Ok(dir)
    };
    let left = make("caunoi-test-")?;
    let locked = make("caunoi-test-")?;
    let lock = File::open(locked.path().join("caunoi.lock"))?;
    lock.try_lock()?;
    let new = make("caunoi-test-")?;
    File::open(new.path())?.set_modified(SystemTime::now())?;
    let foreign = make("caunoi-other-")?;
    File::open(first.data_dir())?.set_modified(old)?;

    let second = Cluster::temporary()?;
    assert!(!left.path().exists());
    for kept in [locked.path(), new.path(), foreign.path(), first.data_dir(), second.data_dir()] {
        assert!(kept.exists(), "{}", kept.display());
    }
    assert_eq!(sql(&first.url(NAME), "SELECT 1")?, ["1"]);
    Ok(())
}
