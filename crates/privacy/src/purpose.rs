//! For what personal data is used, and on which ground: a file under `migrations/seed/`, each line with its source and how sure we
//! are of it. Settling cases and dossiers is a duty under the law and no matter of consent; only what the city does beside its
//! duties asks for it.

use std::sync::LazyLock;

use kernel::rules::read_csv;
use kernel::text_enum;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::DataCategory;

text_enum! {
    /// On which ground data is used.
    LawfulBasis {
        /// The law tells the agency to (Luật 91/2025/QH15 Art. 19).
        LegalDuty = "legal_duty",
        /// It is needed for what the law gives the agency to do.
        PublicTask = "public_task",
        /// Whose data it is has agreed, and can withdraw.
        Consent = "consent",
    }
}

/// For what personal data is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DataPurpose)]
pub struct Purpose {
    #[schema(example = "surveys", max_length = 50)]
    pub code: String,
    /// Grows when its words change: consent is to the words that were shown.
    #[schema(minimum = 1, maximum = 2147483647, example = 1)]
    pub version: i32,
    #[schema(example = "Khảo sát sự hài lòng", max_length = 300)]
    pub name: String,
    #[schema(example = "Surveys of satisfaction", max_length = 300)]
    pub name_en: String,
    pub basis: LawfulBasis,
    /// What is shown to whoever is asked.
    #[schema(example = "Thành phố có thể gửi cho bạn phiếu khảo sát.", max_length = 2000)]
    pub words: String,
    #[schema(example = "The city may send you surveys.", max_length = 2000)]
    pub words_en: String,
    #[serde(deserialize_with = "codes")]
    #[schema(max_items = 20)]
    pub categories: Vec<DataCategory>,
    /// How long it is kept.
    #[schema(example = "Đến khi rút lại sự đồng ý", max_length = 300)]
    pub retention: String,
    #[schema(example = "Until it is withdrawn", max_length = 300)]
    pub retention_en: String,
    /// The text that says so.
    #[schema(example = "Luật 91/2025/QH15 Art. 9", max_length = 300)]
    pub source: String,
    /// C confirmed, P partly, S secondary, R recalled only.
    #[schema(example = "C", max_length = 2)]
    pub mark: String,
}

/// Codes with a blank between them.
fn codes<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<DataCategory>, D::Error> {
    let text = String::deserialize(input)?;
    let known =
        |code: &str| DataCategory::from_code(code).ok_or_else(|| serde::de::Error::custom(format!("no {code}")));
    text.split_whitespace().map(known).collect()
}

static PURPOSES: LazyLock<Vec<Purpose>> = LazyLock::new(|| {
    read_csv(include_str!("../../../migrations/seed/data-purposes.csv")).expect("a test reads data-purposes.csv")
});

/// Every purpose.
pub fn purposes() -> &'static [Purpose] {
    &PURPOSES
}

/// The purpose with this code.
pub fn purpose(code: &str) -> Option<&'static Purpose> {
    purposes().iter().find(|purpose| purpose.code == code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_file_is_read_and_only_what_is_beside_the_duties_asks_for_consent() {
        let codes: BTreeSet<&str> = purposes().iter().map(|purpose| purpose.code.as_str()).collect();
        assert_eq!(codes.len(), purposes().len(), "a code is there once");
        let by_consent = purposes().iter().filter(|purpose| purpose.basis == LawfulBasis::Consent);
        let by_consent: Vec<&str> = by_consent.map(|purpose| purpose.code.as_str()).collect();
        assert_eq!(by_consent, ["surveys", "publicity", "push", "rating_invitations"]);
        assert!(purposes().iter().all(|purpose| !purpose.categories.is_empty()));
    }
}
