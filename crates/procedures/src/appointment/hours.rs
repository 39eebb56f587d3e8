//! What a centre offers: for which fields, how many at one time, how long each, and how far ahead.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use deadlines::Reception;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::journal::{self, Entry};
use kernel::json::Json;
use kernel::problem::{CONFLICT, FieldError, INVALID, Text as Words, unchanged};
use kernel::record::{Record, nothing_late};
use kernel::schema::appointment_hours;
use kernel::timers::Timers;
use kernel::{Ctx, Result, id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::Catalogue;
use crate::problem::{APPOINTMENT_HOURS_NOT_FOUND, CENTRE_NOT_YOURS};
use crate::queue::{is_field, no_such_field};
use kernel::limits::refused;

id! { AppointmentHoursId, "The id of what a centre offers."; }

/// A field, and how many are received at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferedField {
    /// As in the catalogue of procedures.
    #[schema(example = "Hộ tịch", min_length = 1, max_length = 200)]
    pub field: String,
    #[schema(example = 2, minimum = 1, maximum = 100)]
    pub per_slot: i16,
}

/// What a centre is to offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppointmentOffer {
    /// How long each appointment is, counted from each opening of the door.
    #[schema(example = 30, minimum = 5, maximum = 240)]
    pub slot_minutes: i16,
    /// How many days ahead one may book; 0 is today alone.
    #[schema(example = 14, minimum = 0, maximum = 90)]
    pub days_ahead: i16,
    #[schema(min_items = 1, max_items = 50)]
    pub fields: Vec<OfferedField>,
    /// Days without appointments, though the door is open.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub closed_dates: Vec<NaiveDate>,
}

/// What a centre offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = appointment_hours)]
pub struct AppointmentHours {
    #[serde(skip)]
    pub id: AppointmentHoursId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub agency_id: AgencyId,
    #[schema(minimum = 5, maximum = 240)]
    pub slot_minutes: i16,
    #[schema(minimum = 0, maximum = 90)]
    pub days_ahead: i16,
    #[schema(value_type = Vec<OfferedField>, max_items = 50)]
    pub fields: Json<Vec<OfferedField>>,
    #[schema(max_items = 100)]
    pub closed_dates: Vec<NaiveDate>,
}

/// What the journal is told about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoursEvent {
    Offered { slot_minutes: i16, days_ahead: i16, fields: Vec<OfferedField>, closed_dates: Vec<NaiveDate> },
}

impl journal::Event for HoursEvent {
    const ENTITY: &'static str = "appointment_hours";

    fn kind(&self) -> &'static str {
        match self {
            Self::Offered { .. } => "appointment_hours.offered",
        }
    }
}

impl AppointmentHours {
    fn new(id: AppointmentHoursId, version: i32, agency_id: AgencyId, offer: AppointmentOffer) -> Self {
        let AppointmentOffer { slot_minutes, days_ahead, fields, closed_dates } = offer;
        Self { id, version, agency_id, slot_minutes, days_ahead, fields: Json(fields), closed_dates }
    }

    fn offer(&self) -> AppointmentOffer {
        let Self { slot_minutes, days_ahead, fields: Json(fields), closed_dates, .. } = self.clone();
        AppointmentOffer { slot_minutes, days_ahead, fields, closed_dates }
    }

    /// How many are received at one time for a field; none when it is not offered.
    pub(crate) fn capacity(&self, field: &str) -> Option<i16> {
        self.fields.0.iter().find(|offered| offered.field == field).map(|offered| offered.per_slot)
    }

    /// The times of a day that can still be booked, taken or not.
    ///
    /// # Errors
    /// The calendar does not reach that day.
    pub(crate) fn times(
        &self,
        reception: &Reception,
        day: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>> {
        let ahead = Days::new(u64::try_from(self.days_ahead).unwrap_or(0));
        let last = deadlines::vn_date(now).checked_add_days(ahead);
        if self.closed_dates.contains(&day) || last.is_none_or(|last| day > last) {
            return Ok(Vec::new());
        }
        let minutes = u16::try_from(self.slot_minutes).unwrap_or(1);
        let mut times = reception.slots(day, minutes).map_err(|error| refused(&error))?;
        times.retain(|starts_at| *starts_at > now);
        Ok(times)
    }
}

/// What a centre offers.
///
/// # Errors
/// [`APPOINTMENT_HOURS_NOT_FOUND`].
pub async fn read(conn: &mut AsyncPgConnection, agency: AgencyId) -> Result<AppointmentHours> {
    find(conn, agency).await?.ok_or_else(|| APPOINTMENT_HOURS_NOT_FOUND.error())
}

/// What a centre offers, if it does.
pub(crate) async fn find(conn: &mut AsyncPgConnection, agency: AgencyId) -> Result<Option<AppointmentHours>> {
    let row = appointment_hours::table.filter(appointment_hours::agency_id.eq(agency));
    Ok(row.select(AppointmentHours::as_select()).first(conn).await.optional()?)
}

/// Makes it what `offer` says, if its version is still the one that the caller has seen; for the first time, when they have seen
/// none. When it is that already nothing happens, so that a lost answer can be asked for again. What is booked stays booked.
///
/// # Errors
/// [`CENTRE_NOT_YOURS`] at another centre; [`kernel::problem::STALE`]; whatever is wrong, all at once.
pub async fn replace(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    agency: AgencyId,
    seen: Option<i32>,
    offer: AppointmentOffer,
) -> Result<AppointmentHours> {
    if ctx.actor.agency() != Some(agency) {
        return Err(CENTRE_NOT_YOURS.error());
    }
    check(catalogue, ctx, &offer)?;
    let old = find(conn, agency).await?;
    if let Some(old) = old.as_ref().filter(|old| old.offer() == offer) {
        return Ok(old.clone());
    }
    let version = old.as_ref().map_or(0, |old| old.version);
    unchanged(seen, version)?;
    let id = old.as_ref().map_or_else(|| AppointmentHoursId::at(ctx.now), |old| old.id);
    let new = AppointmentHours::new(id, version + 1, agency, offer);
    let event = HoursEvent::Offered {
        slot_minutes: new.slot_minutes,
        days_ahead: new.days_ahead,
        fields: new.fields.0.clone(),
        closed_dates: new.closed_dates.clone(),
    };
    let entry = Entry::new(ctx, id.0, Some(agency.0), &event, (vec![agency.0], vec![agency.0]));
    let (also, timers, answer) = (vec![], Timers::None, None);
    let made_meanwhile = |name: &str| (name == "appointment_hours_agency_id_key").then(|| CONFLICT.error());
    if old.is_none() {
        let change = diesel::insert_into(appointment_hours::table).values(new.clone());
        let change = change.returning((appointment_hours::version, nothing_late()));
        Record { change, also, entry, timers, answer }.write(conn, made_meanwhile).await?;
    } else {
        let row = appointment_hours::table.filter(appointment_hours::id.eq(id));
        let change = diesel::update(row.filter(appointment_hours::version.eq(version)))
            .set((
                appointment_hours::version.eq(new.version),
                appointment_hours::slot_minutes.eq(new.slot_minutes),
                appointment_hours::days_ahead.eq(new.days_ahead),
                appointment_hours::fields.eq(new.fields.clone()),
                appointment_hours::closed_dates.eq(new.closed_dates.clone()),
            ))
            .returning((appointment_hours::version, nothing_late()));
        Record { change, also, entry, timers, answer }.write(conn, |_| None).await?;
    }
    Ok(new)
}

/// Whether its fields are fields, each named once.
fn check(catalogue: &Catalogue, ctx: &Ctx, offer: &AppointmentOffer) -> Result<()> {
    let (mut wrong, mut known) = (Vec::new(), BTreeSet::new());
    for (n, OfferedField { field, .. }) in offer.fields.iter().enumerate() {
        let pointer = format!("/fields/{n}/field");
        if !is_field(catalogue, ctx, field) {
            wrong.push(no_such_field(pointer));
        } else if !known.insert(field) {
            wrong.push(FieldError::new(pointer, "duplicate", Words::fixed("đã có ở trên", "is named above")));
        }
    }
    INVALID.unless_none(wrong)
}
