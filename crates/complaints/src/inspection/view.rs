//! What the world sees of an inspection.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::Ctx;
use kernel::id::AgencyId;
use kernel::idempotency::Answer;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Finding, FindingKind, Inspection, InspectionId, InspectionStatus, RemedyStatus};
use crate::case::CaseId;

/// An inspection, for somebody who may see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InspectionView {
    pub id: InspectionId,
    /// Grows with every change; the ETag.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    /// Who inspects.
    pub agency_id: AgencyId,
    /// Who is inspected.
    pub inspected_id: AgencyId,
    /// The inspected know of it only when it is held.
    pub surprise: bool,
    #[schema(example = "Giờ giấc và thái độ tiếp dân tại bộ phận một cửa", max_length = 500)]
    pub subject: String,
    pub planned_on: NaiveDate,
    /// What gave rise to it: for those who inspect alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<CaseId>,
    pub status: InspectionStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_on: Option<NaiveDate>,
    #[schema(max_items = 50)]
    pub findings: Vec<InspectionFinding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    pub conclusion: Option<String>,
    /// Of the document that concludes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "15/KL-TT", max_length = 100)]
    pub number: Option<String>,
    /// Why it was not held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub cancelled_for: Option<String>,
    /// The next day on which a remedy is due that has not been reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_due_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concluded_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// Something that was found, with what is to be put right.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InspectionFinding {
    /// Its place in the inspection, from 1.
    #[schema(minimum = 1, maximum = 50)]
    pub number: u16,
    pub kind: FindingKind,
    #[schema(example = "Hai quầy không có người trong giờ làm việc.", max_length = 4000)]
    pub words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<InspectionRemedy>,
}

/// What is to be put right, by when, and how far it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InspectionRemedy {
    #[schema(example = "Bố trí người trực thay ở mọi quầy.", max_length = 4000)]
    pub what: String,
    pub due_on: NaiveDate,
    pub status: RemedyStatus,
    /// Its day was over before anything was reported.
    pub late: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub report: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<DateTime<Utc>>,
    /// Why it was not enough, the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub sent_back_for: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
}

impl Inspection {
    pub fn view(&self, ctx: &Ctx) -> InspectionView {
        let inspects = ctx.actor.agency() == Some(self.agency_id);
        let findings = (1..).zip(&self.findings.0).map(|(number, finding)| of(number, finding, ctx.now)).collect();
        InspectionView {
            id: self.id,
            version: self.version,
            agency_id: self.agency_id,
            inspected_id: self.inspected_id,
            surprise: self.surprise,
            subject: self.subject.clone(),
            planned_on: self.planned_on,
            case_id: self.case_id.filter(|_| inspects),
            status: self.status,
            held_on: self.held_on,
            findings,
            conclusion: self.conclusion.clone(),
            number: self.number.clone(),
            cancelled_for: self.cancelled_for.clone(),
            next_due_on: self.next_due_on,
            concluded_at: self.concluded_at,
            closed_at: self.closed_at,
        }
    }

    /// The answer to whoever has changed it.
    pub(super) fn reply(&self, status: u16, ctx: &Ctx) -> Answer {
        let location = (status == 201).then(|| format!("/v1/inspections/{}", self.id));
        let body = serde_json::to_string(&self.view(ctx)).expect("an inspection is plain data");
        Answer { status, version: self.version, location, body }
    }
}

fn of(number: u16, finding: &Finding, now: DateTime<Utc>) -> InspectionFinding {
    let remedy = finding.remedy.clone().map(|remedy| InspectionRemedy {
        late: remedy.is_late(now),
        what: remedy.what,
        due_on: remedy.due_on,
        status: remedy.status,
        report: remedy.report,
        reported_at: remedy.reported_at,
        sent_back_for: remedy.sent_back_for,
        confirmed_at: remedy.confirmed_at,
    });
    InspectionFinding { number, kind: finding.kind, words: finding.words.clone(), remedy }
}
