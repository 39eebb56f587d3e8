//! Statistical reports on petitions, and what makes each of their figures.

use actix_web::{HttpRequest, HttpResponse, get, web};
use complaints::problem::REPORT_NOT_FOUND;
use kernel::id::AgencyId;
use kernel::page::Limit;
use kernel::period::Period;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Parameters};
use crate::print::{self, FormTable, TableFormat, Workbook, name_of, table};
use crate::problem::{Document, Result};
use crate::reports::count::{PetitionReport, count};
use crate::reports::form::PetitionForm;
use crate::reports::trace::{self, CountedPetition};
use crate::reports::{Asked, ReportScope};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_petition_report).service(list_petition_figure);
}

/// Which report.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportPart {
    /// A quarter, six or nine months, or a year, each cut off on the 14th.
    #[param(value_type = String, max_length = 7, pattern = "^2[0-9]{3}(-(Q[1-4]|6M|9M))?$", example = "2026-Q4")]
    period: Period,
    /// Over the agency itself, or with all agencies below it; `own` when absent.
    #[param(inline)]
    scope: Option<ReportScope>,
    /// For links, which cannot say `Accept`: it goes before that header.
    #[param(inline)]
    format: Option<TableFormat>,
}

/// Which figure of a report, and how much of it.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FigurePart {
    /// That of the report.
    #[param(value_type = String, max_length = 7, pattern = "^2[0-9]{3}(-(Q[1-4]|6M|9M))?$", example = "2026-Q4")]
    period: Period,
    /// That of the report; `own` when absent.
    #[param(inline)]
    scope: Option<ReportScope>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
}

/// A page of what makes a figure.
#[derive(Serialize, ToSchema)]
struct PetitionFigure {
    form: PetitionForm,
    #[schema(example = "received_letters", max_length = 50)]
    figure: String,
    #[schema(example = "Số đơn trong kỳ: Tiếp nhận trong kỳ", max_length = 400)]
    name: String,
    #[schema(max_items = 200)]
    items: Vec<CountedPetition>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// Read a statistical report
///
/// One of the forms on petitions, complaints and denunciations (TT 01/2024/TT-TTCP; its columns are recalled) for a period with its
/// real cut-off days. What nothing in the data answers, like money recovered, is not collected and absent, never 0. It counts only
/// what you may see: whoever is accused in a case does not find it in any figure, and denunciations count for those who may read
/// them. For the agency's own staff, those who head an agency above it, and those who oversee. As JSON, CSV or a workbook: `Accept`
/// says which, or `format`.
#[utoipa::path(operation_id = "getPetitionReport", tag = "reports", security(("oauth" = ["case:read"])),
    params(
        ("id" = AgencyId, Path, description = "The agency's id.", example = "019b76da-a800-7000-8000-a00000000006"),
        ("form" = PetitionForm, Path, description = "The form.", example = "01-XLD"),
        ReportPart,
    ),
    responses(
        (status = 200, description = "The report.", content((PetitionReport = "application/json"), (FormTable = "text/csv"), (Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 404, description = "There is no such agency, form or period, or not for you.", body = Document),
    ))]
#[get("/v1/agencies/{id}/petition-reports/{form}")]
async fn get_petition_report(
    call: Call,
    path: web::Path<(String, String)>,
    Parameters(part): Parameters<ReportPart>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (agency, form) = path.into_inner();
    let asked = asked(&call, &agency, &form, (part.period, part.scope))?;
    let report = count(&call, &asked).await?;
    let grid = || report.grid(&name_of(&call.app.agencies.load(), asked.agency.0));
    let name = format!("{}-{}", report.form, report.period);
    table(&call, TableFormat::of(part.format, &request), &name, &report, grid).await
}

/// Trace a figure
///
/// The cases and denunciations that a figure of a report counts, as many as it says, as they were received.
#[utoipa::path(operation_id = "listPetitionFigure", tag = "reports", security(("oauth" = ["case:read"])),
    params(
        ("id" = AgencyId, Path, description = "The agency's id.", example = "019b76da-a800-7000-8000-a00000000006"),
        ("form" = PetitionForm, Path, description = "The form.", example = "01-XLD"),
        ("figure" = String, Path, description = "`figure` of one of its columns.", example = "received_letters", max_length = 50, pattern = "^[a-z_]+$"),
        FigurePart,
    ),
    responses(
        (status = 200, description = "A page.", body = PetitionFigure),
        (status = 404, description = "There is no such agency, form, period or figure, or not for you.", body = Document),
    ))]
#[get("/v1/agencies/{id}/petition-reports/{form}/figures/{figure}")]
async fn list_petition_figure(
    call: Call,
    path: web::Path<(String, String, String)>,
    Parameters(part): Parameters<FigurePart>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (agency, form, figure) = path.into_inner();
    let asked = asked(&call, &agency, &form, (part.period, part.scope))?;
    let column = asked.form.column(&figure).ok_or_else(|| REPORT_NOT_FOUND.error())?;
    let counted = column.figure.as_ref().ok_or_else(|| REPORT_NOT_FOUND.error())?;
    let list = format!("figure {} {form} {figure}", asked.agency);
    let cursors = call.cursors(&list, &(asked.period, asked.scope));
    let limit = part.limit.unwrap_or_default().rows();
    let page = trace::list(&call, &asked, counted, &cursors, part.cursor.as_deref(), limit).await?;
    let name = format!("{}: {}", column.group, column.name);
    let link = crate::call::next_link(request.path(), request.query_string(), page.next_cursor.as_deref());
    let (items, next_cursor) = (page.items, page.next_cursor);
    let body = PetitionFigure { form: asked.form.form, figure, name, items, next_cursor };
    print::linked(HttpResponse::Ok().json(body), link)
}

/// What is asked for; what is no id and no form names nothing.
fn asked(call: &Call, agency: &str, form: &str, part: (Period, Option<ReportScope>)) -> kernel::Result<Asked> {
    let none = || REPORT_NOT_FOUND.error();
    let agency = agency.parse().map(AgencyId).map_err(|_| none())?;
    let form = PetitionForm::from_code(form).ok_or_else(none)?;
    Asked::new(call, agency, form, part.0, part.1.unwrap_or(ReportScope::Own))
}
