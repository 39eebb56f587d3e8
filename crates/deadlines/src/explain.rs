//! Why a deadline is when it is: a line for every day, with the text behind every day off.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::day::{DayKind, WEEKLY_REST};
use crate::limit::Unit;
use crate::vietnam::vn_date;

/// No explanation is longer: twenty years of days, and a line for each of a hundred events.
pub const MAX_STEPS: usize = 8000;

/// One line of an explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    /// The day, on Vietnam's calendar.
    #[cfg_attr(feature = "openapi", schema(example = "2026-04-27"))]
    pub date: NaiveDate,
    /// Whether it uses up some of the limit.
    #[cfg_attr(feature = "openapi", schema(example = false))]
    pub counted: bool,
    /// Why, or why not.
    pub reason: Reason,
    /// What the day is called, in Vietnamese, where it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schema(
            nullable = false,
            min_length = 1,
            max_length = 200,
            example = "Giỗ Tổ Hùng Vương (nghỉ bù cho Chủ nhật 26/4)"
        )
    )]
    pub name: Option<String>,
    /// The text behind it. Every day off has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schema(nullable = false, min_length = 1, max_length = 200, example = "Labour Code 2019 Art. 112; Art. 111.3")
    )]
    pub source: Option<String>,
    /// Of a limit in hours: the minutes used up on this day, rounded so that they add up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, minimum = 0, maximum = 1440))]
    pub minutes: Option<u32>,
}

/// Why a day counts, or does not.
///
/// Counted:
/// - `counted`: nothing speaks against it.
/// - `extended`: as part of an extension.
/// - `swap_work`: a day of the weekend that is worked.
/// - `same_day`: it came in time to be done the same day.
///
/// Not counted:
/// - `start_day`: the day of the start never is (Civil Code 2015 Art. 147).
/// - `restarted`: the limit began anew on this day; only what follows counts.
/// - `weekend`, `holiday`, `compensation`, `swap_off`: a day off, of that kind.
/// - `paused`: the clock stood.
/// - `after_cut_off`: it came too late to be done the same day.
/// - `closed`: it came after the office had closed.
/// - `rolled`: the limit ran out on a day off, and this is the next working day (Civil Code 2015 Art. 148).
/// - `reappointed`: the date the citizen was given instead (NĐ 61/2018 Art. 19(9)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Reason {
    StartDay,
    Restarted,
    Counted,
    Extended,
    SwapWork,
    SameDay,
    Weekend,
    Holiday,
    Compensation,
    SwapOff,
    Paused,
    AfterCutOff,
    Closed,
    Rolled,
    Reappointed,
}

impl Step {
    pub(crate) fn new(calendar: &Calendar, date: NaiveDate, reason: Reason) -> Self {
        let row = calendar.row(date);
        let (name, source) = match (reason.law(), row) {
            (Some(law), _) => (None, Some(law.to_owned())),
            (None, Some(row)) => (Some(row.name.clone()), Some(row.source.clone())),
            (None, None) => (None, None),
        };
        Self { date, counted: reason.counts(), reason, name, source, minutes: None }
    }
}

impl Reason {
    /// Why `kind`, a day off, is not counted; none for a working day.
    pub(crate) fn day_off(kind: DayKind) -> Option<Self> {
        match kind {
            DayKind::WorkingDay | DayKind::SwapWork => None,
            DayKind::Weekend => Some(Self::Weekend),
            DayKind::Holiday => Some(Self::Holiday),
            DayKind::Compensation => Some(Self::Compensation),
            DayKind::SwapOff => Some(Self::SwapOff),
        }
    }

    fn counts(self) -> bool {
        matches!(self, Self::Counted | Self::Extended | Self::SwapWork | Self::SameDay)
    }

    /// The law behind a reason that no row of a calendar gives.
    fn law(self) -> Option<&'static str> {
        match self {
            Self::StartDay => Some("Civil Code 2015 Art. 147"),
            Self::Rolled => Some("Civil Code 2015 Art. 148"),
            Self::Weekend => Some(WEEKLY_REST),
            _ => None,
        }
    }
}

/// The lines before the count: one for every beginning, where the day of it is not counted anyway.
pub(crate) fn beginnings(calendar: &Calendar, unit: Unit, beginnings: &[DateTime<Utc>]) -> Vec<Step> {
    // By the hour and on the same day, the count itself begins with the day of the start.
    let counts_first_day = unit.is_hours() || unit == Unit::SameDay;
    if counts_first_day && beginnings.len() == 1 {
        return Vec::new();
    }
    let reasons = std::iter::once(Reason::StartDay).chain(std::iter::repeat(Reason::Restarted));
    let step = |(&at, reason)| Step::new(calendar, vn_date(at), reason);
    beginnings.iter().zip(reasons).map(step).collect()
}
