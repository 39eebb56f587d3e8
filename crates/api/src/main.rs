//! The program: `caunoi serve`, and what else an operator needs.

use std::process::ExitCode;

mod cli;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    cli::run().await
}
