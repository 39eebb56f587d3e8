//! Durable timers: what must happen at a moment is written with what makes it necessary, and fires at least once.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::problem::Result;
use crate::schema::timers;

/// What a change does to the timers of its entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timers {
    /// There were none and there are none.
    None,
    /// From now on exactly these.
    Set { entity_kind: &'static str, entity_id: Uuid, kinds: Vec<&'static str>, fire_at: Vec<DateTime<Utc>> },
}

/// A timer that is due.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = timers)]
pub struct Due {
    pub entity_id: Uuid,
    pub kind: String,
    pub entity_kind: String,
    pub fire_at: DateTime<Utc>,
}

/// The timers due at `now`, longest due first.
pub async fn due(conn: &mut AsyncPgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<Due>> {
    let due = timers::table.filter(timers::fire_at.le(now)).order(timers::fire_at).limit(limit);
    Ok(due.select(Due::as_select()).load(conn).await?)
}

/// Puts off a timer that could not fire: 1, 2, 4 … minutes, an hour at most. It is never given up.
pub async fn put_off(conn: &mut AsyncPgConnection, timer: &Due, now: DateTime<Utc>) -> Result<()> {
    let row = timers::table.find((timer.entity_id, &timer.kind));
    let attempts: Option<i16> = row.select(timers::attempts).first(conn).await.optional()?;
    let Some(attempts) = attempts else { return Ok(()) };
    let wait = TimeDelta::minutes(1 << attempts.clamp(0, 6)).min(TimeDelta::hours(1));
    diesel::update(row)
        .set((timers::fire_at.eq(now + wait), timers::attempts.eq(attempts.saturating_add(1))))
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes a timer that has nothing left to do.
pub async fn drop(conn: &mut AsyncPgConnection, timer: &Due) -> Result<()> {
    diesel::delete(timers::table.find((timer.entity_id, &timer.kind))).execute(conn).await?;
    Ok(())
}
