//! Makes the data directory, once: beside its final place, so that a half-made one is never used.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::{Output, Stdio};

use nix::sys::signal::Signal;
use tempfile::Builder;

use crate::complaint::{is_full, reason_in};
use crate::home::Home;
use crate::programs::Programs;
use crate::spawn::command;
use crate::user::Users;
use crate::{Durability, NAME, StartError};

/// The data directory is called so, with a random ending, while it is being made.
const PREFIX: &str = "data.new-";

/// Makes `<home>/data` with the superuser and the database [`NAME`].
///
/// Text is UTF-8 and sorts by code point, with the letters of all languages known (C.UTF-8): the order of an index must not change
/// with the system's libraries. Order for readers is asked for where it is needed (`COLLATE`).
pub(crate) fn initialise(
    home: &Home,
    programs: &Programs,
    users: &Users,
    durability: Durability,
) -> Result<(), StartError> {
    // A name of its own each time: what a killed program left may still be writing in its directory.
    let fresh = Builder::new().prefix(PREFIX).tempdir_in(&home.root).map_err(StartError::at(&home.root))?;
    chown(fresh.path(), Some(users.server.uid), Some(users.server.gid)).map_err(StartError::at(fresh.path()))?;
    let site = Site { home, programs, users, fresh: fresh.path() };
    site.initdb(durability)?;
    site.create_database()?;
    let data = home.data();
    fs::rename(fresh.path(), &data).map_err(StartError::at(&data))?;
    let _ = fresh.keep();
    File::open(&home.root).and_then(|root| root.sync_all()).map_err(StartError::at(&home.root))
}

/// Removes what interrupted starts left.
pub(crate) fn clear_leftovers(home: &Home) {
    let entries = fs::read_dir(&home.root).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes())) {
        if let Err(error) = fs::remove_dir_all(entry.path()) {
            log::warn!("{} stays until the next start: {error}", entry.path().display());
        }
    }
}

struct Site<'a> {
    home: &'a Home,
    programs: &'a Programs,
    users: &'a Users,
    fresh: &'a Path,
}

impl Site<'_> {
    fn initdb(&self, durability: Durability) -> Result<(), StartError> {
        let mut initdb = command(self.programs.path("initdb"), &self.home.root, self.users, Signal::SIGTERM);
        initdb.arg("--pgdata").arg(self.fresh);
        initdb.args([
            "--username",
            NAME,
            "--auth",
            "peer",
            "--encoding",
            "UTF8",
            "--data-checksums",
            "--no-instructions",
        ]);
        initdb.args([
            "--locale",
            "C.UTF-8",
            "--lc-collate",
            "C",
            "--lc-messages",
            "C",
            "--text-search-config",
            "simple",
        ]);
        if self.programs.major >= 17 {
            initdb.args(["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]);
        }
        if durability == Durability::Unsafe {
            initdb.arg("--no-sync");
        }
        self.check(initdb.output())
    }

    /// Without a driver the database is made by a server in single-user mode, which reads SQL from its input.
    fn create_database(&self) -> Result<(), StartError> {
        let mut single = command(self.programs.path("postgres"), &self.home.root, self.users, Signal::SIGTERM);
        single.arg("--single").arg("-D").arg(self.fresh).args([
            "-c",
            "exit_on_error=on",
            "-c",
            "log_checkpoints=off",
            "template1",
        ]);
        single.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = single.spawn().and_then(|mut child| {
            if let Some(mut input) = child.stdin.take() {
                // A server that is already gone says why on its own output.
                let _ = writeln!(input, "CREATE DATABASE {NAME};");
            }
            child.wait_with_output()
        });
        self.check(output)
    }

    fn check(&self, output: std::io::Result<Output>) -> Result<(), StartError> {
        let dir = self.home.root.clone();
        let output = output.map_err(|error| StartError::Initialise { dir: dir.clone(), detail: error.to_string() })?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if is_full(&said, &dir) {
            return Err(StartError::DiskFull { dir });
        }
        let detail = reason_in(&said).unwrap_or_else(|| output.status.to_string());
        Err(StartError::Initialise { dir, detail })
    }
}
