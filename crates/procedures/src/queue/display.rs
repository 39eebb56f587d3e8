//! What hangs on the wall of a centre: who is called to which counter, and how long the others will wait.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::id::AgencyId;
use kernel::schema::tickets;
use kernel::sql::sql;
use kernel::{Ctx, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::TicketStatus;

/// Tickets looked back at: what has been called lately says how fast it goes.
const LATELY: i64 = 50;
/// From fewer calls nothing can be said.
const ENOUGH: i64 = 3;
/// Longer than any day.
const LONGEST_MINUTES: i64 = 1_440;

/// The queue of a centre now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Display {
    /// Who is at the counters, called last first.
    #[schema(max_items = 50)]
    pub called: Vec<Called>,
    /// Who waits, by field.
    #[schema(max_items = 200)]
    pub waiting: Vec<Waiting>,
}

/// A ticket and its counter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Called {
    #[schema(example = "017", max_length = 10)]
    pub number: String,
    #[schema(minimum = 1, maximum = 999)]
    pub counter: i16,
    pub called_at: DateTime<Utc>,
}

/// How many wait for a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Waiting {
    #[schema(example = "Hộ tịch", max_length = 200)]
    pub field: String,
    #[schema(minimum = 0, maximum = 1000000)]
    pub waiting: i64,
    /// How long whoever comes now will wait, in minutes, if it goes on as lately; absent when hardly anybody was called lately.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1440)]
    pub estimate_minutes: Option<i64>,
}

type Lately = (String, String, TicketStatus, Option<i16>, Option<DateTime<Utc>>);

/// The queue of a centre today.
pub async fn display(conn: &mut AsyncPgConnection, ctx: &Ctx, agency: AgencyId) -> Result<Display> {
    let day: NaiveDate = deadlines::vn_date(ctx.now);
    let (mut one, mut other): (&AsyncPgConnection, &AsyncPgConnection) = (conn, conn);
    let lately = tickets::table
        .filter(tickets::agency_id.eq(agency))
        .filter(tickets::day.eq(day))
        .filter(tickets::called_at.is_not_null())
        .order(tickets::called_at.desc())
        .limit(LATELY)
        .select((tickets::field, tickets::number, tickets::status, tickets::counter, tickets::called_at));
    let waiting = tickets::table
        .filter(tickets::agency_id.eq(agency))
        .filter(tickets::day.eq(day))
        .filter(sql::<Bool>("status = 'waiting'"))
        .group_by(tickets::field)
        .order(tickets::field)
        .select((tickets::field, diesel::dsl::count_star()));
    let (lately, waiting) = join(lately.load::<Lately>(&mut one), waiting.load::<(String, i64)>(&mut other)).await;
    let lately = lately?;
    // A counter that calls the next one without closing the last has left that one.
    let mut counters = BTreeSet::new();
    let called = lately.iter().filter(|(_, _, status, ..)| *status == TicketStatus::Called);
    let called = called.filter_map(|(_, number, _, counter, called_at)| {
        Some(Called { number: number.clone(), counter: (*counter)?, called_at: (*called_at)? })
    });
    let called = called.filter(|called| counters.insert(called.counter)).collect();
    let waiting = waiting?.into_iter().map(|(field, waiting)| {
        let moments = lately.iter().filter(|(of, ..)| *of == field).filter_map(|(.., called_at)| *called_at);
        Waiting { estimate_minutes: estimate(moments, waiting, ctx.now), field, waiting }
    });
    Ok(Display { called, waiting: waiting.collect() })
}

/// How long until everybody who waits has been called: as many calls as people, at the pace of the latest calls.
fn estimate(called: impl Iterator<Item = DateTime<Utc>>, waiting: i64, now: DateTime<Utc>) -> Option<i64> {
    let (mut calls, mut first) = (0_i64, None);
    for moment in called {
        calls += 1;
        first = Some(moment);
    }
    let seconds = (now - first.filter(|_| calls >= ENOUGH)?).num_seconds().max(0);
    Some((seconds * waiting / calls / 60).min(LONGEST_MINUTES))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::estimate;

    #[test]
    fn one_waits_as_long_as_the_latest_calls_took_for_each_before() {
        let now = DateTime::UNIX_EPOCH;
        let every_five_minutes = || (1..=6).map(move |n| now - TimeDelta::minutes(5 * n));
        assert_eq!(estimate(every_five_minutes(), 3, now), Some(15));
        assert_eq!(estimate(every_five_minutes(), 0, now), Some(0));
        assert_eq!(estimate(std::iter::empty(), 3, now), None);
        assert_eq!(estimate([now].into_iter(), 3, now), None, "one call is no pace");
        assert_eq!(estimate((1..=3).map(|n| now - TimeDelta::hours(n)), 500, now), Some(1_440));
    }
}
