//! What happens to a dossier when nobody does anything: a limit runs out, and the journal is told at that moment.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::journal::Entry;
use kernel::problem::INTERNAL;
use kernel::record::Record;
use kernel::schema::dossiers;
use kernel::timers::{Due, Timers};
use kernel::{Actor, Ctx, Result};

use crate::dossier::{Dossier, DossierId};
use crate::event::Event;
use crate::problem::NOT_FOUND;
use crate::steps::{Seen, World, read};
use crate::supplement::{self, Supplement};
use crate::workflow::Status;

/// What timers call a dossier.
pub(crate) const ENTITY: &str = "dossier";
/// The statutory limit runs out.
const DEADLINE: &str = "deadline";
/// The limit for answering a submission runs out.
const ANSWER: &str = "answer";
/// The limit for handing an accepted dossier over runs out.
const HAND_OVER: &str = "hand_over";
/// The applicant's time to supply what is missing is over.
const SUPPLY: &str = "supply";
/// A result has waited to be fetched for as long as is usual.
const COLLECT: &str = "collect";

/// The timers that a dossier in this state needs from now on. What has run out already has been told: see [`catch_up`].
pub(crate) fn timers_of(dossier: &Dossier, asked: Option<&Supplement>, now: DateTime<Utc>) -> Timers {
    let (kinds, fire_at) = limits(dossier, asked).filter(|(_, fire_at)| *fire_at > now).unzip();
    Timers::Set { entity_kind: ENTITY, entity_id: dossier.id.0, kinds, fire_at }
}

/// The limits that a dossier in this state is under.
fn limits(dossier: &Dossier, asked: Option<&Supplement>) -> impl Iterator<Item = (&'static str, DateTime<Utc>)> {
    let runs = dossier.status.is_examined() && !dossier.clock_stands;
    // What is asked for and refused, or proposed and sent back, does not give reception more time.
    let stands = dossier.stands_at();
    let owes_answer = match stands {
        Some(Status::Submitted) => true,
        // At the counter nothing is submitted: where an answer is owed there, it is owed from the draft on.
        Some(Status::Draft) => dossier.next_due_at > dossier.created_at,
        _ => false,
    };
    let answer = owes_answer.then_some(dossier.next_due_at);
    let hand_over = dossier.hand_over_due_at.filter(|_| stands == Some(Status::Accepted));
    let deadline = dossier.statutory_due_at.filter(|_| runs);
    let supply = asked.and_then(Supplement::lapses_at);
    let collect = (dossier.status == Status::ResultReady).then_some(dossier.next_due_at);
    let limits = [(COLLECT, collect), (ANSWER, answer), (HAND_OVER, hand_over), (DEADLINE, deadline), (SUPPLY, supply)];
    limits.into_iter().filter_map(|(kind, fire_at)| Some((kind, fire_at?)))
}

/// Fires what ran out before a step is taken, where the worker has not come round to it yet: a step may set timers
/// anew, but it cannot undo that a limit ran out. Returns by how many versions that moved the dossier.
pub(crate) async fn catch_up(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    dossier: &Dossier,
    asked: Option<&Supplement>,
) -> Result<i32> {
    let over: Vec<&str> =
        limits(dossier, asked).filter(|(_, fire_at)| *fire_at <= ctx.now).map(|(kind, _)| kind).collect();
    if over.is_empty() {
        return Ok(0);
    }
    let ctx = Ctx { actor: Actor::System, now: ctx.now };
    let mut fired = 0;
    let set = kernel::timers::of(conn, dossier.id.0).await?;
    // By their limits and not by their moments: one that could not fire was put off.
    for due in set.into_iter().filter(|due| over.contains(&due.kind.as_str())) {
        fired += i32::from(Box::pin(fire(conn, &ctx, world, &due)).await?);
    }
    Ok(fired)
}

/// Fires a timer: the entry, and the timer gone, in one statement. Returns whether it did: one that was set anew or
/// taken away meanwhile does not fire.
pub async fn fire(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, due: &Due) -> Result<bool> {
    let id = DossierId(due.entity_id);
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let seen = match read(conn, &system, id).await {
        Err(error) if error.is(&NOT_FOUND) => return kernel::timers::drop(conn, due).await.map(|()| false),
        seen => seen?,
    };
    if !kernel::timers::is_set(conn, due).await? {
        return Ok(false);
    }
    if due.kind == SUPPLY {
        return supplement::lapse(conn, &system, world, seen).await.map(|()| true);
    }
    let Seen { dossier, sides, .. } = seen;
    let event = match (due.kind.as_str(), dossier.statutory_due_at) {
        (DEADLINE, Some(statutory_due_at)) => Event::DeadlinePassed { statutory_due_at },
        (ANSWER, _) => Event::AnswerDeadlinePassed {},
        (HAND_OVER, _) => Event::HandOverDeadlinePassed {},
        // What is being put right cannot be fetched, and has its time anew when it is right.
        (COLLECT, _) if sides.correcting => return kernel::timers::drop(conn, due).await.map(|()| false),
        (COLLECT, _) => Event::CollectionOverdue {},
        (DEADLINE, None) => return kernel::timers::drop(conn, due).await.map(|()| false),
        // Set by a newer program, which runs beside this one or did: it is put off until that one leads.
        (other, _) => return Err(INTERNAL.because(format!("no timer {other} of dossiers is known here"))),
    };
    // Reception owes the answer and the hand-over, whoever decides, and keeps the result unless that waits elsewhere.
    let agency = match due.kind.as_str() {
        DEADLINE => dossier.competent_agency_id,
        COLLECT => sides.return_point.unwrap_or(dossier.receiving_agency_id),
        _ => dossier.receiving_agency_id,
    };
    let seen = (sides.everybody(&dossier), sides.everybody(&dossier));
    let row = dossiers::table.filter(dossiers::id.eq(id)).filter(dossiers::version.eq(dossier.version));
    let change = diesel::update(row)
        .set(dossiers::version.eq(dossiers::version + 1))
        .returning((dossiers::version, dossiers::code));
    let timers = Timers::Done { entity_id: id.0, kind: due.kind.clone() };
    let entry = Entry::new(ctx, id.0, Some(agency.0), &event, seen);
    Record { change, also: Vec::new(), entry, timers, answer: None }.write(conn, |_| None).await?;
    Ok(true)
}
