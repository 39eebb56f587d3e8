//! What happened to a case, step by step, from the journal; with what was said.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::access::Through;
use kernel::schema::{case_remarks, journal};
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
    /// The delegation that it was done under, when not in the actor's own right: see `GET /v1/delegations/{id}`.
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

type Row = (i32, String, String, DateTime<Utc>, Who, Option<Uuid>, Option<String>, Option<String>);
/// The kind of actor, which one, under which delegation.
type Who = (String, Option<Uuid>, Option<Uuid>);

/// What an event says beside its kind: it is stored as `{"kind": {…}}`.
fn content(event: &str) -> serde_json::Value {
    let event: serde_json::Map<String, serde_json::Value> = serde_json::from_str(event).unwrap_or_default();
    event.into_values().next().unwrap_or_else(|| serde_json::json!({}))
}

/// Everything that happened to the case, oldest first; to its sender, without what is the agencies' own business.
pub async fn timeline(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: CaseId,
) -> Result<Vec<CaseTimelineEntry>> {
    let case = look(conn, ctx, world, id, Through::Timeline).await?.case;
    let said = case_remarks::case_id.eq(journal::entity_id).and(case_remarks::version.eq(journal::entity_version));
    let hidden: &[&str] = if case.is_handled_by(&ctx.actor) { &[] } else { INTERNAL };
    let rows: Vec<Row> = journal::table
        .left_join(case_remarks::table.on(said))
        .filter(journal::entity_id.eq(case.id.0))
        .filter(journal::event_kind.ne_all(hidden))
        .order(journal::entity_version)
        .limit(1000)
        .select((
            journal::entity_version,
            journal::event_kind,
            journal::event,
            journal::occurred_at,
            (journal::actor_kind, journal::actor_id, journal::delegation_id),
            journal::agency_id,
            case_remarks::ground.nullable(),
            case_remarks::words.nullable(),
        ))
        .load(conn)
        .await?;
    let erased = case.marks.0.erased_at.is_some();
    let entry = |(version, event, data, at, who, agency_id, ground, words): Row| {
        let (actor_kind, actor_id, delegation_id) = who;
        // The journal still has the account's id; nobody is told any more.
        let actor_id = actor_id.filter(|_| !erased || actor_kind == "staff");
        CaseTimelineEntry {
            version,
            event,
            data: content(&data),
            at,
            actor_kind,
            actor_id,
            delegation_id,
            agency_id,
            ground,
            words,
        }
    };
    Ok(rows.into_iter().map(entry).collect())
}
