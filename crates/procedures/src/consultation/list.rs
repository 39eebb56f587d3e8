//! What an agency is asked, and what it waits for: keyset pages, most urgent first.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::{consultations, dossiers};
use kernel::{Ctx, Result, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Consultation, ConsultationId};
use crate::catalogue::{Catalogue, ProcedureId};
use crate::dossier::visible_to;
use crate::view::ProcedureName;

text_enum! {
    /// Questions that the agency is asked, or those about dossiers that it received or decides.
    ConsultationSide { Asked = "asked", Asking = "asking" }
}

/// Which questions, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsultationFilter {
    /// The agency's part in them; `asked` when absent.
    #[param(inline)]
    pub side: Option<ConsultationSide>,
    /// Those that are closed, instead of those that are open; only of those that the agency is asked.
    pub closed: Option<bool>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// A question, with the dossier that it is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsultationLine {
    #[serde(flatten)]
    pub consultation: Consultation,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "000.00.00.H26-261123-0001", max_length = 64)]
    pub code: Option<String>,
    pub procedure: ProcedureName,
    /// Whether the answer is late.
    pub overdue: bool,
}

type Row = (Consultation, Option<String>, ProcedureId, String);

/// One page of what the actor's agency is asked, or waits for. What it was asked it reads also when it sees the dossier no more.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    cursors: &Cursors<'_>,
    filter: &ConsultationFilter,
) -> Result<Page<ConsultationLine>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let Some(agency) = ctx.actor.agency() else { return Ok(cursors.page(Vec::new(), usize::from(limit), at)) };
    let mut query = consultations::table
        .inner_join(dossiers::table)
        .order((consultations::due_at, consultations::id))
        .limit(i64::from(limit) + 1)
        .select((Consultation::as_select(), dossiers::code, dossiers::procedure_id, dossiers::case_code))
        .into_boxed();
    query = match filter.side.unwrap_or(ConsultationSide::Asked) {
        ConsultationSide::Asked => query.filter(consultations::agency_id.eq(agency)),
        ConsultationSide::Asking => {
            let handled = dossiers::competent_agency_id.eq(agency).or(dossiers::receiving_agency_id.eq(agency));
            query.filter(visible_to(ctx)).filter(dossiers::open).filter(handled)
        }
    };
    // The indexes are partial: open questions and the rest are told apart in every query.
    query = match filter.closed {
        Some(true) if filter.side != Some(ConsultationSide::Asking) => {
            query.filter(consultations::closed_at.is_not_null())
        }
        _ => query.filter(consultations::closed_at.is_null()),
    };
    if let Some(cursor) = &filter.cursor {
        let (due, id): (DateTime<Utc>, ConsultationId) = cursors.open(cursor)?;
        let later = consultations::due_at.gt(due).or(consultations::due_at.eq(due).and(consultations::id.gt(id)));
        query = query.filter(consultations::due_at.ge(due)).filter(later);
    }
    let rows: Vec<Row> = query.load(conn).await?;
    let lines = rows.into_iter().map(|row| line(ctx, catalogue, row)).collect::<Result<Vec<_>>>()?;
    Ok(cursors.page(lines, usize::from(limit), at))
}

fn at(line: &ConsultationLine) -> (DateTime<Utc>, ConsultationId) {
    (line.consultation.due_at, line.consultation.id)
}

fn line(ctx: &Ctx, catalogue: &Catalogue, (consultation, code, procedure, case): Row) -> Result<ConsultationLine> {
    let (procedure, _) = catalogue.pinned(procedure, &case)?;
    let overdue = consultation.closed_at.unwrap_or(ctx.now) >= consultation.due_at;
    let procedure = ProcedureName { code: procedure.code.clone(), name: procedure.name.clone() };
    Ok(ConsultationLine { consultation, code, procedure, overdue })
}
