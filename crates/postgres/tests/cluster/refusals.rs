//! Starts that are refused: with one sentence, and with everything left as it was.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;

use postgres::{Cluster, NAME, Options, StartError};
use tempfile::TempDir;

use crate::hold::{Hold, command, program};
use crate::support::{Outcome, is_root, quick, quick_at, scratch, skip, sql, write_script};

#[test]
fn a_second_instance() -> Outcome {
    let scratch = scratch()?;
    let options = quick(&scratch);
    let first = Cluster::start(&options)?;
    let error = Cluster::start(&options).expect_err("it is in use");
    assert!(matches!(error, StartError::InUse { pid: Some(pid), .. } if pid == std::process::id()), "{error:?}");
    let complaint = Hold::start(&options.data_dir).err().ok_or("it is in use")?.to_string();
    let here = format!(
        "The data directory {} is in use by another instance (process {})",
        options.data_dir.display(),
        std::process::id()
    );
    assert!(complaint.starts_with(&here), "{complaint}");
    assert_eq!(sql(&first.url(NAME), "SELECT 1")?, ["1"]);
    Ok(())
}

#[test]
fn data_of_another_version_or_incomplete_data() -> Outcome {
    let scratch = scratch()?;
    let options = quick(&scratch);
    let cluster = Cluster::start(&options)?;
    let ours = cluster.major_version();
    cluster.stop()?;

    let version = options.data_dir.join("data/PG_VERSION");
    fs::write(&version, "14\n")?;
    let before = listing(&options.data_dir)?;
    let error = Cluster::start(&options).expect_err("it is version 14");
    assert_eq!(
        error.to_string(),
        format!(
            "The data directory {} holds PostgreSQL 14 data but the programs found are version {ours}: install PostgreSQL 14 or move the \
             directory away; nothing was changed.",
            options.data_dir.display()
        )
    );
    fs::remove_file(&version)?;
    let error = Cluster::start(&options).expect_err("it has no version");
    assert!(matches!(error, StartError::Damaged { .. }), "{error:?}");

    fs::write(&version, format!("{ours}\n"))?;
    assert_eq!(listing(&options.data_dir)?.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    let cluster = Cluster::start(&options)?;
    assert_eq!(sql(&cluster.url(NAME), "SELECT 1")?, ["1"]);
    Ok(())
}

#[test]
fn missing_and_unusable_programs() -> Outcome {
    let scratch = scratch()?;
    let refused = |bin: &Path| Cluster::start(&Options { programs: Some(bin.to_owned()), ..quick(&scratch) }).map(drop);
    let bin = scratch.path().join("bin");
    fs::create_dir(&bin)?;
    let error = refused(&bin).expect_err("it is empty");
    assert!(matches!(error, StartError::UnusablePrograms { .. }), "{error:?}");
    write_script(&bin.join("postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 14.22'\n")?;
    write_script(&bin.join("initdb"), "#!/bin/sh\n")?;
    let error = refused(&bin).expect_err("it is too old").to_string();
    assert!(error.contains("(they are version 14): point CAUNOI_PG_BIN at"), "{error}");

    let mut hold = command(&program(), scratch.path().join("pg"));
    hold.env_remove("CAUNOI_PG_BIN").env("CAUNOI_PG_SEARCH", &bin).env("XDG_CACHE_HOME", scratch.path());
    let complaint = Hold::of(hold.spawn()?).err().ok_or("there are no programs")?.to_string();
    let sentence = format!(
        "No PostgreSQL programs of version 15 or newer were found (looked in {}): run scripts/ensure-postgres",
        bin.display()
    );
    assert!(complaint.starts_with(&sentence), "{complaint}");
    Ok(())
}

#[test]
fn directories_that_are_something_else() -> Outcome {
    let scratch = scratch()?;
    let file = scratch.path().join("file");
    fs::write(&file, "mine")?;
    for path in [file.clone(), file.join("below")] {
        let error = Cluster::start(&quick_at(&path)).expect_err("it is a file");
        assert!(matches!(error, StartError::NotADirectory { .. }), "{error:?}");
    }
    let error = Cluster::start(&quick_at(scratch.path())).expect_err("it holds a file");
    assert!(matches!(error, StartError::NotOurs { .. }), "{error:?}");
    assert_eq!(listing(scratch.path())?.len(), 1);

    let foreign = if is_root() { scratch.path().join("foreign") } else { "/usr".into() };
    if is_root() {
        fs::create_dir(&foreign)?;
        chown(&foreign, Some(1), Some(1))?;
    }
    let error = Cluster::start(&quick_at(&foreign)).expect_err("it is somebody else's");
    assert!(matches!(error, StartError::ForeignOwner { .. }), "{error:?}");
    Ok(())
}

#[test]
fn an_unwritable_directory() -> Outcome {
    let scratch = scratch()?;
    let complaint = if is_root() {
        // Root may write everywhere, `nobody` may not.
        hold_as(65534, &scratch, &scratch.path().join("pg"))?
    } else {
        fs::set_permissions(scratch.path(), Permissions::from_mode(0o555))?;
        Cluster::start(&quick(&scratch)).expect_err("it cannot be written").to_string()
    };
    let sentence =
        format!("The directory {} cannot be written (Permission denied", scratch.path().join("pg").display());
    assert!(complaint.starts_with(&sentence), "{complaint}");
    Ok(())
}

#[test]
fn users_who_cannot_run_a_server() -> Outcome {
    if !is_root() {
        return skip("only root hands the server to another user");
    }
    let scratch = scratch()?;
    let closed = scratch.path().join("closed");
    fs::create_dir(&closed)?;
    fs::set_permissions(&closed, Permissions::from_mode(0o700))?;
    let error = Cluster::start(&quick_at(closed.join("pg"))).expect_err("the server's user cannot get there");
    assert!(matches!(error, StartError::OutOfReach { .. }), "{error:?}");

    let orphaned = scratch.path().join("orphaned");
    fs::create_dir_all(orphaned.join("data"))?;
    chown(orphaned.join("data"), Some(54321), None)?;
    let error = Cluster::start(&quick_at(&orphaned)).expect_err("the owner of the data has no name");
    assert!(matches!(error, StartError::NamelessUser { uid: 54321 }), "{error:?}");

    let complaint = hold_as(54321, &scratch, &scratch.path().join("pg"))?;
    assert!(complaint.starts_with("User number 54321 has no name on this machine"), "{complaint}");
    Ok(())
}

/// What the example complains about when another user starts it, from a copy that the user can reach.
fn hold_as(uid: u32, scratch: &TempDir, dir: &Path) -> Outcome<String> {
    let copy = scratch.path().join("hold");
    fs::copy(program(), &copy)?;
    let child = command(&copy, dir).uid(uid).gid(uid).current_dir("/").spawn()?;
    Ok(Hold::of(child).err().ok_or("it started")?.to_string())
}

/// Every file below `dir` with its size.
fn listing(dir: &Path) -> Outcome<BTreeMap<String, u64>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(dir)? {
        let (path, metadata) = (entry.as_ref().map_err(|e| e.to_string())?.path(), entry?.metadata()?);
        if metadata.is_dir() {
            files.extend(listing(&path)?);
        } else if !path.ends_with("caunoi.lock") {
            files.insert(path.display().to_string(), metadata.len());
        }
    }
    Ok(files)
}
