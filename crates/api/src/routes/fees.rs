//! What is to be paid for a dossier, and what was.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use kernel::problem::{FieldError, INVALID, Text};
use kernel::{Actor, Ctx};
use procedures::DossierId;
use procedures::attachment::{AttachmentView, NewDocument};
use procedures::fee::order::{self, NewFeeOrder};
use procedures::fee::payment::{self, NewPayment};
use procedures::fee::refund::{self, NewRefund};
use procedures::fee::{self, FeeOrder, FeeOrderId, Fees, Payment, PaymentId, Statement};
use procedures::request::Reasoned;
use procedures::upload::{self, Addition};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::{self, Body};
use crate::call::{Call, Id};
use crate::gateway::{GatewayEvent, signature};
use crate::problem::{Document, NO_GATEWAY, NOT_THE_GATEWAY, Result};
use crate::write::{Answered, Write, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_fees)
        .service(order_fee)
        .service(open_checkout)
        .service(declare_payment_proof)
        .service(record_payment)
        .service(cancel_fee)
        .service(refund_payment)
        .service(take_gateway_event);
}

/// List a dossier's fees
///
/// What was ordered, what was paid for it and how, with the gateway's signed statement as its proof.
#[utoipa::path(operation_id = "listFees", tag = "fees", security(("oauth" = ["dossier:read"])),
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000017")),
    responses(
        (status = 200, description = "Orders and payments, oldest first.", body = Fees),
        (status = 404, description = "There is no such dossier, or not for you.", body = Document),
    ))]
#[get("/v1/dossiers/{id}/fees")]
async fn list_fees(call: Call, id: Id<DossierId>, request: HttpRequest) -> Result<HttpResponse> {
    let (version, fees) = fee::fees(&mut *call.db.conn().await?, &call.ctx, id.0).await?;
    versioned(&request, version, || Ok(fees))
}

/// Order a fee
///
/// By reception: fees of the procedure, by their codes, as often as they are due. The result is handed over when everything
/// is paid.
#[utoipa::path(operation_id = "orderFee", tag = "fees", request_body = NewFeeOrder, security(("oauth" = ["dossier:receive"])),
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000003")),
    responses(
        (status = 201, description = "The order.", body = FeeOrder),
        (status = 404, description = "There is no such dossier, or not for you.", body = Document),
        (status = 409, description = "The dossier takes no fees now, as `state` says, or its result is being put right, which costs nothing.", body = Document),
        (status = 412, description = "The dossier has changed since the version in If-Match.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/fees")]
async fn order_fee(id: Id<DossierId>, write: Write<NewFeeOrder>) -> Result<Answered> {
    change!(write, id.0, |conn, call, new, target, world| order::order(conn, &call.ctx, world, target, new))
}

/// Where to go after paying.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
struct NewCheckout {
    /// An address of this server or of an origin that may call it from a browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 10, max_length = 500, pattern = "^https?://[!-~]+$")]
    return_to: Option<String>,
}

/// Where to pay.
#[derive(Debug, Serialize, ToSchema)]
struct OpenedCheckout {
    /// The gateway's page for this order.
    #[schema(max_length = 2000, example = "https://pay.example.vn/pay/019b76da-a800-7000-8000-f10000000001")]
    address: String,
    /// In đồng.
    #[schema(minimum = 1, maximum = 1000000000000_i64, example = 75000)]
    amount: i64,
}

/// Pay a fee online
///
/// Gives the address of the gateway's page for an open order. Nothing changes here before the gateway has told that it was
/// paid; asked again, it is the same payment.
#[utoipa::path(operation_id = "openCheckout", tag = "fees", request_body = NewCheckout,
    security(("oauth" = ["dossier:file"]), ("oauth" = ["dossier:receive"])),
    params(
        ("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000017"),
        ("fee" = FeeOrderId, Path, description = "The order's id: see `GET /v1/dossiers/{id}/fees`.", example = "019b76da-a800-7000-8000-f10000000017"),
    ),
    responses(
        (status = 200, description = "Where to pay.", body = OpenedCheckout),
        (status = 404, description = "There is no such dossier or order, or not for you.", body = Document),
        (status = 409, description = "Nothing is to be paid, or nothing can be paid online here.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
        (status = 503, description = "The gateway does not answer.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/fees/{fee}/checkout")]
async fn open_checkout(
    call: Call,
    path: Id<(DossierId, FeeOrderId)>,
    body: Body<NewCheckout>,
) -> Result<web::Json<OpenedCheckout>> {
    let ((dossier, order), NewCheckout { return_to }) = (path.0, body.0);
    let gateway = call.app.gateway.as_ref().ok_or_else(|| NO_GATEWAY.error())?;
    let origins = call.app.settings.cors_origins.iter().chain([&call.app.settings.public_url]);
    let known = |address: &String| {
        origins.clone().any(|origin| {
            address.strip_prefix(origin.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    if return_to.as_ref().is_some_and(|address| !known(address)) {
        let words = Text::fixed("không phải địa chỉ của hệ thống này", "is no address of this installation");
        return Err(INVALID.error().fields(vec![FieldError::new("/return_to", "unknown", words)]).into());
    }
    let order = fee::payable(&mut *call.db.conn().await?, &call.ctx, dossier, order).await?;
    let description = format!("Cầu Nối: phí, lệ phí hồ sơ {dossier}");
    let address = gateway.open(&order, description, return_to).await?;
    Ok(web::Json(OpenedCheckout { address: address.into(), amount: order.amount }))
}

/// Declare a payment's proof
///
/// While something is to be paid: the bank's or the postal firm's paper, by the applicant or by reception for them. Then upload its
/// content to the address in `Location`. Reception records the payment with it.
#[utoipa::path(operation_id = "declarePaymentProof", tag = "fees", request_body = NewDocument,
    params(("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000017")),
    security(("oauth" = ["dossier:file"]), ("oauth" = ["dossier:receive"])),
    responses(
        (status = 201, description = "The proof, waiting for its content.", body = AttachmentView),
        (status = 404, description = "There is no such dossier for you.", body = Document),
        (status = 409, description = "Nothing is to be paid for the dossier.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/payment-proofs")]
async fn declare_payment_proof(id: Id<DossierId>, write: Write<NewDocument>) -> Result<Answered> {
    write
        .run(async move |conn, call, new, attempt| {
            let proof = Addition::PaymentProof(new);
            upload::declare(conn, &call.ctx, &call.app.catalogue.load(), id.0, proof, attempt).await
        })
        .await
}

/// Record a payment
///
/// Of the whole order, that reception has taken or that came to its account or by post. What did not pass through reception's
/// hands needs its proof.
#[utoipa::path(operation_id = "recordPayment", tag = "fees", request_body = NewPayment, security(("oauth" = ["dossier:receive"])),
    params(
        ("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d0000000001e"),
        ("fee" = FeeOrderId, Path, description = "The order's id: see `GET /v1/dossiers/{id}/fees`.", example = "019b76da-a800-7000-8000-f1000000001e"),
    ),
    responses(
        (status = 200, description = "The payment.", body = Payment),
        (status = 404, description = "There is no such dossier or order, or not for you.", body = Document),
        (status = 409, description = "The order is settled; `state` says how.", body = Document),
        (status = 412, description = "The dossier has changed since the version in If-Match.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/fees/{fee}/record-payment")]
async fn record_payment(path: Id<(DossierId, FeeOrderId)>, write: Write<NewPayment>) -> Result<Answered> {
    let (dossier, fee) = path.0;
    change!(write, dossier, |conn, call, new, target, world| payment::record(conn, &call.ctx, world, target, fee, new))
}

/// Cancel a fee
///
/// By reception, with the reason: an exemption, or a mistake. A duty that the examination waits for is not reception's to
/// cancel.
#[utoipa::path(operation_id = "cancelFee", tag = "fees", request_body = Reasoned, security(("oauth" = ["dossier:receive"])),
    params(
        ("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d0000000001f"),
        ("fee" = FeeOrderId, Path, description = "The order's id: see `GET /v1/dossiers/{id}/fees`.", example = "019b76da-a800-7000-8000-f1000000001f"),
    ),
    responses(
        (status = 200, description = "The order.", body = FeeOrder),
        (status = 404, description = "There is no such dossier or order, or not for you.", body = Document),
        (status = 409, description = "The order is settled; `state` says how.", body = Document),
        (status = 412, description = "The dossier has changed since the version in If-Match.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/fees/{fee}/cancel")]
async fn cancel_fee(path: Id<(DossierId, FeeOrderId)>, write: Write<Reasoned>) -> Result<Answered> {
    let (dossier, fee) = path.0;
    change!(write, dossier, |conn, call, why, target, world| order::cancel(conn, &call.ctx, world, target, fee, why))
}

/// Refund a payment
///
/// By a leader, with the reason. What came through the gateway goes back through it; what was paid by hand is paid out by
/// hand, and `transaction` is the number of that paper.
#[utoipa::path(operation_id = "refundPayment", tag = "fees", request_body = NewRefund, security(("oauth" = ["dossier:sign"])),
    params(
        ("id" = DossierId, Path, description = "The dossier's id.", example = "019b76da-a800-7000-8000-d00000000018"),
        ("payment" = PaymentId, Path, description = "The payment's id: see `GET /v1/dossiers/{id}/fees`.", example = "019b76da-a800-7000-8000-f20000000018"),
    ),
    responses(
        (status = 200, description = "The payment.", body = Payment),
        (status = 404, description = "There is no such dossier or payment, or not for you.", body = Document),
        (status = 409, description = "It is on its way back already; `state` says so.", body = Document),
        (status = 412, description = "The dossier has changed since the version in If-Match.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/dossiers/{id}/payments/{payment}/refund")]
async fn refund_payment(path: Id<(DossierId, PaymentId)>, write: Write<NewRefund>) -> Result<Answered> {
    let (dossier, payment) = path.0;
    change!(write, dossier, |conn, call, new, target, world| refund::refund(
        conn, &call.ctx, world, target, payment, new
    ))
}

/// Take in an event of the gateway
///
/// By the payment gateway, signed as Standard Webhooks has it. The same event may come any number of times; a 2xx means that it
/// is committed. What fits no open order is kept and goes back.
#[utoipa::path(operation_id = "takeGatewayEvent", tag = "fees", request_body = GatewayEvent, security(()),
    params(
        ("webhook-id" = String, Header, description = "The message's id.", max_length = 200),
        ("webhook-timestamp" = String, Header, description = "When it was signed, in seconds.", max_length = 20),
        ("webhook-signature" = String, Header, description = "`v1,` and HMAC-SHA256 over id, moment and body, in base64.", max_length = 1000),
    ),
    responses(
        (status = 204, description = "It is committed, now or before."),
        (status = 404, description = "There is no such order or payment.", body = Document),
        (status = 409, description = "The transaction is recorded for another order.", body = Document),
        (status = 422, description = "It is not signed by the gateway, or its content breaks the schema.", body = Document),
    ))]
#[post("/v1/payments/events")]
async fn take_gateway_event(call: Call, request: HttpRequest, payload: web::Payload) -> Result<HttpResponse> {
    let bytes = body::read(&request, payload.into_inner()).await?;
    let gateway = call.app.gateway.as_ref().ok_or_else(|| NOT_THE_GATEWAY.error())?;
    let statement = statement(request.headers(), &bytes).ok_or_else(|| NOT_THE_GATEWAY.error())?;
    let Statement { id, timestamp, signature, .. } = &statement;
    if !signature::fits(gateway.secret(), id, timestamp, signature, &bytes) {
        return Err(NOT_THE_GATEWAY.error().into());
    }
    let event: GatewayEvent = body::parse(call.app.contract.validator(&GatewayEvent::name()), &bytes)?;
    let db = call.db.clone();
    db.run(async move |conn| {
        let ctx = Ctx { actor: Actor::System, now: call.ctx.now };
        let catalogue = call.app.catalogue.load_full();
        let world = call.app.world(&catalogue);
        match event {
            GatewayEvent::PaymentSucceeded { order, transaction, amount, at } => {
                let told = payment::Told { order, transaction, amount, paid_at: at, statement };
                payment::received(conn, &ctx, world, told).await
            }
            GatewayEvent::PaymentFailed { .. } => Ok(()),
            GatewayEvent::RefundSucceeded { payment, transaction } => {
                let told = refund::Told { payment, transaction: Some(transaction), statement };
                refund::answered(conn, &ctx, world, told).await
            }
            GatewayEvent::RefundFailed { payment } => {
                refund::answered(conn, &ctx, world, refund::Told { payment, transaction: None, statement }).await
            }
        }
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The event as it was told, to be kept as the payment's proof.
fn statement(headers: &HeaderMap, body: &[u8]) -> Option<Statement> {
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    let body = String::from_utf8(body.to_vec()).ok()?;
    Some(Statement {
        id: header(signature::ID)?,
        timestamp: header(signature::TIMESTAMP)?,
        signature: header(signature::SIGNATURE)?,
        body,
    })
}
