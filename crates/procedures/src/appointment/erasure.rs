//! Appointments that are over: who came, or did not, is nobody's business after a while. That one was kept is counted still.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::access::part_from;
use kernel::id::CitizenId;
use kernel::journal::Entry;
use kernel::record::{Record, nothing_late, unless_changed};
use kernel::retention::{Due, GONE, Rule, rule};
use kernel::schema::appointments;
use kernel::sql::sql;
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Result};
use uuid::Uuid;

use super::{Appointment, AppointmentEvent, AppointmentId, ENTITY, visible_to};

/// So many of a citizen's go at once; the rest goes by itself.
const MOST: i64 = 1000;

/// The rule that they go by.
fn of_appointments() -> Option<&'static Rule> {
    rule("appointment")
}

/// Those that are over and still say whose they were, the oldest first.
fn over<'a>() -> appointments::BoxedQuery<'a, Pg> {
    let over = appointments::table.filter(visible_to(&Actor::System)).filter(appointments::closed_at.is_not_null());
    over.filter(sql::<Bool>("appointments.phone <> ''")).order((appointments::closed_at, appointments::id)).into_boxed()
}

/// Erases those that have been over for as long as they are kept, `most` at most; returns how many.
///
/// # Errors
/// The database.
pub async fn run(conn: &mut AsyncPgConnection, ctx: &Ctx, most: i64) -> Result<usize> {
    let Some(rule) = of_appointments() else { return Ok(0) };
    let old = over().filter(appointments::closed_at.le(rule.past(ctx.now))).limit(most);
    let rows: Vec<Appointment> = old.select(Appointment::as_select()).load(conn).await?;
    let mut erased = 0;
    for row in &rows {
        erased += usize::from(unless_changed(erase(conn, ctx, row, (rule, None)).await)?);
    }
    Ok(erased)
}

/// Whether a citizen has any that is over.
///
/// # Errors
/// The database.
pub async fn has(conn: &mut AsyncPgConnection, citizen: CitizenId) -> Result<bool> {
    Ok(diesel::select(exists(over().filter(appointments::citizen_id.eq(citizen)))).get_result(conn).await?)
}

/// Erases a citizen's own that are over, however new, because this request asks for it.
///
/// # Errors
/// [`CONFLICT`](kernel::problem::CONFLICT) when one is changed meanwhile; the database.
pub async fn of(conn: &mut AsyncPgConnection, ctx: &Ctx, citizen: CitizenId, request: Uuid) -> Result<()> {
    let Some(rule) = of_appointments() else { return Ok(()) };
    let own = over().filter(appointments::citizen_id.eq(citizen)).limit(MOST);
    let rows: Vec<Appointment> = own.select(Appointment::as_select()).load(conn).await?;
    for row in &rows {
        erase(conn, ctx, row, (rule, Some(request))).await?;
    }
    Ok(())
}

/// How many would go until that moment.
///
/// # Errors
/// The database.
pub async fn count(conn: &mut AsyncPgConnection, until: DateTime<Utc>) -> Result<Option<Due>> {
    let Some(rule) = of_appointments() else { return Ok(None) };
    let found = over().filter(appointments::closed_at.le(rule.past(until))).limit(Due::LOOKED_AT);
    Ok(Some(Due::of(rule, found.select(appointments::id).load::<AppointmentId>(conn).await?.len())))
}

async fn erase(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    old: &Appointment,
    (rule, request): (&Rule, Option<Uuid>),
) -> Result<()> {
    let (event, agency) = (AppointmentEvent::Erased { rule: rule.rule.clone(), request }, old.agency_id.0);
    let before = std::iter::once(agency).chain(old.citizen_id.map(|citizen| citizen.0)).collect();
    let entry = Entry::new(ctx, old.id.0, Some(agency), &event, (before, vec![agency]));
    let row = appointments::table.filter(appointments::id.eq(old.id)).filter(appointments::version.eq(old.version));
    let change = diesel::update(row)
        .set((
            appointments::version.eq(old.version + 1),
            appointments::citizen_id.eq(None::<CitizenId>),
            appointments::name.eq(GONE),
            appointments::phone.eq(""),
        ))
        .returning((appointments::version, nothing_late()));
    let timers = Timers::over(ENTITY, old.id.0);
    let also = old.citizen_id.map(|citizen| part_from(citizen, old.id.0)).into_iter().collect();
    Record { change, also, entry, timers, answer: None }.write(conn, |_| None).await.map(drop)
}
