//! The log, on the standard error. Its lines go through memory, and a thread of its own writes what has come together:
//! workers neither wait for each other nor for a slow reader of the log.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// For so long lines are gathered: a kill -9 loses no more than was logged within it.
const GATHER: Duration = Duration::from_millis(5);
/// More than this is not kept in memory: who logs more has to wait.
const ROOM: usize = 16 * 1024 * 1024;

/// Lines on their way out.
#[derive(Default)]
struct Lines {
    waiting: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    writing: bool,
}

/// Writes out what is left when it goes.
pub struct Log(Arc<Lines>);

/// Starts logging. `LOG` says what: `info` unless it says else.
pub fn start() -> Log {
    let lines = Arc::new(Lines::default());
    let writer = Arc::clone(&lines);
    let writing = thread::Builder::new().name("log".to_owned()).spawn(move || writer.write_out());
    let target = match writing {
        Ok(_) => env_logger::Target::Pipe(Box::new(Input(Arc::clone(&lines)))),
        Err(_) => env_logger::Target::Stderr,
    };
    env_logger::Builder::from_env(env_logger::Env::new().filter_or("LOG", "info")).target(target).init();
    Log(lines)
}

impl Lines {
    fn state(&self) -> MutexGuard<'_, State> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, until: impl Fn(&State) -> bool) -> MutexGuard<'a, State> {
        self.changed.wait_while(state, |state| !until(state)).unwrap_or_else(PoisonError::into_inner)
    }

    fn write_out(&self) {
        let mut lines = Vec::new();
        loop {
            drop(self.wait(self.state(), |state| !state.bytes.is_empty()));
            thread::sleep(GATHER);
            let mut state = self.state();
            std::mem::swap(&mut state.bytes, &mut lines);
            state.writing = true;
            drop(state);
            // Nobody can be told that the log cannot be written; the program goes on without it.
            let _ = io::stderr().write_all(&lines);
            lines.clear();
            lines.shrink_to(ROOM / 64);
            self.state().writing = false;
            self.changed.notify_all();
        }
    }
}

/// Where the logger writes.
struct Input(Arc<Lines>);

impl Write for Input {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut state = self.0.wait(self.0.state(), |state| state.bytes.len() < ROOM);
        state.bytes.extend_from_slice(line);
        let first = state.bytes.len() == line.len();
        drop(state);
        if first {
            self.0.changed.notify_all();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        drop(self.0.wait(self.0.state(), |state| state.bytes.is_empty() && !state.writing));
    }
}
