//! What an earlier server left in the data directory: its processes, while they end, and its `postmaster.pid`.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::kill;
use nix::unistd::Pid;

/// Waits until no server process works in `data` any more.
///
/// An earlier server whose program was killed is still closing down for a moment; the children of a killed server notice a little late.
///
/// # Errors
/// The process that is still there after `patience`.
pub(crate) fn wait_until_gone(data: &Path, patience: Duration) -> Result<(), u32> {
    let since = Instant::now();
    let mut told = false;
    while let Some(pid) = at_work_in(data) {
        if since.elapsed() >= patience {
            return Err(pid);
        }
        if !told {
            log::info!("waiting for an earlier PostgreSQL server (process {pid}) to end");
            told = true;
        }
        sleep(Duration::from_millis(20));
    }
    forget_reused_pid(data);
    Ok(())
}

/// Empties the socket's directory, which is the server's alone: the lock file of a killed server names a process that may still be
/// waiting to be collected, or be another one by now, and PostgreSQL would refuse to start.
pub(crate) fn clear_sockets(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        fs::remove_file(entry?.path())?;
    }
    Ok(())
}

/// Whether `postmaster.pid` says that the server `pid` accepts connections: line 1 is the process, line 8 its state.
pub(crate) fn is_ready(data: &Path, pid: u32) -> bool {
    let Ok(file) = fs::read_to_string(data.join("postmaster.pid")) else {
        return false;
    };
    let mut lines = file.lines();
    lines.next().is_some_and(|line| line.trim() == pid.to_string())
        && lines.nth(6).is_some_and(|state| state.trim() == "ready")
}

/// The lowest numbered server process whose working directory is `data`: PostgreSQL's processes all work there.
fn at_work_in(data: &Path) -> Option<u32> {
    let data = fs::metadata(data).ok()?;
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let in_data = |pid: &u32| {
        let place = fs::metadata(format!("/proc/{pid}/cwd"));
        place.is_ok_and(|place| (place.dev(), place.ino()) == (data.dev(), data.ino()))
    };
    let is_server =
        |pid: &u32| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres");
    pids.filter(in_data).filter(is_server).min()
}

/// Removes `postmaster.pid` if its process id now belongs to somebody else, as it often does after a container is started anew, or
/// to a dead process that nobody has collected. PostgreSQL would take that process for its predecessor and refuse to start; a
/// number that nobody has it handles itself.
fn forget_reused_pid(data: &Path) {
    let path = data.join("postmaster.pid");
    let Ok(file) = fs::read_to_string(&path) else {
        return;
    };
    let pid = file.lines().next().and_then(|line| line.trim().parse().ok());
    // EPERM also means that there is such a process.
    if pid.is_some_and(|pid: i32| pid > 0 && kill(Pid::from_raw(pid), None) != Err(nix::errno::Errno::ESRCH)) {
        log::info!("removing a stale postmaster.pid: its process is no server of this directory");
        if let Err(error) = fs::remove_file(&path) {
            log::warn!("the stale postmaster.pid stays: {error}");
        }
    }
}
