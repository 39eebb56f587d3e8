//! Appointments at a centre. In reading order: [`hours`] that it offers, [`times`] that are free, the appointment and who sees
//! it, [`book`], [`list`], what is done with it ([`act`]), and what happens when nobody comes ([`timer`])
//! and when it has long been over ([`erasure`]).

pub mod act;
pub mod book;
pub mod erasure;
pub mod hours;
pub mod list;
pub mod timer;
pub mod times;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::access::{Through, note};
use kernel::id::{AgencyId, CitizenId};
use kernel::idempotency::Answer;
use kernel::journal::{self, Entry};
use kernel::schema::appointments;
use kernel::{Actor, Ctx, Permission, Result, condition, id, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::APPOINTMENT_NOT_FOUND;
use crate::queue::TicketId;

id! { AppointmentId, "An appointment's id."; }

text_enum! {
    /// Where an appointment stands. Whoever has checked in has a ticket, and the ticket says the rest.
    AppointmentStatus {
        Booked = "booked",
        CheckedIn = "checked_in",
        Cancelled = "cancelled",
        /// Nobody came.
        NoShow = "no_show",
    }
}

/// The word for it in timers and in the journal.
pub const ENTITY: &str = "appointment";
/// How long before its time one may check in.
pub const EARLY: TimeDelta = TimeDelta::minutes(60);
/// How long after its time nobody waits for it any more.
pub const LATE: TimeDelta = TimeDelta::minutes(15);

/// An appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = appointments)]
pub struct Appointment {
    pub id: AppointmentId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub agency_id: AgencyId,
    /// Whose it is; nobody's account when reception booked it.
    #[serde(skip)]
    pub citizen_id: Option<CitizenId>,
    pub status: AppointmentStatus,
    #[schema(example = "Hộ tịch", max_length = 200)]
    pub field: String,
    pub day: NaiveDate,
    pub starts_at: DateTime<Utc>,
    /// Who comes.
    #[schema(example = "Nguyễn Thị Bình Minh", max_length = 200)]
    pub name: String,
    #[schema(example = "+84912345678", max_length = 20)]
    pub phone: String,
    /// The ticket that it has become.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    pub booked_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// What the journal is told about appointments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppointmentEvent {
    Booked {
        field: String,
        starts_at: DateTime<Utc>,
    },
    CheckedIn {
        ticket: Uuid,
    },
    Cancelled {},
    NoShow {},
    /// It was over for as long as this rule says, or this request asked for it.
    Erased {
        rule: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<Uuid>,
    },
}

impl journal::Event for AppointmentEvent {
    const ENTITY: &'static str = ENTITY;

    fn kind(&self) -> &'static str {
        match self {
            Self::Booked { .. } => "appointment.booked",
            Self::CheckedIn { .. } => "appointment.checked_in",
            Self::Cancelled {} => "appointment.cancelled",
            Self::NoShow {} => "appointment.no_show",
            Self::Erased { .. } => "appointment.erased",
        }
    }
}

/// Which appointments an actor may see, as a condition in SQL. Every query on appointments carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visible {
    All,
    None,
    /// One's own.
    Citizen(CitizenId),
    /// Those of the centre at whose counters one works.
    Centre(AgencyId),
}

/// One's own, or one's centre's.
pub fn visible_to(actor: &Actor) -> Visible {
    match actor {
        Actor::System => Visible::All,
        Actor::Citizen(id) => Visible::Citizen(*id),
        Actor::Staff { agency, .. } if actor.may(Permission::ReceiveDossier) => Visible::Centre(*agency),
        Actor::Staff { .. } | Actor::Anonymous => Visible::None,
    }
}

impl QueryFragment<Pg> for Visible {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::All => out.push_sql("true"),
            Self::None => out.push_sql("false"),
            Self::Citizen(id) => {
                out.push_sql("appointments.citizen_id = ");
                out.push_bind_param::<SqlUuid, _>(id)?;
            }
            Self::Centre(id) => {
                out.push_sql("appointments.agency_id = ");
                out.push_bind_param::<SqlUuid, _>(id)?;
            }
        }
        Ok(())
    }
}

condition!(Visible, appointments::id);

/// The appointment, if this actor may see it.
///
/// # Errors
/// [`APPOINTMENT_NOT_FOUND`] when there is none, or none for this actor.
pub async fn load(conn: &mut AsyncPgConnection, actor: &Actor, id: AppointmentId) -> Result<Appointment> {
    let row = appointments::table.filter(appointments::id.eq(id)).filter(visible_to(actor));
    let row = row.select(Appointment::as_select()).first(conn).await.optional()?;
    row.ok_or_else(|| APPOINTMENT_NOT_FOUND.error())
}

/// The same, for somebody who is shown who comes: that an officer was is noted with it.
///
/// # Errors
/// As [`load`].
pub async fn look(conn: &mut AsyncPgConnection, ctx: &Ctx, id: AppointmentId) -> Result<Appointment> {
    let found = load(conn, &ctx.actor, id).await?;
    let shown = appointments::table.filter(appointments::id.eq(id)).filter(visible_to(&ctx.actor));
    note(conn, ctx, ENTITY, Through::Read, shown.select((appointments::id, appointments::citizen_id))).await?;
    Ok(found)
}

fn answer(status: u16, appointment: &Appointment) -> Answer {
    let body = serde_json::to_string(appointment).expect("an appointment is plain data");
    let location = (status == 201).then(|| format!("/v1/appointments/{}", appointment.id));
    Answer { status, version: appointment.version, location, body }
}

fn entry(ctx: &Ctx, appointment: &Appointment, event: &AppointmentEvent) -> Entry {
    let mut seen = vec![appointment.agency_id.0];
    seen.extend(appointment.citizen_id.map(|citizen| citizen.0));
    Entry::new(ctx, appointment.id.0, Some(appointment.agency_id.0), event, (seen.clone(), seen))
}
