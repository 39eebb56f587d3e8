//! A process that runs the program.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::Client;
use crate::operations;

/// The program as it is now. `cargo test` builds binaries only for the tests of their own package; this build shares all
/// its libraries with that of the tests.
pub static BINARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--offline", "--workspace", "--bin", "caunoi"]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    build.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    assert!(build.status().expect("cargo runs").success(), "the program cannot be built");
    let test = std::env::current_exe().expect("a test knows where it is");
    test.ancestors().nth(2).expect("tests lie in target/<profile>/deps").join("caunoi")
});

/// A command line of the program, with no settings from this process's environment, and warnings only in its log.
pub fn caunoi(arguments: &[&str]) -> Command {
    let mut command = Command::new(&*BINARY);
    for setting in operations::settings() {
        command.env_remove(setting.variable);
    }
    command.env("LOG", "warn").args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// How a command ended, and what it said.
pub struct Ended {
    pub status: ExitStatus,
    pub said: String,
    pub complained: String,
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ended {
    let output = command.output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ended { status: output.status, said: text(output.stdout), complained: text(output.stderr) }
}

impl Ended {
    /// What it said, after it succeeded.
    #[track_caller]
    pub fn good(self) -> String {
        assert!(self.status.success(), "{}", self.complained);
        self.said
    }

    /// What it complained about, with exit code 1 and nothing else said.
    #[track_caller]
    pub fn refused(self) -> String {
        assert_eq!((self.status.code(), self.said.as_str()), (Some(1), ""), "{}", self.complained);
        self.complained.trim_end().to_owned()
    }
}

/// `caunoi serve`, on a port of its own.
pub struct Program {
    command: Command,
    pub url: String,
    data_dir: PathBuf,
    /// Whether anybody listens to what it says.
    heard: bool,
}

/// A server that serves.
pub struct Running {
    child: Child,
    pub url: String,
    /// How long it took until it was ready.
    pub after: Duration,
    data_dir: PathBuf,
    said: Lines,
    complained: Lines,
}

impl Program {
    /// With demo data in that directory.
    pub fn demo(data_dir: &Path) -> Self {
        Self::new(&["serve", "--demo"], data_dir)
    }

    /// With these arguments and that directory.
    pub fn new(arguments: &[&str], data_dir: &Path) -> Self {
        let bind = format!("127.0.0.1:{}", free_port());
        let mut command = caunoi(arguments);
        command.arg("--bind").arg(&bind).arg("--data-dir").arg(data_dir);
        Self { command, url: format!("http://{bind}"), data_dir: data_dir.to_owned(), heard: true }
    }

    /// Speaking into a pipe that nobody reads.
    pub fn unheard(self) -> Self {
        Self { heard: false, ..self }
    }

    /// With one more variable in its environment.
    pub fn set(mut self, variable: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(variable, value);
        self
    }

    /// Starts and does not wait.
    pub fn spawn(mut self) -> Running {
        let mut child = self.command.spawn().expect("the program runs");
        let mouth = child.stdout.take().expect("a pipe");
        let said = if self.heard { Lines::of(mouth) } else { Lines::default() };
        let complained = Lines::of(child.stderr.take().expect("a pipe"));
        let Self { url, data_dir, .. } = self;
        Running { child, url, after: Duration::ZERO, data_dir, said, complained }
    }

    /// Starts and waits until it is ready.
    pub async fn start(self) -> Running {
        let mut running = self.spawn();
        running.wait_until_ready().await;
        running
    }

    /// What it complains about instead of serving.
    #[track_caller]
    pub fn refused(mut self) -> String {
        let started = Instant::now();
        let complaint = run(&mut self.command).refused();
        assert!(started.elapsed() < Duration::from_secs(15), "nobody waits that long for: {complaint}");
        complaint
    }
}

impl Running {
    pub async fn wait_until_ready(&mut self) {
        let started = Instant::now();
        let nobody = reqwest::Client::new();
        let is_ready = async || {
            let answer = nobody.get(format!("{}/health/ready", self.url)).timeout(Duration::from_secs(2)).send().await;
            answer.is_ok_and(|answer| answer.status() == 200)
        };
        while !is_ready().await {
            if let Some(status) = self.child.try_wait().expect("one's own child") {
                panic!("it ended ({status}) instead of serving: {}", self.complained.text());
            }
            assert!(started.elapsed() < Duration::from_secs(60), "not ready: {}", self.complained.text());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.after = started.elapsed();
    }

    /// Nobody, at this server.
    pub fn anonymous(&self) -> Client {
        Client::at(&self.url)
    }

    /// Whoever holds this access token.
    pub fn holder_of(&self, token: Option<&str>) -> Client {
        let mut client = self.anonymous();
        client.token = token.map(str::to_owned);
        client
    }

    /// Staff who signed in with a password.
    pub async fn staff(&self, username: &str, password: &str) -> Client {
        let credentials = serde_json::json!({ "username": username, "password": password });
        let session = self.anonymous().post("/v1/sessions", credentials).await.expect(200);
        self.holder_of(session.json["access_token"].as_str())
    }

    /// What it has said on its standard output.
    pub fn said(&self) -> String {
        self.said.text()
    }

    /// What it has complained of on its standard error, where the log goes.
    pub fn complained(&self) -> String {
        self.complained.text()
    }

    /// Waits until it has complained of that.
    #[track_caller]
    pub fn wait_until_complained(&self, words: &str) {
        let started = Instant::now();
        while !self.complained().contains(words) {
            assert!(started.elapsed() < Duration::from_secs(10), "it did not complain of {words:?}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until it has said that.
    #[track_caller]
    pub fn wait_until_said(&self, words: &str) {
        let started = Instant::now();
        while !self.said().contains(words) {
            assert!(started.elapsed() < Duration::from_secs(60), "it did not say {words:?} but {}", self.said());
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("one's own child");
    }

    /// Waits until it has ended: the status, and what it complained about.
    pub fn wait(mut self) -> (ExitStatus, String) {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("one's own child") {
                return (status, self.complained.text());
            }
            assert!(started.elapsed() < Duration::from_secs(30), "it does not end: {}", self.complained.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it politely, and makes sure that nothing of it is left.
    #[track_caller]
    pub fn stop(self) {
        self.stop_with(Signal::TERM);
    }

    #[track_caller]
    pub fn stop_with(self, signal: Signal) {
        let database = self.database();
        self.send(signal);
        let (status, complaint) = self.wait();
        assert_eq!(status.code(), Some(0), "{complaint}");
        assert!(!database.is_some_and(is_alive), "its database server outlived it");
    }

    /// The process of its private database server.
    pub fn database(&self) -> Option<i32> {
        let file = fs::read_to_string(self.data_dir.join("postgres/data/postmaster.pid")).ok()?;
        file.lines().next()?.trim().parse().ok()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Whether there is such a process, and it has not ended without anybody noticing.
pub fn is_alive(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// What comes out of a pipe.
#[derive(Default)]
struct Lines(Arc<Mutex<String>>);

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let lines = Self::default();
        let text = lines.0.clone();
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                text.lock().expect("nobody panics").push_str(&(line + "\n"));
            }
        });
        lines
    }

    fn text(&self) -> String {
        self.0.lock().expect("nobody panics").clone()
    }
}
