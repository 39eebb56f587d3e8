//! Another program with a cluster, to be killed: `examples/hold.rs`.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::{Killed, Outcome};

pub struct Hold {
    _child: Killed,
    /// The server's process id.
    pub server: u32,
    pub url: String,
}

impl Hold {
    /// Waits until the program says that its cluster is ready.
    ///
    /// # Errors
    /// What it complained about.
    pub fn start(dir: &Path) -> Outcome<Self> {
        Self::of(command(&program(), dir).spawn()?)
    }

    pub fn of(child: Child) -> Outcome<Self> {
        let mut child = Killed(child);
        let mut line = String::new();
        BufReader::new(child.0.stdout.take().ok_or("no stdout")?).read_line(&mut line)?;
        let Some((pid, url)) = line.trim().split_once(' ') else {
            let mut complaint = String::new();
            child.0.stderr.take().ok_or("no stderr")?.read_to_string(&mut complaint)?;
            return Err(complaint.trim().into());
        };
        let (server, url) = (pid.parse()?, url.to_owned());
        Ok(Self { _child: child, server, url })
    }

    /// `kill -9`.
    pub fn kill(self) {}
}

/// Starts the program without waiting for its cluster.
pub fn spawn(dir: &Path) -> Outcome<Killed> {
    Ok(Killed(command(&program(), dir).spawn()?))
}

pub fn command(program: &Path, dir: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.arg(dir).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Cargo builds the example beside the tests: `target/<profile>/examples/hold`.
pub fn program() -> PathBuf {
    let test = env::current_exe().expect("a test has a path");
    let profile = test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps");
    let program = profile.join("examples/hold");
    assert!(program.exists(), "build it first: cargo build --package postgres --example hold");
    program
}
