//! Reviews, the latest first: keyset pages.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::reviews;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::subject;
use super::{ReviewId, ReviewStatus, ReviewSubject, visible_to};

/// The code of a procedure: see [`Procedure::code`](crate::catalogue::Procedure::code).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ProcedureCode(String);

impl TryFrom<String> for ProcedureCode {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|c| c.is_ascii_digit());
        let fits = code.split_once('.').is_some_and(|(kind, serial)| digits(kind, 1) && digits(serial, 6));
        if fits { Ok(Self(code)) } else { Err("procedure must be a code like 1.013225") }
    }
}

/// Which reviews, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReviewFilter {
    /// Of this agency.
    #[param(example = "019b76da-a800-7000-8000-a00000000006")]
    pub agency: Option<AgencyId>,
    /// Of this procedure.
    #[param(value_type = Option<String>, min_length = 8, max_length = 16, pattern = r"^[0-9]\.[0-9]{6}$", example = "1.013225")]
    pub procedure: Option<ProcedureCode>,
    /// That stand there.
    #[param(inline)]
    pub status: Option<ReviewStatus>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// A line of the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReviewLine {
    pub id: ReviewId,
    pub agency_id: AgencyId,
    pub subject: ReviewSubject,
    #[schema(example = 2026, minimum = 2010, maximum = 2100)]
    pub plan_year: i16,
    #[schema(max_length = 300)]
    pub title: String,
    pub status: ReviewStatus,
    /// In đồng a year.
    #[schema(minimum = 0)]
    pub proposed_saving: i64,
    #[schema(minimum = 0)]
    pub accepted_saving: i64,
    pub opened_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reviews)]
struct Row {
    id: ReviewId,
    agency_id: AgencyId,
    procedure_code: Option<String>,
    document_number: Option<String>,
    plan_year: i16,
    title: String,
    status: ReviewStatus,
    proposed_saving: i64,
    accepted_saving: i64,
    opened_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
}

impl From<Row> for ReviewLine {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            agency_id: row.agency_id,
            subject: subject(row.procedure_code, row.document_number),
            plan_year: row.plan_year,
            title: row.title,
            status: row.status,
            proposed_saving: row.proposed_saving,
            accepted_saving: row.accepted_saving,
            opened_at: row.opened_at,
            decided_at: row.decided_at,
        }
    }
}

/// One page of the reviews that the actor may see, the latest first.
///
/// # Errors
/// A cursor of another list.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    cursors: &Cursors<'_>,
    filter: &ReviewFilter,
) -> Result<Page<ReviewLine>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = reviews::table
        .filter(visible_to(&ctx.actor))
        .order(reviews::id.desc())
        .limit(i64::from(limit) + 1)
        .select(Row::as_select())
        .into_boxed();
    if let Some(agency) = filter.agency {
        query = query.filter(reviews::agency_id.eq(agency));
    }
    if let Some(procedure) = &filter.procedure {
        query = query.filter(reviews::procedure_code.eq(&procedure.0));
    }
    if let Some(status) = filter.status {
        query = query.filter(reviews::status.eq(status));
    }
    if let Some(cursor) = &filter.cursor {
        query = query.filter(reviews::id.lt(cursors.open::<ReviewId>(cursor)?));
    }
    let rows: Vec<Row> = query.load(conn).await?;
    let lines = rows.into_iter().map(ReviewLine::from).collect();
    Ok(cursors.page(lines, usize::from(limit), |line| line.id))
}
