//! What hangs on the wall of a centre: who is called to which counter, and how long the others will wait.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::id::AgencyId;
use kernel::schema::tickets;
use kernel::{Ctx, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::TicketStatus;

/// Tickets looked back at: what has been called lately says how fast it goes.
const LATELY: i64 = 50;
/// So many waiting are counted at most.
const COUNTED: i64 = 2_000;

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
    #[schema(minimum = 0, maximum = 2000)]
    pub waiting: u32,
    /// How long whoever comes now will wait, in minutes, if it goes on as lately; absent when nobody was called lately.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100000)]
    pub estimate_minutes: Option<u32>,
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
        .order((tickets::issued_at, tickets::number))
        .limit(COUNTED)
        .select(tickets::field);
    let (lately, waiting) = join(lately.load::<Lately>(&mut one), waiting.load::<String>(&mut other)).await;
    let lately = lately?;
    let called = lately.iter().filter(|(_, _, status, ..)| *status == TicketStatus::Called);
    let called = called.filter_map(|(_, number, _, counter, called_at)| {
        Some(Called { number: number.clone(), counter: (*counter)?, called_at: (*called_at)? })
    });
    let mut by_field: BTreeMap<String, u32> = BTreeMap::new();
    waiting?.into_iter().for_each(|field| *by_field.entry(field).or_default() += 1);
    let waiting = by_field.into_iter().map(|(field, waiting)| {
        let moments = lately.iter().filter(|(of, ..)| *of == field).filter_map(|(.., called_at)| *called_at);
        Waiting { estimate_minutes: estimate(moments, waiting, ctx.now), field, waiting }
    });
    Ok(Display { called: called.collect(), waiting: waiting.collect() })
}

/// How long until everybody who waits has been called: as many calls as people, at the pace of the latest calls.
fn estimate(called: impl Iterator<Item = DateTime<Utc>>, waiting: u32, now: DateTime<Utc>) -> Option<u32> {
    let (mut calls, mut first) = (0_i64, None);
    for moment in called {
        calls += 1;
        first = Some(moment);
    }
    let seconds = (now - first?).num_seconds().max(0);
    u32::try_from(seconds * i64::from(waiting) / calls / 60).ok()
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
        assert_eq!(estimate([now].into_iter(), 3, now), Some(0));
    }
}
