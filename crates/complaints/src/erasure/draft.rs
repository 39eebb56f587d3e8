//! Letters that were never sent: nobody but their author has seen them, and no rule on keeping holds them. They go some time after they
//! were last touched, and with the first request for erasure that is granted, in full or in part.

use chrono::{DateTime, Utc};
use diesel::dsl::not;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::CitizenId;
use kernel::retention::{Due, Rule, rule, untouched_since};
use kernel::schema::cases;
use kernel::sql::sql;
use kernel::{Actor, Ctx, Result};

use super::{MOST, is_filed};
use crate::accused::not_accusing;
use crate::case::{Case, CaseId, visible_to};
use crate::steps::World;

/// The rule that they go by.
fn of_drafts() -> Option<&'static Rule> {
    rule("case_draft")
}

/// Those that still say whose they were, given up by their sender or not; the oldest first.
fn unsent<'a>(ctx: &Ctx, world: World<'_>) -> cases::BoxedQuery<'a, Pg> {
    let system = Ctx { actor: Actor::System, now: ctx.now };
    cases::table
        .filter(visible_to(&system, world.rules))
        .filter(not(is_filed()))
        .filter(sql::<Bool>("NOT cases.marks ? 'erased_at'"))
        .order((cases::created_at, cases::id))
        .into_boxed()
}

/// Those that nobody has touched for as long as they are kept.
pub(super) async fn untouched(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    most: i64,
) -> Result<Vec<(Case, &'static Rule)>> {
    let Some(rule) = of_drafts() else { return Ok(Vec::new()) };
    let old = old(ctx, world, rule, ctx.now).limit(most.max(0));
    let rows: Vec<Case> = old.select(Case::as_select()).load(conn).await?;
    Ok(rows.into_iter().map(|case| (case, rule)).collect())
}

/// Those that nobody will have touched for as long by that moment, as things stand.
fn old<'a>(ctx: &Ctx, world: World<'_>, rule: &Rule, until: DateTime<Utc>) -> cases::BoxedQuery<'a, Pg> {
    let past = rule.past(until);
    unsent(ctx, world).filter(cases::created_at.le(past)).filter(untouched_since("cases.id", past))
}

/// How many would go until that moment.
pub(super) async fn count(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    until: DateTime<Utc>,
) -> Result<Option<Due>> {
    let Some(rule) = of_drafts() else { return Ok(None) };
    let found = old(ctx, world, rule, until).filter(not_accusing(ctx)).limit(Due::LOOKED_AT).select(cases::id);
    Ok(Some(Due::of(rule, found.load::<CaseId>(conn).await?.len())))
}

/// A citizen's own, however new.
pub(super) async fn of(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    sender: CitizenId,
) -> Result<Vec<(Case, &'static Rule)>> {
    let Some(rule) = of_drafts() else { return Ok(Vec::new()) };
    let own = unsent(ctx, world).filter(cases::sender_id.eq(sender)).limit(MOST);
    let rows: Vec<Case> = own.select(Case::as_select()).load(conn).await?;
    Ok(rows.into_iter().map(|case| (case, rule)).collect())
}
