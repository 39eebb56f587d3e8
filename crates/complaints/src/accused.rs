//! Whom a case accuses: they are never routed, shown, counted or told of it, for good. See `docs/decisions/0020`.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::condition::NotAccusing;
use kernel::id::{AgencyId, StaffId};
use kernel::record::Also;
use kernel::rules::Rules;
use kernel::schema::cases;
use kernel::sql::{Sql, sql};
use kernel::{Actor, Ctx, Result};
use uuid::Uuid;

use crate::case::{Case, CaseId, visible_to};
use crate::problem::ACCUSED;
use crate::workflow::CaseStatus;

/// Who is called so and where people work, as the directory knows it.
#[derive(Clone, Debug, Default)]
pub struct Postings {
    /// Everybody who is called as facts name an official, of two of one name both, and every agency that is.
    pub called: Vec<Uuid>,
    /// The agencies of whom facts name.
    pub named: Vec<AgencyId>,
    /// Those of whoever says so, whichever of them they act for now.
    pub actor: Vec<AgencyId>,
}

impl Case {
    /// Whether an agency is accused, or somebody.
    pub fn bars(&self, who: Uuid) -> bool {
        self.barred.contains(&who)
    }

    /// They are accused from now on. Nobody who once was ever sees it: it is still what it says.
    pub fn bar(&mut self, accused: &[Uuid]) {
        for who in accused {
            if !self.bars(*who) {
                self.barred.push(*who);
            }
        }
    }
}

/// Whom its facts accuse is barred, and it goes to the agency above theirs: nobody looks at their own unit first.
///
/// # Errors
/// [`ACCUSED`] where whoever says so is accused, or an agency of theirs, or the one that would have it.
pub fn accuse(case: &mut Case, ctx: &Ctx, rules: &Rules, postings: &Postings) -> Result<()> {
    case.bar(&case.facts.0.accused(&postings.called));
    if postings.named.contains(&case.handling_agency_id) {
        // Whoever works at the top has nobody above: their colleagues settle it.
        let above = rules.above(case.handling_agency_id).into_iter().filter(|agency| !case.bars(agency.0));
        // Not where they work as well, if there is another.
        let above = above.min_by_key(|agency| postings.named.contains(agency));
        if let Some(above) = above {
            case.hand_to(above);
        }
    }
    let actor = ctx.actor.id().into_iter().chain(ctx.actor.agency().map(|agency| agency.0));
    let mut actor = actor.chain(postings.actor.iter().map(|agency| agency.0));
    if actor.any(|who| case.bars(who)) { Err(ACCUSED.error()) } else { not_accused(case, case.handling_agency_id) }
}

/// What accuses an agency is never routed to it.
pub fn not_accused(case: &Case, agency: AgencyId) -> Result<()> {
    if case.bars(agency.0) { Err(ACCUSED.error()) } else { Ok(()) }
}

/// All that grew out of the same letter keeps away whom one part of it accuses: each tells of the others.
///
/// # Errors
/// [`ACCUSED`] where one of them lies open at an agency that would be barred from it, or with whom: that one is handed on first.
pub(crate) async fn bar_kin(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    rules: &Rules,
    case: &Case,
) -> Result<Option<Also>> {
    let kin = kin(conn, ctx, rules, case).await?;
    // With whom it is assigned it lies while that is still to be verified.
    let verified =
        |kin: &Kin| matches!(kin.status, CaseStatus::Verifying | CaseStatus::Verified | CaseStatus::Suspended);
    let verifies = |kin: &Kin| verified(kin) && kin.assigned_to.is_some_and(|to| case.bars(to.0));
    if kin.iter().any(|kin| kin.status.is_open() && case.bars(kin.handling.0) || verifies(kin)) {
        return Err(ACCUSED.error());
    }
    let ids: Vec<CaseId> = kin.into_iter().map(|kin| kin.id).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let rows = cases::table.filter(cases::id.eq_any(ids)).filter(visible_to(&system, rules));
    Ok(Some(Box::new(diesel::update(rows).set(cases::barred.eq(with(case.barred.clone()))))))
}

/// A case that another grew out of, or that grew out of it: where it stands, and in whose hands.
#[derive(Queryable)]
struct Kin {
    id: CaseId,
    origin: Option<CaseId>,
    handling: AgencyId,
    assigned_to: Option<StaffId>,
    status: CaseStatus,
}

/// The cases that this one grew out of and that grew out of it, without itself.
async fn kin(conn: &mut AsyncPgConnection, ctx: &Ctx, rules: &Rules, of: &Case) -> Result<Vec<Kin>> {
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let (mut known, mut origins, mut ids) = (BTreeMap::new(), Vec::from_iter(of.origin_id), vec![of.id]);
    while !origins.is_empty() || !ids.is_empty() {
        let near = cases::id.eq_any(origins).or(cases::origin_id.assume_not_null().eq_any(ids));
        let found = cases::table
            .filter(visible_to(&system, rules))
            .filter(near)
            .select((cases::id, cases::origin_id, cases::handling_agency_id, cases::assigned_to, cases::status))
            .load::<Kin>(conn)
            .await?;
        (origins, ids) = (Vec::new(), Vec::new());
        for kin in found {
            let (id, origin) = (kin.id, kin.origin);
            if id != of.id && known.insert(id, kin).is_none() {
                origins.extend(origin.filter(|origin| *origin != of.id));
                ids.push(id);
            }
        }
    }
    Ok(known.into_values().collect())
}

/// Whoever is barred from the row, and these: written so that nobody who writes at the same time takes anybody out.
pub(crate) fn with(accused: Vec<Uuid>) -> Sql<Array<SqlUuid>> {
    sql("ARRAY(SELECT DISTINCT unnest(cases.barred || ").bind::<Array<SqlUuid>, _>(accused).sql("))")
}

/// As a condition: the case accuses neither the actor nor an agency of theirs, whichever they act for.
pub fn not_accusing(ctx: &Ctx) -> NotAccusing {
    NotAccusing::of("cases.barred", ctx)
}

/// Those of these cases that accuse the actor or an agency of theirs, for lists of something else in which cases are named by their
/// ids: they are left out there, as everywhere.
pub async fn barring(conn: &mut AsyncPgConnection, ctx: &Ctx, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let accusing = cases::table.filter(cases::id.eq_any(ids)).filter(diesel::dsl::not(not_accusing(ctx)));
    let accusing: Vec<CaseId> = accusing.select(cases::id).load(conn).await?;
    Ok(accusing.into_iter().map(|id| id.0).collect())
}
