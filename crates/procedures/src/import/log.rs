//! The log as a file: CSV with one step of a dossier a row, and what is known of the dossier repeated in each
//! (IEEE 1849 XES, flattened). Columns that are not named here are not taken: they say which officer did what.

use std::io::{Read, Seek};

use chrono::{DateTime, SubsecRound, Utc};
use csv::{Position, StringRecord};
use kernel::Result;
use kernel::files::{Hasher, Sha256};
use kernel::text_enum;

use crate::problem::BAD_LOG;

/// The columns that are read.
const COLUMNS: [&str; 9] = [CASE, CHANNEL, STARTED, DUE, ENDED, EVENT, ACTIVITY, TRANSITION, OCCURRED];
pub const CASE: &str = "case:concept:name";
pub const CHANNEL: &str = "case:channel";
const STARTED: &str = "case:startdate";
const DUE: &str = "case:deadline";
const ENDED: &str = "case:enddate";
pub const EVENT: &str = "concept:instance";
pub const ACTIVITY: &str = "concept:name";
const TRANSITION: &str = "lifecycle:transition";
const OCCURRED: &str = "time:timestamp";

/// Bytes of a name or key: more is no name.
const LONGEST: usize = 100;

text_enum! {
    /// Why a row was left out.
    RowFault {
        /// The cell is empty, and must not be.
        Missing = "missing",
        /// The cell has more than 100 bytes, or line breaks and the like in it.
        Unreadable = "unreadable",
        /// The cell is no instant with its time zone, like 2011-10-11 13:42:22.688000+02:00.
        NotAnInstant = "not_an_instant",
        /// The step was not completed.
        NotComplete = "not_complete",
        /// Other rows of the same file say something else of the same dossier; what came first stays.
        ContradictsDossier = "contradicts_dossier",
        /// The same step is there already, with another name or time; what came first stays.
        ContradictsEvent = "contradicts_event",
    }
}

/// What is wrong with a row, and where.
pub type Wrong = (&'static str, RowFault);

/// A row that can be read.
#[derive(Clone, Debug)]
pub struct Row {
    /// In the file, from 1.
    pub line: i64,
    pub case: String,
    pub channel: String,
    pub started_at: DateTime<Utc>,
    pub due_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub event: String,
    pub activity: String,
    pub occurred_at: DateTime<Utc>,
}

/// A log that is read row by row.
pub struct Log<R> {
    csv: csv::Reader<R>,
    /// Where the file has each of [`COLUMNS`].
    at: [usize; COLUMNS.len()],
    record: StringRecord,
}

impl<R: Read> Log<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// [`BAD_LOG`] when a column is missing.
    pub fn open(file: R) -> Result<Self> {
        let mut csv = csv::Reader::from_reader(file);
        let header = csv.headers().map_err(|error| broken(&error))?.clone();
        let mut at = [0; COLUMNS.len()];
        for (place, column) in at.iter_mut().zip(COLUMNS) {
            *place = header.iter().position(|name| name == column).ok_or_else(|| {
                BAD_LOG.with(format!("Dòng 1: thiếu cột {column}."), format!("Line 1: there is no column {column}."))
            })?;
        }
        Ok(Self { csv, at, record: StringRecord::new() })
    }

    /// The next row, or what is wrong with it and on which line.
    ///
    /// # Errors
    /// [`BAD_LOG`] when what follows is no CSV with this header.
    pub fn next_row(&mut self) -> Result<Option<Result<Row, (i64, Wrong)>>> {
        if !self.csv.read_record(&mut self.record).map_err(|error| broken(&error))? {
            return Ok(None);
        }
        let line = self.record.position().map_or(0, |place| signed(place.line()));
        Ok(Some(self.row(line).map_err(|wrong| (line, wrong))))
    }

    fn row(&self, line: i64) -> Result<Row, Wrong> {
        let row = Row {
            line,
            case: self.name(CASE)?,
            channel: self.name(CHANNEL)?,
            started_at: self.instant(STARTED)?.ok_or((STARTED, RowFault::Missing))?,
            due_at: self.instant(DUE)?,
            ended_at: self.instant(ENDED)?,
            event: self.name(EVENT)?,
            activity: self.name(ACTIVITY)?,
            occurred_at: self.instant(OCCURRED)?.ok_or((OCCURRED, RowFault::Missing))?,
        };
        if self.cell(TRANSITION) == "complete" { Ok(row) } else { Err((TRANSITION, RowFault::NotComplete)) }
    }

    fn cell(&self, column: &str) -> &str {
        let at = COLUMNS.iter().zip(self.at).find(|(name, _)| **name == column).map(|(_, at)| at);
        at.and_then(|at| self.record.get(at)).unwrap_or_default().trim()
    }

    fn name(&self, column: &'static str) -> Result<String, Wrong> {
        match self.cell(column) {
            "" => Err((column, RowFault::Missing)),
            text if text.len() > LONGEST || text.contains(char::is_control) => Err((column, RowFault::Unreadable)),
            text => Ok(text.to_owned()),
        }
    }

    /// What the cell says, if anything.
    fn instant(&self, column: &'static str) -> Result<Option<DateTime<Utc>>, Wrong> {
        match self.cell(column) {
            "" => Ok(None),
            text => instant(text).map(Some).ok_or((column, RowFault::NotAnInstant)),
        }
    }

    /// The first byte that was not read yet, and the line it stands on.
    pub fn place(&self) -> (i64, i64) {
        let place = self.csv.position();
        (signed(place.byte()), signed(place.line()))
    }
}

impl<R: Read + Seek> Log<R> {
    /// Goes on at a place from [`Log::place`].
    pub fn go_to(&mut self, (byte, line): (i64, i64)) -> Result<()> {
        let mut place = Position::new();
        place.set_byte(byte.unsigned_abs()).set_line(line.unsigned_abs());
        self.csv.seek(place).map_err(|error| broken(&error))
    }
}

/// What a file is, once it was read to its end.
#[derive(Clone, Copy, Debug)]
pub struct Looked {
    pub sha256: Sha256,
    pub rows: u64,
}

/// Reads it all and keeps nothing.
///
/// # Errors
/// [`BAD_LOG`] when it is not a log, or not to its end.
pub fn look(file: impl Read) -> Result<Looked> {
    let mut hashing = Hashing { file, hasher: Hasher::default() };
    let mut log = Log::open(&mut hashing)?;
    let mut rows = 0;
    while log.next_row()?.is_some() {
        rows += 1;
    }
    drop(log);
    Ok(Looked { sha256: hashing.hasher.finish(), rows })
}

struct Hashing<R> {
    file: R,
    hasher: Hasher,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}

/// An instant to the microsecond, as PostgreSQL keeps it. Without a time zone it would be a guess.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let read = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%:z").ok();
    // A sign would be the year of an age without logs.
    let read = read.filter(|_| text.starts_with(|first: char| first.is_ascii_digit()));
    read.map(|at| at.to_utc().trunc_subsecs(6))
}

fn broken(error: &csv::Error) -> kernel::Error {
    let line = error.position().map_or(1, Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => BAD_LOG.with(
            format!("Dòng {line}: có {len} cột, cần {expected_len}."),
            format!("Line {line} has {len} columns where the first has {expected_len}."),
        ),
        csv::ErrorKind::Utf8 { err, .. } => {
            let column = err.field() + 1;
            BAD_LOG.with(
                format!("Dòng {line}, cột {column}: không phải UTF-8."),
                format!("Line {line}, column {column} is not UTF-8."),
            )
        }
        _ => BAD_LOG.with(format!("Dòng {line}: {error}."), format!("Line {line}: {error}.")),
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_need_a_time_zone_and_keep_what_they_say() {
        let utc = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
        assert_eq!(instant("2011-12-06 13:41:31.788000+01:00"), utc("2011-12-06T12:41:31.788Z"));
        assert_eq!(instant("2012-02-15 00:00:00+01:00"), utc("2012-02-14T23:00:00Z"));
        // The same reading of a clock that was put back in between.
        assert_ne!(instant("2011-10-30 02:30:00+02:00"), instant("2011-10-30 02:30:00+01:00"));
        for text in ["2011-12-06 13:41:31.788", "2011-02-30 00:00:00+01:00", "+12011-02-03 00:00:00+01:00", "soon"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
