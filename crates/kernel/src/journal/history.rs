//! What has happened to something, as the journal tells it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::schema::journal;

/// An entry, as those read it who may read what it is about.
#[derive(Clone, Debug)]
pub struct Happened {
    pub entity_id: Uuid,
    /// The version that it made.
    pub version: i32,
    pub event: String,
    /// What is particular to the event: codes, ids, dates.
    pub data: Value,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    /// The delegation that it was done under.
    pub delegation_id: Option<Uuid>,
    pub agency_id: Option<Uuid>,
}

type Row = (Uuid, i32, String, String, DateTime<Utc>, String, Option<Uuid>, Option<Uuid>, Option<Uuid>);

impl From<Row> for Happened {
    fn from((entity_id, version, event, data, at, actor_kind, actor_id, delegation_id, agency_id): Row) -> Self {
        Self { entity_id, version, event, data: content(&data), at, actor_kind, actor_id, delegation_id, agency_id }
    }
}

/// What an event says beside its kind: it is stored as `{"kind": {…}}`.
fn content(event: &str) -> Value {
    let event: Map<String, Value> = serde_json::from_str(event).unwrap_or_default();
    event.into_values().next().unwrap_or_else(|| json!({}))
}

/// Everything that happened to these, each from its beginning, but for the `hidden` kinds of events. Who may read it asks first.
pub async fn history(mut conn: &AsyncPgConnection, ids: &[Uuid], hidden: &[&str]) -> QueryResult<Vec<Happened>> {
    let rows: Vec<Row> = journal::table
        .filter(journal::entity_id.eq_any(ids))
        .filter(journal::event_kind.ne_all(hidden))
        .order((journal::entity_id, journal::entity_version))
        .select((
            journal::entity_id,
            journal::entity_version,
            journal::event_kind,
            journal::event,
            journal::occurred_at,
            journal::actor_kind,
            journal::actor_id,
            journal::delegation_id,
            journal::agency_id,
        ))
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(Happened::from).collect())
}
