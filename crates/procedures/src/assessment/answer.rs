//! What is said to each criterion, and when that is enough.

use std::collections::BTreeSet;

use kernel::files::{MediaType, Sha256};
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::{Result, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::criteria::Criteria;
use crate::problem::ASSESSMENT_INCOMPLETE;

text_enum! {
    /// Whether a criterion is met.
    Verdict {
        Met = "met",
        NotMet = "not_met",
        /// It cannot be asked of this centre; the remark says why.
        NotApplicable = "not_applicable",
    }
}

/// Where it can be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    #[schema(example = "Biên bản nghiệm thu số 12/BB ngày 05/9/2026", min_length = 1, max_length = 500)]
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "https://hcc.hanoi.example/minh-chung/12",
        min_length = 10,
        max_length = 500,
        pattern = r"^https://[!-~]+$"
    )]
    pub link: Option<String>,
    /// The file that shows it: declared here, then uploaded to `/v1/assessments/{id}/evidence/{sha256}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<EvidenceFile>,
}

/// A file, as it is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFile {
    pub media_type: MediaType,
    /// Bytes.
    #[schema(example = 574, minimum = 1, maximum = 26214400)]
    pub size: i64,
    /// Of the content.
    pub sha256: Sha256,
}

/// What a centre says to a criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CriterionAnswer {
    #[schema(example = "queue_machine_linked", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
    pub criterion: String,
    pub verdict: Verdict,
    /// Needed where it is not met or does not apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Máy lấy số hoạt động từ tháng 9/2026.", min_length = 1, max_length = 2000)]
    pub remark: Option<String>,
    /// Needed where it is met.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub evidence: Vec<Evidence>,
}

/// Whether each answers a criterion that there is, and each once.
///
/// # Errors
/// [`INVALID`], naming each.
pub(super) fn check(criteria: &Criteria, answers: &[CriterionAnswer]) -> Result<()> {
    let (mut wrong, mut known) = (Vec::new(), BTreeSet::new());
    for (n, CriterionAnswer { criterion, .. }) in answers.iter().enumerate() {
        let pointer = format!("/answers/{n}/criterion");
        if !criteria.items.iter().any(|known| known.code == *criterion) {
            let words = Words::fixed("không có tiêu chí này", "there is no such criterion");
            wrong.push(FieldError::new(pointer, "unknown", words));
        } else if !known.insert(criterion) {
            wrong.push(FieldError::new(pointer, "duplicate", Words::fixed("đã trả lời ở trên", "is answered above")));
        }
    }
    INVALID.unless_none(wrong)
}

/// Whether enough is said to be submitted, and every file of it has arrived.
///
/// # Errors
/// [`ASSESSMENT_INCOMPLETE`], naming each place.
pub(super) fn complete(criteria: &Criteria, answers: &[CriterionAnswer], arrived: &[Sha256]) -> Result<()> {
    let unanswered = criteria.items.iter().filter(|criterion| !answers.iter().any(|a| a.criterion == criterion.code));
    let unanswered = unanswered.map(|criterion| {
        let words =
            Words::new(format!("chưa trả lời: {}", criterion.name), format!("{} is not answered", criterion.name_en));
        FieldError::new("/answers", "criterion_missing", words)
    });
    let short = answers.iter().enumerate().filter_map(|(n, answer)| match answer.verdict {
        Verdict::Met if answer.evidence.is_empty() => {
            let words = Words::fixed("cần minh chứng", "evidence is needed");
            Some(FieldError::new(format!("/answers/{n}/evidence"), "required", words))
        }
        Verdict::NotMet | Verdict::NotApplicable if answer.remark.is_none() => {
            let words = Words::fixed("cần giải thích", "a remark is needed");
            Some(FieldError::new(format!("/answers/{n}/remark"), "required", words))
        }
        _ => None,
    });
    let files = answers.iter().enumerate().flat_map(|(n, answer)| {
        let files = answer.evidence.iter().enumerate().filter_map(|(m, evidence)| Some((m, evidence.file?)));
        let missing = files.filter(move |(_, file)| !arrived.contains(&file.sha256));
        missing.map(move |(m, _)| {
            let words = Words::fixed("nội dung chưa được tải lên", "its content has not been uploaded");
            FieldError::new(format!("/answers/{n}/evidence/{m}/file"), "not_uploaded", words)
        })
    });
    ASSESSMENT_INCOMPLETE.unless_none(unanswered.chain(short).chain(files).collect())
}
