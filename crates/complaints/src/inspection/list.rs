//! Inspections, the latest first; or those whose remedies are overdue.

use chrono::NaiveDate;
use deadlines::vn_date;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::{cases, inspections};
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{InspectionId, InspectionStatus, visible_to};
use crate::steps::World;

/// Which inspections, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InspectionFilter {
    /// That stand there.
    #[param(inline)]
    pub status: Option<InspectionStatus>,
    /// Made by this agency.
    pub by: Option<AgencyId>,
    /// Of this agency.
    pub of: Option<AgencyId>,
    /// Only those with a remedy whose day is over and of which nothing was reported.
    pub past_due: Option<bool>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// A line of the list.
#[derive(Clone, Debug, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = inspections)]
pub struct InspectionLine {
    pub id: InspectionId,
    pub agency_id: AgencyId,
    pub inspected_id: AgencyId,
    pub surprise: bool,
    #[schema(example = "Giờ giấc và thái độ tiếp dân tại bộ phận một cửa", max_length = 500)]
    pub subject: String,
    pub status: InspectionStatus,
    pub planned_on: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_on: Option<NaiveDate>,
    /// The next day on which a remedy is due that has not been reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_due_on: Option<NaiveDate>,
}

/// One page of the inspections that the actor may see.
///
/// # Errors
/// A cursor of another list.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    cursors: &Cursors<'_>,
    filter: &InspectionFilter,
) -> Result<Page<InspectionLine>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = inspections::table
        .left_join(cases::table)
        .filter(visible_to(ctx, world))
        .order(inspections::id.desc())
        .limit(i64::from(limit) + 1)
        .select(InspectionLine::as_select())
        .into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(inspections::status.eq(status));
    }
    if let Some(agency) = filter.by {
        query = query.filter(inspections::agency_id.eq(agency));
    }
    if let Some(agency) = filter.of {
        query = query.filter(inspections::inspected_id.eq(agency));
    }
    if filter.past_due == Some(true) {
        query = query.filter(inspections::next_due_on.lt(vn_date(ctx.now)));
    }
    if let Some(cursor) = &filter.cursor {
        query = query.filter(inspections::id.lt(cursors.open::<InspectionId>(cursor)?));
    }
    Ok(cursors.page(query.load(conn).await?, usize::from(limit), |line| line.id))
}
