//! The rows a calendar is made of: one for every day that is not what its weekday says.

use chrono::NaiveDate;
use serde::de::{IntoDeserializer, value};
use serde::{Deserialize, Serialize};

/// Longest name or source of a row, and longest version of a calendar, in characters.
pub const MAX_TEXT_LENGTH: usize = 200;

/// One published (or forecast) day off or worked day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarRow {
    /// The day, on Vietnam's calendar.
    #[cfg_attr(feature = "openapi", schema(example = "2026-08-31"))]
    pub date: NaiveDate,
    /// What the day is.
    pub kind: RowKind,
    /// What it is called, in Vietnamese.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 200, example = "Nghỉ hoán đổi với 2026-08-22")
    )]
    pub name: String,
    /// The text that makes it so: the law, or the yearly notice with its number.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "yearly notice"))]
    pub source: String,
    /// How sure we are of it.
    pub confidence: Confidence,
}

/// What a row makes of its day.
///
/// - `HOLIDAY`: a public holiday (Labour Code 2019 Art. 112).
/// - `COMPENSATION`: a weekday off for a holiday that fell on a weekly rest day (Art. 111(3)).
/// - `SWAP_OFF`: a weekday off, made up for on another day.
/// - `SWAP_WORK`: a day of the weekend that is worked to make up for a `SWAP_OFF`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RowKind {
    Holiday,
    Compensation,
    SwapOff,
    SwapWork,
}

/// How sure we are of a row.
///
/// - `C`: confirmed in the text of the law.
/// - `S`: from a secondary source that names the decision.
/// - `F`: forecast before any notice was published. One such row makes its whole year provisional.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Confidence {
    #[serde(rename = "C")]
    Confirmed,
    #[serde(rename = "S")]
    Secondary,
    #[serde(rename = "F")]
    Forecast,
}

/// The codes of the calendar file, so that a database may keep the same ones.
macro_rules! codes {
    ($($name:ident),*) => { $(
        impl std::str::FromStr for $name {
            type Err = value::Error;

            fn from_str(code: &str) -> Result<Self, Self::Err> {
                Self::deserialize(code.into_deserializer())
            }
        }
    )* };
}
codes!(RowKind, Confidence);

impl CalendarRow {
    /// The first of the row's texts that is empty or too long, by its name.
    pub(crate) fn bad_text(&self) -> Option<&'static str> {
        let texts = [("name", &self.name), ("source", &self.source)];
        texts.into_iter().find(|(_, text)| !fits(text)).map(|(field, _)| field)
    }
}

/// Whether a text says something, in at most [`MAX_TEXT_LENGTH`] characters.
pub(crate) fn fits(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= MAX_TEXT_LENGTH
}
