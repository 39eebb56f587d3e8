//! The program under test and its private database: started, killed, stopped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::world::Outcome;

/// One server, in a directory of its own.
pub struct Program {
    binary: PathBuf,
    pub dir: PathBuf,
    port: u16,
    child: Child,
    /// Nobody kills it: it tells of payments until it is heard.
    gateway: Gateway,
    http: reqwest::Client,
}

impl Program {
    pub fn start(binary: PathBuf, dir: PathBuf, port: u16) -> Outcome<Self> {
        let gateway = Gateway::start(&binary)?;
        let child = command(&binary, &dir, port, &gateway)?.spawn()?;
        Ok(Self { binary, dir, port, child, gateway, http: reqwest::Client::new() })
    }

    /// Starts it again, after it has ended.
    pub fn restart(&mut self) -> Outcome {
        self.child = command(&self.binary, &self.dir, self.port, &self.gateway)?.spawn()?;
        Ok(())
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where the private database is reached, while it runs.
    pub fn database_url(&self) -> String {
        format!("postgresql:///{0}?host={1}/postgres/run&user={0}", postgres::NAME, self.dir.display())
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Outcome<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    pub async fn is_ready(&self) -> bool {
        let asked = self.http.get(format!("{}/health/ready", self.url())).timeout(Duration::from_secs(2));
        asked.send().await.is_ok_and(|answer| answer.status().is_success())
    }

    /// Waits until requests are served, a minute at most.
    pub async fn wait_until_ready(&mut self) -> Outcome {
        let since = Instant::now();
        while !self.is_ready().await {
            if let Some(status) = self.ended()? {
                return Err(format!("the program did not start ({status}):\n{}", self.last_words()).into());
            }
            if since.elapsed() > Duration::from_secs(60) {
                return Err(format!("the program is not ready after a minute:\n{}", self.last_words()).into());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// `kill -9`.
    pub async fn kill(&mut self) -> Outcome {
        Ok(self.child.kill().await?)
    }

    /// `kill -9` on the database server, as soon as there is one.
    pub async fn kill_database(&self) -> Outcome {
        let patience = Instant::now();
        loop {
            if let Some(pid) = postmaster(&self.dir) {
                return Ok(kill_process(pid, Signal::KILL)?);
            }
            if patience.elapsed() > Duration::from_secs(60) {
                return Err("for a minute there was no database to kill".into());
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks it to stop, as Ctrl-C does.
    pub async fn stop(&mut self) -> Outcome<ExitStatus> {
        let pid = self.child.id().and_then(|pid| Pid::from_raw(pid.cast_signed())).ok_or("it has ended already")?;
        kill_process(pid, Signal::TERM)?;
        Ok(tokio::time::timeout(Duration::from_secs(60), self.child.wait()).await??)
    }

    /// Runs another command of the program on the same directory; gives what it said.
    pub async fn run(&self, arguments: &[&str]) -> Outcome<(ExitStatus, String)> {
        let mut command = Command::new(&self.binary);
        let output = command.args(arguments).arg("--demo").arg("--data-dir").arg(&self.dir).output().await?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status, String::from_utf8_lossy(&said).trim().to_owned()))
    }

    /// The end of its log.
    pub fn last_words(&self) -> String {
        let log = fs::read_to_string(log(&self.dir)).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

fn log(dir: &Path) -> PathBuf {
    dir.join("program.log")
}

/// The demo's payment gateway, as a program beside the one under test.
struct Gateway {
    _child: std::process::Child,
    url: String,
    secret: String,
}

impl Gateway {
    fn start(binary: &Path) -> Outcome<Self> {
        let secret = api::gateway::signature::fresh_secret();
        let mut command = std::process::Command::new(binary);
        command.args(["demo-gateway", "--bind", "127.0.0.1:0", "--attached"]);
        let mut child =
            command.env("PAYMENT_GATEWAY_SECRET", &secret).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.as_mut().ok_or("the gateway says nothing")?).read_line(&mut url)?;
        Ok(Self { _child: child, url: url.trim().to_owned(), secret })
    }
}

fn command(binary: &Path, dir: &Path, port: u16, gateway: &Gateway) -> io::Result<Command> {
    let log: File = OpenOptions::new().create(true).append(true).open(log(dir))?;
    let mut command = Command::new(binary);
    command.args(["serve", "--demo", "--rate-limit-per-minute", "100000000"]);
    command.env("PAYMENT_GATEWAY_URL", &gateway.url).env("PAYMENT_GATEWAY_SECRET", &gateway.secret);
    command.arg("--bind").arg(format!("127.0.0.1:{port}")).arg("--data-dir").arg(dir);
    command.env("LOG", "info,access=off").stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
    Ok(command)
}

/// The database server's process, if it is really the one in this directory.
fn postmaster(dir: &Path) -> Option<Pid> {
    let data = dir.join("postgres/data");
    let pid: i32 = fs::read_to_string(data.join("postmaster.pid")).ok()?.lines().next()?.parse().ok()?;
    let arguments = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let ours = arguments.split(|byte| *byte == 0).any(|argument| argument == data.as_os_str().as_encoded_bytes());
    Pid::from_raw(pid).filter(|_| ours)
}
