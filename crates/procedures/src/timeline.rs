//! What happened to a dossier, step by step, from the journal; with the reasons that were given.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::access::Through;
use kernel::schema::{journal, remarks, verifications};
use kernel::{Ctx, Result};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::note;
use crate::dossier::{DossierId, load};
use crate::event::INTERNAL;
use crate::request::VerificationRecord;

/// One thing that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// The version of the dossier that it made.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    #[schema(example = "dossier.accepted", max_length = 100)]
    pub event: String,
    /// What is particular to the event: codes, ids, dates. Where it led to another state or moved what was promised, `state_before`
    /// and `state_after`, `due_before` and `due_after`.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
    pub at: DateTime<Utc>,
    #[schema(example = "staff", max_length = 20)]
    pub actor_kind: String,
    /// Who did it, when it was a member of staff or the applicant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<Uuid>,
    /// The delegation that it was done under, when not in the actor's own right: see `GET /v1/delegations/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "incomplete", max_length = 50)]
    pub ground: Option<String>,
    /// The reason given, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bản vẽ thiếu mặt cắt móng.", max_length = 4000)]
    pub reason: Option<String>,
    /// What a verification has shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerificationRecord>,
}

type Row = (i32, String, String, DateTime<Utc>, Who, Option<Uuid>, Option<String>, Option<String>, Shown);
/// The kind of actor, which one, under which delegation.
type Who = (String, Option<Uuid>, Option<Uuid>);
/// When, where, who was there, and the findings.
type Shown = Option<(DateTime<Utc>, String, String, String)>;

/// What an event says beside its kind: it is stored as `{"kind": {…}}`.
fn content(event: &str) -> serde_json::Value {
    let event: serde_json::Map<String, serde_json::Value> = serde_json::from_str(event).unwrap_or_default();
    event.into_values().next().unwrap_or_else(|| serde_json::json!({}))
}

/// Everything that happened to the dossier, oldest first; to others than the two agencies, without what is their own business.
pub async fn timeline(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId) -> Result<Vec<TimelineEntry>> {
    let dossier = load(conn, ctx, id).await?;
    let said = remarks::dossier_id.eq(journal::entity_id).and(remarks::version.eq(journal::entity_version));
    let shown =
        verifications::dossier_id.eq(journal::entity_id).and(verifications::version.eq(journal::entity_version));
    let hidden: &[&str] = if dossier.is_handled_by(&ctx.actor) { &[] } else { INTERNAL };
    let rows = journal::table
        .left_join(remarks::table.on(said))
        .left_join(verifications::table.on(shown))
        .filter(journal::entity_id.eq(dossier.id.0))
        .filter(journal::event_kind.ne_all(hidden))
        .order(journal::entity_version)
        .select((
            journal::entity_version,
            journal::event_kind,
            journal::event,
            journal::occurred_at,
            (journal::actor_kind, journal::actor_id, journal::delegation_id),
            journal::agency_id,
            remarks::ground.nullable(),
            remarks::words.nullable(),
            (verifications::held_at, verifications::place, verifications::participants, verifications::findings)
                .nullable(),
        ));
    let mut one: &AsyncPgConnection = conn;
    let (rows, noted) = join(rows.load::<Row>(&mut one), note(conn, ctx, id, Through::Timeline)).await;
    noted?;
    let record =
        |(held_at, place, participants, findings)| VerificationRecord { held_at, place, participants, findings };
    let entry =
        |(version, event, data, at, (actor_kind, actor_id, delegation_id), agency_id, ground, reason, shown): Row| {
            TimelineEntry {
                version,
                event,
                data: content(&data),
                at,
                actor_kind,
                actor_id,
                delegation_id,
                agency_id,
                ground,
                reason,
                verification: shown.map(record),
            }
        };
    Ok(rows?.into_iter().map(entry).collect())
}
