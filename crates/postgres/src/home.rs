//! The cluster's directory: what lies where, and the lock that makes it one program's.
//!
//! ```text
//! <data_dir>/caunoi.lock     locked while a program uses the directory; holds its process id
//! <data_dir>/data/           PostgreSQL's data; data.new-…/ while it is being made
//! <data_dir>/run/            the socket, unless its path would be too long
//! <data_dir>/postgres.log    what the server says; postgres.log.1 is what it said before
//! <data_dir>/pg_hba.conf     who may connect; pg_ident.conf as which role
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use crate::StartError;
use crate::user::{OsUser, Users, name_of};

pub(crate) const LOCK: &str = "caunoi.lock";

/// The locked directory of one cluster.
#[derive(Debug)]
pub(crate) struct Home {
    pub root: PathBuf,
    lock: File,
}

impl Home {
    /// Makes the directory if it is absent, makes sure that it is ours, and locks it.
    pub fn open(dir: &Path, users: &Users) -> Result<Self, StartError> {
        claim(dir, users)?;
        let root = dir.canonicalize().map_err(StartError::at(dir))?;
        let lock = lock(&root)?;
        Ok(Self { root, lock })
    }

    pub fn data(&self) -> PathBuf {
        data_in(&self.root)
    }

    /// The major version of the existing data; `None` when there is none yet.
    pub fn data_version(&self) -> Result<Option<u32>, StartError> {
        let data = self.data();
        if !data.try_exists().map_err(StartError::at(&data))? {
            return Ok(None);
        }
        let version = fs::read_to_string(data.join("PG_VERSION")).ok().and_then(|version| version.trim().parse().ok());
        version.map(Some).ok_or_else(|| StartError::Damaged { dir: self.root.clone(), data })
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Not left to the closing of the file: a process that another thread is just starting still shares it.
        if let Err(error) = self.lock.unlock() {
            log::warn!("the data directory stays locked: {error}");
        }
    }
}

/// Where the data lies in a cluster's directory.
pub(crate) fn data_in(root: &Path) -> PathBuf {
    root.join("data")
}

/// Makes a directory that only `owner` may enter.
pub(crate) fn make_private(path: &Path, owner: &OsUser) -> std::io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)?;
    chown(path, Some(owner.uid), Some(owner.gid))
}

/// Makes `dir`, or checks that it belongs to this user and holds nothing but a cluster of ours.
fn claim(dir: &Path, users: &Users) -> Result<(), StartError> {
    let metadata = match fs::metadata(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(dir).map_err(StartError::at(dir))?;
            fs::metadata(dir).map_err(StartError::at(dir))?
        }
        metadata => metadata.map_err(StartError::at(dir))?,
    };
    if !metadata.is_dir() {
        return Err(StartError::NotADirectory { dir: dir.to_owned() });
    }
    // Also keeps root from writing where somebody else could lay links.
    if metadata.uid() != users.program.uid {
        return Err(StartError::ForeignOwner { dir: dir.to_owned(), owner: name_of(metadata.uid()) });
    }
    if dir.join(LOCK).exists() {
        return Ok(());
    }
    for entry in fs::read_dir(dir).map_err(StartError::at(dir))? {
        if entry.map_err(StartError::at(dir))?.file_name() != "lost+found" {
            return Err(StartError::NotOurs { dir: dir.to_owned() });
        }
    }
    // The server's user, where it is another one, only has to pass through.
    let mode = if users.differ() { 0o711 } else { 0o700 };
    fs::set_permissions(dir, Permissions::from_mode(mode)).map_err(StartError::at(dir))
}

fn lock(root: &Path) -> Result<File, StartError> {
    let path = root.join(LOCK);
    let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    let mut file = open.map_err(StartError::at(root))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let pid = file.read_to_string(&mut holder).ok().and_then(|_| holder.trim().parse().ok());
            return Err(StartError::InUse { dir: root.to_owned(), pid });
        }
        Err(TryLockError::Error(error)) => return Err(StartError::at(root)(error)),
    }
    let note = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
    note.map_err(StartError::at(root))?;
    Ok(file)
}
