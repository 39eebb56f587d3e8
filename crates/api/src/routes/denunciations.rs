//! Denunciations: sending one, following it by its code; reading them, and who denounces.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{SecondsFormat, TimeDelta};
use denunciations::DenunciationId;
use denunciations::follow::{self, DenouncerPartWithdrawal, DenouncerWords, Following, ReceiptCode, Wish};
use denunciations::identity::{self, Identity, IdentityRequest, IdentityRequestId, NewIdentityRequest};
use denunciations::list::{self, DenunciationFilter, DenunciationLine};
use denunciations::problem::LET_IN_LATELY;
use denunciations::receive::{self, DenunciationReceipt, Fresh, NewDenunciation};
use denunciations::request::{Plain, Reasoned, not_blank};
use denunciations::steps::{self, Seen};
use denunciations::timeline::{self, DenunciationTimelineEntry};
use denunciations::view::{self, View};
use directory::staff;
use kernel::Actor;
use kernel::page::Page;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::denunciation_accused::known;
use super::dossiers::agency_today;
use crate::body::Body;
use crate::call::{Call, Id, Parameters};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(send_denunciation)
        .service(follow_denunciation)
        .service(add_to_denunciation)
        .service(withdraw_denunciation)
        .service(withdraw_part_of_denunciation)
        .service(ask_for_protection)
        .service(report_delay)
        .service(continue_denunciation)
        .service(list_denunciations)
        .service(get_denunciation)
        .service(get_denunciation_timeline)
        .service(list_identity_requests)
        .service(request_identity)
        .service(approve_identity_request)
        .service(refuse_identity_request)
        .service(open_identity);
}

/// Send a denunciation
///
/// Nobody needs an account, and nothing is kept of who sends it but what is in `denouncers`, which goes into a vault with the letter as
/// it was written; officers read it without. The answer has a code: all that its denouncer has, shown once, to follow it, add to it and
/// answer questions. Without `denouncers` it is no denunciation but a lead, and is checked where it is specific (LTC Art. 25). Whom it
/// accuses, by id or by a name that they have, sees nothing of it; what accuses the agency that it is sent to, or its head, goes to the one
/// above. An officer who takes one in on paper does so at their agency, and not where they or that agency are accused
/// (`denunciation.accused`).
#[utoipa::path(operation_id = "sendDenunciation", tag = "denunciations", request_body = NewDenunciation, security(()),
    responses(
        (status = 201, description = "Received.", body = DenunciationReceipt),
        (status = 409, description = "The same request is under way.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/denunciations")]
async fn send_denunciation(write: Write<NewDenunciation>) -> Result<Answered> {
    let db = write.call.apart.denunciations.clone();
    write
        .run_on(db, async |conn, call, new, attempt| {
            let new = not_blank(new)?;
            let named = agency_today(call, "/agency", &new.agency)?;
            let known = known(call, &new.accused, |n| format!("/accused/{n}")).await?;
            let mut vault = call.apart.vault.conn().await?;
            let (world, fresh) = (call.app.denunciations(), Fresh::at(call.ctx.now));
            receive::receive((conn, &mut vault), &call.ctx, world, (named, known), fresh, new, attempt).await
        })
        .await
}

/// Follow a denunciation
///
/// With the code that its denouncer got: where it stands and by when it is to be concluded, the notices of what was decided (that it was
/// sent on, refused, extended, suspended, withdrawn or settled in spite of that, concluded, published, protected) with ground and reason,
/// what was asked, what the agency above answered, what they have said, and their files. Officers' remarks among themselves are not in it.
#[utoipa::path(operation_id = "followDenunciation", tag = "denunciations", request_body = ReceiptCode, security(()),
    responses(
        (status = 200, description = "How far it is.", body = Following),
        (status = 404, description = "No denunciation has this code.", body = Document),
    ))]
#[post("/v1/denouncer/follow")]
async fn follow_denunciation(call: Call, body: Body<ReceiptCode>) -> Result<web::Json<Following>> {
    let mut conn = call.apart.denunciations.conn().await?;
    Ok(web::Json(follow::follow(&mut conn, call.ctx.now, &body.0.receipt_code).await?))
}

/// What a denouncer wants, as an operation.
macro_rules! wish {
    ($(#[doc = $doc:literal])* $name:ident $path:literal $id:literal $wish:expr, $code:literal $words:literal) => {
        $(#[doc = $doc])*
        #[utoipa::path(operation_id = $id, tag = "denunciations", security(()),
            request_body(content = DenouncerWords, example = json!({ "receipt_code": $code, "words": $words })),
            responses(
                (status = 200, description = "How far it is now.", body = Following),
                (status = 404, description = "No denunciation has this code.", body = Document),
                (status = 409, description = "It does not stand so that this could be done, or the same request is under way.", body = Document),
                (status = 422, description = "The content breaks the schema.", body = Document),
            ))]
        #[post($path)]
        async fn $name(write: Write<DenouncerWords>) -> Result<Answered> {
            let db = write.call.apart.denunciations.clone();
            write
                .run_on(db, async |conn, call, new, attempt| {
                    let new = not_blank(new)?;
                    let mut vault = call.apart.vault.conn().await?;
                    let world = call.app.denunciations();
                    follow::say((conn, &mut vault), call.ctx.now, world, &$wish, new, attempt).await
                })
                .await
        }
    };
}

wish! {
    /// Add to a denunciation
    ///
    /// Further facts, or an answer to what was asked; officers read it without what tells who says it. Returns what following it does, with
    /// what was said last among `messages`. What is over takes nothing more.
    add_to_denunciation "/v1/denouncer/add" "addToDenunciation" Wish::Say,
    "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GSF5" "Tôi còn giữ bản ghi âm ngày 03/8/2026."
}

wish! {
    /// Withdraw a denunciation
    ///
    /// All of it, before it is concluded; whoever decides it ends it, unless there are signs of a violation, of force or of slander (LTC
    /// Art. 33). Returns what following it does, with `withdrawal_asked_at` until that is decided; what was decided is a notice among
    /// `messages` then. A lead nobody stands by is not withdrawn.
    withdraw_denunciation "/v1/denouncer/withdraw" "withdrawDenunciation" Wish::Withdraw,
    "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GSF5" "Tôi xin rút tố cáo."
}

/// Withdraw a part of a denunciation
///
/// Before it is concluded; whoever decides it goes on with the rest, or with all of it, where there are signs of a violation, of force or of
/// slander (LTC Art. 33). Returns what following it does, with `withdrawal_of` until that is decided, and `withdrawn` after it; what was
/// said last about a withdrawal counts.
#[utoipa::path(operation_id = "withdrawPartOfDenunciation", tag = "denunciations", security(()),
    request_body = DenouncerPartWithdrawal,
    responses(
        (status = 200, description = "How far it is now.", body = Following),
        (status = 404, description = "No denunciation has this code.", body = Document),
        (status = 409, description = "It does not stand so that this could be done, or the same request is under way.", body = Document),
        (status = 422, description = "The content breaks the schema, or these contents do not stand, or no other does.", body = Document),
    ))]
#[post("/v1/denouncer/withdraw-part")]
async fn withdraw_part_of_denunciation(write: Write<DenouncerPartWithdrawal>) -> Result<Answered> {
    let db = write.call.apart.denunciations.clone();
    write
        .run_on(db, async |conn, call, new, attempt| {
            let mut vault = call.apart.vault.conn().await?;
            let DenouncerPartWithdrawal { receipt_code, contents, words } = not_blank(new)?;
            let (wish, words) = (Wish::WithdrawPart(contents), DenouncerWords { receipt_code, words });
            follow::say((conn, &mut vault), call.ctx.now, call.app.denunciations(), &wish, words, attempt).await
        })
        .await
}

wish! {
    /// Ask for protection
    ///
    /// Of work, life or property (LTC Art. 47). Returns what following it does, with `protection`: asked, and then granted or refused, with
    /// the measures or the reason as a notice among `messages`.
    ask_for_protection "/v1/denouncer/ask-for-protection" "askForProtection" Wish::Protection,
    "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GSF5" "Tôi bị doạ cho thôi việc."
}

wish! {
    /// Tell the agency above that a denunciation is late
    ///
    /// When its limit is over and nothing is concluded: the agency above asks whoever settles it, within five working days, and they
    /// answer within five (LTC Art. 38). Returns what following it does; what the agency above answers is among `messages` then. What was
    /// suspended when it was late already is late all the same.
    report_delay "/v1/denouncer/report-delay" "reportDelay" Wish::ReportDelay,
    "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GS31" "Đã quá hạn mà chưa có kết luận."
}

wish! {
    /// Go on to the agency above
    ///
    /// After the conclusion, where its denouncer has grounds that it was not settled by the law: the agency above finds that it was, or
    /// settles it anew (LTC Art. 37). Returns what following it does; what the agency above answers is among `messages` then.
    continue_denunciation "/v1/denouncer/continue" "continueDenunciation" Wish::Continue,
    "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GS32" "Kết luận chưa xem xét tài liệu tôi đã cung cấp."
}

/// A page of denunciations.
#[derive(Serialize, ToSchema)]
struct DenunciationPage {
    #[schema(max_items = 200)]
    items: Vec<DenunciationLine>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// List denunciations
///
/// Those of one's agency, those in which it takes part as the one above, and those that one verifies, most urgent first; nobody oversees
/// them all, and whom one accuses has it in no list.
#[utoipa::path(operation_id = "listDenunciations", tag = "denunciations", params(DenunciationFilter),
    security(("oauth" = ["denunciation:read"])),
    responses((status = 200, description = "A page.", body = DenunciationPage)))]
#[get("/v1/denunciations")]
async fn list_denunciations(
    call: Call,
    Parameters(filter): Parameters<DenunciationFilter>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let cursors = call.cursors("denunciations", &filter);
    let mut conn = call.apart.denunciations.conn().await?;
    let page: Page<DenunciationLine> = list::list(&mut conn, &call.ctx, &cursors, &filter).await?;
    Ok(crate::call::page(request.path(), request.query_string(), &page))
}

/// Read a denunciation
///
/// Without who denounces.
#[utoipa::path(operation_id = "getDenunciation", tag = "denunciations", security(("oauth" = ["denunciation:read"])),
    params(("id" = DenunciationId, Path, description = "The denunciation's id.", example = "019b76da-a800-7000-8000-c30000000001")),
    responses(
        (status = 200, description = "The denunciation.", body = View),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/denunciations/{id}")]
async fn get_denunciation(call: Call, id: Id<DenunciationId>, request: HttpRequest) -> Result<HttpResponse> {
    let mut conn = call.apart.denunciations.conn().await?;
    let Seen { it, said, files } = steps::read(&mut conn, &call.ctx, id.0).await?;
    versioned(&request, it.version, || Ok(view::view(&call.ctx, &it, &said, &files)))
}

/// What happened to a denunciation.
#[derive(Serialize, ToSchema)]
struct DenunciationTimeline {
    #[schema(max_items = 10000)]
    items: Vec<DenunciationTimelineEntry>,
}

/// Follow what happened to a denunciation
///
/// Every step with who took it, what was said, and what it moved. Who asked to know who denounces, who allowed it, and each time that it
/// was read are among them.
#[utoipa::path(operation_id = "getDenunciationTimeline", tag = "denunciations", security(("oauth" = ["denunciation:read"])),
    params(("id" = DenunciationId, Path, description = "The denunciation's id.", example = "019b76da-a800-7000-8000-c30000000001")),
    responses(
        (status = 200, description = "Oldest first.", body = DenunciationTimeline),
        (status = 404, description = "There is none, or not for you.", body = Document),
    ))]
#[get("/v1/denunciations/{id}/timeline")]
async fn get_denunciation_timeline(call: Call, id: Id<DenunciationId>) -> Result<web::Json<DenunciationTimeline>> {
    let items = timeline::timeline(&mut *call.apart.denunciations.conn().await?, &call.ctx, id.0).await?;
    Ok(web::Json(DenunciationTimeline { items }))
}

/// Requests to know who denounces.
#[derive(Serialize, ToSchema)]
struct IdentityRequests {
    #[schema(max_items = 1000)]
    items: Vec<IdentityRequest>,
}

/// List requests to know who denounces
///
/// Who wanted to know, why, and who allowed it.
#[utoipa::path(operation_id = "listIdentityRequests", tag = "denunciations",
    security(("oauth" = ["identity:open"]), ("oauth" = ["identity:approve"])),
    params(("id" = DenunciationId, Path, description = "The denunciation's id.", example = "019b76da-a800-7000-8000-c30000000001")),
    responses(
        (status = 200, description = "Oldest first.", body = IdentityRequests),
        (status = 404, description = "There is no such denunciation for you.", body = Document),
    ))]
#[get("/v1/denunciations/{id}/identity-requests")]
async fn list_identity_requests(call: Call, id: Id<DenunciationId>) -> Result<web::Json<IdentityRequests>> {
    let items = identity::list(&mut *call.apart.denunciations.conn().await?, &call.ctx, id.0).await?;
    Ok(web::Json(IdentityRequests { items }))
}

/// Whoever wants to know who denounces is who they seem: somebody who looks after accounts could be two, with two passwords of their own
/// making. Until the wait is over, whoever an account belongs to can notice that it is theirs no more.
pub(super) async fn is_themselves(call: &Call) -> kernel::Result<()> {
    let Actor::Staff { id, .. } = call.ctx.actor else { return Ok(()) };
    let let_in = staff::let_in_at(&mut *call.db.conn().await?, id).await?;
    let from = let_in.map(|at| at + TimeDelta::days(i64::from(call.app.settings.identity_wait_days)));
    match from.filter(|from| call.ctx.now < *from) {
        Some(from) => {
            let from = from.to_rfc3339_opts(SecondsFormat::Secs, true);
            Err(LET_IN_LATELY.with(
                format!("Cho đến {from} tài khoản này chưa được hỏi, duyệt hay mở danh tính, để chủ tài khoản kịp nhận ra."),
                format!("Until {from} this account does not ask for, allow or open who denounces, so that whoever it belongs to can notice."),
            ))
        }
        None => Ok(()),
    }
}

/// Ask to know who denounces
///
/// With a reason; somebody else has to allow it. An account that somebody has let in lately (hired, given a role or a code for a password)
/// neither asks, allows nor opens for some days; `detail` says until when (`identity_request.let_in_lately`).
#[utoipa::path(operation_id = "requestIdentity", tag = "denunciations", request_body = NewIdentityRequest,
    security(("oauth" = ["identity:open"])),
    params(("id" = DenunciationId, Path, description = "The denunciation's id.", example = "019b76da-a800-7000-8000-c30000000001")),
    responses(
        (status = 201, description = "The request.", body = IdentityRequest),
        (status = 404, description = "There is no such denunciation for you.", body = Document),
        (status = 409, description = "Nobody stands by it.", body = Document),
        (status = 422, description = "The content breaks the schema.", body = Document),
    ))]
#[post("/v1/denunciations/{id}/identity-requests")]
async fn request_identity(id: Id<DenunciationId>, write: Write<NewIdentityRequest>) -> Result<Answered> {
    let db = write.call.apart.denunciations.clone();
    write
        .run_on(db, async move |conn, call, new, attempt| {
            is_themselves(call).await?;
            let mut vault = call.apart.vault.conn().await?;
            let new = not_blank(new)?;
            identity::request((conn, &mut vault), &call.ctx, call.app.denunciations(), id.0, new, attempt).await
        })
        .await
}

/// Allow somebody to know who denounces
///
/// Somebody else than who has asked; for 24 hours. A request is allowed or refused once.
#[utoipa::path(operation_id = "approveIdentityRequest", tag = "denunciations",
    request_body(content = Plain, example = json!({})), security(("oauth" = ["identity:approve"])),
    params(
        ("id" = DenunciationId, Path, description = "The denunciation's id.", example = "019b76da-a800-7000-8000-c30000000001"),
        ("request_id" = IdentityRequestId, Path, description = "The request's id.", example = "019b76da-a800-7000-8000-c40000000001"),
    ),
    responses(
        (status = 200, description = "The request, approved.", body = IdentityRequest),
        (status = 403, description = "Your role does not allow this, or it is your own request.", body = Document),
        (status = 404, description = "There is no such request for you.", body = Document),
        (status = 409, description = "It is decided already, or the same request is under way.", body = Document),
    ))]
#[post("/v1/denunciations/{id}/identity-requests/{request_id}/approve")]
async fn approve_identity_request(
    ids: Id<(DenunciationId, IdentityRequestId)>,
    write: Write<Plain>,
) -> Result<Answered> {
    let db = write.call.apart.denunciations.clone();
    write
        .run_on(db, async move |conn, call, Plain {}, attempt| {
            is_themselves(call).await?;
            identity::approve(conn, &call.ctx, call.app.denunciations(), ids.0, attempt).await
        })
        .await
}

/// Refuse somebody to know who denounces
///
/// Somebody else than who has asked, with a reason, which that one reads. A request is allowed or refused once.
#[utoipa::path(operation_id = "refuseIdentityRequest", tag = "denunciations",
    request_body(content = Reasoned, example = json!({ "reason": "Có thể hỏi người tố cáo qua mã biên nhận." })),
    security(("oauth" = ["identity:approve"])),
    params(
        ("id" = DenunciationId, Path, description = "The denunciation's id.", example = "019b76da-a800-7000-8000-c30000000023"),
        ("request_id" = IdentityRequestId, Path, description = "The request's id.", example = "019b76da-a800-7000-8000-c40000000023"),
    ),
    responses(
        (status = 200, description = "The request, refused.", body = IdentityRequest),
        (status = 403, description = "Your role does not allow this, or it is your own request.", body = Document),
        (status = 404, description = "There is no such request for you.", body = Document),
        (status = 409, description = "It is decided already, or the same request is under way.", body = Document),
        (status = 422, description = "The content breaks the schema.", body = Document),
    ))]
#[post("/v1/denunciations/{id}/identity-requests/{request_id}/refuse")]
async fn refuse_identity_request(
    ids: Id<(DenunciationId, IdentityRequestId)>,
    write: Write<Reasoned>,
) -> Result<Answered> {
    let db = write.call.apart.denunciations.clone();
    write
        .run_on(db, async move |conn, call, why, attempt| {
            let mut vault = call.apart.vault.conn().await?;
            let why = not_blank(why)?;
            identity::refuse((conn, &mut vault), &call.ctx, call.app.denunciations(), ids.0, why, attempt).await
        })
        .await
}

/// Read who denounces
///
/// By whoever has asked, while that is allowed. The journal is told first, each time; the answer is kept nowhere.
#[utoipa::path(operation_id = "openIdentity", tag = "denunciations", security(("oauth" = ["identity:open"])),
    params(
        ("id" = DenunciationId, Path, description = "The denunciation's id.", example = "019b76da-a800-7000-8000-c30000000019"),
        ("request_id" = IdentityRequestId, Path, description = "The request's id.", example = "019b76da-a800-7000-8000-c40000000019"),
    ),
    responses(
        (status = 200, description = "Who denounces, and what they wrote.", body = Identity),
        (status = 403, description = "Your role does not allow this, or you have not asked.", body = Document),
        (status = 404, description = "There is no such request for you.", body = Document),
        (status = 409, description = "It is not allowed, or not any more.", body = Document),
    ))]
#[post("/v1/denunciations/{id}/identity-requests/{request_id}/open")]
async fn open_identity(call: Call, ids: Id<(DenunciationId, IdentityRequestId)>) -> Result<web::Json<Identity>> {
    is_themselves(&call).await?;
    let (apart, db) = (call.apart.clone(), call.apart.denunciations.clone());
    let opened = db.run(async move |conn| {
        let mut vault = apart.vault.conn().await?;
        identity::open((conn, &mut vault), &call.ctx, call.app.denunciations(), ids.0).await
    });
    Ok(web::Json(opened.await?))
}
