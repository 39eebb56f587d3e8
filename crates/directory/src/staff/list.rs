//! Lists of staff: keyset pages by user name.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, StaffId};
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::staff;
use kernel::sql::sql;
use kernel::text::Sought;
use kernel::{Ctx, Result, Role};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::IntoParams;

use super::Staff;
use super::reach::Reach;
use crate::Agencies;
use crate::problem::STAFF_NOT_FOUND;

/// Which members of staff, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Part of a name or user name, with or without accents.
    #[param(value_type = Option<String>, min_length = 1, max_length = 100, example = "le thu")]
    pub q: Option<Sought>,
    /// Only those who belong to this agency, or have, had or will have a role there.
    pub agency_id: Option<AgencyId>,
    /// Only those who have, had or will have this role; at `agency_id`, when that is named.
    #[param(inline)]
    pub role: Option<Role>,
    /// Only those who may sign in, or may not.
    pub active: Option<bool>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

type Condition = Box<dyn BoxableExpression<staff::table, diesel::pg::Pg, SqlType = Bool>>;

/// The staff of these agencies.
fn within(reach: Reach) -> Condition {
    match reach {
        Reach::Everywhere => Box::new(true.into_sql::<Bool>()),
        Reach::Agencies(agencies) => Box::new(staff::agencies.overlaps_with(agencies)),
    }
}

/// One page of the staff whom the actor sees.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    cursors: &Cursors<'_>,
    filter: &Filter,
) -> Result<Page<Staff>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let reach = Reach::seen(known, &ctx.actor);
    let reach = match filter.agency_id {
        Some(agency) if reach.contains(agency) => Reach::Agencies(vec![agency]),
        Some(_) => Reach::Agencies(Vec::new()),
        None => reach,
    };
    let mut query = staff::table
        .filter(within(reach))
        .order(staff::username)
        .limit(i64::from(limit) + 1)
        .select(Staff::as_select())
        .into_boxed();
    if let Some(sought) = &filter.q {
        query = query.filter(sql::<Bool>("strpos(folded, ").bind::<Text, _>(sought.folded()).sql(") > 0"));
    }
    if let Some(role) = filter.role {
        let mut posting = json!({ "role": role });
        if let Some(agency) = filter.agency_id {
            posting["agency_id"] = json!(agency);
        }
        query = query.filter(staff::postings.contains(json!([posting])));
    }
    if let Some(active) = filter.active {
        query = query.filter(staff::active.eq(active));
    }
    if let Some(cursor) = &filter.cursor {
        let after: String = cursors.open(cursor)?;
        query = query.filter(staff::username.gt(after));
    }
    let rows: Vec<Staff> = query.load(conn).await?;
    Ok(cursors.page(rows, usize::from(limit), |staff| staff.username.clone()))
}

/// One of the staff whom the actor sees.
///
/// # Errors
/// [`STAFF_NOT_FOUND`].
pub async fn read(conn: &mut AsyncPgConnection, ctx: &Ctx, known: &Agencies, id: StaffId) -> Result<Staff> {
    let found = staff::table.find(id).filter(within(Reach::seen(known, &ctx.actor))).select(Staff::as_select());
    found.first(conn).await.optional()?.ok_or_else(|| STAFF_NOT_FOUND.error())
}
