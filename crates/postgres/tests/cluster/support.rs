//! What several tests need.

use std::error::Error;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use postgres::{Durability, Options};
use tempfile::TempDir;
use tokio_postgres::{NoTls, SimpleQueryMessage};

pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A directory that the server's user may pass through.
pub fn scratch() -> Outcome<TempDir> {
    let dir = tempfile::Builder::new().prefix("caunoi-scratch-").tempdir()?;
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755))?;
    Ok(dir)
}

/// A cluster in `<scratch>/pg` that does not wait for the disk.
pub fn quick(scratch: &TempDir) -> Options {
    quick_at(scratch.path().join("pg"))
}

pub fn quick_at(dir: impl Into<PathBuf>) -> Options {
    Options { durability: Durability::Unsafe, ..Options::new(dir) }
}

/// The first column of the rows that `statement` gives, through the driver that the program uses.
pub fn sql(url: &str, statement: &str) -> Outcome<Vec<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        let connection = tokio::spawn(connection);
        let answer = client.simple_query(statement).await?;
        drop(client);
        connection.await??;
        let column = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        };
        Ok(answer.iter().filter_map(column).collect())
    })
}

/// The data directories that are not finished yet.
pub fn unfinished(home: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(home).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().contains("/data.new-")).collect()
}

/// Waits up to 20 s for something to come true.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < Duration::from_secs(20), "not within 20 s: {what}");
        sleep(Duration::from_millis(10));
    }
}

/// Whether the process has ended. One that nobody has collected yet has.
pub fn has_ended(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with('Z'))
}

pub fn send(pid: u32, signal: Signal) -> Outcome {
    Ok(kill(Pid::from_raw(pid.cast_signed()), signal)?)
}

pub fn is_root() -> bool {
    geteuid().is_root()
}

/// Says why a test shows nothing here. Shown by `cargo test -- --nocapture`, and by the list of skipped tests in CI.
pub fn skip(reason: &str) -> Outcome {
    eprintln!("SKIPPED: {reason}");
    Ok(())
}

/// Puts an executable script at `path`.
pub fn write_script(path: &Path, text: &str) -> Outcome {
    fs::write(path, text)?;
    Ok(fs::set_permissions(path, Permissions::from_mode(0o755))?)
}

/// A process that is killed with `kill -9` when this goes.
pub struct Killed(pub Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a command and gives what it printed, or what it complained about.
pub fn run(command: &mut Command) -> Outcome<String> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
}
