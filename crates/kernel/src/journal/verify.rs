//! Holds the stored journal against exported checkpoints, and says where they differ.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::checkpoint::{Claims, hex};
use super::merkle::{Edge, leaf_hash};
use crate::problem::Result;
use crate::schema::journal;

/// What verification found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Numbered entries that were read.
    pub entries: i64,
    /// Checkpoints whose size and root the stored journal has.
    pub confirmed: usize,
    /// The size of the last checkpoint confirmed: nothing is claimed beyond it.
    pub covered: i64,
    /// One sentence each.
    pub findings: Vec<String>,
    /// A checkpoint differs from the stored journal.
    differs: bool,
}

/// After so many findings the rest is counted, not listed.
const LISTED: usize = 100;
const CHUNK: i64 = 10_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
struct Stored {
    number: Option<i64>,
    entity_kind: String,
    entity_id: Uuid,
    entity_version: i32,
    agency_id: Option<Uuid>,
    actor_kind: String,
    actor_id: Option<Uuid>,
    event_kind: String,
    event_version: i16,
    event: String,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    seen_before: Vec<Uuid>,
    seen_after: Vec<Uuid>,
    delegation_id: Option<Uuid>,
    leaf: Option<Vec<u8>>,
}

/// Reads the whole numbered journal in order. `checkpoints` are sorted by size and their signatures already checked;
/// `progress` is told the number of entries read, now and then.
pub async fn verify(conn: &mut AsyncPgConnection, checkpoints: &[Claims], progress: impl Fn(i64)) -> Result<Report> {
    let mut report = Report::default();
    let strays: i64 = journal::table.filter(journal::number.lt(0)).count().get_result(conn).await?;
    if strays > 0 {
        report.find(format!("{strays} entries have numbers below 0: they were inserted."));
    }
    let mut edge = Edge::default();
    let mut checkpoints = checkpoints.iter().peekable();
    let mut after = -1;
    loop {
        let chunk: Vec<Stored> = journal::table
            .filter(journal::number.gt(after))
            .order(journal::number)
            .limit(CHUNK)
            .select(Stored::as_select())
            .load(conn)
            .await?;
        for entry in &chunk {
            let number = entry.number.unwrap_or(-1);
            let expected = after + 1;
            if number != expected {
                report.find(match number - 1 {
                    last if last == expected => format!("Entry {last} is missing."),
                    last => format!("Entries {expected} to {last} are missing."),
                });
            }
            let leaf = leaf_hash(canonical(entry).as_bytes());
            if entry.leaf.as_deref() != Some(&leaf[..]) {
                let (kind, id) = (&entry.entity_kind, entry.entity_id);
                report.find(format!("Entry {number} ({kind} {id}, version {}) was changed.", entry.entity_version));
            }
            edge.push(leaf);
            after = number;
            report.entries += 1;
            while let Some(checkpoint) = checkpoints.next_if(|checkpoint| checkpoint.size <= after + 1) {
                report.compare(checkpoint, &edge);
            }
        }
        progress(report.entries);
        if chunk.is_empty() {
            break;
        }
    }
    for checkpoint in checkpoints {
        let (size, held) = (checkpoint.size, after + 1);
        report.find(format!(
            "The checkpoint of {} covers {size} entries, the journal holds {held}: the last {} are missing.",
            checkpoint.made_at,
            size - held
        ));
    }
    Ok(report)
}

impl Report {
    fn find(&mut self, finding: String) {
        if self.findings.len() < LISTED {
            self.findings.push(finding);
        } else if self.findings.len() == LISTED {
            self.findings.push("… and more.".to_owned());
        }
    }

    /// Each tree holds all that the ones before it held: after the first that differs, no other can agree.
    fn compare(&mut self, checkpoint: &Claims, edge: &Edge) {
        if hex(&edge.root()) == checkpoint.root {
            self.confirmed += 1;
            self.covered = checkpoint.size;
        } else if !self.differs {
            self.differs = true;
            let (from, to) = (self.covered, checkpoint.size - 1);
            self.find(format!(
                "The checkpoint of {} differs: something among entries {from} to {to} was changed, removed, inserted or reordered.",
                checkpoint.made_at
            ));
        }
    }
}

/// The bytes that are hashed; [`super::leader`] builds the same in SQL.
fn canonical(entry: &Stored) -> String {
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let ids = |ids: &[Uuid]| ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
    let mut lines = vec![
        entry.number.unwrap_or(-1).to_string(),
        entry.entity_kind.clone(),
        entry.entity_id.to_string(),
        entry.entity_version.to_string(),
        id(entry.agency_id),
        entry.actor_kind.clone(),
        id(entry.actor_id),
        entry.event_kind.clone(),
        entry.event_version.to_string(),
        entry.event.clone(),
        entry.occurred_at.timestamp_micros().to_string(),
        entry.recorded_at.timestamp_micros().to_string(),
        ids(&entry.seen_before),
        ids(&entry.seen_after),
    ];
    lines.extend(entry.delegation_id.map(|id| id.to_string()));
    lines.join("\n")
}
