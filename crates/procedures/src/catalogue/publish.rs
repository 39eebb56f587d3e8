//! Bringing out and repealing versions of procedures. A version that has been published is never changed: dossiers rest
//! on it. Each change is one transaction in which nobody else changes the catalogue.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use kernel::idempotency::{Answer, Attempt, Kept};
use kernel::journal::{Entry, Event};
use kernel::json::Json;
use kernel::problem::{Error, FieldError, INVALID, Text as Message};
use kernel::record::{Record, nothing_late};
use kernel::reference::{self, Reference};
use kernel::rules::Rules;
use kernel::schema::procedures;
use kernel::timers::Timers;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::complete::missing;
use super::{Catalogue, Content, NO_END, NewPublication, OnlineLevel, Procedure, ProcedureId, Publication};
use crate::problem::{PROCEDURE_NOT_FOUND, VERSION_NOT_LATEST};

/// A version to be published.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "2.000908", "valid_from": "2099-01-01", "name": "Cấp bản sao từ sổ gốc", "name_en": "Copy from an original register",
    "field": "Chứng thực",
    "publication": { "decision": "1234/QĐ-UBND", "decided_on": "2026-06-22", "in_force_on": "2026-07-01" },
    "content": {
        "source": "NĐ 23/2015/NĐ-CP", "mark": "S", "level": "both", "subjects": ["citizen"],
        "agencies": [{ "part": "competent", "name": { "vi": "Cơ quan đang quản lý sổ gốc", "en": "The agency that keeps the register" } }],
        "sequence": [{ "vi": "Nộp yêu cầu; giải quyết và trả kết quả ngay.", "en": "File the request; it is settled at once." }],
        "results": [{ "vi": "Bản sao từ sổ gốc", "en": "Copy from the register" }],
        "online": { "level": "full" },
        "cases": [{
            "code": "standard", "name": "Thông thường", "name_en": "Standard", "limit": { "amount": 1, "unit": "working_day" },
            "limit_source": "Quyết định công bố thủ tục", "limit_mark": "S", "supplement": "restart", "immediate": true,
            "components": [{ "code": "request", "name": "Yêu cầu cấp bản sao", "name_en": "Request", "required": true }],
            "methods": [{ "channel": "online" }, { "channel": "counter" }],
        }],
    },
}))]
pub struct NewProcedure {
    /// National code, like `1.013225`.
    #[schema(example = "1.000894", min_length = 8, max_length = 16, pattern = r"^[0-9]\.[0-9]{6}$")]
    pub code: String,
    /// The first day on which it is in force: tomorrow or later, so that every replica knows it before.
    pub valid_from: NaiveDate,
    #[schema(example = "Đăng ký kết hôn", min_length = 1, max_length = 300)]
    pub name: String,
    #[schema(example = "Registration of marriage", min_length = 1, max_length = 300)]
    pub name_en: String,
    #[schema(example = "Hộ tịch", min_length = 1, max_length = 200)]
    pub field: String,
    pub content: Content,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publication: Option<NewPublication>,
}

impl NewProcedure {
    /// A version of it that is new.
    pub(super) fn version(self, id: ProcedureId, valid_to: NaiveDate, publication: Option<Publication>) -> Procedure {
        let Self { code, valid_from, name, name_en, field, content, publication: _ } = self;
        let (content, publication, repeal) = (Json(content), publication.map(Json), None);
        Procedure { id, version: 1, code, valid_from, valid_to, name, name_en, field, content, publication, repeal }
    }
}

impl Procedure {
    /// Its next version: it ends then, by that decision or by none of its own.
    fn ended(&self, valid_to: NaiveDate, repeal: Option<Publication>) -> Self {
        Self { version: self.version + 1, valid_to, repeal: repeal.map(Json), ..self.clone() }
    }
}

/// The end of a procedure.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeal {
    /// The last day on which it is in force: yesterday or later. One that has not begun is taken back by the day before it.
    pub last_day: NaiveDate,
    /// The decision that publishes it; `in_force_on` is of the text that repeals the procedure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publication: Option<NewPublication>,
}

/// What the journal is told about a version of a procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcedureEvent {
    Published {
        code: String,
        valid_from: NaiveDate,
        #[serde(flatten)]
        published: InTime,
    },
    Ended {
        last_day: NaiveDate,
        #[serde(flatten)]
        published: InTime,
    },
}

/// Whether it was decided, and opened to the public, in time: where that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InTime {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    announced_in_time: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opened_in_time: Option<bool>,
}

impl InTime {
    fn of(publication: Option<&Publication>) -> Self {
        Self {
            announced_in_time: publication.and_then(|made| Some(made.announced.as_ref()?.in_time)),
            opened_in_time: publication.map(|made| made.opened.in_time),
        }
    }
}

impl Event for ProcedureEvent {
    const ENTITY: &'static str = "procedure";

    fn kind(&self) -> &'static str {
        match self {
            Self::Published { .. } => "procedure.published",
            Self::Ended { .. } => "procedure.ended",
        }
    }
}

/// Publishes a version; the one before it ends on the day before.
///
/// # Errors
/// [`VERSION_NOT_LATEST`] when there is a later one; whatever else is wrong, all at once.
pub async fn publish(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    rules: &Rules,
    id: ProcedureId,
    mut new: NewProcedure,
    attempt: &Attempt,
) -> Result<Answer> {
    conn.transaction::<_, Error, _>(async |conn| {
        let catalogue = begin(conn).await?;
        check(ctx, &new)?;
        let (code, valid_from) = (new.code.clone(), new.valid_from);
        let publication = new.publication.take().map(|publication| publication.held_to(rules, ctx.now)).transpose()?;
        // One that was taken back before it began has never been in force.
        let last = catalogue.versions(&code).rfind(|version| version.valid_from <= version.valid_to);
        if last.is_some_and(|last| last.valid_from >= valid_from) {
            return Err(VERSION_NOT_LATEST.error());
        }
        let before = valid_from.pred_opt().unwrap_or(valid_from);
        if let Some(last) = last.filter(|last| last.valid_to > before) {
            end(conn, ctx, last.ended(before, None), None).await?;
        }
        let published = InTime::of(publication.as_ref());
        let event = ProcedureEvent::Published { code, valid_from, published };
        let row = new.version(id, NO_END, publication);
        let answer = answer(201, &row);
        let entry = Entry::new(ctx, id.0, ctx.actor.agency().map(|agency| agency.0), &event, (vec![], vec![]));
        let kept = Some(attempt.keep(&answer, ctx.now));
        let change =
            diesel::insert_into(procedures::table).values(row).returning((procedures::version, nothing_late()));
        Record { change, also: vec![], entry, timers: Timers::None, answer: kept }.write(conn, taken).await?;
        Ok(answer)
    })
    .await
}

fn taken(constraint: &str) -> Option<Error> {
    (constraint == "procedures_code_valid_from_key").then(|| VERSION_NOT_LATEST.error())
}

/// Ends the latest version of a procedure. Dossiers that rest on it go on.
///
/// # Errors
/// [`PROCEDURE_NOT_FOUND`]; a last day before yesterday, or after it has ended; a decision of the future.
pub async fn repeal(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    rules: &Rules,
    code: &str,
    Repeal { last_day, publication }: Repeal,
    attempt: &Attempt,
) -> Result<Answer> {
    conn.transaction::<_, Error, _>(async |conn| {
        let catalogue = begin(conn).await?;
        let last = catalogue.versions(code).next_back().ok_or_else(|| PROCEDURE_NOT_FOUND.error())?;
        let before = |day: NaiveDate| day.pred_opt().unwrap_or(day);
        let earliest = before(deadlines::vn_date(ctx.now)).max(before(last.valid_from));
        if !(earliest..=last.valid_to).contains(&last_day) {
            let words = Message::new(
                format!("từ {earliest} đến {}", last.valid_to),
                format!("from {earliest} to {}", last.valid_to),
            );
            return Err(INVALID.error().fields(vec![FieldError::new("/last_day", "out_of_range", words)]));
        }
        let repeal = publication.map(|publication| publication.held_to(rules, ctx.now)).transpose()?;
        let ended = last.ended(last_day, repeal);
        let answer = answer(200, &ended);
        end(conn, ctx, ended, Some(attempt.keep(&answer, ctx.now))).await?;
        Ok(answer)
    })
    .await
}

/// Writes that it has ended, over the version before.
async fn end(conn: &mut AsyncPgConnection, ctx: &Ctx, ended: Procedure, answer: Option<Kept>) -> Result<()> {
    let published = InTime::of(ended.repeal.as_ref().map(|Json(repeal)| repeal));
    let event = ProcedureEvent::Ended { last_day: ended.valid_to, published };
    let entry = Entry::new(ctx, ended.id.0, ctx.actor.agency().map(|agency| agency.0), &event, (vec![], vec![]));
    let row = procedures::table.filter(procedures::id.eq(ended.id)).filter(procedures::version.eq(ended.version - 1));
    let change = diesel::update(row)
        .set((
            procedures::version.eq(ended.version),
            procedures::valid_to.eq(ended.valid_to),
            procedures::repeal.eq(ended.repeal),
        ))
        .returning((procedures::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer }.write(conn, |_| None).await.map(drop)
}

/// Begins a change, in which nobody else changes the catalogue: all of it as it is.
async fn begin(conn: &mut AsyncPgConnection) -> Result<Catalogue> {
    reference::change(conn, Reference::Procedures).await?;
    Catalogue::read(conn).await
}

fn answer(status: u16, row: &Procedure) -> Answer {
    let body = serde_json::to_string(row).expect("a procedure is plain data");
    let location = (status == 201).then(|| format!("/v1/procedures/{}", row.code));
    Answer { status, version: row.version, location, body }
}

/// Whether such a version can be: it has the parts that it must have and begins tomorrow or later, its cases and their papers
/// have codes of their own, and what is not online whole says why.
fn check(ctx: &Ctx, new: &NewProcedure) -> Result<()> {
    let mut wrong = missing(&new.name, &new.content);
    if new.valid_from <= deadlines::vn_date(ctx.now) {
        let words = Message::fixed("sớm nhất là ngày mai", "tomorrow at the earliest");
        wrong.push(FieldError::new("/valid_from", "too_early", words));
    }
    let content = &new.content;
    let again =
        |pointer: String| FieldError::new(pointer, "duplicate", Message::fixed("đã dùng ở trên", "is used above"));
    wrong.extend(
        repeated(content.cases.iter().map(|case| &case.code)).map(|n| again(format!("/content/cases/{n}/code"))),
    );
    let impossible = |pointer: String| {
        let words = Message::fixed("phải từ 1 đến 3650, và 0 cho same_day", "must be 1 to 3650, and 0 for same_day");
        FieldError::new(pointer, "out_of_range", words)
    };
    for (n, case) in content.cases.iter().enumerate() {
        wrong.extend(case.limit.check().err().map(|_| impossible(format!("/content/cases/{n}/limit/amount"))));
        for (m, method) in case.methods.iter().enumerate() {
            let limits = [("limit", method.limit), ("intake/limit", method.intake.as_ref().map(|rule| rule.limit))];
            let limits = limits.into_iter().filter(|(_, limit)| limit.is_some_and(|limit| limit.check().is_err()));
            wrong.extend(limits.map(|(at, _)| impossible(format!("/content/cases/{n}/methods/{m}/{at}/amount"))));
        }
        let codes = case.components.iter().map(|component| &component.code);
        wrong.extend(repeated(codes).map(|m| again(format!("/content/cases/{n}/components/{m}/code"))));
        let channels = case.methods.iter().map(|method| method.channel);
        wrong.extend(repeated(channels).map(|m| again(format!("/content/cases/{n}/methods/{m}/channel"))));
    }
    if content.online.level != OnlineLevel::Full && content.online.reason.is_none() {
        let words = Message::fixed(
            "bắt buộc khi không phải dịch vụ công trực tuyến toàn trình (NĐ 224/2026, Điều 14)",
            "needed for what is not online whole (NĐ 224/2026 Art. 14)",
        );
        wrong.push(FieldError::new("/content/online/reason", "required", words));
    }
    INVALID.unless_none(wrong)
}

/// The places of those that were there before.
fn repeated<T: Ord>(items: impl Iterator<Item = T>) -> impl Iterator<Item = usize> {
    let mut seen = BTreeSet::new();
    items.enumerate().filter_map(move |(n, item)| (!seen.insert(item)).then_some(n))
}
