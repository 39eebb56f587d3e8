//! Which times of a centre are free.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::schema::{appointment_hours, appointment_slots};
use kernel::text::Sought;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::hours::AppointmentHours;
use crate::queue::Centre;

/// Of which field, and on which day.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AppointmentQuestion {
    /// The field of the procedure, as in the catalogue.
    #[param(value_type = String, min_length = 1, max_length = 100, example = "Hộ tịch")]
    pub field: Sought,
    /// The day; today when absent.
    pub date: Option<NaiveDate>,
}

/// A time, and how many can still book it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AppointmentTime {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    #[schema(minimum = 0, maximum = 100)]
    pub free: i16,
}

/// The times of a day that are still to come, in order; none when the centre gives no appointments for the field, or not on
/// that day, or not that far ahead.
///
/// # Errors
/// The calendar does not reach that day.
pub async fn times(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    centre: &Centre,
    field: &str,
    day: NaiveDate,
) -> Result<Vec<AppointmentTime>> {
    let (mut one, mut other): (&AsyncPgConnection, &AsyncPgConnection) = (conn, conn);
    let hours = appointment_hours::table
        .filter(appointment_hours::agency_id.eq(centre.agency))
        .select(AppointmentHours::as_select());
    let midnight = deadlines::end_of_day(day);
    let slots = appointment_slots::table
        .filter(appointment_slots::agency_id.eq(centre.agency))
        .filter(appointment_slots::field.eq(field))
        .filter(appointment_slots::starts_at.ge(midnight - TimeDelta::days(1)))
        .filter(appointment_slots::starts_at.lt(midnight))
        .select((appointment_slots::starts_at, appointment_slots::taken));
    let (hours, slots) =
        join(hours.first::<AppointmentHours>(&mut one), slots.load::<(DateTime<Utc>, i16)>(&mut other)).await;
    let Some(hours) = hours.optional()? else { return Ok(Vec::new()) };
    let Some(capacity) = hours.capacity(field) else { return Ok(Vec::new()) };
    let taken: HashMap<_, _> = slots?.into_iter().collect();
    let length = TimeDelta::minutes(hours.slot_minutes.into());
    let time = |starts_at: DateTime<Utc>| AppointmentTime {
        starts_at,
        ends_at: starts_at + length,
        free: (capacity - taken.get(&starts_at).copied().unwrap_or(0)).max(0),
    };
    Ok(hours.times(&centre.reception, day, ctx.now)?.into_iter().map(time).collect())
}
