//! The criteria, as data with their sources: `migrations/seed/centre-criteria.csv`.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::problem::INTERNAL;
use kernel::rules::read_csv;
use kernel::schema::centre_criteria;
use kernel::{Result, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::Mark;

const SEED: &str = include_str!("../../../../migrations/seed/centre-criteria.csv");

text_enum! {
    /// Something that a centre has, or that is done for people there.
    CriterionKind { Facility = "facility", Service = "service" }
}

/// Something that the law wants a centre to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = centre_criteria)]
pub struct Criterion {
    #[schema(example = "smart_kiosk", max_length = 50, pattern = "^[a-z0-9_]+$")]
    pub code: String,
    pub kind: CriterionKind,
    #[schema(example = "Ki-ốt thông minh", max_length = 200)]
    pub name: String,
    #[schema(example = "Smart kiosk", max_length = 200)]
    pub name_en: String,
    /// The text that says so.
    #[schema(example = "NĐ 61/2018/NĐ-CP Art. 13(2)(b)", max_length = 300)]
    pub source: String,
    pub mark: Mark,
}

/// A version of the criteria.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Criteria {
    #[schema(example = "centre-2026-11", max_length = 50)]
    pub version: String,
    #[schema(max_items = 100)]
    pub items: Vec<Criterion>,
}

#[derive(Deserialize)]
struct Row {
    version: String,
    code: String,
    kind: CriterionKind,
    name: String,
    name_en: String,
    source: String,
    mark: Mark,
}

/// Loads them. A version that is there already stays as it is: assessments rest on it.
pub async fn seed(conn: &mut AsyncPgConnection) -> Result<()> {
    use centre_criteria::{code, kind, mark, name, name_en, position, source, version};
    let rows = read_csv::<Row>(SEED)?.into_iter().zip(0_i16..).map(|(row, place)| {
        let words = (name.eq(row.name), name_en.eq(row.name_en), source.eq(row.source), mark.eq(row.mark));
        (version.eq(row.version), code.eq(row.code), position.eq(place), kind.eq(row.kind), words)
    });
    let rows: Vec<_> = rows.collect();
    diesel::insert_into(centre_criteria::table).values(rows).on_conflict_do_nothing().execute(conn).await?;
    Ok(())
}

/// The criteria in force: the newest version.
pub async fn in_force(conn: &mut AsyncPgConnection) -> Result<Criteria> {
    let newest = centre_criteria::table.select(centre_criteria::version).order(centre_criteria::version.desc());
    let newest: Option<String> = newest.first(conn).await.optional()?;
    let version = newest.ok_or_else(|| INTERNAL.because("no criteria are loaded"))?;
    of_version(conn, version).await
}

/// The criteria of a version.
pub(super) async fn of_version(conn: &mut AsyncPgConnection, version: String) -> Result<Criteria> {
    let rows = centre_criteria::table
        .filter(centre_criteria::version.eq(&version))
        .order(centre_criteria::position)
        .select(Criterion::as_select());
    let items = rows.load(conn).await?;
    Ok(Criteria { version, items })
}
