//! The register of what an agency has accepted.

use std::ops::RangeInclusive;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::Datelike;
use forms::Around;
use kernel::id::AgencyId;
use kernel::page::Limit;
use kernel::problem::INTERNAL;
use procedures::register::{Part, Register, register};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id, Parameters, next_link};
use crate::negotiation::preferred;
use crate::print::{self, CSV, FormPage, FormTable, chosen, name_of};
use crate::problem::{Document, MALFORMED, Result};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_register);
}

/// In which form the register is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RegisterFormat {
    Json,
    Html,
    Pdf,
    Csv,
}

const YEARS: RangeInclusive<i16> = 2000..=2999;
const MONTHS: RangeInclusive<i16> = 1..=12;

/// Which part of the register.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The book's year, in Vietnam; this year when absent.
    #[param(minimum = 2000, maximum = 2999, example = 2026)]
    year: Option<i16>,
    /// Only what was accepted in this month of it.
    #[param(minimum = 1, maximum = 12)]
    month: Option<i16>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// For links, which cannot say `Accept`: it goes before that header.
    #[param(inline)]
    format: Option<RegisterFormat>,
}

/// Read a register
///
/// The book in which an agency enters every dossier that it accepts: one a year, numbered from 01 without a gap, closed when the
/// year is over. For the agency's own staff and those who oversee. As JSON; as HTML or PDF, in A4, to be printed; or as CSV.
/// `Accept` says which, or `format`.
#[utoipa::path(operation_id = "getRegister", tag = "dossiers", security(("oauth" = ["dossier:read"])),
    params(("id" = AgencyId, Path, description = "The receiving agency's id.", example = "019b76da-a800-7000-8000-a00000000006"), Asked),
    responses(
        (status = 200, description = "A page of it.", content((Register = "application/json"), (FormPage = "text/html"), (String = "application/pdf"), (FormTable = "text/csv"))),
        (status = 404, description = "There is no such register, or not for you.", body = Document),
    ))]
#[get("/v1/agencies/{id}/register")]
async fn get_register(
    call: Call,
    id: Id<AgencyId>,
    Parameters(asked): Parameters<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let today = deadlines::vn_date(call.ctx.now);
    let year = asked.year.unwrap_or_else(|| i16::try_from(today.year()).unwrap_or(i16::MAX));
    if !YEARS.contains(&year) || asked.month.is_some_and(|month| !MONTHS.contains(&month)) {
        return Err(MALFORMED.with("Không có năm hoặc tháng này.", "There is no such year or month.").into());
    }
    let part = Part { year, month: asked.month, limit: asked.limit, cursor: asked.cursor };
    let cursors = call.cursors(&format!("register {}", id.0), &(year, part.month));
    let catalogue = call.app.catalogue.load();
    let page = register(&mut *call.db.conn().await?, &call.ctx, &catalogue, &cursors, id.0, &part).await?;
    let agencies = call.app.agencies.load();
    let around = Around { name_of: &|id| name_of(&agencies, id), person_of: &|_| String::new(), tracking: None };
    let sheet = || forms::register(&page, call.ctx.now, &around);
    let period = part.month.map_or_else(|| year.to_string(), |month| format!("{year}-{month:02}"));
    let format = asked.format.unwrap_or_else(|| {
        match preferred(request.headers(), [print::JSON, print::HTML, print::PDF, CSV]) {
            Some(print::HTML) => RegisterFormat::Html,
            Some(print::PDF) => RegisterFormat::Pdf,
            Some(CSV) => RegisterFormat::Csv,
            _ => RegisterFormat::Json,
        }
    });
    let response = match format {
        RegisterFormat::Json => chosen().json(&page),
        RegisterFormat::Html => print::html(&sheet()),
        RegisterFormat::Pdf => print::pdf(&call, sheet(), &format!("register-{period}.pdf")).await?,
        RegisterFormat::Csv => {
            let csv = sheet().table.csv().map_err(|error| INTERNAL.because(error))?;
            let disposition = format!("attachment; filename=\"register-{period}.csv\"");
            let mut response = chosen();
            response.insert_header((header::CONTENT_DISPOSITION, disposition));
            response.content_type("text/csv; charset=utf-8").body(csv)
        }
    };
    print::linked(response, next_link(request.path(), request.query_string(), page.next_cursor.as_deref()))
}
