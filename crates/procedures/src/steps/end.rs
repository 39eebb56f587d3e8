//! The end of a dossier: its result in the applicant's hands, or none any more.

use diesel_async::AsyncPgConnection;
use kernel::idempotency::Answer;
use kernel::{Ctx, Result};

use super::{Target, World, take};
use crate::event::Event;
use crate::request::Reasoned;
use crate::workflow::Action;

/// Hands the result to the applicant.
pub async fn return_result(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::ReturnResult, |_| Ok(Event::ResultReturned {})).await
}

/// Withdraws a dossier that has not been accepted.
pub async fn withdraw(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, target: Target<'_>) -> Result<Answer> {
    take(conn, ctx, world, target, Action::Withdraw, |_| Ok(Event::Withdrawn {})).await
}

/// Asks that an accepted dossier be settled no more; the clock runs until that is decided.
pub async fn request_withdrawal(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::RequestWithdrawal, |moving| {
        moving.dossier.state_before = Some(moving.before.status);
        Ok(Event::WithdrawalRequested {})
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

/// Stops a dossier whose applicant did not supply what was missing (Form 05).
pub async fn stop(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Reasoned,
) -> Result<Answer> {
    take(conn, ctx, world, target, Action::Stop, |moving| {
        moving.remark = Some((None, why.reason.clone()));
        Ok(Event::Stopped {})
    })
    .await
}
