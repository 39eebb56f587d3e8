//! How a case ends, and how it is opened anew.

use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::{Ctx, Permission, Result};

use super::Moving;
use super::screening::unless;
use crate::case::Content;
use crate::event::Event;
use crate::request::{CaseLitigation, CasePartWithdrawal, CaseWithdrawal};
use crate::workflow::CaseStatus;

/// Keeps what the sender signed, with what else is said. Reception takes this step for them as they say so in writing or in minutes (LKN
/// Art. 10); a draft was never sent, and is given up without.
///
/// # Errors
/// Reception takes it, and there is nothing that the sender signed.
pub(super) fn signed(moving: &mut Moving, document: Option<&str>, words: Option<&str>) -> Result<()> {
    let for_sender = moving.by.contains(&Permission::ReceiveCase) && moving.before.status != CaseStatus::Draft;
    let (vi, en) = ("phải có văn bản người gửi đã ký", "must be what the sender has signed");
    unless(document.is_some() || !for_sender, "/document", "no_document", vi, en)?;
    let said: Vec<&str> = document.into_iter().chain(words).collect();
    if !said.is_empty() {
        moving.say(None, &said.join("\n"));
    }
    Ok(())
}

/// Its sender gives it up. Where it is taken up already, whoever decides it ends it.
///
/// # Errors
/// As [`signed`].
pub(super) fn withdrawn(moving: &mut Moving, ctx: &Ctx, why: &CaseWithdrawal) -> Result<Event> {
    signed(moving, why.document.as_deref(), why.reason.as_deref())?;
    if moving.case.status == CaseStatus::Withdrawn {
        return Ok(Event::Withdrawn {});
    }
    moving.case.marks.0.withdrawal_asked_at = Some(ctx.now);
    Ok(Event::WithdrawalAsked {})
}

/// Those of its contents, by their places.
///
/// # Errors
/// One that does not stand, or all of them.
pub(super) fn some_contents(moving: &Moving, places: &[u16]) -> Result<()> {
    let contents = &moving.case.words.0.contents;
    let mut wrong: Vec<FieldError> = Vec::new();
    for (n, place) in places.iter().enumerate() {
        let stands = contents.get(usize::from(*place)).is_some_and(Content::stands);
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
pub(super) fn part_withdrawn(moving: &mut Moving, ctx: &Ctx, which: &CasePartWithdrawal) -> Result<Event> {
    signed(moving, which.document.as_deref(), None)?;
    some_contents(moving, &which.contents)?;
    for place in &which.contents {
        moving.case.words.0.contents[usize::from(*place)].withdrawn_at = Some(ctx.now);
    }
    Ok(Event::PartWithdrawn { contents: which.contents.clone() })
}

/// Ended without a decision; what nobody has withdrawn is not ended as withdrawn.
pub(super) fn terminated(moving: &mut Moving, ground: String) -> Result<Event> {
    let asked = moving.case.marks.0.withdrawal_asked_at.take().is_some();
    let so = ground != "withdrawn" || asked;
    unless(so, "/ground", "not_so", "người gửi không rút", "the sender has not withdrawn it")?;
    Ok(Event::Terminated { ground })
}

/// Opened anew: by its sender with new facts, or because its withdrawal was not a free one. What is to be looked at again is taken up by
/// nobody yet.
pub(super) fn reopened(moving: &mut Moving) -> Event {
    moving.case.marks.0.reopened = true;
    moving.case.accepted_at = moving.case.accepted_at.filter(|_| moving.case.status != CaseStatus::Submitted);
    moving.case.assigned_to = None;
    (moving.case.outcome, moving.case.finished_at) = (None, None);
    Event::Reopened {}
}

/// A court has the matter.
pub(super) fn suit_noted(moving: &mut Moving, ctx: &Ctx, suit: &CaseLitigation) -> Result<Event> {
    let begun = suit.since <= deadlines::vn_date(ctx.now);
    unless(begun, "/since", "future", "không được ở tương lai", "must not be in the future")?;
    moving.case.marks.0.in_court_since = Some(suit.since);
    moving.say(None, &format!("{}\n{}", suit.court, suit.number));
    Ok(Event::LitigationNoted { since: suit.since })
}
