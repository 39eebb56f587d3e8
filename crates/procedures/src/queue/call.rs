//! Calling tickets to counters, and what becomes of them there.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use kernel::idempotency::{Answer, Attempt};
use kernel::problem::{Error, unchanged};
use kernel::record::{Record, nothing_late};
use kernel::schema::tickets;
use kernel::sql::sql;
use kernel::timers::Timers;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    ENTITY, Ticket, TicketAction, TicketEvent, TicketId, TicketStatus, answer, entry, is_field, load, no_such_field,
};
use crate::catalogue::Catalogue;
use crate::problem::{CENTRE_NOT_YOURS, QUEUE_EMPTY, TICKET_CLOSED, UNKNOWN_FIELD};

/// Who calls.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The counter that is free.
    #[schema(minimum = 1, maximum = 999, example = 5)]
    pub counter: i16,
    /// The fields it serves; all when none is named.
    #[serde(default)]
    #[schema(schema_with = fields)]
    pub fields: Vec<String>,
}

fn fields() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
    let field = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(200));
    let fields = ArrayBuilder::new().items(field).max_items(Some(50));
    fields
        .description(Some("The fields it serves; all when none is named."))
        .examples([serde_json::json!(["Hộ tịch"])])
        .build()
}

/// Calls whoever is next: those with an appointment whose time has come, earliest first; then those who drew, lowest number
/// first; then, rather than call nobody, those who are early for theirs. Two counters that call at once get two tickets: each
/// takes one that the other does not hold.
///
/// # Errors
/// [`UNKNOWN_FIELD`]; [`QUEUE_EMPTY`] when nobody waits.
pub async fn call_next(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    call: Call,
    attempt: &Attempt,
) -> Result<Answer> {
    let unknown = call.fields.iter().enumerate().filter(|(_, field)| !is_field(catalogue, ctx, field));
    let unknown: Vec<_> = unknown.map(|(n, _)| no_such_field(format!("/fields/{n}"))).collect();
    UNKNOWN_FIELD.unless_none(unknown)?;
    let agency = ctx.actor.agency().ok_or_else(|| CENTRE_NOT_YOURS.error())?;
    let day = deadlines::vn_date(ctx.now);
    conn.transaction::<_, Error, _>(async |conn| {
        let waiting = || {
            tickets::table
                .filter(tickets::agency_id.eq(agency))
                .filter(tickets::day.eq(day))
                .filter(sql::<Bool>("status = 'waiting'"))
                .filter(tickets::field.eq_any(&call.fields).or(call.fields.is_empty().into_sql::<Bool>()))
                .order((tickets::appointment_at, sql::<Integer>("length(number)"), tickets::number))
                .limit(1)
                .select(Ticket::as_select())
                .for_update()
                .skip_locked()
        };
        // Null for those who drew, which come after those with an appointment.
        let is_time = tickets::appointment_at.is_null().or(tickets::appointment_at.assume_not_null().le(ctx.now));
        let found = match waiting().filter(is_time).get_result(conn).await.optional()? {
            None => waiting().get_result(conn).await.optional()?,
            found => found,
        };
        let Some(next) = found else {
            // The same request may be on its way with the last ticket in its hands.
            attempt.claim(conn).await?;
            return Err(QUEUE_EMPTY.error());
        };
        write(conn, ctx, next, TicketStatus::Called, Some(call.counter), Some(attempt)).await
    })
    .await
}

/// Does something with a ticket.
///
/// # Errors
/// No such ticket; [`kernel::problem::STALE`]; [`TICKET_CLOSED`] when it does not stand where this is possible.
pub async fn act(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: TicketId,
    action: TicketAction,
    seen: Option<i32>,
    attempt: &Attempt,
) -> Result<Answer> {
    let ticket = load(conn, &ctx.actor, id).await?;
    unchanged(seen, ticket.version)?;
    let (from, to) = action.way();
    if ticket.status != from {
        return Err(TICKET_CLOSED.error().extra("state", ticket.status.code()));
    }
    let counter = ticket.counter.filter(|_| to == TicketStatus::Called);
    write(conn, ctx, ticket, to, counter, Some(attempt)).await
}

/// Moves a ticket on; to a counter, when one is named.
pub(super) async fn write(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    old: Ticket,
    status: TicketStatus,
    counter: Option<i16>,
    attempt: Option<&Attempt>,
) -> Result<Answer> {
    let called = counter.is_some();
    let ticket = Ticket {
        version: old.version + 1,
        status,
        counter: counter.or(old.counter),
        calls: old.calls.saturating_add(i16::from(called)),
        called_at: if called { Some(ctx.now) } else { old.called_at },
        closed_at: if called { None } else { Some(ctx.now) },
        ..old.clone()
    };
    let event = match status {
        TicketStatus::Waiting | TicketStatus::Called => TicketEvent::Called { counter: counter.unwrap_or_default() },
        TicketStatus::Served => TicketEvent::Served {},
        TicketStatus::NoShow => TicketEvent::NoShow {},
        TicketStatus::Cancelled => TicketEvent::Cancelled {},
        TicketStatus::Closed => TicketEvent::Closed {},
    };
    let reply = answer(200, &ticket);
    let entry = entry(ctx, &ticket, &event);
    let change = diesel::update(tickets::table.filter(tickets::id.eq(old.id)).filter(tickets::version.eq(old.version)))
        .set((
            tickets::version.eq(ticket.version),
            tickets::status.eq(ticket.status),
            tickets::counter.eq(ticket.counter),
            tickets::calls.eq(ticket.calls),
            tickets::called_at.eq(ticket.called_at),
            tickets::closed_at.eq(ticket.closed_at),
        ))
        .returning((tickets::version, nothing_late()));
    let kept = attempt.map(|attempt| attempt.keep(&reply, ctx.now));
    // What is over needs no evening; what is called still does.
    let timers = if called { Timers::None } else { Timers::over(ENTITY, old.id.0) };
    Record { change, also: vec![], entry, timers, answer: kept }.write(conn, |_| None).await?;
    Ok(reply)
}
