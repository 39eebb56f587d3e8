//! What the world sees of a case.

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Timeliness;
use kernel::Ctx;
use kernel::id::{AgencyId, CitizenId, StaffId};
use kernel::retention::Held;
use serde::Serialize;
use utoipa::ToSchema;

use crate::case::{Case, CaseChannel, CaseField, CaseId, CaseOutcome, Content, Person};
use crate::clocks::{CaseStage, Running};
use crate::facts::{CaseKind, Facts};
use crate::paper::{CaseFile, CaseFileView, is_shown};
use crate::steps::{Dialogue, Given, World, acting};
use crate::workflow::{CaseAction, CaseStatus, allowed_actions};

/// A case, for somebody who may see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CitizenCase)]
pub struct View {
    pub id: CaseId,
    /// Grows with every change; the ETag.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub kind: CaseKind,
    /// What its sender called it.
    pub declared_kind: CaseKind,
    /// Of a complaint: the first, or the second against what became of the first.
    #[schema(minimum = 1, maximum = 2)]
    pub level: i16,
    pub status: CaseStatus,
    pub channel: CaseChannel,
    /// Given when it is received.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "KN-H26.13.01-26-00001", max_length = 64)]
    pub code: Option<String>,
    pub receiving_agency_id: AgencyId,
    pub handling_agency_id: AgencyId,
    /// Who verifies it: the agencies' own business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<StaffId>,
    /// The account that sent it, for the agencies: by it data protection finds who has read whose identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<CitizenId>,
    #[schema(max_items = 200)]
    pub people: Vec<Person>,
    #[schema(example = "Khiếu nại quyết định thu hồi đất", max_length = 300)]
    pub subject: String,
    #[schema(max_items = 50)]
    pub contents: Vec<Content>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Đề nghị huỷ quyết định.", max_length = 4000)]
    pub request: Option<String>,
    pub facts: Facts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<CaseField>,
    /// The day on which it was received, whose rules it keeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules_on: Option<NaiveDate>,
    /// Its limits, those that are over included.
    #[schema(max_items = 20)]
    pub clocks: Vec<StageClock>,
    /// Whether something is late that is owed now.
    pub timeliness: Timeliness,
    /// When its sender asked to withdraw all of it, while that is not decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawal_asked_at: Option<DateTime<Utc>>,
    /// What an officer proposes that it become; its sender confirms it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_kind: Option<CaseKind>,
    /// Since when a court has the matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_court_since: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<CaseOutcome>,
    /// Of a request for erasure that was answered or refused: by which rules data of its sender was still to be kept then, and until
    /// when.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub held: Vec<Held>,
    /// Decisions and answers, the last one last.
    #[schema(max_items = 20)]
    pub answers: Vec<Given>,
    #[schema(max_items = 50)]
    pub dialogues: Vec<Dialogue>,
    #[schema(max_items = 100)]
    pub files: Vec<CaseFileView>,
    /// The case that it grew out of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_id: Option<CaseId>,
    /// How far up it has been escalated: the agencies' own business.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10)]
    pub escalation: Option<i16>,
    /// What you can do now.
    #[schema(max_items = 40)]
    pub allowed_actions: Vec<CaseAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    /// When it lost what tells of whom it was: names are pseudonyms since then, and words and files are gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// One limit of a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CaseClock)]
pub struct StageClock {
    pub stage: CaseStage,
    /// When it is over; exclusive.
    pub due_at: DateTime<Utc>,
    /// The day of `due_at` in Vietnam.
    pub due_date: NaiveDate,
    /// As first told; never changes.
    pub original_due_at: DateTime<Utc>,
    pub timeliness: Timeliness,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// The text that gives the limit.
    #[schema(example = "Luật Khiếu nại 02/2011/QH13 Art. 28", max_length = 300)]
    pub source: String,
    /// C confirmed, P partly, S secondary, R recalled only.
    #[schema(example = "C", max_length = 2)]
    pub mark: String,
}

impl StageClock {
    fn of(stage: CaseStage, running: &Running, now: DateTime<Utc>) -> Self {
        Self {
            stage,
            due_at: running.due_at,
            due_date: deadlines::due_date(running.due_at),
            original_due_at: running.original_due_at,
            timeliness: running.timeliness(now),
            ended_at: running.ended_at,
            source: running.source.clone(),
            mark: running.mark.clone(),
        }
    }
}

/// What the actor sees of a case now.
pub fn view(
    ctx: &Ctx,
    world: World<'_>,
    case: &Case,
    files: &[CaseFile],
    given: &[Given],
    dialogues: &[Dialogue],
) -> View {
    let officer = case.is_answered_for_to(&ctx.actor, world.rules);
    let (words, marks) = (&case.words.0, &case.marks.0);
    View {
        id: case.id,
        version: case.version,
        kind: case.kind,
        declared_kind: case.declared_kind,
        level: case.level,
        status: case.status,
        channel: case.channel,
        code: case.code.clone(),
        receiving_agency_id: case.receiving_agency_id,
        handling_agency_id: case.handling_agency_id,
        assigned_to: case.assigned_to.filter(|_| officer),
        sender_id: case.sender_id.filter(|_| officer),
        people: case.people.0.clone(),
        subject: words.subject.clone(),
        contents: words.contents.clone(),
        request: words.request.clone(),
        facts: case.facts.0.clone(),
        field: marks.field,
        rules_on: case.basis.as_ref().map(|basis| basis.0.on),
        clocks: case.clocks.0.0.iter().map(|(stage, running)| StageClock::of(*stage, running, ctx.now)).collect(),
        timeliness: case.clocks.0.timeliness(CaseStage::Resolve, ctx.now),
        withdrawal_asked_at: marks.withdrawal_asked_at,
        proposed_kind: marks.proposed_kind,
        in_court_since: marks.in_court_since,
        outcome: case.outcome,
        held: marks.held.clone(),
        answers: given.to_vec(),
        dialogues: dialogues.to_vec(),
        files: files.iter().filter(|file| is_shown(file, case, &ctx.actor)).map(CaseFileView::of).collect(),
        origin_id: case.origin_id,
        escalation: (case.escalation > 0 && officer).then_some(case.escalation),
        allowed_actions: allowed_actions(case, acting(case, ctx, world)),
        submitted_at: case.submitted_at,
        accepted_at: case.accepted_at,
        finished_at: case.finished_at,
        closed_at: case.closed_at,
        erased_at: marks.erased_at,
        created_at: case.created_at,
    }
}
