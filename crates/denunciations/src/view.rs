//! What officers see of a denunciation. Who denounces is not in it.

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Timeliness;
use kernel::Ctx;
use kernel::id::{AgencyId, StaffId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::clocks::DenunciationStage;
use crate::denunciation::{
    Accused, Denunciation, DenunciationChannel, DenunciationId, DenunciationKind, DenunciationOutcome, Protection,
};
use crate::file::{DenouncerFile, DenouncerFileView};
use crate::steps::Said;
use crate::workflow::{DenunciationAction, DenunciationStatus, allowed_actions};

/// A denunciation, for somebody who may see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Denunciation)]
pub struct View {
    pub id: DenunciationId,
    /// Grows with every change; the ETag.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub kind: DenunciationKind,
    pub status: DenunciationStatus,
    pub channel: DenunciationChannel,
    #[schema(example = "TC-H26.5-26-00001", max_length = 64)]
    pub code: String,
    pub receiving_agency_id: AgencyId,
    pub handling_agency_id: AgencyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<StaffId>,
    /// Without what tells who says it.
    #[schema(example = "Tố cáo nhận tiền khi cấp phép", max_length = 300)]
    pub subject: String,
    /// Without what tells who says it.
    #[schema(schema_with = crate::receive::cleared_contents)]
    pub contents: Vec<String>,
    #[schema(max_items = 20)]
    pub accused: Vec<Accused>,
    /// What was said since: remarks of officers, questions, and what its denouncer says.
    #[schema(max_items = 1000)]
    pub messages: Vec<Said>,
    /// What its denouncer has shown.
    #[schema(max_items = 1000)]
    pub files: Vec<DenouncerFileView>,
    pub received_on: NaiveDate,
    #[schema(max_items = 10)]
    pub clocks: Vec<DenunciationClock>,
    pub timeliness: Timeliness,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawal_asked_at: Option<DateTime<Utc>>,
    /// Which `contents` its denouncer asked to withdraw, by their places from 0; absent when it is all of it, or nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub withdrawal_of: Vec<u16>,
    /// Which `contents` are withdrawn and settled no more, by their places from 0.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub withdrawn: Vec<u16>,
    /// The agency above, where it takes part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superior_agency_id: Option<AgencyId>,
    /// When its denouncer told the agency above that it is late, while that is not answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_reported_at: Option<DateTime<Utc>>,
    /// When its denouncer went on to the agency above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continued_at: Option<DateTime<Utc>>,
    /// How far up it has been escalated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10)]
    pub escalation: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
    /// When its denouncer asked for more of it, while that is not decided; `protection` stays as it is meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_protection_asked_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DenunciationOutcome>,
    /// What you can do now.
    #[schema(max_items = 40)]
    pub allowed_actions: Vec<DenunciationAction>,
    pub received_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    /// When who denounced was destroyed, and its words with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<DateTime<Utc>>,
}

/// One limit of a denunciation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DenunciationClock {
    pub stage: DenunciationStage,
    /// When it is over; exclusive.
    pub due_at: DateTime<Utc>,
    /// The day of `due_at` in Vietnam.
    pub due_date: NaiveDate,
    pub original_due_at: DateTime<Utc>,
    pub timeliness: Timeliness,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// The text that gives the limit.
    #[schema(example = "Luật Tố cáo 25/2018/QH14 Art. 30", max_length = 300)]
    pub source: String,
    /// C confirmed, P partly, S secondary, R recalled only.
    #[schema(example = "C", max_length = 2)]
    pub mark: String,
}

/// What the actor sees of it now.
pub fn view(ctx: &Ctx, it: &Denunciation, said: &[Said], files: &[DenouncerFile]) -> View {
    let clocks = it.clocks.0.0.iter().map(|(stage, running)| DenunciationClock {
        stage: *stage,
        due_at: running.due_at,
        due_date: deadlines::due_date(running.due_at),
        original_due_at: running.original_due_at,
        timeliness: running.timeliness(ctx.now),
        ended_at: running.ended_at,
        source: running.source.clone(),
        mark: running.mark.clone(),
    });
    View {
        id: it.id,
        version: it.version,
        kind: it.kind,
        status: it.status,
        channel: it.channel,
        code: it.code.clone(),
        receiving_agency_id: it.receiving_agency_id,
        handling_agency_id: it.handling_agency_id,
        assigned_to: it.assigned_to,
        subject: it.words.0.subject.clone(),
        contents: it.words.0.contents.clone(),
        accused: it.accused.0.clone(),
        messages: said.to_vec(),
        files: files.iter().filter(|file| file.stored_at.is_some()).map(DenouncerFileView::of).collect(),
        received_on: it.received_on,
        clocks: clocks.collect(),
        timeliness: it.clocks.0.timeliness(DenunciationStage::Resolve, ctx.now),
        withdrawal_asked_at: it.marks.0.withdrawal_asked_at,
        withdrawal_of: it.marks.0.withdrawal_of.clone(),
        withdrawn: it.marks.0.withdrawn.clone(),
        superior_agency_id: it.superior_agency_id,
        delay_reported_at: it.marks.0.delay_reported_at,
        continued_at: it.marks.0.continued_at,
        escalation: Some(it.escalation).filter(|rung| *rung > 0),
        protection: it.marks.0.protection,
        more_protection_asked_at: it.marks.0.more_protection_asked_at,
        outcome: it.outcome,
        allowed_actions: allowed_actions(it, &ctx.actor, ctx.now),
        received_at: it.received_at,
        accepted_at: it.accepted_at,
        finished_at: it.finished_at,
        closed_at: it.closed_at,
        erased_at: it.marks.0.erased_at,
    }
}
