//! Working-day calendars and deadlines, for anybody.

use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use deadlines::{Day, Deadline, Event, Limit, Office};
use kernel::limits;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::call::{Call, Parameters};
use crate::problem::{Document, Failure, MALFORMED, Result};
use crate::public::Public;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(simulate_deadline).service(list_calendar_days);
}

/// A question: when is a matter due?
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "starts_at": "2026-03-02T09:00:00+07:00", "limit": {"amount": 10, "unit": "working_day"},
    "events": [{"kind": "pause", "at": "2026-03-04T10:00:00+07:00"}, {"kind": "resume", "at": "2026-03-09T10:00:00+07:00"}]
}))]
struct DeadlineQuestion {
    /// When the limit begins.
    starts_at: DateTime<Utc>,
    limit: Limit,
    /// The hours of the office that owes it; the usual ones when absent. A dossier's clock says which it keeps.
    #[serde(default)]
    #[schema(value_type = Office)]
    office: Option<Office>,
    /// What happened since, in order.
    #[serde(default)]
    #[schema(max_items = 100)]
    events: Vec<Event>,
}

/// Compute a deadline
///
/// When a matter is due that started then, under that limit, after those events; and why: every day, whether it
/// counts, and the source of every day off. Nothing is stored.
#[utoipa::path(operation_id = "simulateDeadline", tag = "deadlines", request_body = DeadlineQuestion, security((), ("oauth" = [])),
    responses(
        (status = 200, description = "The deadline, explained.", body = Deadline),
        (status = 422, description = "The content breaks the schema, the events do not fit each other, or the calendar is not published that far.", body = Document),
    ))]
#[post("/v1/deadlines/simulate")]
async fn simulate_deadline(call: Call, Body(question): Body<DeadlineQuestion>) -> Result<HttpResponse> {
    let calendar = call.app.rules.calendar()?;
    let DeadlineQuestion { starts_at, limit, office, events } = question;
    let deadline = deadlines::compute(calendar, &office.unwrap_or_default(), starts_at, limit, &events);
    let deadline: Deadline = deadline.map_err(|error| limits::refused(&error))?;
    Ok(HttpResponse::Ok().json(deadline))
}

/// Which days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Days {
    /// The first day.
    #[param(example = "2026-08-20")]
    from: NaiveDate,
    /// Included; at most 400 days after `from`.
    #[param(example = "2026-09-03")]
    to: NaiveDate,
}

/// The days of a calendar.
#[derive(Serialize, ToSchema)]
struct CalendarDays {
    /// The calendar's version: a matter keeps the one it was accepted under.
    #[schema(example = "vn-2026-11", max_length = 200)]
    calendar_version: String,
    #[schema(max_items = 401)]
    items: Vec<Day>,
}

/// List the days of the calendar
///
/// Each day from `from` to `to`, whether it is worked, and by whose decision it is off or made up for.
#[utoipa::path(operation_id = "listCalendarDays", tag = "deadlines", params(Days), security(()),
    responses(
        (status = 200, description = "The days.", body = CalendarDays, headers(("Cache-Control" = String, description = "How long it may be kept."))),
        (status = 400, description = "A date is missing or none, or there are too many days.", body = Document),
        (status = 422, description = "The calendar is not published that far.", body = Document),
    ))]
#[get("/v1/calendars/vn/days")]
async fn list_calendar_days(call: Call, days: Parameters<Days>) -> Result<Public<CalendarDays>> {
    let Parameters(Days { from, to }) = days;
    if to < from || (to - from).num_days() > 400 {
        return Err(Failure(
            MALFORMED.with("to phải sau from, nhiều nhất 400 ngày.", "to must come after from, by 400 days at most."),
        ));
    }
    let calendar = call.app.rules.calendar()?;
    let items = calendar.days(from, to).map_err(|error| limits::refused(&error))?;
    let body = CalendarDays { calendar_version: calendar.version().to_owned(), items };
    Ok(Public::new(3600, body))
}
