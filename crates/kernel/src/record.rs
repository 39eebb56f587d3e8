//! A change, its journal entry, its timers and its kept answer: one statement, one transaction, one trip.
//!
//! Nothing can be forgotten or half done: the entry takes its version from the changed row, so a change that found no
//! row (somebody else was faster) breaks the journal's NOT NULL and with it everything in the statement.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Array, BigInt, Binary, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::idempotency::{IN_FLIGHT, Kept};
use crate::journal::Entry;
use crate::problem::{CONFLICT, Result};
use crate::sql::{Sql, sql};
use crate::timers::Timers;

/// A part of the statement beside the change itself: rows of other tables that belong to it.
pub type Also = Box<dyn QueryFragment<Pg> + Send>;

/// The late value of a change of which the database knows nothing that we do not.
pub fn nothing_late() -> Sql<Nullable<Text>> {
    sql("NULL::text")
}

/// How often a change is tried again when somebody else changed the row in between.
const TRIES: usize = 3;

/// Tries anew when somebody was faster.
pub async fn again<T>(mut once: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    for _ in 1..TRIES {
        match once().await {
            Err(error) if error.is(&CONFLICT) => {}
            done => return done,
        }
    }
    once().await
}

/// Whether it was done: one that somebody else has changed meanwhile is left for the next time.
///
/// # Errors
/// Everything but [`CONFLICT`].
pub fn unless_changed(done: Result<()>) -> Result<bool> {
    match done {
        Err(error) if error.is(&CONFLICT) => Ok(false),
        done => done.map(|()| true),
    }
}

/// What is written together.
pub struct Record<Q> {
    /// An insert or update that returns exactly `(version, late)`: the row's new version, and the value that only the
    /// database knows (or null).
    pub change: Q,
    pub also: Vec<Also>,
    pub entry: Entry,
    pub timers: Timers,
    pub answer: Option<Kept>,
}

impl<Q> Record<Q>
where
    Q: QueryFragment<Pg> + Send + 'static,
{
    /// Writes it all, or nothing. Returns the late value.
    ///
    /// # Errors
    /// [`CONFLICT`] when the row is no longer as it was read; [`IN_FLIGHT`] when a request with the same key runs;
    /// other broken constraints as `on_constraint` maps them by name.
    pub async fn write(
        self,
        conn: &mut AsyncPgConnection,
        on_constraint: impl FnOnce(&str) -> Option<crate::Error>,
    ) -> Result<Option<String>> {
        self.get_result(conn).await.map_err(|error| match &error {
            DieselError::DatabaseError(kind, info) => match (kind, info.constraint_name(), info.column_name()) {
                (DatabaseErrorKind::NotNullViolation, _, Some("entity_version")) => CONFLICT.error(),
                (_, Some("idempotency_in_flight"), _) => IN_FLIGHT.error().retry_after(1),
                // The same request was answered while this one was on its way: look the answer up.
                (_, Some("idempotency_pkey"), _) => CONFLICT.error(),
                (_, Some(name), _) => on_constraint(name).unwrap_or_else(|| error.into()),
                _ => error.into(),
            },
            _ => error.into(),
        })
    }
}

impl<Q: 'static> QueryId for Record<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> Query for Record<Q> {
    type SqlType = Nullable<Text>;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Record<Q> {
    /// Diesel takes every update for one whose columns depend on its values, and would prepare it anew each time: a
    /// trip and a plan more for every write. Ours always set the same columns, so there are only a few texts.
    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }

    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH changed (version, late) AS (");
        self.change.walk_ast(out.reborrow())?;
        out.push_sql(")");
        for (n, also) in self.also.iter().enumerate() {
            out.push_sql(&format!(", also{n} AS ("));
            also.walk_ast(out.reborrow())?;
            out.push_sql(")");
        }
        entry(&self.entry, out.reborrow())?;
        timers(&self.timers, out.reborrow())?;
        if let Some(kept) = &self.answer {
            answer(kept, out.reborrow())?;
        }
        out.push_sql(" SELECT late FROM changed");
        Ok(())
    }
}

fn entry<'b>(entry: &'b Entry, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    out.push_sql(
        ", entry AS (INSERT INTO journal (entity_version, entity_kind, entity_id, agency_id, actor_kind, actor_id, \
         event_kind, event_version, event, occurred_at, recorded_at, seen_before, seen_after, delegation_id) \
         VALUES ((SELECT version FROM changed), ",
    );
    out.push_bind_param::<Text, _>(entry.entity_kind)?;
    out.push_sql(", ");
    out.push_bind_param::<SqlUuid, _>(&entry.entity_id)?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<SqlUuid>, _>(&entry.agency_id)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(entry.actor_kind)?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<SqlUuid>, _>(&entry.actor_id)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(entry.event_kind)?;
    out.push_sql(", ");
    out.push_bind_param::<SmallInt, _>(&entry.event_version)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(&entry.event)?;
    out.push_sql(", ");
    out.push_bind_param::<Timestamptz, _>(&entry.occurred_at)?;
    out.push_sql(", ");
    out.push_bind_param::<Timestamptz, _>(&entry.recorded_at)?;
    out.push_sql(", ");
    out.push_bind_param::<Array<SqlUuid>, _>(&entry.seen_before)?;
    out.push_sql(", ");
    out.push_bind_param::<Array<SqlUuid>, _>(&entry.seen_after)?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<SqlUuid>, _>(&entry.delegation_id)?;
    out.push_sql("))");
    Ok(())
}

/// Sets the timers named and drops the entity's others, unless there were and are none.
fn timers<'b>(timers: &'b Timers, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    if let Timers::Done { entity_id, kind } = timers {
        out.push_sql(", done AS (DELETE FROM timers WHERE entity_id = ");
        out.push_bind_param::<SqlUuid, _>(entity_id)?;
        out.push_sql(" AND kind = ");
        out.push_bind_param::<Text, _>(kind)?;
        out.push_sql(")");
    }
    if let Timers::Set { entity_kind, entity_id, kinds, fire_at } = timers {
        out.push_sql(", dropped AS (DELETE FROM timers WHERE entity_id = ");
        out.push_bind_param::<SqlUuid, _>(entity_id)?;
        out.push_sql(" AND kind <> ALL (");
        out.push_bind_param::<Array<Text>, _>(kinds)?;
        out.push_sql(")), set AS (INSERT INTO timers (entity_id, entity_kind, kind, fire_at) SELECT ");
        out.push_bind_param::<SqlUuid, _>(entity_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(entity_kind)?;
        out.push_sql(", kind, fire_at FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(kinds)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Timestamptz>, _>(fire_at)?;
        out.push_sql(
            ") AS t (kind, fire_at) \
             ON CONFLICT (entity_id, kind) DO UPDATE SET fire_at = excluded.fire_at, attempts = 0)",
        );
    }
    Ok(())
}

fn answer<'b>(kept: &'b Kept, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    out.push_sql(
        ", kept AS (INSERT INTO idempotency (late, key, fingerprint, answer, kept_until, alone) \
         VALUES ((SELECT late FROM changed), ",
    );
    out.push_bind_param::<Binary, _>(&kept.key)?;
    out.push_sql(", ");
    out.push_bind_param::<Binary, _>(&kept.fingerprint)?;
    out.push_sql(", ");
    out.push_bind_param::<Binary, _>(&kept.answer)?;
    out.push_sql(", ");
    out.push_bind_param::<Timestamptz, _>(&kept.until)?;
    out.push_sql(", pg_try_advisory_xact_lock(");
    out.push_bind_param::<BigInt, _>(&kept.lock)?;
    out.push_sql(")))");
    Ok(())
}
