//! What it costs people to comply with a procedure (chi phí tuân thủ), and what a change of it saves: the standard cost model of
//! the control of procedures. Every figure is computed from what it rests on and shown beside it, and none is given.

use std::sync::LazyLock;

use chrono::NaiveDate;
use kernel::Result;
use kernel::problem::INTERNAL;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::Mark;

/// How a year's costs come about; each filing is rounded to whole đồng, half a đồng up. Recalled only: the text of
/// TT 02/2017/TT-VPCP was not found.
pub const FORMULA: &str = "filings_per_year * (minutes * hourly_rate / 60 + services + fees + other)";

/// What an hour of somebody's time is taken to be worth: `migrations/seed/hourly-rates.csv`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HourlyRate {
    /// From when it is used.
    pub valid_from: NaiveDate,
    /// In đồng.
    #[schema(example = 59422, minimum = 1, maximum = 1000000)]
    pub amount: i64,
    /// Where it is from, and how sure we are of it.
    #[schema(max_length = 300)]
    pub source: String,
    pub mark: Mark,
}

static RATES: LazyLock<Vec<HourlyRate>> = LazyLock::new(|| {
    let csv = include_str!("../../../../migrations/seed/hourly-rates.csv");
    let rows = csv::Reader::from_reader(csv.as_bytes()).deserialize().collect::<Result<_, _>>();
    rows.expect("a test reads hourly-rates.csv")
});

/// The rate on a day.
pub(super) fn rate_on(day: NaiveDate) -> Result<&'static HourlyRate> {
    let rate = RATES.iter().filter(|rate| rate.valid_from <= day).max_by_key(|rate| rate.valid_from);
    rate.ok_or_else(|| INTERNAL.because(format!("no hourly rate on {day}")))
}

/// What one filing costs whoever files it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FilingCost {
    /// Their time: making the papers, coming, waiting.
    #[schema(example = 480, minimum = 0, maximum = 100000)]
    pub minutes: i64,
    /// In đồng: advice, notaries, translators, drawings.
    #[serde(default)]
    #[schema(example = 200000, minimum = 0, maximum = 100000000)]
    pub services: i64,
    /// In đồng: fees and charges of the procedure.
    #[serde(default)]
    #[schema(example = 75000, minimum = 0, maximum = 100000000)]
    pub fees: i64,
    /// In đồng: copies, post, travel.
    #[serde(default)]
    #[schema(example = 30000, minimum = 0, maximum = 100000000)]
    pub other: i64,
}

/// What a procedure costs those who file it, today and as proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComplianceCost {
    /// How many people file it in a year, each as often as they have to.
    #[schema(example = 1200, minimum = 1, maximum = 10000000)]
    pub filings_per_year: i64,
    pub before: FilingCost,
    /// Not more than before. Absent when nothing is to be filed any more, and only then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<FilingCost>,
}

/// What comes out, in đồng.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Saving {
    #[schema(example = 780376, minimum = 0)]
    pub before_per_filing: i64,
    #[schema(example = 542688, minimum = 0)]
    pub after_per_filing: i64,
    #[schema(example = 936451200, minimum = 0)]
    pub before_per_year: i64,
    #[schema(example = 651225600, minimum = 0)]
    pub after_per_year: i64,
    #[schema(example = 285225600, minimum = 0)]
    pub saved_per_year: i64,
    /// Of what it costs today, to two decimals; 0 where that is nothing.
    #[schema(example = 30.46, minimum = 0, maximum = 100)]
    pub percent: f64,
}

impl FilingCost {
    fn at(&self, hourly_rate: i64) -> i64 {
        (self.minutes * hourly_rate + 30) / 60 + self.services + self.fees + self.other
    }
}

impl ComplianceCost {
    /// What the change saves when an hour is worth that much.
    pub fn saving(&self, hourly_rate: i64) -> Saving {
        let before_per_filing = self.before.at(hourly_rate);
        let after_per_filing = self.after.map_or(0, |after| after.at(hourly_rate));
        let (before_per_year, after_per_year) =
            (self.filings_per_year * before_per_filing, self.filings_per_year * after_per_filing);
        let saved_per_year = before_per_year - after_per_year;
        Saving {
            before_per_filing,
            after_per_filing,
            before_per_year,
            after_per_year,
            saved_per_year,
            percent: percent(saved_per_year, before_per_year),
        }
    }
}

/// To two decimals, half of the last one up.
fn percent(part: i64, whole: i64) -> f64 {
    let (part, whole) = (i128::from(part), i128::from(whole));
    let hundredths = if whole == 0 { 0 } else { (part * 20_000 + whole) / (2 * whole) };
    f64::from(i32::try_from(hundredths).unwrap_or_default()) / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filing(minutes: i64, services: i64, fees: i64, other: i64) -> FilingCost {
        FilingCost { minutes, services, fees, other }
    }

    #[test]
    fn a_saving_is_what_it_costs_today_less_what_it_will() {
        let nothing = filing(0, 0, 0, 0);
        for (filings, before, after, rate, per_filing, saved, percent) in [
            // 8 hours at 60,000 and 20,000 of copies; 6 hours and no copies.
            (
                1000,
                filing(480, 0, 0, 20_000),
                Some(filing(360, 0, 0, 0)),
                60_000,
                (500_000, 360_000),
                140_000_000,
                28.0,
            ),
            // A fee alone.
            (500, filing(0, 0, 75_000, 0), Some(filing(0, 0, 50_000, 0)), 59_422, (75_000, 50_000), 12_500_000, 33.33),
            // Services, and a minute that is not whole đồng: 59,422 / 60 = 990.37.
            (3, filing(1, 1_000, 0, 0), Some(filing(0, 1_000, 0, 0)), 59_422, (1_990, 1_000), 2_970, 49.75),
            // Half a đồng is rounded up: 30 * 61 / 60 = 30.5.
            (1, filing(30, 0, 0, 0), Some(nothing), 61, (31, 0), 31, 100.0),
            // Repealed.
            (12_000, filing(120, 0, 8_000, 0), None, 59_422, (126_844, 0), 1_522_128_000, 100.0),
            // Nothing changes for whoever files, and nothing was to be paid.
            (10, filing(60, 0, 0, 0), Some(filing(60, 0, 0, 0)), 59_422, (59_422, 59_422), 0, 0.0),
            (10, nothing, Some(nothing), 59_422, (0, 0), 0, 0.0),
            // 1 of 3 is 33.33 and 2 of 3 are 66.67 per cent.
            (1, filing(0, 3, 0, 0), Some(filing(0, 1, 0, 0)), 59_422, (3, 1), 2, 66.67),
        ] {
            let cost = ComplianceCost { filings_per_year: filings, before, after };
            let found = cost.saving(rate);
            assert_eq!((found.before_per_filing, found.after_per_filing), per_filing, "{cost:?}");
            assert_eq!((found.saved_per_year, found.percent), (saved, percent), "{cost:?}");
            assert_eq!(found.before_per_year - found.after_per_year, saved, "{cost:?}");
            assert_eq!(found.before_per_year, filings * per_filing.0, "{cost:?}");
        }
    }

    /// The largest that the contract lets in, and every reader of JSON can hold it.
    #[test]
    fn the_largest_costs_are_still_exact() {
        let most = filing(100_000, 100_000_000, 100_000_000, 100_000_000);
        let found = ComplianceCost { filings_per_year: 10_000_000, before: most, after: None }.saving(59_422);
        assert_eq!((found.saved_per_year, found.percent), (10_000_000 * (99_036_667 + 300_000_000), 100.0));
        assert!(found.saved_per_year < 1 << 53);
    }

    #[test]
    fn the_rate_is_that_of_the_day() {
        let amount = |day: &str| rate_on(day.parse().expect("a day")).map(|rate| rate.amount).ok();
        assert_eq!(amount("2025-12-31"), Some(53_977));
        assert_eq!(amount("2026-01-01"), Some(59_422));
        assert_eq!(amount("2024-12-31"), None);
        for (rate, gdp_per_head) in RATES.iter().zip([114_000_000, 125_500_000]) {
            assert_eq!(rate.amount, (gdp_per_head + 12 * 22 * 8 / 2) / (12 * 22 * 8), "as its source says");
        }
    }
}
