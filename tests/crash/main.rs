//! The crash proof: many clients retry at random with the same Idempotency-Keys while program and database are killed
//! with `kill -9` at random moments, and imports with them. In the end what the clients were told is held against what
//! there is.
//!
//!     cargo run --package it --example crash -- PROGRAM [--seed N] [--clients N] [--kills N]

mod books;
mod client;
mod hourglass;
mod importer;
mod killer;
mod ledger;
mod life;
mod matters;
mod program;
mod reconcile;
mod rng;
mod world;

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use kernel::{Db, db};

use crate::client::Client;
use crate::importer::Importer;
use crate::program::Program;
use crate::rng::Rng;
use crate::world::{Outcome, World};

struct Options {
    program: PathBuf,
    seed: u64,
    clients: usize,
    kills: usize,
}

impl Options {
    fn read() -> Outcome<Self> {
        let mut arguments = std::env::args().skip(1);
        let program = arguments.next().ok_or("which program?")?.into();
        let seed = u64::from_be_bytes(kernel::clock::random());
        let mut options = Self { program, seed, clients: 50, kills: 10 };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--seed" => options.seed = value.parse()?,
                "--clients" => options.clients = value.parse()?,
                "--kills" => options.kills = value.parse()?,
                _ => return Err(format!("{name} is not an option").into()),
            }
        }
        Ok(options)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match proof().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("crash proof: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the proof; gives whether everything was as it must be. Then nothing is left behind.
async fn proof() -> Outcome<bool> {
    let options = Options::read()?;
    eprintln!("seed {}, {} clients, {} kills each", options.seed, options.clients, options.kills);
    // Where the server's user gets in, and on a disk: a crash is only a crash where writing takes its time.
    let dir = tempfile::Builder::new().prefix("caunoi-crash-").tempdir_in("/var/tmp")?;
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755))?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut program = Program::start(options.program.canonicalize()?, dir.path().to_owned(), port)?;
    program.wait_until_ready().await?;
    let db = Db::new(&db::Settings { url: program.database_url(), ca: None, size: 2 })?;
    let world = Arc::new(World::new(program.url(), db, dir.path()).await?);

    let dice = Rng::new(options.seed);
    let mut working = Vec::new();
    for number in 0..options.clients {
        let rng = dice.stream(number as u64);
        let client = Client { number, rng, world: Arc::clone(&world), lives: Vec::new(), matters: Vec::new() };
        working.push(tokio::spawn(client.work()));
    }
    let turning = tokio::spawn({
        let world = Arc::clone(&world);
        async move { hourglass::turn(&world).await }
    });
    let importer = Importer {
        program: options.program.canonicalize()?,
        dir: dir.path().to_owned(),
        database_url: program.database_url(),
        rng: dice.stream(u64::MAX - 1),
        world: Arc::clone(&world),
    };
    let importing = tokio::spawn(importer.work());
    killer::haunt(&world, &mut program, options.kills, dice.stream(u64::MAX)).await?;
    world.end();
    eprintln!("all was killed; clients finish what they are at");
    let mut clients = Vec::new();
    for client in working {
        clients.push(client.await?);
    }
    let imported = importing.await?;
    let summary = reconcile::reconcile(&world, &mut program, clients, turning.await?, imported).await?;

    let violations = world.violations();
    println!("crash proof: seed {}, {} kills, {summary}", options.seed, 2 * options.kills);
    if violations > 0 {
        println!("{violations} violations; what there is lies in {}", dir.keep().display());
    }
    Ok(violations == 0)
}
