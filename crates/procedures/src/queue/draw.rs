//! Drawing a ticket, at the machine by the door or on the way there.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Date, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use kernel::id::AgencyId;
use kernel::idempotency::{Answer, Attempt, Kept};
use kernel::record::{Also, Record};
use kernel::schema::tickets;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bound::{self, Drawer};
use super::{Centre, Ticket, TicketEvent, TicketId, TicketStatus, answer, entry, evening, is_field, no_such_field};
use crate::catalogue::Catalogue;
use crate::problem::{TOO_MANY_TICKETS, UNKNOWN_FIELD};

diesel::define_sql_function! {
    /// The next number of a centre on a day.
    fn take_ticket_number(agency: SqlUuid, on_day: Date) -> Text;
}

/// What one has come for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTicket {
    /// The field of the procedure, as in the catalogue.
    #[schema(example = "Hộ tịch", min_length = 1, max_length = 200)]
    pub field: String,
}

/// Gives a ticket out, with the day's next number. `drawer` is whoever may not draw as many as they like.
///
/// # Errors
/// [`UNKNOWN_FIELD`] when no procedure in force is of this field; [`TOO_MANY_TICKETS`], saying when to come back.
pub async fn draw(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    (id, centre): (TicketId, &Centre),
    new: NewTicket,
    drawer: Option<Drawer>,
    attempt: &Attempt,
) -> Result<Answer> {
    if !is_field(catalogue, ctx, &new.field) {
        return Err(UNKNOWN_FIELD.error().fields(vec![no_such_field("/field".to_owned())]));
    }
    let number = attempt.placeholder();
    let ticket = ticket(ctx, (id, centre.agency), new.field, number, None);
    let mut reply = answer(201, &ticket);
    let kept = Some(attempt.keep(&reply, ctx.now));
    let also = drawer.iter().map(|drawer| drawer.count(ctx)).collect();
    let number = match (issue(conn, ctx, &ticket, centre, also, kept).await, drawer) {
        (Err(error), Some(drawer)) if error.is(&TOO_MANY_TICKETS) => return Err(drawer.too_many(conn, ctx).await?),
        (number, _) => number?,
    };
    attempt.fill(&mut reply, number.as_deref());
    Ok(reply)
}

/// A ticket that waits; the number is given by the database when it is issued.
pub(crate) fn ticket(
    ctx: &Ctx,
    (id, agency): (TicketId, AgencyId),
    field: String,
    number: String,
    appointment_at: Option<DateTime<Utc>>,
) -> Ticket {
    Ticket {
        id,
        version: 1,
        agency_id: agency,
        day: deadlines::vn_date(ctx.now),
        field,
        number,
        status: TicketStatus::Waiting,
        counter: None,
        calls: 0,
        issued_at: ctx.now,
        called_at: None,
        closed_at: None,
        appointment_at,
    }
}

/// Writes a ticket that waits, with what belongs to it. Returns its number.
pub(crate) async fn issue(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    ticket: &Ticket,
    centre: &Centre,
    also: Vec<Also>,
    answer: Option<Kept>,
) -> Result<Option<String>> {
    let event = TicketEvent::Drawn { field: ticket.field.clone(), appointment_at: ticket.appointment_at };
    let entry = entry(ctx, ticket, &event);
    let change = diesel::insert_into(tickets::table)
        .values((
            tickets::id.eq(ticket.id),
            tickets::version.eq(ticket.version),
            tickets::agency_id.eq(ticket.agency_id),
            tickets::day.eq(ticket.day),
            tickets::field.eq(ticket.field.clone()),
            tickets::status.eq(ticket.status),
            tickets::calls.eq(ticket.calls),
            tickets::issued_at.eq(ticket.issued_at),
            tickets::appointment_at.eq(ticket.appointment_at),
            tickets::number.eq(take_ticket_number(ticket.agency_id, ticket.day)),
        ))
        .returning((tickets::version, tickets::number.nullable()));
    let timers = evening::timer(ticket.id, &centre.reception, ctx.now);
    let too_many = |name: &str| (name == bound::CONSTRAINT).then(|| TOO_MANY_TICKETS.error());
    Record { change, also, entry, timers, answer }.write(conn, too_many).await
}
