//! The command line.

mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use api::settings::{Flags, Settings};
use api::{Server, contract, database};
use clap::{Args, Parser, Subcommand};
use kernel::journal::{checkpoint, verify};
use kernel::{Clock, Db};

/// Cầu Nối: the backend a city runs so that citizens can deal with its administration.
#[derive(Parser)]
#[command(name = "caunoi", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API.
    Serve(Flags),
    /// Apply migrations and load the rules, then exit.
    Migrate(Flags),
    /// Print the OpenAPI contract.
    Openapi,
    /// Hold the journal against exported checkpoints and say where they differ.
    VerifyJournal(VerifyJournal),
    /// Manage staff accounts.
    User(User),
}

#[derive(Args)]
struct VerifyJournal {
    #[command(flatten)]
    flags: Flags,
    /// File of exported checkpoints, one per line [DATA_DIR/checkpoints.jws].
    #[arg(long)]
    checkpoint: Option<PathBuf>,
}

#[derive(Args)]
struct User {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: user::UserCommand,
}

/// Runs the command; what goes wrong is one sentence (or one a line) on the standard error.
pub async fn run() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::new().filter_or("LOG", "info,access=info")).init();
    let done = match Cli::parse().command {
        Command::Serve(flags) => serve(&flags).await,
        Command::Migrate(flags) => migrate(&flags).await,
        Command::Openapi => {
            println!("{:#}", contract::document());
            Ok(())
        }
        Command::VerifyJournal(args) => verify_journal(&args).await,
        Command::User(user) => manage(user).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(flags: &Flags) -> Result<(), String> {
    let settings = Settings::check(flags)?;
    let (demo, public_url, data_dir) = (settings.demo, settings.public_url.clone(), settings.data_dir.clone());
    let database = database::open(&settings).await?;
    let server = Server::start(settings, database.settings.clone(), Clock::default()).await?;
    if demo {
        let words = |error: kernel::Error| format!("The demo's dossiers cannot be filed: {error}.");
        let mut conn = Db::new(&database.settings)?.conn().await.map_err(words)?;
        api::demo::load(&server.app, &mut conn).await.map_err(words)?;
    }
    println!("Cầu Nối: {public_url}  ·  Swagger UI: {public_url}/docs/  ·  data: {}", data_dir.display());
    if demo {
        println!("Demo accounts (password caunoi-demo): {}; citizens congdan1, congdan2", directory::demo::USERNAMES.join(", "));
    }
    signal().await;
    println!("Stopping: requests under way are finished first.");
    server.stop().await;
    drop(database);
    Ok(())
}

/// Waits for Ctrl-C or a polite kill.
async fn signal() {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).expect("signals can be listened to");
    tokio::select! { _ = tokio::signal::ctrl_c() => {}, _ = terminate.recv() => {} }
}

async fn migrate(flags: &Flags) -> Result<(), String> {
    let settings = Settings::check(flags)?;
    let database = database::open(&settings).await?;
    println!("The database is up to date.");
    drop(database);
    Ok(())
}

async fn verify_journal(args: &VerifyJournal) -> Result<(), String> {
    let settings = Settings::check(&args.flags)?;
    let file = args.checkpoint.clone().unwrap_or_else(|| settings.data_dir.join("checkpoints.jws"));
    let checkpoints = checkpoint::read(&file, &settings.keys)?;
    let database = database::open(&settings).await?;
    let db = Db::new(&database.settings)?;
    let mut conn = db.conn().await.map_err(|error| error.to_string())?;
    let report = verify::verify(&mut conn, &checkpoints, |read| eprint!("\r{read} entries read")).await;
    eprintln!();
    let report = report.map_err(|error| error.to_string())?;
    println!(
        "{} entries, {} of {} checkpoints confirmed, covered up to entry {}.",
        report.entries, report.confirmed, checkpoints.len(), report.covered
    );
    if report.findings.is_empty() { Ok(()) } else { Err(report.findings.join("\n")) }
}

async fn manage(user: User) -> Result<(), String> {
    let settings = Settings::check(&user.flags)?;
    let database = database::open(&settings).await?;
    let db = Db::new(&database.settings)?;
    let mut conn = db.conn().await.map_err(|error| error.to_string())?;
    let ctx = kernel::Ctx { actor: kernel::Actor::System, now: Clock::default().now() };
    user::manage(&mut conn, &ctx, user.command).await
}
