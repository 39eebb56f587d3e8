//! A limit of a denunciation runs out: the journal is told at that moment.

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use kernel::problem::INTERNAL;
use kernel::timers::{Due, Timers};
use kernel::{Actor, Ctx, Result};

use crate::clocks::DenunciationStage;
use crate::denunciation::{Denunciation, DenunciationId};
use crate::event::Event;
use crate::problem::NOT_FOUND;
use crate::steps::{Moving, read};

pub const ENTITY: &str = "denunciation";

/// The timers that it needs from now on.
pub(crate) fn timers_of(it: &Denunciation, now: DateTime<Utc>) -> Timers {
    let owed = it.clocks.0.owed().map(|(stage, running)| (stage.code(), running.statutory_due_at));
    let (kinds, fire_at) = owed.filter(|(_, at)| *at > now).unzip();
    Timers::Set { entity_kind: ENTITY, entity_id: it.id.0, kinds, fire_at }
}

/// Tells what ran out before a step is taken, where the worker has not come round to it yet. Returns whether anything had.
pub(crate) async fn catch_up(conn: &mut AsyncPgConnection, ctx: &Ctx, it: &Denunciation) -> Result<bool> {
    let over: Vec<&str> = it
        .clocks
        .0
        .owed()
        .filter(|(_, running)| running.statutory_due_at <= ctx.now)
        .map(|(stage, _)| stage.code())
        .collect();
    let mut fired = false;
    if !over.is_empty() {
        for due in kernel::timers::of(conn, it.id.0).await?.into_iter().filter(|due| over.contains(&due.kind.as_str()))
        {
            fired |= fire(conn, ctx, &due).await?;
        }
    }
    Ok(fired)
}

/// Fires a timer. Returns whether it did.
pub async fn fire(conn: &mut AsyncPgConnection, ctx: &Ctx, due: &Due) -> Result<bool> {
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let seen = match read(conn, &system, DenunciationId(due.entity_id)).await {
        Err(error) if error.is(&NOT_FOUND) => return kernel::timers::drop(conn, due).await.map(|()| false),
        seen => seen?,
    };
    if !kernel::timers::is_set(conn, due).await? {
        return Ok(false);
    }
    let stage = DenunciationStage::from_code(&due.kind)
        .ok_or_else(|| INTERNAL.because(format!("no timer {} of denunciations is known here", due.kind)))?;
    let moving = Moving::of(seen);
    let Some(running) = moving.it.clocks.0.get(stage) else {
        return kernel::timers::drop(conn, due).await.map(|()| false);
    };
    let event = Event::DeadlinePassed { stage, statutory_due_at: running.statutory_due_at };
    moving.write(conn, &system, &event, None).await?;
    Ok(true)
}
