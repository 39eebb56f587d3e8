//! The queue of a centre: a ticket is drawn by field, called to a counter, and served. In reading order: the ticket and
//! what is done with it, [`draw`] and how often one may ([`bound`]), [`call`], what becomes of it in the [`evening`], and what
//! hangs on the wall ([`display`]).

pub mod bound;
pub mod call;
pub mod display;
pub mod draw;
pub mod evening;

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Reception;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::idempotency::Answer;
use kernel::journal::{self, Entry};
use kernel::problem::{FieldError, Text as Words};
use kernel::schema::tickets;
use kernel::{Actor, Ctx, Result, id, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::Catalogue;
use crate::problem::TICKET_NOT_FOUND;

id! { TicketId, "A ticket's id."; }

text_enum! {
    /// Where a ticket stands. Called, it is at a counter; what follows is its end.
    TicketStatus {
        Waiting = "waiting",
        Called = "called",
        Served = "served",
        /// Nobody came.
        NoShow = "no_show",
        /// Whoever drew it does not wait any more.
        Cancelled = "cancelled",
        /// The day ended, and nobody had said what became of it. Without a counter it was never called.
        Closed = "closed",
    }
}

text_enum! {
    /// What can be done with a ticket.
    TicketAction { CallAgain = "call_again", Serve = "serve", NoShow = "no_show", Cancel = "cancel" }
}

impl TicketAction {
    /// From where, to where.
    const fn way(self) -> (TicketStatus, TicketStatus) {
        match self {
            Self::CallAgain => (TicketStatus::Called, TicketStatus::Called),
            Self::Serve => (TicketStatus::Called, TicketStatus::Served),
            Self::NoShow => (TicketStatus::Called, TicketStatus::NoShow),
            Self::Cancel => (TicketStatus::Waiting, TicketStatus::Cancelled),
        }
    }
}

/// A centre, and when people are received there.
#[derive(Clone, Debug)]
pub struct Centre {
    pub agency: AgencyId,
    pub reception: Reception,
}

/// A ticket. It names nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = tickets)]
pub struct Ticket {
    pub id: TicketId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub agency_id: AgencyId,
    pub day: NaiveDate,
    #[schema(example = "Hộ tịch", max_length = 200)]
    pub field: String,
    /// As it is printed and called out.
    #[schema(example = "017", max_length = 10)]
    pub number: String,
    pub status: TicketStatus,
    /// The counter that called it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 999)]
    pub counter: Option<i16>,
    /// How often it was called.
    #[schema(minimum = 0, maximum = 32767)]
    pub calls: i16,
    pub issued_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    /// When the appointment is from which it came: from then on it is called before all that were drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appointment_at: Option<DateTime<Utc>>,
}

/// The word for it in timers and in the journal.
pub const ENTITY: &str = "ticket";

/// What the journal is told about tickets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketEvent {
    /// At the machine, or by checking in to an appointment.
    Drawn {
        field: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        appointment_at: Option<DateTime<Utc>>,
    },
    Called {
        counter: i16,
    },
    Served {},
    NoShow {},
    Cancelled {},
    /// By the evening.
    Closed {},
}

impl journal::Event for TicketEvent {
    const ENTITY: &'static str = ENTITY;

    fn kind(&self) -> &'static str {
        match self {
            Self::Drawn { .. } => "ticket.drawn",
            Self::Called { .. } => "ticket.called",
            Self::Served {} => "ticket.served",
            Self::NoShow {} => "ticket.no_show",
            Self::Cancelled {} => "ticket.cancelled",
            Self::Closed {} => "ticket.closed",
        }
    }
}

/// The ticket with this id. Whoever knows the id may: it was printed for them, or they work there.
///
/// # Errors
/// [`TICKET_NOT_FOUND`]; also for staff of another agency.
pub async fn load(conn: &mut AsyncPgConnection, actor: &Actor, id: TicketId) -> Result<Ticket> {
    let row = tickets::table.find(id).select(Ticket::as_select()).first(conn).await.optional()?;
    let theirs = |ticket: &Ticket| actor.agency().is_none_or(|agency| agency == ticket.agency_id);
    row.filter(theirs).ok_or_else(|| TICKET_NOT_FOUND.error())
}

/// Whether some procedure in force is of this field.
pub(crate) fn is_field(catalogue: &Catalogue, ctx: &Ctx, field: &str) -> bool {
    catalogue.in_force(deadlines::vn_date(ctx.now)).any(|procedure| procedure.field == field)
}

pub(crate) fn no_such_field(pointer: String) -> FieldError {
    FieldError::new(pointer, "unknown", Words::fixed("không có lĩnh vực này", "there is no such field"))
}

/// A ticket names nobody, also when whoever draws it is signed in; staff answer for what they do.
fn entry(ctx: &Ctx, ticket: &Ticket, event: &TicketEvent) -> Entry {
    let seen = vec![ticket.agency_id.0];
    let actor = match &ctx.actor {
        Actor::Staff { .. } | Actor::System => ctx.actor.clone(),
        Actor::Citizen(_) | Actor::Anonymous => Actor::Anonymous,
    };
    Entry::new(&Ctx { actor, now: ctx.now }, ticket.id.0, Some(ticket.agency_id.0), event, (seen.clone(), seen))
}

pub(crate) fn answer(status: u16, ticket: &Ticket) -> Answer {
    let body = serde_json::to_string(ticket).expect("a ticket is plain data");
    let location = (status == 201).then(|| format!("/v1/tickets/{}", ticket.id));
    Answer { status, version: ticket.version, location, body }
}
