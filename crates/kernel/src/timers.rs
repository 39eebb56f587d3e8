//! Durable timers: what must happen at a moment is written with what makes it necessary, and fires at least once.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::problem::Result;
use crate::record::Also;
use crate::schema::timers;

/// What a change does to the timers of its entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timers {
    /// There were none and there are none.
    None,
    /// This one has fired; the others stay.
    Done { entity_id: Uuid, kind: String },
    /// From now on exactly these.
    Set { entity_kind: &'static str, entity_id: Uuid, kinds: Vec<&'static str>, fire_at: Vec<DateTime<Utc>> },
}

impl Timers {
    /// From now on this one.
    pub fn only(entity_kind: &'static str, entity_id: Uuid, kind: &'static str, fire_at: DateTime<Utc>) -> Self {
        Self::Set { entity_kind, entity_id, kinds: vec![kind], fire_at: vec![fire_at] }
    }

    /// From now on none.
    pub fn over(entity_kind: &'static str, entity_id: Uuid) -> Self {
        Self::Set { entity_kind, entity_id, kinds: vec![], fire_at: vec![] }
    }
}

/// A timer as it was found.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = timers)]
pub struct Due {
    pub entity_id: Uuid,
    pub kind: String,
    pub entity_kind: String,
    pub fire_at: DateTime<Utc>,
}

/// The timers due at `now`, longest due first.
pub async fn due(conn: &mut AsyncPgConnection, now: DateTime<Utc>, limit: usize) -> Result<Vec<Due>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let due = timers::table.filter(timers::fire_at.le(now)).order(timers::fire_at).limit(limit);
    Ok(due.select(Due::as_select()).load(conn).await?)
}

/// The timers set for one entity, in the order of their moments.
pub async fn of(conn: &mut AsyncPgConnection, entity_id: Uuid) -> Result<Vec<Due>> {
    Ok(timers::table
        .filter(timers::entity_id.eq(entity_id))
        .order(timers::fire_at)
        .select(Due::as_select())
        .load(conn)
        .await?)
}

/// Whether a timer is still set as it was found. A change of its entity moves it or takes it away: asked between reading
/// the entity and writing it at the version read, the answer holds for what is written.
pub async fn is_set(conn: &mut AsyncPgConnection, timer: &Due) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(found(timer))).get_result(conn).await?)
}

/// The kinds of the others that are set for its entity, if a timer [is still set](is_set): where several have run out together,
/// firing one must not take the rest away.
pub async fn beside(conn: &mut AsyncPgConnection, timer: &Due) -> Result<Option<Vec<String>>> {
    let set = of(conn, timer.entity_id).await?;
    let is_set = set.iter().any(|it| (&it.kind, it.fire_at) == (&timer.kind, timer.fire_at));
    let others = set.into_iter().map(|it| it.kind).filter(|kind| *kind != timer.kind);
    Ok(is_set.then(|| others.collect()))
}

/// Puts off a timer that could not fire: 1, 2, 4 … minutes, an hour at most. It is never given up.
/// One that has been set anew since it was found stays as it is.
pub async fn put_off(conn: &mut AsyncPgConnection, timer: &Due, now: DateTime<Utc>) -> Result<()> {
    let attempts: Option<i16> = found(timer).select(timers::attempts).first(conn).await.optional()?;
    let Some(attempts) = attempts else { return Ok(()) };
    let wait = TimeDelta::minutes(1 << attempts.clamp(0, 6)).min(TimeDelta::hours(1));
    diesel::update(found(timer))
        .set((timers::fire_at.eq(now + wait), timers::attempts.eq(attempts.saturating_add(1))))
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes a timer that has nothing left to do, unless it has been set anew since it was found.
pub async fn drop(conn: &mut AsyncPgConnection, timer: &Due) -> Result<()> {
    diesel::delete(found(timer)).execute(conn).await?;
    Ok(())
}

/// Sets the one timer of something that belongs to another entity, in the statement of that one's change.
pub fn set(entity_kind: &'static str, entity_id: Uuid, kind: &'static str, fire_at: DateTime<Utc>) -> Also {
    Box::new(diesel::insert_into(timers::table).values((
        timers::entity_kind.eq(entity_kind),
        timers::entity_id.eq(entity_id),
        timers::kind.eq(kind),
        timers::fire_at.eq(fire_at),
    )))
}

/// Takes its timer away again.
pub fn unset(entity_id: Uuid) -> Also {
    Box::new(diesel::delete(timers::table.filter(timers::entity_id.eq(entity_id))))
}

/// The timer's row, as long as it is the one that was found.
#[diesel::dsl::auto_type(no_type_alias)]
fn found(timer: &Due) -> _ {
    let id: Uuid = timer.entity_id;
    let kind: &str = timer.kind.as_str();
    let fire_at: DateTime<Utc> = timer.fire_at;
    timers::table.filter(timers::entity_id.eq(id)).filter(timers::kind.eq(kind)).filter(timers::fire_at.eq(fire_at))
}
