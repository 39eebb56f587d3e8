//! How long personal data is kept, as data: a file under `migrations/seed/`, each line with its source and how sure we are of it.
//! What is past its time is removed, or loses what tells of whom it was.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::LazyLock;

use chrono::{DateTime, Days, Months, Utc};
use diesel::sql_types::{Bool, Timestamptz};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rules::read_csv;
use crate::sql::{Sql, sql};
use crate::text_enum;

text_enum! {
    /// In what keeping is counted.
    RetentionUnit { Day = "day", Month = "month", Year = "year" }
}

/// How long something is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DataRetentionRule)]
pub struct Rule {
    #[schema(example = "petition_filed", max_length = 50)]
    pub rule: String,
    /// Of what.
    #[schema(example = "case", max_length = 50)]
    pub entity: String,
    /// Only of that kind.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "petition", max_length = 50)]
    pub kind: String,
    /// Only of what ended in that state.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "filed", max_length = 50)]
    pub state: String,
    /// How long, from when it ended.
    #[schema(minimum = 1, maximum = 200, example = 1)]
    pub amount: u32,
    pub unit: RetentionUnit,
    #[schema(example = "Đơn không đủ điều kiện xử lý, lưu", max_length = 300)]
    pub name: String,
    #[schema(example = "Petition that was not eligible, filed away", max_length = 300)]
    pub name_en: String,
    /// The text that says so.
    #[schema(example = "TT 05/2021/TT-TTCP", max_length = 300)]
    pub source: String,
    /// C confirmed, P partly, S secondary, R recalled only.
    #[schema(example = "C", max_length = 2)]
    pub mark: String,
}

/// A rule that keeps data of somebody who wants it erased.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = HeldData)]
pub struct Held {
    #[schema(example = "complaint", max_length = 50)]
    pub rule: String,
    #[schema(example = "Hồ sơ giải quyết khiếu nại", max_length = 300)]
    pub name: String,
    #[schema(example = "File of a complaint", max_length = 300)]
    pub name_en: String,
    /// The text that says so.
    #[schema(example = "TT 10/2022/TT-BNV", max_length = 300)]
    pub source: String,
    /// C confirmed, P partly, S secondary, R recalled only.
    #[schema(example = "R", max_length = 2)]
    pub mark: String,
    /// Until when, of all that the rule keeps; exclusive. Absent while it goes on, or something without a date holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// What is held, once by each rule, with the latest moment: what has no date outlasts every date.
pub fn each_once(all: impl IntoIterator<Item = Held>) -> Vec<Held> {
    let mut once = BTreeMap::<String, Held>::new();
    for held in all {
        match once.entry(held.rule.clone()) {
            Entry::Vacant(place) => drop(place.insert(held)),
            Entry::Occupied(mut known) => {
                let until = known.get().until.zip(held.until).map(|(one, other)| one.max(other));
                known.get_mut().until = until;
            }
        }
    }
    once.into_values().collect()
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    read_csv(include_str!("../../../migrations/seed/data-retention.csv")).expect("a test reads data-retention.csv")
});

/// Every rule. Of those that fit, the first one holds.
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// The rule of that name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.rule == name)
}

/// The rule for something of this kind that ended in this state.
pub fn rule_for(entity: &str, kind: &str, state: &str) -> Option<&'static Rule> {
    let fits = |own: &str, of: &str| own.is_empty() || own == of;
    rules().iter().find(|rule| rule.entity == entity && fits(&rule.kind, kind) && fits(&rule.state, state))
}

/// The journal has nothing later of the row with this id, a column as SQL has it.
pub fn untouched_since(id: &'static str, moment: DateTime<Utc>) -> Sql<Bool> {
    let touched = sql("NOT EXISTS (SELECT FROM journal WHERE entity_id = ").sql(id);
    touched.sql(" AND recorded_at > ").bind::<Timestamptz, _>(moment).sql(")")
}

/// Stands where something was that is past its time.
pub const GONE: &str = "Đã ẩn danh";

/// How much goes by one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DataDue)]
pub struct Due {
    #[schema(example = "petition_filed", max_length = 50)]
    pub rule: String,
    /// Of what.
    #[schema(example = "case", max_length = 50)]
    pub entity: String,
    /// How many; no more than 1000 are counted.
    #[schema(minimum = 0, maximum = 1000, example = 3)]
    pub count: u32,
    /// There are more than were counted; of accounts there may be.
    pub more: bool,
}

impl Due {
    /// So many are looked at: one more than are counted.
    pub const LOOKED_AT: i64 = 1001;

    /// What was found by this rule, of so many as are looked at.
    pub fn of(rule: &Rule, found: usize) -> Self {
        let most = u32::try_from(Self::LOOKED_AT - 1).unwrap_or(u32::MAX);
        let found = u32::try_from(found).unwrap_or(u32::MAX);
        Self { rule: rule.rule.clone(), entity: rule.entity.clone(), count: found.min(most), more: found > most }
    }
}

impl Rule {
    /// It keeps something of somebody until then.
    pub fn held(&self, until: Option<DateTime<Utc>>) -> Held {
        let Self { rule, name, name_en, source, mark, .. } = self.clone();
        Held { rule, name, name_en, source, mark, until }
    }

    /// Until when what ended then is kept; exclusive.
    pub fn until(&self, ended: DateTime<Utc>) -> DateTime<Utc> {
        let moved = match self.unit {
            RetentionUnit::Day => ended.checked_add_days(Days::new(u64::from(self.amount))),
            RetentionUnit::Month => ended.checked_add_months(Months::new(self.amount)),
            RetentionUnit::Year => ended.checked_add_months(Months::new(self.amount.saturating_mul(12))),
        };
        moved.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

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

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn the_file_is_read_and_years_are_whole() {
        let log = rule("access_log").expect("a rule");
        assert_eq!((log.amount, log.unit, log.mark.as_str()), (2, RetentionUnit::Year, "R"));
        assert_eq!(log.past(at("2028-02-29T10:00:00Z")), at("2026-02-28T10:00:00Z"));
        assert_eq!(log.until(at("2028-02-29T10:00:00Z")), at("2030-02-28T10:00:00Z"));
    }

    #[test]
    fn what_goes_on_outlasts_every_date() {
        let (one, other) = (rule("petition").expect("a rule"), rule("complaint").expect("a rule"));
        let (soon, late) = (Some(at("2030-01-01T00:00:00Z")), Some(at("2031-01-01T00:00:00Z")));
        let all = [one.held(soon), other.held(late), one.held(late), other.held(None), other.held(soon)];
        assert_eq!(each_once(all), [other.held(None), one.held(late)]);
    }

    #[test]
    fn the_narrower_rule_comes_first() {
        let code = |state| rule_for("case", "petition", state).map(|rule| rule.rule.as_str());
        assert_eq!((code("filed"), code("closed")), (Some("petition_filed"), Some("petition")));
        assert_eq!(rule_for("case", "unheard_of", "closed"), None);
    }
}
