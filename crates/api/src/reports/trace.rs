//! What makes a figure: exactly the cases and denunciations that were counted, as they were received; first the ones, then the others.

use chrono::{DateTime, Utc};
use complaints::CaseId;
use denunciations::DenunciationId;
use kernel::id::AgencyId;
use kernel::page::{Cursors, Page};
use kernel::{Result, instant, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Asked;
use super::form::Figure;
use crate::call::Call;

text_enum! {
    /// Where something that was counted can be read: `GET /v1/cases/{id}` or `GET /v1/denunciations/{id}`.
    CountedIn { Cases = "cases", Denunciations = "denunciations" }
}

/// Something that makes a figure.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountedPetition {
    pub r#in: CountedIn,
    pub id: Uuid,
    #[schema(example = "KN-H26.13.01-26-00001", max_length = 64)]
    pub code: String,
    /// Of a case, or of a denunciation.
    #[schema(example = "complaint", max_length = 50)]
    pub kind: &'static str,
    #[schema(example = "decided", max_length = 50)]
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "partly_right", max_length = 50)]
    pub outcome: Option<&'static str>,
    pub receiving_agency_id: AgencyId,
    pub handling_agency_id: AgencyId,
    #[serde(serialize_with = "instant::serialize")]
    pub received_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub finished_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// Where a page ended.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Mark(CountedIn, DateTime<Utc>, Uuid);

/// One page of what makes a figure.
///
/// # Errors
/// A cursor of another list; the database's.
pub async fn list(
    call: &Call,
    asked: &Asked,
    figure: &Figure,
    cursors: &Cursors<'_>,
    cursor: Option<&str>,
    limit: u16,
) -> Result<Page<CountedPetition>> {
    let after: Option<Mark> = cursor.map(|cursor| cursors.open(cursor)).transpose()?;
    let (first, then) = match after {
        None => (Some(None), None),
        Some(Mark(CountedIn::Cases, at, id)) => (Some(Some(complaints::report::Place(at, CaseId(id)))), None),
        Some(Mark(CountedIn::Denunciations, at, id)) => {
            (None, Some(denunciations::report::Place(at, DenunciationId(id))))
        }
    };
    let mut items = Vec::new();
    if let (Some(after), Some(of), Some(figure)) = (first, asked.of_cases(), figure.case) {
        let conn = &mut *call.db.conn().await?;
        let rows = complaints::report::list(conn, &call.ctx, call.app.cases(), (&of, figure), after, limit).await?;
        items.extend(rows.into_iter().map(of_case));
    }
    let left = usize::from(limit).checked_sub(items.len()).and_then(|left| u16::try_from(left).ok());
    if let (Some(left), Some(of), Some(figure)) = (left, asked.of_denunciations(call), figure.denunciation) {
        let conn = &mut *call.apart.denunciations.conn().await?;
        let rows = denunciations::report::list(conn, &call.ctx, (&of, figure), then, left).await?;
        items.extend(rows.into_iter().map(of_denunciation));
    }
    Ok(cursors.page(items, usize::from(limit), |it| Mark(it.r#in, it.received_at, it.id)))
}

fn of_case(it: complaints::report::Counted) -> CountedPetition {
    CountedPetition {
        r#in: CountedIn::Cases,
        id: it.id.0,
        code: it.code.unwrap_or_default(),
        kind: it.kind.code(),
        status: it.status.code(),
        outcome: it.outcome.map(|outcome| outcome.code()),
        receiving_agency_id: it.receiving_agency_id,
        handling_agency_id: it.handling_agency_id,
        received_at: it.received_at,
        finished_at: it.finished_at,
        closed_at: it.closed_at,
    }
}

fn of_denunciation(it: denunciations::report::Counted) -> CountedPetition {
    CountedPetition {
        r#in: CountedIn::Denunciations,
        id: it.id.0,
        code: it.code,
        kind: it.kind.code(),
        status: it.status.code(),
        outcome: it.outcome.map(|outcome| outcome.code()),
        receiving_agency_id: it.receiving_agency_id,
        handling_agency_id: it.handling_agency_id,
        received_at: it.received_at,
        finished_at: it.finished_at,
        closed_at: it.closed_at,
    }
}
