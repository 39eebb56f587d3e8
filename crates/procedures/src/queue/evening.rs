//! What becomes of a ticket when the day ends and nobody has said: it is closed, so that the next morning begins with an
//! empty queue. It counts neither as served, which nobody has seen, nor as missed, which would be held against people who
//! sat there until the door shut.

use chrono::{DateTime, TimeDelta, Utc};
use deadlines::Reception;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::problem::INTERNAL;
use kernel::schema::tickets;
use kernel::timers::{self, Due, Timers};
use kernel::{Ctx, Result};

use super::call::write;
use super::{ENTITY, Ticket, TicketId, TicketStatus};

const EVENING: &str = "evening";
/// Whoever has a number when the door shuts is still served.
const AFTER_CLOSING: TimeDelta = TimeDelta::hours(1);

/// When a ticket drawn now is closed: an hour after the centre's door shuts; at midnight what is drawn later than that, or on
/// a day on which it does not open.
fn of(reception: &Reception, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = deadlines::vn_date(now);
    let midnight = deadlines::end_of_day(today);
    // Beyond the published calendar nobody knows whether the door opens.
    let shuts = reception.closes_at(today).ok().flatten().map(|shuts| shuts + AFTER_CLOSING);
    shuts.filter(|evening| *evening > now && *evening < midnight).unwrap_or(midnight)
}

/// The timer of a ticket drawn now.
pub(super) fn timer(id: TicketId, reception: &Reception, now: DateTime<Utc>) -> Timers {
    Timers::only(ENTITY, id.0, EVENING, of(reception, now))
}

/// Closes a ticket, unless something was done with it meanwhile.
pub async fn fire(conn: &mut AsyncPgConnection, ctx: &Ctx, due: &Due) -> Result<()> {
    if due.kind != EVENING {
        // Set by a newer program, which runs beside this one or did: it is put off until that one leads.
        return Err(INTERNAL.because(format!("no timer {} of tickets is known here", due.kind)));
    }
    let row = tickets::table.find(TicketId(due.entity_id)).select(Ticket::as_select());
    let found = row.first(conn).await.optional()?;
    let Some(ticket) = found.filter(|ticket| matches!(ticket.status, TicketStatus::Waiting | TicketStatus::Called))
    else {
        return timers::drop(conn, due).await;
    };
    if timers::is_set(conn, due).await? {
        write(conn, ctx, ticket, TicketStatus::Closed, None, None).await?;
    }
    Ok(())
}
