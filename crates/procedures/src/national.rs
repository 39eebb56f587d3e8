//! What the National Public Service Portal is told of dossiers: each time that one comes to another of the portal's ten statuses.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::Result;
use kernel::id::AgencyId;
use kernel::schema::{dossiers, journal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::catalogue::{Catalogue, ProcedureId};
use crate::dossier::DossierId;
use crate::workflow::Status;

/// A dossier has come to another status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusChange {
    /// The number of the journal's entry: the same each time that it is told, and higher for what came later.
    pub number: i64,
    pub dossier_id: DossierId,
    /// Once it is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    pub procedure: String,
    pub receiving_agency_id: AgencyId,
    /// 1 to 10: see [`Status::national`].
    pub status: u8,
    pub at: DateTime<Utc>,
}

/// The status to which an entry has led, if it is another for the portal than before.
fn led_to(event: &str) -> Option<u8> {
    let event: serde_json::Map<String, Value> = serde_json::from_str(event).ok()?;
    let members = event.values().next()?;
    let status = |name: &str| members[name].as_str().and_then(Status::from_code);
    let (before, after) = (status("state_before")?.national(), status("state_after")?.national()?);
    (before != Some(after)).then_some(after)
}

/// What the entries of the journal from `from` up to `to` have to tell the portal, in their order.
pub async fn changes(
    conn: &mut AsyncPgConnection,
    catalogue: &Catalogue,
    (from, to): (i64, i64),
) -> Result<Vec<StatusChange>> {
    let entries: Vec<(Option<i64>, Uuid, String, DateTime<Utc>)> = journal::table
        .filter(journal::number.ge(from))
        .filter(journal::number.lt(to))
        .filter(journal::entity_kind.eq("dossier"))
        .order(journal::number)
        .select((journal::number, journal::entity_id, journal::event, journal::occurred_at))
        .load(conn)
        .await?;
    let told: Vec<(i64, Uuid, u8, DateTime<Utc>)> =
        entries.into_iter().filter_map(|(number, id, event, at)| Some((number?, id, led_to(&event)?, at))).collect();
    type About = (DossierId, Option<String>, ProcedureId, AgencyId);
    let about: Vec<About> = dossiers::table
        .filter(dossiers::id.eq_any(told.iter().map(|(_, id, ..)| *id)))
        .select((dossiers::id, dossiers::code, dossiers::procedure_id, dossiers::receiving_agency_id))
        .load(conn)
        .await?;
    let mut changes = Vec::new();
    for (number, id, status, at) in told {
        // What is told of is there: dossiers are never deleted.
        let Some((dossier_id, code, procedure, receiving_agency_id)) = about.iter().find(|about| about.0.0 == id)
        else {
            continue;
        };
        changes.push(StatusChange {
            number,
            dossier_id: *dossier_id,
            code: code.clone(),
            procedure: catalogue.version(*procedure)?.code.clone(),
            receiving_agency_id: *receiving_agency_id,
            status,
            at,
        });
    }
    Ok(changes)
}
