//! Breaches, the latest first.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::page::{Cursors, Limit, Page};
use kernel::rules::Rules;
use kernel::schema::data_breaches;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{Breach, BreachId, BreachStatus, BreachView, visible_to};

/// Which breaches, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BreachFilter {
    /// That stand there.
    #[param(inline)]
    pub status: Option<BreachStatus>,
    /// At this agency.
    pub agency_id: Option<AgencyId>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// One page of the breaches that the actor may see.
///
/// # Errors
/// A cursor of another list.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    rules: &Rules,
    cursors: &Cursors<'_>,
    filter: &BreachFilter,
) -> Result<Page<BreachView>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = data_breaches::table
        .filter(visible_to(ctx, rules))
        .order(data_breaches::id.desc())
        .limit(i64::from(limit) + 1)
        .select(Breach::as_select())
        .into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(data_breaches::status.eq(status));
    }
    if let Some(agency) = filter.agency_id {
        query = query.filter(data_breaches::agency_id.eq(agency));
    }
    if let Some(cursor) = &filter.cursor {
        query = query.filter(data_breaches::id.lt(cursors.open::<BreachId>(cursor)?));
    }
    let rows: Vec<Breach> = query.load(conn).await?;
    let views = rows.iter().map(|breach| breach.view(ctx.now)).collect();
    Ok(cursors.page(views, usize::from(limit), |view: &BreachView| view.id))
}
