//! What centres say of themselves.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use kernel::files::{Expected, Sha256};
use kernel::id::AgencyId;
use kernel::problem::Error;
use procedures::assessment::answer::EvidenceFile;
use procedures::assessment::criteria::{self, Criteria};
use procedures::assessment::list::{self, AssessmentFilter};
use procedures::assessment::write::{self, AssessmentAnswers, NewAssessment};
use procedures::assessment::{self, AssessmentId, AssessmentView, evidence};
use procedures::request::Plain;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::attachments::{announced, keep, without_hidden_data};
use super::queue::centre;
use crate::call::{Call, Id, Parameters, page};
use crate::problem::{Document, Result};
use crate::public::Public;
use crate::write::{Answered, Replace, Write, tagged, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_criteria)
        .service(begin_assessment)
        .service(list_assessments)
        .service(get_assessment)
        .service(answer_assessment)
        .service(upload_evidence)
        .service(download_evidence)
        .service(submit_assessment);
}

/// List the criteria of a modern centre
///
/// What the law wants a centre to have, each with its source and how sure we are of it. No official list named "modern" is in force:
/// these are the facilities and services of NĐ 61/2018, of which nobody here has read whether NĐ 118/2025 keeps them, and the kiosks
/// of NĐ 309/2026.
#[utoipa::path(operation_id = "listCentreCriteria", tag = "assessments", security(()), responses(
    (status = 200, description = "The criteria in force.", body = Criteria, headers(("Cache-Control" = String, description = "How long it may be kept."))),
))]
#[get("/v1/centre-criteria")]
async fn list_criteria(call: Call) -> Result<Public<Criteria>> {
    Ok(Public::new(3600, criteria::in_force(&mut *call.db.conn().await?).await?))
}

/// Begin an assessment
///
/// The draft of a period, of one's own centre, by the criteria in force.
#[utoipa::path(operation_id = "beginAssessment", tag = "assessments", request_body = NewAssessment,
    params(("id" = AgencyId, Path, description = "The centre's id.", example = "019b76da-a800-7000-8000-a00000000001")),
    security(("oauth" = ["centre:assess"])),
    responses(
        (status = 201, description = "The draft.", body = AssessmentView),
        (status = 404, description = "There is no such agency today.", body = Document),
        (status = 409, description = "There is one of this period, or the same request is under way.", body = Document),
    ))]
#[post("/v1/agencies/{id}/assessments")]
async fn begin_assessment(id: Id<AgencyId>, write: Write<NewAssessment>) -> Result<Answered> {
    write
        .run(async move |conn, call, new, attempt| {
            centre(&call.app, call.ctx.now, id.0)?;
            let ids = (AssessmentId::at(call.ctx.now), id.0);
            write::begin(conn, &call.ctx, ids, new, attempt).await
        })
        .await
}

/// A page of assessments.
#[derive(Serialize, ToSchema)]
struct AssessmentPage {
    #[schema(max_items = 200)]
    items: Vec<AssessmentView>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List a centre's assessments
///
/// Those that are submitted, the latest period first; for its head, drafts too. Also of a centre that does not exist any more.
#[utoipa::path(operation_id = "listAssessments", tag = "assessments", security(()),
    params(("id" = AgencyId, Path, description = "The centre's id.", example = "019b76da-a800-7000-8000-a00000000001"), AssessmentFilter),
    responses((status = 200, description = "A page.", body = AssessmentPage)))]
#[get("/v1/agencies/{id}/assessments")]
async fn list_assessments(
    call: Call,
    id: Id<AgencyId>,
    Parameters(filter): Parameters<AssessmentFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors(&format!("assessments {}", id.0), &filter);
    let found = list::list(&mut *call.db.conn().await?, &call.ctx, &cursors, id.0, &filter).await?;
    Ok(page(request.path(), request.query_string(), &found))
}

/// Read an assessment
///
/// What is submitted is public; a draft is its centre's.
#[utoipa::path(operation_id = "getAssessment", tag = "assessments", security(()),
    params(("id" = AssessmentId, Path, description = "The assessment's id.", example = "019b76da-a800-7000-8000-a20000000001")),
    responses(
        (status = 200, description = "The assessment.", body = AssessmentView),
        (status = 404, description = "There is none, or it is not submitted.", body = Document),
    ))]
#[get("/v1/assessments/{id}")]
async fn get_assessment(call: Call, id: Id<AssessmentId>, request: HttpRequest) -> Result<HttpResponse> {
    let found = assessment::load(&mut *call.db.conn().await?, &call.ctx.actor, id.0).await?;
    versioned(&request, found.version, || Ok(found.view()))
}

/// Answer the criteria
///
/// Makes the answers of a draft what the body says, whole. Sent again after a lost answer, the same change is answered again.
#[utoipa::path(operation_id = "answerAssessment", tag = "assessments", request_body = AssessmentAnswers,
    params(("id" = AssessmentId, Path, description = "The assessment's id.", example = "019b76da-a800-7000-8000-a20000000002")),
    security(("oauth" = ["centre:assess"])),
    responses(
        (status = 200, description = "The draft.", body = AssessmentView),
        (status = 404, description = "There is none for you.", body = Document),
        (status = 409, description = "It is submitted.", body = Document),
        (status = 422, description = "The content breaks the schema, or there is no such criterion.", body = Document),
    ))]
#[put("/v1/assessments/{id}")]
async fn answer_assessment(id: Id<AssessmentId>, replace: Replace<AssessmentAnswers>) -> Result<HttpResponse> {
    let Replace { call, input, seen } = replace;
    let db = call.db.clone();
    let view = db.run(async move |conn| write::answers(conn, &call.ctx, id.0, seen, input).await);
    let view = view.await?;
    Ok(tagged(view.version, &view))
}

fn expected(file: &EvidenceFile) -> Expected {
    let EvidenceFile { sha256, size, media_type } = *file;
    Expected { sha256, size: u64::try_from(size).unwrap_or(0), media_type }
}

/// Upload evidence
///
/// A file that an answer of the draft declares: exactly those bytes. Sending the same again after a lost connection is harmless.
#[utoipa::path(operation_id = "uploadEvidence", tag = "assessments",
    params(("id" = AssessmentId, Path, description = "The assessment's id.", example = "019b76da-a800-7000-8000-a20000000004"), ("sha256" = Sha256, Path, description = "The file's SHA-256, in hex.", example = "d56838457f1469fa886292b0a1c006e126e4905ba94b59007d955ed1a50491a8")),
    request_body(content_type = "application/octet-stream", description = "The file."),
    security(("oauth" = ["centre:assess"])),
    responses(
        (status = 200, description = "The draft.", body = AssessmentView),
        (status = 404, description = "There is no such draft for you, or it declares no such file.", body = Document),
        (status = 409, description = "It is submitted.", body = Document),
        (status = 415, description = "The content is of a type that is not taken in.", body = Document),
        (status = 422, description = "The content is not what was declared.", body = Document),
    ))]
#[put("/v1/assessments/{id}/evidence/{sha256}")]
async fn upload_evidence(
    call: Call,
    ids: Id<(AssessmentId, Sha256)>,
    request: HttpRequest,
    content: web::Payload,
) -> Result<HttpResponse> {
    let (id, sha256) = ids.0;
    let awaited = expected(&evidence::awaited(&mut *call.db.conn().await?, &call.ctx, id, sha256).await?);
    announced(&request, &awaited)?;
    keep(&call, content, awaited).await?;
    let Call { db, ctx, .. } = call;
    let view = db.run(async move |conn| evidence::arrived(conn, &ctx, id, sha256).await).await?;
    Ok(tagged(view.version, &view))
}

/// Download evidence
///
/// By whoever may read the assessment: a copy without hidden data (EXIF, GPS, document properties).
#[utoipa::path(operation_id = "downloadEvidence", tag = "assessments",
    params(("id" = AssessmentId, Path, description = "The assessment's id.", example = "019b76da-a800-7000-8000-a20000000001"), ("sha256" = Sha256, Path, description = "The file's SHA-256, in hex.", example = "d56838457f1469fa886292b0a1c006e126e4905ba94b59007d955ed1a50491a8")),
    security(()),
    responses(
        (status = 200, description = "The file.", content_type = "application/octet-stream", body = String),
        (status = 403, description = "Hidden data cannot be removed from this file, so it is not shown.", body = Document),
        (status = 404, description = "There is no such file, or its content has not arrived.", body = Document),
    ))]
#[get("/v1/assessments/{id}/evidence/{sha256}")]
async fn download_evidence(call: Call, ids: Id<(AssessmentId, Sha256)>, _: HttpRequest) -> Result<HttpResponse> {
    let (id, sha256) = ids.0;
    let file = evidence::readable(&mut *call.db.conn().await?, &call.ctx, id, sha256).await?;
    let content = call.app.files.get(&sha256).await.map_err(Error::from)?;
    let disposition = format!("attachment; filename=\"{sha256}.{}\"", file.media_type.extension());
    let copy = without_hidden_data(&call.app, file.media_type, content).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, file.media_type.as_str()))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .body(copy))
}

/// Submit an assessment
///
/// Every criterion has an answer: met with evidence, not met or not applicable with a remark. What comes out is how many are met of
/// those that apply, and which are not. From then on it is public and stays as it is.
#[utoipa::path(operation_id = "submitAssessment", tag = "assessments", request_body = Plain,
    params(("id" = AssessmentId, Path, description = "The assessment's id.", example = "019b76da-a800-7000-8000-a20000000003")),
    security(("oauth" = ["centre:assess"])),
    responses(
        (status = 200, description = "The assessment.", body = AssessmentView),
        (status = 404, description = "There is none for you.", body = Document),
        (status = 409, description = "It is submitted already; or something is missing, and `errors` names each place.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/assessments/{id}/submit")]
async fn submit_assessment(id: Id<AssessmentId>, write: Write<Plain>) -> Result<Answered> {
    let seen = write.if_match;
    write
        .run(async move |conn, call, Plain {}, attempt| write::submit(conn, &call.ctx, id.0, seen, attempt).await)
        .await
}
