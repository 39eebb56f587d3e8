//! What reports count of denunciations (TT 01/2024/TT-TTCP), and those that make each figure: one condition in SQL for both, and never
//! one that the reader may not see. Nobody oversees them all, so nobody counts them all.

mod figure;

pub use figure::DenunciationFigure;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::figures::{Columns, Condition, counts};
use kernel::id::AgencyId;
use kernel::period::Span;
use kernel::schema::denunciations;
use kernel::sql::{Sql, sql};
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};

use crate::denunciation::{DenunciationId, DenunciationKind, DenunciationOutcome, visible_to};
use crate::workflow::DenunciationStatus;

/// What is counted.
#[derive(Clone, Debug)]
pub struct Asked {
    /// In the report of the agency that settles it; otherwise of the one that received it.
    pub handling: bool,
    pub agencies: Vec<AgencyId>,
    pub span: Span,
}

/// A denunciation that makes a figure.
#[derive(Clone, Debug, Queryable)]
pub struct Counted {
    pub id: DenunciationId,
    pub kind: DenunciationKind,
    pub code: String,
    pub status: DenunciationStatus,
    pub outcome: Option<DenunciationOutcome>,
    pub receiving_agency_id: AgencyId,
    pub handling_agency_id: AgencyId,
    pub received_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
}

/// Where a page of them begins: when it was received, and its id.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Place(pub DateTime<Utc>, pub DenunciationId);

impl Asked {
    fn columns(&self) -> Columns {
        let agency = match self.handling {
            true => "denunciations.handling_agency_id",
            false => "denunciations.receiving_agency_id",
        };
        Columns { agency, received: "denunciations.received_at", closed: "denunciations.closed_at" }
    }

    /// What can count at all.
    fn universe(&self) -> Condition {
        self.columns().universe(&self.agencies, &self.span)
    }

    fn agency(&self) -> Sql<SqlUuid> {
        sql(self.columns().agency)
    }
}

/// The figures of each agency that has any, of the denunciations that the actor may see.
pub async fn count(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    asked: &Asked,
    figures: &[DenunciationFigure],
) -> Result<Vec<(AgencyId, Vec<i64>)>> {
    let query = denunciations::table
        .filter(visible_to(ctx))
        .filter(asked.universe())
        .group_by(asked.agency())
        .select((asked.agency(), counts(figures.iter().map(|figure| figure.holds(&asked.span, ctx.now)))));
    Ok(query.load(conn).await?)
}

/// Those that make a figure, as they were received: those after `after`, and one more than `limit`.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    (asked, figure): (&Asked, DenunciationFigure),
    after: Option<Place>,
    limit: u16,
) -> Result<Vec<Counted>> {
    let mut query = denunciations::table
        .filter(visible_to(ctx))
        .filter(asked.universe())
        .filter(figure.holds(&asked.span, ctx.now))
        .order((denunciations::received_at, denunciations::id))
        .limit(i64::from(limit) + 1)
        .select((
            denunciations::id,
            denunciations::kind,
            denunciations::code,
            denunciations::status,
            denunciations::outcome,
            denunciations::receiving_agency_id,
            denunciations::handling_agency_id,
            denunciations::received_at,
            denunciations::finished_at,
            denunciations::closed_at,
        ))
        .into_boxed();
    if let Some(Place(at, id)) = after {
        let later =
            denunciations::received_at.gt(at).or(denunciations::received_at.eq(at).and(denunciations::id.gt(id)));
        query = query.filter(denunciations::received_at.ge(at)).filter(later);
    }
    Ok(query.load(conn).await?)
}
