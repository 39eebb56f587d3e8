//! Somebody's own cases, as they are handed out together (Luật 91/2025/QH15 Art. 4): what they said and were told, and nothing
//! about anybody else who takes part or is accused.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, CitizenId};
use kernel::schema::{case_answers, case_dialogues, case_files, cases};
use kernel::{Ctx, Result, grouped};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::case::{Case, CaseChannel, CaseId, CaseOutcome, Content, Person, visible_to};
use crate::facts::{CaseKind, Facts};
use crate::paper::{CaseFile, CaseFileView, is_shown};
use crate::steps::{Dialogue, Given, World};
use crate::timeline::{CaseTimelineEntry, told};
use crate::workflow::CaseStatus;

/// A case that one has sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnCase {
    pub id: CaseId,
    pub kind: CaseKind,
    /// What you called it.
    pub declared_kind: CaseKind,
    #[schema(minimum = 1, maximum = 2)]
    pub level: i16,
    pub status: CaseStatus,
    pub channel: CaseChannel,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "KN-H26.13.01-26-00001", max_length = 64)]
    pub code: Option<String>,
    pub receiving_agency_id: AgencyId,
    pub handling_agency_id: AgencyId,
    /// You, as you take part; the others who do are not here.
    #[schema(max_items = 200)]
    pub people: Vec<Person>,
    #[schema(example = "Khiếu nại quyết định thu hồi đất", max_length = 300)]
    pub subject: String,
    #[schema(max_items = 50)]
    pub contents: Vec<Content>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Đề nghị huỷ quyết định.", max_length = 4000)]
    pub request: Option<String>,
    /// As you wrote them, without the official whom they are about.
    pub facts: Facts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<CaseOutcome>,
    #[schema(max_items = 20)]
    pub answers: Vec<Given>,
    /// Meetings, without their minutes: those speak of others too, and are read in the case.
    #[schema(max_items = 50)]
    pub dialogues: Vec<Dialogue>,
    #[schema(max_items = 100)]
    pub files: Vec<OwnCaseFile>,
    #[schema(max_items = 10000)]
    pub timeline: Vec<CaseTimelineEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_id: Option<CaseId>,
    pub created_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// A file of one's own case, and where it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnCaseFile {
    #[serde(flatten)]
    pub file: CaseFileView,
    /// Where its content is fetched.
    #[schema(max_length = 200)]
    pub link: String,
}

/// The cases that somebody has sent, oldest first.
pub async fn ids(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, citizen: CitizenId) -> Result<Vec<CaseId>> {
    let sent = cases::table.filter(visible_to(ctx, world.rules)).filter(cases::sender_id.eq(citizen)).order(cases::id);
    Ok(sent.select(cases::id).load(conn).await?)
}

/// What the citizen who asks is given of some of theirs; `number` is the identity number of their account.
pub async fn cases(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    citizen: CitizenId,
    number: Option<&str>,
    ids: &[CaseId],
) -> Result<Vec<OwnCase>> {
    let sent = cases::table.filter(visible_to(ctx, world.rules)).filter(cases::sender_id.eq(citizen));
    let sent = sent.filter(cases::id.eq_any(ids)).order(cases::id);
    let sent: Vec<Case> = sent.select(Case::as_select()).load(conn).await?;
    let ids: Vec<Uuid> = sent.iter().map(|case| case.id.0).collect();
    let files = case_files::table.filter(case_files::case_id.eq_any(&ids)).order(case_files::id);
    let mut files = grouped(files.select((case_files::case_id, CaseFile::as_select())).load(conn).await?);
    let given = case_answers::table.filter(case_answers::case_id.eq_any(&ids)).order(case_answers::version).select((
        case_answers::case_id,
        (case_answers::outcome, case_answers::number, case_answers::words, case_answers::given_at),
    ));
    let mut given = grouped::<Given>(given.load(conn).await?);
    let held = case_dialogues::table.filter(case_dialogues::case_id.eq_any(&ids)).order(case_dialogues::version);
    let held = held.select((
        case_dialogues::case_id,
        (case_dialogues::held_at, case_dialogues::place, case_dialogues::outcome, case_dialogues::minutes),
    ));
    let held: Vec<(Uuid, Dialogue)> = held.load(conn).await?;
    let mut dialogues = grouped(held.into_iter().map(|(id, held)| (id, Dialogue { minutes: None, ..held })));
    let mut timelines = grouped(told(conn, ctx, &ids).await?);
    let case = |case: Case| {
        let (id, files) = (case.id.0, files.remove(&case.id.0).unwrap_or_default());
        let files = files.iter().filter(|file| is_shown(file, &case, &ctx.actor));
        OwnCase {
            files: files.map(|file| OwnCaseFile::of(&case, file)).collect(),
            answers: given.remove(&id).unwrap_or_default(),
            dialogues: dialogues.remove(&id).unwrap_or_default(),
            timeline: timelines.remove(&id).unwrap_or_default(),
            ..OwnCase::of(case, number)
        }
    };
    Ok(sent.into_iter().map(case).collect())
}

impl OwnCaseFile {
    fn of(case: &Case, file: &CaseFile) -> Self {
        Self { file: CaseFileView::of(file), link: format!("/v1/cases/{}/files/{}/content", case.id, file.id) }
    }
}

impl OwnCase {
    /// The row alone.
    fn of(case: Case, number: Option<&str>) -> Self {
        let own = |person: &Person| number.is_some() && person.identity_number.as_deref() == number;
        let words = case.words.0;
        Self {
            id: case.id,
            kind: case.kind,
            declared_kind: case.declared_kind,
            level: case.level,
            status: case.status,
            channel: case.channel,
            code: case.code,
            receiving_agency_id: case.receiving_agency_id,
            handling_agency_id: case.handling_agency_id,
            people: case.people.0.into_iter().filter(own).collect(),
            subject: words.subject,
            contents: words.contents,
            request: words.request,
            facts: case.facts.0.without_official(),
            outcome: case.outcome,
            answers: Vec::new(),
            dialogues: Vec::new(),
            files: Vec::new(),
            timeline: Vec::new(),
            origin_id: case.origin_id,
            created_at: case.created_at,
            submitted_at: case.submitted_at,
            finished_at: case.finished_at,
            closed_at: case.closed_at,
        }
    }
}
