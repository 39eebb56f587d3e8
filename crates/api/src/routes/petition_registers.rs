//! The registers of what agencies have received: petitions, and apart from them denunciations.

use std::ops::RangeInclusive;

use actix_web::{HttpRequest, HttpResponse, get};
use chrono::Datelike;
use complaints::CaseKind;
use complaints::problem::REPORT_NOT_FOUND;
use complaints::register::{self as petitions, PetitionRegisterEntry};
use complaints::report::CountedAt;
use denunciations::register::{self as apart, DenunciationRegisterEntry};
use kernel::id::AgencyId;
use kernel::page::Limit;
use kernel::period::Span;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id, Parameters, next_link};
use crate::print::{FormTable, TableFormat, Workbook, linked, name_of, table};
use crate::problem::{Document, MALFORMED, Result};
use crate::reports::may_read;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_petition_register).service(get_denunciation_register);
}

/// A file holds more than a page.
const FILE: u16 = 5000;

const YEARS: RangeInclusive<i32> = 2000..=2999;
const MONTHS: RangeInclusive<u32> = 1..=12;

/// Which part of the petition register.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PetitionPart {
    /// Received in this year of the calendar, in Vietnam; this year when absent.
    #[param(minimum = 2000, maximum = 2999, example = 2026)]
    year: Option<i32>,
    /// Only what was received in this month of it.
    #[param(minimum = 1, maximum = 12)]
    month: Option<u32>,
    /// What the agency received, or what it has to settle, wherever that was received; `receiving` when absent.
    #[param(inline)]
    side: Option<CountedAt>,
    /// Only cases of this kind.
    #[param(inline)]
    kind: Option<CaseKind>,
    /// How many on a page; a file holds 5000 when absent.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// For links, which cannot say `Accept`: it goes before that header.
    #[param(inline)]
    format: Option<TableFormat>,
}

/// Which part of the register of denunciations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DenunciationPart {
    /// Received in this year of the calendar, in Vietnam; this year when absent.
    #[param(minimum = 2000, maximum = 2999, example = 2026)]
    year: Option<i32>,
    /// Only what was received in this month of it.
    #[param(minimum = 1, maximum = 12)]
    month: Option<u32>,
    /// How many on a page; a file holds 5000 when absent.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// For links, which cannot say `Accept`: it goes before that header.
    #[param(inline)]
    format: Option<TableFormat>,
}

/// A page of the petition register.
#[derive(Serialize, ToSchema)]
struct PetitionRegister {
    agency_id: AgencyId,
    /// As they were received.
    #[schema(max_items = 200)]
    items: Vec<PetitionRegisterEntry>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// A page of the register of denunciations.
#[derive(Serialize, ToSchema)]
struct DenunciationRegister {
    agency_id: AgencyId,
    /// As they were received.
    #[schema(max_items = 200)]
    items: Vec<DenunciationRegisterEntry>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// A year or a month, as days and as words.
fn days(call: &Call, year: Option<i32>, month: Option<u32>) -> Result<(Span, String, String)> {
    let year = year.unwrap_or_else(|| deadlines::vn_date(call.ctx.now).year());
    let span = Span::of_calendar(year, month).filter(|_| YEARS.contains(&year));
    let span = span.filter(|_| month.is_none_or(|month| MONTHS.contains(&month)));
    let span = span.ok_or_else(|| MALFORMED.with("Không có năm hoặc tháng này.", "There is no such year or month."))?;
    let name = month.map_or_else(|| year.to_string(), |month| format!("{year}-{month:02}"));
    Ok((span, name, month.map_or_else(|| format!("Năm {year}"), |month| format!("Tháng {month} năm {year}"))))
}

fn rows(limit: Option<Limit>, format: TableFormat) -> u16 {
    match limit {
        None if format != TableFormat::Json => FILE,
        limit => limit.unwrap_or_default().rows(),
    }
}

/// Read a petition register
///
/// What an agency has received in a year or a month, in that order: who sends it, what it is, what was done with it and what came of it
/// (NĐ 55/2022/NĐ-CP). For the agency's own staff, those who head an agency above it, and those who oversee; whoever is accused
/// in a case does not find it there. As JSON; as CSV or a workbook, which hold 5000 lines when no `limit` is given. `Accept` says
/// which, or `format`.
#[utoipa::path(operation_id = "getPetitionRegister", tag = "reports", security(("oauth" = ["case:read"])),
    params(("id" = AgencyId, Path, description = "The agency's id.", example = "019b76da-a800-7000-8000-a00000000006"), PetitionPart),
    responses(
        (status = 200, description = "A page of it.", content((PetitionRegister = "application/json"), (FormTable = "text/csv"), (Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 404, description = "There is no such register, or not for you.", body = Document),
    ))]
#[get("/v1/agencies/{id}/petition-register")]
async fn get_petition_register(
    call: Call,
    id: Id<AgencyId>,
    Parameters(asked): Parameters<PetitionPart>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    may_read(&call, id.0)?;
    let (span, name, words) = days(&call, asked.year, asked.month)?;
    let format = TableFormat::of(asked.format, &request);
    let (at, kind) = (asked.side.unwrap_or(CountedAt::Receiving), asked.kind);
    let part = petitions::Part { agency: id.0, at, span, kind, cursor: asked.cursor, rows: rows(asked.limit, format) };
    let cursors = call.cursors(&format!("petition register {} {name}", id.0), &(at, kind));
    let world = call.app.cases();
    let page = petitions::register(&mut *call.db.conn().await?, &call.ctx, world, &cursors, &part).await?;
    let link = next_link(request.path(), request.query_string(), page.next_cursor.as_deref());
    let body = PetitionRegister { agency_id: id.0, items: page.items, next_cursor: page.next_cursor };
    let grid = || {
        let agencies = call.app.agencies.load();
        let above = vec!["Sổ theo dõi đơn".to_owned(), name_of(&agencies, id.0.0), words];
        forms::petition_register(&body.items, above, &|id| name_of(&agencies, id))
    };
    linked(table(&call, format, &format!("petition-register-{name}"), &body, grid).await?, link)
}

/// Read a register of denunciations
///
/// What an agency has received in a year or a month, in that order, and what came of it; nothing tells who denounces. For the agency's
/// own staff who may read denunciations: nobody oversees them all. As JSON; as CSV or a workbook, which hold 5000 lines when no
/// `limit` is given. `Accept` says which, or `format`.
#[utoipa::path(operation_id = "getDenunciationRegister", tag = "reports", security(("oauth" = ["denunciation:read"])),
    params(("id" = AgencyId, Path, description = "The agency's id.", example = "019b76da-a800-7000-8000-a00000000005"), DenunciationPart),
    responses(
        (status = 200, description = "A page of it.", content((DenunciationRegister = "application/json"), (FormTable = "text/csv"), (Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 404, description = "There is no such register, or not for you.", body = Document),
    ))]
#[get("/v1/agencies/{id}/denunciation-register")]
async fn get_denunciation_register(
    call: Call,
    id: Id<AgencyId>,
    Parameters(asked): Parameters<DenunciationPart>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    if !apart::may_read(&call.ctx.actor, id.0) {
        return Err(REPORT_NOT_FOUND.error().into());
    }
    let (span, name, words) = days(&call, asked.year, asked.month)?;
    let format = TableFormat::of(asked.format, &request);
    let part = apart::Part { agency: id.0, span, cursor: asked.cursor, rows: rows(asked.limit, format) };
    let cursors = call.cursors(&format!("denunciation register {} {name}", id.0), &());
    let page = apart::register(&mut *call.apart.denunciations.conn().await?, &call.ctx, &cursors, &part).await?;
    let link = next_link(request.path(), request.query_string(), page.next_cursor.as_deref());
    let body = DenunciationRegister { agency_id: id.0, items: page.items, next_cursor: page.next_cursor };
    let grid = || {
        let agencies = call.app.agencies.load();
        let above = vec!["Sổ theo dõi đơn tố cáo".to_owned(), name_of(&agencies, id.0.0), words];
        forms::denunciation_register(&body.items, above, &|id| name_of(&agencies, id))
    };
    linked(table(&call, format, &format!("denunciation-register-{name}"), &body, grid).await?, link)
}
