//! Limits counted in hours, which run from the very moment (Civil Code 2015 Art. 147) and may end at any.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use crate::day::DayKind;
use crate::error::DeadlineError;
use crate::explain::{Reason, Step};
use crate::run::{Run, Walk};
use crate::vietnam::{end_of_day, instant, vn_date};

/// From `.0` up to but not including `.1`.
type Stretch = (DateTime<Utc>, DateTime<Utc>);

pub(crate) fn working_hours(run: &Run) -> Result<Walk, DeadlineError> {
    walk(run, |date, kind| {
        if !kind.is_working() {
            return Vec::new();
        }
        let openings = run.office.hours.openings().iter();
        openings.map(|opening| (instant(date, opening.from), instant(date, opening.to))).collect()
    })
}

pub(crate) fn hours(run: &Run) -> Result<Walk, DeadlineError> {
    walk(run, |date, _| vec![(end_of_day(date - Days::new(1)), end_of_day(date))])
}

/// Uses up the stretches of each day, from the day of the beginning on, until the limit has run out.
fn walk(run: &Run, stretches: impl Fn(NaiveDate, DayKind) -> Vec<Stretch>) -> Result<Walk, DeadlineError> {
    let limit = TimeDelta::hours(run.limit.amount.into());
    let total = TimeDelta::hours(run.total().into());
    let mut used = TimeDelta::zero();
    let mut steps = Vec::new();
    let mut date = vn_date(run.from);
    loop {
        let kind = run.calendar.kind(date)?;
        let open = stretches(date, kind);
        let used_before = used;
        let mut due_at = None;
        for (from, to) in open.iter().flat_map(|&stretch| running(run, stretch)) {
            let left = total - used;
            used += left.min(to - from);
            if used == total {
                due_at = Some(from + left);
                break;
            }
        }
        let reason = match Reason::day_off(kind) {
            _ if used > used_before && used_before >= limit => Reason::Extended,
            _ if used > used_before && kind == DayKind::SwapWork => Reason::SwapWork,
            _ if used > used_before => Reason::Counted,
            Some(day_off) if open.is_empty() => day_off,
            _ if open.last().is_some_and(|&(_, closes_at)| closes_at <= run.from) => Reason::Closed,
            _ => Reason::Paused,
        };
        let minutes = used.num_minutes() - used_before.num_minutes();
        steps.push(Step { minutes: u32::try_from(minutes).ok(), ..Step::new(run.calendar, date, reason) });
        if let Some(due_at) = due_at {
            return Ok(Walk { due_at, steps });
        }
        // Cannot overflow: no calendar comes near the end of time.
        date = date + Days::new(1);
    }
}

/// The parts of a stretch in which the clock runs: after the beginning, and not in a pause.
fn running(run: &Run, (opens_at, closes_at): Stretch) -> Vec<Stretch> {
    let mut parts = Vec::new();
    let mut from = opens_at.max(run.from);
    for pause in run.pauses {
        if from < pause.from.min(closes_at) {
            parts.push((from, pause.from.min(closes_at)));
        }
        from = from.max(pause.to);
    }
    if from < closes_at {
        parts.push((from, closes_at));
    }
    parts
}
