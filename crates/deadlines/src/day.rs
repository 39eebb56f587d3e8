//! One day as a calendar sees it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::row::{Confidence, RowKind};

/// Why nobody works on a weekend.
pub(crate) const WEEKLY_REST: &str = "Labour Code 2019 Art. 111";

/// One day, and what the calendar says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Day {
    /// The day, on Vietnam's calendar.
    #[cfg_attr(feature = "openapi", schema(example = "2026-04-27"))]
    pub date: NaiveDate,
    /// Whether public offices work.
    #[cfg_attr(feature = "openapi", schema(example = false))]
    pub working: bool,
    /// Why, or why not.
    pub kind: DayKind,
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
    /// The text that makes the day what it is; a plain working day needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schema(nullable = false, min_length = 1, max_length = 200, example = "Labour Code 2019 Art. 112; Art. 111.3")
    )]
    pub source: Option<String>,
    /// How sure we are, where a row speaks of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub confidence: Option<Confidence>,
    /// Whether the day's year is a forecast: it may yet change, by swaps above all.
    #[cfg_attr(feature = "openapi", schema(example = false))]
    pub provisional: bool,
}

/// What a day is to a public office.
///
/// - `working_day`: Monday to Friday, and nothing else is said of it.
/// - `weekend`: Saturday or Sunday, and nothing else is said of it.
/// - `holiday`: a public holiday.
/// - `compensation`: a weekday off for a holiday that fell on a weekly rest day.
/// - `swap_off`: a weekday off, made up for on another day.
/// - `swap_work`: a day of the weekend that is worked to make up for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DayKind {
    WorkingDay,
    Weekend,
    Holiday,
    Compensation,
    SwapOff,
    SwapWork,
}

impl DayKind {
    /// Whether public offices work on such a day.
    pub fn is_working(self) -> bool {
        matches!(self, Self::WorkingDay | Self::SwapWork)
    }
}

impl From<RowKind> for DayKind {
    fn from(kind: RowKind) -> Self {
        match kind {
            RowKind::Holiday => Self::Holiday,
            RowKind::Compensation => Self::Compensation,
            RowKind::SwapOff => Self::SwapOff,
            RowKind::SwapWork => Self::SwapWork,
        }
    }
}
