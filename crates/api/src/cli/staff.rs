//! `caunoi staff`: many members of staff at once.

use std::path::{Path, PathBuf};

use api::body;
use api::contract::Contract;
use clap::Subcommand;
use diesel_async::AsyncPgConnection;
use directory::staff::file::Reading;
use directory::staff::import::{self, Imported};
use directory::{Agencies, StaffContent, staff};
use kernel::Ctx;
use kernel::id::StaffId;
use utoipa::ToSchema;

use super::agency::sentences;
use super::{read, say};

#[derive(Subcommand)]
pub enum StaffCommand {
    /// Hire or change the staff in a CSV file, one a line: all of them or, when anything is wrong, none. Columns: username,
    /// name, title, agency (its code), roles. A column that is not there changes nothing; an empty cell takes away what is
    /// known. Roles are separated by spaces, each like leader@H26.13.01:2026-01-01..2026-12-31; the agency is the main one,
    /// the first day today and no last day known where these are left out. For everybody new a code is printed, with which
    /// they set a password of their own within 24 hours.
    Load {
        file: PathBuf,
        /// Say what would be done, and do nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Does what the command says.
pub async fn manage(conn: &mut AsyncPgConnection, ctx: &Ctx, command: StaffCommand) -> Result<(), String> {
    let StaffCommand::Load { file, dry_run } = command;
    load(conn, ctx, &file, dry_run).await
}

async fn load(conn: &mut AsyncPgConnection, ctx: &Ctx, file: &Path, dry_run: bool) -> Result<(), String> {
    let words = |error: kernel::Error| format!("{error}.");
    let text = read(file)?;
    let agencies = Agencies::read(conn).await.map_err(words)?;
    let staff = staff::all(conn).await.map_err(words)?;
    let contract = Contract::new("https://caunoi.example");
    let schema = contract.validator(&StaffContent::name());
    let reading = Reading {
        agencies: &agencies,
        staff: &staff,
        today: deadlines::vn_date(ctx.now),
        violations: |content: &_| body::violations(schema, content),
        new_id: || StaffId::at(ctx.now),
    };
    let wanted = reading.read(&text).map_err(|wrong| sentences(&wrong))?;
    let imported = import::import(conn, ctx, &agencies, wanted, dry_run).await;
    let Imported { hired, changed, unchanged } =
        imported.map_err(|(username, error)| format!("Nothing was loaded: {username}: {error}."))?;
    for (username, code) in hired.iter().filter(|_| !dry_run) {
        say(format_args!("{username}\t{}", code.code));
    }
    let would = if dry_run { "Nothing was done. There would be: " } else { "" };
    say(format_args!("{would}{} members of staff hired, {changed} changed, {unchanged} as they were.", hired.len()));
    Ok(())
}
