//! The forms of a dossier: as data, and as pages to be printed.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, get, web};
use directory::staff;
use forms::Around;
use procedures::DossierId;
use procedures::form::{self, Form, FormKind};
use procedures::problem::FORM_NOT_FOUND;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::call::{Call, Id, Parameters};
use crate::negotiation::preferred;
use crate::print::{self, FormPage, name_of};
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

/// In which form a sheet is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrintFormat {
    Html,
    Pdf,
}

/// How it is to be printed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Printing {
    /// For links, which cannot say `Accept`: it goes before that header.
    #[param(inline)]
    format: Option<PrintFormat>,
}

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
/// In A5, in Vietnamese, with the tracking address as a QR code: as an HTML page that needs nothing from elsewhere, or as a PDF
/// whose text can be searched and read out. `Accept` says which, or `format`; HTML otherwise.
#[utoipa::path(operation_id = "printForm", tag = "dossiers", security(("oauth" = ["dossier:read"])),
    params(
        ("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000003"),
        ("form" = FormKind, Path, description = "The form.", example = "receipt"),
        ("version" = i32, Path, description = "The version of the dossier that it speaks of.", minimum = 1, example = 6),
        Printing,
    ),
    responses(
        (status = 200, description = "The form.", content((FormPage = "text/html"), (String = "application/pdf"))),
        (status = 404, description = "There is no such dossier or form, or not for you.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/forms/{form}/{version}")]
async fn print_form(
    call: Call,
    ids: Id<(DossierId, FormKind, i32)>,
    Parameters(printing): Parameters<Printing>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (id, kind, version) = ids.0;
    let mut conn = call.db.conn().await?;
    let all = form::forms(&mut conn, &call.ctx, &call.app.catalogue.load(), id).await?;
    let form = all.iter().find(|form| form.form == kind && form.version == version);
    let form = form.ok_or_else(|| FORM_NOT_FOUND.error())?;
    let officers: Vec<Uuid> = form.steps.iter().filter_map(|step| step.officer_id).collect();
    let people = if officers.is_empty() { HashMap::new() } else { staff::names(&mut conn, &officers).await? };
    drop(conn);
    let agencies = call.app.agencies.load();
    let around = Around {
        name_of: &|id| name_of(&agencies, id),
        person_of: &|id| people.get(&id).cloned().unwrap_or_default(),
        tracking: form.code.as_ref().map(|code| format!("{}/v1/tracking/{code}", call.app.settings.public_url)),
    };
    let sheet = forms::sheet(form, &around);
    let format = printing.format.unwrap_or_else(|| match preferred(request.headers(), [print::HTML, print::PDF]) {
        Some(print::PDF) => PrintFormat::Pdf,
        _ => PrintFormat::Html,
    });
    match format {
        PrintFormat::Html => Ok(print::html(&sheet)),
        PrintFormat::Pdf => print::pdf(&call, sheet, &format!("{kind}-{version}.pdf")).await,
    }
}
