//! What goes next, and when: for data protection, by id, code and rule alone.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::try_join_all;
use kernel::page::{Cursors, Limit, Page};
use kernel::retention::Rule;
use kernel::schema::cases;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Beyond, finished, rules};
use crate::accused::not_accusing;
use crate::case::CaseId;
use crate::steps::World;

/// How many, and from where.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ErasureFilter {
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// A case that will lose what tells of whom it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseToErase {
    pub case_id: CaseId,
    /// Absent where it was never sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "DN-H26.13.01-26-00001", max_length = 64)]
    pub code: Option<String>,
    /// By which it is kept: see `GET /v1/data-retention/rules`.
    #[schema(example = "petition_filed", max_length = 50)]
    pub rule: String,
    /// When it ended.
    pub closed_at: DateTime<Utc>,
    /// Until when; exclusive.
    pub kept_until: DateTime<Utc>,
}

/// Where a page ends. Of one rule, cases go in the order in which they ended.
type Place = (DateTime<Utc>, DateTime<Utc>, CaseId);

fn place(case: &CaseToErase) -> Place {
    (case.kept_until, case.closed_at, case.case_id)
}

/// One page of what goes next, the first one first. What is held by something else than its time is not among it; of one file, it
/// is what is kept longest, with which the rest goes.
///
/// # Errors
/// A cursor of another list.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    cursors: &Cursors<'_>,
    filter: &ErasureFilter,
) -> Result<Page<CaseToErase>> {
    let rows = filter.limit.unwrap_or_default().rows();
    let after: Option<Place> = filter.cursor.as_deref().map(|cursor| cursors.open(cursor)).transpose()?;
    let conn: &AsyncPgConnection = conn;
    // Each rule has its own order; together they are one trip.
    let of_each = rules().map(|rule| of(conn, ctx, world, rule, after, i64::from(rows) + 1));
    let mut found: Vec<CaseToErase> = try_join_all(of_each).await?.into_iter().flatten().collect();
    found.sort_by_key(place);
    Ok(cursors.page(found, usize::from(rows), place))
}

async fn of(
    mut conn: &AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    rule: &'static Rule,
    after: Option<Place>,
    most: i64,
) -> Result<Vec<CaseToErase>> {
    // Whoever is accused is told of it here as little as anywhere.
    let mut query = finished(ctx, world, rule, &Beyond::Own(rule), None).filter(not_accusing(ctx));
    if let Some((until, closed_at, id)) = after {
        let from = rule.past(until);
        let last = match from.cmp(&closed_at) {
            std::cmp::Ordering::Less => Uuid::max(),
            std::cmp::Ordering::Equal => id.0,
            std::cmp::Ordering::Greater => Uuid::nil(),
        };
        let later = cases::closed_at.gt(from).or(cases::closed_at.eq(from).and(cases::id.gt(CaseId(last))));
        query = query.filter(cases::closed_at.ge(from)).filter(later);
    }
    let rows = query
        .order((cases::closed_at, cases::id))
        .limit(most)
        .select((cases::id, cases::code, cases::closed_at.assume_not_null()))
        .load::<(CaseId, Option<String>, DateTime<Utc>)>(&mut conn)
        .await?;
    let line = |(case_id, code, closed_at)| CaseToErase {
        case_id,
        code,
        rule: rule.rule.clone(),
        closed_at,
        kept_until: rule.until(closed_at),
    };
    // Days that a year lacks end with the day before: a rule may so give what was on the page already.
    let fresh = |case: &CaseToErase| after.is_none_or(|after| place(case) > after);
    Ok(rows.into_iter().map(line).filter(fresh).collect())
}
