//! What must be said with a step: grounds, which are counted, and reasons, which are read.

use chrono::{DateTime, NaiveDate, Utc};
pub use kernel::request::{Plain, Reasoned};
use kernel::text_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use kernel::id::StaffId;

use crate::case::{CaseField, CaseId, CaseOutcome};
use crate::facts::Facts;

text_enum! {
    /// What became of a meeting.
    DialogueOutcome {
        Held = "held",
        /// Whoever was invited did not come and gave no reason: it goes on without them (LKN Art. 30(6)).
        Absent = "absent",
        Postponed = "postponed",
    }
}

text_enum! {
    /// How a decision reaches those it concerns.
    ServiceMeans { Handed = "handed", Post = "post", Online = "online" }
}

text_enum! {
    /// How a decision or answer is made public (LKN Art. 41).
    PublicationMeans { Meeting = "meeting", Posting = "posting", Media = "media", Portal = "portal" }
}

/// What a case is by its content.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"facts": {"kind": "petition"}, "field": "land"}))]
pub struct CaseClassification {
    #[schema(inline = false)]
    pub facts: Facts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<CaseField>,
}

/// A ground, which is counted, and a reason, which is read.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseGrounded {
    /// See `GET /v1/case-grounds`.
    #[schema(example = "out_of_time", min_length = 1, max_length = 50, pattern = "^[a-z_]+$")]
    pub ground: String,
    #[schema(example = "Đơn gửi sau 120 ngày kể từ ngày nhận quyết định.", min_length = 10, max_length = 4000)]
    pub reason: String,
}

/// Who is competent, outside the city's administration.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseReferral {
    #[schema(example = "Toà án nhân dân khu vực 1, số 1 phố Hai Bà Trưng", min_length = 3, max_length = 500)]
    pub body: String,
    #[schema(example = "Tranh chấp hợp đồng dân sự thuộc thẩm quyền của Toà án.", min_length = 10, max_length = 4000)]
    pub reason: String,
}

/// The agency of the city whose matter it is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseTransfer {
    /// Its code.
    #[schema(example = "H26.3", min_length = 1, max_length = 50)]
    pub to: String,
    #[schema(example = "Nội dung thuộc thẩm quyền của Sở Xây dựng.", min_length = 10, max_length = 4000)]
    pub reason: String,
}

/// Who verifies it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseAssignment {
    #[schema(example = "019b76da-a800-7000-8000-b00000000001")]
    pub to: StaffId,
}

/// What is said at a step.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseStatement {
    #[schema(
        example = "Đã làm việc với người gửi và kiểm tra hồ sơ; nội dung phản ánh là đúng.",
        min_length = 10,
        max_length = 20000
    )]
    pub words: String,
}

/// A meeting of those concerned.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DialogueCall {
    pub held_at: DateTime<Utc>,
    #[schema(example = "Phòng tiếp công dân, số 42 phố Hàng Trống", min_length = 3, max_length = 300)]
    pub place: String,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DialogueRecord {
    pub outcome: DialogueOutcome,
    #[schema(example = "Hai bên thống nhất kiểm tra lại diện tích thửa đất.", min_length = 10, max_length = 20000)]
    pub minutes: String,
}

/// A decision on a complaint (LKN Art. 31).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "outcome": "partly_right", "number": "12/QĐ-UBND",
    "reasons": "Quyết định thu hồi đúng thẩm quyền nhưng tính thiếu 12 m²; giữ nguyên phần còn lại, bồi thường bổ sung phần thiếu."
}))]
pub struct CaseDecision {
    pub outcome: CaseOutcome,
    /// Of the document.
    #[schema(min_length = 1, max_length = 100)]
    pub number: String,
    /// Verification, grounds and conclusion, and what is kept, amended or cancelled.
    #[schema(min_length = 30, max_length = 20000)]
    pub reasons: String,
}

/// An answer that says why.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "outcome": "granted",
    "reasons": "Đèn chiếu sáng trước số 12 phố Hàng Bài đã được thay ngày 14/8/2026; xin cảm ơn ông/bà đã phản ánh."
}))]
pub struct CaseAnswer {
    pub outcome: CaseOutcome,
    /// Of the document, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "45/UBND-VP", min_length = 1, max_length = 100)]
    pub number: Option<String>,
    #[schema(min_length = 30, max_length = 20000)]
    pub reasons: String,
}

/// How a decision reached those it concerns.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"means": "handed"}))]
pub struct CaseService {
    pub means: ServiceMeans,
}

/// How a decision or answer was made public.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"means": "posting", "place": "Trụ sở UBND phường, từ ngày 20/8/2026"}))]
pub struct CasePublication {
    pub means: PublicationMeans,
    #[schema(min_length = 3, max_length = 500)]
    pub place: String,
}

/// Why its sender gives it up.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct CaseWithdrawal {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Tôi đã được giải thích rõ.", min_length = 1, max_length = 4000)]
    pub reason: Option<String>,
    /// What the sender signed, where reception takes the step for them: the letter or the minutes, with number and date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Đơn rút khiếu nại ngày 20/8/2026", min_length = 3, max_length = 300)]
    pub document: Option<String>,
}

/// Which of its contents the sender gives up (LKN Art. 10, as amended).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"contents": [1]}))]
pub struct CasePartWithdrawal {
    /// Their places in `contents`, from 0.
    #[schema(min_items = 1, max_items = 50)]
    pub contents: Vec<u16>,
    /// What the sender signed, where reception takes the step for them: the letter or the minutes, with number and date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Biên bản rút một phần nội dung khiếu nại ngày 20/8/2026", min_length = 3, max_length = 300)]
    pub document: Option<String>,
}

/// That a court has the matter.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseLitigation {
    #[schema(example = "Toà án nhân dân thành phố Hà Nội", min_length = 3, max_length = 200)]
    pub court: String,
    #[schema(example = "123/2026/TLST-HC", min_length = 1, max_length = 100)]
    pub number: String,
    pub since: NaiveDate,
}

/// A second complaint, against what became of the first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"contents": ["Quyết định giải quyết lần đầu bỏ qua biên bản đo đạc ngày 05/7/2026."]}))]
pub struct CaseAppeal {
    /// Made by the client (UUIDv7); else by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CaseId>,
    #[schema(schema_with = crate::file::contents)]
    pub contents: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 4000)]
    pub request: Option<String>,
}

/// What an officer finds that it should be.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "complaint", "reason": "Nội dung là khiếu nại một quyết định hành chính của UBND phường."}))]
pub struct CaseConversion {
    pub kind: crate::facts::CaseKind,
    #[schema(min_length = 10, max_length = 4000)]
    pub reason: String,
}

/// The case that its sender wants it to be.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"facts": {
    "kind": "complaint", "about": "decision", "respondent": "Ủy ban nhân dân phường Hoàn Kiếm", "known_on": "2026-08-01"
}}))]
pub struct CaseConfirmation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CaseId>,
    #[schema(inline = false)]
    pub facts: Facts,
    /// What the sender signed, where reception takes the step for them: the letter or the minutes, with number and date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Đơn khiếu nại ngày 20/8/2026", min_length = 3, max_length = 300)]
    pub document: Option<String>,
}

/// What a mixed letter holds beside its main matter (TT 05/2021/TT-TTCP Art. 6).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"contents": [1], "facts": {"kind": "petition"}}))]
pub struct CaseSplit {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CaseId>,
    /// The contents that become a case of their own, by their places from 0.
    #[schema(min_items = 1, max_items = 50)]
    pub contents: Vec<u16>,
    #[schema(inline = false)]
    pub facts: Facts,
}
