//! From a start, a limit and what happened since to the dates a citizen can rely on.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::error::DeadlineError;
use crate::event::{Event, History, Reappointment};
use crate::explain::{self, Reason, Step};
use crate::limit::Limit;
use crate::office::Office;
use crate::run::Run;
use crate::timeliness::{Timeliness, timeliness};
use crate::vietnam::{due_date, end_of_day, vn_date};

/// When a matter is due, three times over, and why. The instants are exclusive, and each of the three is
/// at or after the one before it.
///
/// While the clock stands ([`stopped_since`](Self::stopped_since)) the dates are the last that were
/// known: those it would have met without this pause. They move when the clock goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deadline {
    /// What was printed first: from the start, whatever happened later.
    #[cfg_attr(feature = "openapi", schema(example = "2026-03-16T17:00:00Z"))]
    pub original_due_at: DateTime<Utc>,
    /// What lateness is measured by: after lawful pauses and restarts, before any extension.
    #[cfg_attr(feature = "openapi", schema(example = "2026-03-19T17:00:00Z"))]
    pub statutory_due_at: DateTime<Utc>,
    /// What the citizen was last told: with extensions, and a re-appointment if it is later.
    #[cfg_attr(feature = "openapi", schema(example = "2026-03-19T17:00:00Z"))]
    pub due_at: DateTime<Utc>,
    /// The last day on which `due_at` is kept, in Vietnam.
    #[cfg_attr(feature = "openapi", schema(example = "2026-03-19"))]
    pub due_date: NaiveDate,
    /// Whether a forecast year lies on the way from the start to `due_at`: it may yet change.
    #[cfg_attr(feature = "openapi", schema(example = false))]
    pub provisional: bool,
    /// The calendar it was computed under.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "vn-2026-11"))]
    pub calendar_version: String,
    /// Since when the clock stands, when it does. A pause that found nothing left of the statutory
    /// limit stops nothing: not one begun on the last day either, since that day still counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = "2026-03-04T03:00:00Z"))]
    pub stopped_since: Option<DateTime<Utc>>,
    /// How `due_at` came about, line by line. First the day of each beginning, unless there was only
    /// one and its day counts; then every day since the last beginning, without gaps, to the end of
    /// the limit; then a re-appointment, if that is later.
    ///
    /// What is counted adds up. In working and calendar days, the counted days are the limit with its
    /// extension; in months and years, the days from the last beginning to the same day so much later;
    /// for the same day, one. In hours, the minutes are 60 times the limit with its extension.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 8000))]
    pub explanation: Vec<Step>,
}

/// Works out when a matter that began at `starts_at` is due.
///
/// # Errors
/// [`DeadlineError`]: the limit is out of range, the events cannot have happened so, or the
/// calendar does not reach from the start to the end.
pub fn compute(
    calendar: &Calendar,
    office: &Office,
    starts_at: DateTime<Utc>,
    limit: Limit,
    events: &[Event],
) -> Result<Deadline, DeadlineError> {
    let history = History::read(starts_at, limit, events)?;
    let printed = Run { calendar, office, limit, extension: 0, from: starts_at, pauses: &[] };
    let lawful = Run { from: history.begins_at, pauses: &history.pauses, ..printed };
    let told = Run { extension: history.extension, ..lawful }.walk()?;
    let original_due_at = printed.walk()?.due_at;
    let statutory_due_at = lawful.walk()?.due_at;

    let mut due_at = told.due_at;
    let mut explanation = explain::beginnings(calendar, limit.unit, &history.beginnings());
    explanation.extend(told.steps);
    if let Some(new) = history.reappointment {
        let replaced = compute(calendar, office, starts_at, limit, &events[..new.index])?;
        let new_due_at = check(calendar, new, replaced.due_at)?;
        // A later pause or extension may have carried the limit itself beyond the new date.
        if new.holds && new_due_at > due_at {
            due_at = new_due_at;
            explanation.push(Step::new(calendar, new.due_date, Reason::Reappointed));
        }
    }

    // A day on which the clock stops still counts, so a pause on the last one leaves nothing to resume.
    let has_time_left = |at: &DateTime<Utc>| {
        if limit.unit.is_hours() { *at < statutory_due_at } else { vn_date(*at) < due_date(statutory_due_at) }
    };
    Ok(Deadline {
        original_due_at,
        statutory_due_at,
        due_at,
        due_date: due_date(due_at),
        provisional: calendar.is_provisional_between(vn_date(starts_at), due_date(due_at)),
        calendar_version: calendar.version().to_owned(),
        stopped_since: history.paused_since.filter(has_time_left),
        explanation,
    })
}

/// Whether a new date may still be announced at `now`: at least one day, of any kind, before the one
/// it replaces (NĐ 61/2018 Art. 19(9)).
pub fn may_reappoint(due_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    vn_date(now) < due_date(due_at)
}

impl Deadline {
    /// Whether the matter is, or was, in time; see [`timeliness`].
    pub fn timeliness(&self, finished_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Timeliness {
        timeliness(Some(self.statutory_due_at), self.stopped_since.is_some(), finished_at, now)
    }
}

/// The end of the new date, when it is published and later than what it replaces.
fn check(calendar: &Calendar, new: Reappointment, replaced: DateTime<Utc>) -> Result<DateTime<Utc>, DeadlineError> {
    calendar.kind(new.due_date)?;
    let new_due_at = end_of_day(new.due_date);
    if new_due_at > replaced {
        Ok(new_due_at)
    } else {
        Err(DeadlineError::ReappointNotLater { index: new.index, due_date: new.due_date })
    }
}
