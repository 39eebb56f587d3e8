//! Directories for programs to work in.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::Program;
use crate::harness::cluster;

/// A directory of one test's own, in memory where there is room.
///
/// It is named and locked like the temporary clusters of crate `postgres`, which sweep away what a killed run has left.
pub struct Scratch {
    dir: TempDir,
    _lock: File,
}

impl Scratch {
    pub fn new() -> Self {
        let place = cluster().data_dir().parent().expect("a cluster lies somewhere");
        let dir = tempfile::Builder::new().prefix("caunoi-test-").tempdir_in(place).expect("a temporary directory");
        // PostgreSQL's user, where the tests run as root, must be able to pass.
        fs::set_permissions(dir.path(), Permissions::from_mode(0o711)).expect("one's own directory");
        let lock = File::create(dir.path().join("caunoi.lock")).expect("one's own directory");
        lock.lock().expect("nobody else's lock");
        Self { dir, _lock: lock }
    }

    /// With the data of a demo that has run and was stopped.
    pub async fn with_demo() -> Self {
        static TEMPLATE: OnceCell<Scratch> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(|| async {
            let scratch = Self::new();
            let demo = Program::demo(&scratch.data()).start().await;
            // Stopped before, it would lack for ever what is filed last.
            demo.wait_until_said("congdan2");
            demo.stop();
            scratch
        });
        let scratch = Self::new();
        let copied = Command::new("cp").arg("-a").args([template.await.data(), scratch.data()]).status();
        assert!(copied.expect("cp runs").success());
        scratch
    }

    /// For `--data-dir`.
    pub fn data(&self) -> PathBuf {
        self.path("data-dir")
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }
}
