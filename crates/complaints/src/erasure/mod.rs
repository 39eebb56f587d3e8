//! What is past its time loses what tells of whom it was: names, numbers, addresses, words and files. The row stays, with its code,
//! its dates and what became of it, and so do the journal, which never held words, and everything that is counted. In reading order:
//! what is `finished` and what of the same `file` holds it, what is `due`, what was never sent (`draft`), `erase`, what is done when it
//! is `asked` for, and the `list` of what goes next.

mod asked;
mod draft;
mod erase;
mod file;
pub mod list;

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::files::Sha256;
use kernel::id::CitizenId;
use kernel::idempotency::KEPT;
use kernel::record::unless_changed;
use kernel::retention::{self, Due, Rule, untouched_since};
use kernel::schema::{case_files, cases};
use kernel::sql::{Sql, sql};
use kernel::{Actor, Ctx, Result};
use uuid::Uuid;

pub use asked::{Elsewhere, asked_by, grants, settle};
use file::{Beyond, held};

use crate::accused::not_accusing;
use crate::case::{Case, CaseId, visible_to};
use crate::facts::CaseKind;
use crate::steps::World;
use crate::workflow::CaseStatus;

/// What rules on keeping call a case.
const ENTITY: &str = "case";

/// So many of a citizen's cases are looked at when they ask: what holds the rest is what holds these.
const MOST: i64 = 1000;

diesel::alias!(cases as running: Running);

/// The rules on cases.
fn rules() -> impl Iterator<Item = &'static Rule> {
    retention::rules().iter().filter(|rule| rule.entity == ENTITY)
}

/// The rule by which a case is kept that ended in this state.
fn rule_of(kind: CaseKind, status: CaseStatus) -> Option<&'static Rule> {
    retention::rule_for(ENTITY, kind.code(), status.code())
}

/// Nothing has changed it for as long as answers are kept: none of them still holds its words.
fn quiet(ctx: &Ctx) -> Sql<Bool> {
    untouched_since("cases.id", ctx.now - KEPT)
}

/// Whether it has come to the agency: see [`Case::is_filed`].
fn is_filed() -> Sql<Bool> {
    sql("(cases.submitted_at IS NOT NULL OR cases.channel <> 'online')")
}

/// The cases that this rule keeps and that still say whose they were, whoever looks: they are named by id, code and date alone. Not
/// among them is what something else holds, too: what is kept longer of the same file, or a running request of its sender about their
/// data, other than `request` itself.
fn finished<'a>(
    ctx: &Ctx,
    world: World<'_>,
    rule: &'static Rule,
    beyond: &Beyond,
    request: Option<CaseId>,
) -> cases::BoxedQuery<'a, Pg> {
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let kind = CaseKind::from_code(&rule.kind);
    // What another rule keeps that is narrower is not this one's.
    let states = CaseStatus::ALL.iter().copied().filter(|status| status.is_over());
    let states = states.filter(|status| kind.is_some_and(|kind| rule_of(kind, *status) == Some(rule)));
    let request = running
        .filter(running.field(cases::sender_id).eq(cases::sender_id))
        .filter(running.field(cases::kind).eq(CaseKind::DataSubjectRequest))
        .filter(running.field(cases::open))
        .filter(running.field(cases::id).ne(request.map_or(Uuid::nil(), |id| id.0)));
    cases::table
        .filter(visible_to(&system, world.rules))
        .filter(cases::kind.eq(rule.kind.as_str()))
        .filter(cases::status.eq_any(states.collect::<Vec<_>>()))
        .filter(cases::closed_at.is_not_null())
        .filter(is_filed())
        .filter(sql::<Bool>("NOT cases.marks ? 'erased_at'"))
        .filter(not(exists(request)))
        .filter(not(held(beyond)))
        .into_boxed()
}

/// Whose, and the request that asks for it.
type Of = (CitizenId, CaseId);

/// The cases that are past their time, `most` at most, each with the rule that has kept it; of each rule, the oldest first.
async fn due(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    of: Option<Of>,
    most: i64,
) -> Result<Vec<(Case, &'static Rule)>> {
    let mut found = Vec::new();
    let mut left = most;
    for rule in rules() {
        let finished = finished(ctx, world, rule, &Beyond::Moment(ctx.now), of.map(|(_, request)| request));
        let mut past = finished.filter(cases::closed_at.le(rule.past(ctx.now))).filter(quiet(ctx));
        if let Some((sender, _)) = of {
            past = past.filter(cases::sender_id.eq(sender));
        }
        let rows: Vec<Case> =
            past.order((cases::closed_at, cases::id)).limit(left).select(Case::as_select()).load(conn).await?;
        found.extend(rows.into_iter().map(|case| (case, rule)));
        left = most - i64::try_from(found.len()).unwrap_or(most);
        if left <= 0 {
            break;
        }
    }
    Ok(found)
}

/// Erases what is past its time, `most` cases at most; returns how many. One that somebody changes meanwhile is left for
/// the next time.
///
/// # Errors
/// The database.
pub async fn run(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, most: i64) -> Result<usize> {
    let ctx = Ctx { actor: Actor::System, now: ctx.now };
    let mut found = due(conn, &ctx, world, None, most).await?;
    found.extend(draft::untouched(conn, &ctx, world, most - i64::try_from(found.len()).unwrap_or(most)).await?);
    let mut erased = 0;
    for (case, rule) in found {
        erased += usize::from(unless_changed(erase::erase(conn, &ctx, world, &case, rule, None).await)?);
    }
    Ok(erased)
}

/// How many would go until that moment, by each rule. Whoever is accused is told of it here as little as anywhere.
///
/// # Errors
/// The database.
pub async fn count(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    until: DateTime<Utc>,
) -> Result<Vec<Due>> {
    let mut counted = Vec::new();
    for rule in rules() {
        let found = finished(ctx, world, rule, &Beyond::Moment(until), None)
            .filter(cases::closed_at.le(rule.past(until)))
            .filter(not_accusing(ctx))
            .limit(Due::LOOKED_AT)
            .select(cases::id);
        counted.push(Due::of(rule, found.load::<CaseId>(conn).await?.len()));
    }
    counted.extend(draft::count(conn, ctx, world, until).await?);
    Ok(counted)
}

/// Whether a case has a file with this content.
pub async fn has_file(conn: &mut AsyncPgConnection, sha256: Sha256) -> Result<bool> {
    let file = case_files::table.filter(case_files::sha256.eq(sha256));
    Ok(diesel::select(exists(file)).get_result(conn).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_that_is_over_has_its_rule() {
        for kind in CaseKind::ALL {
            for status in CaseStatus::ALL.iter().filter(|status| status.is_over()) {
                let rule = rule_of(*kind, *status).unwrap_or_else(|| panic!("{kind} {status} would be kept for ever"));
                assert_eq!(CaseKind::from_code(&rule.kind), Some(*kind), "{}: of one kind", rule.rule);
            }
        }
    }
}
