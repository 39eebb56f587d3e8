//! How many tickets one may draw. Drawing needs no account, so whoever plays with it must not fill a centre's morning; the
//! machine by the door works under an account of the centre's staff and is not counted.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Timestamptz};
use diesel::upsert::excluded;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::address::network;
use kernel::id::AgencyId;
use kernel::problem::Error;
use kernel::record::Also;
use kernel::schema::ticket_draws::{self, bound, draws, subject, window_ends_at};
use kernel::secret::SecretKey;
use kernel::sql::sql;
use kernel::{Ctx, Result};

use crate::problem::TOO_MANY_TICKETS;

/// Draws are forgotten this long after the first of them.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// So many may one address or account draw at one centre in a window: behind one address may sit many telephones.
const BOUND: i32 = 20;
/// What the draw that is one too many breaks.
pub(super) const CONSTRAINT: &str = "ticket_draws_bound";

/// Whoever draws at a centre, as they are counted: nobody without the key can find out whom a row is about.
pub struct Drawer([u8; 32]);

impl Drawer {
    /// Whose draw this counts as; nobody's when staff of the centre draw.
    pub fn of(ctx: &Ctx, key: &SecretKey, centre: AgencyId, address: IpAddr) -> Option<Self> {
        let who = match ctx.actor.id() {
            Some(_) if ctx.actor.agency() == Some(centre) => return None,
            Some(account) => format!("account {account}"),
            None => format!("address {}", network(address)),
        };
        Some(Self(key.derive(&format!("tickets drawn at {centre} by {who}"))))
    }

    /// Counts one more, in the statement that draws: so all replicas agree, and it costs no trip.
    pub(super) fn count(&self, ctx: &Ctx) -> Also {
        let running = || sql::<Bool>("ticket_draws.window_ends_at > ").bind::<Timestamptz, _>(ctx.now);
        let values = (subject.eq(self.0.to_vec()), draws.eq(1), bound.eq(BOUND), window_ends_at.eq(ctx.now + WINDOW));
        let counted = diesel::insert_into(ticket_draws::table).values(values).on_conflict(subject).do_update().set((
            draws.eq(diesel::dsl::case_when(running(), draws + 1).otherwise(1.into_sql::<Integer>())),
            bound.eq(excluded(bound)),
            window_ends_at.eq(diesel::dsl::case_when(running(), window_ends_at).otherwise(excluded(window_ends_at))),
        ));
        Box::new(counted)
    }

    /// That they have drawn enough, and when they may draw again.
    pub(super) async fn too_many(&self, conn: &mut AsyncPgConnection, ctx: &Ctx) -> Result<Error> {
        let row = ticket_draws::table.find(self.0.to_vec()).select(window_ends_at);
        let ends_at: Option<DateTime<Utc>> = row.first(conn).await.optional()?;
        let wait = ends_at.map_or(1, |ends_at| (ends_at - ctx.now).num_seconds().max(1));
        Ok(TOO_MANY_TICKETS.error().retry_after(u32::try_from(wait).unwrap_or(u32::MAX)))
    }
}

/// Removes counters whose window is over.
pub async fn forget_old(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(ticket_draws::table.filter(window_ends_at.lt(now))).execute(conn).await?)
}
