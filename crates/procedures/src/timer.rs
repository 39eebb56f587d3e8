//! What happens to a dossier when nobody does anything: a limit runs out, and the journal is told at that moment.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::journal::Entry;
use kernel::record::Record;
use kernel::schema::dossiers;
use kernel::timers::{Due, Timers};
use kernel::{Actor, Ctx, Result};

use crate::dossier::{Dossier, DossierId, audience, load};
use crate::event::Event;
use crate::problem::NOT_FOUND;
use crate::workflow::Status;

/// The statutory limit runs out.
const DEADLINE: &str = "deadline";
/// The limit for answering a submission runs out.
const ANSWER: &str = "answer";

/// The timers that a dossier in this state needs from now on. What has run out already has been told: see [`catch_up`].
pub(crate) fn timers_of(dossier: &Dossier, now: DateTime<Utc>) -> Timers {
    let (kinds, fire_at) = limit(dossier).filter(|(_, fire_at)| *fire_at > now).into_iter().unzip();
    Timers::Set { entity_kind: "dossier", entity_id: dossier.id.0, kinds, fire_at }
}

/// The limit that a dossier in this state is under.
fn limit(dossier: &Dossier) -> Option<(&'static str, DateTime<Utc>)> {
    match (dossier.status, dossier.statutory_due_at) {
        (Status::Submitted, _) => Some((ANSWER, dossier.next_due_at)),
        (status, Some(due_at)) if status.is_examined() && !dossier.clock_stands => Some((DEADLINE, due_at)),
        _ => None,
    }
}

/// Fires what ran out before a step is taken, where the worker has not come round to it yet: a step may set timers
/// anew, but it cannot undo that a limit ran out. Returns by how many versions that moved the dossier.
pub(crate) async fn catch_up(conn: &mut AsyncPgConnection, ctx: &Ctx, dossier: &Dossier) -> Result<i32> {
    if limit(dossier).is_none_or(|(_, fire_at)| fire_at > ctx.now) {
        return Ok(0);
    }
    let ctx = Ctx { actor: Actor::System, now: ctx.now };
    let mut fired = 0;
    for due in kernel::timers::of(conn, dossier.id.0).await? {
        fired += i32::from(fire(conn, &ctx, &due).await?);
    }
    Ok(fired)
}

/// Fires a timer: the entry, and the timer gone, in one statement. Returns whether it did: one that was set anew or
/// taken away meanwhile does not fire.
pub async fn fire(conn: &mut AsyncPgConnection, ctx: &Ctx, due: &Due) -> Result<bool> {
    let id = DossierId(due.entity_id);
    let dossier = match load(conn, &Actor::System, id).await {
        Err(error) if error.is(&NOT_FOUND) => return kernel::timers::drop(conn, due).await.map(|()| false),
        dossier => dossier?,
    };
    if !kernel::timers::is_set(conn, due).await? {
        return Ok(false);
    }
    let event = match (due.kind.as_str(), dossier.statutory_due_at) {
        (DEADLINE, Some(statutory_due_at)) => Event::DeadlinePassed { statutory_due_at },
        (ANSWER, _) => Event::AnswerDeadlinePassed {},
        _ => return kernel::timers::drop(conn, due).await.map(|()| false),
    };
    let seen = (audience(&dossier), audience(&dossier));
    let row = dossiers::table.filter(dossiers::id.eq(id)).filter(dossiers::version.eq(dossier.version));
    let change = diesel::update(row)
        .set(dossiers::version.eq(dossiers::version + 1))
        .returning((dossiers::version, dossiers::code));
    let timers = Timers::Set { entity_kind: "dossier", entity_id: id.0, kinds: Vec::new(), fire_at: Vec::new() };
    let entry = Entry::new(ctx, id.0, Some(dossier.competent_agency_id.0), &event, seen);
    Record { change, also: Vec::new(), entry, timers, answer: None }.write(conn, |_| None).await?;
    Ok(true)
}
