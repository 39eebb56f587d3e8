//! `caunoi organisation`: many organisations at once.

use std::path::{Path, PathBuf};

use api::body;
use api::contract::Contract;
use clap::Subcommand;
use diesel_async::AsyncPgConnection;
use directory::OrganisationContent;
use directory::organisation::change::{self, Imported};
use directory::organisation::{file, list};
use kernel::Ctx;
use kernel::id::OrganisationId;
use utoipa::ToSchema;

use super::agency::sentences;
use super::{read, say};

#[derive(Subcommand)]
pub enum OrganisationCommand {
    /// Register or change the organisations in a CSV file, one a line, each known by its number: all of them or, when anything
    /// is wrong, none. Columns: number, kind, name, address, phone, email. A column that is not there changes nothing; an empty
    /// cell takes away what is known.
    Load {
        file: PathBuf,
        /// Say what would be done, and do nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Does what the command says.
pub async fn manage(conn: &mut AsyncPgConnection, ctx: &Ctx, command: OrganisationCommand) -> Result<(), String> {
    let OrganisationCommand::Load { file, dry_run } = command;
    load(conn, ctx, &file, dry_run).await
}

async fn load(conn: &mut AsyncPgConnection, ctx: &Ctx, file: &Path, dry_run: bool) -> Result<(), String> {
    let file = file::File::open(&read(file)?).map_err(|wrong| sentences(&wrong))?;
    let known = list::by_numbers(conn, &file.numbers()).await.map_err(|error| format!("{error}."))?;
    let contract = Contract::new("https://caunoi.example");
    let schema = contract.validator(&OrganisationContent::name());
    let violations = |content: &_| body::violations(schema, content);
    let wanted = file.wanted(known, violations, || OrganisationId::at(ctx.now)).map_err(|wrong| sentences(&wrong))?;
    let imported = change::import(conn, ctx, wanted, dry_run).await;
    let Imported { registered, changed, unchanged } =
        imported.map_err(|(number, error)| format!("Nothing was loaded: {number}: {error}."))?;
    let would = if dry_run { "Nothing was done. There would be: " } else { "" };
    say(format_args!("{would}{registered} organisations registered, {changed} changed, {unchanged} as they were."));
    Ok(())
}
