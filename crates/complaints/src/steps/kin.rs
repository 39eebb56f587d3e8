//! Cases that grow out of cases: a second complaint, another kind, the parts of a mixed letter. Both are written in one transaction.

use diesel_async::{AsyncConnection, AsyncPgConnection};
use kernel::id::AgencyId;
use kernel::idempotency::Answer;
use kernel::json::Json;
use kernel::problem::Error;
use kernel::record::again;
use kernel::request::made_by_client;
use kernel::{Ctx, Result};

use super::end::{signed, some_contents};
use super::screening::{checked, lodged, of_a_letter, receive, unless};
use super::{Moving, Target, World};
use crate::accused::{Postings, accuse};
use crate::case::{Case, CaseId, Content, Marks};
use crate::clocks::{Clocks, NEVER, turn};
use crate::event::Event;
use crate::facts::Facts;
use crate::file::insert;
use crate::problem::NO_SUPERIOR;
use crate::request::{CaseAppeal, CaseConfirmation, CaseConversion, CaseSplit};
use crate::workflow::{CaseAction, CaseStatus, ClockEffect};

/// Takes a step that makes another case. `make` says what that one is and what happened to the first.
async fn take_making(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    action: CaseAction,
    make: impl Fn(&mut Moving) -> Result<(Case, Event)>,
) -> Result<Answer> {
    again(async || {
        let mut moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
        moving.advance(ctx, world, action)?;
        let (made, event) = make(&mut moving)?;
        // What it grew out of says the same words.
        moving.case.bar(&made.barred);
        conn.transaction::<_, Error, _>(async |conn| {
            insert(conn, ctx, world, made).await?;
            moving.answer(conn, ctx, world, &event, target.attempt).await
        })
        .await
    })
    .await
}

/// A case that grows out of another, with the same people, by the rules that the other keeps, and kept from the same.
fn child(of: &Case, id: Option<CaseId>, facts: Facts, contents: Vec<Content>, ctx: &Ctx) -> Result<Case> {
    made_by_client(id.map(|id| id.0), "/id")?;
    let kind = facts.kind();
    let mut words = of.words.0.clone();
    words.contents = contents;
    Ok(Case {
        id: id.unwrap_or_else(|| CaseId::at(ctx.now)),
        version: 1,
        kind,
        declared_kind: kind,
        status: CaseStatus::Submitted,
        open: true,
        created_by: ctx.actor.id().unwrap_or_default(),
        content_hash: Vec::new(),
        words: Json(words),
        facts: Json(facts),
        code: None,
        clocks: Json(Clocks::default()),
        next_due_at: NEVER,
        assigned_to: None,
        origin_id: Some(of.id),
        state_before: None,
        escalation: 0,
        // What a court has it has still, all of it (LKN Art. 11(9)).
        marks: Json(Marks {
            field: of.marks.0.field,
            in_court_since: of.marks.0.in_court_since,
            came_at: of.marks.0.came_at,
            ..Marks::default()
        }),
        outcome: None,
        submitted_at: None,
        accepted_at: None,
        finished_at: None,
        closed_at: None,
        created_at: ctx.now,
        ..of.clone()
    })
}

/// Received at that moment: what is owed first begins then.
fn begin(case: &mut Case, world: World<'_>) -> Result<()> {
    let received_at = case.submitted_at.unwrap_or(case.created_at);
    let mut clocks = case.clocks.0.clone();
    turn(&mut clocks, ClockEffect::Reclassify, case, world.rules, received_at)?;
    case.next_due_at = clocks.next_due_at();
    case.clocks.0 = clocks;
    Ok(())
}

/// Complains a second time: against the decision, or because there was none in time (LKN Art. 33). It goes to the agency above.
///
/// # Errors
/// [`NO_SUPERIOR`] where that would be outside the city.
pub async fn appeal(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    second: CaseAppeal,
) -> Result<Answer> {
    take_making(conn, ctx, world, target, CaseAction::Appeal, |moving| {
        let first = &moving.case;
        let above: Vec<AgencyId> = world.rules.above(first.handling_agency_id);
        let superior = above.into_iter().find(|agency| !first.bars(agency.0)).ok_or_else(|| NO_SUPERIOR.error())?;
        let contents = second.contents.iter().cloned().map(Content::new).collect();
        let mut made = child(first, second.id, first.facts.0.clone(), contents, ctx)?;
        (made.level, made.receiving_agency_id, made.handling_agency_id) = (2, superior, superior);
        made.words.0.request = second.request.clone().or(made.words.0.request);
        receive(&mut made, ctx, world)?;
        begin(&mut made, world)?;
        let into = made.id.0;
        Ok((made, Event::Appealed { into }))
    })
    .await
}

/// It should be a case of another kind. Whether it becomes one is its sender's to say.
pub(super) fn conversion_proposed(moving: &mut Moving, what: &CaseConversion) -> Result<Event> {
    unless(what.kind != moving.case.kind, "/kind", "same", "vụ việc đã thuộc loại này", "it is of this kind already")?;
    let (vi, en) = ("người gửi không gửi được loại này", "is of a kind that its sender cannot send");
    unless(what.kind.is_citizens(), "/kind", "not_allowed", vi, en)?;
    moving.case.marks.0.proposed_kind = Some(what.kind);
    moving.say(None, &what.reason);
    Ok(Event::ConversionProposed { to: what.kind })
}

/// Its sender wants it to be that: a new case, received now; this one is over.
///
/// # Errors
/// Facts of another kind than was proposed; reception confirms, and its sender has signed nothing.
pub async fn confirm_conversion(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    confirmed: CaseConfirmation,
    postings: &Postings,
) -> Result<Answer> {
    take_making(conn, ctx, world, target, CaseAction::ConfirmConversion, |moving| {
        signed(moving, confirmed.document.as_deref(), None)?;
        let to = confirmed.facts.kind();
        let so = moving.case.marks.0.proposed_kind == Some(to) && to.is_citizens();
        unless(so, "/facts/kind", "other", "không phải loại được đề nghị", "is not the kind that was proposed")?;
        checked(&moving.case, &confirmed.facts, ctx)?;
        let contents = moving.case.words.0.contents.iter().filter(|content| content.stands()).cloned().collect();
        let mut made = child(&moving.case, confirmed.id, confirmed.facts.clone(), contents, ctx)?;
        made.marks.0.same_letter = true;
        made.marks.0.came_at = made.marks.0.came_at.or(moving.case.submitted_at);
        accuse(&mut made, ctx, world.rules, postings)?;
        receive(&mut made, ctx, world)?;
        begin(&mut made, world)?;
        let into = made.id.0;
        Ok((made, Event::Converted { into, to }))
    })
    .await
}

/// Makes some of a mixed letter's contents a case of their own, received when the letter was (TT 05/2021/TT-TTCP Art. 6).
///
/// # Errors
/// Contents that do not stand, or all of them; a kind that no letter is classed as.
pub async fn split(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    part: CaseSplit,
    postings: &Postings,
) -> Result<Answer> {
    take_making(conn, ctx, world, target, CaseAction::Split, |moving| {
        some_contents(moving, &part.contents)?;
        of_a_letter(part.facts.kind())?;
        checked(&moving.case, &part.facts, ctx)?;
        let contents = part.contents.iter().map(|place| moving.case.words.0.contents[usize::from(*place)].clone());
        let mut made = child(&moving.case, part.id, part.facts.clone(), contents.collect(), ctx)?;
        made.marks.0.same_letter = true;
        // What it called itself its sender has said of the letter; that something in it is a matter of its own makes it no second complaint.
        (made.declared_kind, made.level) = (moving.case.declared_kind, 1);
        accuse(&mut made, ctx, world.rules, postings)?;
        // Its sender has waited since the letter came, and what they had to keep they have kept by then.
        made.submitted_at = moving.case.submitted_at;
        lodged(&mut made, world)?;
        begin(&mut made, world)?;
        for place in &part.contents {
            moving.case.words.0.contents[usize::from(*place)].moved_to = Some(made.id);
        }
        let into = made.id.0;
        Ok((made, Event::Split { into }))
    })
    .await
}
