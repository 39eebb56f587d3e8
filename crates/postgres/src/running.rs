//! A cluster that another process runs: where it listens.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::NAME;
use crate::cluster::url;
use crate::home::data_in;

/// Whether there is a cluster in the directory, running or not.
pub fn exists(data_dir: &Path) -> bool {
    data_in(data_dir).exists()
}

/// Where the cluster in the directory listens, if a server runs in it: [`Cluster::start`](crate::Cluster::start) has
/// found it in use. Only the users that the cluster lets in get in.
pub fn running(data_dir: &Path) -> Option<String> {
    // Line 5 of postmaster.pid is the directory of its socket.
    let told = fs::read_to_string(data_in(data_dir).join("postmaster.pid")).ok()?;
    let socket_dir = told.lines().nth(4).filter(|line| line.starts_with('/'))?;
    Some(url(Path::new(socket_dir).as_os_str().as_bytes(), NAME))
}
