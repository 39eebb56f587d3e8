//! The end of a dossier: its result in the applicant's hands, or none any more.

use diesel_async::AsyncPgConnection;
use kernel::idempotency::Answer;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::schema::deliveries;
use kernel::{Ctx, Result};

use super::{Moving, Target, World, again, take};
use crate::delivery::{NewDelivery, Recipient};
use crate::event::Event;
use crate::fee;
use crate::request::{Reasoned, StopGround, Stoppage, Withdrawal};
use crate::workflow::{Action, Status};

/// Hands the result to the applicant, or to whoever comes for them.
///
/// # Errors
/// What the delivery lacks, and what does not belong to it.
pub async fn return_result(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    given: NewDelivery,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::ReturnResult, |moving| {
        let delivery = given.clone().of(ctx, &moving.dossier)?;
        let by_proxy = delivery.recipient == Recipient::Representative;
        let event = Event::ResultReturned { method: Some(delivery.method), by_proxy };
        moving.also.push(Box::new(diesel::insert_into(deliveries::table).values(delivery)));
        Ok(event)
    })
    .await
}

/// Withdraws a dossier that has not been accepted.
pub async fn withdraw(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Withdrawal,
) -> Result<Answer> {
    why.check()?;
    take(conn, ctx, world, target, Action::Withdraw, |moving| {
        moving.remark = why.reason.clone().map(|reason| (Some(why.ground.code()), reason));
        Ok(Event::Withdrawn { ground: Some(why.ground) })
    })
    .await
}

/// Asks that an accepted dossier be settled no more; until that is decided the clock goes on as it was.
pub async fn request_withdrawal(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Withdrawal,
) -> Result<Answer> {
    why.check()?;
    take(conn, ctx, world, target, Action::RequestWithdrawal, |moving| {
        moving.dossier.state_before = Some(moving.before.status);
        moving.remark = why.reason.clone().map(|reason| (Some(why.ground.code()), reason));
        Ok(Event::WithdrawalRequested { ground: Some(why.ground) })
    })
    .await
}

/// Lets the applicant have the papers back: the dossier is stopped (Form 05).
pub async fn approve_withdrawal(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::ApproveWithdrawal, |_| Ok(Event::WithdrawalApproved {})).await
}

/// Goes on with the dossier where it was.
pub async fn refuse_withdrawal(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Reasoned,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::RefuseWithdrawal, |moving| {
        moving.dossier.state_before = None;
        moving.remark = Some((None, why.reason.clone()));
        Ok(Event::WithdrawalRefused {})
    })
    .await
}

/// Stops a dossier whose applicant did not supply what was missing, or pay what was due (Form 05).
pub async fn stop(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Stoppage,
) -> Result<Answer> {
    again(async || {
        let moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
        let unpaid = why.ground == StopGround::NotPaid;
        let payable = unpaid && fee::may_still_be_paid(conn, target.id, deadlines::vn_date(ctx.now)).await?;
        moving.take(conn, ctx, world, target.attempt, Action::Stop, |moving| stopped(moving, &why, payable)).await
    })
    .await
}

fn stopped(moving: &mut Moving<'_>, why: &Stoppage, payable: bool) -> Result<Event> {
    let wrong = |code, words| Err(INVALID.error().fields(vec![FieldError::new("/ground", code, words)]));
    let so = match why.ground {
        StopGround::NotSupplemented => Status::SupplementRequested,
        StopGround::NotPaid => Status::AwaitingPayment,
    };
    if moving.before.status != so {
        return wrong("not_so", Words::fixed("không phải điều hồ sơ đang chờ", "is not what the dossier waits for"));
    }
    if payable {
        return wrong("not_over", Words::fixed("chưa hết hạn nộp", "can be said when the time to pay is over"));
    }
    moving.remark = Some((Some(why.ground.code()), why.reason.clone()));
    Ok(Event::Stopped { ground: Some(why.ground) })
}
