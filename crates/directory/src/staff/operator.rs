//! What the operator does from the command line, by user name.

use diesel_async::AsyncPgConnection;
use kernel::id::{AgencyId, StaffId};
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::text::has_control;
use kernel::{Ctx, Result, Role};

use super::row::{Next, insert, update};
use super::{Posting, Staff, StaffContent, by_username};

/// A member of staff to be, with a password already and roles at one agency, from today on.
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

/// Adds a member of staff who has a password.
///
/// # Errors
/// The user name is taken; [`INVALID`] when the user name or the roles cannot be.
pub async fn create(conn: &mut AsyncPgConnection, ctx: &Ctx, new: NewStaff) -> Result<Staff> {
    check(&new)?;
    let NewStaff { id, username, name, password_hash, roles, agency } = new;
    let valid_from = deadlines::vn_date(ctx.now);
    let posting = |role| Posting { agency_id: agency, role, valid_from, valid_to: None };
    let roles = roles.into_iter().map(posting).collect();
    let staff = Staff::new(id, 1, true, StaffContent { username, name, title: None, agency_id: agency, roles });
    add(conn, ctx, staff.clone(), password_hash).await?;
    Ok(staff)
}

/// Adds somebody whose content is known to be good.
pub(crate) async fn add(conn: &mut AsyncPgConnection, ctx: &Ctx, staff: Staff, password_hash: String) -> Result<()> {
    insert(conn, ctx, staff, password_hash, vec![], None).await
}

/// Gives the account another password and ends its sessions: who knew the old one is out.
///
/// # Errors
/// There is no such account; a conflict when the account changed at the same time.
pub async fn set_password(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    username: &str,
    password_hash: String,
) -> Result<()> {
    let old = by_username(conn, username).await?;
    let next = Next::password(ctx, &old, password_hash);
    update(conn, ctx, &old, next).await
}

/// Lets the account sign in again. Nothing happens when it may already.
///
/// # Errors
/// There is no such account; a conflict when the account changed at the same time.
pub async fn activate(conn: &mut AsyncPgConnection, ctx: &Ctx, username: &str) -> Result<()> {
    switch(conn, ctx, username, true).await
}

/// Shuts the account out and ends its sessions. Nothing happens when it is out already.
///
/// # Errors
/// There is no such account; a conflict when the account changed at the same time.
pub async fn deactivate(conn: &mut AsyncPgConnection, ctx: &Ctx, username: &str) -> Result<()> {
    switch(conn, ctx, username, false).await
}

async fn switch(conn: &mut AsyncPgConnection, ctx: &Ctx, username: &str, active: bool) -> Result<()> {
    match by_username(conn, username).await? {
        old if old.active == active => Ok(()),
        old => update(conn, ctx, &old, Next::activity(ctx, &old, active)).await,
    }
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
