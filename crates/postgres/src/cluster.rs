//! The cluster as its program sees it.

use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::home::{Home, data_in};
use crate::initialise::{clear_leftovers, initialise};
use crate::keeper::Keeper;
use crate::log_file::LogFile;
use crate::programs::{self, Programs};
use crate::server::Plan;
use crate::socket::SocketDir;
use crate::user::Users;
use crate::{Durability, NAME, Options, StartError, StopError, settings, spawn, temporary};

/// A running private cluster. It stops when dropped, and when this process ends in whatever way.
///
/// A server that ends by itself, killed for instance, is started again: connections break, the cluster stays.
#[derive(Debug)]
pub struct Cluster {
    // Dropped in this order: the server stops, its socket goes, the lock is free, and at last a temporary directory goes.
    keeper: Keeper,
    programs: Programs,
    socket_dir: SocketDir,
    home: Home,
    _temporary: Option<TempDir>,
}

impl Cluster {
    /// Starts the cluster, making it first if it is new, and returns when it accepts connections. Blocks: about a second or two
    /// for a new cluster, a few tenths for an existing one, longer when it must recover.
    ///
    /// # Errors
    /// One sentence that says what to do. In every case the data stays as it was.
    pub fn start(options: &Options) -> Result<Self, StartError> {
        let users = Users::choose(&data_in(&options.data_dir))?;
        let home = Home::open(&options.data_dir, &users)?;
        let version = home.data_version()?;
        let programs = programs::find(options.programs.as_deref(), version, &users)?;
        check_reach(&home, &programs, &users)?;
        if let Some(data) = version
            && data != programs.major
        {
            return Err(StartError::WrongVersion { dir: home.root.clone(), data, programs: programs.major });
        }
        clear_leftovers(&home);
        if version.is_none() {
            initialise(&home, &programs, &users, options.durability)?;
        }
        let socket_dir = SocketDir::make(&home, &users)?;
        settings::write_access_files(&home, &users).map_err(StartError::at(&home.root))?;
        let keeper = Keeper::start(Plan {
            root: home.root.clone(),
            data: home.data(),
            socket_dir: socket_dir.path.clone(),
            programs: programs.clone(),
            arguments: settings::arguments(&home, &socket_dir.path, options),
            users,
            patience: options.patience,
            log: LogFile::new(&home.root),
        })?;
        Ok(Self { keeper, programs, socket_dir, home, _temporary: None })
    }

    /// Starts a new cluster for a test, in memory where there is room, without durability. It is removed when dropped; what a
    /// killed test left, the next call removes.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub fn temporary() -> Result<Self, StartError> {
        let dir = temporary::make()?;
        let options = Options { durability: Durability::Unsafe, ..Options::new(dir.path()) };
        Ok(Self { _temporary: Some(dir), ..Self::start(&options)? })
    }

    /// Where to connect, for libpq and tokio-postgres alike: `postgresql:///<database>?host=<socket directory>&user=caunoi`.
    pub fn url(&self, database: &str) -> String {
        url(self.socket_dir().as_os_str().as_bytes(), database)
    }

    /// The private directory with the server's socket.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir.path
    }

    /// The cluster's own directory.
    pub fn data_dir(&self) -> &Path {
        &self.home.root
    }

    /// The directory of the PostgreSQL programs in use; `psql` and `pgbench` lie there too where they are installed.
    pub fn programs(&self) -> &Path {
        &self.programs.bin
    }

    /// The server's major version.
    pub fn major_version(&self) -> u32 {
        self.programs.major
    }

    /// The process id of the server; `None` while it is down because it ended by itself.
    pub fn pid(&self) -> Option<u32> {
        Some(self.keeper.pid()).filter(|pid| *pid != 0)
    }

    /// Stops the server: connections are cut, everything is written. Blocks until it has ended.
    ///
    /// # Errors
    /// When it had to be forced, or had ended by itself. Nothing that was committed is lost.
    pub fn stop(mut self) -> Result<(), StopError> {
        self.keeper.stop()
    }
}

/// Whether the server's user, where it is another one, gets into the directory at all: not if it lies in root's home.
fn check_reach(home: &Home, programs: &Programs, users: &Users) -> Result<(), StartError> {
    let look = spawn::command(programs.path("postgres"), &home.root, users, Signal::SIGKILL).arg("--version").output();
    match look {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err(StartError::OutOfReach { dir: home.root.clone(), user: users.server.name.clone() })
        }
        look => look.map(drop).map_err(StartError::at(&home.root)),
    }
}

/// Where a server with this socket directory lets us in.
pub(crate) fn url(socket_dir: &[u8], database: &str) -> String {
    format!("postgresql:///{}?host={}&user={NAME}", escaped(database.as_bytes()), escaped(socket_dir))
}

/// Percent-encodes what is not plain in a URL. A slash is plain in a query, and a database's name seldom has one.
fn escaped(bytes: &[u8]) -> String {
    let escape = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(*byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    bytes.iter().map(escape).collect()
}
