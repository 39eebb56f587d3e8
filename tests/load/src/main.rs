//! Sends requests to a running server, as fast as it answers them or at a fixed rate, and prints one line of JSON: how
//! many were answered, how long they took, and what processor time the server spent on them.
//!
//! One thread and raw HTTP/1.1, since it shares the processor with what it measures.

mod connection;
mod cpu;
mod drive;
mod material;
mod measured;
mod schedule;
mod script;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::drive::Drive;
use crate::material::Material;
use crate::measured::Measured;
use crate::script::Task;

/// What is sent, where to, and for how long.
#[derive(Parser)]
struct Options {
    task: Task,
    /// Address of the server.
    #[arg(long)]
    server: std::net::SocketAddr,
    /// Process of the server, whose processor time is read.
    #[arg(long)]
    pid: u32,
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds that are measured.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Seconds before those.
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Tasks a second, at fixed moments; latency then counts from the moment at which a task should have begun. Without
    /// it each connection begins the next task when the one before is done.
    #[arg(long)]
    rate: Option<f64>,
    /// File of dossier codes to track, one a line.
    #[arg(long)]
    codes: Option<PathBuf>,
    /// File of counters, one a line: agency, token of its reception, token of its leader.
    #[arg(long)]
    counters: Option<PathBuf>,
    /// File of requests to choose from, one a line: method, token, and the path behind `/v1/`.
    #[arg(long)]
    requests: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(measured) => {
            println!("{}", measured.json());
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("load: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<Measured, String> {
    let read = |file: &Option<PathBuf>| match file {
        Some(file) => {
            std::fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))
        }
        None => Ok(String::new()),
    };
    let (codes, counters, requests) = (read(&options.codes)?, read(&options.counters)?, read(&options.requests)?);
    let material = Material::parse(options.task, &codes, &counters, &requests)?;
    Drive {
        task: options.task,
        material: &material,
        server: options.server,
        pid: options.pid,
        connections: options.connections,
        warm_up: Duration::from_secs_f64(options.warm_up),
        measured: Duration::from_secs_f64(options.seconds),
        rate: options.rate,
    }
    .run()
}
