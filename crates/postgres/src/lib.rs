//! Starts and stops a private PostgreSQL cluster for this program alone.
//!
//! The cluster listens on a unix socket only, lets in nobody but the user of this program and the user its server runs as, and
//! ends with this program, even when the program is killed with `kill -9`. Linux only: it relies on parent-death signals and `/proc`.
//!
//! Reading order: [`Cluster::start`] goes through the steps; `home` is the directory and its lock, `programs` finds the server,
//! `initialise` makes the data directory, `settings` says how the server is run, `keeper` owns the thread that owns the server.
//!
//! ```no_run
//! let cluster = postgres::Cluster::start(&postgres::Options::new("/var/lib/caunoi/postgres"))?;
//! println!("{}", cluster.url(postgres::NAME));
//! cluster.stop()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cluster;
mod complaint;
mod error;
mod home;
mod initialise;
mod keeper;
mod leftover;
mod log_file;
mod programs;
mod running;
mod server;
mod settings;
mod socket;
mod spawn;
mod temporary;
mod user;

use std::path::PathBuf;
use std::time::Duration;

pub use cluster::Cluster;
pub use error::{StartError, StopError};
pub use running::{exists, running};

/// The cluster's superuser role, and the database that exists from the first start on.
pub const NAME: &str = "caunoi";

/// How a cluster is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The cluster's own directory, made when absent. Nothing else may lie in it.
    pub data_dir: PathBuf,
    /// What a crash of the machine may cost.
    pub durability: Durability,
    /// The directory of the programs `postgres` and `initdb`; `None` looks for them (see `scripts/ensure-postgres`).
    pub programs: Option<PathBuf>,
    /// How long to wait for an earlier server that is still leaving the directory.
    pub patience: Duration,
    /// Further server settings, name and value; they win over ours, except where privacy or access depend on ours.
    pub settings: Vec<(String, String)>,
}

impl Options {
    /// Durable, with the programs that are found, waiting up to 30 s for an earlier server to leave.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            durability: Durability::Full,
            programs: None,
            patience: Duration::from_secs(30),
            settings: Vec::new(),
        }
    }
}

/// What a crash may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Nothing that was committed.
    Full,
    /// Everything, when the machine crashes: for tests only. A crash of the server alone loses at most the last moments.
    Unsafe,
}
