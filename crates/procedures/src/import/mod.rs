//! What another system has handled, read from its log: dossiers with their own start, deadline and end.
//!
//! A file is read twice: once to see that it can be read ([`log::look`]), then row by row in its order ([`run()`]), some
//! hundreds in a transaction that also moves the place where it goes on. Nothing is kept in memory beyond that: a
//! dossier's rows may lie apart from each other. In reading order: the [`log`] and its [`mapping`] to our own words, the
//! [`dossier`] and its [`event`]s, the [`batch`], the [`report`], and one import ([`run()`], [`read`]).

pub mod batch;
pub mod dossier;
pub mod event;
pub mod log;
pub mod mapping;
pub mod report;
mod run;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::files::Sha256;
use kernel::json::Json;
use kernel::schema::{import_progress as progress, imports};
use kernel::{Result, id, instant, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

pub use self::report::Report;
pub use self::run::{File, run};
use crate::problem::IMPORT_NOT_FOUND;

id! { ImportId, "An import's id."; }

text_enum! {
    /// Where imported dossiers come from.
    Source {
        CoselogReceipt = "coselog_receipt",
        /// Made up, for the demo.
        Demo = "demo",
    }
}

impl Source {
    /// Whom to cite wherever results from it are shown.
    pub const fn citation(self) -> &'static str {
        match self {
            Self::CoselogReceipt => {
                "CoSeLoG, \"Receipt phase of an environmental permit application process\", J. Buijs, 4TU.ResearchData"
            }
            Self::Demo => "Made up for the demo",
        }
    }
}

/// One reading of one file: the row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = imports)]
pub struct Import {
    pub id: ImportId,
    pub version: i32,
    pub source: Source,
    pub sha256: Sha256,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// The place in the file where it goes on, and what was found before it.
#[derive(Clone, Debug, Default, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = progress)]
pub(crate) struct Progress {
    pub position: i64,
    pub line: i64,
    #[diesel(serialize_as = Json<Report>, deserialize_as = Json<Report>)]
    pub report: Report,
}

impl From<Report> for Json<Report> {
    fn from(report: Report) -> Self {
        Self(report)
    }
}

impl From<Json<Report>> for Report {
    fn from(Json(report): Json<Report>) -> Self {
        report
    }
}

/// An import, for those who oversee.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Import)]
pub struct View {
    pub id: ImportId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub source: Source,
    /// Whom to cite wherever results from it are shown.
    #[schema(max_length = 200)]
    pub citation: &'static str,
    /// Of the file.
    pub sha256: Sha256,
    #[serde(serialize_with = "instant::serialize")]
    pub started_at: DateTime<Utc>,
    /// Absent while it is under way, or was broken off: the same command goes on with it.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub finished_at: Option<DateTime<Utc>>,
    pub report: Report,
}

/// The import with this id.
///
/// # Errors
/// [`IMPORT_NOT_FOUND`].
pub async fn read(conn: &mut AsyncPgConnection, id: ImportId) -> Result<View> {
    let found = imports::table.inner_join(progress::table).filter(imports::id.eq(id));
    let found = found.select((Import::as_select(), Progress::as_select())).first(conn).await.optional()?;
    let (import, progress): (Import, Progress) = found.ok_or_else(|| IMPORT_NOT_FOUND.error())?;
    Ok(view(&import, progress.report))
}

fn view(import: &Import, report: Report) -> View {
    View {
        id: import.id,
        version: import.version,
        source: import.source,
        citation: import.source.citation(),
        sha256: import.sha256,
        started_at: import.started_at,
        finished_at: import.finished_at,
        report,
    }
}
