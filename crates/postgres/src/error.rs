//! What can go wrong, each in one sentence that says what to do.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::programs::OLDEST;

/// Why the cluster did not start. Whatever the reason, no data was lost.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    #[error("The data directory {} is in use by another instance{}: stop that one or choose another directory.", dir.display(), process(*pid))]
    InUse { dir: PathBuf, pid: Option<u32> },

    #[error("An earlier PostgreSQL server (process {pid}) still works in the data directory {}: wait until it has ended, or end it with `kill -INT {pid}`, and start again.", dir.display())]
    StillRunning { dir: PathBuf, pid: u32 },

    #[error("The data directory {} holds PostgreSQL {data} data but the programs found are version {programs}: install PostgreSQL {data} or move the directory away; nothing was changed.", dir.display())]
    WrongVersion { dir: PathBuf, data: u32, programs: u32 },

    #[error("The data directory {} holds no complete PostgreSQL data (no readable PG_VERSION in {}): restore it from a backup or move it away; nothing was changed.", dir.display(), data.display())]
    Damaged { dir: PathBuf, data: PathBuf },

    #[error(
        "No PostgreSQL programs of version {OLDEST} or newer were found (looked in {looked_in}): run scripts/ensure-postgres, or install PostgreSQL and set CAUNOI_PG_BIN to the directory of its programs."
    )]
    MissingPrograms { looked_in: String },

    #[error("The directory {} does not hold usable PostgreSQL programs ({reason}): point CAUNOI_PG_BIN at a directory with `postgres` and `initdb` of version {OLDEST} or newer, or unset it.", bin.display())]
    UnusablePrograms { bin: PathBuf, reason: String },

    #[error("The data directory {} cannot be made or used because {} is not a directory: move that file away or choose another directory.", dir.display(), dir.display())]
    NotADirectory { dir: PathBuf },

    #[error("The directory {} holds files that are not this program's: choose an empty or a new directory; nothing was changed.", dir.display())]
    NotOurs { dir: PathBuf },

    #[error("The directory {} belongs to user {owner}: start as that user or choose another directory; nothing was changed.", dir.display())]
    ForeignOwner { dir: PathBuf, owner: String },

    #[error("The directory {} cannot be written ({source}): allow this user to write there or choose another directory.", dir.display())]
    Unwritable { dir: PathBuf, source: io::Error },

    #[error("The directory {} is out of reach for user {user}, whom PostgreSQL must run as because it refuses to run as root: choose a directory whose parents every user may enter, such as one under /var/lib.", dir.display())]
    OutOfReach { dir: PathBuf, user: String },

    #[error(
        "User number {uid} has no name on this machine and PostgreSQL needs one: add the user, or start as a user that has a name and owns the data."
    )]
    NamelessUser { uid: u32 },

    #[error(
        "PostgreSQL refuses to run as root and there is neither a user `postgres` nor a user `nobody`: add a user `postgres`, or start as an ordinary user."
    )]
    NoServerUser,

    #[error("The disk of {} is full: free at least 100 MB and start again; nothing was lost.", dir.display())]
    DiskFull { dir: PathBuf },

    #[error("No private directory for the server's socket could be made at {}: remove what is there, or set TMPDIR to a short path.", path.display())]
    SocketDirectory { path: PathBuf },

    #[error("PostgreSQL could not set up the data directory {} ({detail}): correct that and start again; nothing was left behind.", dir.display())]
    Initialise { dir: PathBuf, detail: String },

    #[error("PostgreSQL did not start ({detail}): its log {} says more.", log.display())]
    Server { log: PathBuf, detail: String },

    #[error("{} cannot be used ({source}): correct that and start again.", path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// Why the cluster did not stop as it should. What was committed is safe: the next start repairs the rest.
#[derive(Debug, thiserror::Error)]
#[error("PostgreSQL did not stop cleanly ({detail}): the next start recovers, and its log {} says more.", log.display())]
pub struct StopError {
    pub(crate) log: PathBuf,
    pub(crate) detail: String,
}

impl StartError {
    /// Turns a failed file operation on `path` into the sentence for its cause.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull { dir: path },
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::Unwritable { dir: path, source },
            ErrorKind::NotADirectory => Self::NotADirectory { dir: path },
            _ => Self::Io { path, source },
        }
    }
}

fn process(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}
