//! The archive register of an agency: fonds and the files in them, how long each is kept and by which rule, and its transfer to
//! the archive. In reading order: fonds and rules; [`item`]; [`list`]; what is [`mod@held`] of a citizen.

pub mod held;
pub mod item;
pub mod list;

use std::sync::LazyLock;

use chrono::{Datelike, Months, NaiveDate};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::{self, Entry};
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::record::{Record, nothing_late};
use kernel::schema::fonds;
use kernel::timers::Timers;
use kernel::{Ctx, Result, id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::Mark;
use crate::problem::NOT_YOURS_TO_DO;

id! { FondsId, "A fonds' id."; }

/// How long files of a kind are kept.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RetentionRule {
    #[schema(example = "construction_permit", max_length = 50)]
    pub rule: String,
    #[schema(max_length = 300)]
    pub name: String,
    #[schema(max_length = 300)]
    pub name_en: String,
    /// For ever when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 200)]
    pub years: Option<i16>,
    /// By when a file is given to the archive, from the day on which its work was over.
    #[schema(minimum = 0, maximum = 50)]
    pub transfer_within_years: u32,
    /// The text that says so, and how sure we are of it.
    #[schema(max_length = 300)]
    pub source: String,
    pub mark: Mark,
}

static RULES: LazyLock<Vec<RetentionRule>> = LazyLock::new(|| {
    let csv = include_str!("../../../../migrations/seed/retention.csv");
    let rows = csv::Reader::from_reader(csv.as_bytes()).deserialize().collect::<Result<_, _>>();
    rows.expect("a test reads retention.csv")
});

/// Every rule.
pub fn rules() -> &'static [RetentionRule] {
    &RULES
}

impl RetentionRule {
    /// By when a file whose work was over on that day goes to the archive.
    fn transfer_due_on(&self, ended_on: NaiveDate) -> NaiveDate {
        ended_on.checked_add_months(Months::new(12 * self.transfer_within_years)).unwrap_or(ended_on)
    }

    /// When it is reviewed for destruction: kept for whole years after that in which its work was over (recalled only).
    fn review_due_on(&self, ended_on: NaiveDate) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(ended_on.year() + i32::from(self.years?) + 1, 1, 1)
    }
}

/// A fonds: what an agency has made in a period.
#[derive(Clone, Debug, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = fonds)]
pub struct Fonds {
    pub id: FondsId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub agency_id: AgencyId,
    #[schema(max_length = 300)]
    pub name: String,
    #[schema(minimum = 1900, maximum = 2200)]
    pub from_year: i16,
    /// It still grows without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1900, maximum = 2200)]
    pub to_year: Option<i16>,
}

/// A new fonds of one's own agency.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFonds {
    #[schema(example = "Phông lưu trữ Ủy ban nhân dân phường Hoàn Kiếm", min_length = 1, max_length = 300)]
    pub name: String,
    #[schema(example = 2025, minimum = 1900, maximum = 2200)]
    pub from_year: i16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2030, minimum = 1900, maximum = 2200)]
    pub to_year: Option<i16>,
}

/// What the journal is told about fonds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FondsEvent {
    Founded { from_year: i16 },
}

impl journal::Event for FondsEvent {
    const ENTITY: &'static str = "fonds";

    fn kind(&self) -> &'static str {
        match self {
            Self::Founded { .. } => "fonds.founded",
        }
    }
}

/// The agency whose register the actor keeps.
fn own_agency(ctx: &Ctx) -> Result<AgencyId> {
    ctx.actor.agency().ok_or_else(|| NOT_YOURS_TO_DO.error())
}

/// Begins a fonds of one's own agency.
///
/// # Errors
/// A period that ends before it begins.
pub async fn found(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: FondsId,
    new: NewFonds,
    attempt: &Attempt,
) -> Result<Answer> {
    let agency_id = own_agency(ctx)?;
    let NewFonds { name, from_year, to_year } = new;
    if to_year.is_some_and(|to| to < from_year) {
        let words = Words::fixed("không được trước from_year", "must not come before from_year");
        return Err(INVALID.error().fields(vec![FieldError::new("/to_year", "out_of_range", words)]));
    }
    let row = Fonds { id, version: 1, agency_id, name, from_year, to_year };
    let body = serde_json::to_string(&row).expect("a fonds is plain data");
    let reply = Answer { status: 201, version: 1, location: None, body };
    let seen = vec![agency_id.0];
    let entry = Entry::new(ctx, id.0, Some(agency_id.0), &FondsEvent::Founded { from_year }, (vec![], seen));
    let change = diesel::insert_into(fonds::table).values(row).returning((fonds::version, nothing_late()));
    let answer = Some(attempt.keep(&reply, ctx.now));
    Record { change, also: vec![], entry, timers: Timers::None, answer }.write(conn, |_| None).await?;
    Ok(reply)
}

/// The fonds of one's own agency, by period.
pub async fn fonds(conn: &mut AsyncPgConnection, ctx: &Ctx) -> Result<Vec<Fonds>> {
    let own =
        fonds::table.filter(fonds::agency_id.eq(own_agency(ctx)?)).order((fonds::from_year, fonds::id)).limit(200);
    Ok(own.select(Fonds::as_select()).load(conn).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_reviewed_after_whole_years_and_never_when_it_is_kept_for_ever() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let rule = |code: &str| rules().iter().find(|rule| rule.rule == code).expect("a rule");
        let (permit, status) = (rule("construction_permit"), rule("civil_status"));
        assert_eq!(permit.review_due_on(day("2026-08-17")), Some(day("2047-01-01")));
        assert_eq!(status.review_due_on(day("2026-08-17")), None);
        assert_eq!(status.transfer_due_on(day("2028-02-29")), day("2029-02-28"));
    }
}
