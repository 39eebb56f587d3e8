//! A dossier that was handled elsewhere, and reading those that are known.

use chrono::{DateTime, Utc};
use deadlines::Timeliness;
use diesel::dsl::count;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::{external_dossiers, external_events};
use kernel::sql::sql;
use kernel::{Actor, Ctx, Permission, Result, id, instant};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::event::Facts;
use super::{ImportId, Source};
use crate::dossier::Channel;

id! { ExternalDossierId, "The id of a dossier that was handled elsewhere."; }

/// The row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = external_dossiers)]
pub struct ExternalDossier {
    pub id: ExternalDossierId,
    pub version: i32,
    pub source: Source,
    pub source_key: String,
    pub channel: Option<Channel>,
    pub started_at: DateTime<Utc>,
    pub due_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// The last one that read of it: within one file, what comes first stays.
    pub import_id: ImportId,
}

impl ExternalDossier {
    /// What the journal is told of it.
    pub fn facts(&self) -> Facts {
        let Self { source, started_at, due_at, ended_at, .. } = *self;
        let in_time = ended_at.zip(due_at).map(|(ended_at, due_at)| ended_at < due_at);
        Facts { source, started_at, due_at, ended_at, in_time }
    }
}

/// A step of it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = external_events)]
pub struct ExternalEvent {
    pub dossier_id: ExternalDossierId,
    pub source_key: String,
    pub activity: String,
    pub occurred_at: DateTime<Utc>,
}

/// Which dossiers, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only dossiers from there.
    #[param(inline)]
    pub source: Option<Source>,
    /// Only dossiers that are, or were, in time or not.
    #[param(inline)]
    pub timeliness: Option<Timeliness>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// A dossier that was handled elsewhere.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ExternalDossier)]
pub struct Line {
    pub id: ExternalDossierId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub source: Source,
    /// Its name there.
    #[schema(example = "case-10011", max_length = 100)]
    pub source_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    #[serde(serialize_with = "instant::serialize")]
    pub started_at: DateTime<Utc>,
    /// The deadline that it had there. In time is what has ended before it.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub due_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub ended_at: Option<DateTime<Utc>>,
    pub timeliness: Timeliness,
}

/// One page of them, by source and name.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    cursors: &Cursors<'_>,
    filter: &Filter,
) -> Result<Page<Line>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = external_dossiers::table
        .filter(visible_to(&ctx.actor).into_sql::<Bool>())
        .order((external_dossiers::source, external_dossiers::source_key))
        .limit(i64::from(limit) + 1)
        .select(ExternalDossier::as_select())
        .into_boxed();
    if let Some(source) = filter.source {
        query = query.filter(external_dossiers::source.eq(source));
    }
    let late = || external_dossiers::ended_at.ge(external_dossiers::due_at);
    let open = || late().is_null().and(external_dossiers::ended_at.is_null());
    query = match filter.timeliness {
        None => query,
        Some(Timeliness::FinishedLate) => query.filter(late().eq(true)),
        Some(Timeliness::FinishedOnTime) => query.filter(late().eq(false)),
        Some(Timeliness::Overdue) => query.filter(open().and(external_dossiers::due_at.le(ctx.now))),
        Some(Timeliness::Running) => query.filter(open().and(external_dossiers::due_at.gt(ctx.now))),
        Some(Timeliness::NotRunning) => query.filter(late().is_null().and(external_dossiers::due_at.is_null())),
    };
    if let Some(cursor) = &filter.cursor {
        let (source, key): (Source, String) = cursors.open(cursor)?;
        // As one comparison it is a place in the index: most of them are from one source.
        let later = sql::<Bool>("(source, source_key) > (").bind::<Text, _>(source).sql(", ");
        query = query.filter(later.bind::<Text, _>(key).sql(")"));
    }
    let rows: Vec<ExternalDossier> = query.load(conn).await?;
    let lines = rows.into_iter().map(|row| line(ctx, row)).collect();
    Ok(cursors.page(lines, usize::from(limit), |line| (line.source, line.source_key.clone())))
}

/// Whether the actor may see them: they belong to no agency here, so it is all or none.
fn visible_to(actor: &Actor) -> bool {
    actor.may(Permission::OverseeDossiers)
}

fn line(ctx: &Ctx, row: ExternalDossier) -> Line {
    Line {
        timeliness: deadlines::timeliness(row.due_at, false, row.ended_at, ctx.now),
        id: row.id,
        version: row.version,
        source: row.source,
        source_key: row.source_key,
        channel: row.channel,
        started_at: row.started_at,
        due_at: row.due_at,
        ended_at: row.ended_at,
    }
}

/// How many dossiers of a source have ended when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Queryable)]
pub struct Figures {
    pub on_time: i64,
    pub late: i64,
    pub open: i64,
    pub without_deadline: i64,
}

/// Counts the dossiers of a source.
pub async fn figures(conn: &mut AsyncPgConnection, source: Source) -> Result<Figures> {
    let late = || external_dossiers::ended_at.ge(external_dossiers::due_at);
    let without_deadline = external_dossiers::ended_at.is_not_null().and(external_dossiers::due_at.is_null());
    let counts = external_dossiers::table.filter(external_dossiers::source.eq(source)).select((
        count(external_dossiers::id).aggregate_filter(late().is_not_distinct_from(false)),
        count(external_dossiers::id).aggregate_filter(late().is_not_distinct_from(true)),
        count(external_dossiers::id).aggregate_filter(external_dossiers::ended_at.is_null()),
        count(external_dossiers::id).aggregate_filter(without_deadline),
    ));
    Ok(counts.first(conn).await?)
}
