//! How long personal data is kept, as data: a file under `migrations/seed/`, each line with its source and how sure we are of it.
//! What is past its time is removed.

use std::sync::LazyLock;

use chrono::{DateTime, Days, Months, Utc};
use serde::Deserialize;

use crate::rules::read_csv;
use crate::text_enum;

text_enum! {
    /// In what keeping is counted.
    RetentionUnit { Day = "day", Month = "month", Year = "year" }
}

/// How long something is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Rule {
    pub rule: String,
    /// How long, from when it ended.
    pub amount: u32,
    pub unit: RetentionUnit,
    pub name: String,
    pub name_en: String,
    /// The text that says so.
    pub source: String,
    /// C confirmed, P partly, S secondary, R recalled only.
    pub mark: String,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    read_csv(include_str!("../../../migrations/seed/data-retention.csv")).expect("a test reads data-retention.csv")
});

/// The rule of that name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.rule == name)
}

impl Rule {
    /// What ended before that moment is past its time now.
    pub fn past(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let moved = match self.unit {
            RetentionUnit::Day => now.checked_sub_days(Days::new(u64::from(self.amount))),
            RetentionUnit::Month => now.checked_sub_months(Months::new(self.amount)),
            RetentionUnit::Year => now.checked_sub_months(Months::new(self.amount.saturating_mul(12))),
        };
        moved.unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_and_years_are_whole() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        let log = rule("access_log").expect("a rule");
        assert_eq!((log.amount, log.unit, log.mark.as_str()), (2, RetentionUnit::Year, "R"));
        assert_eq!(log.past(at("2028-02-29T10:00:00Z")), at("2026-02-28T10:00:00Z"));
    }
}
