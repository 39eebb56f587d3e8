//! One run of the server process.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::complaint::{is_full, reason_in};
use crate::leftover::{clear_sockets, is_ready, wait_until_gone};
use crate::log_file::LogFile;
use crate::programs::Programs;
use crate::spawn::command;
use crate::user::Users;
use crate::{StartError, StopError};

/// Everything needed to run the server, as often as it takes.
#[derive(Debug)]
pub(crate) struct Plan {
    pub root: PathBuf,
    pub data: PathBuf,
    pub socket_dir: PathBuf,
    pub programs: Programs,
    pub users: Users,
    pub arguments: Vec<OsString>,
    pub patience: Duration,
    pub log: LogFile,
}

/// A running server: a direct child of this process.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    log_start: u64,
}

/// How long each way of ending the server may take: fast (connections are cut, all is written), immediate, and by force.
const WAYS_TO_END: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(60)),
    (Signal::SIGQUIT, Duration::from_secs(10)),
    (Signal::SIGKILL, Duration::from_secs(10)),
];

impl Server {
    /// Starts the process once no earlier server is left. It ends, as if told to stop, with the thread that calls this.
    pub fn spawn(plan: &Plan) -> Result<Self, StartError> {
        wait_until_gone(&plan.data, plan.patience)
            .map_err(|pid| StartError::StillRunning { dir: plan.root.clone(), pid })?;
        clear_sockets(&plan.socket_dir).map_err(StartError::at(&plan.socket_dir))?;
        let (log, log_start) = plan.log.open().map_err(StartError::at(&plan.log.path))?;
        let copy = log.try_clone().map_err(StartError::at(&plan.log.path))?;
        let mut postgres = command(plan.programs.path("postgres"), &plan.root, &plan.users, Signal::SIGINT);
        postgres.args(&plan.arguments).stdout(copy).stderr(log);
        let child = postgres.spawn().map_err(StartError::at(&plan.programs.path("postgres")))?;
        Ok(Self { child, log_start })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the server accepts connections, for as long as it lives: recovery after a crash takes what it takes, and
    /// giving up would only make the next start begin again.
    pub fn wait_until_ready(&mut self, plan: &Plan) -> Result<(), StartError> {
        let mut told = Instant::now();
        while !is_ready(&plan.data, self.pid()) {
            if let Some(status) = self.ended() {
                return Err(self.failure(plan, status));
            }
            if told.elapsed() > Duration::from_secs(10) {
                log::info!("PostgreSQL is still getting ready; its log is {}", plan.log.path.display());
                told = Instant::now();
            }
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// How the server ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Ends the server, with ever less patience.
    pub fn stop(mut self, plan: &Plan) -> Result<(), StopError> {
        let mut problem = None;
        for (signal, limit) in WAYS_TO_END {
            match self.end_with(signal, limit) {
                Some(status) if status.success() => break,
                Some(status) => {
                    problem.get_or_insert(status.to_string());
                    break;
                }
                None => {
                    problem.get_or_insert(format!("no end within {} s", limit.as_secs()));
                }
            }
        }
        problem.map_or(Ok(()), |detail| Err(StopError { log: plan.log.path.clone(), detail }))
    }

    fn end_with(&mut self, signal: Signal, limit: Duration) -> Option<ExitStatus> {
        let since = Instant::now();
        // The number is still the child's: nobody but this thread collects it.
        if self.ended().is_none()
            && let Err(error) = kill(Pid::from_raw(self.pid().cast_signed()), signal)
        {
            log::error!("PostgreSQL cannot be told to stop: {error}");
        }
        while since.elapsed() < limit {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            sleep(Duration::from_millis(5));
        }
        None
    }

    fn failure(&self, plan: &Plan, status: ExitStatus) -> StartError {
        let said = plan.log.said_since(self.log_start);
        if is_full(&said, &plan.root) {
            return StartError::DiskFull { dir: plan.root.clone() };
        }
        let detail = reason_in(&said).unwrap_or_else(|| status.to_string());
        StartError::Server { log: plan.log.path.clone(), detail }
    }
}
