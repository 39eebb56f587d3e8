//! A remedy's day is over and nothing was reported: whoever inspected is told.

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use kernel::timers::{Due, Timers};
use kernel::{Actor, Ctx, Result};

use super::{Inspection, InspectionEvent, InspectionId, RemedyStatus, load};
use crate::problem::INSPECTION_NOT_FOUND;
use crate::steps::World;

pub const ENTITY: &str = "inspection";

const REMEDY_DUE: &str = "remedy_due";

/// The timer that an inspection needs from now on.
pub(super) fn of(inspection: &Inspection) -> Timers {
    match untold(inspection).map(|(_, due)| due).min() {
        Some(due) => Timers::only(ENTITY, inspection.id.0, REMEDY_DUE, due),
        None => Timers::over(ENTITY, inspection.id.0),
    }
}

/// The remedies that are owed and of which nobody was told that they are late, with the moments at which they are.
fn untold(inspection: &Inspection) -> impl Iterator<Item = (u16, DateTime<Utc>)> {
    let remedies = (1..).zip(&inspection.findings.0).filter_map(|(n, finding)| Some((n, finding.remedy.as_ref()?)));
    let owed = remedies.filter(|(_, remedy)| remedy.status == RemedyStatus::Owed && !remedy.overdue_told);
    owed.map(|(n, remedy)| (n, deadlines::end_of_day(remedy.due_on)))
}

/// Fires a timer.
pub async fn fire(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, due: &Due) -> Result<()> {
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let old = match load(conn, &system, world, InspectionId(due.entity_id)).await {
        Ok(old) => old,
        Err(error) if error.is(&INSPECTION_NOT_FOUND) => return kernel::timers::drop(conn, due).await,
        Err(error) => return Err(error),
    };
    let findings: Vec<u16> = untold(&old).filter(|(_, due)| *due <= ctx.now).map(|(n, _)| n).collect();
    if findings.is_empty() {
        return kernel::timers::drop(conn, due).await;
    }
    let mut next = old.next();
    for n in &findings {
        if let Some(remedy) = next.findings.0[usize::from(*n) - 1].remedy.as_mut() {
            remedy.overdue_told = true;
        }
    }
    next.store(conn, &system, &old, &InspectionEvent::RemediesOverdue { findings }, None).await
}
