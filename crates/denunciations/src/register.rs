//! The register of denunciations: what an agency has received, in that order, with what became of it. A part of its own, in which nothing
//! tells who denounces (LTC Art. 56).

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Timeliness;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, StaffId};
use kernel::page::{Cursors, Page};
use kernel::period::Span;
use kernel::schema::denunciations;
use kernel::{Actor, Ctx, Permission, Result, instant, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use crate::clocks::DenunciationStage;
use crate::denunciation::{
    Denunciation, DenunciationChannel, DenunciationId, DenunciationKind, DenunciationOutcome, visible_to,
};
use crate::workflow::DenunciationStatus;

text_enum! {
    /// What was done with a denunciation when it was checked (LTC Art. 24).
    DenunciationResult {
        /// It is still being checked.
        Pending = "pending",
        Accepted = "accepted",
        Forwarded = "forwarded",
        Transferred = "transferred",
        Filed = "filed",
        Refused = "refused",
        Terminated = "terminated",
    }
}

/// A denunciation in the register.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DenunciationRegisterEntry {
    pub denunciation_id: DenunciationId,
    #[schema(example = "TC-H26.5-26-00001", max_length = 64)]
    pub code: String,
    #[serde(serialize_with = "instant::serialize")]
    pub received_at: DateTime<Utc>,
    /// The day of `received_at` in Vietnam.
    pub received_date: NaiveDate,
    pub channel: DenunciationChannel,
    pub kind: DenunciationKind,
    /// Without what tells who says it.
    #[schema(example = "Tố cáo nhận tiền khi cấp phép", max_length = 300)]
    pub subject: String,
    pub status: DenunciationStatus,
    pub result: DenunciationResult,
    /// When that was said.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub processed_at: Option<DateTime<Utc>>,
    pub receiving_agency_id: AgencyId,
    pub handling_agency_id: AgencyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<StaffId>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub accepted_at: Option<DateTime<Utc>>,
    /// When the conclusion was promised, extensions included; exclusive.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub due_at: Option<DateTime<Utc>>,
    /// The day of `due_at` in Vietnam.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<NaiveDate>,
    pub timeliness: Timeliness,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DenunciationOutcome>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub concluded_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// Which part of the register.
#[derive(Clone, Debug)]
pub struct Part {
    pub agency: AgencyId,
    pub span: Span,
    pub cursor: Option<String>,
    pub rows: u16,
}

/// Whether somebody may read it: the agency's own staff. Nobody oversees denunciations.
pub fn may_read(actor: &Actor, agency: AgencyId) -> bool {
    actor.may_at(Permission::ReadDenunciation, agency)
}

/// One page of the register, of the denunciations that the actor may see.
pub async fn register(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    cursors: &Cursors<'_>,
    part: &Part,
) -> Result<Page<DenunciationRegisterEntry>> {
    let mut query = denunciations::table
        .filter(visible_to(ctx))
        .filter(denunciations::receiving_agency_id.eq(part.agency))
        .filter(denunciations::received_at.ge(part.span.from))
        .filter(denunciations::received_at.lt(part.span.until))
        .order((denunciations::received_at, denunciations::id))
        .limit(i64::from(part.rows) + 1)
        .select(Denunciation::as_select())
        .into_boxed();
    if let Some(cursor) = &part.cursor {
        let (at, id): (DateTime<Utc>, DenunciationId) = cursors.open(cursor)?;
        let later =
            denunciations::received_at.gt(at).or(denunciations::received_at.eq(at).and(denunciations::id.gt(id)));
        query = query.filter(denunciations::received_at.ge(at)).filter(later);
    }
    let rows: Vec<Denunciation> = query.load(conn).await?;
    let page = cursors.page(rows, usize::from(part.rows), |it| (it.received_at, it.id));
    let items = page.items.into_iter().map(|it| entry(it, ctx.now)).collect();
    Ok(Page { items, next_cursor: page.next_cursor })
}

fn entry(it: Denunciation, now: DateTime<Utc>) -> DenunciationRegisterEntry {
    let clocks = &it.clocks.0;
    let checked_at = clocks.get(DenunciationStage::Check).and_then(|running| running.ended_at);
    let processed_at = it.marks.0.handed_on_at.or(checked_at).or(it.accepted_at).or(it.closed_at);
    let result = match it.status {
        DenunciationStatus::Forwarded => DenunciationResult::Forwarded,
        DenunciationStatus::Refused => DenunciationResult::Refused,
        DenunciationStatus::Filed => DenunciationResult::Filed,
        DenunciationStatus::Terminated if it.accepted_at.is_none() => DenunciationResult::Terminated,
        _ if it.marks.0.handed_on_at.is_some() => DenunciationResult::Transferred,
        DenunciationStatus::Received => DenunciationResult::Pending,
        _ => DenunciationResult::Accepted,
    };
    let resolve = clocks.get(DenunciationStage::Resolve);
    let due_at = resolve.map(|running| running.due_at);
    DenunciationRegisterEntry {
        denunciation_id: it.id,
        received_at: it.received_at,
        received_date: deadlines::vn_date(it.received_at),
        channel: it.channel,
        kind: it.kind,
        status: it.status,
        result,
        processed_at,
        receiving_agency_id: it.receiving_agency_id,
        handling_agency_id: it.handling_agency_id,
        assigned_to: it.assigned_to,
        accepted_at: it.accepted_at,
        due_at,
        due_date: due_at.map(deadlines::due_date),
        timeliness: clocks.timeliness_of(DenunciationStage::Resolve, now),
        outcome: it.outcome,
        concluded_at: it.finished_at,
        closed_at: it.closed_at,
        code: it.code,
        subject: it.words.0.subject,
    }
}
