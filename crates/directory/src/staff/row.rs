//! A member of staff in the database: rows, and the journal entries that belong to them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::id::{AgencyId, StaffId};
use kernel::idempotency::Kept;
use kernel::journal::{Audience, Entry};
use kernel::json::Json;
use kernel::problem::Error;
use kernel::record::{Also, Record, nothing_late};
use kernel::schema::{sessions, staff};
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Result, Role};

use super::{Posting, Staff, StaffEvent, StaffPart, password_code};
use crate::problem::USERNAME_TAKEN;

/// An account as its row holds it.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = staff, treat_none_as_null = true)]
struct Row {
    id: StaffId,
    version: i32,
    username: String,
    name: String,
    title: Option<String>,
    agency_id: AgencyId,
    postings: Json<Vec<Posting>>,
    agencies: Vec<AgencyId>,
    roles: Vec<Role>,
    active: bool,
}

impl From<Staff> for Row {
    fn from(staff: Staff) -> Self {
        let Staff { id, version, username, name, title, agency_id, roles: postings, active } = staff;
        let mut agencies: Vec<AgencyId> = postings.0.iter().map(|posting| posting.agency_id).collect();
        agencies.push(agency_id);
        agencies.sort_unstable();
        agencies.dedup();
        let standing = postings.0.iter().filter(|held| held.agency_id == agency_id && held.valid_to.is_none());
        let roles = standing.map(|held| held.role).collect();
        Self { id, version, username, name, title, agency_id, postings, agencies, roles, active }
    }
}

pub async fn insert(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    staff: Staff,
    password_hash: String,
    also: Vec<Also>,
    answer: Option<Kept>,
) -> Result<()> {
    let event = StaffEvent::Created { agency_id: staff.agency_id, roles: staff.roles.0.clone() };
    let entry = entry(ctx, &staff, &event, vec![]);
    let change = diesel::insert_into(staff::table)
        .values((
            Row::from(staff),
            staff::password_hash.eq(password_hash),
            let_in(ctx, &event).map(|at| staff::let_in_at.eq(at)),
        ))
        .returning((staff::version, nothing_late()));
    Record { change, also, entry, timers: Timers::None, answer }.write(conn, taken).await.map(drop)
}

/// The next version of an account, and what comes with it.
pub struct Next {
    pub staff: Staff,
    pub password_hash: Option<String>,
    pub also: Vec<Also>,
    pub event: StaffEvent,
    pub answer: Option<Kept>,
}

impl Next {
    pub fn new(staff: Staff, event: StaffEvent) -> Self {
        Self { staff, password_hash: None, also: vec![], event, answer: None }
    }

    /// Somebody who has become what `new` says.
    pub fn changed(old: &Staff, new: Staff) -> Self {
        let parts = [
            (StaffPart::Username, old.username != new.username),
            (StaffPart::Name, old.name != new.name),
            (StaffPart::Title, old.title != new.title),
            (StaffPart::Agency, old.agency_id != new.agency_id),
            (StaffPart::Roles, old.roles != new.roles),
        ];
        let parts = parts.into_iter().filter_map(|(part, differs)| differs.then_some(part)).collect();
        let roles = (old.roles != new.roles).then(|| new.roles.0.clone());
        Self::new(new, StaffEvent::Changed { parts, roles })
    }

    /// Somebody let in, or shut out with all their sessions.
    pub fn activity(ctx: &Ctx, old: &Staff, active: bool) -> Self {
        let staff = Staff { version: old.version + 1, active, ..old.clone() };
        let (event, also) = match active {
            true => (StaffEvent::Activated {}, vec![]),
            false => (StaffEvent::Deactivated {}, vec![end_sessions(ctx, old.id), password_code::withdraw(old.id)]),
        };
        Next { also, ..Next::new(staff, event) }
    }

    /// Somebody with another password; whoever is signed in is out.
    pub fn password(ctx: &Ctx, old: &Staff, password_hash: String) -> Self {
        let staff = Staff { version: old.version + 1, ..old.clone() };
        let also = vec![end_sessions(ctx, old.id), password_code::withdraw(old.id)];
        Self { also, password_hash: Some(password_hash), ..Self::new(staff, StaffEvent::PasswordChanged {}) }
    }
}

pub async fn update(conn: &mut AsyncPgConnection, ctx: &Ctx, old: &Staff, next: Next) -> Result<()> {
    let Next { staff, password_hash, also, event, answer } = next;
    let entry = entry(ctx, &staff, &event, audience(old));
    let change = diesel::update(staff::table.filter(staff::id.eq(old.id)).filter(staff::version.eq(old.version)))
        .set((
            Row::from(staff),
            password_hash.map(|hash| staff::password_hash.eq(hash)),
            let_in(ctx, &event).map(|at| staff::let_in_at.eq(at)),
        ))
        .returning((staff::version, nothing_late()));
    Record { change, also, entry, timers: Timers::None, answer }.write(conn, taken).await.map(drop)
}

/// When this lets somebody in who could be another than they seem: hired, or let in again, by somebody who looks after accounts, with more
/// roles, or a password by a code that somebody else was given first. What the operator does is not among it: they have the server.
fn let_in(ctx: &Ctx, event: &StaffEvent) -> Option<DateTime<Utc>> {
    let lets_in = match event {
        StaffEvent::Created { .. } | StaffEvent::Activated {} => true,
        StaffEvent::PasswordReset {} | StaffEvent::PasswordChanged {} => true,
        StaffEvent::Changed { roles, .. } => roles.is_some(),
        StaffEvent::Deactivated {} => false,
    };
    (lets_in && ctx.actor != Actor::System).then_some(ctx.now)
}

fn taken(constraint: &str) -> Option<Error> {
    (constraint == "staff_username_key").then(|| USERNAME_TAKEN.error())
}

fn audience(staff: &Staff) -> Audience {
    vec![staff.id.0, staff.agency_id.0]
}

fn entry(ctx: &Ctx, staff: &Staff, event: &StaffEvent, before: Audience) -> Entry {
    Entry::new(ctx, staff.id.0, Some(staff.agency_id.0), event, (before, audience(staff)))
}

fn end_sessions(ctx: &Ctx, id: StaffId) -> Also {
    let open = sessions::table.filter(sessions::staff_id.eq(id)).filter(sessions::ended_at.is_null());
    Box::new(diesel::update(open).set(sessions::ended_at.eq(ctx.now)))
}
