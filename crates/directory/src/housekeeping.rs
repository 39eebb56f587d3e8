//! Rows that have served their purpose.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::Result;
use kernel::id::CitizenId;
use kernel::schema::{authorizations, citizens, password_codes, sessions, sign_in_failures};

/// Removes expired codes, hand-overs, codes for passwords, counters of failures and sessions; returns how many rows.
pub async fn forget_old(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<usize> {
    let codes = diesel::delete(authorizations::table.filter(authorizations::expires_at.lt(now))).execute(conn).await?;
    let failures = sign_in_failures::table.filter(sign_in_failures::window_ends_at.lt(now));
    let failures = diesel::delete(failures).execute(conn).await?;
    let unused = password_codes::table.filter(password_codes::expires_at.lt(now));
    let unused = diesel::delete(unused).execute(conn).await?;
    let over = diesel::delete(sessions::table.filter(sessions::expires_at.lt(now))).returning(sessions::citizen_id);
    let over: Vec<Option<CitizenId>> = over.get_results(conn).await?;
    // Their accounts were used until a little while ago: see [`crate::erasure`].
    let used: Vec<CitizenId> = over.iter().flatten().copied().collect();
    let used = citizens::table.filter(citizens::id.eq_any(used));
    diesel::update(used).set(citizens::looked_at.eq(now)).execute(conn).await?;
    Ok(codes + failures + unused + over.len())
}
