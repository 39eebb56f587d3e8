//! What is past its time loses what tells of whom it was: names, numbers, addresses, words and files. The row stays, with its code,
//! its dates and what became of it, and so do the journal, which never held words, and everything that is counted. In reading order:
//! what is `finished` and what holds it, what is `due`, `erase`, what is done when it is `asked` for, and the `list` of
//! what goes next.

mod asked;
mod erase;
pub mod list;

use diesel::dsl::{exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::files::Sha256;
use kernel::id::CitizenId;
use kernel::idempotency::KEPT;
use kernel::problem::CONFLICT;
use kernel::retention::{self, Rule};
use kernel::schema::{case_files, cases, inspections};
use kernel::sql::{Sql, sql};
use kernel::{Actor, Ctx, Result};
use uuid::Uuid;

pub use asked::{asked_by, settle};

use crate::case::{Case, CaseId, visible_to};
use crate::facts::CaseKind;
use crate::inspection::InspectionStatus;
use crate::steps::World;
use crate::workflow::CaseStatus;

/// What rules on keeping call a case.
const ENTITY: &str = "case";

diesel::alias!(cases as kin: Kin, cases as running: Running);

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
    sql("NOT EXISTS (SELECT FROM journal WHERE entity_id = cases.id AND recorded_at > ")
        .bind::<Timestamptz, _>(ctx.now - KEPT)
        .sql(")")
}

/// The cases that this rule keeps and that still say whose they were, whoever looks: they are named by id, code and date alone. Not
/// among them is what something else holds, too: a court, an open case that it grew out of or that grew out of it, an inspection that
/// it gave rise to, a running request of its sender about their data,
/// other than `request` itself.
fn finished<'a>(
    ctx: &Ctx,
    world: World<'_>,
    rule: &'static Rule,
    request: Option<CaseId>,
) -> cases::BoxedQuery<'a, Pg> {
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let kind = CaseKind::from_code(&rule.kind);
    // What another rule keeps that is narrower is not this one's.
    let states = CaseStatus::ALL.iter().copied().filter(|status| status.is_over());
    let states = states.filter(|status| kind.is_some_and(|kind| rule_of(kind, *status) == Some(rule)));
    let parent = kin.filter(kin.field(cases::id).nullable().eq(cases::origin_id));
    let child = kin.filter(kin.field(cases::origin_id).eq(cases::id.nullable()));
    let inspecting = [InspectionStatus::Planned, InspectionStatus::Held, InspectionStatus::Concluded];
    let inspection = inspections::table
        .filter(inspections::case_id.eq(cases::id.nullable()))
        .filter(inspections::status.eq_any(inspecting));
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
        .filter(sql::<Bool>("NOT cases.marks ? 'erased_at'"))
        .filter(sql::<Bool>("NOT cases.marks ? 'in_court_since'"))
        .filter(not(exists(parent.filter(kin.field(cases::closed_at).is_null()))))
        .filter(not(exists(child.filter(kin.field(cases::closed_at).is_null()))))
        .filter(not(exists(inspection)))
        .filter(not(exists(request)))
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
        let finished = finished(ctx, world, rule, of.map(|(_, request)| request));
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
    let mut erased = 0;
    for (case, rule) in due(conn, &ctx, world, None, most).await? {
        match erase::erase(conn, &ctx, world, &case, rule, None).await {
            Ok(()) => erased += 1,
            Err(error) if error.is(&CONFLICT) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(erased)
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
