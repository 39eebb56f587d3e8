//! Nobody came: the place was kept for them until a few minutes after their time.

use diesel_async::AsyncPgConnection;
use kernel::problem::INTERNAL;
use kernel::timers::{self, Due};
use kernel::{Actor, Ctx, Result};

use super::act::advance;
use super::{Appointment, AppointmentEvent, AppointmentId, AppointmentStatus, load};
use crate::problem::APPOINTMENT_NOT_FOUND;

pub(super) const NO_SHOW: &str = "no_show";

/// Notes that nobody came, unless somebody did or has cancelled.
pub async fn fire(conn: &mut AsyncPgConnection, ctx: &Ctx, due: &Due) -> Result<()> {
    if due.kind != NO_SHOW {
        // Set by a newer program, which runs beside this one or did: it is put off until that one leads.
        return Err(INTERNAL.because(format!("no timer {} of appointments is known here", due.kind)));
    }
    let old = match load(conn, &Actor::System, AppointmentId(due.entity_id)).await {
        Ok(old) if old.status == AppointmentStatus::Booked => old,
        Ok(_) => return timers::drop(conn, due).await,
        Err(error) if error.is(&APPOINTMENT_NOT_FOUND) => return timers::drop(conn, due).await,
        Err(error) => return Err(error),
    };
    if timers::is_set(conn, due).await? {
        let next = Appointment {
            version: old.version + 1,
            status: AppointmentStatus::NoShow,
            closed_at: Some(ctx.now),
            ..old
        };
        advance(conn, ctx, next, &AppointmentEvent::NoShow {}, vec![], None).await?;
    }
    Ok(())
}
