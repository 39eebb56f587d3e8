//! The petition register (Sổ theo dõi đơn): what an agency has received, in that order, with what became of it. Its columns are those of
//! NĐ 55/2022/NĐ-CP Art. 6 and of the registers that offices keep (recalled).

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Timeliness;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::access::{self, Through};
use kernel::id::{AgencyId, StaffId};
use kernel::json::Json;
use kernel::page::{Cursors, Page};
use kernel::period::Span;
use kernel::schema::cases;
use kernel::sql::{Sql, sql};
use kernel::{Ctx, Result, instant, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use crate::case::{CaseChannel, CaseField, CaseId, CaseOutcome, CasePart, Marks, Person, visible_to};
use crate::clocks::{CaseStage, Clocks};
use crate::facts::CaseKind;
use crate::report::CountedAt;
use crate::steps::World;
use crate::workflow::CaseStatus;

text_enum! {
    /// What was done with a petition when it was looked at (TT 05/2021/TT-TTCP): where it was received, or, in the register of what an
    /// agency has to settle, there.
    PetitionResult {
        /// Nobody has said yet.
        Pending = "pending",
        SupplementRequested = "supplement_requested",
        Accepted = "accepted",
        /// Its sender was told who is competent.
        Guided = "guided",
        /// To a body outside the city's administration.
        Forwarded = "forwarded",
        /// To another agency of the city; only where it was received.
        Transferred = "transferred",
        Filed = "filed",
        Refused = "refused",
        Withdrawn = "withdrawn",
        Converted = "converted",
    }
}

/// A petition in the register.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PetitionRegisterEntry {
    pub case_id: CaseId,
    #[schema(example = "KN-H26.13.01-26-00001", max_length = 64)]
    pub code: String,
    #[serde(serialize_with = "instant::serialize")]
    pub received_at: DateTime<Utc>,
    /// The day of `received_at` in Vietnam.
    pub received_date: NaiveDate,
    pub channel: CaseChannel,
    #[schema(example = "Nguyễn Thị Bình Minh", max_length = 200)]
    pub sender_name: String,
    #[schema(example = "Số 12 phố Hàng Bài, phường Hoàn Kiếm, Hà Nội", max_length = 500)]
    pub sender_address: String,
    /// How many send it.
    #[schema(minimum = 1, maximum = 200)]
    pub senders: u16,
    #[schema(example = "Khiếu nại quyết định thu hồi đất", max_length = 300)]
    pub subject: String,
    pub declared_kind: CaseKind,
    pub kind: CaseKind,
    #[schema(minimum = 1, maximum = 2)]
    pub level: i16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<CaseField>,
    pub status: CaseStatus,
    /// Whether it was fit to be processed; absent before anybody has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eligible: Option<bool>,
    /// Whether it is for the agency whose register this is; absent before anybody has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_competence: Option<bool>,
    pub result: PetitionResult,
    /// When that was said.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub processed_at: Option<DateTime<Utc>>,
    /// On which it was refused, filed or ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "out_of_time", max_length = 50)]
    pub ground: Option<String>,
    /// Whom its sender was sent to, or who got it, outside the city's administration.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Toà án nhân dân khu vực 1", max_length = 500)]
    pub referred_to: Option<String>,
    pub receiving_agency_id: AgencyId,
    pub handling_agency_id: AgencyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<StaffId>,
    /// When a decision or answer was promised, extensions included; exclusive.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub due_at: Option<DateTime<Utc>>,
    /// The day of `due_at` in Vietnam.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<NaiveDate>,
    pub timeliness: Timeliness,
    /// Its limit has been extended; lateness is still measured without that.
    pub extended: bool,
    /// Those concerned have met, or whoever was invited did not come.
    pub dialogue_held: bool,
    /// Of the decision or answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "12/QĐ-UBND", max_length = 100)]
    pub decision_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub decided_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<CaseOutcome>,
    /// When its sender gave it up, or it was ended.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub closed_at: Option<DateTime<Utc>>,
    /// The case that it grew out of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_id: Option<CaseId>,
}

/// Which part of the register.
#[derive(Clone, Debug)]
pub struct Part {
    pub agency: AgencyId,
    /// What the agency received, or what it has.
    pub at: CountedAt,
    pub span: Span,
    pub kind: Option<CaseKind>,
    pub cursor: Option<String>,
    pub rows: u16,
}

#[derive(Queryable)]
struct Row {
    id: CaseId,
    code: Option<String>,
    received_at: DateTime<Utc>,
    channel: CaseChannel,
    people: Json<Vec<Person>>,
    subject: Option<String>,
    declared_kind: CaseKind,
    kind: CaseKind,
    level: i16,
    marks: Json<Marks>,
    status: CaseStatus,
    agencies: (AgencyId, AgencyId),
    assigned_to: Option<StaffId>,
    clocks: Json<Clocks>,
    said: (Option<String>, Option<String>, Option<String>),
    outcome: Option<CaseOutcome>,
    accepted_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    origin_id: Option<CaseId>,
}

fn subject() -> Sql<Nullable<Text>> {
    sql("cases.words ->> 'subject'")
}

/// On which ground it ended.
fn ground() -> Sql<Nullable<Text>> {
    sql(
        "CASE WHEN cases.status IN ('refused', 'filed', 'terminated') THEN (SELECT said.ground FROM case_remarks AS said \
         WHERE said.case_id = cases.id ORDER BY said.version DESC LIMIT 1) END",
    )
}

/// Whom its sender was sent to, or who got it: the first line of what was said then.
fn referred_to() -> Sql<Nullable<Text>> {
    sql("CASE WHEN cases.status IN ('guided', 'forwarded') THEN (SELECT split_part(said.words, E'\\n', 1) \
         FROM case_remarks AS said WHERE said.case_id = cases.id ORDER BY said.version DESC LIMIT 1) END")
}

fn decision_number() -> Sql<Nullable<Text>> {
    sql("(SELECT given.number FROM case_answers AS given WHERE given.case_id = cases.id \
         AND cases.finished_at IS NOT NULL ORDER BY given.version DESC LIMIT 1)")
}

/// One page of the register, of the cases that the actor may see. Each line tells whose case it is: that they were read is noted, and
/// where it cannot be, nothing is shown.
pub async fn register(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    cursors: &Cursors<'_>,
    part: &Part,
) -> Result<Page<PetitionRegisterEntry>> {
    let mut query = cases::table
        .filter(visible_to(ctx, world.rules))
        .filter(cases::submitted_at.ge(part.span.from))
        .filter(cases::submitted_at.lt(part.span.until))
        .order((cases::submitted_at, cases::id))
        .limit(i64::from(part.rows) + 1)
        .select((
            cases::id,
            cases::code,
            cases::submitted_at.assume_not_null(),
            cases::channel,
            cases::people,
            subject(),
            cases::declared_kind,
            cases::kind,
            cases::level,
            cases::marks,
            cases::status,
            (cases::receiving_agency_id, cases::handling_agency_id),
            cases::assigned_to,
            cases::clocks,
            (ground(), referred_to(), decision_number()),
            cases::outcome,
            cases::accepted_at,
            cases::finished_at,
            cases::closed_at,
            cases::origin_id,
        ))
        .into_boxed();
    query = match part.at {
        CountedAt::Receiving => query.filter(cases::receiving_agency_id.eq(part.agency)),
        CountedAt::Handling => query.filter(cases::handling_agency_id.eq(part.agency)),
    };
    if let Some(kind) = part.kind {
        query = query.filter(cases::kind.eq(kind));
    }
    if let Some(cursor) = &part.cursor {
        let (at, id): (DateTime<Utc>, CaseId) = cursors.open(cursor)?;
        let later = cases::submitted_at.gt(at).or(cases::submitted_at.eq(at).and(cases::id.gt(id)));
        query = query.filter(cases::submitted_at.ge(at)).filter(later);
    }
    let rows: Vec<Row> = query.load(conn).await?;
    let entries = rows.into_iter().map(|row| entry(row, part.at, ctx.now)).collect();
    let page: Page<PetitionRegisterEntry> =
        cursors.page(entries, usize::from(part.rows), |entry| (entry.received_at, entry.case_id));
    let ids: Vec<CaseId> = page.items.iter().map(|entry| entry.case_id).collect();
    let shown = cases::table.filter(cases::id.eq_any(ids)).filter(visible_to(ctx, world.rules));
    access::note(conn, ctx, "case", Through::Register, shown.select((cases::id, cases::sender_id))).await?;
    Ok(page)
}

/// When it was said what becomes of it, in the book of this side. Where it was received, reports count by the same moment.
fn processed_at(row: &Row, at: CountedAt) -> Option<DateTime<Utc>> {
    let (receiving, handling) = row.agencies;
    let here = at == CountedAt::Receiving || receiving == handling;
    let said = if here { row.marks.0.processed_at } else { row.marks.0.processed_there_at };
    let ended = row.closed_at.filter(|_| row.status != CaseStatus::Withdrawn);
    said.or(row.accepted_at).or(row.finished_at).or(ended)
}

fn result(row: &Row, at: CountedAt, processed: bool) -> PetitionResult {
    let (receiving, handling) = row.agencies;
    match row.status {
        CaseStatus::Guided => PetitionResult::Guided,
        CaseStatus::Forwarded => PetitionResult::Forwarded,
        CaseStatus::Filed => PetitionResult::Filed,
        CaseStatus::Withdrawn if !processed => PetitionResult::Withdrawn,
        CaseStatus::SupplementRequested if !processed => PetitionResult::SupplementRequested,
        _ if !processed => PetitionResult::Pending,
        // What else becomes of it is the other agency's to say, in its own book.
        _ if at == CountedAt::Receiving && receiving != handling => PetitionResult::Transferred,
        CaseStatus::Refused => PetitionResult::Refused,
        CaseStatus::Converted => PetitionResult::Converted,
        _ => PetitionResult::Accepted,
    }
}

fn entry(row: Row, at: CountedAt, now: DateTime<Utc>) -> PetitionRegisterEntry {
    let processed_at = processed_at(&row, at);
    let said = processed_at.is_some();
    let result = result(&row, at, said);
    let (receiving_agency_id, handling_agency_id) = row.agencies;
    let (ground, referred_to, decision_number) = row.said;
    let outside = matches!(result, PetitionResult::Guided | PetitionResult::Forwarded | PetitionResult::Transferred);
    let senders = || row.people.0.iter().filter(|person| person.part == CasePart::Sender);
    let sender = senders().next();
    let resolve = row.clocks.0.get(CaseStage::Resolve);
    let due_at = resolve.map(|running| running.due_at);
    PetitionRegisterEntry {
        case_id: row.id,
        code: row.code.unwrap_or_default(),
        received_at: row.received_at,
        received_date: deadlines::vn_date(row.received_at),
        channel: row.channel,
        sender_name: sender.map(|person| person.name.clone()).unwrap_or_default(),
        sender_address: sender.map(|person| person.address.clone()).unwrap_or_default(),
        senders: u16::try_from(senders().count()).unwrap_or(u16::MAX),
        subject: row.subject.unwrap_or_default(),
        declared_kind: row.declared_kind,
        kind: row.kind,
        level: row.level,
        field: row.marks.0.field,
        status: row.status,
        eligible: said.then_some(result != PetitionResult::Filed),
        in_competence: (said && result != PetitionResult::Filed).then_some(!outside),
        result,
        processed_at,
        ground,
        referred_to,
        receiving_agency_id,
        handling_agency_id,
        assigned_to: row.assigned_to,
        due_at,
        due_date: due_at.map(deadlines::due_date),
        timeliness: row.clocks.0.timeliness_of(CaseStage::Resolve, now),
        extended: resolve.is_some_and(|running| running.due_at > running.statutory_due_at),
        dialogue_held: row.marks.0.dialogue_held,
        decision_number,
        decided_at: row.finished_at,
        outcome: row.outcome,
        closed_at: row.closed_at,
        origin_id: row.origin_id,
    }
}
