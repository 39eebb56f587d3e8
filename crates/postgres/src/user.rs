//! Who runs the program, and who the server runs as.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::{Uid, User, geteuid};

use crate::StartError;

/// A user of the operating system.
#[derive(Debug, Clone)]
pub(crate) struct OsUser {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

/// The two users a cluster knows; the same one unless the program runs as root.
#[derive(Debug, Clone)]
pub(crate) struct Users {
    pub program: OsUser,
    pub server: OsUser,
}

impl Users {
    /// PostgreSQL refuses to run as root, so root hands the server to the owner of the existing `data`, else to `postgres`,
    /// else to `nobody`.
    pub fn choose(data: &Path) -> Result<Self, StartError> {
        let program = by_uid(geteuid()).ok_or(StartError::NamelessUser { uid: geteuid().as_raw() })?;
        let server = if program.uid == 0 { unprivileged(data)? } else { program.clone() };
        Ok(Self { program, server })
    }

    /// Whether the server runs as somebody else than the program.
    pub fn differ(&self) -> bool {
        self.program.uid != self.server.uid
    }
}

/// The name of user `uid`, or its number when it has none.
pub(crate) fn name_of(uid: u32) -> String {
    by_uid(Uid::from_raw(uid)).map_or_else(|| uid.to_string(), |user| user.name)
}

fn unprivileged(data: &Path) -> Result<OsUser, StartError> {
    if let Some(owner) = fs::symlink_metadata(data).ok().map(|data| data.uid()).filter(|uid| *uid != 0) {
        return by_uid(Uid::from_raw(owner)).ok_or(StartError::NamelessUser { uid: owner });
    }
    by_name("postgres").or_else(|| by_name("nobody")).ok_or(StartError::NoServerUser)
}

fn by_uid(uid: Uid) -> Option<OsUser> {
    User::from_uid(uid).ok().flatten().map(OsUser::from)
}

fn by_name(name: &str) -> Option<OsUser> {
    User::from_name(name).ok().flatten().map(OsUser::from)
}

impl From<User> for OsUser {
    fn from(user: User) -> Self {
        Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() }
    }
}
