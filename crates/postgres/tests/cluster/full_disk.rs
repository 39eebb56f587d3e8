//! Starting on a full disk.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use postgres::{Cluster, NAME, StartError};
use tempfile::TempDir;

use crate::support::{Outcome, is_root, quick_at, run, scratch, skip, sql, unfinished};

const PAGE: u64 = 4096;

/// A small file system in memory; unmounted when dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// `None` where mounting is not allowed.
    fn mount(mib: u32) -> Outcome<Option<Self>> {
        let dir = scratch()?;
        let size = format!("size={mib}m,mode=755");
        let mounted =
            is_root() && run(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(dir.path())).is_ok();
        Ok(mounted.then_some(Self(dir)))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Err(error) = run(Command::new("umount").arg("--lazy").arg(self.path())) {
            eprintln!("{error}");
        }
    }
}

#[test]
fn a_first_start_says_so_and_leaves_nothing() -> Outcome {
    let Some(disk) = SmallDisk::mount(20)? else {
        return skip("only root can mount a small disk");
    };
    let dir = disk.path().join("pg");
    let error = Cluster::start(&quick_at(&dir)).expect_err("20 MB are too few");
    assert!(matches!(error, StartError::DiskFull { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!("The disk of {} is full: free at least 100 MB and start again; nothing was lost.", dir.display())
    );
    assert!(!dir.join("data").exists() && unfinished(&dir).is_empty());
    Ok(())
}

#[test]
fn a_later_start_says_so_and_loses_nothing() -> Outcome {
    let Some(disk) = SmallDisk::mount(160)? else {
        return skip("only root can mount a small disk");
    };
    let options = quick_at(disk.path().join("pg"));
    let cluster = Cluster::start(&options)?;
    sql(&cluster.url(NAME), "CREATE TABLE kept AS SELECT 42 AS n")?;
    cluster.stop()?;

    let filler = disk.path().join("filler");
    fill(&filler)?;
    // The less room there is, the earlier it fails: at our lock, our access files, the server's files.
    let mut refusals = 0;
    for _ in 0..12 {
        match Cluster::start(&options) {
            Ok(cluster) => cluster.stop()?,
            Err(StartError::DiskFull { .. }) => refusals += 1,
            Err(error) => return Err(error.into()),
        }
        let file = File::options().write(true).open(&filler)?;
        file.set_len(file.metadata()?.len().saturating_sub(PAGE))?;
    }
    assert!(refusals > 0);

    fs::remove_file(&filler)?;
    let cluster = Cluster::start(&options)?;
    assert_eq!(sql(&cluster.url(NAME), "SELECT n FROM kept")?, ["42"]);
    Ok(())
}

fn fill(path: &Path) -> Outcome {
    let mut file = File::create(path)?;
    while file.write_all(&[0; PAGE as usize]).is_ok() {}
    Ok(())
}
