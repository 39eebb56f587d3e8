//! The hours in which the authority is to be told are over, and it was not.

use diesel_async::AsyncPgConnection;
use kernel::rules::Rules;
use kernel::timers::{Due, Timers};
use kernel::{Actor, Ctx, Result};

use super::{Breach, BreachEvent, BreachId, load};
use crate::problem::BREACH_NOT_FOUND;

pub const ENTITY: &str = "data_breach";

const NOTIFY_AUTHORITY: &str = "notify_authority";

/// The timer that a breach needs from now on.
pub(super) fn of(breach: &Breach) -> Timers {
    match breach.owes_notice() && !breach.overdue_told {
        true => Timers::only(ENTITY, breach.id.0, NOTIFY_AUTHORITY, breach.notify_due_at),
        false => Timers::over(ENTITY, breach.id.0),
    }
}

/// Fires a timer.
pub async fn fire(conn: &mut AsyncPgConnection, ctx: &Ctx, rules: &Rules, due: &Due) -> Result<()> {
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let old = match load(conn, &system, rules, BreachId(due.entity_id)).await {
        Ok(old) if old.owes_notice() && !old.overdue_told => old,
        Ok(_) => return kernel::timers::drop(conn, due).await,
        Err(error) if error.is(&BREACH_NOT_FOUND) => return kernel::timers::drop(conn, due).await,
        Err(error) => return Err(error),
    };
    let event = BreachEvent::DeadlinePassed { notify_due_at: old.notify_due_at };
    Breach { overdue_told: true, ..old.next() }.store(conn, &system, &event, None).await
}
