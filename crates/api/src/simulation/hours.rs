//! The working time of the city: when somebody who goes to work at a moment, for so long, is done.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use deadlines::{Calendar, OpeningHours, end_of_day, vn_date};
use kernel::Result;
use kernel::limits::refused;

/// The usual opening hours on the days that the calendar says are worked.
pub struct Hours {
    pub calendar: Arc<Calendar>,
    openings: OpeningHours,
}

impl Hours {
    pub fn new(calendar: Arc<Calendar>) -> Self {
        Self { calendar, openings: OpeningHours::default() }
    }

    pub fn is_open_on(&self, day: NaiveDate) -> Result<bool> {
        self.calendar.is_working_day(day).map_err(|error| refused(&error))
    }

    /// When that much working time has passed since a moment. It is always a moment at which somebody is at work.
    pub fn after(&self, from: DateTime<Utc>, mut work: TimeDelta) -> Result<DateTime<Utc>> {
        let mut day = vn_date(from);
        loop {
            for (opens, closes) in self.openings_on(day)? {
                let begins = opens.max(from);
                let time = (closes - begins).max(TimeDelta::zero());
                if work < time {
                    return Ok(begins + work);
                }
                work -= time;
            }
            day = day + Days::new(1);
        }
    }

    /// How much working time there is between two moments.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<TimeDelta> {
        let mut time = TimeDelta::zero();
        for day in vn_date(from).iter_days().take_while(|day| *day <= vn_date(to)) {
            for (opens, closes) in self.openings_on(day)? {
                time += (closes.min(to) - opens.max(from)).max(TimeDelta::zero());
            }
        }
        Ok(time)
    }

    fn openings_on(&self, day: NaiveDate) -> Result<Vec<(DateTime<Utc>, DateTime<Utc>)>> {
        let open = self.is_open_on(day)?;
        let openings = self.openings.openings().iter().filter(|_| open);
        Ok(openings.map(|opening| (moment(day, opening.from), moment(day, opening.to))).collect())
    }
}

/// What a clock on a wall in Vietnam shows.
fn moment(day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    begin(day) + (time - NaiveTime::MIN)
}

/// 00:00 of a day in Vietnam.
pub fn begin(day: NaiveDate) -> DateTime<Utc> {
    end_of_day(day) - TimeDelta::days(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}+07:00").parse().expect("an instant")
    }

    #[test]
    fn work_is_done_in_opening_hours_alone() {
        let rows = include_str!("../../../../migrations/seed/calendars/vn-2026-11.csv");
        let hours = Hours::new(Arc::new(Calendar::parse("vn-2026-11", rows).expect("a calendar")));
        let cases = [
            ("2026-08-17T09:00:00", 60, "2026-08-17T10:00:00"),
            ("2026-08-17T11:30:00", 60, "2026-08-17T14:00:00"),
            ("2026-08-17T20:00:00", 0, "2026-08-18T08:00:00"),
            // Friday, and a week with the National Day.
            ("2026-08-14T17:00:00", 31, "2026-08-17T08:01:00"),
        ];
        for (from, minutes, done) in cases {
            let (from, work) = (at(from), TimeDelta::minutes(minutes));
            assert_eq!(hours.after(from, work).unwrap(), at(done), "{from}");
            assert_eq!(hours.between(from, at(done)).unwrap(), work, "{from}");
        }
        assert_eq!(begin(NaiveDate::from_ymd_opt(2026, 8, 17).unwrap()), at("2026-08-17T00:00:00"));
    }
}
