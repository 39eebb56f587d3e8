//! Where the server's socket lies: a directory nobody else may enter, with a path short enough for a socket.

use std::env;
use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::StartError;
use crate::home::{Home, make_private};
use crate::settings::PORT;
use crate::user::Users;

/// The longest path of a socket that the kernel takes, in bytes, without the closing zero (`sun_path` in unix(7)).
const LONGEST: usize = 107;

/// The socket's directory; removed when dropped.
#[derive(Debug)]
pub(crate) struct SocketDir {
    pub path: PathBuf,
}

impl SocketDir {
    /// `<home>/run`, or where that does not fit a directory among the temporary ones, named after the home so that the next start
    /// finds and clears what a killed one left.
    pub fn make(home: &Home, users: &Users) -> Result<Self, StartError> {
        let inside = home.root.join("run");
        let path = if fits(&inside) { inside } else { outside(home, users)? };
        match make_private(&path, &users.server) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => take_over(&path, users)?,
            Err(error) => return Err(StartError::at(&path)(error)),
        }
        Ok(Self { path })
    }
}

impl Drop for SocketDir {
    fn drop(&mut self) {
        // Still there when the server could not clean up: then the next start does.
        let _ = fs::remove_dir(&self.path);
    }
}

fn outside(home: &Home, users: &Users) -> Result<PathBuf, StartError> {
    let place = fs::metadata(&home.root).map_err(StartError::at(&home.root))?;
    let name = format!("caunoi-{:x}-{:x}", place.dev(), place.ino());
    let runtime = env::var_os("XDG_RUNTIME_DIR").filter(|_| !users.differ()).map(PathBuf::from);
    let bases = runtime.into_iter().chain([env::temp_dir()]).filter(|base| base.is_absolute() && base.is_dir());
    Ok(bases.map(|base| base.join(&name)).find(|path| fits(path)).unwrap_or_else(|| Path::new("/tmp").join(&name)))
}

/// Uses the directory an earlier start left, but not one that somebody else laid there.
fn take_over(path: &Path, users: &Users) -> Result<(), StartError> {
    let found = fs::symlink_metadata(path).map_err(StartError::at(path))?;
    if !found.is_dir() || found.uid() != users.server.uid {
        return Err(StartError::SocketDirectory { path: path.to_owned() });
    }
    fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(StartError::at(path))
}

fn fits(dir: &Path) -> bool {
    // The server and its clients take a comma for the end of one directory; the server quotes with the double quote.
    let plain = !dir.as_os_str().as_bytes().iter().any(|byte| b",\"".contains(byte));
    let socket = dir.join(format!(".s.PGSQL.{PORT}"));
    plain && socket.as_os_str().len() <= LONGEST
}
