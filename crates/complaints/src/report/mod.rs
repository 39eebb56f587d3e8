//! What reports count (TT 01/2024/TT-TTCP), and the cases that make each figure: one condition in SQL for both, and
//! never a case that the reader may not see.

mod figure;

pub use figure::CaseFigure;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::figures::{Columns, Condition, all, counts};
use kernel::id::AgencyId;
use kernel::period::Span;
use kernel::schema::cases;
use kernel::sql::{Sql, sql};
use kernel::{Actor, Ctx, Permission, Result, text_enum};
use serde::{Deserialize, Serialize};

use crate::case::{CaseId, CaseOutcome, visible_to};
use crate::facts::CaseKind;
use crate::steps::World;
use crate::workflow::CaseStatus;

text_enum! {
    /// In whose report a case counts: of the agency that received it, or of the one that settles it.
    CountedAt { Receiving = "receiving", Handling = "handling" }
}

/// What is counted.
#[derive(Clone, Debug)]
pub struct Asked {
    pub at: CountedAt,
    pub agencies: Vec<AgencyId>,
    pub kinds: Vec<CaseKind>,
    pub span: Span,
}

/// A case that makes a figure.
#[derive(Clone, Debug, Queryable)]
pub struct Counted {
    pub id: CaseId,
    pub kind: CaseKind,
    pub code: Option<String>,
    pub status: CaseStatus,
    pub outcome: Option<CaseOutcome>,
    pub receiving_agency_id: AgencyId,
    pub handling_agency_id: AgencyId,
    pub received_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
}

/// Where a page of them begins: when it was received, and its id.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Place(pub DateTime<Utc>, pub CaseId);

/// Whether somebody may read registers and reports of an agency: its own staff, those who head one above it, and those who oversee
/// all. What stands in them is still only what they may see.
pub fn may_read(actor: &Actor, agency: AgencyId, world: World<'_>) -> bool {
    let Some(own) = actor.agency() else { return false };
    let heads = || actor.may(Permission::SuperviseCases) && world.rules.above(agency).contains(&own);
    own == agency || actor.may(Permission::OverseeCases) || heads()
}

impl Asked {
    fn columns(&self) -> Columns {
        let agency = match self.at {
            CountedAt::Receiving => "cases.receiving_agency_id",
            CountedAt::Handling => "cases.handling_agency_id",
        };
        Columns { agency, received: "cases.submitted_at", closed: "cases.closed_at" }
    }

    /// What can count at all.
    fn universe(&self) -> Condition {
        let kinds: Vec<&'static str> = self.kinds.iter().map(|kind| kind.code()).collect();
        let of_kind = sql("cases.kind = ANY (").bind::<Array<Text>, _>(kinds).sql(")");
        all([self.columns().universe(&self.agencies, &self.span), of_kind])
    }

    fn agency(&self) -> Sql<SqlUuid> {
        sql(self.columns().agency)
    }
}

/// The figures of each agency that has any, of the cases that the actor may see.
pub async fn count(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    asked: &Asked,
    figures: &[CaseFigure],
) -> Result<Vec<(AgencyId, Vec<i64>)>> {
    let query = cases::table
        .filter(visible_to(ctx, world.rules))
        .filter(asked.universe())
        .group_by(asked.agency())
        .select((asked.agency(), counts(figures.iter().map(|figure| figure.holds(&asked.span, ctx.now)))));
    Ok(query.load(conn).await?)
}

/// The cases that make a figure, as they were received: those from `after` on, and one more than `limit`.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    (asked, figure): (&Asked, CaseFigure),
    after: Option<Place>,
    limit: u16,
) -> Result<Vec<Counted>> {
    let mut query = cases::table
        .filter(visible_to(ctx, world.rules))
        .filter(asked.universe())
        .filter(figure.holds(&asked.span, ctx.now))
        .order((cases::submitted_at, cases::id))
        .limit(i64::from(limit) + 1)
        .select((
            cases::id,
            cases::kind,
            cases::code,
            cases::status,
            cases::outcome,
            cases::receiving_agency_id,
            cases::handling_agency_id,
            cases::submitted_at.assume_not_null(),
            cases::finished_at,
            cases::closed_at,
        ))
        .into_boxed();
    if let Some(Place(at, id)) = after {
        let later = cases::submitted_at.gt(at).or(cases::submitted_at.eq(at).and(cases::id.gt(id)));
        query = query.filter(cases::submitted_at.ge(at)).filter(later.assume_not_null());
    }
    Ok(query.load(conn).await?)
}
