//! What happens to a case when nobody does anything: a limit runs out, what is owed goes up the ladder, a decision takes effect.

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use kernel::ladder::{self, Rung};
use kernel::problem::INTERNAL;
use kernel::rules::Rules;
use kernel::timers::{Due, Timers};
use kernel::{Actor, Ctx, Result};

use crate::case::{Case, CaseId};
use crate::clocks::{CaseStage, turn};
use crate::event::Event;
use crate::problem::NOT_FOUND;
use crate::steps::{Moving, World, read};
use crate::workflow::{CaseStatus, ClockEffect};

pub const ENTITY: &str = "case";

/// Something overdue goes up the ladder.
const ESCALATION: &str = "escalation";

/// The timers that a case needs from now on. What has run out already has been told, see [`catch_up`], but for what is `untold`.
pub(crate) fn timers_of(case: &Case, rules: &Rules, untold: &[String], now: DateTime<Utc>) -> Result<Timers> {
    let still = |kind: &str, fire_at: DateTime<Utc>| fire_at > now || untold.iter().any(|it| it == kind);
    let mut set: Vec<(&'static str, DateTime<Utc>)> = limits(case).filter(|(kind, at)| still(kind, *at)).collect();
    set.extend(next_rung(case, rules)?.map(|fire_at| (ESCALATION, fire_at)));
    let (kinds, fire_at) = set.into_iter().unzip();
    Ok(Timers::Set { entity_kind: ENTITY, entity_id: case.id.0, kinds, fire_at })
}

/// What has run out by this change itself: a letter that turns out to be something whose limit, from when it was received, is over. It
/// fires at once.
pub(crate) fn over_at_once(before: Option<&Case>, after: &Case, now: DateTime<Utc>) -> Vec<String> {
    let known: Vec<_> = before.into_iter().flat_map(limits).collect();
    let over = limits(after).filter(|limit| limit.1 <= now && !known.contains(limit));
    over.map(|(kind, _)| kind.to_owned()).collect()
}

/// The limits that a case is under, each with the moment at which it runs out.
fn limits(case: &Case) -> impl Iterator<Item = (&'static str, DateTime<Utc>)> {
    let owed = case.clocks.0.owed().map(|(stage, running)| (stage.code(), running.statutory_due_at));
    let effect = case.clocks.0.get(CaseStage::Effect).filter(|effect| effect.ended_at.is_none());
    owed.chain(effect.map(|effect| (CaseStage::Effect.code(), effect.due_at)))
}

/// When what is owed is shown to the next higher up.
fn next_rung(case: &Case, rules: &Rules) -> Result<Option<DateTime<Utc>>> {
    let owed = case.clocks.0.owed().map(|(_, running)| running.due_at).min();
    let (Some(rung), Some(due_at)) = (ladder::next_rung(case.escalation), owed) else { return Ok(None) };
    rung.at(rules, case.handling_agency_id, due_at).map(Some)
}

/// Fires what ran out before a step is taken, where the worker has not come round to it yet. Returns by how many versions that
/// moved the case.
pub(crate) async fn catch_up(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, case: &Case) -> Result<i32> {
    let over: Vec<&str> = limits(case).filter(|(_, fire_at)| *fire_at <= ctx.now).map(|(kind, _)| kind).collect();
    if over.is_empty() {
        return Ok(0);
    }
    let ctx = Ctx { actor: Actor::System, now: ctx.now };
    let mut fired = 0;
    let set = kernel::timers::of(conn, case.id.0).await?;
    // By their limits and not by their moments: one that could not fire was put off.
    for due in set.into_iter().filter(|due| over.contains(&due.kind.as_str())) {
        fired += i32::from(fire(conn, &ctx, world, &due).await?);
    }
    Ok(fired)
}

/// Fires a timer. Returns whether it did: one that was set anew or taken away meanwhile does not fire.
pub async fn fire(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, due: &Due) -> Result<bool> {
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let seen = match read(conn, &system, world, CaseId(due.entity_id)).await {
        Err(error) if error.is(&NOT_FOUND) => return kernel::timers::drop(conn, due).await.map(|()| false),
        seen => seen?,
    };
    let Some(untold) = kernel::timers::beside(conn, due).await? else { return Ok(false) };
    let mut moving = Moving { untold, ..Moving::of(seen) };
    let event = match (due.kind.as_str(), CaseStage::from_code(&due.kind)) {
        (_, Some(CaseStage::Effect)) => {
            moving.turn(&[ClockEffect::End(CaseStage::Effect)], &system, world)?;
            moving.arrive(CaseStatus::Effective, &system);
            Some(Event::TookEffect {})
        }
        (_, Some(stage)) => moving
            .case
            .clocks
            .0
            .get(stage)
            .map(|running| Event::DeadlinePassed { stage, statutory_due_at: running.statutory_due_at }),
        (ESCALATION, None) => escalate(&mut moving, &system, world)?,
        // Set by a newer program, which runs beside this one or did: it is put off until that one leads.
        (other, None) => return Err(INTERNAL.because(format!("no timer {other} of cases is known here"))),
    };
    let Some(event) = event else { return kernel::timers::drop(conn, due).await.map(|()| false) };
    moving.write(conn, &system, world, &event, None).await?;
    Ok(true)
}

/// One rung up.
fn escalate(moving: &mut Moving, ctx: &Ctx, world: World<'_>) -> Result<Option<Event>> {
    let rung = ladder::next_rung(moving.case.escalation);
    let (Some(rung), Some((stage, due_at))) = (rung, moving.case.clocks.0.past_due(ctx.now)) else { return Ok(None) };
    moving.case.escalation += 1;
    let own = moving.case.handling_agency_id;
    let above: Vec<_> = world.rules.above(own).into_iter().filter(|agency| !moving.case.bars(agency.0)).collect();
    let to = match rung.rung {
        Rung::Head => own,
        Rung::Superior => above.first().copied().unwrap_or(own),
        Rung::Top => above.last().copied().unwrap_or(own),
    };
    // Whoever has waited in vain may complain to the agency above (LKN Art. 7, 33): from when it was over, whenever that is seen.
    if stage == CaseStage::Resolve && !moving.case.clocks.0.runs(CaseStage::LodgeAgain) {
        let mut clocks = moving.case.clocks.0.clone();
        turn(&mut clocks, ClockEffect::Restart(CaseStage::LodgeAgain), &moving.case, world.rules, due_at)?;
        moving.case.clocks.0 = clocks;
    }
    Ok(Some(Event::Escalated { stage, rung: rung.rung, to: to.0 }))
}
