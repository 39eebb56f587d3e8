//! `caunoi calendar`: the working-day calendars, which the Government decides anew each year.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Subcommand;
use deadlines::Calendar;
use diesel_async::AsyncPgConnection;
use kernel::rules::{self, Rules};

use super::{read, say};

#[derive(Subcommand)]
pub enum CalendarCommand {
    /// Add a version from a CSV file (date,kind,name,source,confidence). New matters go by the version that sorts last.
    Load {
        /// Like vn-2026-12.
        version: String,
        file: PathBuf,
    },
    /// List the versions, the one in force last.
    List,
}

/// Does what the command says.
pub async fn manage(conn: &mut AsyncPgConnection, now: DateTime<Utc>, command: CalendarCommand) -> Result<(), String> {
    let words = |error: kernel::Error| format!("{error}.");
    let known = Rules::read(conn).await.map_err(words)?;
    match command {
        CalendarCommand::Load { version, file } => {
            if known.calendar_of(&version).is_ok() {
                return Err(format!(
                    "There is a calendar {version}, and matters rest on it: give the new one another version."
                ));
            }
            let text = read(&file)?;
            Calendar::parse(&version, &text).map_err(|error| format!("{}: {error}.", file.display()))?;
            rules::load_calendar(conn, &version, &text, now).await.map_err(words)?;
            say(format_args!(
                "Calendar {version} is loaded. A running server knows it after its next start; \
                deadlines under way stay as they are until an administrator orders a recomputation."
            ));
        }
        CalendarCommand::List => {
            for calendar in known.calendars() {
                let published = calendar.published();
                say(format_args!("{}\t{} to {}", calendar.version(), published.start(), published.end()));
            }
        }
    }
    Ok(())
}
