//! The journal: one typed entry for every change, in one gapless order, under one Merkle tree.
//!
//! An entry is written in its change's own statement ([`crate::record`]) and lies unnumbered in the tail. One
//! [`leader`] numbers what has committed; [`fn@history`] tells what happened to one thing; [`follower`]s go by the number and skip nothing. [`checkpoint`]s sign the tree
//! and [`verify`] holds the stored journal against them.

pub mod checkpoint;
pub mod follower;
mod history;
pub mod leader;
pub mod merkle;
pub mod verify;

pub use history::{Happened, history};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::problem::Result;
use crate::schema::journal;

/// What happened to an entity: codes, ids and salted hashes, never free text or personal data.
pub trait Event: Serialize {
    /// The entity it happens to, like `dossier`.
    const ENTITY: &'static str;

    /// Like `dossier.accepted`.
    fn kind(&self) -> &'static str;

    /// The version of this kind's shape. A change of shape is a new version, and old ones stay readable.
    fn version(&self) -> i16 {
        1
    }
}

/// An event, with what the step changed beside it: from which state to which it led, what was promised before and after. An entry
/// says these as members of the event, where they changed; older entries do not.
pub struct Told<'a, E> {
    event: &'a E,
    members: Map<String, Value>,
}

impl<'a, E: Event> Told<'a, E> {
    pub fn new(event: &'a E) -> Self {
        Self { event, members: Map::new() }
    }

    /// Under these names, if it is another afterwards.
    pub fn changed(&mut self, names: [&str; 2], before: Value, after: Value) {
        if before != after {
            self.members.extend(names.map(str::to_owned).into_iter().zip([before, after]));
        }
    }
}

impl<E: Event> Event for Told<'_, E> {
    const ENTITY: &'static str = E::ENTITY;

    fn kind(&self) -> &'static str {
        self.event.kind()
    }

    fn version(&self) -> i16 {
        self.event.version()
    }
}

impl<E: Event> Serialize for Told<'_, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // An event is stored as `{"kind": {…}}`.
        let mut event = serde_json::to_value(self.event).map_err(serde::ser::Error::custom)?;
        let members = event.as_object_mut().and_then(|event| event.values_mut().next()).and_then(Value::as_object_mut);
        if let Some(members) = members {
            members.extend(self.members.clone());
        }
        event.serialize(serializer)
    }
}

/// An entry on its way into the journal; its entity version comes from the changed row.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = journal)]
pub struct Entry {
    pub(crate) entity_kind: &'static str,
    pub(crate) entity_id: Uuid,
    pub(crate) agency_id: Option<Uuid>,
    pub(crate) actor_kind: &'static str,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) event_kind: &'static str,
    pub(crate) event_version: i16,
    pub(crate) event: String,
    pub(crate) occurred_at: DateTime<Utc>,
    pub(crate) recorded_at: DateTime<Utc>,
    pub(crate) seen_before: Vec<Uuid>,
    pub(crate) seen_after: Vec<Uuid>,
    /// Under which delegation the actor acted, when not in their own right.
    pub(crate) delegation_id: Option<Uuid>,
}

/// The people and agencies who may see an entity.
pub type Audience = Vec<Uuid>;

impl Entry {
    /// What happened to `entity_id`, now and by the actor of `ctx`.
    pub fn new<E: Event>(
        ctx: &Ctx,
        entity_id: Uuid,
        agency_id: Option<Uuid>,
        event: &E,
        seen: (Audience, Audience),
    ) -> Self {
        Self {
            entity_kind: E::ENTITY,
            entity_id,
            agency_id,
            actor_kind: ctx.actor.kind(),
            actor_id: ctx.actor.id(),
            event_kind: event.kind(),
            event_version: event.version(),
            event: serde_json::to_string(event).expect("an event is plain data"),
            occurred_at: ctx.now,
            recorded_at: ctx.now,
            seen_before: seen.0,
            seen_after: seen.1,
            delegation_id: ctx.actor.under().map(|delegation| delegation.0),
        }
    }

    /// The same, of something that happened earlier than we were told.
    #[must_use]
    pub fn occurred(mut self, at: DateTime<Utc>) -> Self {
        self.occurred_at = at;
        self
    }
}

/// Appends many entries in their order, each with its entity's new version: for changes that are made many at a time
/// ([`crate::record`] makes one). Part of the transaction that changes the rows, in which nobody else changes them.
pub async fn append(conn: &mut AsyncPgConnection, entries: Vec<(i32, Entry)>) -> Result<()> {
    let versioned = |(version, entry)| (journal::entity_version.eq(version), entry);
    let rows: Vec<_> = entries.into_iter().map(versioned).collect();
    diesel::insert_into(journal::table).values(rows).execute(conn).await?;
    Ok(())
}
