//! Hiring and changing staff, by those who look after them.

use diesel_async::AsyncPgConnection;
use kernel::id::StaffId;
use kernel::idempotency::{Answer, Attempt};
use kernel::problem::STALE;
use kernel::{Ctx, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::password_code::{self, PasswordCode};
use super::reach::Reach;
use super::row::{Next, insert, update};
use super::rules::allowed;
use super::{Staff, StaffContent, StaffEvent, by_id};
use crate::problem::STAFF_NOT_FOUND;
use crate::{Agencies, password};

/// A new member of staff, and what lets them in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Hired {
    #[schema(value_type = super::Staff)]
    pub staff: Staff,
    pub password_code: PasswordCode,
}

/// Adds a member of staff, who will set a password of their own.
///
/// # Errors
/// The user name is taken; out of the actor's reach; or everything else that is wrong, at once.
pub async fn hire(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    id: StaffId,
    content: StaffContent,
    attempt: &Attempt,
) -> Result<Answer> {
    allowed(known, ctx, None, &content)?;
    let staff = Staff::new(id, 1, true, content);
    let (code, issued) = password_code::issue(ctx, id);
    let hired = Hired { staff: staff.clone(), password_code: code };
    let body = serde_json::to_string(&hired).expect("staff are plain data");
    let answer = Answer { status: 201, version: 1, location: Some(format!("/v1/staff/{id}")), body };
    let kept = Some(attempt.keep(&answer, ctx.now));
    insert(conn, ctx, staff, password::NOBODY.to_owned(), vec![issued], kept).await?;
    Ok(answer)
}

/// Makes a member of staff what `content` says, if the version is still the one that the caller has seen; see
/// [`crate::agency::change::replace`].
///
/// # Errors
/// [`STAFF_NOT_FOUND`], [`STALE`]; the user name is taken; out of the actor's reach; or everything else that is wrong.
pub async fn replace(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    id: StaffId,
    seen: Option<i32>,
    content: StaffContent,
) -> Result<Staff> {
    let old = reached(conn, ctx, known, id).await?;
    if old.content() == content {
        return Ok(old);
    }
    current(&old, seen)?;
    allowed(known, ctx, Some(&old), &content)?;
    let staff = Staff::new(id, old.version + 1, old.active, content);
    update(conn, ctx, &old, Next::changed(&old, staff.clone())).await?;
    Ok(staff)
}

/// Lets an account in or shuts it out, with all its sessions. Nothing happens when it is so already.
///
/// # Errors
/// [`STAFF_NOT_FOUND`], [`STALE`]; out of the actor's reach.
pub async fn set_active(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    id: StaffId,
    seen: Option<i32>,
    active: bool,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = reached(conn, ctx, known, id).await?;
    current(&old, seen)?;
    if old.active == active {
        return Ok(answer(&old, &old));
    }
    let mut next = Next::activity(ctx, &old, active);
    let answer = answer(&next.staff, &next.staff);
    next.answer = Some(attempt.keep(&answer, ctx.now));
    update(conn, ctx, &old, next).await?;
    Ok(answer)
}

/// Gives out a code for a new password. The old one works until that is used.
///
/// # Errors
/// [`STAFF_NOT_FOUND`], [`STALE`]; out of the actor's reach.
pub async fn reset_password(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    id: StaffId,
    seen: Option<i32>,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = reached(conn, ctx, known, id).await?;
    current(&old, seen)?;
    let (code, issued) = password_code::issue(ctx, id);
    let staff = Staff { version: old.version + 1, ..old.clone() };
    let answer = answer(&staff, &code);
    let kept = Some(attempt.keep(&answer, ctx.now));
    let next = Next { also: vec![issued], answer: kept, ..Next::new(staff, StaffEvent::PasswordReset {}) };
    update(conn, ctx, &old, next).await?;
    Ok(answer)
}

/// The account, if the actor looks after all that it has.
async fn reached(conn: &mut AsyncPgConnection, ctx: &Ctx, known: &Agencies, id: StaffId) -> Result<Staff> {
    let staff = by_id(conn, id).await?.ok_or_else(|| STAFF_NOT_FOUND.error())?;
    Reach::managed(known, &ctx.actor).covers(&staff.content())?;
    Ok(staff)
}

fn current(old: &Staff, seen: Option<i32>) -> Result<()> {
    match seen {
        Some(seen) if seen != old.version => Err(STALE.error().extra("version", old.version)),
        _ => Ok(()),
    }
}

fn answer(staff: &Staff, body: &impl Serialize) -> Answer {
    let body = serde_json::to_string(body).expect("staff are plain data");
    Answer { status: 200, version: staff.version, location: None, body }
}
