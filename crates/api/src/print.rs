//! Sheets as they are sent: as a page, or as a document.

use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpResponse, HttpResponseBuilder, web};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::Agencies;
use forms::Sheet;
use kernel::id::AgencyId;
use kernel::problem::{BUSY, INTERNAL};
use utoipa::ToSchema;

use crate::call::Call;
use crate::problem::Result;

pub const JSON: &str = "application/json";
pub const HTML: &str = "text/html";
pub const PDF: &str = "application/pdf";

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

/// An agency's name today.
pub fn name_of(agencies: &Agencies, id: uuid::Uuid) -> String {
    agencies.get(AgencyId(id)).map_or_else(String::new, |agency| agency.name.clone())
}
