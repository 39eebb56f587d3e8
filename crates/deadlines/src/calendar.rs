//! Which days are worked. A calendar is data with a version: it is read, never worked out, because
//! the Government decides Tết, National Day and every swap anew each year, and sometimes late.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::day::{Day, DayKind, WEEKLY_REST};
use crate::error::{CalendarError, DeadlineError};
use crate::row::{CalendarRow, Confidence, RowKind, fits};

/// Years a calendar may speak of: keeps every sum of dates far from the ends of time.
const YEARS: RangeInclusive<i32> = 1945..=2199;
/// Most years in one calendar; with it the longest explanation has a limit.
const MAX_YEARS: usize = 20;

/// The days off and the worked weekend days of some years, published under a version.
///
/// It speaks of whole years: from 1 January of the first year that has a row to 31 December of the
/// last. A day without a row is worked from Monday to Friday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    version: String,
    rows: BTreeMap<NaiveDate, CalendarRow>,
    provisional_years: BTreeSet<i32>,
    published: RangeInclusive<NaiveDate>,
}

impl Calendar {
    /// Reads `date,kind,name,source,confidence`, one row a day, with that header.
    ///
    /// # Errors
    /// [`CalendarError`]: the first thing that is wrong with the text or its rows.
    pub fn parse(version: &str, csv_text: &str) -> Result<Self, CalendarError> {
        let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
        let rows = reader.deserialize().collect::<Result<Vec<CalendarRow>, _>>()?;
        Self::new(version, rows)
    }

    /// A calendar from its rows, in any order.
    ///
    /// # Errors
    /// [`CalendarError`] when the rows cannot all be true, or leave out a year: no year in Vietnam
    /// is without holidays, so a year without rows is one that nobody has entered.
    pub fn new(version: impl Into<String>, rows: impl IntoIterator<Item = CalendarRow>) -> Result<Self, CalendarError> {
        let version = version.into();
        if !fits(&version) {
            return Err(CalendarError::Version);
        }
        let mut by_date = BTreeMap::new();
        for row in rows {
            check(&row)?;
            let date = row.date;
            if by_date.insert(date, row).is_some() {
                return Err(CalendarError::DayTwice { date });
            }
        }
        let published = published(&by_date)?;
        let forecasts = by_date.values().filter(|row| row.confidence == Confidence::Forecast);
        let provisional_years = forecasts.map(|row| row.date.year()).collect();
        Ok(Self { version, rows: by_date, provisional_years, published })
    }

    /// The version it was published under. A matter keeps the one it was accepted under.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The first and the last day it speaks of.
    pub fn published(&self) -> RangeInclusive<NaiveDate> {
        self.published.clone()
    }

    /// Whether public offices work on `date`.
    ///
    /// # Errors
    /// [`DeadlineError::NotPublished`]: the calendar does not reach `date`.
    pub fn is_working_day(&self, date: NaiveDate) -> Result<bool, DeadlineError> {
        Ok(self.kind(date)?.is_working())
    }

    /// What the calendar knows of `date`.
    ///
    /// # Errors
    /// [`DeadlineError::NotPublished`]: the calendar does not reach `date`.
    pub fn day(&self, date: NaiveDate) -> Result<Day, DeadlineError> {
        let kind = self.kind(date)?;
        let row = self.row(date);
        let weekly_rest = (kind == DayKind::Weekend).then(|| WEEKLY_REST.to_owned());
        Ok(Day {
            date,
            working: kind.is_working(),
            kind,
            name: row.map(|row| row.name.clone()),
            source: row.map(|row| row.source.clone()).or(weekly_rest),
            confidence: row.map(|row| row.confidence),
            provisional: self.provisional_years.contains(&date.year()),
        })
    }

    /// Every day from `from` to `to`, both included; none when `to` comes first.
    ///
    /// # Errors
    /// [`DeadlineError::NotPublished`]: the calendar does not reach `from` or `to`.
    pub fn days(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<Day>, DeadlineError> {
        self.kind(from).and(self.kind(to))?;
        from.iter_days().take_while(|date| *date <= to).map(|date| self.day(date)).collect()
    }

    /// The `count`-th working day before `date`, which is not counted: the last one on which something is done so many
    /// working days ahead.
    ///
    /// # Errors
    /// [`DeadlineError::NotPublished`]: the calendar does not reach `date`, or so far back.
    pub fn working_days_before(&self, date: NaiveDate, count: u32) -> Result<NaiveDate, DeadlineError> {
        let mut day = date;
        self.kind(day)?;
        for _ in 0..count {
            day = before(day);
            while !self.is_working_day(day)? {
                day = before(day);
            }
        }
        Ok(day)
    }

    pub(crate) fn kind(&self, date: NaiveDate) -> Result<DayKind, DeadlineError> {
        if !self.published.contains(&date) {
            let (first, last) = (*self.published.start(), *self.published.end());
            return Err(DeadlineError::NotPublished { date, first, last });
        }
        Ok(match self.row(date) {
            Some(row) => row.kind.into(),
            None if is_weekend(date) => DayKind::Weekend,
            None => DayKind::WorkingDay,
        })
    }

    pub(crate) fn row(&self, date: NaiveDate) -> Option<&CalendarRow> {
        self.rows.get(&date)
    }

    pub(crate) fn is_provisional_between(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.provisional_years.iter().any(|year| (from.year()..=to.year()).contains(year))
    }
}

/// A row alone. A holiday may fall on a weekend; the other kinds would change nothing there.
fn check(row: &CalendarRow) -> Result<(), CalendarError> {
    let date = row.date;
    if !YEARS.contains(&date.year()) {
        return Err(CalendarError::YearOutOfRange { date, first: *YEARS.start(), last: *YEARS.end() });
    }
    if let Some(field) = row.bad_text() {
        return Err(CalendarError::Text { date, field });
    }
    let pointless = match row.kind {
        RowKind::Holiday => false,
        RowKind::Compensation | RowKind::SwapOff => is_weekend(date),
        RowKind::SwapWork => !is_weekend(date),
    };
    if pointless { Err(CalendarError::Pointless { date, kind: row.kind }) } else { Ok(()) }
}

/// Whole years, from the first that has a row to the last, and none between them without one.
fn published(rows: &BTreeMap<NaiveDate, CalendarRow>) -> Result<RangeInclusive<NaiveDate>, CalendarError> {
    let years: BTreeSet<i32> = rows.keys().map(Datelike::year).collect();
    let (Some(&first), Some(&last)) = (years.first(), years.last()) else {
        return Err(CalendarError::Empty);
    };
    if let Some(year) = (first..=last).find(|year| !years.contains(year)) {
        return Err(CalendarError::YearMissing { year });
    }
    if years.len() > MAX_YEARS {
        return Err(CalendarError::TooLong { years: years.len(), max: MAX_YEARS });
    }
    Ok(day_of(first, 1, 1)..=day_of(last, 12, 31))
}

/// The first of all days comes before no published one.
fn before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(NaiveDate::MIN)
}

fn day_of(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("the ends of a year that rows were checked to be in")
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}
