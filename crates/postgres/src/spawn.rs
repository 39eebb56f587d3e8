//! How a PostgreSQL program is run: as the server's user, with a bare environment, never outliving us.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::getppid;

use crate::user::Users;

/// A command that works in `directory` and gets `at_death` when the calling *thread* ends.
///
/// The environment is bare: our secrets are not the server's business, `PG…` variables would change its settings, and the C locale
/// keeps its messages in the English that we read.
pub(crate) fn command(program: impl AsRef<OsStr>, directory: &Path, users: &Users, at_death: Signal) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("LC_ALL", "C")
        .envs(["PATH", "LD_LIBRARY_PATH"].iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command.current_dir(directory).stdin(Stdio::null());
    // A group of its own: Ctrl-C in the terminal is for the program, which then stops the server in its own time.
    command.process_group(0);
    if users.differ() {
        command.uid(users.server.uid).gid(users.server.gid);
    }
    end_with_caller(&mut command, at_death);
    command
}

/// Sets the parent-death signal. It is cleared by setuid, so it is set in the hook that std runs after dropping privileges; and
/// the parent may have died before it was set, so the child looks once more.
fn end_with_caller(command: &mut Command, at_death: Signal) {
    let parent = std::process::id();
    let hook = move || {
        prctl::set_pdeathsig(at_death)?;
        if getppid().as_raw().cast_unsigned() == parent { Ok(()) } else { Err(io::Error::from(Errno::ESRCH)) }
    };
    #[expect(
        unsafe_code,
        reason = "between fork and exec only async-signal-safe calls are allowed: prctl and getppid are, and nothing allocates"
    )]
    unsafe {
        command.pre_exec(hook);
    }
}
