//! What happens to a denunciation when nobody does anything: a limit runs out, what is owed goes up the ladder. No further than to the
//! agency above: it has a part in what is late (LTC Art. 38), and nobody else is told of a denunciation for that.

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use kernel::id::AgencyId;
use kernel::ladder::{self, Escalation, Rung};
use kernel::problem::INTERNAL;
use kernel::timers::{Due, Timers};
use kernel::{Actor, Ctx, Result};

use crate::clocks::DenunciationStage;
use crate::denunciation::{Denunciation, DenunciationId};
use crate::event::Event;
use crate::problem::NOT_FOUND;
use crate::steps::{Moving, Seen, World, read};

pub const ENTITY: &str = "denunciation";

/// Something overdue goes up the ladder.
const ESCALATION: &str = "escalation";

/// The timers that it needs from now on. What has run out already has been told, see [`catch_up`], but for what is `untold`.
pub(crate) fn timers_of(it: &Denunciation, world: World<'_>, untold: &[String], now: DateTime<Utc>) -> Result<Timers> {
    let still = |kind: &str, at: DateTime<Utc>| at > now || untold.iter().any(|it| it == kind);
    let mut set: Vec<(&'static str, DateTime<Utc>)> = limits(it).filter(|(kind, at)| still(kind, *at)).collect();
    set.extend(next_rung(it, world)?.map(|at| (ESCALATION, at)));
    let (kinds, fire_at) = set.into_iter().unzip();
    Ok(Timers::Set { entity_kind: ENTITY, entity_id: it.id.0, kinds, fire_at })
}

/// The limits that it is under, each with the moment at which it runs out.
fn limits(it: &Denunciation) -> impl Iterator<Item = (&'static str, DateTime<Utc>)> {
    it.clocks.0.owed().map(|(stage, running)| (stage.code(), running.statutory_due_at))
}

/// The next rung for what is owed.
fn rung(it: &Denunciation) -> Option<&'static Escalation> {
    ladder::next_rung(it.escalation).filter(|it| it.rung != Rung::Top)
}

/// When what is owed is shown to the next higher up.
fn next_rung(it: &Denunciation, world: World<'_>) -> Result<Option<DateTime<Utc>>> {
    let owed = it.clocks.0.owed().map(|(_, running)| running.due_at).min();
    let (Some(rung), Some(due_at)) = (rung(it), owed) else { return Ok(None) };
    rung.at(world.rules, it.handling_agency_id, due_at).map(Some)
}

/// The first agency above the one that has it, if that is not accused.
pub(crate) fn above(it: &Denunciation, world: World<'_>) -> Option<AgencyId> {
    world.rules.above(it.handling_agency_id).into_iter().find(|agency| !it.bars(agency.0))
}

/// The same, after what has run out was told, where the worker has not come round to it yet. Whatever is about to be changed is read
/// through this: what is written sets no timer for what is over, and it would never be told.
pub(crate) async fn catch_up(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, seen: Seen) -> Result<Seen> {
    let over: Vec<&str> = limits(&seen.it).filter(|(_, at)| *at <= ctx.now).map(|(kind, _)| kind).collect();
    if over.is_empty() {
        return Ok(seen);
    }
    let (id, mut fired) = (seen.it.id, false);
    for due in kernel::timers::of(conn, id.0).await?.into_iter().filter(|due| over.contains(&due.kind.as_str())) {
        fired |= fire(conn, ctx, world, &due).await?;
    }
    if fired { read(conn, ctx, id).await } else { Ok(seen) }
}

/// Fires a timer. Returns whether it did.
pub async fn fire(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, due: &Due) -> Result<bool> {
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let seen = match read(conn, &system, DenunciationId(due.entity_id)).await {
        Err(error) if error.is(&NOT_FOUND) => return kernel::timers::drop(conn, due).await.map(|()| false),
        seen => seen?,
    };
    let Some(untold) = kernel::timers::beside(conn, due).await? else { return Ok(false) };
    let mut moving = Moving { untold, ..Moving::of(seen) };
    let event = match (due.kind.as_str(), DenunciationStage::from_code(&due.kind)) {
        (ESCALATION, _) => escalate(&mut moving, ctx, world),
        (_, Some(stage)) => moving
            .it
            .clocks
            .0
            .get(stage)
            .map(|running| Event::DeadlinePassed { stage, statutory_due_at: running.statutory_due_at }),
        (other, None) => return Err(INTERNAL.because(format!("no timer {other} of denunciations is known here"))),
    };
    let Some(event) = event else { return kernel::timers::drop(conn, due).await.map(|()| false) };
    moving.write(conn, &system, world, &event, None).await?;
    Ok(true)
}

/// One rung up: whoever heads the agency, then the agency above, which sees it from now on.
fn escalate(moving: &mut Moving, ctx: &Ctx, world: World<'_>) -> Option<Event> {
    let (rung, (stage, _)) = (rung(&moving.it)?, moving.it.clocks.0.past_due(ctx.now)?);
    moving.it.escalation += 1;
    let own = moving.it.handling_agency_id;
    let to = match rung.rung {
        Rung::Head => own,
        Rung::Superior | Rung::Top => {
            moving.it.superior_agency_id = moving.it.superior_agency_id.or_else(|| above(&moving.it, world));
            moving.it.superior_agency_id.unwrap_or(own)
        }
    };
    Some(Event::Escalated { stage, rung: rung.rung, to: to.0 })
}
