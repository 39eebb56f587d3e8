//! Work lists and one's own dossiers: keyset pages, most urgent first.

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Timeliness;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::{dossier_agencies, dossiers};
use kernel::{Actor, Ctx, Result, instant, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::catalogue::{Catalogue, ProcedureId};
use crate::dossier::{Channel, DossierId, applicant_name, visible_to};
use crate::view::ProcedureName;
use crate::workflow::Status;

text_enum! {
    /// Dossiers that the agency decides (competent) or has received (receiving), or whose results wait there to be fetched though
    /// another agency has received them (return).
    Side { Competent = "competent", Receiving = "receiving", Return = "return" }
}

/// Which dossiers, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only dossiers in this state. Without it staff get the open ones, citizens all of theirs.
    #[param(inline)]
    pub status: Option<Status>,
    /// The agency's part in them; for staff, `competent` when absent.
    #[param(inline)]
    pub side: Option<Side>,
    /// The one with this code, in whatever state, and whatever the agency's part in it.
    #[param(value_type = Option<String>, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9.-]+$", example = "000.01.13.H26-DEMO-0001")]
    pub code: Option<SoughtCode>,
    /// Of this agency, for those who oversee all; their own when absent.
    pub agency_id: Option<AgencyId>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// A dossier's code, as it stands on its receipt.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct SoughtCode(String);

impl SoughtCode {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SoughtCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let known = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-');
        match (1..=64).contains(&text.len()) && text.bytes().all(known) {
            true => Ok(Self(text)),
            false => Err("a code has letters, digits, dots and hyphens, 64 at most"),
        }
    }
}

/// A line of a work list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DossierLine {
    pub id: DossierId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub status: Status,
    pub procedure: ProcedureName,
    #[schema(example = "house", max_length = 50)]
    pub case: String,
    pub channel: Channel,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "000.00.00.H26-261123-0001", max_length = 64)]
    pub code: Option<String>,
    #[schema(example = "Nguyễn Thị Hoa", max_length = 200)]
    pub applicant_name: String,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub due_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<NaiveDate>,
    pub timeliness: Timeliness,
    /// What the list is ordered by: when the next step is due.
    #[serde(serialize_with = "instant::serialize")]
    pub next_due_at: DateTime<Utc>,
}

#[derive(Queryable)]
struct Row {
    id: DossierId,
    version: i32,
    status: Status,
    procedure_id: ProcedureId,
    case_code: String,
    channel: Channel,
    code: Option<String>,
    applicant_name: String,
    clock_stands: bool,
    statutory_due_at: Option<DateTime<Utc>>,
    due_at: Option<DateTime<Utc>>,
    next_due_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

/// One page of the dossiers that the actor may see.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    cursors: &Cursors<'_>,
    filter: &Filter,
) -> Result<Page<DossierLine>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = dossiers::table
        .filter(visible_to(ctx))
        .order((dossiers::next_due_at, dossiers::id))
        .limit(i64::from(limit) + 1)
        .select((
            dossiers::id,
            dossiers::version,
            dossiers::status,
            dossiers::procedure_id,
            dossiers::case_code,
            dossiers::channel,
            dossiers::code,
            applicant_name(),
            dossiers::clock_stands,
            dossiers::statutory_due_at,
            dossiers::due_at,
            dossiers::next_due_at,
            dossiers::finished_at,
        ))
        .into_boxed();
    let agency = filter.agency_id.or_else(|| ctx.actor.agency().filter(|_| filter.code.is_none()));
    if let (Actor::Staff { .. }, Some(agency)) = (&ctx.actor, agency) {
        query = match filter.side.unwrap_or(Side::Competent) {
            Side::Competent => query.filter(dossiers::competent_agency_id.eq(agency)),
            Side::Receiving => query.filter(dossiers::receiving_agency_id.eq(agency)),
            Side::Return => {
                let waiting = dossier_agencies::table.filter(dossier_agencies::waits);
                let there = waiting.filter(dossier_agencies::agency_id.eq(agency));
                query.filter(dossiers::id.eq_any(there.select(dossier_agencies::dossier_id)))
            }
        };
    }
    // The indexes are partial: open dossiers and the rest are told apart in every query.
    query = match (filter.status, &ctx.actor) {
        (Some(status), _) if status.is_open() => query.filter(dossiers::open).filter(dossiers::status.eq(status)),
        (Some(status), _) => query.filter(diesel::dsl::not(dossiers::open)).filter(dossiers::status.eq(status)),
        (None, Actor::Citizen(_)) => query,
        (None, _) if filter.code.is_some() => query,
        (None, _) => query.filter(dossiers::open),
    };
    if let Some(SoughtCode(code)) = &filter.code {
        query = query.filter(dossiers::code.eq(code));
    }
    if let Some(cursor) = &filter.cursor {
        let (due, id): (DateTime<Utc>, DossierId) = cursors.open(cursor)?;
        let later = dossiers::next_due_at.gt(due).or(dossiers::next_due_at.eq(due).and(dossiers::id.gt(id)));
        query = query.filter(dossiers::next_due_at.ge(due)).filter(later);
    }
    let rows: Vec<Row> = query.load(conn).await?;
    let lines = rows.into_iter().map(|row| line(ctx, catalogue, row)).collect::<Result<Vec<_>>>()?;
    Ok(cursors.page(lines, usize::from(limit), |line| (line.next_due_at, line.id)))
}

fn line(ctx: &Ctx, catalogue: &Catalogue, row: Row) -> Result<DossierLine> {
    let (procedure, _) = catalogue.pinned(row.procedure_id, &row.case_code)?;
    Ok(DossierLine {
        timeliness: deadlines::timeliness(row.statutory_due_at, row.clock_stands, row.finished_at, ctx.now),
        id: row.id,
        version: row.version,
        status: row.status,
        procedure: ProcedureName { code: procedure.code.clone(), name: procedure.name.clone() },
        case: row.case_code,
        channel: row.channel,
        code: row.code,
        applicant_name: row.applicant_name,
        due_at: row.due_at,
        due_date: row.due_at.map(deadlines::due_date),
        next_due_at: row.next_due_at,
    })
}
