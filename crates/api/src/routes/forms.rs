//! The forms of a dossier: as data, and as pages to be printed.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::Agencies;
use forms::Around;
use kernel::id::AgencyId;
use procedures::DossierId;
use procedures::form::{self, Form, FormKind};
use procedures::problem::FORM_NOT_FOUND;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id};
use crate::problem::{Document, Result};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_forms).service(print_form);
}

/// The forms of a dossier.
#[derive(Serialize, ToSchema)]
struct FormList {
    #[schema(max_items = 1000)]
    items: Vec<Form>,
}

/// A page of HTML.
#[derive(ToSchema)]
#[schema(value_type = String, max_length = 1000000)]
#[expect(dead_code, reason = "it only describes the answer")]
struct FormPage(String);

/// Nothing from elsewhere, and no script: the one style by its hash, and the QR code that stands in the page.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(digest(&SHA256, forms::STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'")
});

/// List a dossier's forms
///
/// Receipt and appointment, supplement request, refusal, apology with the new date, stop notice: one for each step that
/// calls for it, under the number and name of its day. Staff get the control slip too.
#[utoipa::path(operation_id = "listForms", tag = "dossiers", security(("oauth" = ["dossier:read"])),
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000003")),
    responses(
        (status = 200, description = "The forms, oldest first.", body = FormList),
        (status = 404, description = "There is no such dossier, or not for you.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/forms")]
async fn list_forms(call: Call, id: Id<DossierId>) -> Result<web::Json<FormList>> {
    let conn = &mut *call.db.conn().await?;
    let items = form::forms(conn, &call.ctx, &call.app.catalogue.load(), id.0).await?;
    Ok(web::Json(FormList { items }))
}

/// Print a form
///
/// As an HTML page in A5 that needs nothing from elsewhere, in Vietnamese, with the tracking address as a QR code.
#[utoipa::path(operation_id = "printForm", tag = "dossiers", security(("oauth" = ["dossier:read"])),
    params(
        ("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000003"),
        ("form" = FormKind, Path, description = "The form.", example = "receipt"),
        ("version" = i32, Path, description = "The version of the dossier that it speaks of.", minimum = 1, example = 6),
    ),
    responses(
        (status = 200, description = "The page.", content_type = "text/html", body = FormPage),
        (status = 404, description = "There is no such dossier or form, or not for you.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/forms/{form}/{version}")]
async fn print_form(call: Call, ids: Id<(DossierId, FormKind, i32)>) -> Result<HttpResponse> {
    let (id, kind, version) = ids.0;
    let conn = &mut *call.db.conn().await?;
    let all = form::forms(conn, &call.ctx, &call.app.catalogue.load(), id).await?;
    let form = all.iter().find(|form| form.form == kind && form.version == version);
    let form = form.ok_or_else(|| FORM_NOT_FOUND.error())?;
    let agencies = call.app.agencies.load();
    let around = Around {
        name_of: &|id| name_of(&agencies, id),
        tracking: form.code.as_ref().map(|code| format!("{}/v1/tracking/{code}", call.app.settings.public_url)),
    };
    let page = forms::html(form, &around);
    let response = HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY.as_str()))
        .content_type("text/html; charset=utf-8")
        .body(page);
    Ok(response)
}

fn name_of(agencies: &Agencies, id: uuid::Uuid) -> String {
    agencies.get(AgencyId(id)).map_or_else(String::new, |agency| agency.name.clone())
}
