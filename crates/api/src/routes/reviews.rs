//! Reviews of procedures and regulations.

use actix_web::{HttpRequest, HttpResponse, get, post, put};
use procedures::request::Plain;
use procedures::review::list::{self, ReviewFilter, ReviewLine};
use procedures::review::write::{self, NewProposalDecision, NewReview, ReviewProposals};
use procedures::review::{self, ReviewId, ReviewStatus, ReviewView};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::call::{Call, Id, Parameters, page};
use crate::problem::{Document, Result};
use crate::write::{Answered, Replace, Write, tagged, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(open_review)
        .service(list_reviews)
        .service(get_review)
        .service(propose_changes)
        .service(submit_review)
        .service(decide_proposal);
}

/// Open a review
///
/// At one's own agency: of a procedure, in the version that is in force, or of a regulation. It keeps that version, and the hourly rate of
/// today.
#[utoipa::path(operation_id = "openReview", tag = "reviews", request_body = NewReview,
    security(("oauth" = ["review:propose"])),
    responses(
        (status = 201, description = "The review.", body = ReviewView),
        (status = 422, description = "The content breaks the schema, or no such procedure is in force.", body = Document),
    ))]
#[post("/v1/reviews")]
async fn open_review(write: Write<NewReview>) -> Result<Answered> {
    write
        .run(async |conn, call, new, attempt| {
            let catalogue = call.app.catalogue.load_full();
            write::open(conn, &call.ctx, &catalogue, ReviewId::at(call.ctx.now), new, attempt).await
        })
        .await
}

/// A page of reviews.
#[derive(Serialize, ToSchema)]
struct ReviewPage {
    #[schema(max_items = 200)]
    items: Vec<ReviewLine>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List reviews
///
/// The latest first. For staff all of them; for everybody else those that are decided.
#[utoipa::path(operation_id = "listReviews", tag = "reviews", security(()), params(ReviewFilter),
    responses((status = 200, description = "A page.", body = ReviewPage)))]
#[get("/v1/reviews")]
async fn list_reviews(
    call: Call,
    Parameters(filter): Parameters<ReviewFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("reviews", &filter);
    let found = list::list(&mut *call.db.conn().await?, &call.ctx, &cursors, &filter).await?;
    Ok(page(request.path(), request.query_string(), &found))
}

/// Read a review
///
/// With what each proposal saves, the formula and what it is computed from, the decisions, and which accepted changes the catalogue shows
/// done: nobody sets that, a later version of the procedure does. Until it is decided a review is for staff.
#[utoipa::path(operation_id = "getReview", tag = "reviews", security(()),
    params(("id" = ReviewId, Path, description = "The review's id.", example = "019b76da-a800-7000-8000-c70000000001")),
    responses(
        (status = 200, description = "The review.", body = ReviewView),
        (status = 404, description = "There is none, or it is not decided.", body = Document),
    ))]
#[get("/v1/reviews/{id}")]
async fn get_review(call: Call, id: Id<ReviewId>, request: HttpRequest) -> Result<HttpResponse> {
    let found = review::load(&mut *call.db.conn().await?, &call.ctx.actor, id.0).await?;
    let (version, decided) = (found.version, found.status == ReviewStatus::Decided);
    let view = || found.view(&call.ctx.actor, &call.app.catalogue.load());
    if decided {
        // Sent whole to whoever has this version: what is done of it changes with the catalogue.
        return Ok(tagged(version, &view()?));
    }
    versioned(&request, version, view)
}

/// Propose changes
///
/// Makes the proposals of an open review what the body says, whole: each with the change, the reason, and what a filing costs people before and
/// after it. What that saves is computed. Sent again after a lost answer, the same is answered again.
#[utoipa::path(operation_id = "proposeChanges", tag = "reviews", request_body = ReviewProposals,
    params(("id" = ReviewId, Path, description = "The review's id.", example = "019b76da-a800-7000-8000-c70000000002")),
    security(("oauth" = ["review:propose"])),
    responses(
        (status = 200, description = "The review.", body = ReviewView),
        (status = 404, description = "There is no such review.", body = Document),
        (status = 409, description = "It is submitted.", body = Document),
        (status = 422, description = "The content breaks the schema, or there is nothing that could be changed so.", body = Document),
    ))]
#[put("/v1/reviews/{id}")]
async fn propose_changes(id: Id<ReviewId>, replace: Replace<ReviewProposals>) -> Result<HttpResponse> {
    let Replace { call, input, seen } = replace;
    let db = call.db.clone();
    let view = db.run(async move |conn| {
        let catalogue = call.app.catalogue.load_full();
        write::propose(conn, &call.ctx, &catalogue, id.0, seen, input).await
    });
    let view = view.await?;
    Ok(tagged(view.version, &view))
}

/// Submit a review
///
/// To the leader of the agency, with one proposal at least. From then on the proposals stay as they are.
#[utoipa::path(operation_id = "submitReview", tag = "reviews", request_body = Plain,
    params(("id" = ReviewId, Path, description = "The review's id.", example = "019b76da-a800-7000-8000-c70000000003")),
    security(("oauth" = ["review:propose"])),
    responses(
        (status = 200, description = "The review.", body = ReviewView),
        (status = 404, description = "There is no such review.", body = Document),
        (status = 409, description = "It is submitted already, or nothing is proposed.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/reviews/{id}/submit")]
async fn submit_review(id: Id<ReviewId>, write: Write<Plain>) -> Result<Answered> {
    let seen = write.if_match;
    write
        .run(async move |conn, call, Plain {}, attempt| {
            let catalogue = call.app.catalogue.load_full();
            write::submit(conn, &call.ctx, &catalogue, id.0, seen, attempt).await
        })
        .await
}

/// Decide a proposal
///
/// Accepts or rejects it, with the ground. The last decision closes the review, which is public from then on.
#[utoipa::path(operation_id = "decideProposal", tag = "reviews", request_body = NewProposalDecision,
    params(
        ("id" = ReviewId, Path, description = "The review's id.", example = "019b76da-a800-7000-8000-c70000000004"),
        ("number" = u16, Path, description = "The proposal's place in the review, from 1.", minimum = 1, maximum = 50, example = 1),
    ),
    security(("oauth" = ["review:decide"])),
    responses(
        (status = 200, description = "The review.", body = ReviewView),
        (status = 404, description = "There is no such review, or it has no such proposal.", body = Document),
        (status = 409, description = "It is not submitted, or the proposal is decided already.", body = Document),
        (status = 412, description = "It has changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/reviews/{id}/proposals/{number}/decide")]
async fn decide_proposal(ids: Id<(ReviewId, u16)>, write: Write<NewProposalDecision>) -> Result<Answered> {
    let (seen, ids) = (write.if_match, ids.0);
    write
        .run(async move |conn, call, decision, attempt| {
            let catalogue = call.app.catalogue.load_full();
            write::decide(conn, &call.ctx, &catalogue, ids, seen, decision, attempt).await
        })
        .await
}
