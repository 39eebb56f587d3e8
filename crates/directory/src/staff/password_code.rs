//! A code with which somebody sets a password of their own: shown once to whoever hired them, good for a day, kept as a
//! hash. So no password is ever known to two.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::StaffId;
use kernel::record::Also;
use kernel::schema::{password_codes, staff};
use kernel::secret::sha256;
use kernel::{Actor, Ctx, Result, instant};
use serde::Serialize;
use utoipa::ToSchema;

use super::Staff;
use super::row::{Next, update};
use crate::authorization::handle;
use crate::problem::BAD_PASSWORD_CODE;

const LIVES: TimeDelta = TimeDelta::hours(24);

/// A code that sets a password, once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PasswordCode {
    /// To be given to the person alone. It is not shown again.
    #[schema(example = "3v5Zk9Q0m2x8yT1bWc7uRfJ4hNsLpDgAeXoVqKiYtME", max_length = 43)]
    pub code: String,
    #[serde(serialize_with = "instant::serialize")]
    pub expires_at: DateTime<Utc>,
}

/// A new code for an account, in place of any earlier one.
pub(super) fn issue(ctx: &Ctx, id: StaffId) -> (PasswordCode, Also) {
    let code = PasswordCode { code: handle(), expires_at: ctx.now + LIVES };
    let row = diesel::insert_into(password_codes::table)
        .values((
            password_codes::staff_id.eq(id),
            password_codes::hash.eq(hash(&code.code)),
            password_codes::expires_at.eq(code.expires_at),
        ))
        .on_conflict(password_codes::staff_id)
        .do_update()
        .set((
            password_codes::hash.eq(excluded(password_codes::hash)),
            password_codes::expires_at.eq(excluded(password_codes::expires_at)),
        ));
    (code, Box::new(row))
}

/// Takes back the code of an account.
pub(super) fn withdraw(id: StaffId) -> Also {
    Box::new(diesel::delete(password_codes::table.filter(password_codes::staff_id.eq(id))))
}

/// The account that a code is for.
///
/// # Errors
/// [`BAD_PASSWORD_CODE`].
pub async fn find(conn: &mut AsyncPgConnection, ctx: &Ctx, code: &str) -> Result<Staff> {
    let waiting = staff::table
        .inner_join(password_codes::table)
        .filter(password_codes::hash.eq(hash(code)))
        .filter(password_codes::expires_at.gt(ctx.now))
        .filter(staff::active)
        .select(Staff::as_select());
    waiting.first(conn).await.optional()?.ok_or_else(|| BAD_PASSWORD_CODE.error())
}

/// Sets the password of whoever has this code, and ends their sessions.
///
/// # Errors
/// [`BAD_PASSWORD_CODE`]; a conflict when the account changed at the same time.
pub async fn redeem(conn: &mut AsyncPgConnection, ctx: &Ctx, code: &str, password_hash: String) -> Result<()> {
    let old = find(conn, ctx, code).await?;
    let ctx = Ctx { actor: Actor::staff(old.id, old.agency_id, vec![]), now: ctx.now };
    let next = Next::password(&ctx, &old, password_hash);
    update(conn, &ctx, &old, next).await
}

fn hash(code: &str) -> Vec<u8> {
    sha256(&[b"password code", code.as_bytes()]).to_vec()
}
