//! When a centre receives people, which is another question than which days a limit counts: many receive on Saturdays, by
//! a decision of their own, and a Saturday shift does not make a working day.

use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};

use crate::calendar::Calendar;
use crate::day::DayKind;
use crate::error::DeadlineError;
use crate::office::{Opening, OpeningHours};
use crate::vietnam::instant;

/// When the door of one centre is open.
#[derive(Clone, Debug)]
pub struct Reception {
    pub calendar: Arc<Calendar>,
    /// On every working day, a Saturday that is worked for another day among them.
    pub hours: OpeningHours,
    /// On Saturdays that are no working days, where the centre receives on them.
    pub saturdays: Option<OpeningHours>,
}

impl Reception {
    /// The openings of a day; none when the door stays shut.
    ///
    /// # Errors
    /// [`DeadlineError::NotPublished`]: the calendar does not reach `date`.
    pub fn on(&self, date: NaiveDate) -> Result<&[Opening], DeadlineError> {
        Ok(match self.calendar.kind(date)? {
            kind if kind.is_working() => self.hours.openings(),
            DayKind::Weekend if date.weekday() == Weekday::Sat => {
                self.saturdays.as_ref().map_or(&[], OpeningHours::openings)
            }
            _ => &[],
        })
    }

    /// When the door shuts for the last time on a day, if it opens on it at all.
    ///
    /// # Errors
    /// [`DeadlineError::NotPublished`]: the calendar does not reach `date`.
    pub fn closes_at(&self, date: NaiveDate) -> Result<Option<DateTime<Utc>>, DeadlineError> {
        Ok(self.on(date)?.last().map(|last| instant(date, last.to)))
    }

    /// When the appointments of a day begin, each `minutes` long and over before the door shuts.
    ///
    /// # Errors
    /// [`DeadlineError::NotPublished`]: the calendar does not reach `date`.
    pub fn slots(&self, date: NaiveDate, minutes: u16) -> Result<Vec<DateTime<Utc>>, DeadlineError> {
        let length = TimeDelta::minutes(minutes.max(1).into());
        let of_opening = |opening: &Opening| {
            let (opens, shuts) = (instant(date, opening.from), instant(date, opening.to));
            let count = i32::try_from((shuts - opens).num_seconds() / length.num_seconds()).unwrap_or(0);
            (0..count).map(move |n| opens + length * n)
        };
        Ok(self.on(date)?.iter().flat_map(of_opening).collect())
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;

    fn reception() -> Reception {
        let calendar = include_str!("../../../migrations/seed/calendars/vn-2026-11.csv");
        let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).expect("a time");
        let saturday = OpeningHours::new(vec![Opening { from: time(8, 0), to: time(9, 20) }]).expect("hours");
        Reception {
            calendar: Arc::new(Calendar::parse("vn-2026-11", calendar).expect("a calendar")),
            hours: OpeningHours::default(),
            saturdays: Some(saturday),
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn the_door_opens_on_working_days_and_on_saturdays_by_decision() {
        let reception = reception();
        let closes = |date| reception.closes_at(day(date)).expect("published").map(|at| at.to_string());
        assert_eq!(closes("2026-08-17").as_deref(), Some("2026-08-17 10:30:00 UTC"));
        assert_eq!(closes("2026-08-15").as_deref(), Some("2026-08-15 02:20:00 UTC"), "a Saturday");
        assert_eq!(closes("2026-08-22").as_deref(), Some("2026-08-22 10:30:00 UTC"), "worked for 31 August");
        assert_eq!(closes("2026-08-16"), None, "a Sunday");
        assert_eq!(closes("2026-09-02"), None, "National Day");
        assert!(!reception.calendar.is_working_day(day("2026-08-15")).expect("published"), "no limit counts it");
    }

    #[test]
    fn an_appointment_is_over_before_the_door_shuts() {
        let reception = reception();
        let slots = reception.slots(day("2026-08-15"), 30).expect("published");
        assert_eq!(slots.iter().map(|at| at.format("%H:%M").to_string()).collect::<Vec<_>>(), ["01:00", "01:30"]);
        assert_eq!(reception.slots(day("2026-08-17"), 60).expect("published").len(), 8);
        assert!(reception.slots(day("2026-08-16"), 60).expect("published").is_empty());
    }
}
