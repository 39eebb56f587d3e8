//! Reviews of procedures and regulations (rà soát, đánh giá: NĐ 63/2010/NĐ-CP Art. 27 to 31): what officers propose to simplify,
//! what it would save, what their leader decides, and whether the catalogue shows it done. In reading order: the review and what
//! the world sees of it, [`change`], [`cost`], [`mod@write`], [`list`].

pub mod change;
pub mod cost;
pub mod list;
mod view;
pub mod write;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, StaffId};
use kernel::journal;
use kernel::json::Json;
use kernel::schema::reviews;
use kernel::{Actor, Result, id, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::ProcedureId;
use crate::problem::REVIEW_NOT_FOUND;
use change::{ChangeKind, ProposedChange};
use cost::{ComplianceCost, HourlyRate};

pub use view::{ReviewProposal, ReviewSavings, ReviewView};

id! { ReviewId, "A review's id."; }

text_enum! {
    /// Proposals are made while it is open, decided once it is submitted, and public once all of them are decided.
    ReviewStatus { Open = "open", Submitted = "submitted", Decided = "decided" }
}

text_enum! {
    /// What becomes of a proposal.
    ProposalOutcome { Accepted = "accepted", Rejected = "rejected" }
}

/// What is reviewed.
//
// In the contract, `max_properties` closes the variants: utoipa does not see `deny_unknown_fields` there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReviewSubject {
    /// A procedure, as it was in force when the review was opened.
    #[schema(max_properties = 2)]
    Procedure {
        #[schema(example = "1.013225", min_length = 8, max_length = 16, pattern = r"^[0-9]\.[0-9]{6}$")]
        code: String,
    },
    /// A legal text, by its number.
    #[schema(max_properties = 2)]
    Regulation {
        #[schema(example = "217/2026/NĐ-CP", min_length = 1, max_length = 50)]
        number: String,
    },
}

/// A change that is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewReviewProposal {
    pub change: ProposedChange,
    #[schema(example = "Bản vẽ đã có trong cơ sở dữ liệu.", min_length = 1, max_length = 4000)]
    pub reason: String,
    pub cost: ComplianceCost,
}

/// What was decided of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProposalDecision {
    pub outcome: ProposalOutcome,
    #[schema(max_length = 4000)]
    pub ground: String,
    pub decided_by: StaffId,
    pub decided_at: DateTime<Utc>,
}

/// A proposal, as it is kept: known by its place in the review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub proposed: NewReviewProposal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<ProposalDecision>,
}

/// The row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = reviews)]
pub struct Review {
    pub id: ReviewId,
    pub version: i32,
    pub agency_id: AgencyId,
    pub procedure_id: Option<ProcedureId>,
    pub procedure_code: Option<String>,
    pub document_number: Option<String>,
    pub plan_year: i16,
    pub title: String,
    pub reason: String,
    pub status: ReviewStatus,
    pub hourly_rate: Json<HourlyRate>,
    pub proposals: Json<Vec<Proposal>>,
    pub proposed_saving: i64,
    pub accepted_saving: i64,
    pub opened_at: DateTime<Utc>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
}

/// What the journal is told about reviews. The number of a regulation is typed by hand, so it is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewEvent {
    Opened {
        plan_year: i16,
        /// Of a procedure; none for a regulation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        procedure: Option<String>,
    },
    Proposed {
        changes: Vec<ChangeKind>,
    },
    /// With what all of it would save in a year.
    Submitted {
        changes: Vec<ChangeKind>,
        proposed_saving: i64,
    },
    /// With what it saves in a year; the last decision closes the review.
    ProposalDecided {
        number: u16,
        change: ChangeKind,
        outcome: ProposalOutcome,
        saved_per_year: i64,
        status: ReviewStatus,
    },
}

impl journal::Event for ReviewEvent {
    const ENTITY: &'static str = "review";

    fn kind(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "review.opened",
            Self::Proposed { .. } => "review.proposed",
            Self::Submitted { .. } => "review.submitted",
            Self::ProposalDecided { .. } => "review.proposal_decided",
        }
    }
}

impl Review {
    /// What those proposals save in a year, together. Whoever repeals a procedure saves all that it costs, so nothing is added to that.
    fn saved(&self, counts: impl Fn(&Proposal) -> bool) -> i64 {
        let counted: Vec<&NewReviewProposal> =
            self.proposals.0.iter().filter(|proposal| counts(proposal)).map(|proposal| &proposal.proposed).collect();
        let saving = |proposal: &NewReviewProposal| proposal.cost.saving(self.hourly_rate.0.amount).saved_per_year;
        let repeal = counted.iter().find(|proposal| proposal.change.kind() == ChangeKind::Repeal);
        repeal.map_or_else(|| counted.iter().copied().map(saving).sum(), |repeal| saving(repeal))
    }
}

impl Proposal {
    fn is_accepted(&self) -> bool {
        self.decision.as_ref().is_some_and(|decision| decision.outcome == ProposalOutcome::Accepted)
    }
}

/// Which reviews an actor may see: what is decided is everybody's, the rest is for staff, of whatever agency, so that none reviews
/// what another is reviewing. Every query carries it.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn visible_to(actor: &Actor) -> _ {
    let seen: &'static [ReviewStatus] = seen_by(actor);
    reviews::status.eq_any(seen)
}

fn seen_by(actor: &Actor) -> &'static [ReviewStatus] {
    match actor {
        Actor::Staff { .. } | Actor::System => ReviewStatus::ALL,
        Actor::Anonymous | Actor::Citizen(_) => &[ReviewStatus::Decided],
    }
}

/// The review, if this actor may see it.
///
/// # Errors
/// [`REVIEW_NOT_FOUND`].
pub async fn load(conn: &mut AsyncPgConnection, actor: &Actor, id: ReviewId) -> Result<Review> {
    let row = reviews::table.filter(reviews::id.eq(id)).filter(visible_to(actor));
    let row = row.select(Review::as_select()).first(conn).await.optional()?;
    row.ok_or_else(|| REVIEW_NOT_FOUND.error())
}
