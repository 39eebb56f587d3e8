//! What an applicant has to pay, and what was paid (NĐ 61/2018 Art. 22): [`order`]ed by reception or the officer who examines,
//! paid at the counter or through a gateway ([`payment`]), and given back ([`refund`]). All of it is part of the dossier.

pub mod order;
pub mod payment;
pub mod refund;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::json::Json;
use kernel::record::Also;
use kernel::schema::{fee_orders, payments};
use kernel::{Ctx, Permission, Result, id, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::attachment::{AttachmentId, AttachmentView, Purpose};
use crate::dossier::{Dossier, DossierId, load};
use crate::problem::{FEE_NOT_FOUND, NOT_YOURS_TO_DO};
use crate::steps::{Seen, read};

id! {
    FeeOrderId, "An order to pay.";
    PaymentId, "A payment.";
}

text_enum! {
    /// A fee of the procedure, or a tax or duty that another office has assessed.
    FeeKind { Fee = "fee", Duty = "duty" }
}

text_enum! {
    /// Where an order stands.
    OrderStatus {
        Open = "open",
        Paid = "paid",
        /// Need not be paid any more.
        Cancelled = "cancelled",
        /// Was paid, and went back.
        Refunded = "refunded",
    }
}

text_enum! {
    /// How it was paid (NĐ 61/2018 Art. 22).
    PaymentMethod {
        /// Online.
        Gateway = "gateway",
        Cash = "cash",
        BankTransfer = "bank_transfer",
        /// Through the postal firm.
        Postal = "postal",
    }
}

impl PaymentMethod {
    /// Whether reception has to hold a proof of it (NĐ 61/2018 Art. 22): what it has not taken in its own hands, and no gateway
    /// vouches for.
    fn needs_proof(self) -> bool {
        matches!(self, Self::BankTransfer | Self::Postal)
    }
}

text_enum! {
    /// Where the money is.
    PaymentStatus {
        Kept = "kept",
        /// On its way back.
        Refunding = "refunding",
        Refunded = "refunded",
        /// The gateway could not give it back: that is done by hand.
        RefundFailed = "refund_failed",
    }
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeeLine {
    /// The fee's code in the procedure; a duty has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "fee", max_length = 50)]
    pub fee: Option<String>,
    #[schema(example = "Nhà ở riêng lẻ", max_length = 300)]
    pub name: String,
    /// Of one, in đồng.
    #[schema(example = 75000, minimum = 1, maximum = 1000000000000_i64)]
    pub amount: i64,
    #[schema(example = 1, minimum = 1, maximum = 1000)]
    pub quantity: u16,
    /// How many pages each has, where the amount comes of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10000)]
    pub pages: Option<u16>,
}

/// What the gateway has said, as it said it: whoever knows its secret can check the signature (Standard Webhooks).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GatewayStatement)]
pub struct Statement {
    #[schema(max_length = 200)]
    pub id: String,
    #[schema(max_length = 20)]
    pub timestamp: String,
    #[schema(max_length = 1000)]
    pub signature: String,
    #[schema(max_length = 10000)]
    pub body: String,
}

/// An order to pay, as it is stored.
#[derive(Clone, Debug, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = fee_orders)]
pub struct FeeOrder {
    pub id: FeeOrderId,
    #[serde(skip)]
    pub dossier_id: DossierId,
    pub kind: FeeKind,
    #[schema(value_type = Vec<FeeLine>, max_items = 50)]
    pub lines: Json<Vec<FeeLine>>,
    /// All lines together, in đồng.
    #[schema(example = 75000, minimum = 1, maximum = 1000000000000_i64)]
    pub amount: i64,
    pub status: OrderStatus,
    /// Of a duty: the notice by which it was assessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "123/TB-CCT", max_length = 100)]
    pub document: Option<String>,
    /// Of a duty: by when it is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_by: Option<NaiveDate>,
    pub ordered_at: DateTime<Utc>,
    /// When it was paid or cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<DateTime<Utc>>,
}

/// Money that came.
#[derive(Clone, Debug, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = payments)]
pub struct Payment {
    pub id: PaymentId,
    #[serde(skip)]
    pub dossier_id: DossierId,
    pub order_id: FeeOrderId,
    pub method: PaymentMethod,
    /// The number under which whoever took it knows it.
    #[schema(example = "BL-000123", max_length = 100)]
    pub transaction: String,
    /// In đồng.
    #[schema(minimum = 1, maximum = 1000000000000_i64)]
    pub amount: i64,
    /// Whether it settles its order. What does not (paid twice, another sum, cancelled before) goes back.
    pub applied: bool,
    pub status: PaymentStatus,
    pub paid_at: DateTime<Utc>,
    #[serde(skip)]
    pub recorded_at: DateTime<Utc>,
    /// The proof of a payment through the gateway (NĐ 61/2018 Art. 22).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Statement)]
    pub statement: Option<Json<Statement>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub refund_transaction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Statement)]
    pub refund_statement: Option<Json<Statement>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunded_at: Option<DateTime<Utc>>,
    /// The proof of a transfer or a postal payment: one of the dossier's `proofs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof_id: Option<AttachmentId>,
}

/// What a dossier costs, and what was paid.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Fees {
    /// Still to pay, in đồng.
    #[schema(minimum = 0, maximum = 1000000000000_i64)]
    pub unpaid: i64,
    #[schema(max_items = 1000)]
    pub orders: Vec<FeeOrder>,
    #[schema(max_items = 1000)]
    pub payments: Vec<Payment>,
    /// What was sent to prove payments; reception records the payment that one proves.
    #[schema(max_items = 100)]
    pub proofs: Vec<AttachmentView>,
}

/// Everything ordered and paid for a dossier that the actor may see, with its version.
///
/// # Errors
/// No such dossier for this actor.
pub async fn fees(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId) -> Result<(i32, Fees)> {
    let Seen { dossier, papers, .. } = read(conn, ctx, id).await?;
    let (orders, payments) = of_dossier(conn, id).await?;
    let unpaid = orders.iter().filter(|order| order.status == OrderStatus::Open).map(|order| order.amount).sum();
    let proofs = papers.iter().filter(|paper| paper.purpose == Purpose::PaymentProof);
    Ok((dossier.version, Fees { unpaid, orders, payments, proofs: proofs.map(AttachmentView::of).collect() }))
}

/// The open order that the actor is about to pay online.
///
/// # Errors
/// No such dossier for this actor, no such order in it, or nothing to pay.
pub async fn payable(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId, order: FeeOrderId) -> Result<FeeOrder> {
    load(conn, ctx, id).await?;
    open(of_dossier(conn, id).await?.0, order)
}

async fn of_dossier(conn: &mut AsyncPgConnection, id: DossierId) -> Result<(Vec<FeeOrder>, Vec<Payment>)> {
    let (mut one, mut other): (&AsyncPgConnection, &AsyncPgConnection) = (conn, conn);
    let orders = fee_orders::table
        .filter(fee_orders::dossier_id.eq(id))
        .order((fee_orders::ordered_at, fee_orders::id))
        .select(FeeOrder::as_select());
    let payments = payments::table
        .filter(payments::dossier_id.eq(id))
        .order((payments::recorded_at, payments::id))
        .select(Payment::as_select());
    let (orders, payments) = futures_util::future::join(orders.load(&mut one), payments.load(&mut other)).await;
    Ok((orders?, payments?))
}

/// Whether the time to pay some duty of it still runs.
pub(crate) async fn may_still_be_paid(conn: &mut AsyncPgConnection, id: DossierId, today: NaiveDate) -> Result<bool> {
    let open = fee_orders::table.filter(fee_orders::dossier_id.eq(id)).filter(fee_orders::settled_at.is_null());
    let query = diesel::select(diesel::dsl::exists(open.filter(fee_orders::pay_by.ge(today))));
    Ok(query.get_result(conn).await?)
}

/// The order with this id, if it can be paid.
fn open(orders: Vec<FeeOrder>, id: FeeOrderId) -> Result<FeeOrder> {
    let order = orders.into_iter().find(|order| order.id == id).ok_or_else(|| FEE_NOT_FOUND.error())?;
    match order.status {
        OrderStatus::Open => Ok(order),
        status => Err(crate::problem::FEE_SETTLED.error().extra("state", status.code())),
    }
}

/// Whether the actor is reception of the agency that received it.
fn is_reception(ctx: &Ctx, dossier: &Dossier) -> Result<()> {
    if ctx.actor.may_at(Permission::ReceiveDossier, dossier.receiving_agency_id) {
        Ok(())
    } else {
        Err(NOT_YOURS_TO_DO.error())
    }
}

/// Orders that are open at its end need not be paid.
pub(crate) fn cancel_open(dossier: DossierId, now: DateTime<Utc>) -> Also {
    let open = fee_orders::table.filter(fee_orders::dossier_id.eq(dossier)).filter(fee_orders::settled_at.is_null());
    Box::new(diesel::update(open).set((fee_orders::status.eq(OrderStatus::Cancelled), fee_orders::settled_at.eq(now))))
}

/// An order gets another state.
fn settle(order: FeeOrderId, status: OrderStatus, now: DateTime<Utc>) -> Also {
    let order = fee_orders::table.filter(fee_orders::id.eq(order));
    Box::new(diesel::update(order).set((fee_orders::status.eq(status), fee_orders::settled_at.eq(now))))
}
