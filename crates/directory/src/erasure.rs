//! Accounts of citizens that nobody uses and nothing hangs on. Whoever signs in again later gets a new one: the identity provider tells
//! the same of them as at first.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::CitizenId;
use kernel::journal::Entry;
use kernel::problem::CONFLICT;
use kernel::record::{Record, nothing_late};
use kernel::retention::{Due, GONE, Rule, rule};
use kernel::schema::citizens;
use kernel::timers::Timers;
use kernel::{Ctx, Result};

use crate::citizen::CitizenEvent;

diesel::define_sql_function! {
    /// Whether something is kept under it, or somebody is signed in with it.
    fn account_is_needed(account: SqlUuid) -> Bool;
}

/// The rule that they go by.
fn of_accounts() -> Option<&'static Rule> {
    rule("account")
}

/// An account that is looked at: its version, and whether it is needed.
type Seen = (CitizenId, i32, bool);

/// Those that have not been used, or looked at, since then: `most` at most, the oldest first.
async fn unused(conn: &mut AsyncPgConnection, since: DateTime<Utc>, most: i64) -> Result<Vec<Seen>> {
    let old = citizens::table.filter(citizens::looked_at.le(since)).filter(citizens::issuer.ne(""));
    let seen = (citizens::id, citizens::version, account_is_needed(citizens::id));
    Ok(old.order((citizens::looked_at, citizens::id)).limit(most).select(seen).load(conn).await?)
}

/// Looks at `most` accounts at most and erases those that are not needed; returns how many it looked at. One that is needed is looked at
/// again when it has not been used for as long once more.
///
/// # Errors
/// The database.
pub async fn run(conn: &mut AsyncPgConnection, ctx: &Ctx, most: i64) -> Result<usize> {
    let Some(rule) = of_accounts() else { return Ok(0) };
    let since = rule.past(ctx.now);
    let seen = unused(conn, since, most).await?;
    let needed: Vec<CitizenId> = seen.iter().filter(|(.., needed)| *needed).map(|(id, ..)| *id).collect();
    let rows = citizens::table.filter(citizens::id.eq_any(needed));
    diesel::update(rows).set(citizens::looked_at.eq(ctx.now)).execute(conn).await?;
    for (id, version, _) in seen.iter().filter(|(.., needed)| !needed) {
        match erase(conn, ctx, (rule, since), (*id, *version)).await {
            // Somebody has just signed in with it.
            Err(error) if error.is(&CONFLICT) => {}
            done => done?,
        }
    }
    Ok(seen.len())
}

/// How many would go until that moment, of the first that come to be looked at.
///
/// # Errors
/// The database.
pub async fn count(conn: &mut AsyncPgConnection, until: DateTime<Utc>) -> Result<Option<Due>> {
    let Some(rule) = of_accounts() else { return Ok(None) };
    let seen = unused(conn, rule.past(until), Due::LOOKED_AT).await?;
    let more = seen.len() == Due::LOOKED_AT as usize;
    let going = seen.iter().filter(|(.., needed)| !needed).count();
    Ok(Some(Due { more, ..Due::of(rule, going) }))
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
    let unused = unchanged.filter(citizens::looked_at.le(since));
    let change = diesel::update(unused.filter(diesel::dsl::not(account_is_needed(citizens::id))))
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
