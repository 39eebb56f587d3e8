//! Ordering what is to be paid, and letting it be.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use kernel::idempotency::Answer;
use kernel::json::Json;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::schema::fee_orders;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{FeeKind, FeeLine, FeeOrder, FeeOrderId, OrderStatus, is_reception, of_dossier, open, settle};
use crate::catalogue::Case;
use crate::dossier::{Channel, DossierId};
use crate::event::Event;
use crate::problem::{CORRECTION_IS_FREE, FEES_CLOSED};
use crate::request::{Reasoned, made_by_client};
use crate::steps::{Moving, Target, World, again, take};
use crate::view::part;
use crate::workflow::{Action, Awaited};

/// What is to be paid.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"lines": [{"fee": "fee", "quantity": 1}]}))]
pub struct NewFeeOrder {
    /// Made by the client (UUIDv7), so that a retry is known; else by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<FeeOrderId>,
    #[schema(min_items = 1, max_items = 50)]
    pub lines: Vec<NewFeeLine>,
}

/// A fee of the procedure, and how often.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeeLine {
    /// Its code, among the fees that the procedure's case has on the dossier's channel.
    #[schema(example = "fee", min_length = 1, max_length = 50)]
    pub fee: String,
    /// How many: copies, …
    #[serde(default = "once")]
    #[schema(example = 1, minimum = 1, maximum = 1000)]
    pub quantity: u16,
    /// How many pages each has, where the fee is counted by them; copies of different length are lines of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10000)]
    pub pages: Option<u16>,
}

fn once() -> u16 {
    1
}

/// A tax or duty that another office has assessed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Lệ phí trước bạ", "amount": 1250000, "document": "123/TB-CCT"}))]
pub struct NewDuty {
    /// Made by the client (UUIDv7), so that a retry is known; else by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<FeeOrderId>,
    #[schema(example = "Lệ phí trước bạ", min_length = 1, max_length = 300)]
    pub name: String,
    /// In đồng.
    #[schema(example = 1250000, minimum = 1, maximum = 1000000000000_i64)]
    pub amount: i64,
    /// The notice by which it was assessed.
    #[schema(example = "123/TB-CCT", min_length = 1, max_length = 100)]
    pub document: String,
    /// By when it is to be paid, as the notice says: until that day is over the dossier cannot be stopped for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-01-31")]
    pub pay_by: Option<NaiveDate>,
}

/// Orders fees of the procedure, by reception. Their amounts are those of the version that the dossier keeps.
///
/// # Errors
/// [`FEES_CLOSED`] before the dossier is filed and after its end; [`CORRECTION_IS_FREE`] while its result is put right; lines that name no fee, or come to nothing.
pub async fn order(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    new: NewFeeOrder,
) -> Result<Answer> {
    made_by_client(new.id.map(|id| id.0), "/id")?;
    again(async || {
        let mut moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
        is_reception(ctx, &moving.before)?;
        if !(moving.before.is_filed() && moving.before.status.is_open()) {
            return Err(FEES_CLOSED.error().extra("state", moving.before.status.code()));
        }
        if moving.sides.correcting {
            return Err(CORRECTION_IS_FREE.error());
        }
        let lines = priced(moving.case, moving.before.channel, &new)?;
        let id = new.id.unwrap_or_else(|| FeeOrderId::at(ctx.now));
        let order = ordered(ctx, (id, moving.dossier.id), FeeKind::Fee, lines, (None, None));
        let event = Event::FeeOrdered { order: order.id.0, amount: order.amount };
        let reply = part(201, &moving.dossier, "fees", &order);
        moving.also.push(Box::new(diesel::insert_into(fee_orders::table).values(order)));
        moving.answer(conn, ctx, world, &event, target.attempt, reply).await
    })
    .await
}

/// The examination waits for a tax or duty; the clock stands where the procedure says so.
pub async fn request_payment(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    new: NewDuty,
) -> Result<Answer> {
    made_by_client(new.id.map(|id| id.0), "/id")?;
    if new.pay_by.is_some_and(|day| day < deadlines::vn_date(ctx.now)) {
        let words = Words::fixed("không được ở quá khứ", "must not be in the past");
        return Err(INVALID.error().fields(vec![FieldError::new("/pay_by", "past", words)]));
    }
    take(conn, ctx, world, target, Action::RequestPayment, |moving| {
        let NewDuty { id, name, amount, document, pay_by } = new.clone();
        let id = id.unwrap_or_else(|| FeeOrderId::at(ctx.now));
        let lines = vec![FeeLine { fee: None, name, amount, quantity: 1, pages: None }];
        let order = ordered(ctx, (id, moving.dossier.id), FeeKind::Duty, lines, (Some(document), pay_by));
        let event = Event::PaymentRequested { order: order.id.0, amount };
        moving.also.push(Box::new(diesel::insert_into(fee_orders::table).values(order)));
        moving.sides.unpaid = true;
        Ok(event)
    })
    .await
}

/// Goes on with the examination though the duty was not paid: everything that is open is cancelled.
pub async fn waive_payment(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Reasoned,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::WaivePayment, |moving| {
        moving.also.push(super::cancel_open(moving.dossier.id, ctx.now));
        moving.sides.unpaid = false;
        moving.remark = Some((None, why.reason.clone()));
        Ok(Event::PaymentWaived { due_at: moving.dossier.due_at })
    })
    .await
}

/// Cancels an order that need not be paid, by reception: an exemption, or a mistake.
///
/// # Errors
/// No such order, or it is settled.
pub async fn cancel(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    order: FeeOrderId,
    why: Reasoned,
) -> Result<Answer> {
    again(async || {
        let mut moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
        is_reception(ctx, &moving.before)?;
        let (orders, _) = of_dossier(conn, target.id).await?;
        let left = still_open(&orders, order);
        let order = open(orders, order)?;
        // What the examination waits for is not reception's to let be.
        if order.kind == FeeKind::Duty {
            return Err(crate::problem::NOT_YOURS_TO_DO.error());
        }
        moving.sides.unpaid = left.any;
        moving.also.push(settle(order.id, OrderStatus::Cancelled, ctx.now));
        moving.remark = Some((None, why.reason.clone()));
        let order = FeeOrder { status: OrderStatus::Cancelled, settled_at: Some(ctx.now), ..order };
        let reply = part(200, &moving.dossier, "fees", &order);
        let event = Event::FeeCancelled { order: order.id.0 };
        moving.answer(conn, ctx, world, &event, target.attempt, reply).await
    })
    .await
}

/// What stays open when one order is settled.
#[derive(Clone, Copy)]
pub(super) struct Left {
    pub any: bool,
    pub duty: bool,
}

pub(super) fn still_open(orders: &[FeeOrder], settled: FeeOrderId) -> Left {
    let open = || orders.iter().filter(|order| order.status == OrderStatus::Open && order.id != settled);
    Left { any: open().next().is_some(), duty: open().any(|order| order.kind == FeeKind::Duty) }
}

/// Moves a dossier on, of which an order has just been paid.
pub(super) fn paid(moving: &mut Moving<'_>, ctx: &Ctx, world: World<'_>, left: Left) -> Result<()> {
    moving.sides.unpaid = left.any;
    if !left.duty {
        moving.follow(ctx, world, Awaited::Paid)?;
    }
    Ok(())
}

fn ordered(
    ctx: &Ctx,
    (id, dossier): (FeeOrderId, DossierId),
    kind: FeeKind,
    lines: Vec<FeeLine>,
    (document, pay_by): (Option<String>, Option<NaiveDate>),
) -> FeeOrder {
    FeeOrder {
        id,
        dossier_id: dossier,
        kind,
        amount: lines.iter().map(|line| line.amount * i64::from(line.quantity)).sum(),
        lines: Json(lines),
        status: OrderStatus::Open,
        document,
        pay_by,
        ordered_at: ctx.now,
        settled_at: None,
    }
}

fn priced(case: &Case, channel: Channel, new: &NewFeeOrder) -> Result<Vec<FeeLine>> {
    let fees = case.fees(channel);
    let mut wrong = Vec::new();
    let mut lines = Vec::new();
    for (n, NewFeeLine { fee: code, quantity, pages }) in new.lines.iter().enumerate() {
        let fee = fees.iter().find(|fee| fee.code == *code);
        match fee.map(|fee| (fee, fee.price(*pages))) {
            Some((fee, Some(amount))) if amount > 0 => lines.push(FeeLine {
                fee: Some(code.clone()),
                name: fee.name.vi.clone(),
                amount,
                quantity: *quantity,
                pages: *pages,
            }),
            Some((fee, None)) => {
                let (code, words) = match fee.pages {
                    Some(_) => ("required", Words::fixed("tính theo số trang", "is priced by its pages")),
                    None => ("not_counted", Words::fixed("không tính theo số trang", "is not priced by pages")),
                };
                wrong.push(FieldError::new(format!("/lines/{n}/pages"), code, words));
            }
            Some(_) => {
                let words = Words::fixed("được miễn, không có gì để nộp", "is free: there is nothing to pay");
                wrong.push(FieldError::new(format!("/lines/{n}/fee"), "free", words));
            }
            None => {
                let words = Words::fixed("thủ tục không có khoản này", "the procedure has no such fee");
                wrong.push(FieldError::new(format!("/lines/{n}/fee"), "unknown", words));
            }
        }
    }
    INVALID.unless_none(wrong)?;
    Ok(lines)
}
