//! Keeps connections busy, each as soon as it is free or all together at a fixed rate.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::epoll;
use rustix::time::Timespec;

use crate::connection::Connection;
use crate::cpu;
use crate::material::Material;
use crate::measured::Measured;
use crate::schedule::Schedule;
use crate::script::{Script, Task};

/// A run.
pub struct Drive<'a> {
    pub task: Task,
    pub material: &'a Material,
    pub server: SocketAddr,
    pub pid: u32,
    pub connections: usize,
    pub warm_up: Duration,
    pub measured: Duration,
    pub rate: Option<f64>,
}

/// A connection and what it is asked.
type Lane<'a> = (Connection, Script<'a>);

/// A run under way.
struct Running<'a> {
    poll: OwnedFd,
    lanes: Vec<Lane<'a>>,
    schedule: Option<Schedule>,
    request: Vec<u8>,
    under_way: usize,
    /// Since when it is measured; later than any moment while it is not.
    from: Instant,
    measured: Measured,
}

/// What epoll calls the timer; connections have their index.
const TIMER: u64 = u64::MAX;
/// How long the last answers are waited for.
const PATIENCE: Duration = Duration::from_secs(10);

impl<'a> Drive<'a> {
    /// Runs it.
    ///
    /// # Errors
    /// An answer that is not the expected one; a server that cannot be reached, or is gone.
    pub fn run(&self) -> Result<Measured, String> {
        let mut running = self.connect()?;
        running.begin_all()?;
        let begun = Instant::now();
        let from = begun + self.warm_up;
        running.until(from)?;
        let (server, load) = self.cpu()?;
        running.from = from;
        running.until(from + self.measured)?;
        let (server_after, load_after) = self.cpu()?;
        let mut measured = running.end()?;
        (measured.server, measured.load, measured.time) = (server_after - server, load_after - load, self.measured);
        Ok(measured)
    }

    fn connect(&self) -> Result<Running<'a>, String> {
        let poll = epoll::create(epoll::CreateFlags::CLOEXEC).map_err(os)?;
        let mut lanes = Vec::new();
        for n in 0..self.connections {
            let connection = Connection::open(self.server).map_err(|error| format!("{}: {error}", self.server))?;
            epoll::add(&poll, &connection.stream, epoll::EventData::new_u64(n as u64), epoll::EventFlags::IN)
                .map_err(os)?;
            lanes.push((connection, Script::new(self.task, self.material)));
        }
        let schedule = self.rate.map(|rate| Schedule::start(rate, self.connections)).transpose().map_err(os)?;
        if let Some(schedule) = &schedule {
            epoll::add(&poll, &schedule.timer, epoll::EventData::new_u64(TIMER), epoll::EventFlags::IN).map_err(os)?;
        }
        let far = Instant::now() + Duration::from_secs(1 << 30);
        Ok(Running { poll, lanes, schedule, request: Vec::new(), under_way: 0, from: far, measured: Measured::new() })
    }

    /// Processor time of the server, and our own.
    fn cpu(&self) -> Result<(Duration, Duration), String> {
        let of = |pid| cpu::time_of(pid).ok_or_else(|| format!("there is no process {pid}"));
        Ok((of(self.pid)?, of(std::process::id())?))
    }
}

impl Running<'_> {
    fn begin_all(&mut self) -> Result<(), String> {
        let at_once = if self.schedule.is_none() { self.lanes.len() } else { 0 };
        (0..at_once).try_for_each(|n| self.send(n, Instant::now()))
    }

    /// Handles what comes until then.
    fn until(&mut self, end: Instant) -> Result<(), String> {
        let mut events = Vec::with_capacity(256);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            self.wait(&mut events, left)?;
            for event in &events {
                match usize::try_from(event.data.u64()) {
                    Ok(n) if n < self.lanes.len() => self.hear(n)?,
                    _ => self.tick()?,
                }
            }
        }
    }

    fn wait(&self, events: &mut Vec<epoll::Event>, longest: Duration) -> Result<(), String> {
        events.clear();
        let longest = Timespec { tv_sec: longest.as_secs().cast_signed(), tv_nsec: longest.subsec_nanos().into() };
        epoll::wait(&self.poll, rustix::buffer::spare_capacity(events), Some(&longest)).map(drop).map_err(os)
    }

    fn send(&mut self, n: usize, since: Instant) -> Result<(), String> {
        let (connection, script) = &mut self.lanes[n];
        script.render(&mut self.request);
        self.under_way += 1;
        connection.send(&self.request, since)
    }

    /// Takes what has come on a connection; when the answer is whole, sends what comes next.
    fn hear(&mut self, n: usize) -> Result<(), String> {
        let (connection, script) = &mut self.lanes[n];
        let since = connection.since;
        let Some(answer) = connection.receive()? else { return Ok(()) };
        let done = script.answered(&answer)?;
        let now = Instant::now();
        self.under_way -= 1;
        // A task that began before the measuring is not held against it, but one that ends in it counts as done.
        if since >= self.from {
            self.measured.record(since, now);
        }
        self.measured.tasks += u64::from(done && now >= self.from);
        match &mut self.schedule {
            Some(schedule) if done => {
                schedule.release(n);
                self.begin_due()
            }
            _ => self.send(n, now),
        }
    }

    fn tick(&mut self) -> Result<(), String> {
        if let Some(schedule) = &mut self.schedule {
            schedule.tick().map_err(os)?;
        }
        self.begin_due()
    }

    fn begin_due(&mut self) -> Result<(), String> {
        while let Some((n, due)) = self.schedule.as_mut().and_then(Schedule::begin) {
            self.send(n, due)?;
        }
        Ok(())
    }

    /// Waits for the answers under way. With a schedule they count, and what never began counts with the time it waited:
    /// leaving out the slowest would flatter the server.
    fn end(mut self) -> Result<Measured, String> {
        let end = Instant::now();
        let schedule = self.schedule.take();
        let waiting = schedule.iter().flat_map(|schedule| schedule.waiting.iter());
        waiting.filter(|due| **due >= self.from).for_each(|due| self.measured.record(*due, end));
        let counts = schedule.is_some();
        drop(schedule); // and with it the timer
        let mut events = Vec::with_capacity(256);
        while self.under_way > 0 {
            let left = (end + PATIENCE).saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(format!("{} requests were never answered", self.under_way));
            }
            self.wait(&mut events, left)?;
            for event in &events {
                let Some((connection, _)) = self.lanes.get_mut(usize::try_from(event.data.u64()).unwrap_or(usize::MAX))
                else {
                    continue;
                };
                let since = connection.since;
                if connection.receive()?.is_some() {
                    self.under_way -= 1;
                    if counts && since >= self.from {
                        self.measured.record(since, Instant::now());
                    }
                }
            }
        }
        Ok(self.measured)
    }
}

fn os(error: rustix::io::Errno) -> String {
    format!("the operating system refuses: {error}")
}
