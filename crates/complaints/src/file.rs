//! Sending a case: a draft, online by a citizen or the Front, or taken in by reception.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::Entry;
use kernel::json::Json;
use kernel::problem::{FieldError, INVALID, Text};
use kernel::record::{Record, nothing_late};
use kernel::request::made_by_client;
use kernel::schema::cases;
use kernel::secret::sha256;
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accused::{Postings, accuse};
use crate::case::{Case, CaseChannel, CaseId, Content, Marks, Person, Words, audience};
use crate::check;
use crate::clocks::{Clocks, NEVER};
use crate::event::Event;
use crate::facts::Facts;
use crate::problem::{ID_TAKEN, IDENTITY_NOT_VERIFIED, NOT_YOURS_TO_DO};
use crate::steps::{Seen, World, read, take_code};
use crate::timer::{over_at_once, timers_of};
use crate::view::view;
use crate::workflow::CaseStatus;

/// A new case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "agency": "H26.13.01",
    "subject": "Khiếu nại quyết định thu hồi đất",
    "contents": ["Quyết định không nêu căn cứ pháp lý.", "Diện tích thu hồi tính thừa 12 m²."],
    "request": "Đề nghị huỷ quyết định và đo đạc lại.",
    "people": [{
        "part": "sender", "name": "Nguyễn Thị Bình Minh", "identity_number": "001190000001",
        "address": "Số 12 phố Hàng Bài, phường Hoàn Kiếm, Hà Nội", "phone": "+84912345678"
    }],
    "facts": {
        "kind": "complaint", "about": "decision", "respondent": "Ủy ban nhân dân phường Hoàn Kiếm",
        "document_number": "45/QĐ-UBND", "document_date": "2026-07-20", "known_on": "2026-07-25"
    }
}))]
pub struct NewCase {
    /// Made by the client (UUIDv7), so that a phone without a network knows it already; else by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<CaseId>,
    /// Code of the agency that it is sent to. A first complaint goes to whoever decided (LKN Art. 7).
    #[schema(min_length = 1, max_length = 50)]
    pub agency: String,
    /// How it came, where reception takes it in: at the counter when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<CaseChannel>,
    #[schema(min_length = 3, max_length = 300)]
    pub subject: String,
    #[schema(schema_with = contents)]
    pub contents: Vec<String>,
    /// What the sender wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 4000)]
    pub request: Option<String>,
    /// Who sends it; several who complain together, with those who speak for them (NĐ 124/2020/NĐ-CP Art. 7).
    #[schema(min_items = 1, max_items = 200)]
    pub people: Vec<Person>,
    #[schema(inline = false)]
    pub facts: Facts,
}

pub(crate) fn contents() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(10)).max_length(Some(10_000));
    let texts = ArrayBuilder::new().items(text).min_items(Some(1)).max_items(Some(50));
    texts
        .description(Some("Each thing that is complained about, proposed or asked."))
        .examples([serde_json::json!(["Quyết định không nêu căn cứ pháp lý."])])
        .build()
}

/// What is known of a new case beside what was said.
#[derive(Clone, Debug)]
pub struct Sent {
    /// To which it was sent, or whose reception took it in.
    pub agency: AgencyId,
    /// The sender's identity number, for which the identity provider vouches.
    pub vouched: Option<String>,
    pub postings: Postings,
}

/// Makes a draft, for the account whose number is vouched for, if any is.
///
/// # Errors
/// [`IDENTITY_NOT_VERIFIED`] for a citizen under whose number nobody vouches; as [`accuse`]; whatever is wrong with the content, all at
/// once; [`ID_TAKEN`] when the id belongs to another case.
pub async fn file(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    sent: Sent,
    new: NewCase,
    attempt: &Attempt,
) -> Result<Answer> {
    made_by_client(new.id.map(|id| id.0), "/id")?;
    let kind = new.facts.kind();
    let sender_id = match &ctx.actor {
        Actor::Citizen(id) => Some(*id),
        _ => None,
    };
    if sender_id.is_some() && sent.vouched.is_none() {
        return Err(IDENTITY_NOT_VERIFIED.error());
    }
    // The Front recommends; everybody else's cases are citizens'.
    if kind.is_citizens() == ctx.actor.may(Permission::Recommend) {
        return Err(NOT_YOURS_TO_DO.error());
    }
    let usual = if sender_id.is_some() || ctx.actor.may(Permission::Recommend) {
        CaseChannel::Online
    } else {
        CaseChannel::Counter
    };
    let channel = new.channel.unwrap_or(usual);
    INVALID.unless_none(wrong(ctx, &new, (channel, usual), sent.vouched.as_deref()))?;
    let content_hash = sha256(&[&serde_json::to_vec(&new).expect("input is plain data")]).to_vec();
    let id = new.id.unwrap_or_else(|| CaseId::at(ctx.now));
    let agency = sent.agency;
    let mut case = Case {
        id,
        version: 1,
        kind,
        declared_kind: kind,
        level: 1,
        status: CaseStatus::Draft,
        open: false,
        channel,
        receiving_agency_id: agency,
        handling_agency_id: agency,
        sender_id,
        created_by: ctx.actor.id().unwrap_or_default(),
        content_hash: content_hash.clone(),
        people: Json(new.people),
        words: Json(Words {
            subject: new.subject,
            contents: new.contents.into_iter().map(Content::new).collect(),
            request: new.request,
        }),
        facts: Json(new.facts),
        barred: Vec::new(),
        code: None,
        basis: None,
        clocks: Json(Clocks::default()),
        next_due_at: NEVER,
        assigned_to: None,
        origin_id: None,
        state_before: None,
        escalation: 0,
        marks: Json(Marks::default()),
        outcome: None,
        submitted_at: None,
        accepted_at: None,
        finished_at: None,
        closed_at: None,
        created_at: ctx.now,
    };
    accuse(&mut case, ctx, world.rules, &sent.postings)?;
    // What was sent to their own is received above it; what was taken in on paper was received where it was.
    if !channel.is_reception() {
        case.receiving_agency_id = case.handling_agency_id;
    }
    let created_by = case.created_by;
    let body = serde_json::to_string(&view(ctx, world, &case, &[], &[], &[])).expect("a view is plain data");
    let reply = Answer { status: 201, version: 1, location: Some(format!("/v1/cases/{id}")), body };
    let event = Event::Created { case_kind: kind, channel, origin: None };
    let record = Record {
        entry: Entry::new(ctx, id.0, Some(case.receiving_agency_id.0), &event, (Vec::new(), audience(&case))),
        change: diesel::insert_into(cases::table).values(case).returning((cases::version, nothing_late())),
        also: Vec::new(),
        timers: Timers::None,
        answer: Some(attempt.keep(&reply, ctx.now)),
    };
    match record.write(conn, |name| (name == "cases_pkey").then(|| ID_TAKEN.error())).await {
        Ok(_) => Ok(reply),
        // Under the same key it is a retry that gets the answer kept for it; under another, the case as it is now.
        Err(error) if error.is(&ID_TAKEN) && attempt.earlier(conn).await?.is_none() => {
            same_again(conn, ctx, world, id, &content_hash, created_by).await?.ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// Everything that is wrong with a new case.
fn wrong(
    ctx: &Ctx,
    new: &NewCase,
    (channel, usual): (CaseChannel, CaseChannel),
    vouched: Option<&str>,
) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut unless = |right: bool, at: &str, code: &'static str, vi: &'static str, en: &'static str| {
        if !right {
            wrong.push(FieldError::new(at, code, Text::fixed(vi, en)));
        }
    };
    let own = vouched.is_none_or(|number| {
        new.people.iter().any(|person| person.identity_number.as_deref().is_some_and(|theirs| theirs == number))
    });
    unless(
        own,
        "/people",
        "not_yours",
        "phải có bạn, với số định danh của tài khoản",
        "must have you among them, under your account's number",
    );
    unless(
        channel.is_reception() == usual.is_reception(),
        "/channel",
        "not_yours",
        "không phải kênh của bạn",
        "is not a channel of yours",
    );
    wrong.extend(check::wrong(&new.people, &new.facts, deadlines::vn_date(ctx.now), "/people"));
    wrong
}

/// Writes a case that grew out of another, received already: in the transaction that changes that one.
pub(crate) async fn insert(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, case: Case) -> Result<()> {
    let event = Event::Created { case_kind: case.kind, channel: case.channel, origin: case.origin_id.map(|id| id.0) };
    let code: Option<String> = diesel::select(take_code(&case, world.rules, ctx.now)).get_result(conn).await?;
    let case = Case { code, ..case };
    let record = Record {
        entry: Entry::new(ctx, case.id.0, Some(case.receiving_agency_id.0), &event, (Vec::new(), audience(&case))),
        timers: timers_of(&case, world.rules, &over_at_once(None, &case, ctx.now), ctx.now)?,
        change: diesel::insert_into(cases::table).values(case).returning((cases::version, nothing_late())),
        also: Vec::new(),
        answer: None,
    };
    record.write(conn, |name| (name == "cases_pkey").then(|| ID_TAKEN.error())).await.map(drop)
}

/// The case with this id, when the same caller sent it with the same content: a retry under a new key.
async fn same_again(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: CaseId,
    content_hash: &[u8],
    created_by: Uuid,
) -> Result<Option<Answer>> {
    let same = cases::table
        .filter(cases::id.eq(id))
        .filter(cases::content_hash.eq(content_hash))
        .filter(cases::created_by.eq(created_by))
        .select(cases::id);
    if same.first::<CaseId>(conn).await.optional()?.is_none() {
        return Ok(None);
    }
    let Seen { case, files, given, dialogues } = read(conn, ctx, world, id).await?;
    let view = view(ctx, world, &case, &files, &given, &dialogues);
    let body = serde_json::to_string(&view).expect("a view is plain data");
    Ok(Some(Answer { status: 201, version: view.version, location: Some(format!("/v1/cases/{id}")), body }))
}
