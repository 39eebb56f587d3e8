//! Accounts of citizens that nobody uses and nothing hangs on. Whoever signs in again later gets a new one: the identity provider tells
//! the same of them as at first.

use chrono::{DateTime, Utc};
use diesel::dsl::not;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::CitizenId;
use kernel::journal::Entry;
use kernel::record::{Record, nothing_late, unless_changed};
use kernel::retention::{Due, GONE, Rule, rule};
use kernel::schema::citizens;
use kernel::sql::{Sql, sql};
use kernel::timers::Timers;
use kernel::{Ctx, Result};

use crate::citizen::CitizenEvent;

diesel::define_sql_function! {
    /// Whether something is kept under it, it has agreed to something, or somebody is signed in with it or may act for it.
    fn account_is_needed(account: SqlUuid) -> Bool;
}

/// So many are looked at for each that may be erased: most are needed.
const LOOKED_AT: i64 = 10;

/// The rule that they go by.
fn of_accounts() -> Option<&'static Rule> {
    rule("account")
}

/// Nobody has erased it.
fn known() -> Sql<Bool> {
    sql("citizens.issuer <> ''")
}

/// Those that have not been used, or looked at, since then: the oldest first.
fn unused<'a>(since: DateTime<Utc>) -> citizens::BoxedQuery<'a, Pg> {
    let old = citizens::table.filter(citizens::looked_at.le(since)).filter(known());
    old.order((citizens::looked_at, citizens::id)).into_boxed()
}

/// Erases those that nobody needs, `most` at most; returns how many it looked at. One that is needed is looked at again in three to nine
/// months: not all of them on one day.
///
/// # Errors
/// The database.
pub async fn run(conn: &mut AsyncPgConnection, ctx: &Ctx, most: usize) -> Result<usize> {
    let Some(rule) = of_accounts() else { return Ok(0) };
    let since = rule.past(ctx.now);
    let seen = (citizens::id, citizens::version, account_is_needed(citizens::id));
    let seen = unused(since).limit(LOOKED_AT * most as i64).select(seen);
    let seen: Vec<(CitizenId, i32, bool)> = seen.load(conn).await?;
    let needed: Vec<CitizenId> = seen.iter().filter(|(.., needed)| *needed).map(|(id, ..)| *id).collect();
    let later = sql::<Timestamptz>("").bind::<Timestamptz, _>(since).sql(" + interval '1 day' * (90 + 180 * random())");
    let rows = citizens::table.filter(citizens::id.eq_any(needed)).filter(citizens::looked_at.le(since));
    diesel::update(rows).set(citizens::looked_at.eq(later)).execute(conn).await?;
    for (id, version, _) in seen.iter().filter(|(.., needed)| !needed).take(most) {
        // Not if somebody has just signed in with it.
        unless_changed(erase(conn, ctx, (rule, since), (*id, *version)).await)?;
    }
    Ok(seen.len())
}

/// How many would go until that moment, of the first that come to be looked at: where those are many, there may be more.
///
/// # Errors
/// The database.
pub async fn count(conn: &mut AsyncPgConnection, until: DateTime<Utc>) -> Result<Option<Due>> {
    let Some(rule) = of_accounts() else { return Ok(None) };
    let first = unused(rule.past(until)).limit(Due::LOOKED_AT);
    let needed: Vec<bool> = first.select(account_is_needed(citizens::id)).load(conn).await?;
    let more = needed.len() == Due::LOOKED_AT as usize;
    Ok(Some(Due { more, ..Due::of(rule, needed.iter().filter(|needed| !**needed).count()) }))
}

/// Nobody vouches for it any more, and it tells of nobody.
async fn erase(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    (rule, since): (&Rule, DateTime<Utc>),
    (id, version): (CitizenId, i32),
) -> Result<()> {
    let event = CitizenEvent::Erased { rule: rule.rule.clone() };
    let entry = Entry::new(ctx, id.0, None, &event, (vec![id.0], vec![]));
    let unchanged = citizens::table.filter(citizens::id.eq(id)).filter(citizens::version.eq(version));
    // A sign-in since then is noted in the row, and nowhere else yet.
    let unused = unchanged.filter(citizens::looked_at.le(since));
    let change = diesel::update(unused.filter(not(account_is_needed(citizens::id))))
        .set((
            citizens::version.eq(version + 1),
            citizens::issuer.eq(""),
            citizens::subject.eq(id.to_string()),
            citizens::name.eq(GONE),
            citizens::identity_number.eq(None::<String>),
        ))
        .returning((citizens::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer: None }.write(conn, |_| None).await.map(drop)
}
