//! `scripts/ensure-postgres`, as far as it goes without the network.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use postgres::Cluster;

use crate::support::{Outcome, scratch, write_script};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/ensure-postgres");

#[test]
fn it_is_quiet_where_programs_are() -> Outcome {
    let programs = Cluster::temporary()?.programs().to_owned();
    let found = [("CAUNOI_PG_BIN", &*programs, ""), ("CAUNOI_PG_SEARCH", &*programs, "/nowhere:")];
    for (variable, directory, before) in found {
        let output = ensure(Path::new("/nowhere"), &[(variable, format!("{before}{}", directory.display()))])?;
        assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
    }
    Ok(())
}

#[test]
fn it_takes_the_cache_but_no_old_version() -> Outcome {
    let scratch = scratch()?;
    let bin = scratch.path().join("caunoi/postgres/18.6.3/bin");
    fs::create_dir_all(&bin)?;
    write_script(&bin.join("initdb"), "#!/bin/sh\n")?;
    write_script(&bin.join("postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 18.6'\n")?;
    let nowhere = ("CAUNOI_PG_SEARCH", String::new());
    assert!(ensure(scratch.path(), std::slice::from_ref(&nowhere))?.status.success());

    write_script(&bin.join("postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 14.22'\n")?;
    let refused = complaint(&ensure(scratch.path(), &[nowhere])?)?;
    assert_eq!(
        refused,
        "ensure-postgres: no PostgreSQL 15 or newer, and no python3 to download it with: install PostgreSQL, or python3 with pip.\n"
    );
    let refused = complaint(&ensure(scratch.path(), &[("CAUNOI_PG_BIN", bin.display().to_string())])?)?;
    assert!(
        refused.ends_with("holds no PostgreSQL programs of version 15 or newer: correct it or unset it.\n"),
        "{refused}"
    );
    Ok(())
}

#[test]
fn it_says_when_the_download_fails() -> Outcome {
    let scratch = scratch()?;
    let tools = scratch.path().join("tools");
    let python = "#!/bin/sh\ncase \"$*\" in *--version) exit 0;; *) echo 'ERROR: no route to host'; exit 1;; esac\n";
    fs::create_dir(&tools)?;
    write_script(&tools.join("python3"), python)?;
    let output = ensure(scratch.path(), &[("CAUNOI_PG_SEARCH", String::new())])?;
    let refused = complaint(&output)?;
    assert!(
        refused.ends_with(
            "could not be downloaded (ERROR: no route to host): check the network, or install PostgreSQL 15 or newer.\n"
        ),
        "{refused}"
    );
    assert!(!scratch.path().join("caunoi").exists());
    Ok(())
}

/// Runs the script with `cache` as the user's cache, and on the path only what it needs and what lies in `<cache>/tools`.
fn ensure(cache: &Path, variables: &[(&str, String)]) -> Outcome<Output> {
    let tools = scratch()?;
    for tool in ["sh", "env", "id", "sed", "grep", "tail", "mktemp", "mkdir", "rm", "mv", "ln", "chmod"] {
        let place = ["/bin", "/usr/bin"].iter().map(|dir| Path::new(dir).join(tool)).find(|path| path.exists());
        symlink(place.ok_or(tool)?, tools.path().join(tool))?;
    }
    let path = std::env::join_paths([&cache.join("tools"), tools.path()])?;
    let mut script = Command::new("/bin/sh");
    script.arg(SCRIPT).env_clear().env("PATH", path).env("XDG_CACHE_HOME", cache).envs(variables.iter().cloned());
    Ok(script.output()?)
}

fn complaint(output: &Output) -> Outcome<String> {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    Ok(String::from_utf8(output.stderr.clone())?)
}
