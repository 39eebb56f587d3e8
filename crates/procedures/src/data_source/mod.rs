//! The State's databases that give what a paper would say. Where one is connected and published, the paper is not asked for;
//! only when looking it up has failed (NĐ 118/2025 Art. 4(2)(a) as amended by NĐ 309/2026). [`look_up`] is that.

pub mod look_up;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::Mark;
use look_up::LookUpId;

/// A database as it is registered.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DataSource)]
pub struct Source {
    #[schema(example = "land_database", max_length = 50)]
    pub code: String,
    #[schema(example = "Cơ sở dữ liệu quốc gia về đất đai", max_length = 300)]
    pub name: String,
    #[schema(example = "National land database", max_length = 300)]
    pub name_en: String,
    /// Who keeps it.
    #[schema(example = "Bộ Nông nghiệp và Môi trường", max_length = 300)]
    pub owner: String,
    /// Since when one-stop systems can ask it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected_since: Option<NaiveDate>,
    /// Whether it has been made public that it can be relied on.
    pub published: bool,
    /// The text that says so, and how sure we are of it.
    #[schema(max_length = 300)]
    pub source: String,
    pub mark: Mark,
}

/// What an officer wants to know of an applicant. It holds an identity number: it is neither logged nor put into an address.
pub struct Question {
    /// Of the look-up.
    pub id: LookUpId,
    pub source: &'static Source,
    pub component: String,
    pub identity_number: String,
}

/// What a database has said.
pub enum Said {
    Found(serde_json::Map<String, serde_json::Value>),
    /// It was asked, and knows nothing of it.
    NotFound,
    /// It could not be reached, or gave no answer that can be read.
    Failed,
}

/// A way to ask the databases.
pub trait DataSource {
    /// Asks, for as long as it takes; never while a transaction is open.
    fn ask(&self, question: &Question) -> impl Future<Output = Said>;
}

static REGISTER: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let csv = include_str!("../../../../migrations/seed/data_sources.csv");
    let rows = csv::Reader::from_reader(csv.as_bytes()).deserialize().collect::<Result<_, _>>();
    rows.expect("a test reads data_sources.csv")
});

/// Every registered source.
pub fn register() -> &'static [Source] {
    &REGISTER
}

/// The sources that this installation can ask.
#[derive(Clone, Debug, Default)]
pub struct Connected(BTreeSet<String>);

impl Connected {
    /// Those with these codes.
    pub fn new(codes: impl IntoIterator<Item = String>) -> Self {
        Self(codes.into_iter().collect())
    }

    /// The source with this code, if it is connected and published on that day.
    pub fn source(&self, code: &str, on: NaiveDate) -> Option<&'static Source> {
        let source = register().iter().find(|source| source.code == code)?;
        let connected = self.0.contains(code) && source.connected_since.is_none_or(|since| since <= on);
        (connected && source.published).then_some(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_counts_once_it_is_connected_and_published() {
        let day = |text: &str| text.parse().expect("a day");
        let connected = Connected::new(["national_population_database".to_owned()]);
        assert!(connected.source("national_population_database", day("2026-08-17")).is_some());
        assert!(connected.source("national_population_database", day("2022-12-31")).is_none(), "not yet");
        assert!(connected.source("land_database", day("2026-08-17")).is_none(), "not here");
        assert!(Connected::new(["atlantis".to_owned()]).source("atlantis", day("2026-08-17")).is_none());
    }
}
