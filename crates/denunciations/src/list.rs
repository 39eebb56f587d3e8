//! Work lists: keyset pages, most urgent first.

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Timeliness;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::clocks::Glance;
use kernel::id::{AgencyId, StaffId};
use kernel::json::Json;
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::denunciations;
use kernel::sql::{Sql, sql};
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clocks::DenunciationStage;
use crate::denunciation::{DenunciationId, DenunciationKind, visible_to};
use crate::workflow::DenunciationStatus;

/// Which denunciations, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DenunciationFilter {
    /// Only those in this state; the open ones when absent.
    #[param(inline)]
    pub status: Option<DenunciationStatus>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// A line of a work list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DenunciationLine {
    pub id: DenunciationId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub kind: DenunciationKind,
    pub status: DenunciationStatus,
    #[schema(example = "TC-H26.5-26-00001", max_length = 64)]
    pub code: String,
    #[schema(example = "Tố cáo nhận tiền khi cấp phép", max_length = 300)]
    pub subject: String,
    pub handling_agency_id: AgencyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<StaffId>,
    pub received_on: NaiveDate,
    pub timeliness: Timeliness,
}

#[derive(Queryable)]
struct Row {
    id: DenunciationId,
    version: i32,
    kind: DenunciationKind,
    status: DenunciationStatus,
    code: String,
    subject: String,
    handling_agency_id: AgencyId,
    assigned_to: Option<StaffId>,
    received_on: NaiveDate,
    clocks: Json<Glance<DenunciationStage>>,
    next_due_at: DateTime<Utc>,
}

fn subject() -> Sql<Text> {
    sql("denunciations.words ->> 'subject'")
}

/// One page of the denunciations that the actor may see.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    cursors: &Cursors<'_>,
    filter: &DenunciationFilter,
) -> Result<Page<DenunciationLine>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = denunciations::table
        .filter(visible_to(ctx))
        .order((denunciations::next_due_at, denunciations::id))
        .limit(i64::from(limit) + 1)
        .select((
            denunciations::id,
            denunciations::version,
            denunciations::kind,
            denunciations::status,
            denunciations::code,
            subject(),
            denunciations::handling_agency_id,
            denunciations::assigned_to,
            denunciations::received_on,
            denunciations::clocks,
            denunciations::next_due_at,
        ))
        .into_boxed();
    query = match filter.status {
        Some(status) => query.filter(denunciations::status.eq(status)),
        None => query.filter(denunciations::open),
    };
    if let Some(cursor) = &filter.cursor {
        let (due, id): (DateTime<Utc>, DenunciationId) = cursors.open(cursor)?;
        let later = sql::<Bool>("(denunciations.next_due_at, denunciations.id) > (").bind::<Timestamptz, _>(due);
        query = query.filter(later.sql(", ").bind::<SqlUuid, _>(id).sql(")"));
    }
    let rows: Vec<Row> = query.load(conn).await?;
    let page = cursors.page(rows, usize::from(limit), |it| (it.next_due_at, it.id));
    let line = |it: Row| DenunciationLine {
        id: it.id,
        version: it.version,
        kind: it.kind,
        status: it.status,
        code: it.code,
        subject: it.subject,
        handling_agency_id: it.handling_agency_id,
        assigned_to: it.assigned_to,
        received_on: it.received_on,
        timeliness: it.clocks.0.timeliness(DenunciationStage::Resolve, ctx.now),
    };
    Ok(Page { items: page.items.into_iter().map(line).collect(), next_cursor: page.next_cursor })
}
