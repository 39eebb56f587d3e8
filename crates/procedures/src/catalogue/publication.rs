//! The decision that publishes a procedure (quyết định công bố), and by when it had to be made and opened to the public:
//! `procedure` in `migrations/seed/clocks.csv`.

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::{Office, Unit, compute, end_of_day, vn_date};
use kernel::Result;
use kernel::problem::{FieldError, INTERNAL, INVALID, Text};
use kernel::rules::{ClockRule, Rules};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Mark;
use kernel::limits::refused;

/// The decision that publishes a procedure (NĐ 63/2010/NĐ-CP Art. 13 to 15).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewPublication {
    /// Its number.
    #[schema(example = "1234/QĐ-UBND", min_length = 1, max_length = 50)]
    pub decision: String,
    /// When it was signed: today or before.
    pub decided_on: NaiveDate,
    /// When the legal text that the procedure is in takes effect, where that is what the decision follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_on: Option<NaiveDate>,
}

/// The decision that published a version, and whether it was in time, by the law and the calendar of the day on which the
/// version was brought out. As the version, this never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Publication {
    #[schema(example = "1234/QĐ-UBND", max_length = 50)]
    pub decision: String,
    pub decided_on: NaiveDate,
    /// When the legal text takes effect that it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_on: Option<NaiveDate>,
    /// Decided before the legal text took effect; absent where it follows none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Punctuality>,
    /// Open to the public after the decision.
    pub opened: Punctuality,
}

/// Whether something was done by the day by which it had to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Punctuality {
    pub done_on: NaiveDate,
    /// The last day on which it was in time.
    pub due_on: NaiveDate,
    pub in_time: bool,
    /// The text that sets the limit, and how sure we are of it.
    #[schema(example = "NĐ 63/2010/NĐ-CP Art. 24", max_length = 300)]
    pub source: String,
    pub mark: Mark,
}

impl NewPublication {
    /// With its due days, for a version that is brought out now.
    ///
    /// # Errors
    /// [`INVALID`] for a decision of the future, or of a time before the rules; a day that the calendar does not reach.
    pub(super) fn held_to(self, rules: &Rules, now: DateTime<Utc>) -> Result<Publication> {
        let today = vn_date(now);
        if self.decided_on > today {
            let words = Text::fixed("chưa đến ngày này", "that day is still to come");
            return Err(INVALID.error().fields(vec![FieldError::new("/publication/decided_on", "too_late", words)]));
        }
        let Self { decision, decided_on, in_force_on } = self;
        let announced = in_force_on.map(|day| announced(rules, decided_on, day)).transpose()?;
        let opened = opened(rules, decided_on, today)?;
        Ok(Publication { decision, decided_on, in_force_on, announced, opened })
    }
}

fn announced(rules: &Rules, decided_on: NaiveDate, in_force_on: NaiveDate) -> Result<Punctuality> {
    let rule = rule(rules, "announce", decided_on)?;
    let limit = rule.limit()?;
    if limit.unit != Unit::WorkingDay {
        return Err(INTERNAL.because("a procedure is announced working days before, and not by another unit"));
    }
    let due_on = rules.calendar()?.working_days_before(in_force_on, limit.amount);
    Punctuality::new(decided_on, due_on.map_err(|error| refused(&error).at("/publication/in_force_on"))?, rule)
}

fn opened(rules: &Rules, decided_on: NaiveDate, today: NaiveDate) -> Result<Punctuality> {
    let rule = rule(rules, "open", decided_on)?;
    // The day of the decision is not counted, whenever on it that was signed.
    let start = end_of_day(decided_on.pred_opt().unwrap_or(decided_on));
    let due = compute(rules.calendar()?, &Office::default(), start, rule.limit()?, &[]);
    let due = due.map_err(|error| refused(&error).at("/publication/decided_on"))?;
    Punctuality::new(today, due.due_date, rule)
}

fn rule<'a>(rules: &'a Rules, stage: &str, on: NaiveDate) -> Result<&'a ClockRule> {
    rules.clock("procedure", stage, "", on).ok_or_else(|| {
        let words = Text::fixed("chưa có quy định của ngày này", "there was no rule on that day");
        INVALID.error().fields(vec![FieldError::new("/publication/decided_on", "too_early", words)])
    })
}

impl Punctuality {
    fn new(done_on: NaiveDate, due_on: NaiveDate, rule: &ClockRule) -> Result<Self> {
        let unknown = || INTERNAL.because(format!("{} is no mark", rule.mark));
        let mark = Mark::from_code(&rule.mark).ok_or_else(unknown)?;
        Ok(Self { done_on, due_on, in_time: done_on <= due_on, source: rule.source.clone(), mark })
    }
}
