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

impl TimelineEntry {
    /// The same without anybody but `me`: which officer it was, and what a verification says of whom it met.
    pub(crate) fn without_others(self, me: Option<Uuid>) -> Self {
        Self { actor_id: self.actor_id.filter(|id| me == Some(*id)), delegation_id: None, verification: None, ..self }
    }
}

type Row = (Uuid, i32, String, String, DateTime<Utc>, Who, Option<Uuid>, Said, Shown);
/// The kind of actor, which one, under which delegation.
type Who = (String, Option<Uuid>, Option<Uuid>);
/// Ground and words.
type Said = Option<(Option<String>, String)>;
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
    let hidden: &[&str] = if dossier.is_handled_by(&ctx.actor) { &[] } else { INTERNAL };
    let ids = [dossier.id.0];
    let (entries, noted) = join(happened(conn, &ids, hidden), note(conn, ctx, id, Through::Timeline)).await;
    noted?;
    Ok(entries?.into_iter().map(|(_, entry)| entry).collect())
}

/// What happened to these dossiers, oldest first, but for what is hidden.
pub(crate) async fn happened(
    mut conn: &AsyncPgConnection,
    ids: &[Uuid],
    hidden: &[&str],
) -> QueryResult<Vec<(Uuid, TimelineEntry)>> {
    let said = remarks::dossier_id.eq(journal::entity_id).and(remarks::version.eq(journal::entity_version));
    let shown =
        verifications::dossier_id.eq(journal::entity_id).and(verifications::version.eq(journal::entity_version));
    let rows: Vec<Row> = journal::table
        .left_join(remarks::table.on(said))
        .left_join(verifications::table.on(shown))
        .filter(journal::entity_id.eq_any(ids))
        .filter(journal::event_kind.ne_all(hidden))
        .order((journal::entity_id, journal::entity_version))
        .select((
            journal::entity_id,
            journal::entity_version,
            journal::event_kind,
            journal::event,
            journal::occurred_at,
            (journal::actor_kind, journal::actor_id, journal::delegation_id),
            journal::agency_id,
            (remarks::ground, remarks::words).nullable(),
            (verifications::held_at, verifications::place, verifications::participants, verifications::findings)
                .nullable(),
        ))
        .load(&mut conn)
        .await?;
    let record =
        |(held_at, place, participants, findings)| VerificationRecord { held_at, place, participants, findings };
    let entry = |(id, version, event, data, at, who, agency_id, said, shown): Row| {
        let (actor_kind, actor_id, delegation_id) = who;
        let (ground, reason) = said.map_or((None, None), |(ground, words)| (ground, Some(words)));
        let entry = TimelineEntry {
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
        };
        (id, entry)
    };
    Ok(rows.into_iter().map(entry).collect())
}
