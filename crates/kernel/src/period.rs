//! Spans of days that registers and statistical reports are about, in Vietnam time. A reporting quarter is none of the calendar: it is
//! cut off on the 14th (TT 01/2024/TT-TTCP), and that is data: `migrations/seed/report-periods.csv`.

use std::sync::LazyLock;

use chrono::{DateTime, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::rules::read_csv;
use crate::text_enum;

text_enum! {
    /// A kind of period that is reported on.
    PeriodKind {
        Q1 = "Q1",
        Q2 = "Q2",
        Q3 = "Q3",
        Q4 = "Q4",
        SixMonths = "6M",
        NineMonths = "9M",
        Year = "year",
    }
}

/// A period that is reported on, like `2026-Q3`, `2026-6M` or `2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    pub year: i32,
    pub kind: PeriodKind,
}

impl TryFrom<String> for Period {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = "a period is like 2026-Q3, 2026-6M, 2026-9M or 2026";
        let (year, kind) = text.split_once('-').map_or((text.as_str(), None), |(year, kind)| (year, Some(kind)));
        let plain = year.len() == 4 && year.starts_with('2') && year.bytes().all(|byte| byte.is_ascii_digit());
        let kind = match kind {
            None => PeriodKind::Year,
            Some(code) => PeriodKind::from_code(code).filter(|kind| *kind != PeriodKind::Year).ok_or(wrong)?,
        };
        if plain { Ok(Self { year: year.parse().map_err(|_| wrong)?, kind }) } else { Err(wrong) }
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        match period.kind {
            PeriodKind::Year => period.year.to_string(),
            kind => format!("{}-{kind}", period.year),
        }
    }
}

/// From the beginning of its first day to the end of its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
}

impl Span {
    fn of(first: NaiveDate, last: NaiveDate) -> Option<Self> {
        let (from, until) = (deadlines::end_of_day(first.pred_opt()?), deadlines::end_of_day(last));
        Some(Self { first, last, from, until })
    }

    /// A year of the calendar, or a month of it.
    pub fn of_calendar(year: i32, month: Option<u32>) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, month.unwrap_or(1), 1)?;
        let next = first.checked_add_months(Months::new(if month.is_some() { 1 } else { 12 }))?;
        Self::of(first, next.pred_opt()?)
    }

    /// Whether nothing more will happen in it.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.until <= now
    }
}

/// The days of a kind of period, while that is the rule.
#[derive(Debug, Deserialize)]
struct Rule {
    kind: PeriodKind,
    /// Counted from the year that the period is named after.
    first_year: i32,
    first_month: u32,
    first_day: u32,
    last_month: u32,
    last_day: u32,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    source: String,
    mark: String,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    read_csv(include_str!("../../../migrations/seed/report-periods.csv")).expect("a test reads report-periods.csv")
});

/// The days of a period, and the text that says so with how sure we are of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported {
    pub span: Span,
    pub source: &'static str,
    pub mark: &'static str,
}

impl Period {
    /// Its days by the rule that is in force on the last of them; none where no rule is.
    pub fn days(self) -> Option<Reported> {
        RULES.iter().filter(|rule| rule.kind == self.kind).find_map(|rule| {
            let first = NaiveDate::from_ymd_opt(self.year + rule.first_year, rule.first_month, rule.first_day)?;
            let last = NaiveDate::from_ymd_opt(self.year, rule.last_month, rule.last_day)?;
            let valid = rule.valid_from.is_none_or(|from| from <= last) && rule.valid_to.is_none_or(|to| last <= to);
            let span = Span::of(first, last).filter(|_| valid)?;
            Some(Reported { span, source: &rule.source, mark: &rule.mark })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> String {
        let period = Period::try_from(text.to_owned()).expect("a period");
        assert_eq!(String::from(period), text, "it is written as it was read");
        period.days().map_or_else(String::new, |it| format!("{}..{}", it.span.first, it.span.last))
    }

    #[test]
    fn reporting_periods_are_cut_off_on_the_14th() {
        assert_eq!(days("2026-Q1"), "2025-12-15..2026-03-14");
        assert_eq!(days("2026-Q2"), "2026-03-15..2026-06-14");
        assert_eq!(days("2026-Q3"), "2026-06-15..2026-09-14");
        assert_eq!(days("2026-Q4"), "2026-09-15..2026-12-14");
        assert_eq!(days("2026-6M"), "2025-12-15..2026-06-14");
        assert_eq!(days("2026-9M"), "2025-12-15..2026-09-14");
        assert_eq!(days("2026"), "2025-12-15..2026-12-14");
        assert_eq!(days("2023"), "", "no rule is known for then");
        let q3 = Period { year: 2026, kind: PeriodKind::Q3 }.days().expect("a rule").span;
        assert_eq!(
            (q3.from, q3.until),
            ("2026-06-14T17:00:00Z".parse().expect("it"), "2026-09-14T17:00:00Z".parse().expect("it"))
        );
    }

    #[test]
    fn quarters_follow_each_other_without_a_gap_and_make_up_the_longer_periods() {
        let of = |kind| Period { year: 2027, kind }.days().expect("a rule").span;
        let [q1, q2, q3, q4] = [PeriodKind::Q1, PeriodKind::Q2, PeriodKind::Q3, PeriodKind::Q4].map(of);
        assert!([(q1, q2), (q2, q3), (q3, q4)].iter().all(|(one, next)| one.until == next.from));
        for (kind, last) in [(PeriodKind::SixMonths, q2), (PeriodKind::NineMonths, q3), (PeriodKind::Year, q4)] {
            assert_eq!((of(kind).from, of(kind).until), (q1.from, last.until), "{kind}");
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in ["2026-Q5", "2026-year", "26", "2026-", "1999", "2026-q1", "20260", "2o26", "-Q1"] {
            assert!(Period::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
