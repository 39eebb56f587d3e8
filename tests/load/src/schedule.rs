//! A fixed rate: tasks become due at even intervals, whether the server keeps up or not.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};

/// Task `n` is due at `begin + n * interval`.
pub struct Schedule {
    begin: Instant,
    interval: Duration,
    /// Becomes readable when tasks are due.
    pub timer: OwnedFd,
    due: u32,
    /// Tasks that found no free connection, by the moment at which they were due.
    pub waiting: VecDeque<Instant>,
    /// Connections that have nothing to do. Each gets its turn: the same few would keep one of the server's workers busy.
    free: VecDeque<usize>,
}

impl Schedule {
    /// `rate` tasks a second from now on, for so many connections.
    pub fn start(rate: f64, connections: usize) -> Result<Self, Errno> {
        let interval = Duration::from_secs_f64(1.0 / rate);
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC)?;
        let every = Timespec { tv_sec: interval.as_secs().cast_signed(), tv_nsec: interval.subsec_nanos().into() };
        let ticks = Itimerspec { it_interval: every, it_value: every };
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &ticks)?;
        let free = (0..connections).collect();
        Ok(Self { begin: Instant::now(), interval, timer, due: 0, waiting: VecDeque::new(), free })
    }

    /// Counts the tasks that have become due.
    pub fn tick(&mut self) -> Result<(), Errno> {
        let mut expirations = [0; 8];
        rustix::io::read(&self.timer, &mut expirations)?;
        for _ in 0..u64::from_ne_bytes(expirations) {
            self.due += 1;
            self.waiting.push_back(self.begin + self.interval * self.due);
        }
        Ok(())
    }

    /// Takes back a connection whose task is done.
    pub fn release(&mut self, connection: usize) {
        self.free.push_back(connection);
    }

    /// The next task that can begin: on which connection, and when it was due.
    pub fn begin(&mut self) -> Option<(usize, Instant)> {
        let connection = self.free.pop_front()?;
        let due = self.waiting.pop_front();
        if due.is_none() {
            self.free.push_front(connection);
        }
        Some((connection, due?))
    }
}
