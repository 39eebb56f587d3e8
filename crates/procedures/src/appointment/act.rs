//! Coming, and not coming.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use kernel::idempotency::{Answer, Attempt, Kept};
use kernel::problem::{Error, unchanged};
use kernel::record::{Also, Record, nothing_late};
use kernel::schema::{appointment_slots, appointments};
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Result};

use super::{
    Appointment, AppointmentEvent, AppointmentId, AppointmentStatus, EARLY, ENTITY, LATE, answer, entry, load,
};
use crate::problem::{APPOINTMENT_CLOSED, APPOINTMENT_NOT_FOUND, APPOINTMENT_NOT_NOW};
use crate::queue::{self, Centre, TicketId, draw};

/// Cancels an appointment; its place is free again.
///
/// # Errors
/// No such appointment for this actor; [`kernel::problem::STALE`]; [`APPOINTMENT_CLOSED`].
pub async fn cancel(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: AppointmentId,
    seen: Option<i32>,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = load(conn, &ctx.actor, id).await?;
    is_open(&old, seen)?;
    let (version, closed_at) = (old.version + 1, Some(ctx.now));
    let next = Appointment { version, status: AppointmentStatus::Cancelled, closed_at, ..old };
    let reply = answer(200, &next);
    let (place, kept) = (give_back(&next), attempt.keep(&reply, ctx.now));
    advance(conn, ctx, next, &AppointmentEvent::Cancelled {}, vec![place], Some(kept)).await?;
    Ok(reply)
}

/// The appointment with this id, for checking in. Whoever knows the id may: it was shown to them to be held before a kiosk, or
/// they work there. They get a ticket, and nothing of whose it is.
///
/// # Errors
/// [`APPOINTMENT_NOT_FOUND`]; also for staff of another agency.
pub async fn held(conn: &mut AsyncPgConnection, actor: &Actor, id: AppointmentId) -> Result<Appointment> {
    let found = load(conn, &Actor::System, id).await?;
    let theirs = actor.agency().is_none_or(|agency| agency == found.agency_id);
    if theirs { Ok(found) } else { Err(APPOINTMENT_NOT_FOUND.error()) }
}

/// Turns an appointment into a ticket, which from the appointment's time on is called before those that were drawn.
///
/// # Errors
/// [`kernel::problem::STALE`]; [`APPOINTMENT_CLOSED`]; [`APPOINTMENT_NOT_NOW`] more than [`EARLY`] before its time or [`LATE`] after it.
pub async fn check_in(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    centre: &Centre,
    old: Appointment,
    seen: Option<i32>,
    attempt: &Attempt,
) -> Result<Answer> {
    is_open(&old, seen)?;
    let (opens, closes) = (old.starts_at - EARLY, old.starts_at + LATE);
    if !(opens..closes).contains(&ctx.now) {
        let [from, to] = [opens, closes].map(|at| at.with_timezone(&deadlines::VIETNAM).format("%H:%M"));
        let (vi, en) = (old.day.format("%d/%m/%Y"), old.day);
        return Err(APPOINTMENT_NOT_NOW.with(
            format!("Nhận lịch hẹn từ {from} đến trước {to} ngày {vi}."),
            format!("Check in from {from} on and before {to} on {en}."),
        ));
    }
    let ids = (TicketId::at(ctx.now), old.agency_id);
    conn.transaction::<_, Error, _>(async |conn| {
        let mut ticket = draw::ticket(ctx, ids, old.field.clone(), String::new(), Some(old.starts_at));
        let number = draw::issue(conn, ctx, &ticket, centre, vec![], None).await?;
        ticket.number = number.unwrap_or_default();
        let reply = queue::answer(201, &ticket);
        let next = Appointment {
            version: old.version + 1,
            status: AppointmentStatus::CheckedIn,
            ticket_id: Some(ticket.id),
            closed_at: Some(ctx.now),
            ..old
        };
        let kept = Some(attempt.keep(&reply, ctx.now));
        advance(conn, ctx, next, &AppointmentEvent::CheckedIn { ticket: ticket.id.0 }, vec![], kept).await?;
        Ok(reply)
    })
    .await
}

fn is_open(appointment: &Appointment, seen: Option<i32>) -> Result<()> {
    unchanged(seen, appointment.version)?;
    match appointment.status {
        AppointmentStatus::Booked => Ok(()),
        status => Err(APPOINTMENT_CLOSED.error().extra("state", status.code())),
    }
}

/// Writes the next version of what is now over.
pub(super) async fn advance(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    next: Appointment,
    event: &AppointmentEvent,
    also: Vec<Also>,
    answer: Option<Kept>,
) -> Result<()> {
    let entry = entry(ctx, &next, event);
    let timers = Timers::over(ENTITY, next.id.0);
    let row = appointments::table.filter(appointments::id.eq(next.id));
    let change = diesel::update(row.filter(appointments::version.eq(next.version - 1)))
        .set((
            appointments::version.eq(next.version),
            appointments::status.eq(next.status),
            appointments::ticket_id.eq(next.ticket_id),
            appointments::closed_at.eq(next.closed_at),
        ))
        .returning((appointments::version, nothing_late()));
    Record { change, also, entry, timers, answer }.write(conn, |_| None).await.map(drop)
}

fn give_back(appointment: &Appointment) -> Also {
    let slot = appointment_slots::table
        .filter(appointment_slots::agency_id.eq(appointment.agency_id))
        .filter(appointment_slots::field.eq(appointment.field.clone()))
        .filter(appointment_slots::starts_at.eq(appointment.starts_at));
    Box::new(diesel::update(slot).set(appointment_slots::taken.eq(appointment_slots::taken - 1_i16)))
}
