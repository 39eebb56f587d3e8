//! Money that comes: at the counter, or through a gateway that tells of it, perhaps more than once.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::idempotency::Answer;
use kernel::json::Json;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::record::Also;
use kernel::schema::{fee_orders, payments};
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::order::{paid, still_open};
use super::{
    FeeOrderId, OrderStatus, Payment, PaymentId, PaymentMethod, PaymentStatus, Statement, is_reception, of_dossier,
    open, settle,
};
use crate::attachment::{Attachment, AttachmentId, Purpose};
use crate::dossier::DossierId;
use crate::event::Event;
use crate::problem::{FEE_NOT_FOUND, PAYMENT_KNOWN};
use crate::request::made_by_client;
use crate::steps::{Moving, Target, World, again};
use crate::view::part;

/// Money that reception has taken, or that came to the agency's account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"method": "cash", "transaction": "BL-000123"}))]
pub struct NewPayment {
    /// Made by the client (UUIDv7), so that a retry is known; else by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PaymentId>,
    /// Every way but `gateway`, which tells of itself.
    pub method: PaymentMethod,
    /// Number of the receipt, transfer or postal order.
    #[schema(example = "BL-000123", min_length = 1, max_length = 100)]
    pub transaction: String,
    /// What proves it: one of the dossier's payment proofs, with its content. Needed for `bank_transfer` and `postal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_id: Option<AttachmentId>,
}

/// What a gateway tells.
#[derive(Clone, Debug)]
pub struct Told {
    pub order: FeeOrderId,
    pub transaction: String,
    pub amount: i64,
    pub paid_at: DateTime<Utc>,
    pub statement: Statement,
}

/// Records a payment of the whole order at the counter.
///
/// # Errors
/// No such order, or it is settled; no proof where one is needed.
pub async fn record(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    order: FeeOrderId,
    new: NewPayment,
) -> Result<Answer> {
    made_by_client(new.id.map(|id| id.0), "/id")?;
    if new.method == PaymentMethod::Gateway {
        let words = Words::fixed("cổng thanh toán tự thông báo", "the gateway tells of it itself");
        return Err(INVALID.error().fields(vec![FieldError::new("/method", "not_yours", words)]));
    }
    again(async || {
        let mut moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
        is_reception(ctx, &moving.before)?;
        let (orders, _) = of_dossier(conn, target.id).await?;
        let left = still_open(&orders, order);
        let order = open(orders, order)?;
        proven(&new, &moving.papers)?;
        paid(&mut moving, ctx, world, left)?;
        let payment = Payment {
            id: new.id.unwrap_or_else(|| PaymentId::at(ctx.now)),
            method: new.method,
            transaction: new.transaction.clone(),
            proof_id: new.proof_id,
            ..came(ctx, target.id, order.id, order.amount, true)
        };
        moving.also.push(settle(order.id, OrderStatus::Paid, ctx.now));
        let reply = part(200, &moving.dossier, "fees", &payment);
        let event = received_event(&moving, &payment);
        moving.also.push(Box::new(diesel::insert_into(payments::table).values(payment)));
        moving.answer(conn, ctx, world, &event, target.attempt, reply).await
    })
    .await
}

/// Whether its proof is among the dossier's papers, and there where it has to be.
fn proven(new: &NewPayment, papers: &[Attachment]) -> Result<()> {
    let wrong = |code, words| Err(INVALID.error().fields(vec![FieldError::new("/proof_id", code, words)]));
    let Some(id) = new.proof_id else {
        let words = Words::fixed("cần chứng từ nộp tiền", "the payment's proof is needed");
        return if new.method.needs_proof() { wrong("required", words) } else { Ok(()) };
    };
    match papers.iter().find(|paper| paper.id == id && paper.purpose == Purpose::PaymentProof) {
        Some(proof) if proof.stored_at.is_some() => Ok(()),
        Some(_) => {
            wrong("not_uploaded", Words::fixed("nội dung chưa được tải lên", "its content has not been uploaded"))
        }
        None => {
            wrong("unknown", Words::fixed("không phải chứng từ của hồ sơ này", "is no payment proof of this dossier"))
        }
    }
}

/// Takes in what a gateway tells of a payment. The same money counts once, however often it is told. What fits no open
/// order (paid twice, another sum, cancelled meanwhile) is kept and goes back.
///
/// # Errors
/// No such order: then nobody here knows the money, and the gateway has to be asked.
pub async fn received(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, told: Told) -> Result<()> {
    let dossier: Option<DossierId> =
        fee_orders::table.find(told.order).select(fee_orders::dossier_id).first(conn).await.optional()?;
    let dossier = dossier.ok_or_else(|| FEE_NOT_FOUND.error())?;
    again(async || {
        let mut moving = Moving::begin(conn, ctx, world, dossier, None).await?;
        let (orders, known) = of_dossier(conn, dossier).await?;
        let ours =
            |payment: &&Payment| payment.method == PaymentMethod::Gateway && payment.transaction == told.transaction;
        if let Some(known) = known.iter().find(ours) {
            return if known.order_id == told.order { Ok(()) } else { Err(PAYMENT_KNOWN.error()) };
        }
        let left = still_open(&orders, told.order);
        let fits = open(orders, told.order).is_ok_and(|order| order.amount == told.amount);
        let payment = Payment {
            transaction: told.transaction.clone(),
            paid_at: told.paid_at,
            statement: Some(Json(told.statement.clone())),
            ..came(ctx, dossier, told.order, told.amount, fits)
        };
        if fits {
            paid(&mut moving, ctx, world, left)?;
            moving.also.push(settle(told.order, OrderStatus::Paid, ctx.now));
        } else {
            moving.also.push(ask_back(payment.id, ctx.now));
        }
        let event = received_event(&moving, &payment);
        moving.also.push(Box::new(diesel::insert_into(payments::table).values(payment)));
        moving.write(conn, ctx, world, &event, None).await.map(drop)
    })
    .await
}

fn received_event(moving: &Moving<'_>, payment: &Payment) -> Event {
    Event::PaymentReceived {
        order: payment.order_id.0,
        payment: payment.id.0,
        amount: payment.amount,
        method: payment.method,
        applied: payment.applied,
        proof: payment.proof_id.map(|id| id.0),
        due_at: moving.dossier.due_at,
    }
}

/// A payment that came now, through the gateway where nothing else is said.
fn came(ctx: &Ctx, dossier: DossierId, order: FeeOrderId, amount: i64, applied: bool) -> Payment {
    Payment {
        id: PaymentId::at(ctx.now),
        dossier_id: dossier,
        order_id: order,
        method: PaymentMethod::Gateway,
        transaction: String::new(),
        amount,
        applied,
        status: if applied { PaymentStatus::Kept } else { PaymentStatus::Refunding },
        paid_at: ctx.now,
        recorded_at: ctx.now,
        statement: None,
        refund_transaction: None,
        refund_statement: None,
        refunded_at: None,
        proof_id: None,
    }
}

/// The timer that asks the gateway to give a payment back.
pub(super) fn ask_back(payment: PaymentId, now: DateTime<Utc>) -> Also {
    kernel::timers::set(super::refund::ENTITY, payment.0, super::refund::TIMER, now)
}
