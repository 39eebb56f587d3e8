//! Appointments at a centre.

use actix_web::{HttpRequest, HttpResponse, get, post, put};
use kernel::id::AgencyId;
use procedures::appointment::book::{self, NewAppointment};
use procedures::appointment::hours::{self, AppointmentHours, AppointmentOffer};
use procedures::appointment::list::{self, AppointmentFilter};
use procedures::appointment::times::{self, AppointmentQuestion, AppointmentTime};
use procedures::appointment::{self, Appointment, AppointmentId, act};
use procedures::queue::Ticket;
use procedures::request::Plain;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::queue::centre;
use crate::call::{Call, Id, Parameters, page};
use crate::problem::{Document, Result};
use crate::public::Public;
use crate::write::{Answered, Replace, Write, tagged, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(get_appointment_hours)
        .service(replace_appointment_hours)
        .service(list_appointment_times)
        .service(book_appointment)
        .service(list_appointments)
        .service(get_appointment)
        .service(cancel_appointment)
        .service(check_in);
}

/// Read what a centre offers
///
/// For which fields one can book, how many are received at one time, and how far ahead.
#[utoipa::path(operation_id = "getAppointmentHours", tag = "appointments", security(()),
    params(("id" = AgencyId, Path, description = "The centre's id.", example = "019b76da-a800-7000-8000-a00000000006")),
    responses(
        (status = 200, description = "What it offers.", body = AppointmentHours),
        (status = 404, description = "It gives no appointments.", body = Document),
    ))]
#[get("/v1/agencies/{id}/appointment-hours")]
async fn get_appointment_hours(call: Call, id: Id<AgencyId>, request: HttpRequest) -> Result<HttpResponse> {
    let hours = hours::read(&mut *call.db.conn().await?, id.0).await?;
    versioned(&request, hours.version, || Ok(hours))
}

/// Say what a centre offers
///
/// One's own centre: whole, as the body says. The times lie within its opening hours, on the days on which it receives people.
/// What is booked stays booked. Sent again after a lost answer, the same change is answered again.
#[utoipa::path(operation_id = "replaceAppointmentHours", tag = "appointments", request_body = AppointmentOffer,
    params(("id" = AgencyId, Path, description = "The centre's id.", example = "019b76da-a800-7000-8000-a00000000006")),
    security(("oauth" = ["counter:run"])),
    responses(
        (status = 200, description = "What it offers from now on.", body = AppointmentHours),
        (status = 404, description = "There is no such agency today.", body = Document),
        (status = 409, description = "Somebody else has just changed it.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[put("/v1/agencies/{id}/appointment-hours")]
async fn replace_appointment_hours(id: Id<AgencyId>, replace: Replace<AppointmentOffer>) -> Result<HttpResponse> {
    let Replace { call, input, seen } = replace;
    centre(&call.app, call.ctx.now, id.0)?;
    let db = call.db.clone();
    let hours = db.run(async move |conn| {
        hours::replace(conn, &call.ctx, &call.app.catalogue.load_full(), id.0, seen, input).await
    });
    let hours = hours.await?;
    Ok(tagged(hours.version, &hours))
}

/// The times of a day.
#[derive(Serialize, ToSchema)]
struct AppointmentTimes {
    #[schema(max_items = 300)]
    items: Vec<AppointmentTime>,
}

/// List the times of a centre
///
/// Those of a day that are still to come, and how many can book each. None when the centre gives no appointments for the field,
/// or not on that day, or not that far ahead.
#[utoipa::path(operation_id = "listAppointmentTimes", tag = "appointments", security(()),
    params(("id" = AgencyId, Path, description = "The centre's id.", example = "019b76da-a800-7000-8000-a00000000006"), AppointmentQuestion),
    responses(
        (status = 200, description = "The times.", body = AppointmentTimes, headers(("Cache-Control" = String, description = "How long it may be kept."))),
        (status = 404, description = "There is no such agency today.", body = Document),
        (status = 422, description = "The calendar is not published that far.", body = Document),
    ))]
#[get("/v1/agencies/{id}/appointment-times")]
async fn list_appointment_times(
    call: Call,
    id: Id<AgencyId>,
    Parameters(question): Parameters<AppointmentQuestion>,
) -> Result<Public<AppointmentTimes>> {
    let centre = centre(&call.app, call.ctx.now, id.0)?;
    let day = question.date.unwrap_or_else(|| deadlines::vn_date(call.ctx.now));
    let (conn, field) = (&mut *call.db.conn().await?, question.field.as_str());
    let items = times::times(conn, &call.ctx, &centre, field, day).await?;
    Ok(Public::new(1, AppointmentTimes { items }))
}

/// Book an appointment
///
/// For oneself; reception does it for whoever calls. No time is ever given to more people than the centre receives at once, and
/// nobody has two open appointments at one centre on one day.
#[utoipa::path(operation_id = "bookAppointment", tag = "appointments", request_body = NewAppointment,
    security(("oauth" = ["dossier:file"]), ("oauth" = ["dossier:receive"])),
    responses(
        (status = 201, description = "The appointment.", body = Appointment),
        (status = 404, description = "There is no such agency today.", body = Document),
        (status = 409, description = "The time is taken; or there is an appointment on that day already.", body = Document),
        (status = 422, description = "The content breaks the schema, or the centre has no such time.", body = Document),
    ))]
#[post("/v1/appointments")]
async fn book_appointment(write: Write<NewAppointment>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            let centre = centre(&call.app, call.ctx.now, new.agency_id)?;
            let ids = (AppointmentId::at(call.ctx.now), &centre);
            book::book(conn, &call.ctx, ids, new, attempt).await
        })
        .await
}

/// A page of appointments.
#[derive(Serialize, ToSchema)]
struct AppointmentPage {
    #[schema(max_items = 200)]
    items: Vec<Appointment>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List appointments
///
/// One's own; for reception, those of a day at one's centre. By their times.
#[utoipa::path(operation_id = "listAppointments", tag = "appointments", params(AppointmentFilter),
    security(("oauth" = ["dossier:file"]), ("oauth" = ["dossier:receive"])),
    responses((status = 200, description = "A page.", body = AppointmentPage)))]
#[get("/v1/appointments")]
async fn list_appointments(
    call: Call,
    Parameters(filter): Parameters<AppointmentFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("appointments", &filter);
    let found = list::list(&mut *call.db.conn().await?, &call.ctx, &cursors, &filter).await?;
    Ok(page(request.path(), request.query_string(), &found))
}

/// Read an appointment
///
/// One's own, or one of the centre at whose counters one works.
#[utoipa::path(operation_id = "getAppointment", tag = "appointments",
    params(("id" = AppointmentId, Path, description = "The appointment's id.", example = "019b76da-a800-7000-8000-a10000000001")),
    security(("oauth" = ["dossier:file"]), ("oauth" = ["dossier:receive"])),
    responses(
        (status = 200, description = "The appointment.", body = Appointment),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/appointments/{id}")]
async fn get_appointment(call: Call, id: Id<AppointmentId>, request: HttpRequest) -> Result<HttpResponse> {
    let found = appointment::look(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    versioned(&request, found.version, || Ok(found))
}

/// Cancel an appointment
///
/// Its place is free again.
#[utoipa::path(operation_id = "cancelAppointment", tag = "appointments", request_body = Plain,
    params(("id" = AppointmentId, Path, description = "The appointment's id.", example = "019b76da-a800-7000-8000-a10000000002")),
    security(("oauth" = ["dossier:file"]), ("oauth" = ["dossier:receive"])),
    responses(
        (status = 200, description = "The appointment.", body = Appointment),
        (status = 404, description = "There is none, or not for you.", body = Document),
        (status = 409, description = "It is over; `state` says how.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/appointments/{id}/cancel")]
async fn cancel_appointment(id: Id<AppointmentId>, write: Write<Plain>) -> Result<Answered> {
    let seen = write.if_match;
    write.run(async move |conn, call, Plain {}, attempt| act::cancel(conn, &call.ctx, id.0, seen, attempt).await).await
}

/// Check in to an appointment
///
/// At a kiosk, by whoever has its id, or by reception; from an hour before its time until a quarter of an hour after it. It becomes
/// a ticket, which from its time on is called before all that were drawn; those that were drawn go first until then.
#[utoipa::path(operation_id = "checkIn", tag = "appointments", request_body = Plain, security(()),
    params(("id" = AppointmentId, Path, description = "The appointment's id.", example = "019b76da-a800-7000-8000-a10000000003")),
    responses(
        (status = 201, description = "The ticket.", body = Ticket),
        (status = 404, description = "There is none, or not for you.", body = Document),
        (status = 409, description = "It is over, and `state` says how; or it is too early or too late, and `detail` says when.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/appointments/{id}/check-in")]
async fn check_in(id: Id<AppointmentId>, write: Write<Plain>) -> Result<Answered> {
    let seen = write.if_match;
    write
        .run(async move |conn, call, Plain {}, attempt| {
            let found = act::held(conn, &call.ctx.actor, id.0).await?;
            let centre = centre(&call.app, call.ctx.now, found.agency_id)?;
            act::check_in(conn, &call.ctx, &centre, found, seen, attempt).await
        })
        .await
}
