//! `caunoi import`: dossiers that another system has handled, from its log.

use std::fmt::Write;
use std::fs::File;
use std::io::Seek;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use diesel_async::AsyncPgConnection;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::{Clock, Error};
use procedures::import::dossier::{self, Figures};
use procedures::import::{self, ImportId, Report, Source, log};

use super::say;

#[derive(Subcommand)]
pub enum ImportCommand {
    /// The log of "Receipt phase of an environmental permit application process" (CoSeLoG, J. Buijs, 4TU.ResearchData)
    /// as CSV, or another of the same columns. What was broken off goes on when it is run again; a file that was
    /// imported changes nothing.
    ReceiptLog {
        file: PathBuf,
        /// Say what would be done, and do nothing.
        #[arg(long)]
        dry_run: bool,
        /// Write the whole report there, as JSON.
        #[arg(long, value_name = "JSON")]
        report: Option<PathBuf>,
    },
}

/// Does what the command says.
pub async fn manage(conn: &mut AsyncPgConnection, clock: &Clock, command: ImportCommand) -> Result<(), String> {
    let ImportCommand::ReceiptLog { file, dry_run, report } = command;
    let mut content = open(&file)?;
    let words = |error: Error| format!("{}: {}", file.display(), sentence(&error));
    let looked = log::look(&mut content).map_err(words)?;
    content.rewind().map_err(|error| format!("{} cannot be read: {error}.", file.display()))?;

    let began = clock.now();
    let log = import::File { id: ImportId::at(began), source: Source::CoselogReceipt, content, looked };
    let bar = progress(looked.rows);
    let done = import::run(conn, clock, log, dry_run, |rows| bar.set_position(rows)).await;
    bar.finish_and_clear();
    let view = done.map_err(|error| {
        let again = "What was done is kept; run the command again, and it goes on from there.";
        let nothing = "Nothing was done.";
        format!("{} {}", words(error), if dry_run { nothing } else { again })
    })?;
    if let Some(path) = report {
        let text = serde_json::to_string_pretty(&view).expect("a view is plain data");
        std::fs::write(&path, text + "\n")
            .map_err(|error| format!("{} cannot be written: {error}.", path.display()))?;
    }
    match view.finished_at.filter(|at| *at < began) {
        Some(at) => say(format_args!("Imported before, on {}: there is nothing to do. Its report:", at.date_naive())),
        None if dry_run => say("Nothing was done. There would be:"),
        None => say(format_args!("Import {}:", view.id)),
    }
    say(text(&view.report));
    if !dry_run {
        let Figures { on_time, late, open, without_deadline } =
            dossier::figures(conn, view.source).await.map_err(words)?;
        say(format_args!(
            "Of all dossiers of this source {on_time} have ended on time and {late} late (at the deadline or after), \
            {without_deadline} have ended without one, {open} are open."
        ));
    }
    say(format_args!("Source: {}.", view.citation));
    Ok(())
}

fn open(file: &Path) -> Result<File, String> {
    File::open(file).map_err(|error| format!("{} cannot be read: {error}.", file.display()))
}

/// A bar on a terminal; where nobody looks, nothing.
fn progress(rows: u64) -> ProgressBar {
    let style = "{bar:40} {pos} of {len} rows, {per_sec}, {eta} left";
    ProgressBar::new(rows).with_style(ProgressStyle::with_template(style).expect("a good template"))
}

fn sentence(error: &Error) -> String {
    match &error.detail {
        Some(detail) => detail.en.to_string(),
        None => format!("{error}."),
    }
}

/// The report, for people.
fn text(report: &Report) -> String {
    let Report { rows, dossiers_new, dossiers_changed, events_new, events_known, left_out, .. } = report;
    let mut text = format!(
        "  {rows} rows: {events_new} new steps, {events_known} known before, {left_out} rows left out\n  \
        {dossiers_new} new dossiers, {dossiers_changed} changed; {} without a deadline, {} that end before they start",
        report.without_deadline, report.end_before_start
    );
    for row in &report.rows_left_out {
        let _ = write!(text, "\n  line {}, {}: {}", row.line, row.column, row.fault.about().en);
    }
    if !report.not_mapped.is_empty() {
        text += "\n  Without a counterpart here, kept under their own names (+ not in the mapping table):";
    }
    let mut not_mapped: Vec<_> = report.not_mapped.iter().collect();
    not_mapped.sort_by_key(|word| (&word.column, -word.count));
    for word in not_mapped {
        let sign = if word.known { ' ' } else { '+' };
        let _ = write!(text, "\n  {sign} {:>7}  {}: {}", word.count, word.column, word.value);
    }
    if report.not_mapped_otherwise > 0 {
        let _ = write!(text, "\n    {:>7}  more, under other names", report.not_mapped_otherwise);
    }
    text
}
