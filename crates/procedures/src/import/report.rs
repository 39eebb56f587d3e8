//! What an import has found, and what it could not map.

use kernel::problem::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::log::{RowFault, Wrong};

/// So many rows, and so many words, are named; beyond that they are counted.
const NAMED: usize = 100;

/// What was read so far. Every row has a new step, or one that was known, or was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportReport)]
pub struct Report {
    #[schema(minimum = 0)]
    pub rows: i64,
    #[schema(minimum = 0)]
    pub dossiers_new: i64,
    /// Dossiers of which an earlier file said something else.
    #[schema(minimum = 0)]
    pub dossiers_changed: i64,
    #[schema(minimum = 0)]
    pub events_new: i64,
    /// Steps that were there, from this file or an earlier one.
    #[schema(minimum = 0)]
    pub events_known: i64,
    #[schema(minimum = 0)]
    pub left_out: i64,
    /// The first rows that were left out.
    #[schema(max_items = 100)]
    pub rows_left_out: Vec<RowLeftOut>,
    /// What has no counterpart here, by name. It is kept under its own name.
    #[schema(max_items = 100)]
    pub not_mapped: Vec<NotMapped>,
    /// How often more words had none than are named.
    #[schema(minimum = 0)]
    pub not_mapped_otherwise: i64,
    /// New or changed dossiers without a deadline: nobody can say whether they were in time.
    #[schema(minimum = 0)]
    pub without_deadline: i64,
    /// New or changed dossiers that end before they begin. They are taken as they are.
    #[schema(minimum = 0)]
    pub end_before_start: i64,
}

/// A row that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowLeftOut {
    /// In the file, from 1.
    #[schema(minimum = 1)]
    pub line: i64,
    #[schema(max_length = 50)]
    pub column: String,
    pub fault: RowFault,
}

/// A word of the log that nothing here corresponds to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotMapped {
    #[schema(max_length = 50)]
    pub column: String,
    #[schema(max_length = 100)]
    pub value: String,
    /// The mapping table has it, and says that there is no counterpart.
    pub known: bool,
    /// How many new steps, or new or changed dossiers, have it.
    #[schema(minimum = 1)]
    pub count: i64,
}

impl Report {
    pub(super) fn leave_out(&mut self, line: i64, (column, fault): Wrong) {
        self.left_out += 1;
        if self.rows_left_out.len() < NAMED {
            self.rows_left_out.push(RowLeftOut { line, column: column.to_owned(), fault });
        }
    }

    pub(super) fn not_mapped(&mut self, column: &str, value: &str, known: bool) {
        if let Some(one) = self.not_mapped.iter_mut().find(|one| one.column == column && one.value == value) {
            one.count += 1;
        } else if self.not_mapped.len() < NAMED {
            self.not_mapped.push(NotMapped { column: column.to_owned(), value: value.to_owned(), known, count: 1 });
        } else {
            self.not_mapped_otherwise += 1;
        }
    }
}

impl RowFault {
    /// In words.
    pub const fn about(self) -> Text {
        match self {
            Self::Missing => Text::fixed("còn thiếu", "is missing"),
            Self::Unreadable => Text::fixed("quá dài hoặc không đọc được", "is too long or cannot be read"),
            Self::NotAnInstant => {
                Text::fixed("không phải thời điểm có múi giờ", "is not an instant with its time zone")
            }
            Self::NotComplete => Text::fixed("bước chưa hoàn thành", "says that the step is not completed"),
            Self::ContradictsDossier => {
                Text::fixed("trái với dòng trước của hồ sơ", "contradicts an earlier row of the dossier")
            }
            Self::ContradictsEvent => Text::fixed("trái với bước đã có", "contradicts the step that is there"),
        }
    }
}
