//! The thread that owns the server for as long as the cluster lives.
//!
//! It must be a thread of its own: the server gets its parent-death signal when the *thread* that started it ends.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::server::{Plan, Server};
use crate::{StartError, StopError};

/// How often the keeper looks after its server.
const ROUND: Duration = Duration::from_millis(500);

/// A server that ended by itself is started again after the first of these pauses; each time that it did not even last for
/// [`STEADY`], as on a full disk, the pause doubles, up to the last.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(30)];
const STEADY: Duration = Duration::from_secs(2);

/// A handle on the keeper's thread.
#[derive(Debug)]
pub(crate) struct Keeper {
    /// Nothing is ever sent: letting go of it asks the keeper to stop.
    running: Option<Sender<Infallible>>,
    thread: Option<JoinHandle<Result<(), StopError>>>,
    pid: Arc<AtomicU32>,
}

impl Keeper {
    /// Starts the thread and its server, and waits until the server accepts connections.
    pub fn start(plan: Plan) -> Result<Self, StartError> {
        let (running, asked_to_stop) = channel();
        let (tell, told) = channel();
        let pid = Arc::new(AtomicU32::new(0));
        let root = plan.root.clone();
        let keep = Keep { plan, asked_to_stop, pid: pid.clone() };
        let thread = Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || keep.run(&tell))
            .map_err(StartError::at(&root))?;
        told.recv().expect("the keeper answers before it ends")?;
        Ok(Self { running: Some(running), thread: Some(thread), pid })
    }

    /// The server's process id; 0 while it is being started again.
    pub fn pid(&self) -> u32 {
        self.pid.load(Ordering::Relaxed)
    }

    /// Stops the server and waits for its end. Doing so twice is harmless.
    pub fn stop(&mut self) -> Result<(), StopError> {
        self.running = None;
        self.thread.take().map_or(Ok(()), |thread| thread.join().expect("the keeper does not panic"))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            log::warn!("{error}");
        }
    }
}

struct Keep {
    plan: Plan,
    asked_to_stop: Receiver<Infallible>,
    pid: Arc<AtomicU32>,
}

impl Keep {
    fn run(&self, tell: &Sender<Result<(), StartError>>) -> Result<(), StopError> {
        let started =
            Server::spawn(&self.plan).and_then(|mut server| server.wait_until_ready(&self.plan).map(|()| server));
        let mut server = match started {
            Ok(server) => server,
            Err(error) => {
                let _ = tell.send(Err(error));
                return Ok(());
            }
        };
        self.pid.store(server.pid(), Ordering::Relaxed);
        let _ = tell.send(Ok(()));
        let mut pause = PAUSES[0];
        loop {
            let since = Instant::now();
            let Some(detail) = self.watch(&mut server) else { return server.stop(&self.plan) };
            self.pid.store(0, Ordering::Relaxed);
            if since.elapsed() > STEADY {
                pause = PAUSES[0];
            }
            log::error!("PostgreSQL ended by itself ({detail}); it is started again");
            let again = self.start_again(&mut pause);
            server = again.ok_or_else(|| StopError { log: self.plan.log.path.clone(), detail })?;
            self.pid.store(server.pid(), Ordering::Relaxed);
        }
    }

    /// Tries until there is a server process again, or until the keeper is asked to stop (`None`).
    fn start_again(&self, pause: &mut Duration) -> Option<Server> {
        while !self.is_asked_to_stop_within(*pause) {
            *pause = PAUSES[1].min(*pause * 2);
            match Server::spawn(&self.plan) {
                Ok(server) => return Some(server),
                Err(error) => log::error!("{error}"),
            }
        }
        None
    }

    fn is_asked_to_stop_within(&self, time: Duration) -> bool {
        self.asked_to_stop.recv_timeout(time) == Err(RecvTimeoutError::Disconnected)
    }

    /// Looks after the server until it ends by itself (how), or until the keeper is asked to stop it (`None`).
    fn watch(&self, server: &mut Server) -> Option<String> {
        while !self.is_asked_to_stop_within(ROUND) {
            if let Some(status) = server.ended() {
                return Some(status.to_string());
            }
            self.plan.log.bound();
        }
        None
    }
}
