//! Vietnam time: UTC+07:00 all year round, the only zone a Vietnamese deadline is counted in.
//!
//! No function here panics; instants at the ends of what chrono can hold are clamped.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

/// UTC+07:00, without daylight saving.
pub const VIETNAM: FixedOffset = FixedOffset::east_opt(7 * 3600).expect("seven hours is a valid offset");

/// The day on Vietnam's calendar that holds `instant`. Midnight belongs to the new day.
pub fn vn_date(instant: DateTime<Utc>) -> NaiveDate {
    local(instant).date()
}

/// 24:00 of `date` in Vietnam, where a limit counted in days ends (Civil Code 2015 Art. 148).
pub fn end_of_day(date: NaiveDate) -> DateTime<Utc> {
    date.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, |next| instant(next, NaiveTime::MIN))
}

/// The last day on which something due before `due_at` is in time: the date a citizen is shown.
///
/// `due_at` is exclusive, so a limit that ends at 24:00 is shown with the day that ends, not the next.
pub fn due_date(due_at: DateTime<Utc>) -> NaiveDate {
    let last_moment = due_at.checked_sub_signed(TimeDelta::nanoseconds(1));
    vn_date(last_moment.unwrap_or(DateTime::<Utc>::MIN_UTC))
}

/// What a clock on a wall in Vietnam shows at `instant`.
pub(crate) fn local(instant: DateTime<Utc>) -> NaiveDateTime {
    instant.naive_utc().checked_add_offset(VIETNAM).unwrap_or(NaiveDateTime::MAX)
}

/// The instant at which a clock on a wall in Vietnam shows `date` and `time`.
pub(crate) fn instant(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let utc = date.and_time(time).checked_sub_offset(VIETNAM);
    utc.unwrap_or(NaiveDateTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an RFC 3339 instant")
    }

    #[test]
    fn midnight_in_hanoi_is_17_00_utc() {
        let date = NaiveDate::from_ymd_opt(2026, 9, 3).expect("a date");
        assert_eq!(end_of_day(date), at("2026-09-03T17:00:00Z"));
        assert_eq!(vn_date(at("2026-09-03T16:59:59Z")), date);
        assert_eq!(vn_date(at("2026-09-03T17:00:00Z")), date.succ_opt().expect("a date"));
        assert_eq!(due_date(at("2026-09-03T17:00:00Z")), date);
        assert_eq!(due_date(at("2026-09-03T17:00:00.000000001Z")), date.succ_opt().expect("a date"));
    }

    #[test]
    fn the_ends_of_time_are_clamped() {
        assert_eq!(vn_date(DateTime::<Utc>::MAX_UTC), NaiveDate::MAX);
        assert_eq!(due_date(DateTime::<Utc>::MIN_UTC), NaiveDate::MIN);
        assert_eq!(end_of_day(NaiveDate::MAX), DateTime::<Utc>::MAX_UTC);
        assert!(end_of_day(NaiveDate::MIN) > DateTime::<Utc>::MIN_UTC);
    }
}
