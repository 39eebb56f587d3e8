//! The command line.

mod agency;
mod calendar;
mod demo;
mod demo_partners;
mod import;
mod log;
mod organisation;
mod receipt;
mod serve;
mod staff;
mod user;
mod vault;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::settings::{Flags, Settings};
use api::{contract, database};
use clap::{Args, Parser, Subcommand};
use kernel::journal::{checkpoint, verify};
use kernel::{Actor, Clock, Ctx};

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
    /// Check a receipt with the published keys alone: no server, no database, no settings.
    VerifyReceipt(receipt::VerifyReceipt),
    /// Fill a demo database with the dossiers of a simulated year.
    Demo(demo::Demo),
    /// Play a payment gateway and a database of the State, for trying things.
    DemoPartners(demo_partners::DemoPartners),
    /// Manage the agencies.
    Agency(Agency),
    /// Manage the working-day calendars.
    Calendar(Calendar),
    /// Import what another system has handled.
    Import(Import),
    /// Register and change organisations from a file.
    Organisation(Organisation),
    /// Hire and change staff from a file.
    Staff(Staff),
    /// Manage staff accounts.
    User(User),
    /// Manage what seals who denounces.
    Vault(Vault),
}

#[derive(Args)]
struct Vault {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: vault::VaultCommand,
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
struct Agency {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: agency::AgencyCommand,
}

#[derive(Args)]
struct Calendar {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: calendar::CalendarCommand,
}

#[derive(Args)]
struct Import {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: import::ImportCommand,
}

#[derive(Args)]
struct Organisation {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: organisation::OrganisationCommand,
}

#[derive(Args)]
struct Staff {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: staff::StaffCommand,
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
    let log = log::start();
    let done = match Cli::parse().command {
        Command::Serve(flags) => serve::serve(&flags).await,
        Command::Migrate(flags) => migrate(&flags).await,
        Command::Openapi => {
            say(format_args!("{:#}", contract::document()));
            Ok(())
        }
        Command::VerifyJournal(args) => verify_journal(&args).await,
        Command::VerifyReceipt(args) => receipt::verify(&args),
        Command::Demo(args) => demo::simulate(args).await,
        Command::DemoPartners(args) => demo_partners::serve(&args).await,
        Command::Agency(agency) => manage_agencies(agency).await,
        Command::Calendar(calendar) => manage_calendars(calendar).await,
        Command::Import(import) => manage_imports(import).await,
        Command::Organisation(organisation) => manage_organisations(organisation).await,
        Command::Staff(staff) => manage_staff(staff).await,
        Command::User(user) => manage(user).await,
        Command::Vault(vault) => manage_vault(vault).await,
    };
    drop(log); // what was logged stands above the last word
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            let _ = writeln!(std::io::stderr(), "{sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn manage_vault(args: Vault) -> Result<(), String> {
    let settings = Settings::check(&args.flags)?;
    let (database, _) = database::attach(&settings).await?;
    vault::manage(&settings, &database.settings, args.command).await
}

/// Prints a line. Nobody may be reading any more (`caunoi serve | head`): that is no reason to stop working.
fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// The text of a file.
fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}.", file.display()))
}

/// Who acts from the command line, and when.
fn system() -> Ctx {
    Ctx { actor: Actor::System, now: Clock::default().now() }
}

async fn migrate(flags: &Flags) -> Result<(), String> {
    let settings = Settings::check(flags)?;
    let database = database::open(&settings).await?;
    drop(database);
    say("The database is up to date.");
    Ok(())
}

async fn verify_journal(args: &VerifyJournal) -> Result<(), String> {
    let settings = Settings::check(&args.flags)?;
    let file = args.checkpoint.clone().unwrap_or_else(|| settings.data_dir.join("checkpoints.jws"));
    let (_database, mut conn) = database::attach(&settings).await?;
    let checkpoints = checkpoint::read(&file, &settings.keys)?;
    let report = verify::verify(&mut conn, &checkpoints, |read| eprint!("\r{read} entries read")).await;
    eprintln!();
    let report = report.map_err(|error| error.to_string())?;
    say(format_args!(
        "{} entries, {} of {} checkpoints confirmed, {} entries covered.",
        report.entries,
        report.confirmed,
        checkpoints.len(),
        report.covered
    ));
    if report.findings.is_empty() { Ok(()) } else { Err(report.findings.join("\n")) }
}

async fn manage_agencies(agency: Agency) -> Result<(), String> {
    let settings = Settings::check(&agency.flags)?;
    let (_database, mut conn) = database::attach(&settings).await?;
    agency::manage(&mut conn, &system(), agency.command).await
}

async fn manage_calendars(calendar: Calendar) -> Result<(), String> {
    let settings = Settings::check(&calendar.flags)?;
    let (_database, mut conn) = database::attach(&settings).await?;
    calendar::manage(&mut conn, Clock::default().now(), calendar.command).await
}

async fn manage_imports(import: Import) -> Result<(), String> {
    let settings = Settings::check(&import.flags)?;
    let (_database, mut conn) = database::attach(&settings).await?;
    import::manage(&mut conn, &Clock::default(), import.command).await
}

async fn manage_organisations(organisation: Organisation) -> Result<(), String> {
    let settings = Settings::check(&organisation.flags)?;
    let (_database, mut conn) = database::attach(&settings).await?;
    organisation::manage(&mut conn, &system(), organisation.command).await
}

async fn manage_staff(staff: Staff) -> Result<(), String> {
    let settings = Settings::check(&staff.flags)?;
    let (_database, mut conn) = database::attach(&settings).await?;
    staff::manage(&mut conn, &system(), staff.command).await
}

async fn manage(user: User) -> Result<(), String> {
    let settings = Settings::check(&user.flags)?;
    let (_database, mut conn) = database::attach(&settings).await?;
    user::manage(&mut conn, &system(), user.command).await
}
