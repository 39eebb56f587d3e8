//! Starts a cluster, says where it is, and holds it until it is killed: `hold <data directory> [<setting>=<value> ...]`.
//! The tests kill it in every way.

use std::process::ExitCode;

use postgres::{Cluster, NAME, Options};

fn main() -> ExitCode {
    let Some(dir) = std::env::args_os().nth(1) else {
        eprintln!("usage: hold <data directory> [<setting>=<value> ...]");
        return ExitCode::FAILURE;
    };
    let settings =
        std::env::args().skip(2).filter_map(|it| it.split_once('=').map(|(name, value)| (name.into(), value.into())));
    match Cluster::start(&Options { settings: settings.collect(), ..Options::new(dir) }) {
        Ok(cluster) => {
            println!("{} {}", cluster.pid().unwrap_or_default(), cluster.url(NAME));
            loop {
                std::thread::park();
            }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
