//! Processor time of a process, from proc(5).

use std::time::Duration;

/// User and system time of a process and its threads, without its children; `None` when there is no such process.
pub fn time_of(pid: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses, and may hold anything; the third follows the last one.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Duration::from_secs(user + system) / u32::try_from(rustix::param::clock_ticks_per_second()).ok()?)
}
