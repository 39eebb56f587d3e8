//! Sheets as they are sent: as a page, or as a document.

use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::Agencies;
use forms::{Grid, Sheet};
use kernel::id::AgencyId;
use kernel::problem::{BUSY, INTERNAL};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::call::Call;
use crate::negotiation::preferred;
use crate::problem::Result;

pub const JSON: &str = "application/json";
pub const HTML: &str = "text/html";
pub const PDF: &str = "application/pdf";
pub const CSV: &str = "text/csv";
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A page of HTML.
#[derive(ToSchema)]
#[schema(value_type = String, max_length = 1000000)]
#[expect(dead_code, reason = "it only describes the answer")]
pub struct FormPage(String);

/// A table for spreadsheets.
#[derive(ToSchema)]
#[schema(value_type = String, max_length = 1000000)]
#[expect(dead_code, reason = "it only describes the answer")]
pub struct FormTable(String);

/// A workbook for spreadsheets (Office Open XML).
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary, max_length = 50000000)]
#[expect(dead_code, reason = "it only describes the answer")]
pub struct Workbook(String);

/// In which form a table is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableFormat {
    Json,
    Csv,
    Xlsx,
}

impl TableFormat {
    /// What was asked for: in the link, or with `Accept`.
    pub fn of(asked: Option<Self>, request: &HttpRequest) -> Self {
        asked.unwrap_or_else(|| match preferred(request.headers(), [JSON, CSV, XLSX]) {
            Some(CSV) => Self::Csv,
            Some(XLSX) => Self::Xlsx,
            _ => Self::Json,
        })
    }
}

/// Nothing from elsewhere, and no script: the one style by its hash, and the QR code that stands in the page.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(digest(&SHA256, forms::STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'")
});

/// What an answer depends on that is not the same for every `Accept`.
pub const VARIES: (HeaderName, &str) = (header::VARY, "Accept, Accept-Language, Authorization");

/// An answer that is not the same for every `Accept`.
pub fn chosen() -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header(VARIES);
    response
}

pub fn html(sheet: &Sheet) -> HttpResponse {
    page(chosen(), sheet.html())
}

/// A page in the one style.
pub fn page(mut response: HttpResponseBuilder, html: String) -> HttpResponse {
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY.as_str()))
        .content_type("text/html; charset=utf-8")
        .body(html)
}

/// To be shown, and kept under a name that says nothing of anybody. Few are drawn at a time, beside what answers requests.
pub async fn pdf(call: &Call, sheet: Sheet, file_name: &str) -> Result<HttpResponse> {
    let _turn = call.app.heavy.acquire().await.map_err(|error| INTERNAL.because(error))?;
    let drawn = web::block(move || pdf::draw(&sheet)).await.map_err(|error| BUSY.because(error))?;
    let bytes = drawn.map_err(|error| INTERNAL.because(format!("a form cannot be drawn: {error:?}")))?;
    let disposition = format!("inline; filename=\"{file_name}\"");
    Ok(chosen().insert_header((header::CONTENT_DISPOSITION, disposition)).content_type(PDF).body(bytes))
}

/// As it was asked for: as JSON; or as a table to be kept under a name that says nothing of anybody. Few of those are made at a time,
/// beside what answers requests.
pub async fn table(
    call: &Call,
    format: TableFormat,
    name: &str,
    json: &impl Serialize,
    grid: impl FnOnce() -> Grid,
) -> Result<HttpResponse> {
    let (media_type, ending) = match format {
        TableFormat::Json => return Ok(chosen().json(json)),
        TableFormat::Xlsx => (XLSX, "xlsx"),
        TableFormat::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    let (grid, today) = (grid(), deadlines::vn_date(call.ctx.now));
    let _turn = call.app.heavy.acquire().await.map_err(|error| INTERNAL.because(error))?;
    let made = web::block(move || match format {
        TableFormat::Xlsx => grid.xlsx(today).map_err(|error| error.to_string()),
        _ => grid.csv().map_err(|error| error.to_string()),
    });
    let bytes = made.await.map_err(|error| BUSY.because(error))?.map_err(|error| INTERNAL.because(error))?;
    let disposition = format!("attachment; filename=\"{name}.{ending}\"");
    Ok(chosen().insert_header((header::CONTENT_DISPOSITION, disposition)).content_type(media_type).body(bytes))
}

/// With a link to the next page (RFC 8288), where there is one.
pub fn linked(mut response: HttpResponse, link: Option<String>) -> Result<HttpResponse> {
    if let Some(link) = link {
        let link = header::HeaderValue::from_str(&link).map_err(|error| INTERNAL.because(error))?;
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// An agency's name today.
pub fn name_of(agencies: &Agencies, id: uuid::Uuid) -> String {
    agencies.get(AgencyId(id)).map_or_else(String::new, |agency| agency.name.clone())
}
