//! Money that goes back: what its leader orders, and what should not have come. The gateway is asked until it has answered, by
//! a durable timer; what was paid by hand is given back by hand.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::idempotency::Answer;
use kernel::json::Json;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::record::Also;
use kernel::schema::payments;
use kernel::timers::{self, Due};
use kernel::{Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::payment::ask_back;
use super::{OrderStatus, Payment, PaymentId, PaymentMethod, PaymentStatus, Statement, of_dossier, settle};
use crate::event::Event;
use crate::problem::{NOT_YOURS_TO_DO, PAYMENT_NOT_FOUND, REFUND_IMPOSSIBLE};
use crate::steps::{Moving, Target, World, again};
use crate::view::part;

/// The entity whose timers ask a gateway.
pub const ENTITY: &str = "payment";
pub(super) const TIMER: &str = "refund";

/// Why money goes back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRefund {
    #[schema(example = "Hồ sơ được rút trước khi giải quyết.", min_length = 10, max_length = 4000)]
    pub reason: String,
    /// Number of the paper by which it was paid out, where it did not come through the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "PC-000045", min_length = 1, max_length = 100)]
    pub transaction: Option<String>,
}

/// What a gateway tells of a refund.
#[derive(Clone, Debug)]
pub struct Told {
    pub payment: PaymentId,
    /// Its number, when it went back; nothing when it could not.
    pub transaction: Option<String>,
    pub statement: Statement,
}

/// Orders that a payment goes back, by a leader of the agency that received or decides the dossier.
///
/// # Errors
/// No such payment; [`REFUND_IMPOSSIBLE`] when it is on its way already; by hand, without the number of the paper.
pub async fn refund(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    id: PaymentId,
    new: NewRefund,
) -> Result<Answer> {
    again(async || {
        let mut moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
        let agencies = [moving.before.receiving_agency_id, moving.before.competent_agency_id];
        if !agencies.into_iter().any(|agency| ctx.actor.may_at(Permission::SignDossier, agency)) {
            return Err(NOT_YOURS_TO_DO.error());
        }
        let (_, known) = of_dossier(conn, target.id).await?;
        let payment = known.into_iter().find(|payment| payment.id == id);
        let payment = payment.ok_or_else(|| PAYMENT_NOT_FOUND.error())?;
        let by_gateway = payment.method == PaymentMethod::Gateway && payment.status == PaymentStatus::Kept;
        let (payment, event) = match (payment.status, &new.transaction) {
            (PaymentStatus::Refunding | PaymentStatus::Refunded, _) => {
                return Err(REFUND_IMPOSSIBLE.error().extra("state", payment.status.code()));
            }
            _ if by_gateway => {
                moving.also.push(ask_back(id, ctx.now));
                let event = Event::RefundOrdered { payment: id.0, amount: payment.amount };
                (Payment { status: PaymentStatus::Refunding, ..payment }, event)
            }
            (_, None) => {
                let words = Words::fixed("bắt buộc khi trả lại trực tiếp", "needed when it is paid out by hand");
                return Err(INVALID.error().fields(vec![FieldError::new("/transaction", "required", words)]));
            }
            (_, Some(transaction)) => {
                let event = Event::Refunded { payment: id.0, amount: payment.amount };
                (went_back(&mut moving, payment, transaction.clone(), ctx.now), event)
            }
        };
        moving.remark = Some((None, new.reason.clone()));
        let reply = part(200, &moving.dossier, "fees", &payment);
        moving.also.push(stored(payment));
        moving.answer(conn, ctx, world, &event, target.attempt, reply).await
    })
    .await
}

/// Takes in what a gateway tells of a refund; a second time it changes nothing.
///
/// # Errors
/// No such payment.
pub async fn answered(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, told: Told) -> Result<()> {
    let dossier = payments::table.find(told.payment).select(payments::dossier_id).first(conn).await.optional()?;
    let dossier = dossier.ok_or_else(|| PAYMENT_NOT_FOUND.error())?;
    again(async || {
        let mut moving = Moving::begin(conn, ctx, world, dossier, None).await?;
        let (_, known) = of_dossier(conn, dossier).await?;
        let asked = |payment: &Payment| payment.id == told.payment && payment.status == PaymentStatus::Refunding;
        let Some(payment) = known.into_iter().find(asked) else { return Ok(()) };
        let (id, amount) = (payment.id.0, payment.amount);
        let (payment, event) = match &told.transaction {
            Some(transaction) => {
                let event = Event::Refunded { payment: id, amount };
                (went_back(&mut moving, payment, transaction.clone(), ctx.now), event)
            }
            None => {
                let event = Event::RefundFailed { payment: id, amount };
                (Payment { status: PaymentStatus::RefundFailed, ..payment }, event)
            }
        };
        moving.also.push(stored(Payment { refund_statement: Some(Json(told.statement.clone())), ..payment }));
        moving.also.push(timers::unset(id));
        moving.write(conn, ctx, world, &event, None).await.map(drop)
    })
    .await
}

/// The payment that a timer wants back, and puts the timer off: the gateway is asked again until it has told.
/// Nothing when there is nothing to ask for any more.
pub async fn due(conn: &mut AsyncPgConnection, timer: &Due, now: DateTime<Utc>) -> Result<Option<Payment>> {
    let waiting = payments::table
        .filter(payments::id.eq(PaymentId(timer.entity_id)))
        .filter(payments::status.eq(PaymentStatus::Refunding))
        .select(Payment::as_select());
    let payment = waiting.first(conn).await.optional()?;
    match payment {
        Some(_) => timers::put_off(conn, timer, now).await?,
        None => timers::drop(conn, timer).await?,
    }
    Ok(payment)
}

/// The payment after it went back; an order that it had settled is open to nobody any more.
fn went_back(moving: &mut Moving<'_>, payment: Payment, transaction: String, now: DateTime<Utc>) -> Payment {
    if payment.applied {
        moving.also.push(settle(payment.order_id, OrderStatus::Refunded, now));
    }
    Payment {
        status: PaymentStatus::Refunded,
        refund_transaction: Some(transaction),
        refunded_at: Some(now),
        ..payment
    }
}

fn stored(payment: Payment) -> Also {
    let row = payments::table.filter(payments::id.eq(payment.id));
    Box::new(diesel::update(row).set((
        payments::status.eq(payment.status),
        payments::refund_transaction.eq(payment.refund_transaction),
        payments::refund_statement.eq(payment.refund_statement),
        payments::refunded_at.eq(payment.refunded_at),
    )))
}
