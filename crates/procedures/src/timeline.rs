//! What happened to a dossier, step by step, from the journal; with the reasons that were given.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::{join, join3};
use kernel::access::Through;
use kernel::journal::{Happened, history};
use kernel::schema::{remarks, verifications};
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

/// Of which dossier and version.
type Place = (Uuid, i32);
/// Ground and words.
type Said = (Place, (Option<String>, String));

/// Everything that happened to the dossier, oldest first; to others than the two agencies, without what is their own business.
pub async fn timeline(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId) -> Result<Vec<TimelineEntry>> {
    let dossier = load(conn, ctx, id).await?;
    let hidden: &[&str] = if dossier.is_handled_by(&ctx.actor) { &[] } else { INTERNAL };
    let ids = [dossier.id.0];
    let (entries, noted) = join(happened(conn, &ids, hidden), note(conn, ctx, id, Through::Timeline)).await;
    noted?;
    Ok(entries?.into_iter().map(|(_, entry)| entry).collect())
}

/// What happened to these dossiers, oldest first, but for what is hidden; with what was said and shown.
pub(crate) async fn happened(
    conn: &AsyncPgConnection,
    ids: &[Uuid],
    hidden: &[&str],
) -> QueryResult<Vec<(Uuid, TimelineEntry)>> {
    let (mut two, mut three) = (conn, conn);
    let said = remarks::table.filter(remarks::dossier_id.eq_any(ids));
    let said = said.select(((remarks::dossier_id, remarks::version), (remarks::ground, remarks::words)));
    let shown = verifications::table.filter(verifications::dossier_id.eq_any(ids)).select((
        (verifications::dossier_id, verifications::version),
        (verifications::held_at, verifications::place, verifications::participants, verifications::findings),
    ));
    let (entries, said, shown) = join3(
        history(conn, ids, hidden),
        said.load::<Said>(&mut two),
        shown.load::<(Place, VerificationRecord)>(&mut three),
    )
    .await;
    let (mut said, mut shown): (HashMap<_, _>, HashMap<_, _>) =
        (said?.into_iter().collect(), shown?.into_iter().collect());
    let entry = |it: Happened| {
        let place = (it.entity_id, it.version);
        let (ground, reason) = match said.remove(&place) {
            Some((ground, words)) => (ground, Some(words)),
            None => (None, None),
        };
        let entry = TimelineEntry {
            version: it.version,
            event: it.event,
            data: it.data,
            at: it.at,
            actor_kind: it.actor_kind,
            actor_id: it.actor_id,
            delegation_id: it.delegation_id,
            agency_id: it.agency_id,
            ground,
            reason,
            verification: shown.remove(&place),
        };
        (it.entity_id, entry)
    };
    Ok(entries?.into_iter().map(entry).collect())
}
