//! What a centre says of itself: which of the published [`criteria`] of a modern centre it meets, with evidence, period by
//! period. No official list named "modern" is in force: NĐ 61/2018 does not use the word, and the criteria are what it and its
//! successors want a centre to have. In reading order: [`criteria`], the assessment, [`answer`]s, [`mod@write`], [`evidence`], [`list`].

pub mod answer;
pub mod criteria;
pub mod evidence;
pub mod list;
pub mod write;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::journal;
use kernel::json::Json;
use kernel::schema::assessments;
use kernel::{Actor, Permission, Result, id, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::ASSESSMENT_NOT_FOUND;
use answer::{CriterionAnswer, Verdict};

id! { AssessmentId, "An assessment's id."; }

text_enum! {
    /// A draft is the centre's own; what is submitted is public and does not change any more.
    AssessmentStatus { Draft = "draft", Submitted = "submitted" }
}

/// The row.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = assessments)]
pub struct Assessment {
    pub id: AssessmentId,
    pub version: i32,
    pub agency_id: AgencyId,
    pub period: String,
    pub status: AssessmentStatus,
    pub criteria_version: String,
    pub answers: Json<Vec<CriterionAnswer>>,
    pub met: Option<i16>,
    pub applicable: Option<i16>,
    pub created_at: DateTime<Utc>,
    pub submitted_at: Option<DateTime<Utc>>,
}

/// What comes out: how many are met of those that apply, and which are not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssessmentResult {
    #[schema(minimum = 0, maximum = 100)]
    pub met: i16,
    #[schema(minimum = 0, maximum = 100)]
    pub applicable: i16,
    /// The criteria that apply and are not met.
    #[schema(schema_with = codes)]
    pub lacking: Vec<String>,
}

fn codes() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
    let code = ObjectBuilder::new().schema_type(Type::String).max_length(Some(50)).pattern(Some("^[a-z0-9_]+$"));
    let codes = ArrayBuilder::new().items(code).max_items(Some(100));
    codes
        .description(Some("The criteria that apply and are not met."))
        .examples([serde_json::json!(["smart_kiosk"])])
        .build()
}

/// A centre's assessment of itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Assessment)]
pub struct AssessmentView {
    pub id: AssessmentId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub agency_id: AgencyId,
    /// A year or a quarter.
    #[schema(example = "2026-Q3", max_length = 7)]
    pub period: String,
    pub status: AssessmentStatus,
    /// The version of the criteria that it goes by.
    #[schema(example = "centre-2026-11", max_length = 50)]
    pub criteria_version: String,
    #[schema(max_items = 100)]
    pub answers: Vec<CriterionAnswer>,
    /// Once it is submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<AssessmentResult>,
    pub created_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<DateTime<Utc>>,
}

/// What the journal is told about assessments: enough to count the centres that meet them all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssessmentEvent {
    Begun { period: String, criteria_version: String },
    Answered {},
    EvidenceStored {},
    Submitted { period: String, criteria_version: String, met: i16, applicable: i16, lacking: Vec<String> },
}

impl journal::Event for AssessmentEvent {
    const ENTITY: &'static str = "assessment";

    fn kind(&self) -> &'static str {
        match self {
            Self::Begun { .. } => "assessment.begun",
            Self::Answered {} => "assessment.answered",
            Self::EvidenceStored {} => "assessment.evidence_stored",
            Self::Submitted { .. } => "assessment.submitted",
        }
    }
}

impl Assessment {
    /// The criteria that apply and are not met.
    fn lacking(&self) -> Vec<String> {
        let not_met = self.answers.0.iter().filter(|answer| answer.verdict == Verdict::NotMet);
        not_met.map(|answer| answer.criterion.clone()).collect()
    }

    /// What the world sees of it.
    pub fn view(self) -> AssessmentView {
        let result = self.met.zip(self.applicable);
        let result = result.map(|(met, applicable)| AssessmentResult { met, applicable, lacking: self.lacking() });
        AssessmentView {
            id: self.id,
            version: self.version,
            agency_id: self.agency_id,
            period: self.period,
            status: self.status,
            criteria_version: self.criteria_version,
            answers: self.answers.0,
            result,
            created_at: self.created_at,
            submitted_at: self.submitted_at,
        }
    }
}

/// Which assessments an actor may see: what is submitted is everybody's, a draft is the centre's. Every query carries it.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn visible_to(actor: &Actor) -> _ {
    let own: Option<AgencyId> = actor.agency().filter(|_| actor.may(Permission::AssessCentre));
    let submitted: AssessmentStatus = AssessmentStatus::Submitted;
    assessments::status.nullable().eq(submitted).or(assessments::agency_id.nullable().eq(own))
}

/// The assessment, if this actor may see it.
///
/// # Errors
/// [`ASSESSMENT_NOT_FOUND`].
pub async fn load(conn: &mut AsyncPgConnection, actor: &Actor, id: AssessmentId) -> Result<Assessment> {
    let row = assessments::table.filter(assessments::id.eq(id)).filter(visible_to(actor));
    let row = row.select(Assessment::as_select()).first(conn).await.optional()?;
    row.ok_or_else(|| ASSESSMENT_NOT_FOUND.error())
}
