//! An inspection as it is stored, and who may see it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::condition::NotAccusing;
use kernel::id::AgencyId;
use kernel::idempotency::Kept;
use kernel::journal::Entry;
use kernel::json::Json;
use kernel::record::{Record, nothing_late};
use kernel::schema::{cases, inspections};
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Permission, Result, condition};
use uuid::Uuid;

use super::{Finding, InspectionEvent, InspectionId, InspectionStatus, RemedyStatus, audience, timer};
use crate::accused::not_accusing;
use crate::case::CaseId;
use crate::problem::INSPECTION_NOT_FOUND;
use crate::steps::World;

/// The row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = inspections)]
pub struct Inspection {
    pub id: InspectionId,
    pub version: i32,
    pub agency_id: AgencyId,
    pub inspected_id: AgencyId,
    pub surprise: bool,
    pub subject: String,
    pub planned_on: NaiveDate,
    pub case_id: Option<CaseId>,
    pub status: InspectionStatus,
    pub findings: Json<Vec<Finding>>,
    pub conclusion: Option<String>,
    pub number: Option<String>,
    pub cancelled_for: Option<String>,
    pub next_due_on: Option<NaiveDate>,
    pub held_on: Option<NaiveDate>,
    pub planned_at: DateTime<Utc>,
    pub concluded_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    /// Whom the case accuses that gave rise to it, where one did.
    #[diesel(select_expression = cases::barred.nullable(), skip_insertion)]
    pub barred: Option<Vec<Uuid>>,
}

impl Inspection {
    /// Whether the case that gave rise to it accuses anybody.
    pub fn accuses(&self) -> bool {
        self.barred.as_ref().is_some_and(|barred| !barred.is_empty())
    }

    /// Whether that case accuses the inspected: nobody there sees the inspection.
    pub fn accuses_inspected(&self) -> bool {
        self.barred.as_ref().is_some_and(|barred| barred.contains(&self.inspected_id.0))
    }

    /// Whether the inspected are not to know of it.
    pub fn is_hidden(&self) -> bool {
        self.surprise && self.held_on.is_none()
    }

    /// The next version, about to be changed.
    pub(super) fn next(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }

    /// With the next day on which something is due.
    pub(super) fn dated(mut self) -> Self {
        let owed = self.findings.0.iter().filter_map(|finding| finding.remedy.as_ref());
        self.next_due_on = owed.filter(|it| it.status == RemedyStatus::Owed).map(|remedy| remedy.due_on).min();
        self
    }

    /// Writes this version, if the one before it is still what is stored; its timer, entry and answer with it.
    pub(super) async fn store(
        self,
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        before: &Self,
        event: &InspectionEvent,
        answer: Option<Kept>,
    ) -> Result<()> {
        let entry = self.entry(ctx, event, before);
        let timers = timer::of(&self);
        let row = inspections::table.filter(inspections::id.eq(self.id));
        let change = diesel::update(row.filter(inspections::version.eq(before.version)))
            .set((
                inspections::version.eq(self.version),
                inspections::status.eq(self.status),
                inspections::findings.eq(self.findings),
                inspections::conclusion.eq(self.conclusion),
                inspections::number.eq(self.number),
                inspections::cancelled_for.eq(self.cancelled_for),
                inspections::next_due_on.eq(self.next_due_on),
                inspections::held_on.eq(self.held_on),
                inspections::concluded_at.eq(self.concluded_at),
                inspections::closed_at.eq(self.closed_at),
            ))
            .returning((inspections::version, nothing_late()));
        Record { change, also: vec![], entry, timers, answer }.write(conn, |_| None).await.map(drop)
    }

    /// Writes a new one.
    pub(super) async fn insert(
        self,
        conn: &mut AsyncPgConnection,
        ctx: &Ctx,
        event: &InspectionEvent,
        kept: Kept,
    ) -> Result<()> {
        let entry = self.entry(ctx, event, &self);
        let change = diesel::insert_into(inspections::table).values(self);
        let change = change.returning((inspections::version, nothing_late()));
        Record { change, also: vec![], entry, timers: Timers::None, answer: Some(kept) }
            .write(conn, |_| None)
            .await
            .map(drop)
    }

    fn entry(&self, ctx: &Ctx, event: &InspectionEvent, before: &Self) -> Entry {
        let agency = ctx.actor.agency().unwrap_or(self.agency_id);
        Entry::new(ctx, self.id.0, Some(agency.0), event, (audience(before), audience(self)))
    }
}

/// Which inspections an actor may see, as a condition in SQL, beside the cases that gave rise to them. Every query on them carries it.
#[derive(Clone, Debug)]
pub enum Visible {
    All,
    None,
    /// Those that the agency, or one below it where the actor is its head, makes or undergoes; all of them for inspectors. Of a
    /// surprise its own agency knows nothing before it is held; whoever is accused in the case behind it never does.
    Staff {
        own: AgencyId,
        agencies: Vec<Uuid>,
        all: bool,
        innocent: NotAccusing,
    },
}

pub fn visible_to(ctx: &Ctx, world: World<'_>) -> Visible {
    let actor = &ctx.actor;
    let reads = [Permission::RunInspections, Permission::Remedy].iter().any(|permission| actor.may(*permission));
    match (actor, actor.agency()) {
        (Actor::System, _) => Visible::All,
        (Actor::Staff { .. }, Some(own)) if reads => {
            let below = if actor.may(Permission::SuperviseCases) { world.rules.below(own) } else { vec![own] };
            let agencies = below.into_iter().map(|agency| agency.0).collect();
            let (all, innocent) = (actor.may(Permission::OverseeCases), not_accusing(ctx));
            Visible::Staff { own, agencies, all, innocent }
        }
        _ => Visible::None,
    }
}

impl QueryFragment<Pg> for Visible {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::All => out.push_sql("true"),
            Self::None => out.push_sql("false"),
            Self::Staff { own, agencies, all, innocent } => {
                out.push_sql("(cases.id IS NULL OR ");
                innocent.walk_ast(out.reborrow())?;
                out.push_sql(
                    ") AND (NOT inspections.surprise OR inspections.held_on IS NOT NULL OR inspections.agency_id = ",
                );
                out.push_bind_param::<SqlUuid, _>(own)?;
                out.push_sql(" OR inspections.inspected_id <> ");
                out.push_bind_param::<SqlUuid, _>(own)?;
                out.push_sql(if *all { ") AND (true" } else { ") AND (false" });
                out.push_sql(" OR inspections.agency_id = ANY (");
                out.push_bind_param::<Array<SqlUuid>, _>(agencies)?;
                out.push_sql(") OR inspections.inspected_id = ANY (");
                out.push_bind_param::<Array<SqlUuid>, _>(agencies)?;
                out.push_sql("))");
            }
        }
        Ok(())
    }
}

condition!(Visible, cases::id);

/// The inspection, if this actor may see it.
///
/// # Errors
/// [`INSPECTION_NOT_FOUND`].
pub async fn load(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, id: InspectionId) -> Result<Inspection> {
    let beside = inspections::table.left_join(cases::table);
    let row = beside.filter(inspections::id.eq(id)).filter(visible_to(ctx, world));
    let row = row.select(Inspection::as_select()).first(conn).await.optional()?;
    row.ok_or_else(|| INSPECTION_NOT_FOUND.error())
}
