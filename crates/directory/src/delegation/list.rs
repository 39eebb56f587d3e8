//! Lists of delegations, the newest first.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, DelegationId, StaffId};
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::delegations;
use kernel::{Actor, Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::Delegation;
use crate::Agencies;
use crate::problem::DELEGATION_NOT_FOUND;
use crate::staff::reach::Reach;

/// Which delegations, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only those of this agency.
    pub agency_id: Option<AgencyId>,
    /// Only those by which this member of staff lends or is lent something.
    pub staff_id: Option<StaffId>,
    /// Only those in force at this moment.
    #[param(example = "2026-11-26T09:00:00+07:00")]
    pub at: Option<DateTime<Utc>>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

type Condition = Box<dyn BoxableExpression<delegations::table, diesel::pg::Pg, SqlType = Bool>>;

/// The delegations that the actor sees: all, for those who oversee; of the agencies they look after; of their own agency.
fn visible_to(known: &Agencies, actor: &Actor) -> Condition {
    match Reach::seen(known, actor) {
        _ if actor.may(Permission::OverseeDossiers) => Box::new(true.into_sql::<Bool>()),
        Reach::Everywhere => Box::new(true.into_sql::<Bool>()),
        Reach::Agencies(agencies) => Box::new(delegations::agency_id.eq_any(agencies)),
    }
}

/// One page of the delegations that the actor sees.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    cursors: &Cursors<'_>,
    filter: &Filter,
) -> Result<Page<Delegation>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = delegations::table
        .filter(visible_to(known, &ctx.actor))
        .order(delegations::id.desc())
        .limit(i64::from(limit) + 1)
        .select(Delegation::as_select())
        .into_boxed();
    if let Some(agency) = filter.agency_id {
        query = query.filter(delegations::agency_id.eq(agency));
    }
    if let Some(staff) = filter.staff_id {
        query = query.filter(delegations::delegator_id.eq(staff).or(delegations::delegate_id.eq(staff)));
    }
    if let Some(at) = filter.at {
        let day = deadlines::vn_date(at);
        query = query
            .filter(delegations::made_at.le(at))
            .filter(delegations::valid_from.le(day))
            .filter(delegations::valid_to.ge(day))
            .filter(delegations::revoked_at.is_null().or(delegations::revoked_at.gt(at)));
    }
    if let Some(cursor) = &filter.cursor {
        let after: DelegationId = cursors.open(cursor)?;
        query = query.filter(delegations::id.lt(after));
    }
    let rows: Vec<Delegation> = query.load(conn).await?;
    Ok(cursors.page(rows, usize::from(limit), |delegation| delegation.id))
}

/// One of the delegations that the actor sees.
///
/// # Errors
/// [`DELEGATION_NOT_FOUND`].
pub async fn read(conn: &mut AsyncPgConnection, ctx: &Ctx, known: &Agencies, id: DelegationId) -> Result<Delegation> {
    let found = delegations::table.find(id).filter(visible_to(known, &ctx.actor)).select(Delegation::as_select());
    found.first(conn).await.optional()?.ok_or_else(|| DELEGATION_NOT_FOUND.error())
}
