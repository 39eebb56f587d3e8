//! Who has read an identity, and through what: for whose it is without the officer's name, for data protection with it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::access::{Through, first_at, forget, note};
use kernel::id::{AgencyId, CitizenId, StaffId};
use kernel::page::{Cursors, Limit, Page};
use kernel::retention::{Due, rule};
use kernel::schema::data_accesses;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// How many, and from where.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OwnAccesses {
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// Whose, how many, and from where.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccessFilter {
    /// The account whose identity was read.
    #[param(inline, example = "019ac2d4-7b1e-7a52-9c33-0d7f6f0f4c11")]
    pub citizen_id: CitizenId,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// Somebody has read an identity.
#[derive(Clone, Debug, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = data_accesses)]
pub struct DataAccess {
    pub id: Uuid,
    /// For which the officer acted.
    pub agency_id: AgencyId,
    /// Who: for data protection alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[diesel(deserialize_as = StaffId)]
    pub staff_id: Option<StaffId>,
    #[schema(example = "case", max_length = 20)]
    pub entity_kind: String,
    pub entity_id: Uuid,
    /// Through what, the first time in that hour.
    pub through: Through,
    pub read_at: DateTime<Utc>,
}

/// One page of the accesses to a citizen's identity, the last one first.
async fn of(
    mut conn: &AsyncPgConnection,
    citizen: CitizenId,
    cursors: &Cursors<'_>,
    (limit, cursor): (Option<Limit>, Option<&str>),
) -> Result<Page<DataAccess>> {
    let limit = limit.unwrap_or_default().rows();
    let mut query = data_accesses::table
        .filter(data_accesses::citizen_id.eq(citizen))
        .order(data_accesses::id.desc())
        .limit(i64::from(limit) + 1)
        .select(DataAccess::as_select())
        .into_boxed();
    if let Some(cursor) = cursor {
        query = query.filter(data_accesses::id.lt(cursors.open::<Uuid>(cursor)?));
    }
    Ok(cursors.page(query.load(&mut conn).await?, usize::from(limit), |row: &DataAccess| row.id))
}

/// What a citizen is told: the agency and the moment, and never the officer.
///
/// # Errors
/// A cursor of another list.
pub async fn own(
    conn: &mut AsyncPgConnection,
    citizen: CitizenId,
    cursors: &Cursors<'_>,
    filter: &OwnAccesses,
) -> Result<Page<DataAccess>> {
    let mut page = of(conn, citizen, cursors, (filter.limit, filter.cursor.as_deref())).await?;
    for access in &mut page.items {
        access.staff_id = None;
    }
    Ok(page)
}

/// What data protection is told, with the officer. That it was read is noted with the rest.
///
/// # Errors
/// A cursor of another list.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    cursors: &Cursors<'_>,
    filter: &AccessFilter,
) -> Result<Page<DataAccess>> {
    let citizen = filter.citizen_id;
    // Of whom nothing was read there is nothing to read.
    let read = data_accesses::table
        .filter(data_accesses::citizen_id.eq(citizen))
        .select((data_accesses::citizen_id.assume_not_null(), data_accesses::citizen_id))
        .limit(1);
    let page = of(conn, citizen, cursors, (filter.limit, filter.cursor.as_deref()));
    let (page, noted) = join(page, note(conn, ctx, "citizen", Through::Accesses, read)).await;
    noted?;
    page
}

/// How many would be removed until that moment.
///
/// # Errors
/// The database.
pub async fn count(conn: &mut AsyncPgConnection, until: DateTime<Utc>) -> Result<Option<Due>> {
    let Some(rule) = rule("access_log") else { return Ok(None) };
    let old = data_accesses::table.filter(data_accesses::id.lt(first_at(rule.past(until)))).limit(Due::LOOKED_AT);
    Ok(Some(Due::of(rule, old.select(data_accesses::id).load::<Uuid>(conn).await?.len())))
}

/// So many are removed at a time: what is left goes the next time.
const AT_ONCE: i64 = 20_000;

/// Removes what is past its time; returns how many.
pub async fn forget_old(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<usize> {
    match rule("access_log") {
        Some(rule) => forget(conn, rule.past(now), AT_ONCE).await,
        None => Ok(0),
    }
}
