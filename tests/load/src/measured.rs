//! What a run showed.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// Counts and times of the measured seconds.
pub struct Measured {
    pub tasks: u64,
    pub time: Duration,
    /// Microseconds from sending a request to its whole answer.
    latency: Histogram<u64>,
    /// Processor time of the server, and of this program.
    pub server: Duration,
    pub load: Duration,
}

impl Measured {
    pub fn new() -> Self {
        let latency = Histogram::new_with_bounds(1, 60_000_000, 3).expect("a microsecond to a minute, three digits");
        Self { tasks: 0, time: Duration::ZERO, latency, server: Duration::ZERO, load: Duration::ZERO }
    }

    /// A request was sent, or should have been, at `since` and is answered now.
    pub fn record(&mut self, since: Instant, now: Instant) {
        self.latency.saturating_record(u64::try_from((now - since).as_micros()).unwrap_or(u64::MAX));
    }

    /// One line for a program: milliseconds of latency by request, microseconds of processor time by task.
    pub fn json(&self) -> String {
        let cpu = |time: Duration| time.as_secs_f64() * 1e6 / self.tasks.max(1) as f64;
        let milliseconds = |quantile| self.latency.value_at_quantile(quantile) as f64 / 1e3;
        format!(
            r#"{{"tasks":{},"rate":{:.1},"p50_ms":{:.3},"p99_ms":{:.3},"max_ms":{:.3},"server_us":{:.1},"load_us":{:.1}}}"#,
            self.tasks,
            self.tasks as f64 / self.time.as_secs_f64(),
            milliseconds(0.5),
            milliseconds(0.99),
            self.latency.max() as f64 / 1e3,
            cpu(self.server),
            cpu(self.load),
        )
    }
}
