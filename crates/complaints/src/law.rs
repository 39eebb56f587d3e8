//! What the law says beside limits, as data: grounds, and settings that the sources leave open. Files under `migrations/seed/`, each
//! line with its source and how sure we are of it.

use std::sync::LazyLock;

use chrono::NaiveDate;
use kernel::problem::{FieldError, INVALID, Text};
use kernel::rules::read_csv;
use kernel::{Result, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::facts::CaseKind;
use crate::workflow::CaseAction;

/// A ground on which something can be done to a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CaseGround)]
pub struct Ground {
    pub kind: CaseKind,
    pub action: CaseAction,
    #[schema(example = "out_of_time", max_length = 50)]
    pub code: String,
    #[schema(example = "Hết thời hiệu khiếu nại mà không có lý do chính đáng", max_length = 500)]
    pub name: String,
    #[schema(example = "Out of time, without good reason", max_length = 500)]
    pub name_en: String,
    /// The first day on which it holds; absent where it always did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// The text that says so.
    #[schema(example = "Luật Khiếu nại 02/2011/QH13 Art. 11(6)", max_length = 300)]
    pub source: String,
    /// C confirmed, P partly, S secondary, R recalled only.
    #[schema(example = "C", max_length = 2)]
    pub mark: String,
}

text_enum! {
    /// What the sources leave open.
    Setting {
        /// Limits stand while something is asked of the sender.
        SupplementPauses = "supplement_pauses",
        /// Limits stand while a case is suspended.
        SuspensionPauses = "suspension_pauses",
        /// So many speak for those who complain together, at most, where they are few.
        RepresentativesAtMost = "representatives_at_most",
        /// From so many on, those who complain together are many.
        ManyFrom = "many_from",
        /// So many speak for many, at most.
        RepresentativesOfManyAtMost = "representatives_of_many_at_most",
        /// What is answered must have a file with it.
        AnswerNeedsFile = "answer_needs_file",
    }
}

#[derive(Debug, Deserialize)]
struct SettingRow {
    kind: CaseKind,
    setting: Setting,
    value: u32,
}

static GROUNDS: LazyLock<Vec<Ground>> = LazyLock::new(|| {
    read_csv(include_str!("../../../migrations/seed/case-grounds.csv")).expect("a test reads case-grounds.csv")
});
static SETTINGS: LazyLock<Vec<SettingRow>> = LazyLock::new(|| {
    read_csv(include_str!("../../../migrations/seed/case-settings.csv")).expect("a test reads case-settings.csv")
});

/// Every ground, by kind and action.
pub fn grounds() -> &'static [Ground] {
    &GROUNDS
}

/// What a setting is for a kind, where anything says so.
pub fn setting(kind: CaseKind, setting: Setting) -> Option<u32> {
    SETTINGS.iter().find(|row| row.kind == kind && row.setting == setting).map(|row| row.value)
}

/// Whether a setting holds for a kind: not, where nothing says so.
pub fn is_set(kind: CaseKind, of: Setting) -> bool {
    setting(kind, of).is_some_and(|value| value > 0)
}

/// How many may speak for so many who complain together (NĐ 124/2020/NĐ-CP Art. 7, recalled), where anything limits it.
pub fn representatives_at_most(senders: usize) -> Option<usize> {
    let of = |name| setting(CaseKind::Complaint, name).and_then(|value| usize::try_from(value).ok());
    let many = of(Setting::ManyFrom).is_some_and(|from| senders >= from);
    of(if many { Setting::RepresentativesOfManyAtMost } else { Setting::RepresentativesAtMost })
}

/// Whether the ground is one on which that can be done to a case of this kind which was received on that day.
///
/// # Errors
/// It is not, at `/ground`.
pub fn check(kind: CaseKind, action: CaseAction, ground: &str, on: NaiveDate) -> Result<()> {
    let known = |it: &&Ground| (it.kind, it.action) == (kind, action) && it.valid_from.is_none_or(|from| from <= on);
    if grounds().iter().filter(known).any(|it| it.code == ground) {
        return Ok(());
    }
    let codes: Vec<&str> = grounds().iter().filter(known).map(|it| it.code.as_str()).collect();
    let codes = codes.join(", ");
    let words = Text::new(format!("phải là một trong: {codes}"), format!("must be one of: {codes}"));
    Err(INVALID.error().fields(vec![FieldError::new("/ground", "not_allowed", words)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::TABLE;

    #[test]
    fn the_files_are_read_and_every_ground_is_for_a_step_that_its_kind_has() {
        assert!(grounds().len() > 20 && !SETTINGS.is_empty());
        for ground in grounds() {
            let has = TABLE.iter().any(|row| row.action == ground.action && row.kinds.contains(&ground.kind));
            assert!(has, "{ground:?}");
        }
    }
}
