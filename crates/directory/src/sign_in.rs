//! Signing in with user name and password, for staff.
//!
//! Every attempt is counted before the password is looked at and forgiven when it was right, so that a thousand
//! attempts at once get no further than ten. Counters live in the database: all replicas agree.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Timestamptz};
use diesel::upsert::excluded;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::address::network;
use kernel::schema::{sign_in_failures, staff};
use kernel::secret::SecretKey;
use kernel::sql::sql;
use kernel::{Ctx, Result};

use crate::problem::{BAD_CREDENTIALS, TOO_MANY_ATTEMPTS};
use crate::{Staff, password};

/// Failures are forgotten this long after the first of them.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// So many failures may one user name have in a window …
const PER_USERNAME: i32 = 10;
/// … and so many one address, behind which a whole office may sit.
const PER_ADDRESS: i32 = 50;

/// An attempt that has been counted. Between its steps no database connection is needed: the password takes its time.
pub struct Attempt {
    found: Option<(Staff, String)>,
    /// What was counted: the address, the user name.
    counted: [Vec<u8>; 2],
}

/// An attempt with the right password.
pub struct Success {
    staff: Staff,
    counted: [Vec<u8>; 2],
}

impl Attempt {
    /// Counts the attempt and looks up the account.
    ///
    /// # Errors
    /// [`TOO_MANY_ATTEMPTS`], saying when to come back.
    pub async fn begin(
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        key: &SecretKey,
        username: &str,
        address: IpAddr,
    ) -> Result<Self> {
        let username = username.to_lowercase();
        // The address first: one that is shut out cannot use up the attempts of user names.
        let counted = [subject(key, "address", &network(address)), subject(key, "user name", &username)];
        for (subject, limit) in counted.iter().zip([PER_ADDRESS, PER_USERNAME]) {
            let (failures, window_ends_at) = count(conn, ctx, subject).await?;
            if failures > limit {
                let wait = (window_ends_at - ctx.now).num_seconds().max(1);
                return Err(TOO_MANY_ATTEMPTS.error().retry_after(u32::try_from(wait).unwrap_or(u32::MAX)));
            }
        }
        let account = staff::table.filter(staff::username.eq(username)).filter(staff::active);
        let found = account.select((Staff::as_select(), staff::password_hash)).first(conn).await.optional()?;
        Ok(Self { found, counted })
    }

    /// Checks the password, with the same work whether or not there is such an account.
    ///
    /// # Errors
    /// [`BAD_CREDENTIALS`].
    pub async fn verify(self, password: String) -> Result<Success> {
        let (staff, hash) = self.found.unzip();
        match (password::verify(password, hash).await?, staff) {
            (true, Some(staff)) => Ok(Success { staff, counted: self.counted }),
            _ => Err(BAD_CREDENTIALS.error()),
        }
    }
}

impl Success {
    /// Forgives: the user name's failures all, the address this attempt only, or an attacker could wash away the
    /// traces of guessing by signing in to an account of their own.
    pub async fn conclude(self, conn: &mut AsyncPgConnection) -> Result<Staff> {
        let [address, username] = self.counted;
        diesel::delete(sign_in_failures::table.find(username)).execute(conn).await?;
        diesel::update(sign_in_failures::table.find(address).filter(sign_in_failures::failures.gt(0)))
            .set(sign_in_failures::failures.eq(sign_in_failures::failures - 1))
            .execute(conn)
            .await?;
        Ok(self.staff)
    }
}

/// Counts one more for `subject`: how many are in its running window, and when that ends.
async fn count(conn: &mut AsyncPgConnection, ctx: &Ctx, subject: &[u8]) -> Result<(i32, DateTime<Utc>)> {
    use sign_in_failures::{failures, window_ends_at};
    let running =
        || sql::<diesel::sql_types::Bool>("sign_in_failures.window_ends_at > ").bind::<Timestamptz, _>(ctx.now);
    let counted = diesel::insert_into(sign_in_failures::table)
        .values((sign_in_failures::subject.eq(subject), failures.eq(1), window_ends_at.eq(ctx.now + WINDOW)))
        .on_conflict(sign_in_failures::subject)
        .do_update()
        .set((
            failures.eq(diesel::dsl::case_when(running(), failures + 1).otherwise(1.into_sql::<Integer>())),
            window_ends_at.eq(diesel::dsl::case_when(running(), window_ends_at).otherwise(excluded(window_ends_at))),
        ))
        .returning((failures, window_ends_at));
    Ok(counted.get_result(conn).await?)
}

/// What a user name or an address is called in the table: nobody without the key can find out whom a row is about.
fn subject(key: &SecretKey, kind: &str, name: &str) -> Vec<u8> {
    key.derive(&format!("failed sign-ins by {kind}: {name}")).to_vec()
}
