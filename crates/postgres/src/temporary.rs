//! Directories of clusters for tests.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use nix::sys::statvfs::statvfs;
use nix::unistd::{AccessFlags, access};
use tempfile::TempDir;

use crate::StartError;
use crate::home::{LOCK, data_in};
use crate::leftover::wait_until_gone;

const PREFIX: &str = "caunoi-test-";

/// A new cluster takes 60 MB; a test's data some more.
const ROOM: u64 = 512 << 20;

/// A directory without a held lock may be one whose test is about to lock it, for this long.
const NEW: Duration = Duration::from_secs(60);

/// Makes a directory in memory if there is room, else among the temporary files, after removing what killed tests left there.
pub(crate) fn make() -> Result<TempDir, StartError> {
    let base = base();
    sweep(&base);
    tempfile::Builder::new().prefix(PREFIX).tempdir_in(&base).map_err(StartError::at(&base))
}

fn base() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let writable = access(memory, AccessFlags::W_OK | AccessFlags::X_OK).is_ok();
    let room = statvfs(memory).is_ok_and(|disk| disk.blocks_available() * disk.fragment_size() >= ROOM);
    if writable && room { memory.to_owned() } else { env::temp_dir() }
}

fn sweep(base: &Path) {
    let entries = fs::read_dir(base).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        if is_left_over(&entry.path()) {
            // Another user's or another sweeper's: not ours to worry about.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether nobody uses `dir` any more: not new, not locked, no server in it.
fn is_left_over(dir: &Path) -> bool {
    let age = fs::symlink_metadata(dir)
        .and_then(|dir| dir.modified())
        .ok()
        .and_then(|time| SystemTime::now().duration_since(time).ok());
    if age.is_none_or(|age| age < NEW) {
        return false;
    }
    let unlocked = File::open(dir.join(LOCK))
        .map_or_else(|error| error.kind() == std::io::ErrorKind::NotFound, |lock| lock.try_lock().is_ok());
    unlocked && wait_until_gone(&data_in(dir), Duration::ZERO).is_ok()
}
