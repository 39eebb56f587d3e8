//! A breach as it is stored, and who may see it.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, StaffId};
use kernel::idempotency::Kept;
use kernel::journal::Entry;
use kernel::record::{Record, nothing_late};
use kernel::rules::Rules;
use kernel::schema::data_breaches;
use kernel::{Actor, Ctx, Permission, Result, condition};
use uuid::Uuid;

use super::{BreachEvent, BreachId, BreachStatus, timer};
use crate::DataCategory;
use crate::problem::{BREACH_ID_TAKEN, BREACH_NOT_FOUND};

/// The row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = data_breaches)]
pub struct Breach {
    pub id: BreachId,
    pub version: i32,
    pub agency_id: AgencyId,
    pub status: BreachStatus,
    pub detected_at: DateTime<Utc>,
    pub registered_at: DateTime<Utc>,
    pub registered_by: StaffId,
    pub happened: String,
    pub categories: Vec<DataCategory>,
    pub people: i32,
    pub measures: String,
    pub notify_due_at: DateTime<Utc>,
    pub source: String,
    pub mark: String,
    pub overdue_told: bool,
    pub authority_notified_at: Option<DateTime<Utc>>,
    pub authority_document: Option<String>,
    pub people_notified_at: Option<DateTime<Utc>>,
    pub people_notified_by: Option<String>,
    pub closed_at: Option<DateTime<Utc>>,
    pub conclusion: Option<String>,
    pub unfounded: bool,
}

impl Breach {
    /// Whether the authority was told too late, or is not told and should have been: when it is due, it is late.
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        !self.unfounded && self.authority_notified_at.unwrap_or(now) >= self.notify_due_at
    }

    /// Whether the authority is still to be told.
    pub fn owes_notice(&self) -> bool {
        self.status == BreachStatus::Open && self.authority_notified_at.is_none()
    }

    /// The next version, about to be changed.
    pub(super) fn next(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }

    /// Writes this version, if the one before it is still what is stored; its timer, entry and answer with it.
    pub(super) async fn store(
        self,
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        event: &BreachEvent,
        answer: Option<Kept>,
    ) -> Result<()> {
        let (entry, timers) = (self.entry(ctx, event, true), timer::of(&self));
        let row = data_breaches::table.filter(data_breaches::id.eq(self.id));
        let change = diesel::update(row.filter(data_breaches::version.eq(self.version - 1)))
            .set((
                data_breaches::version.eq(self.version),
                data_breaches::status.eq(self.status),
                data_breaches::overdue_told.eq(self.overdue_told),
                data_breaches::authority_notified_at.eq(self.authority_notified_at),
                data_breaches::authority_document.eq(self.authority_document),
                data_breaches::people_notified_at.eq(self.people_notified_at),
                data_breaches::people_notified_by.eq(self.people_notified_by),
                data_breaches::closed_at.eq(self.closed_at),
                data_breaches::conclusion.eq(self.conclusion),
                data_breaches::unfounded.eq(self.unfounded),
            ))
            .returning((data_breaches::version, nothing_late()));
        Record { change, also: vec![], entry, timers, answer }.write(conn, |_| None).await.map(drop)
    }

    /// Writes a new one.
    ///
    /// # Errors
    /// [`BREACH_ID_TAKEN`].
    pub(super) async fn insert(
        self,
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        event: &BreachEvent,
        kept: Kept,
    ) -> Result<()> {
        let (entry, timers) = (self.entry(ctx, event, false), timer::of(&self));
        let change = diesel::insert_into(data_breaches::table).values(self);
        let change = change.returning((data_breaches::version, nothing_late()));
        let taken = |name: &str| (name == "data_breaches_pkey").then(|| BREACH_ID_TAKEN.error());
        Record { change, also: vec![], entry, timers, answer: Some(kept) }.write(conn, taken).await.map(drop)
    }

    /// Only where it happened may be told of it.
    fn entry(&self, ctx: &Ctx, event: &BreachEvent, known: bool) -> Entry {
        let agency = ctx.actor.agency().unwrap_or(self.agency_id);
        let seen = vec![self.agency_id.0];
        let before = if known { seen.clone() } else { Vec::new() };
        Entry::new(ctx, self.id.0, Some(agency.0), event, (before, seen))
    }
}

/// Which breaches an actor may see, as a condition in SQL. Every query on them carries it.
#[derive(Clone, Debug)]
pub enum Visible {
    All,
    None,
    /// Those at one's agency and below it.
    Agencies(Vec<Uuid>),
}

/// Data protection all of them, heads those at their agency and below it.
pub fn visible_to(ctx: &Ctx, rules: &Rules) -> Visible {
    match &ctx.actor {
        Actor::System => Visible::All,
        actor if actor.may(Permission::OverseeData) => Visible::All,
        Actor::Staff { agency, .. } if ctx.actor.may(Permission::HandleBreaches) => {
            Visible::Agencies(rules.below(*agency).into_iter().map(|agency| agency.0).collect())
        }
        _ => Visible::None,
    }
}

impl QueryFragment<Pg> for Visible {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::All => out.push_sql("true"),
            Self::None => out.push_sql("false"),
            Self::Agencies(agencies) => {
                out.push_sql("data_breaches.agency_id = ANY (");
                out.push_bind_param::<Array<SqlUuid>, _>(agencies)?;
                out.push_sql(")");
            }
        }
        Ok(())
    }
}

condition!(Visible, data_breaches::id);

/// The breach, if this actor may see it.
///
/// # Errors
/// [`BREACH_NOT_FOUND`].
pub async fn load(conn: &mut AsyncPgConnection, ctx: &Ctx, rules: &Rules, id: BreachId) -> Result<Breach> {
    let row = data_breaches::table.filter(data_breaches::id.eq(id)).filter(visible_to(ctx, rules));
    row.select(Breach::as_select()).first(conn).await.optional()?.ok_or_else(|| BREACH_NOT_FOUND.error())
}
