//! What the world sees of a review: with the savings, how they were computed, and what the catalogue shows done.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::AgencyId;
use kernel::{Actor, Permission, Result, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use super::change::{ChangeKind, ProposedChange};
use super::cost::{ComplianceCost, FORMULA, HourlyRate, Saving};
use super::{Proposal, ProposalDecision, Review, ReviewId, ReviewStatus, ReviewSubject};
use crate::catalogue::{Catalogue, NO_END, Procedure, ProcedureId};

text_enum! {
    /// Whether the catalogue shows an accepted change done. Nobody says so: a later version of the procedure does.
    ImplementationState { Pending = "pending", Done = "done" }
}

/// How far an accepted change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Implementation {
    pub state: ImplementationState,
    /// The version of the procedure since which it is as proposed, up to the latest; for a repeal, the one that is the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub implemented_by: Option<ProcedureId>,
    /// The first day of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
}

/// A proposal of a review.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReviewProposal {
    /// Its place in the review, from 1.
    #[schema(minimum = 1, maximum = 50)]
    pub number: u16,
    pub change: ProposedChange,
    #[schema(max_length = 4000)]
    pub reason: String,
    pub cost: ComplianceCost,
    pub saving: Saving,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<ProposalDecision>,
    /// Of what is accepted and the catalogue can show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub implementation: Option<Implementation>,
}

/// How the savings were computed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CostMethod {
    /// Each filing is rounded to whole đồng. The official text was not found: this is recalled only.
    #[schema(example = "filings_per_year * (minutes * hourly_rate / 60 + services + fees + other)", max_length = 200)]
    pub formula: &'static str,
    /// As it was when the review was opened.
    pub hourly_rate: HourlyRate,
}

/// In đồng a year, together. A repeal saves all that a procedure costs, and nothing is added to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewSavings {
    #[schema(minimum = 0)]
    pub proposed: i64,
    #[schema(minimum = 0)]
    pub accepted: i64,
    /// Accepted, and done as the catalogue shows.
    #[schema(minimum = 0)]
    pub implemented: i64,
}

text_enum! {
    /// What can be done with a review.
    ReviewAction { Propose = "propose", Submit = "submit", Decide = "decide" }
}

/// A review of a procedure or a regulation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Review)]
pub struct ReviewView {
    pub id: ReviewId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub agency_id: AgencyId,
    pub subject: ReviewSubject,
    /// The version of the procedure that is reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure_id: Option<ProcedureId>,
    /// The year of the plan of reviews that it belongs to.
    #[schema(example = 2026, minimum = 2010, maximum = 2100)]
    pub plan_year: i16,
    #[schema(max_length = 300)]
    pub title: String,
    #[schema(max_length = 4000)]
    pub reason: String,
    pub status: ReviewStatus,
    pub method: CostMethod,
    #[schema(max_items = 50)]
    pub proposals: Vec<ReviewProposal>,
    pub savings: ReviewSavings,
    /// What this caller can do with it.
    #[schema(max_items = 3)]
    pub allowed_actions: Vec<ReviewAction>,
    pub opened_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<DateTime<Utc>>,
}

impl Review {
    /// What this actor sees of it, beside the catalogue as it is now.
    ///
    /// # Errors
    /// A version of the procedure that is not known here yet.
    pub fn view(self, actor: &Actor, catalogue: &Catalogue) -> Result<ReviewView> {
        let procedure = self.procedure_id.map(|id| catalogue.version(id)).transpose()?;
        let done = |proposal: &Proposal| {
            let accepted = procedure.filter(|_| proposal.is_accepted());
            accepted.and_then(|reviewed| implementation(&proposal.proposed.change, reviewed, catalogue))
        };
        let savings = ReviewSavings {
            proposed: self.proposed_saving,
            accepted: self.accepted_saving,
            implemented: self.saved(|proposal| {
                done(proposal).is_some_and(|implementation| implementation.state == ImplementationState::Done)
            }),
        };
        let proposals = (1..).zip(&self.proposals.0).map(|(number, proposal)| ReviewProposal {
            number,
            change: proposal.proposed.change.clone(),
            reason: proposal.proposed.reason.clone(),
            cost: proposal.proposed.cost,
            saving: proposal.proposed.cost.saving(self.hourly_rate.0.amount),
            decision: proposal.decision.clone(),
            implementation: done(proposal),
        });
        Ok(ReviewView {
            proposals: proposals.collect(),
            savings,
            allowed_actions: self.actions(actor),
            id: self.id,
            version: self.version,
            agency_id: self.agency_id,
            subject: subject(self.procedure_code, self.document_number),
            procedure_id: self.procedure_id,
            plan_year: self.plan_year,
            title: self.title,
            reason: self.reason,
            status: self.status,
            method: CostMethod { formula: FORMULA, hourly_rate: self.hourly_rate.0 },
            opened_at: self.opened_at,
            submitted_at: self.submitted_at,
            decided_at: self.decided_at,
        })
    }

    fn actions(&self, actor: &Actor) -> Vec<ReviewAction> {
        let actions: &[ReviewAction] = match self.status {
            ReviewStatus::Open if !actor.may_at(Permission::ProposeReview, self.agency_id) => &[],
            ReviewStatus::Open if self.proposals.0.is_empty() => &[ReviewAction::Propose],
            ReviewStatus::Open => &[ReviewAction::Propose, ReviewAction::Submit],
            ReviewStatus::Submitted if actor.may_at(Permission::DecideReview, self.agency_id) => {
                &[ReviewAction::Decide]
            }
            ReviewStatus::Submitted | ReviewStatus::Decided => &[],
        };
        actions.to_vec()
    }
}

/// What a row is about.
pub(super) fn subject(procedure: Option<String>, document: Option<String>) -> ReviewSubject {
    match procedure {
        Some(code) => ReviewSubject::Procedure { code },
        None => ReviewSubject::Regulation { number: document.unwrap_or_default() },
    }
}

/// Whether the versions after the one that was reviewed are as proposed, the latest among them: what was taken back again is not done.
fn implementation(change: &ProposedChange, reviewed: &Procedure, catalogue: &Catalogue) -> Option<Implementation> {
    // One that was taken back before it began has never been in force.
    let mut latest_first =
        catalogue.versions(&reviewed.code).rev().filter(|version| version.valid_from <= version.valid_to);
    let done = match change.kind() {
        ChangeKind::AmendRegulation => return None,
        ChangeKind::Repeal => {
            let last = latest_first.next().filter(|last| last.valid_to < NO_END);
            last.and_then(|last| Some((last.id, last.valid_to.succ_opt()?)))
        }
        _ => {
            let as_proposed = |later: &Procedure| change.holds(reviewed, later);
            let later = latest_first.take_while(|later| later.valid_from > reviewed.valid_from && as_proposed(later));
            later.last().map(|first| (first.id, first.valid_from))
        }
    };
    let state = if done.is_some() { ImplementationState::Done } else { ImplementationState::Pending };
    let (implemented_by, from) = done.unzip();
    Some(Implementation { state, implemented_by, from })
}
