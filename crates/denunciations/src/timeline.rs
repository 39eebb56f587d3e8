//! What happened to a denunciation, step by step, from the journal; with what was said. Who opened whose identity, and when, is in it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::journal::{Happened, history};
use kernel::schema::messages;
use kernel::{Ctx, Result};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::denunciation::DenunciationId;
use crate::steps::read;

/// One thing that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DenunciationTimelineEntry {
    /// The version of the denunciation that it made.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    #[schema(example = "denunciation.accepted", max_length = 100)]
    pub event: String,
    /// What is particular to the event: codes, ids, dates. Where it led to another state or moved what was promised, `state_before`
    /// and `state_after`, `due_before` and `due_after`.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
    pub at: DateTime<Utc>,
    /// Whoever denounces is `anonymous`.
    #[schema(example = "staff", max_length = 20)]
    pub actor_kind: String,
    /// Which officer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<Uuid>,
    /// The delegation that it was done under, when not in the actor's own right: see `GET /v1/delegations/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "no_grounds", max_length = 50)]
    pub ground: Option<String>,
    /// What was said, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ông/bà còn giữ bản ghi âm không?", max_length = 20000)]
    pub words: Option<String>,
}

/// Everything that happened to it, oldest first.
///
/// # Errors
/// There is none, or none for this actor.
pub async fn timeline(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: DenunciationId,
) -> Result<Vec<DenunciationTimelineEntry>> {
    read(conn, ctx, id).await?;
    let conn: &AsyncPgConnection = conn;
    let (ids, mut other) = ([id.0], conn);
    let said = messages::table.filter(messages::denunciation_id.eq(id));
    let said = said.select((messages::version, (messages::ground, messages::words)));
    let (entries, said) =
        join(history(conn, &ids, &[]), said.load::<(i32, (Option<String>, String))>(&mut other)).await;
    let mut said: HashMap<_, _> = said?.into_iter().collect();
    let entry = |it: Happened| {
        let (ground, words) = match said.remove(&it.version) {
            Some((ground, words)) => (ground, Some(words)),
            None => (None, None),
        };
        DenunciationTimelineEntry {
            version: it.version,
            event: it.event,
            data: it.data,
            at: it.at,
            actor_kind: it.actor_kind,
            actor_id: it.actor_id,
            delegation_id: it.delegation_id,
            agency_id: it.agency_id,
            ground,
            words,
        }
    };
    Ok(entries?.into_iter().map(entry).collect())
}
