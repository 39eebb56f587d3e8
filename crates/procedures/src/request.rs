//! What must be said with a step: grounds, which are counted, and reasons, which are read.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::{Result, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::attachment::AttachmentId;
use crate::dossier::Outcome;

text_enum! {
    /// Why a dossier is not accepted at intake (Form 03).
    RejectionGround {
        /// Another agency is competent; the reason names it (NĐ 61/2018 Art. 17(1)).
        NotCompetent = "not_competent",
        /// What was asked to be supplied did not come.
        NotSupplemented = "not_supplemented",
        /// The procedure is not for this applicant or this matter.
        NotApplicable = "not_applicable",
        /// The same matter has been filed already.
        Duplicate = "duplicate",
        /// Papers are false, altered or another's.
        FalsePapers = "false_papers",
    }
}

text_enum! {
    /// What is wrong with the papers (Form 02).
    SupplementGround {
        Incomplete = "incomplete",
        /// Something in them is wrong, or they contradict each other.
        Inaccurate = "inaccurate",
        Unreadable = "unreadable",
        Expired = "expired",
        /// They differ from a database of the State, which must be put right first (NĐ 118/2025 Art. 17(2)(a)).
        ContradictsData = "contradicts_data",
    }
}

text_enum! {
    /// Why the applicant wants the papers back.
    WithdrawalGround {
        NoLongerNeeded = "no_longer_needed",
        /// Something in it is wrong, and it will be filed anew.
        FiledWrongly = "filed_wrongly",
        /// Filed as another procedure, or with another agency.
        FiledElsewhere = "filed_elsewhere",
        TakesTooLong = "takes_too_long",
        /// The reason says what.
        Other = "other",
    }
}

text_enum! {
    /// Why a dossier is settled no more though nobody asked for it back (Form 05).
    StopGround {
        /// The applicant's time to supply what is missing is over.
        NotSupplemented = "not_supplemented",
        /// The tax or duty was not paid.
        NotPaid = "not_paid",
    }
}

text_enum! {
    /// Why the matter itself is refused (NĐ 61/2018 Art. 19(8)).
    RefusalGround {
        ConditionsNotMet = "conditions_not_met",
        /// Against a plan that is in force, or within a protected corridor.
        AgainstPlan = "against_plan",
        /// Somebody else's right is in dispute.
        InDispute = "in_dispute",
        NotSupplemented = "not_supplemented",
        FalsePapers = "false_papers",
        /// A sector's law forbids it; the reason cites the article.
        Forbidden = "forbidden",
    }
}

pub(crate) use kernel::request::made_by_client;
pub use kernel::request::{Plain, Reasoned};

/// A hand-over, to whoever decides the dossier.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct HandOver {
    /// Code of the agency that decides it, when that turned out to be another one than was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "H26.13.02", min_length = 1, max_length = 50)]
    pub to: Option<String>,
}

/// Why a dossier is not accepted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    pub ground: RejectionGround,
    /// For the applicant, in words.
    #[schema(
        example = "Thửa đất thuộc địa bàn phường khác; đề nghị nộp tại phường Cửa Nam.",
        min_length = 10,
        max_length = 4000
    )]
    pub reason: String,
    /// Code of the agency that is competent, where it is one of the city's (NĐ 118/2025 Art. 17(2)(a)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "H26.13.02", min_length = 1, max_length = 50)]
    pub competent_agency: Option<String>,
}

/// Why the applicant wants the papers back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"ground": "no_longer_needed"}))]
pub struct Withdrawal {
    pub ground: WithdrawalGround,
    /// Needed where the ground is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Tôi đã bán thửa đất.", min_length = 10, max_length = 4000)]
    pub reason: Option<String>,
}

impl Withdrawal {
    /// # Errors
    /// Another ground, and nothing said of it.
    pub(crate) fn check(&self) -> Result<()> {
        let unsaid = self.ground == WithdrawalGround::Other && self.reason.is_none();
        let words = Words::fixed("bắt buộc khi lý do là khác", "needed where the ground is another");
        INVALID.unless_none(unsaid.then(|| FieldError::new("/reason", "required", words)).into_iter().collect())
    }
}

/// Why a dossier is stopped.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stoppage {
    pub ground: StopGround,
    #[schema(example = "Quá thời hạn mà lệ phí trước bạ không được nộp.", min_length = 10, max_length = 4000)]
    pub reason: String,
}

/// What is missing, all of it at once (NĐ 61/2018 Art. 15(3)).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplementRequest {
    pub ground: SupplementGround,
    #[schema(example = "Bản vẽ thiếu mặt cắt móng.", min_length = 10, max_length = 4000)]
    pub reason: String,
    /// The components that are missing or wrong.
    #[schema(schema_with = component_codes)]
    pub components: Vec<String>,
}

pub(crate) fn component_codes() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
    let code = ObjectBuilder::new().schema_type(Type::String).max_length(Some(50)).pattern(Some("^[a-z0-9_]+$"));
    let codes = ArrayBuilder::new().items(code).min_items(Some(1)).max_items(Some(50));
    codes
        .description(Some("The components that are missing or wrong."))
        .examples([serde_json::json!(["drawings"])])
        .build()
}

/// What the officer wants to be asked for (NĐ 61/2018 Art. 19(4)).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplementProposal {
    pub ground: SupplementGround,
    #[schema(example = "Bản vẽ thiếu mặt cắt móng.", min_length = 10, max_length = 4000)]
    pub reason: String,
    /// The components that are missing or wrong, all of them.
    #[schema(schema_with = component_codes)]
    pub components: Vec<String>,
    /// Why it comes so late: needed when the time for telling the applicant is over, 3 working days from reception as a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Kết quả kiểm tra thực địa mới có hôm nay.", min_length = 10, max_length = 4000)]
    pub late_reason: Option<String>,
}

/// What is asked for goes to the applicant.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct SupplementNotice {
    /// Needed when the time for telling the applicant is over and nobody has said yet why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Văn bản được ký sau ngày làm việc thứ ba.", min_length = 10, max_length = 4000)]
    pub late_reason: Option<String>,
}

/// What is going to be looked at or asked, and when, if somebody has to be there.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerificationPlan {
    /// When the applicant has to be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-06-30T02:00:00Z")]
    pub appointment_at: Option<DateTime<Utc>>,
    /// What for, and where, for the applicant.
    #[schema(example = "Kiểm tra hiện trạng thửa đất tại số 12 phố Hàng Bài.", min_length = 10, max_length = 4000)]
    pub subject: String,
}

/// What a verification has shown: when, where, who was there, and what they said or saw (NĐ 61/2018 Art. 19(3)(b)).
#[derive(Clone, Debug, diesel::Queryable, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerificationRecord {
    #[schema(example = "2026-08-19T02:00:00Z")]
    pub held_at: DateTime<Utc>,
    #[schema(example = "Số 12 phố Hàng Bài, phường Hoàn Kiếm", min_length = 1, max_length = 500)]
    pub place: String,
    /// By name and office.
    #[schema(example = "Phạm Quang Huy, chuyên viên; Nguyễn Thị Hoa, chủ đầu tư", min_length = 1, max_length = 2000)]
    pub participants: String,
    #[schema(example = "Hiện trạng phù hợp với bản vẽ.", min_length = 10, max_length = 4000)]
    pub findings: String,
}

/// What the officer proposes to whoever signs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    pub outcome: Outcome,
    /// Needed for a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<RefusalGround>,
    /// Needed for a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Hồ sơ đủ điều kiện cấp giấy phép.", min_length = 10, max_length = 4000)]
    pub reason: Option<String>,
}

/// Which other case of its procedure a dossier is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseChange {
    #[schema(example = "other", min_length = 1, max_length = 50)]
    pub case: String,
    /// Why, for the applicant.
    #[schema(
        example = "Công trình có tầng hầm sâu, thuộc trường hợp công trình khác.",
        min_length = 10,
        max_length = 4000
    )]
    pub reason: String,
}

/// A later date, with an apology (NĐ 61/2018 Art. 19(9)).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reappointment {
    /// The new date, to its end.
    #[schema(example = "2027-06-30")]
    pub due_date: NaiveDate,
    /// Why, and the apology, for the applicant.
    #[schema(
        example = "Xin lỗi ông/bà: kết quả kiểm tra thực địa về muộn; hẹn trả kết quả vào ngày mới.",
        min_length = 10,
        max_length = 4000
    )]
    pub reason: String,
}

/// The result: granted, or refused on the merits with ground and reason (NĐ 61/2018 Art. 19(8)).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "outcome": "granted", "number": "125/GPXD-UBND" }))]
pub struct NewResult {
    pub outcome: Outcome,
    /// Number of the document that is the result.
    #[schema(example = "125/GPXD-UBND", min_length = 1, max_length = 100)]
    pub number: String,
    /// Needed for a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<RefusalGround>,
    /// Needed for a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Công trình nằm trong hành lang bảo vệ đê.", min_length = 10, max_length = 4000)]
    pub reason: Option<String>,
    /// The document that it is: a result document of the dossier, which becomes a paper of the applicant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<IssuedDocument>,
}

/// The electronic document of a result.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuedDocument {
    /// From `POST /v1/dossiers/{id}/result-documents`; its content has arrived.
    pub id: AttachmentId,
    /// Who signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Vũ Thanh Sơn", min_length = 1, max_length = 200)]
    pub signer: Option<String>,
    /// The last day on which it is valid; permanent when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// What is known of its electronic signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub signature: Option<serde_json::Map<String, serde_json::Value>>,
}
