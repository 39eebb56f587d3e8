//! What those who handle breaches see of one.

use chrono::{DateTime, Utc};
use kernel::id::{AgencyId, StaffId};
use kernel::idempotency::Answer;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Breach, BreachId, BreachStatus};
use crate::DataCategory;

/// A breach of personal data.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DataBreach)]
pub struct BreachView {
    pub id: BreachId,
    /// Grows with every change; the ETag.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    /// Where it happened.
    pub agency_id: AgencyId,
    pub status: BreachStatus,
    pub detected_at: DateTime<Utc>,
    pub registered_at: DateTime<Utc>,
    pub registered_by: StaffId,
    #[schema(example = "Danh sách hồ sơ bị gửi nhầm tới một địa chỉ thư ngoài cơ quan.", max_length = 20000)]
    pub happened: String,
    #[schema(max_items = 20)]
    pub categories: Vec<DataCategory>,
    /// How many people it concerns, as far as known.
    #[schema(minimum = 0, maximum = 2147483647)]
    pub people: i32,
    #[schema(example = "Đã yêu cầu người nhận xoá thư và khoá tài khoản gửi.", max_length = 20000)]
    pub measures: String,
    /// By when the authority is to be told; exclusive.
    pub notify_due_at: DateTime<Utc>,
    /// The text that says so.
    #[schema(example = "Luật 91/2025/QH15 Art. 23", max_length = 300)]
    pub source: String,
    /// C confirmed, P partly, S secondary, R recalled only.
    #[schema(example = "R", max_length = 2)]
    pub mark: String,
    /// The authority was told too late, or is not told and should have been.
    pub late: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority_notified_at: Option<DateTime<Utc>>,
    /// The document that told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "45/TB-UBND", max_length = 100)]
    pub authority_document: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people_notified_at: Option<DateTime<Utc>>,
    /// How those whose data it was were told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Thư và tin nhắn tới từng người.", max_length = 2000)]
    pub people_notified_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Thư đã được xoá; quy trình gửi danh sách đã sửa.", max_length = 20000)]
    pub conclusion: Option<String>,
    /// It turned out to be none.
    pub unfounded: bool,
}

impl Breach {
    pub fn view(&self, now: DateTime<Utc>) -> BreachView {
        let late = self.is_late(now);
        let it = self.clone();
        BreachView {
            id: it.id,
            version: it.version,
            agency_id: it.agency_id,
            status: it.status,
            detected_at: it.detected_at,
            registered_at: it.registered_at,
            registered_by: it.registered_by,
            happened: it.happened,
            categories: it.categories,
            people: it.people,
            measures: it.measures,
            notify_due_at: it.notify_due_at,
            source: it.source,
            mark: it.mark,
            late,
            authority_notified_at: it.authority_notified_at,
            authority_document: it.authority_document,
            people_notified_at: it.people_notified_at,
            people_notified_by: it.people_notified_by,
            closed_at: it.closed_at,
            conclusion: it.conclusion,
            unfounded: it.unfounded,
        }
    }

    /// The answer to whoever has changed it.
    pub(super) fn reply(&self, status: u16, now: DateTime<Utc>) -> Answer {
        let location = (status == 201).then(|| format!("/v1/data-breaches/{}", self.id));
        let body = serde_json::to_string(&self.view(now)).expect("a breach is plain data");
        Answer { status, version: self.version, location, body }
    }
}
