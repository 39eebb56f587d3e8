//! Results that an agency puts right at its own cost.

use actix_web::{get, post, web};
use procedures::DossierId;
use procedures::correction::{self, Correction, CorrectionId, NewCorrection, RightResult};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_corrections).service(open_correction).service(close_correction);
}

/// The corrections of a dossier.
#[derive(Serialize, ToSchema)]
struct CorrectionList {
    #[schema(max_items = 1000)]
    items: Vec<Correction>,
}

/// List a dossier's corrections
///
/// Results that were wrong, and what has taken their place.
#[utoipa::path(operation_id = "listCorrections", tag = "dossiers", security(("oauth" = ["dossier:read"])),
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000020")),
    responses(
        (status = 200, description = "The corrections, oldest first.", body = CorrectionList),
        (status = 404, description = "There is no such dossier, or not for you.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/corrections")]
async fn list_corrections(call: Call, id: Id<DossierId>) -> Result<web::Json<CorrectionList>> {
    let items = correction::corrections(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    Ok(web::Json(CorrectionList { items }))
}

/// Put a result right
///
/// The agency got it wrong: it says so, apologises, and puts it right without a fee. The dossier stays where it is.
#[utoipa::path(operation_id = "openCorrection", tag = "dossiers", request_body = NewCorrection, security(("oauth" = ["dossier:process"])),
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000028")),
    responses(
        (status = 201, description = "The correction, under way.", body = Correction),
        (status = 404, description = "There is no such dossier, or not for you.", body = Document),
        (status = 409, description = "There is no result, or it is being put right already.", body = Document),
        (status = 412, description = "The dossier has changed since the version in If-Match.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/corrections")]
async fn open_correction(id: Id<DossierId>, write: Write<NewCorrection>) -> Result<Answered> {
    change!(write, id.0, |conn, call, new, target, world| correction::open(conn, &call.ctx, world, target, new))
}

/// Sign a corrected result
///
/// It takes the wrong one's place. With a `document`, that becomes a paper of the applicant's; the wrong result's document holds
/// no more and cannot be reused, but stays readable with a mark that says since when, and what has replaced it.
#[utoipa::path(operation_id = "closeCorrection", tag = "dossiers", request_body = RightResult, security(("oauth" = ["dossier:sign"])),
    params(
        ("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000020"),
        ("correction" = CorrectionId, Path, description = "The correction's id.", example = "019b76da-a800-7000-8000-f40000000020"),
    ),
    responses(
        (status = 200, description = "The correction, done.", body = Correction),
        (status = 404, description = "There is no such dossier or correction, or not for you.", body = Document),
        (status = 409, description = "It is done already.", body = Document),
        (status = 412, description = "The dossier has changed since the version in If-Match.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/corrections/{correction}/close")]
async fn close_correction(path: Id<(DossierId, CorrectionId)>, write: Write<RightResult>) -> Result<Answered> {
    let (dossier, correction) = path.0;
    change!(write, dossier, |conn, call, right, target, world| {
        correction::close(conn, &call.ctx, world, target, correction, right)
    })
}
