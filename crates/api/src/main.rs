//! The program: `caunoi serve`, and what else an operator needs.

use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::Runtime;

mod cli;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// How long a start that was given up may take to clean up after itself. Its database ends with us in any case.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let runtime = Runtime::new().expect("the system gives threads");
    let done = runtime.block_on(cli::run());
    runtime.shutdown_timeout(PATIENCE);
    done
}
