//! What the steps of a dossier do to its deadline.

use chrono::{DateTime, Utc};
use deadlines::{Clock, Deadline, Event, Limit, Timeliness};
use kernel::id::AgencyId;
use kernel::rules::Rules;
use kernel::{Result, json::Json};

use crate::catalogue::{Case, SupplementRule};
use crate::dossier::{Channel, Dossier};
use crate::workflow::Status;

/// A clock of this case for the agency that decides it, started now.
pub fn start(rules: &Rules, case: &Case, channel: Channel, competent: AgencyId, now: DateTime<Utc>) -> Result<Clock> {
    rules.start(limit(case, channel), competent, now)
}

/// How long the agency may take: the limit of the way on which a dossier came, where that has one of its own.
pub fn limit(case: &Case, channel: Channel) -> Limit {
    case.method(channel).and_then(|method| method.limit).unwrap_or(case.limit)
}

/// By when reception owes an answer to what comes in now, where the procedure says so for the way on which it came.
pub fn intake_due_at(
    rules: &Rules,
    case: &Case,
    channel: Channel,
    receiving: AgencyId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let rule = case.method(channel).and_then(|method| method.intake.as_ref());
    rule.map(|rule| rules.due_at(rule.limit, receiving, now)).transpose()
}

/// The event that ends the pause of a clock that was due at `due_at`, as the procedure's rule says. What was asked for after the
/// limit had run out begins nothing anew: what is late stays late.
pub fn continues(
    rule: SupplementRule,
    clock: &Clock,
    due_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<Event> {
    let stands_since = paused_at(clock);
    // Where the applicant was late, the clock has gone on by itself: until it runs out, what is brought begins it anew too.
    let in_time = due_at.is_some_and(|due_at| stands_since.unwrap_or(now) < due_at);
    match rule {
        SupplementRule::Restart if in_time => Some(Event::Restart { at: now }),
        SupplementRule::Restart | SupplementRule::Pause => stands_since.map(|_| Event::Resume { at: now }),
    }
}

/// Since when the clock has stood, if it was stopped last.
pub fn paused_at(clock: &Clock) -> Option<DateTime<Utc>> {
    match clock.events.last() {
        Some(Event::Pause { at }) => Some(*at),
        _ => None,
    }
}

/// When the limit that counts began: with the last time that the dossier was received in full.
pub fn began(clock: &Clock) -> DateTime<Utc> {
    let last = clock.events.iter().rev().find_map(|event| match event {
        Event::Restart { at } => Some(*at),
        _ => None,
    });
    last.unwrap_or(clock.starts_at)
}

/// When a stage of dossiers must be over that begins then, by the rules in force and the agency's hours. Nothing where there is
/// no rule.
pub fn stage(rules: &Rules, stage: &str, agency: AgencyId, from: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let rule = rules.clock("dossier", stage, "", deadlines::vn_date(from));
    rule.map(|rule| rules.due_at(rule.limit()?, agency, from)).transpose()
}

/// Puts a clock and its dates on the row.
pub fn put(dossier: &mut Dossier, clock: Clock, deadline: &Deadline) {
    dossier.clock = Some(Json(clock));
    dossier.clock_stands = deadline.stopped_since.is_some();
    dossier.original_due_at.get_or_insert(deadline.original_due_at);
    dossier.statutory_due_at = Some(deadline.statutory_due_at);
    dossier.due_at = Some(deadline.due_at);
    // Until it is handed over, that is what is next.
    let hand_over = dossier.hand_over_due_at.filter(|_| dossier.stands_at() == Some(Status::Accepted));
    dossier.next_due_at = hand_over.map_or(deadline.due_at, |at| at.min(deadline.due_at));
}

/// Whether the dossier is, or was, in time.
pub fn timeliness_of(dossier: &Dossier, now: DateTime<Utc>) -> Timeliness {
    deadlines::timeliness(dossier.statutory_due_at, dossier.clock_stands, dossier.finished_at, now)
}
