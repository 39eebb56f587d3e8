//! Limits counted in days. One walk over the calendar serves them all.

use chrono::{Days, Months, NaiveDate};

use crate::day::DayKind;
use crate::error::DeadlineError;
use crate::explain::{Reason, Step};
use crate::run::{Run, Walk};
use crate::vietnam::{end_of_day, local, vn_date};

/// How many days to count, and which.
#[derive(Clone, Copy)]
struct Count {
    /// Days off are passed over; otherwise every day counts, and only the end must be a working day.
    working_days: bool,
    /// Days of the limit itself.
    limit: u32,
    /// Days with the extension.
    total: u32,
}

pub(crate) fn working_days(run: &Run) -> Result<Walk, DeadlineError> {
    let count = Count { working_days: true, limit: run.limit.amount, total: run.total() };
    walk(run, count, Vec::new())
}

pub(crate) fn calendar_days(run: &Run) -> Result<Walk, DeadlineError> {
    let count = Count { working_days: false, limit: run.limit.amount, total: run.total() };
    walk(run, count, Vec::new())
}

/// A limit in months is as many days as lie between its start and the same day so many months later,
/// or the last of that month. Pauses then take out days, as from any other.
pub(crate) fn months(run: &Run, months_per_unit: u32) -> Result<Walk, DeadlineError> {
    let start = vn_date(run.from);
    let days = |amount: u32| {
        let end = start.checked_add_months(Months::new(amount * months_per_unit));
        let days = end.map_or(i64::MAX, |end| (end - start).num_days());
        u32::try_from(days).unwrap_or(u32::MAX)
    };
    let count = Count { working_days: false, limit: days(run.limit.amount), total: days(run.total()) };
    walk(run, count, Vec::new())
}

/// The day itself, when it is worked and the cut-off has not come; otherwise one working day.
pub(crate) fn same_day(run: &Run) -> Result<Walk, DeadlineError> {
    let start = vn_date(run.from);
    let in_time = local(run.from).time() < run.office.cut_off;
    let reason = match Reason::day_off(run.calendar.kind(start)?) {
        Some(day_off) => day_off,
        None if in_time => Reason::SameDay,
        None => Reason::AfterCutOff,
    };
    let steps = vec![Step::new(run.calendar, start, reason)];
    if reason == Reason::SameDay {
        return Ok(Walk { due_at: end_of_day(start), steps });
    }
    walk(run, Count { working_days: true, limit: 1, total: 1 }, steps)
}

/// Walks from the day after the beginning until the limit has run out on a working day.
fn walk(run: &Run, count: Count, mut steps: Vec<Step>) -> Result<Walk, DeadlineError> {
    let mut date = vn_date(run.from);
    run.calendar.kind(date)?;
    let mut counted = 0;
    loop {
        // Cannot overflow: `kind` refused every day outside the calendar, and no calendar comes
        // near the end of time.
        date = date + Days::new(1);
        let kind = run.calendar.kind(date)?;
        let reason = count.reason(counted, kind, is_taken_out(run, date));
        let step = Step::new(run.calendar, date, reason);
        counted += u32::from(step.counted);
        let has_run_out = step.counted && counted == count.total && kind.is_working();
        steps.push(step);
        if has_run_out || reason == Reason::Rolled {
            return Ok(Walk { due_at: end_of_day(date), steps });
        }
    }
}

impl Count {
    /// Why a day counts or not, when `counted` days came before it.
    fn reason(self, counted: u32, kind: DayKind, taken_out: bool) -> Reason {
        let is_full = counted == self.total;
        match Reason::day_off(kind) {
            Some(day_off) if self.working_days || is_full => day_off,
            _ if taken_out => Reason::Paused,
            _ if is_full => Reason::Rolled,
            _ if counted >= self.limit => Reason::Extended,
            _ if self.working_days && kind == DayKind::SwapWork => Reason::SwapWork,
            _ => Reason::Counted,
        }
    }
}

/// Whether a pause takes the day out: the day it begins on still counts, the day it ends on does not.
fn is_taken_out(run: &Run, date: NaiveDate) -> bool {
    run.pauses.iter().any(|pause| vn_date(pause.from) < date && date <= vn_date(pause.to))
}
