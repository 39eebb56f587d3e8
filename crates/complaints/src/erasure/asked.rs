//! Somebody asks for their data to be erased (Luật 91/2025/QH15 Art. 14): what rules on keeping hold is said, and the rest goes with the
//! answer.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::CitizenId;
use kernel::idempotency::Answer;
use kernel::json::Json;
use kernel::problem::{Error, FieldError, INVALID, Text};
use kernel::retention::{Held, each_once};
use kernel::schema::cases;
use kernel::{Actor, Ctx, Result};

use super::{MOST, draft, due, erase, is_filed, rule_of};
use crate::accused::not_accusing;
use crate::case::{Case, CaseId, CaseOutcome, visible_to};
use crate::facts::{CaseKind, DataRight, Facts};
use crate::problem::KEPT_BY_LAW;
use crate::request::{CaseAnswer, CaseGrounded};
use crate::steps::{Act, Target, World, take};
use crate::workflow::CaseStatus;

/// On which erasure is refused while something is held.
const GROUND: &str = "kept_by_law";

/// What there is of whoever asks outside of cases.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    /// What rules keep of it.
    pub held: Vec<Held>,
    /// Something is kept by no rule.
    pub free: bool,
}

/// So many go at once with the request; the rest goes by itself.
const AT_ONCE: i64 = 100;

/// The account that asks, in this case, for its data to be erased: none where something else is asked for, or it came on paper.
///
/// # Errors
/// The database.
pub async fn asked_by(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: CaseId,
) -> Result<Option<CitizenId>> {
    let request = cases::table
        .filter(cases::id.eq(id))
        .filter(visible_to(ctx, world.rules))
        .filter(cases::kind.eq(CaseKind::DataSubjectRequest))
        .select((cases::sender_id, cases::facts));
    let found: Option<(Option<CitizenId>, Json<Facts>)> = request.first(conn).await.optional()?;
    let erase = |facts: &Facts| matches!(facts, Facts::DataSubjectRequest { right: DataRight::Erase, .. });
    Ok(found.filter(|(_, facts)| erase(&facts.0)).and_then(|(sender, _)| sender))
}

/// Answers or refuses such a request. What is held, here and `elsewhere`, its sender is told with the answer, and is the ground on which
/// it is refused; as long as anything is, nothing is granted in full. What nothing holds is refused on no such ground, and is erased with
/// the answer that grants it: in one transaction, which is the caller's.
///
/// # Errors
/// [`KEPT_BY_LAW`], with what is held and until when; [`INVALID`] where it is refused because of what is not held; as
/// [`act`](crate::steps::act).
pub async fn settle(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    act: &Act,
    sender: CitizenId,
    elsewhere: &Elsewhere,
) -> Result<Answer> {
    let (mut moving, event) = take(conn, ctx, world, target, act).await?;
    let mut free = due(conn, ctx, world, Some((sender, target.id)), AT_ONCE).await?;
    free.extend(draft::of(conn, ctx, world, sender).await?);
    let held = held(conn, ctx, world, sender, target.id, &free).await?;
    let held = each_once(held.into_iter().chain(elsewhere.held.iter().cloned()));
    allowed(act, &held, elsewhere.free || !free.is_empty())?;
    moving.case.marks.0.held = held;
    if grants(act) {
        for (case, rule) in &free {
            erase::erase(conn, ctx, world, case, rule, Some(target.id)).await?;
        }
    }
    moving.answer(conn, ctx, world, &event, target.attempt).await
}

/// Whether the step grants anything, if it can be taken.
pub fn grants(act: &Act) -> bool {
    matches!(act, Act::Answer(CaseAnswer { outcome: CaseOutcome::Granted | CaseOutcome::PartlyGranted, .. }))
}

/// Nothing is granted in full while something is held, nor refused because of what is not. An answer that grants nothing is a refusal,
/// and what is held is all the ground that it has.
fn allowed(act: &Act, held: &[Held], free: bool) -> Result<()> {
    let at = match act {
        Act::Answer(CaseAnswer { outcome: CaseOutcome::Granted, .. }) => {
            return held.first().map_or(Ok(()), |first| Err(kept(first, held)));
        }
        Act::Answer(CaseAnswer { outcome: CaseOutcome::NotGranted, .. }) => "/outcome",
        Act::Grounded(_, CaseGrounded { ground, .. }) if ground == GROUND => "/ground",
        _ => return Ok(()),
    };
    let wrong = match (held.is_empty(), free) {
        (true, _) => Some(("not_so", "không có quy định nào còn giữ dữ liệu", "nothing is kept by any rule")),
        (_, true) => Some((
            "part_is_free",
            "một phần dữ liệu không có quy định nào giữ: phải trả lời partly_granted",
            "part of the data is kept by no rule: answer partly_granted",
        )),
        _ => None,
    };
    let wrong = wrong.map(|(code, vi, en)| FieldError::new(at, code, Text::fixed(vi, en)));
    INVALID.unless_none(wrong.into_iter().collect())
}

fn kept(first: &Held, held: &[Held]) -> Error {
    let (vi, en) = match first.until.map(deadlines::due_date) {
        Some(day) => (format!("đến hết ngày {}", day.format("%d/%m/%Y")), format!("to the end of {day}")),
        None => ("mà chưa định được ngày".to_owned(), "with no day set yet".to_owned()),
    };
    let error = KEPT_BY_LAW.with(
        format!("{} còn phải lưu {vi} ({}).", first.name, first.source),
        format!("{}: to be kept {en} ({}).", first.name_en, first.source),
    );
    error.extra("held", serde_json::to_value(held).expect("rules are plain data"))
}

/// What holds the cases of a citizen, beside the request itself and what is free. Nobody is told of what accuses them.
async fn held(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    sender: CitizenId,
    request: CaseId,
    free: &[(Case, &kernel::retention::Rule)],
) -> Result<Vec<Held>> {
    let theirs = Ctx { actor: Actor::Citizen(sender), now: ctx.now };
    let rows: Vec<(CaseId, CaseKind, CaseStatus, Option<_>)> = cases::table
        .filter(visible_to(&theirs, world.rules))
        .filter(cases::id.ne(request))
        .filter(is_filed())
        .filter(not_accusing(ctx))
        .limit(MOST)
        .select((cases::id, cases::kind, cases::status, cases::closed_at))
        .load(conn)
        .await?;
    let held = rows.into_iter().filter(|(id, ..)| free.iter().all(|(case, _)| case.id != *id));
    Ok(held
        .filter_map(|(_, kind, status, closed_at)| {
            let rule = rule_of(kind, status)?;
            // What is past its time and not free is held by something that has no date.
            let until = closed_at.map(|at| rule.until(at)).filter(|until| *until > ctx.now);
            Some(rule.held(until))
        })
        .collect())
}
