//! Checkpoints: signed statements of what the journal held at a size. Exported, they bind the operator too.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};

use super::merkle::Edge;
use crate::problem::{self, Result};
use crate::schema::{checkpoints, journal_head};
use crate::signing::KeyRing;

/// The JWS type of a checkpoint.
pub const TYP: &str = "journal-checkpoint+jwt";

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Entries 0 to `size` − 1 are covered.
    pub size: i64,
    /// The Merkle root over their leaf hashes (RFC 6962), in hex.
    pub root: String,
    pub made_at: DateTime<Utc>,
}

/// A new checkpoint. It is exported first and kept then: a crash in between makes one more, never one less.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    size: i64,
    root: Vec<u8>,
    made_at: DateTime<Utc>,
    /// A compact JWS over the [`Claims`].
    signed: String,
}

/// Signs the journal as it is numbered now, unless it has not grown since the last checkpoint kept.
pub async fn sign(conn: &mut AsyncPgConnection, keys: &KeyRing, now: DateTime<Utc>) -> Result<Option<Checkpoint>> {
    let head = journal_head::table.select((journal_head::size, journal_head::edge));
    let (size, edge): (i64, Vec<u8>) = head.first(conn).await?;
    let last: Option<i64> = checkpoints::table.select(diesel::dsl::max(checkpoints::size)).first(conn).await?;
    if last == Some(size) || size == 0 {
        return Ok(None);
    }
    let edge = Edge::restore(u64::try_from(size).unwrap_or(0), &edge)
        .ok_or_else(|| problem::INTERNAL.because("journal_head is damaged: its edge does not fit its size"))?;
    let root = edge.root().to_vec();
    let signed = keys.sign(TYP, &Claims { size, root: hex(&root), made_at: now });
    Ok(Some(Checkpoint { size, root, made_at: now, signed }))
}

impl Checkpoint {
    /// Appends the checkpoint to a file, one per line, and has it on disk before returning.
    pub fn export(&self, path: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().read(true).create(true).append(true).open(path)?;
        cut_torn_line(&mut file)?;
        file.write_all(format!("{}\n", self.signed).as_bytes())?;
        file.sync_data()?;
        match path.parent() {
            // A new file is only on disk when its name is.
            Some(directory) => File::open(directory)?.sync_all(),
            None => Ok(()),
        }
    }

    /// Keeps it in the database, where [`latest`] finds it.
    pub async fn keep(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        let row = (
            checkpoints::size.eq(self.size),
            checkpoints::root.eq(&self.root),
            checkpoints::signed.eq(&self.signed),
            checkpoints::made_at.eq(self.made_at),
        );
        diesel::insert_into(checkpoints::table).values(row).on_conflict_do_nothing().execute(conn).await?;
        Ok(())
    }
}

/// Cuts off a last line that a crash cut short: it was never exported, and the next one would be glued to it.
fn cut_torn_line(file: &mut File) -> io::Result<()> {
    /// Longer than any checkpoint.
    const TAIL: u64 = 4096;
    let size = file.seek(SeekFrom::End(0))?;
    let from = file.seek(SeekFrom::Start(size.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let whole = tail.iter().rposition(|byte| *byte == b'\n').map_or(from, |end| from + end as u64 + 1);
    if whole < size { file.set_len(whole) } else { Ok(()) }
}

/// The checkpoints in a file, by size. Every one must be ours.
///
/// # Errors
/// A sentence for the operator: the file cannot be read, holds none, or holds one that cannot be believed.
pub fn read(path: &Path, keys: &KeyRing) -> Result<Vec<Claims>, String> {
    let file = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{file} cannot be read: {error}."))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate();
    let believed = lines.map(|(n, line)| {
        let claims = keys.verify::<Claims>(TYP, line);
        claims.map_err(|error| format!("Checkpoint {} in {file} cannot be believed: {error}.", n + 1))
    });
    let mut checkpoints = believed.collect::<Result<Vec<_>, _>>()?;
    checkpoints.sort_by_key(|checkpoint| checkpoint.size);
    if checkpoints.is_empty() { Err(format!("{file} holds no checkpoint.")) } else { Ok(checkpoints) }
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The latest checkpoints as they were signed, newest first.
pub async fn latest(conn: &mut AsyncPgConnection, limit: i64) -> Result<Vec<String>> {
    let query = checkpoints::table.order(checkpoints::size.desc()).limit(limit).select(checkpoints::signed);
    Ok(query.load(conn).await?)
}
