//! How a case ends, and how it is opened anew.

use diesel_async::AsyncPgConnection;
use kernel::idempotency::Answer;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::{Ctx, Result};

use super::screening::on_ground;
use super::{Moving, Target, World, take};
use crate::event::Event;
use crate::request::{CaseGrounded, CaseLitigation, CasePartWithdrawal, CaseStatement, CaseWithdrawal, Reasoned};
use crate::workflow::{CaseAction, CaseStatus};

/// Nothing is left to do.
pub async fn close(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    said: CaseStatement,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Close, |moving| {
        moving.say(None, &said.words);
        Ok(Event::Closed {})
    })
    .await
}

/// Its sender gives it up. Where it is taken up already, whoever decides it ends it.
pub async fn withdraw(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: CaseWithdrawal,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Withdraw, |moving| {
        if let Some(reason) = &why.reason {
            moving.say(None, reason);
        }
        if moving.case.status == CaseStatus::Withdrawn {
            return Ok(Event::Withdrawn {});
        }
        moving.case.marks.0.withdrawal_asked_at = Some(ctx.now);
        Ok(Event::WithdrawalAsked {})
    })
    .await
}

/// Those of its contents, by their places.
///
/// # Errors
/// One that does not stand, or all of them.
pub(super) fn some_contents(moving: &Moving, places: &[u16]) -> Result<()> {
    let contents = &moving.case.words.0.contents;
    let mut wrong: Vec<FieldError> = Vec::new();
    for (n, place) in places.iter().enumerate() {
        let stands = contents.get(usize::from(*place)).is_some_and(crate::case::Content::stands);
        if !stands || places[..n].contains(place) {
            let words = Words::fixed("không phải nội dung đang được giải quyết", "is no content that stands");
            wrong.push(FieldError::new(format!("/contents/{n}"), "unknown", words));
        }
    }
    let standing = contents.iter().filter(|content| content.stands()).count();
    if wrong.is_empty() && places.len() >= standing {
        let words = Words::fixed("phải còn lại ít nhất một nội dung", "at least one content must be left");
        wrong.push(FieldError::new("/contents", "all", words));
    }
    INVALID.unless_none(wrong)
}

/// Its sender gives up some of it; the rest goes on.
pub async fn withdraw_part(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    which: CasePartWithdrawal,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::WithdrawPart, |moving| {
        some_contents(moving, &which.contents)?;
        for place in &which.contents {
            moving.case.words.0.contents[usize::from(*place)].withdrawn_at = Some(ctx.now);
        }
        Ok(Event::PartWithdrawn { contents: which.contents.clone() })
    })
    .await
}

/// It goes on though its sender wanted to withdraw it: they were threatened or bought.
pub async fn refuse_withdrawal(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Reasoned,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::RefuseWithdrawal, |moving| {
        moving.case.marks.0.withdrawal_asked_at = None;
        moving.say(None, &why.reason);
        Ok(Event::WithdrawalRefused {})
    })
    .await
}

/// Ends it without a decision.
///
/// # Errors
/// A ground that the law does not know, or that is not so: nobody has withdrawn it.
pub async fn terminate(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: CaseGrounded,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Terminate, |moving| {
        let ground = on_ground(moving, CaseAction::Terminate, &why)?;
        let asked = moving.case.marks.0.withdrawal_asked_at.take().is_some();
        let words = Words::fixed("người gửi không rút", "the sender has not withdrawn it");
        let wrong = (ground == "withdrawn" && !asked).then(|| FieldError::new("/ground", "not_so", words));
        INVALID.unless_none(wrong.into_iter().collect())?;
        Ok(Event::Terminated { ground })
    })
    .await
}

/// Opens it anew: by its sender with new facts, or because its withdrawal was not a free one.
pub async fn reopen(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    said: CaseStatement,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Reopen, |moving| {
        moving.case.marks.0.reopened = true;
        moving.case.assigned_to = None;
        (moving.case.outcome, moving.case.finished_at) = (None, None);
        moving.say(None, &said.words);
        Ok(Event::Reopened {})
    })
    .await
}

/// Notes that a court has the matter.
pub async fn note_litigation(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    suit: CaseLitigation,
) -> Result<Answer> {
    let words = Words::fixed("không được ở tương lai", "must not be in the future");
    let early = (suit.since > deadlines::vn_date(ctx.now)).then(|| FieldError::new("/since", "future", words));
    INVALID.unless_none(early.into_iter().collect())?;
    take(conn, ctx, world, target, CaseAction::NoteLitigation, |moving| {
        moving.case.marks.0.in_court_since = Some(suit.since);
        moving.say(None, &format!("{}\n{}", suit.court, suit.number));
        Ok(Event::LitigationNoted { since: suit.since })
    })
    .await
}

/// Somebody above wants what is overdue to be done.
pub async fn urge(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    why: Reasoned,
) -> Result<Answer> {
    take(conn, ctx, world, target, CaseAction::Urge, |moving| {
        moving.say(None, &why.reason);
        Ok(Event::Urged {})
    })
    .await
}
