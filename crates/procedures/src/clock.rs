//! What the steps of a dossier do to its deadline.

use chrono::{DateTime, Utc};
use deadlines::{Clock, Deadline, DeadlineError, Event, Limit, Office, Timeliness};
use kernel::problem::{Error, FieldError, Text};
use kernel::rules::Rules;
use kernel::{Result, json::Json};

use crate::catalogue::{Case, SupplementRule};
use crate::dossier::{Channel, Dossier};
use crate::problem::{BAD_DEADLINE, CALENDAR_NOT_PUBLISHED};

/// A clock of this case, started now on the calendar in force: with the limit of the way on which the dossier came, where
/// that has one of its own.
pub fn start(rules: &Rules, case: &Case, channel: Channel, now: DateTime<Utc>) -> Result<Clock> {
    let method = case.methods.iter().find(|method| method.channel == channel);
    of(rules, method.and_then(|method| method.limit).unwrap_or(case.limit), now)
}

/// A clock of this limit, started now on the calendar in force.
pub fn of(rules: &Rules, limit: Limit, now: DateTime<Utc>) -> Result<Clock> {
    let calendar_version = rules.calendar()?.version().to_owned();
    Ok(Clock { starts_at: now, limit, calendar_version, events: Vec::new() })
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
    let restarts = clock.events.iter().rev().filter_map(|event| match event {
        Event::Restart { at } => Some(*at),
        _ => None,
    });
    restarts.into_iter().next().unwrap_or(clock.starts_at)
}

/// When a stage that begins now must be over, by the rules in force: `intake_answer`, within 8 working hours as a rule;
/// `hand_over`, the same day, or the next working day for what came after 15:00. Nothing where there is no rule.
pub fn stage(rules: &Rules, stage: &str, from: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let Some(rule) = rules.clock("dossier", stage, "", deadlines::vn_date(from)) else { return Ok(None) };
    Ok(Some(deadline(rules, &of(rules, rule.limit()?, from)?)?.due_at))
}

/// The deadline of a clock, on the calendar that it keeps.
pub fn deadline(rules: &Rules, clock: &Clock) -> Result<Deadline> {
    clock.deadline(rules.calendar_of(&clock.calendar_version)?, &Office::default()).map_err(|error| refused(&error))
}

/// The words of a deadline that cannot be computed.
pub fn refused(error: &DeadlineError) -> Error {
    let problem = if error.code() == CALENDAR_NOT_PUBLISHED.code { &CALENDAR_NOT_PUBLISHED } else { &BAD_DEADLINE };
    let at = error.event_index().map_or_else(|| "/limit".to_owned(), |index| format!("/events/{index}"));
    let words = Text::new(error.to_string(), error.to_string());
    problem.error().fields(vec![FieldError::new(at, error.code(), words)])
}

/// Puts a clock and its dates on the row.
pub fn put(dossier: &mut Dossier, clock: Clock, deadline: &Deadline) {
    dossier.clock = Some(Json(clock));
    dossier.clock_stands = deadline.stopped_since.is_some();
    dossier.original_due_at.get_or_insert(deadline.original_due_at);
    dossier.statutory_due_at = Some(deadline.statutory_due_at);
    dossier.due_at = Some(deadline.due_at);
    dossier.next_due_at = deadline.due_at;
}

/// Whether the dossier is, or was, in time.
pub fn timeliness_of(dossier: &Dossier, now: DateTime<Utc>) -> Timeliness {
    deadlines::timeliness(dossier.statutory_due_at, dossier.clock_stands, dossier.finished_at, now)
}
