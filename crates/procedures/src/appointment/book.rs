//! Booking: by citizens for themselves, by reception for somebody at the phone.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::idempotency::{Answer, Attempt};
use kernel::problem::{Error, FieldError, Text as Words};
use kernel::record::{Also, Record, nothing_late};
use kernel::schema::{appointment_slots, appointments};
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::timer::NO_SHOW;
use super::{Appointment, AppointmentEvent, AppointmentId, AppointmentStatus, ENTITY, LATE, answer, entry, hours};
use crate::problem::{APPOINTMENT_NOT_OFFERED, APPOINTMENT_ONCE_A_DAY, APPOINTMENT_TAKEN, CENTRE_NOT_YOURS};
use crate::queue::Centre;

/// An appointment to be booked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "agency_id": "019b76da-a800-7000-8000-a00000000006", "field": "Hộ tịch", "starts_at": "2026-11-27T01:30:00Z",
    "name": "Nguyễn Thị Bình Minh", "phone": "+84912345678"
}))]
pub struct NewAppointment {
    /// The centre.
    pub agency_id: AgencyId,
    /// The field of the procedure, as in the catalogue.
    #[schema(min_length = 1, max_length = 200)]
    pub field: String,
    /// One of the centre's times.
    pub starts_at: DateTime<Utc>,
    /// Who comes.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Where they are reached, with the country's number.
    #[schema(min_length = 8, max_length = 16, pattern = r"^\+[1-9][0-9]{6,14}$")]
    pub phone: String,
}

/// Books a time that the centre offers.
///
/// # Errors
/// [`CENTRE_NOT_YOURS`] for staff of another agency; [`APPOINTMENT_NOT_OFFERED`]; what [`write()`] refuses.
pub async fn book(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    (id, centre): (AppointmentId, &Centre),
    new: NewAppointment,
    attempt: &Attempt,
) -> Result<Answer> {
    if ctx.actor.agency().is_some_and(|agency| agency != centre.agency) {
        return Err(CENTRE_NOT_YOURS.error());
    }
    let offered = hours::find(conn, centre.agency).await?;
    let field = |hours: hours::AppointmentHours| Some((hours.capacity(&new.field)?, hours));
    let Some((capacity, hours)) = offered.and_then(field) else {
        let words = Words::fixed("không có lịch hẹn cho lĩnh vực này", "there are no appointments for this field");
        return Err(not_offered("/field", words));
    };
    let times = hours.times(&centre.reception, deadlines::vn_date(new.starts_at), ctx.now);
    if !times.map_err(|error| error.at("/starts_at"))?.contains(&new.starts_at) {
        let words = Words::fixed("không phải giờ hẹn của nơi này", "is none of the centre's times");
        return Err(not_offered("/starts_at", words));
    }
    write(conn, ctx, id, new, capacity, attempt).await
}

fn not_offered(pointer: &str, words: Words) -> Error {
    APPOINTMENT_NOT_OFFERED.error().fields(vec![FieldError::new(pointer, "not_offered", words)])
}

/// Books one of `capacity` places of a time. The place is counted in the statement that books, so whoever comes at the same
/// moment gets another one or none.
///
/// # Errors
/// [`APPOINTMENT_TAKEN`] when none is left; [`APPOINTMENT_ONCE_A_DAY`] for whoever has one there on that day.
pub async fn write(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: AppointmentId,
    new: NewAppointment,
    capacity: i16,
    attempt: &Attempt,
) -> Result<Answer> {
    let appointment = Appointment {
        id,
        version: 1,
        agency_id: new.agency_id,
        citizen_id: match ctx.actor {
            Actor::Citizen(citizen) => Some(citizen),
            _ => None,
        },
        status: AppointmentStatus::Booked,
        field: new.field,
        day: deadlines::vn_date(new.starts_at),
        starts_at: new.starts_at,
        name: new.name,
        phone: new.phone,
        ticket_id: None,
        booked_at: ctx.now,
        closed_at: None,
    };
    let reply = answer(201, &appointment);
    let event = AppointmentEvent::Booked { field: appointment.field.clone(), starts_at: appointment.starts_at };
    let record = Record {
        also: vec![take(&appointment, capacity)],
        entry: entry(ctx, &appointment, &event),
        timers: Timers::only(ENTITY, id.0, NO_SHOW, appointment.starts_at + LATE),
        answer: Some(attempt.keep(&reply, ctx.now)),
        change: diesel::insert_into(appointments::table)
            .values(appointment)
            .returning((appointments::version, nothing_late())),
    };
    let refused = |constraint: &str| match constraint {
        "appointment_slots_full" => Some(APPOINTMENT_TAKEN.error()),
        "appointments_once_citizen" | "appointments_once_caller" => Some(APPOINTMENT_ONCE_A_DAY.error()),
        _ => None,
    };
    record.write(conn, refused).await?;
    Ok(reply)
}

/// Takes a place; one beyond the capacity breaks a CHECK, and with it the statement.
fn take(appointment: &Appointment, capacity: i16) -> Also {
    use appointment_slots::{agency_id, capacity as places, field, starts_at, taken};
    let slot = (agency_id.eq(appointment.agency_id), field.eq(appointment.field.clone()));
    let one = (starts_at.eq(appointment.starts_at), taken.eq(1_i16), places.eq(capacity));
    let insert = diesel::insert_into(appointment_slots::table).values((slot, one));
    Box::new(
        insert
            .on_conflict((agency_id, field, starts_at))
            .do_update()
            .set((taken.eq(taken + 1_i16), places.eq(excluded(places)))),
    )
}

/// Removes the counters of times that are past.
pub async fn forget_old(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<usize> {
    let past = appointment_slots::table.filter(appointment_slots::starts_at.lt(now - TimeDelta::days(1)));
    Ok(diesel::delete(past).execute(conn).await?)
}
