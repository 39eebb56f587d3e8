//! How long a matter may take, as the law says it: an amount and a unit.

use serde::{Deserialize, Serialize};

use crate::error::DeadlineError;

/// Largest amount of a limit, extensions included.
pub const MAX_AMOUNT: u32 = 3650;

/// A statutory limit, such as 7 working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limit {
    /// How many units: 1 to 3650, and 0 for `same_day`, which has none.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 3650, example = 7))]
    pub amount: u32,
    /// What is counted.
    pub unit: Unit,
}

/// What a limit counts. The day that holds the start is never counted (Civil Code 2015 Art. 147),
/// except by the hour.
///
/// - `working_day`: the n-th working day after the start.
/// - `calendar_day`: the n-th day after the start; when that is a day off, the next working day (Art. 148).
/// - `month`, `year`: the same day so many months or years later, or the last of that month; when that is a
///   day off, the next working day.
/// - `same_day`: the day of the start, when it is a working day and the start comes before the office's
///   cut-off; otherwise the next working day.
/// - `working_hour`: opening hours of working days. A start outside them begins at the next opening, and an
///   end at a closing moment stays there.
/// - `hour`: hours by the clock on the wall, days off included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Unit {
    WorkingDay,
    CalendarDay,
    Month,
    Year,
    SameDay,
    WorkingHour,
    Hour,
}

impl Limit {
    /// Whether there can be such a limit.
    ///
    /// # Errors
    /// No amount where one is needed, too large a one, or one for `same_day`.
    pub fn check(self) -> Result<(), DeadlineError> {
        self.amount_with(0, None).map(drop)
    }

    /// The amount with `extension` added to it; `index` is the event that adds, if it is one.
    pub(crate) fn amount_with(self, extension: u32, index: Option<usize>) -> Result<u32, DeadlineError> {
        let amount = u64::from(self.amount) + u64::from(extension);
        match (self.unit, u32::try_from(amount)) {
            (Unit::SameDay, Ok(0)) => Ok(0),
            (Unit::SameDay, _) => Err(DeadlineError::SameDayHasNoAmount { index }),
            (_, Ok(amount @ 1..=MAX_AMOUNT)) => Ok(amount),
            (_, _) => Err(DeadlineError::AmountOutOfRange { amount, index }),
        }
    }
}

impl Unit {
    /// Whether the limit runs by the hour and may end at any moment, not only at the end of a day.
    pub(crate) fn is_hours(self) -> bool {
        matches!(self, Self::WorkingHour | Self::Hour)
    }
}
