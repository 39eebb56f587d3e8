//! `caunoi agency`: the agencies of the city, which everything else refers to.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use api::body;
use api::contract::Contract;
use clap::Subcommand;
use diesel_async::AsyncPgConnection;
use directory::agency::change::{self, Imported};
use directory::agency::file::Reading;
use directory::cells::CellError;
use directory::{Agencies, AgencyContent};
use kernel::Ctx;
use kernel::id::AgencyId;
use utoipa::ToSchema;

use super::{read, say};

#[derive(Subcommand)]
pub enum AgencyCommand {
    /// Found or change the agencies in a CSV file, one a line, each after the one above it: all of them or, when
    /// anything is wrong, none. Columns: code, name, name_en, kind, parent (its code), valid_from, valid_to, head_name,
    /// head_title, address, latitude, longitude, opening_hours (08:00-12:00 13:30-17:30), saturday_hours, hotline,
    /// advice_line, email, website. A column that is not there changes nothing; an empty cell takes away what is known.
    Load {
        file: PathBuf,
        /// Say what would be done, and do nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// List the agencies.
    List,
}

/// Does what the command says.
pub async fn manage(conn: &mut AsyncPgConnection, ctx: &Ctx, command: AgencyCommand) -> Result<(), String> {
    match command {
        AgencyCommand::Load { file, dry_run } => load(conn, ctx, &file, dry_run).await,
        AgencyCommand::List => {
            let known = Agencies::read(conn).await.map_err(|error| format!("{error}."))?;
            for agency in known.all() {
                say(format_args!("{}\t{}\t{}", agency.code, agency.kind, agency.name));
            }
            Ok(())
        }
    }
}

async fn load(conn: &mut AsyncPgConnection, ctx: &Ctx, file: &Path, dry_run: bool) -> Result<(), String> {
    let text = read(file)?;
    let known = Agencies::read(conn).await.map_err(|error| format!("{error}."))?;
    let contract = Contract::new("https://caunoi.example");
    let schema = contract.validator(&AgencyContent::name());
    let reading = Reading {
        known: &known,
        today: deadlines::vn_date(ctx.now),
        violations: |content: &_| body::violations(schema, content),
        new_id: || AgencyId::at(ctx.now),
    };
    let contents = reading.read(&text).map_err(|wrong| sentences(&wrong))?;
    let imported = change::import(conn, ctx, &known, contents, dry_run).await;
    let Imported { founded, changed, unchanged } =
        imported.map_err(|(code, error)| format!("Nothing was loaded: {code}: {error}."))?;
    let would = if dry_run { "Nothing was done. There would be: " } else { "" };
    say(format_args!("{would}{founded} agencies founded, {changed} changed, {unchanged} as they were."));
    Ok(())
}

/// Everything that is wrong, a line each.
pub(super) fn sentences(wrong: &[CellError]) -> String {
    let mut text = "Nothing was loaded:".to_owned();
    for CellError { line, column, detail } in wrong {
        let column = if column.is_empty() { String::new() } else { format!(", {column}") };
        let _ = write!(text, "\n  line {line}{column}: {}", detail.en);
    }
    text
}
