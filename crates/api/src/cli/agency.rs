//! `caunoi agency`: the agencies of the city, which everything else refers to.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Subcommand;
use diesel_async::AsyncPgConnection;
use directory::{Agencies, Agency, AgencyKind, agency};
use kernel::id::AgencyId;
use serde::Deserialize;

use super::say;

#[derive(Subcommand)]
pub enum AgencyCommand {
    /// Add the agencies in a CSV file (code,name,name_en,kind,parent) that are not there yet, each after the one above it.
    Load { file: PathBuf },
    /// List the agencies.
    List,
}

/// A line of the file. `kind` is city, centre, department or commune; `parent` is the code of the agency above it.
#[derive(Deserialize)]
struct Line {
    code: String,
    name: String,
    name_en: String,
    kind: String,
    parent: Option<String>,
}

/// Does what the command says.
pub async fn manage(conn: &mut AsyncPgConnection, now: DateTime<Utc>, command: AgencyCommand) -> Result<(), String> {
    let known = Agencies::read(conn).await.map_err(|error| format!("{error}."))?;
    match command {
        AgencyCommand::Load { file } => {
            let lines = csv::Reader::from_path(&file).and_then(|mut reader| reader.deserialize().collect());
            let lines: Vec<Line> = lines.map_err(|error| format!("{} cannot be read: {error}.", file.display()))?;
            let new = new_agencies(&known, lines, now)?;
            let count = new.len();
            agency::seed(conn, new).await.map_err(|error| format!("{error}."))?;
            say(format_args!("{count} agencies added. A running server knows them after its next start."));
        }
        AgencyCommand::List => {
            for agency in known.all() {
                say(format_args!("{}\t{}\t{}", agency.code, agency.kind, agency.name));
            }
        }
    }
    Ok(())
}

fn new_agencies(known: &Agencies, lines: Vec<Line>, now: DateTime<Utc>) -> Result<Vec<Agency>, String> {
    let mut new: Vec<Agency> = Vec::new();
    for line in lines.into_iter().filter(|line| known.by_code(&line.code).is_none()) {
        let Line { code, name, name_en, kind, parent } = line;
        let id_of = |parent: &str| {
            let above = known.by_code(parent).or_else(|| new.iter().find(|agency| agency.code == parent));
            above.map(|agency| agency.id).ok_or_else(|| format!("{code}: there is no agency {parent} above it."))
        };
        let parent_id = parent.as_deref().filter(|parent| !parent.is_empty()).map(id_of).transpose()?;
        let kind = AgencyKind::from_code(&kind).ok_or_else(|| format!("{code}: there is no kind {kind}."))?;
        new.push(Agency { id: AgencyId::at(now), code, name, name_en, kind, parent_id });
    }
    Ok(new)
}
