//! An agency that was asked does not answer: where the law says so that is consent; otherwise whoever asked is told.

use diesel_async::AsyncPgConnection;
use kernel::timers::{self, Due};
use kernel::{Actor, Ctx, Result};

use super::reply::went_on;
use super::{Consultation, ConsultationId, ConsultationStatus, all, closed, one};
use crate::dossier::DossierId;
use crate::event::Event;
use crate::problem::CONSULTATION_NOT_FOUND;
use crate::steps::{Moving, World};

/// Fires what ran out before an answer is taken, or the rest is ended, where the worker has not come round to it yet: silence that
/// was consent by then stays so.
pub(super) async fn catch_up(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, id: DossierId) -> Result<()> {
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let asked = all(conn, id).await?.into_iter();
    for late in asked.filter(|asked| asked.status == ConsultationStatus::Open && asked.due_at <= ctx.now) {
        for due in timers::of(conn, late.id.0).await? {
            fire(conn, &system, world, &due).await?;
        }
    }
    Ok(())
}

/// Fires the timer of a question.
///
/// # Errors
/// Somebody changed the dossier meanwhile: the timer is due again.
pub async fn fire(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, due: &Due) -> Result<()> {
    let id = ConsultationId(due.entity_id);
    let dossier = match one(conn, id).await {
        Err(error) if error.is(&CONSULTATION_NOT_FOUND) => return timers::drop(conn, due).await,
        asked => asked?.dossier_id,
    };
    let mut moving = Moving::begin(conn, ctx, world, dossier, None).await?;
    let asked = all(conn, dossier).await?;
    let open = |asked: &&Consultation| asked.id == id && asked.status == ConsultationStatus::Open;
    let Some(late) = asked.iter().find(open) else { return timers::drop(conn, due).await };
    let (consultation, agency) = (id.0, late.agency_id.0);
    let event = if late.silence_consents {
        let after = Consultation { status: ConsultationStatus::Consented, closed_at: Some(ctx.now), ..late.clone() };
        moving.also.extend(closed(&after));
        went_on(&mut moving, ctx, world, &asked, id)?;
        Event::SilenceConsented { consultation, agency }
    } else {
        moving.also.push(timers::unset(id.0));
        Event::ConsultationOverdue { consultation, agency }
    };
    moving.write(conn, ctx, world, &event, None).await.map(drop)
}
