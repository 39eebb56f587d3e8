//! Staff: who works for which agency, in which roles. Names and user names stay out of the journal.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, StaffId};
use kernel::journal::{Audience, Entry, Event};
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::record::{Also, Record, nothing_late};
use kernel::schema::{sessions, staff};
use kernel::text::has_control;
use kernel::timers::Timers;
use kernel::{Ctx, Result, Role};
use serde::Serialize;

use crate::problem::{STAFF_NOT_FOUND, USERNAME_TAKEN};

/// A member of staff. The password's hash is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = staff)]
pub struct Staff {
    pub id: StaffId,
    pub version: i32,
    pub username: String,
    pub name: String,
    pub roles: Vec<Role>,
    pub agency_id: AgencyId,
    /// Whether the account may sign in.
    pub active: bool,
}

/// A member of staff to be.
#[derive(Clone)]
pub struct NewStaff {
    pub id: StaffId,
    pub username: String,
    pub name: String,
    /// From [`crate::password::hash`].
    pub password_hash: String,
    pub roles: Vec<Role>,
    pub agency: AgencyId,
}

/// What happens to a staff account, as the journal tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum StaffEvent {
    Created { roles: Vec<Role> },
    PasswordChanged {},
    Activated {},
    Deactivated {},
}

impl Event for StaffEvent {
    const ENTITY: &'static str = "staff";

    fn kind(&self) -> &'static str {
        match self {
            Self::Created { .. } => "staff.created",
            Self::PasswordChanged {} => "staff.password_changed",
            Self::Activated {} => "staff.activated",
            Self::Deactivated {} => "staff.deactivated",
        }
    }
}

/// The account with this id.
pub async fn by_id(conn: &mut AsyncPgConnection, id: StaffId) -> Result<Option<Staff>> {
    Ok(staff::table.find(id).select(Staff::as_select()).first(conn).await.optional()?)
}

/// The account with this user name.
///
/// # Errors
/// [`STAFF_NOT_FOUND`] when there is none.
pub async fn by_username(conn: &mut AsyncPgConnection, username: &str) -> Result<Staff> {
    let found = staff::table.filter(staff::username.eq(username)).select(Staff::as_select());
    found.first(conn).await.optional()?.ok_or_else(|| STAFF_NOT_FOUND.error())
}

/// All accounts, by user name.
pub async fn list(conn: &mut AsyncPgConnection) -> Result<Vec<Staff>> {
    Ok(staff::table.order(staff::username).select(Staff::as_select()).load(conn).await?)
}

/// Adds a member of staff.
///
/// # Errors
/// [`USERNAME_TAKEN`]; [`INVALID`] when the user name or the roles cannot be.
pub async fn create(conn: &mut AsyncPgConnection, ctx: &Ctx, new: NewStaff) -> Result<Staff> {
    check(&new)?;
    let NewStaff { id, username, name, password_hash, roles, agency } = new;
    let created = Staff { id, version: 1, username, name, roles, agency_id: agency, active: true };
    let change = diesel::insert_into(staff::table)
        .values((
            staff::id.eq(created.id),
            staff::version.eq(created.version),
            staff::username.eq(created.username.clone()),
            staff::name.eq(created.name.clone()),
            staff::password_hash.eq(password_hash),
            staff::roles.eq(created.roles.clone()),
            staff::agency_id.eq(created.agency_id),
            staff::active.eq(created.active),
        ))
        .returning((staff::version, nothing_late()));
    let event = StaffEvent::Created { roles: created.roles.clone() };
    let entry = entry(ctx, &created, &event, vec![]);
    let taken = |name: &str| (name == "staff_username_key").then(|| USERNAME_TAKEN.error());
    Record { change, also: vec![], entry, timers: Timers::None, answer: None }.write(conn, taken).await?;
    Ok(created)
}

/// Gives the account another password and ends its sessions: who knew the old one is out.
///
/// # Errors
/// [`STAFF_NOT_FOUND`]; a conflict when the account changed at the same time.
pub async fn set_password(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    username: &str,
    password_hash: String,
) -> Result<()> {
    let old = by_username(conn, username).await?;
    let also = vec![end_sessions(ctx, old.id)];
    let next = Next { password_hash: Some(password_hash), ..Next::after(&old) };
    update(conn, ctx, &old, next, also, StaffEvent::PasswordChanged {}).await
}

/// Lets the account sign in again. Nothing happens when it may already.
///
/// # Errors
/// [`STAFF_NOT_FOUND`]; a conflict when the account changed at the same time.
pub async fn activate(conn: &mut AsyncPgConnection, ctx: &Ctx, username: &str) -> Result<()> {
    match by_username(conn, username).await? {
        old if old.active => Ok(()),
        old => {
            let next = Next { active: Some(true), ..Next::after(&old) };
            update(conn, ctx, &old, next, vec![], StaffEvent::Activated {}).await
        }
    }
}

/// Shuts the account out and ends its sessions. Nothing happens when it is out already.
///
/// # Errors
/// [`STAFF_NOT_FOUND`]; a conflict when the account changed at the same time.
pub async fn deactivate(conn: &mut AsyncPgConnection, ctx: &Ctx, username: &str) -> Result<()> {
    match by_username(conn, username).await? {
        old if !old.active => Ok(()),
        old => {
            let next = Next { active: Some(false), ..Next::after(&old) };
            update(conn, ctx, &old, next, vec![end_sessions(ctx, old.id)], StaffEvent::Deactivated {}).await
        }
    }
}

/// What the next version of a row has that this one has not.
#[derive(AsChangeset)]
#[diesel(table_name = staff)]
struct Next {
    version: i32,
    password_hash: Option<String>,
    active: Option<bool>,
}

impl Next {
    fn after(old: &Staff) -> Self {
        Self { version: old.version + 1, password_hash: None, active: None }
    }
}

async fn update(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    old: &Staff,
    next: Next,
    also: Vec<Also>,
    event: StaffEvent,
) -> Result<()> {
    let change = diesel::update(staff::table.filter(staff::id.eq(old.id)).filter(staff::version.eq(old.version)))
        .set(next)
        .returning((staff::version, nothing_late()));
    let entry = entry(ctx, old, &event, audience(old));
    Record { change, also, entry, timers: Timers::None, answer: None }.write(conn, |_| None).await?;
    Ok(())
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

/// A user name is typed on any keyboard and read out over the telephone: small letters, digits, `.`, `_`, `-`.
fn check(new: &NewStaff) -> Result<()> {
    let mut wrong = Vec::new();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    if !(2..=32).contains(&new.username.len()) || !new.username.chars().all(plain) {
        let rule = Words::fixed(
            "Tên đăng nhập gồm 2–32 ký tự a–z, 0–9, '.', '_', '-'.",
            "A user name has 2 to 32 characters of a–z, 0–9, '.', '_', '-'.",
        );
        wrong.push(FieldError::new("/username", "pattern", rule));
    }
    if new.name.trim().is_empty() || new.name.chars().count() > 200 || has_control(&new.name) {
        let rule = Words::fixed("Họ tên gồm 1–200 ký tự.", "A name has 1 to 200 characters.");
        wrong.push(FieldError::new("/name", "length", rule));
    }
    if new.roles.is_empty() || new.roles.contains(&Role::Citizen) {
        let rule = Words::fixed("Cần ít nhất một vai trò của cán bộ.", "At least one role of staff is needed.");
        wrong.push(FieldError::new("/roles", "roles", rule));
    }
    INVALID.unless_none(wrong)
}
