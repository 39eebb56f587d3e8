//! The assessments of a centre: keyset pages, by their periods, the latest first.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::assessments;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{Assessment, AssessmentView, visible_to};

/// How many, and where to go on.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AssessmentFilter {
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// One page of a centre's assessments that the actor may see, the latest period first.
///
/// # Errors
/// A cursor of another list.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    cursors: &Cursors<'_>,
    agency: AgencyId,
    filter: &AssessmentFilter,
) -> Result<Page<AssessmentView>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = assessments::table
        .filter(assessments::agency_id.eq(agency))
        .filter(visible_to(&ctx.actor))
        .order(assessments::period.desc())
        .limit(i64::from(limit) + 1)
        .select(Assessment::as_select())
        .into_boxed();
    if let Some(cursor) = &filter.cursor {
        query = query.filter(assessments::period.lt(cursors.open::<String>(cursor)?));
    }
    let rows: Vec<Assessment> = query.load(conn).await?;
    let views = rows.into_iter().map(Assessment::view).collect();
    Ok(cursors.page(views, usize::from(limit), |view| view.period.clone()))
}
