//! What happened to a case, step by step, from the journal; with what was said.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::access::Through;
use kernel::journal::{Happened, history};
use kernel::schema::case_remarks;
use kernel::{Ctx, Result};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::case::CaseId;
use crate::event::INTERNAL;
use crate::steps::{World, look};

/// One thing that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseTimelineEntry {
    /// The version of the case that it made.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    #[schema(example = "case.accepted", max_length = 100)]
    pub event: String,
    /// What is particular to the event: codes, ids, dates. Where it led to another state or moved what was promised, `state_before`
    /// and `state_after`, `due_before` and `due_after`.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
    pub at: DateTime<Utc>,
    #[schema(example = "staff", max_length = 20)]
    pub actor_kind: String,
    /// Who did it: for officers, and for the sender what they did themself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<Uuid>,
    /// For officers: the delegation that it was done under, when not in the actor's own right (`GET /v1/delegations/{id}`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "out_of_time", max_length = 50)]
    pub ground: Option<String>,
    /// What was said, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Đơn gửi sau 120 ngày.", max_length = 20000)]
    pub words: Option<String>,
}

/// Of which case and version, and what: ground and words.
type Said = ((Uuid, i32), (Option<String>, String));

/// Everything that happened to the case, oldest first; to its sender, without what is the agencies' own business.
pub async fn timeline(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: CaseId,
) -> Result<Vec<CaseTimelineEntry>> {
    let case = look(conn, ctx, world, id, Through::Timeline).await?.case;
    let mut entries = match case.is_answered_for_to(&ctx.actor, world.rules) {
        true => happened(conn, &[case.id.0], &[]).await?,
        false => told(conn, ctx, &[case.id.0]).await?,
    };
    if case.marks.0.erased_at.is_some() {
        // The journal still has the account's id, and the request that says whose it was; nobody is told any more.
        for (_, entry) in &mut entries {
            entry.actor_id = entry.actor_id.filter(|_| entry.actor_kind == "staff");
            if let Some(data) = entry.data.as_object_mut() {
                data.remove("request");
            }
        }
    }
    Ok(entries.into_iter().map(|(_, entry)| entry).collect())
}

/// What their sender is told of cases: not what is the agencies' own business, nor which officer it was.
pub(crate) async fn told(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    ids: &[Uuid],
) -> QueryResult<Vec<(Uuid, CaseTimelineEntry)>> {
    let mut entries = happened(conn, ids, INTERNAL).await?;
    for (_, entry) in &mut entries {
        entry.actor_id = entry.actor_id.filter(|id| ctx.actor.id() == Some(*id));
        entry.delegation_id = None;
    }
    Ok(entries)
}

/// What happened to these cases, oldest first, but for what is hidden; with what was said.
async fn happened(
    conn: &mut AsyncPgConnection,
    ids: &[Uuid],
    hidden: &[&str],
) -> QueryResult<Vec<(Uuid, CaseTimelineEntry)>> {
    let conn: &AsyncPgConnection = conn;
    let said = case_remarks::table.filter(case_remarks::case_id.eq_any(ids));
    let said =
        said.select(((case_remarks::case_id, case_remarks::version), (case_remarks::ground, case_remarks::words)));
    let mut other = conn;
    let (entries, said) = join(history(conn, ids, hidden), said.load::<Said>(&mut other)).await;
    let mut said: HashMap<_, _> = said?.into_iter().collect();
    let entry = |it: Happened| {
        let (ground, words) = match said.remove(&(it.entity_id, it.version)) {
            Some((ground, words)) => (ground, Some(words)),
            None => (None, None),
        };
        let entry = CaseTimelineEntry {
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
        };
        (it.entity_id, entry)
    };
    Ok(entries?.into_iter().map(entry).collect())
}
