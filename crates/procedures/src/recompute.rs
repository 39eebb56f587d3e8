//! The passes of a recomputation: all dossiers whose clock has started and that are not finished, agency by agency and
//! in small batches, each one transaction with the place it has come to. A crash costs at most one batch.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use kernel::journal::Entry;
use kernel::rules::Rules;
use kernel::schema::{dossiers, recomputation_progress as progress};
use kernel::timers::{Due, Timers};
use kernel::{Ctx, Error, Result};

use crate::clock;
use crate::dossier::{Dossier, DossierId, visible_to};
use crate::event::Event;
use crate::problem::RECOMPUTATION_NOT_FOUND;
use crate::receipt::{self, Stage};
use crate::recomputation::{self as order, Phase, Progress, Recomputation, RecomputationId, advance, entry, load};
use crate::steps::{Seen, World, read, said, store};
use crate::timer::catch_up;
use crate::told::told;

/// Dossiers in one transaction: no more than leaves others their turn.
const BATCH: i64 = 100;

/// What another calendar makes of a deadline.
enum Verdict {
    /// Due later: the dossier as it would be then.
    Later(Box<Dossier>),
    Unchanged,
    /// Never earlier than the date that was printed.
    Earlier,
    NotComputed,
}

/// Takes the next batch of a pass; the timer stays until the pass is through.
pub async fn fire(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, due: &Due) -> Result<()> {
    let (row, found) = match load(conn, RecomputationId(due.entity_id)).await {
        Err(error) if error.is(&RECOMPUTATION_NOT_FOUND) => return kernel::timers::drop(conn, due).await,
        loaded => loaded?,
    };
    if !matches!(row.status, Phase::Looking | Phase::CarryingOut) {
        return kernel::timers::drop(conn, due).await;
    }
    conn.transaction::<_, Error, _>(async |conn| batch(conn, ctx, world, row, found).await).await
}

async fn batch(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    row: Recomputation,
    mut found: Progress,
) -> Result<()> {
    let dossiers = next(conn, ctx, &found).await?;
    let through = dossiers.len() < usize::try_from(BATCH).unwrap_or(0);
    for dossier in dossiers {
        (found.agency_id, found.dossier_id) = (dossier.competent_agency_id.0, dossier.id.0);
        found.examined += 1;
        match judge(world.rules, &row.calendar_version, &dossier) {
            Verdict::Later(_) => {
                found.later += 1;
                if row.status == Phase::CarryingOut {
                    carry_out(conn, ctx, world, &row, dossier.id).await?;
                }
            }
            Verdict::Unchanged => found.unchanged += 1,
            Verdict::Earlier => found.earlier += 1,
            Verdict::NotComputed => found.not_computed += 1,
        }
    }
    let own = progress::table.filter(progress::recomputation_id.eq(row.id));
    diesel::update(own).set(found).execute(conn).await?;
    if !through {
        return Ok(());
    }
    let (examined, later) = (found.examined, found.later);
    let (status, event) = match row.status {
        Phase::Looking => (Phase::Looked, order::Event::Looked { examined, later }),
        _ => (Phase::Done, order::Event::Done { examined, later }),
    };
    let next = Recomputation { version: row.version + 1, status, ..row };
    let timers = Timers::over(order::ENTITY, next.id.0);
    advance(conn, &next, Vec::new(), entry(ctx, next.id, &event), timers, None).await
}

/// The next dossiers under way.
async fn next(conn: &mut AsyncPgConnection, ctx: &Ctx, found: &Progress) -> Result<Vec<Dossier>> {
    let (agency, id) = (found.agency_id, found.dossier_id);
    let same = dossiers::competent_agency_id.eq(agency).and(dossiers::id.gt(id));
    let under_way = dossiers::table
        .filter(visible_to(ctx))
        .filter(dossiers::open)
        .filter(dossiers::accepted_at.is_not_null())
        .filter(dossiers::finished_at.is_null())
        .filter(dossiers::competent_agency_id.ge(agency))
        .filter(dossiers::competent_agency_id.gt(agency).or(same))
        .order((dossiers::competent_agency_id, dossiers::id))
        .limit(BATCH);
    Ok(under_way.select(Dossier::as_select()).load(conn).await?)
}

fn judge(rules: &Rules, calendar_version: &str, dossier: &Dossier) -> Verdict {
    let Some(clock) = dossier.clock.as_ref().filter(|clock| clock.0.calendar_version != calendar_version) else {
        return Verdict::Unchanged;
    };
    let new = deadlines::Clock { calendar_version: calendar_version.to_owned(), ..clock.0.clone() };
    let Ok(deadline) = rules.deadline(&new) else { return Verdict::NotComputed };
    let (statutory, told) = (Some(deadline.statutory_due_at), Some(deadline.due_at));
    if statutory < dossier.statutory_due_at || told < dossier.due_at {
        return Verdict::Earlier;
    }
    // A clock that stands will go on under the new calendar, though nothing is later yet.
    let same = (statutory, told) == (dossier.statutory_due_at, dossier.due_at);
    if same && !dossier.clock_stands {
        return Verdict::Unchanged;
    }
    let mut moved = dossier.clone();
    clock::put(&mut moved, new, &deadline);
    moved.clock_stands |= dossier.clock_stands;
    Verdict::Later(Box::new(moved))
}

async fn carry_out(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    row: &Recomputation,
    id: DossierId,
) -> Result<()> {
    let mut seen = read(conn, ctx, id).await?;
    if catch_up(conn, ctx, world, &seen.dossier, seen.asked.as_ref()).await? > 0 {
        seen = read(conn, ctx, id).await?;
    }
    let Seen { dossier: old, asked, papers, sides } = seen;
    // What has just been told may have set its clock going.
    let Verdict::Later(mut moved) = judge(world.rules, &row.calendar_version, &old) else { return Ok(()) };
    moved.version += 1;
    let event = Event::DeadlineMoved {
        recomputation: row.id.0,
        calendar_version: row.calendar_version.clone(),
        due_at: moved.due_at.unwrap_or(ctx.now),
    };
    let seen = (sides.everybody(&old), sides.everybody(&moved));
    let told = told(&event, &old, &moved);
    let entry = Entry::new(ctx, moved.id.0, Some(moved.competent_agency_id.0), &told, seen);
    let mut said = said(&moved, Some((None, row.reason.clone())), None);
    // The applicant is told another date.
    if moved.due_at != old.due_at && !moved.clock_stands {
        let (procedure, _) = world.catalogue.pinned(moved.procedure_id, &moved.case_code)?;
        let stage = (Stage::PromisedAnew, ctx.now);
        said.push(receipt::signed(world.keys, &moved, &procedure.code, &papers, stage));
    }
    store(conn, ctx.now, (&*moved, asked.as_ref()), entry, said, None, None).await.map(drop)
}
