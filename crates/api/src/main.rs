//! The program: `caunoi serve`, and what else an operator needs.

use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::Runtime;

mod cli;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Two arenas, and what is free goes back to the system within a second: a few percent of speed for a third of the memory.
#[expect(unsafe_code, reason = "jemalloc reads its settings from a symbol of this name")]
#[unsafe(export_name = "_rjem_malloc_conf")]
pub static MALLOC_CONF: &[u8; 47] = b"narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0\0";

/// How long a start that was given up may take to clean up after itself. Its database ends with us in any case.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let runtime = Runtime::new().expect("the system gives threads");
    let done = runtime.block_on(cli::run());
    runtime.shutdown_timeout(PATIENCE);
    done
}
