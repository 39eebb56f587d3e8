//! When a public office is open: its hours, and how late in the day "the same day" is still possible.

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most openings in one day.
const MAX_OPENINGS: usize = 8;

/// What the limits of one office depend on besides the calendar. Each unit sets its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Office {
    /// When working hours run, on every working day.
    pub hours: OpeningHours,
    /// From this moment on, what is to be done the same day is due the next working day.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 8, max_length = 8, pattern = r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$", example = "15:00:00")
    )]
    pub cut_off: NaiveTime,
}

/// The openings of a day, in order and apart from each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Opening>", into = "Vec<Opening>")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = Vec<Opening>, min_items = 1, max_items = 8))]
pub struct OpeningHours(Vec<Opening>);

/// One stretch of opening hours, from `from` up to but not including `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opening {
    /// The door opens.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 8, max_length = 8, pattern = r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$", example = "08:00:00")
    )]
    pub from: NaiveTime,
    /// The door closes.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 8, max_length = 8, pattern = r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$", example = "12:00:00")
    )]
    pub to: NaiveTime,
}

/// Opening hours that are not in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "opening hours are 1 to {MAX_OPENINGS} stretches, each opening before it closes and after the one before it closed"
)]
pub struct InvalidOpeningHours;

impl OpeningHours {
    /// Opening hours from their stretches, in order.
    ///
    /// # Errors
    /// [`InvalidOpeningHours`]: none, too many, overlapping, out of order, or one that is empty.
    pub fn new(openings: Vec<Opening>) -> Result<Self, InvalidOpeningHours> {
        let forwards = openings.iter().all(|opening| opening.from < opening.to);
        let apart = openings.is_sorted_by(|earlier, later| earlier.to <= later.from);
        let some = (1..=MAX_OPENINGS).contains(&openings.len());
        if some && forwards && apart { Ok(Self(openings)) } else { Err(InvalidOpeningHours) }
    }

    /// The stretches, in order.
    pub fn openings(&self) -> &[Opening] {
        &self.0
    }
}

impl InvalidOpeningHours {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        "office.opening_hours_invalid"
    }
}

impl TryFrom<Vec<Opening>> for OpeningHours {
    type Error = InvalidOpeningHours;

    fn try_from(openings: Vec<Opening>) -> Result<Self, Self::Error> {
        Self::new(openings)
    }
}

impl From<OpeningHours> for Vec<Opening> {
    fn from(hours: OpeningHours) -> Self {
        hours.0
    }
}

/// 08:00–12:00 and 13:30–17:30.
impl Default for OpeningHours {
    fn default() -> Self {
        let morning = Opening { from: time(8, 0), to: time(12, 0) };
        let afternoon = Opening { from: time(13, 30), to: time(17, 30) };
        Self(vec![morning, afternoon])
    }
}

/// The usual hours, and 15:00 for what is due the same day (NĐ 23/2015/NĐ-CP Art. 7).
impl Default for Office {
    fn default() -> Self {
        Self { hours: OpeningHours::default(), cut_off: time(15, 0) }
    }
}

const fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).expect("an hour and a minute of a day")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(stretches: &[(u32, u32)]) -> Result<OpeningHours, InvalidOpeningHours> {
        let opening = |&(from, to)| Opening { from: time(from, 0), to: time(to, 0) };
        OpeningHours::new(stretches.iter().map(opening).collect())
    }

    #[test]
    fn stretches_are_ordered_apart_and_not_empty() {
        assert!(hours(&[(8, 12), (13, 17)]).is_ok());
        assert!(hours(&[(8, 12), (12, 17)]).is_ok(), "they may touch");
        let wrong: [&[_]; 5] = [&[], &[(9, 9)], &[(12, 8)], &[(8, 12), (11, 17)], &[(13, 17), (8, 12)]];
        for stretches in wrong {
            assert_eq!(hours(stretches), Err(InvalidOpeningHours), "{stretches:?}");
        }
        assert_eq!(hours(&[(8, 9); 9]), Err(InvalidOpeningHours));
    }

    #[test]
    fn disorder_cannot_come_in_as_json() {
        let good = r#"{"hours": [{"from": "07:00:00", "to": "11:30:00"}], "cut_off": "15:00:00"}"#;
        assert!(serde_json::from_str::<Office>(good).is_ok());
        let bad = r#"{"hours": [{"from": "11:30:00", "to": "07:00:00"}], "cut_off": "15:00:00"}"#;
        let error = serde_json::from_str::<Office>(bad).expect_err("it closes before it opens");
        assert!(error.to_string().contains("opening hours"), "{error}");
    }
}
