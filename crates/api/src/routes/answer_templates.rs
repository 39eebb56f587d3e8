//! Texts from which officers begin what they write to senders.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use complaints::CaseId;
use complaints::request::Plain;
use complaints::template::draft::{self, AnswerDraft};
use complaints::template::{self, AnswerTemplate, NewAnswerTemplate, TemplateFilter, TemplateId, write};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id, Parameters, page};
use crate::print::name_of;
use crate::problem::{Document, Result};
use crate::write::{Answered, Replace, Write, tagged};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(make_answer_template)
        .service(list_answer_templates)
        .service(replace_answer_template)
        .service(retire_answer_template)
        .service(draft_from_template);
}

/// Make a template
///
/// Of one's own agency, for a kind of case and a step in which something is written to its sender. Agencies below use it, too.
#[utoipa::path(operation_id = "makeAnswerTemplate", tag = "cases",
    request_body(content = NewAnswerTemplate, example = json!({
        "kind": "petition", "action": "answer", "name": "Trả lời kiến nghị về hạ tầng",
        "body": "Kính gửi {sender}. {agency} đã kiểm tra đơn {code}. Kết quả: {kết quả kiểm tra}.",
    })),
    security(("oauth" = ["case:decide"])),
    responses(
        (status = 201, description = "The template.", body = AnswerTemplate),
        (status = 422, description = "The content breaks the schema, or nothing is written to the sender in that step of that kind.", body = Document),
    ))]
#[post("/v1/answer-templates")]
async fn make_answer_template(write: Write<NewAnswerTemplate>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            write::make(conn, &call.ctx, TemplateId::at(call.ctx.now), new, attempt).await
        })
        .await
}

/// A page of templates.
#[derive(Serialize, ToSchema)]
struct AnswerTemplatePage {
    #[schema(max_items = 200)]
    items: Vec<AnswerTemplate>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List templates
///
/// Those of one's own agency and of the agencies above it, oldest first, without those that are retired.
#[utoipa::path(operation_id = "listAnswerTemplates", tag = "cases", params(TemplateFilter),
    security(("oauth" = ["case:receive"]), ("oauth" = ["case:process"]), ("oauth" = ["case:decide"]), ("oauth" = ["case:protect-data"])),
    responses((status = 200, description = "A page.", body = AnswerTemplatePage)))]
#[get("/v1/answer-templates")]
async fn list_answer_templates(
    call: Call,
    Parameters(filter): Parameters<TemplateFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("answer templates", &filter);
    let mut conn = call.db.conn().await?;
    let found = template::list(&mut conn, &call.ctx, call.app.cases(), &cursors, &filter).await?;
    Ok(page(request.path(), request.query_string(), &found))
}

/// Replace a template
///
/// Makes it what the body says, whole. Sent again after a lost answer, the same is answered again.
#[utoipa::path(operation_id = "replaceAnswerTemplate", tag = "cases",
    request_body(content = NewAnswerTemplate, example = json!({
        "kind": "petition", "action": "guide", "name": "Hướng dẫn đến cơ quan có thẩm quyền",
        "body": "Kính gửi {sender}. Nội dung đơn thuộc thẩm quyền của {cơ quan}; ông/bà gửi đơn đến {địa chỉ}.",
    })),
    params(("id" = TemplateId, Path, description = "The template's id.", example = "019b76da-a800-7000-8000-c50000000002")),
    security(("oauth" = ["case:decide"])),
    responses(
        (status = 200, description = "The template.", body = AnswerTemplate),
        (status = 404, description = "Your agency has no such template.", body = Document),
        (status = 409, description = "It is retired.", body = Document),
        (status = 422, description = "The content breaks the schema, or nothing is written to the sender in that step of that kind.", body = Document),
    ))]
#[put("/v1/answer-templates/{id}")]
async fn replace_answer_template(id: Id<TemplateId>, replace: Replace<NewAnswerTemplate>) -> Result<HttpResponse> {
    let Replace { call, input, seen } = replace;
    let db = call.db.clone();
    let template = db.run(async move |conn| write::replace(conn, &call.ctx, id.0, seen, input).await).await?;
    Ok(tagged(template.version, &template))
}

/// Retire a template
///
/// It is offered no more; what was written from it stays as it is.
#[utoipa::path(operation_id = "retireAnswerTemplate", tag = "cases", request_body = Plain,
    params(("id" = TemplateId, Path, description = "The template's id.", example = "019b76da-a800-7000-8000-c50000000003")),
    security(("oauth" = ["case:decide"])),
    responses(
        (status = 200, description = "The template.", body = AnswerTemplate),
        (status = 404, description = "Your agency has no such template.", body = Document),
        (status = 409, description = "It is retired already.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/answer-templates/{id}/retire")]
async fn retire_answer_template(id: Id<TemplateId>, write: Write<Plain>) -> Result<Answered> {
    let seen = write.if_match;
    write
        .run(async move |conn, call, Plain {}, attempt| write::retire(conn, &call.ctx, id.0, seen, attempt).await)
        .await
}

/// Begin an answer from a template
///
/// Its text, filled from a case that you handle, with what is left for you to fill in. No step takes a text in which that still stands.
#[utoipa::path(operation_id = "draftFromTemplate", tag = "cases",
    security(("oauth" = ["case:receive"]), ("oauth" = ["case:process"]), ("oauth" = ["case:decide"]), ("oauth" = ["case:protect-data"])),
    params(
        ("id" = CaseId, Path, description = "The case's id.", example = "019b76da-a800-7000-8000-c00000000014"),
        ("template" = TemplateId, Path, description = "The template's id.", example = "019b76da-a800-7000-8000-c50000000001"),
    ),
    responses(
        (status = 200, description = "The text.", body = AnswerDraft),
        (status = 403, description = "Others handle the case.", body = Document),
        (status = 404, description = "There is no such case for you, or no such template for its kind.", body = Document),
    ))]
#[get("/v1/cases/{id}/templates/{template}")]
async fn draft_from_template(call: Call, ids: Id<(CaseId, TemplateId)>) -> Result<web::Json<AnswerDraft>> {
    let agencies = call.app.agencies.load_full();
    let name_of = |id: kernel::id::AgencyId| name_of(&agencies, id.0);
    let mut conn = call.db.conn().await?;
    Ok(web::Json(draft::draft(&mut conn, &call.ctx, call.app.cases(), ids.0, &name_of).await?))
}
