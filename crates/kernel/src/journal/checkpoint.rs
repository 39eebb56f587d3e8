//! Checkpoints: signed statements of what the journal held at a size. Exported, they bind the operator too.

use std::io::Write;
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

/// Signs the journal as it is numbered now, unless it has not grown since the last checkpoint.
pub async fn make(conn: &mut AsyncPgConnection, keys: &KeyRing, now: DateTime<Utc>) -> Result<Option<String>> {
    let head = journal_head::table.select((journal_head::size, journal_head::edge));
    let (size, edge): (i64, Vec<u8>) = head.first(conn).await?;
    let last: Option<i64> = checkpoints::table.select(diesel::dsl::max(checkpoints::size)).first(conn).await?;
    if last == Some(size) || size == 0 {
        return Ok(None);
    }
    let edge = Edge::restore(u64::try_from(size).unwrap_or(0), &edge)
        .ok_or_else(|| problem::INTERNAL.because("journal_head is damaged: its edge does not fit its size"))?;
    let root = edge.root();
    let signed = keys.sign(TYP, &Claims { size, root: hex(&root), made_at: now });
    diesel::insert_into(checkpoints::table)
        .values((
            checkpoints::size.eq(size),
            checkpoints::root.eq(&root[..]),
            checkpoints::signed.eq(&signed),
            checkpoints::made_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(Some(signed))
}

/// Appends a checkpoint to a file, one per line, and has it on disk before returning.
pub fn export(file: &Path, signed: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file)?;
    writeln!(file, "{signed}")?;
    file.sync_data()
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
