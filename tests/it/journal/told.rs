//! What the journal tells of one thing, for whoever holds a row against it.

use std::collections::BTreeMap;
use std::fmt::Display;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::TestApp;

/// An entry.
#[derive(Debug, Deserialize)]
pub struct Told {
    pub version: i64,
    pub actor: Option<Value>,
    pub at: DateTime<Utc>,
    pub seen: Vec<Value>,
    event: BTreeMap<String, Value>,
}

impl Told {
    /// Its entries, in the order of its versions.
    pub async fn of(app: &TestApp, id: Uuid) -> Vec<Self> {
        let entries = format!(
            "SELECT jsonb_agg(jsonb_build_object('version', entity_version, 'actor', actor_id, 'at', occurred_at,
                'seen', seen_before || seen_after,
                'event', event::jsonb) ORDER BY entity_version) FROM journal WHERE entity_id = '{id}'"
        );
        serde_json::from_str(&app.text(&entries).await).unwrap()
    }

    pub fn kind(&self) -> &str {
        self.event.keys().next().unwrap()
    }

    pub fn data(&self) -> &Value {
        self.event.values().next().unwrap()
    }
}

/// Each version has its entry, and each begins in the state in which the one before ended.
pub fn lead(entries: &[Told], (from, to): (&str, &str), version: i64, way: &impl Display) {
    let versions: Vec<i64> = entries.iter().map(|entry| entry.version).collect();
    assert_eq!(versions, (1..=version).collect::<Vec<_>>(), "{way}: versions");
    let mut state = json!(from);
    for entry in entries.iter().filter(|entry| entry.data().get("state_after").is_some()) {
        assert_eq!(entry.data()["state_before"], state, "{way}: {} begins elsewhere", entry.kind());
        state = entry.data()["state_after"].clone();
    }
    assert_eq!(state, json!(to), "{way}: where it ended");
}
