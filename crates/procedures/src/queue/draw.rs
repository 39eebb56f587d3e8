//! Drawing a ticket, at the machine by the door or on the way there.

use diesel::prelude::*;
use diesel::sql_types::{Date, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use kernel::id::AgencyId;
use kernel::idempotency::{Answer, Attempt};
use kernel::record::Record;
use kernel::schema::tickets;
use kernel::timers::Timers;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Ticket, TicketEvent, TicketId, TicketStatus, answer, entry, is_field, no_such_field};
use crate::catalogue::Catalogue;
use crate::problem::UNKNOWN_FIELD;

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

/// Gives a ticket out, with the day's next number.
///
/// # Errors
/// [`UNKNOWN_FIELD`] when no procedure in force is of this field.
pub async fn draw(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    (id, agency): (TicketId, AgencyId),
    new: NewTicket,
    attempt: &Attempt,
) -> Result<Answer> {
    let day = deadlines::vn_date(ctx.now);
    if !is_field(catalogue, ctx, &new.field) {
        return Err(UNKNOWN_FIELD.error().fields(vec![no_such_field("/field".to_owned())]));
    }
    let ticket = Ticket {
        id,
        version: 1,
        agency_id: agency,
        day,
        field: new.field,
        number: attempt.placeholder(),
        status: TicketStatus::Waiting,
        counter: None,
        calls: 0,
        issued_at: ctx.now,
        called_at: None,
        closed_at: None,
    };
    let mut reply = answer(201, &ticket);
    let entry = entry(ctx, &ticket, &TicketEvent::Drawn { field: ticket.field.clone() });
    let change = diesel::insert_into(tickets::table)
        .values((
            tickets::id.eq(ticket.id),
            tickets::version.eq(ticket.version),
            tickets::agency_id.eq(agency),
            tickets::day.eq(day),
            tickets::field.eq(ticket.field),
            tickets::status.eq(ticket.status),
            tickets::calls.eq(ticket.calls),
            tickets::issued_at.eq(ticket.issued_at),
            tickets::number.eq(take_ticket_number(agency, day)),
        ))
        .returning((tickets::version, tickets::number.nullable()));
    let kept = Some(attempt.keep(&reply, ctx.now));
    let record = Record { change, also: vec![], entry, timers: Timers::None, answer: kept };
    let number = record.write(conn, |_| None).await?;
    attempt.fill(&mut reply, number.as_deref());
    Ok(reply)
}
