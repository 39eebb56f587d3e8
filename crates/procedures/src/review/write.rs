//! Opening a review, proposing, submitting and deciding: all at one's own agency.

use deadlines::vn_date;
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::idempotency::{Answer, Attempt, Kept};
use kernel::journal::Entry;
use kernel::json::Json;
use kernel::problem::{FieldError, INVALID, Text, unchanged};
use kernel::record::{Record, nothing_late};
use kernel::schema::reviews;
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::ChangeKind;
use super::{
    NewReviewProposal, Proposal, ProposalDecision, ProposalOutcome, Review, ReviewEvent, ReviewId, ReviewStatus,
    ReviewSubject, ReviewView, cost, load,
};
use crate::catalogue::{Catalogue, Procedure};
use crate::problem::{
    PROPOSAL_DECIDED, PROPOSAL_NOT_FOUND, REVIEW_EMPTY, REVIEW_NOT_YOURS, REVIEW_STATE, UNKNOWN_PROCEDURE,
};

/// A review to be opened.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewReview {
    pub subject: ReviewSubject,
    /// The year of the plan of reviews that it belongs to (NĐ 63/2010/NĐ-CP Art. 30).
    #[schema(example = 2026, minimum = 2010, maximum = 2100)]
    pub plan_year: i16,
    #[schema(example = "Rà soát thủ tục cấp giấy phép xây dựng", min_length = 1, max_length = 300)]
    pub title: String,
    #[schema(example = "Người dân phản ánh phải nộp bản vẽ hai lần.", min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// What is proposed, whole: what is not sent is taken away.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({ "proposals": [{
    "change": { "kind": "drop_component", "case": "house", "component": "drawings" },
    "reason": "Bản vẽ đã có trong cơ sở dữ liệu.",
    "cost": {
        "filings_per_year": 1200,
        "before": { "minutes": 480, "services": 200000, "fees": 75000, "other": 30000 },
        "after": { "minutes": 240, "services": 200000, "fees": 75000, "other": 30000 },
    },
}] }))]
pub struct ReviewProposals {
    #[schema(max_items = 50)]
    pub proposals: Vec<NewReviewProposal>,
}

/// A decision of a proposal.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewProposalDecision {
    pub outcome: ProposalOutcome,
    /// Why.
    #[schema(example = "Dữ liệu đã được kết nối từ tháng 7/2026.", min_length = 1, max_length = 4000)]
    pub ground: String,
}

/// Opens a review at the actor's agency, of the version of the procedure that is in force.
///
/// # Errors
/// [`UNKNOWN_PROCEDURE`]; [`REVIEW_NOT_YOURS`] for who has no agency.
pub async fn open(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    id: ReviewId,
    new: NewReview,
    attempt: &Attempt,
) -> Result<Answer> {
    let agency_id = ctx.actor.agency().ok_or_else(|| REVIEW_NOT_YOURS.error())?;
    let today = vn_date(ctx.now);
    let (procedure, document_number) = match new.subject {
        ReviewSubject::Regulation { number } => (None, Some(number)),
        ReviewSubject::Procedure { code } => {
            let words = Text::fixed(
                "không có thủ tục nào có mã này và đang có hiệu lực",
                "no procedure with this code is in force",
            );
            let unknown =
                |_| UNKNOWN_PROCEDURE.error().fields(vec![FieldError::new("/subject/code", "unknown", words)]);
            (Some(catalogue.find(&code, today).map_err(unknown)?), None)
        }
    };
    let row = Review {
        id,
        version: 1,
        agency_id,
        procedure_id: procedure.map(|procedure| procedure.id),
        procedure_code: procedure.map(|procedure| procedure.code.clone()),
        document_number,
        plan_year: new.plan_year,
        title: new.title,
        reason: new.reason,
        status: ReviewStatus::Open,
        hourly_rate: Json(cost::rate_on(today)?.clone()),
        proposals: Json(Vec::new()),
        proposed_saving: 0,
        accepted_saving: 0,
        opened_at: ctx.now,
        submitted_at: None,
        decided_at: None,
    };
    let reply = reply(201, row.clone(), ctx, catalogue)?;
    let event = ReviewEvent::Opened { plan_year: row.plan_year, procedure: row.procedure_code.clone() };
    let entry = entry(ctx, &row, &event);
    let answer = Some(attempt.keep(&reply, ctx.now));
    let change = diesel::insert_into(reviews::table).values(row).returning((reviews::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer }.write(conn, |_| None).await?;
    Ok(reply)
}

/// Makes the proposals what is sent, while the review is open. When they are that already nothing happens, so that a lost answer can
/// be asked for again.
///
/// # Errors
/// No such review, or another agency's; [`kernel::problem::STALE`]; [`REVIEW_STATE`]; whatever is wrong, all at once.
pub async fn propose(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    id: ReviewId,
    seen: Option<i32>,
    new: ReviewProposals,
) -> Result<ReviewView> {
    let old = own(conn, ctx, id, Permission::ProposeReview).await?;
    let proposals: Vec<Proposal> =
        new.proposals.into_iter().map(|proposed| Proposal { proposed, decision: None }).collect();
    if old.proposals.0 == proposals {
        return old.view(&ctx.actor, catalogue);
    }
    is(&old, seen, ReviewStatus::Open)?;
    let procedure = old.procedure_id.map(|id| catalogue.version(id)).transpose()?;
    check(&old, &proposals, procedure)?;
    let next = following(Review { proposals: Json(proposals), ..old });
    let event = ReviewEvent::Proposed { changes: changes(&next) };
    store(conn, ctx, &next, &event, None).await?;
    next.view(&ctx.actor, catalogue)
}

/// Puts a review before the leader of the agency. From then on its proposals stay as they are.
///
/// # Errors
/// No such review, or another agency's; [`kernel::problem::STALE`]; [`REVIEW_STATE`]; [`REVIEW_EMPTY`].
pub async fn submit(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    id: ReviewId,
    seen: Option<i32>,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = own(conn, ctx, id, Permission::ProposeReview).await?;
    is(&old, seen, ReviewStatus::Open)?;
    if old.proposals.0.is_empty() {
        return Err(REVIEW_EMPTY.error());
    }
    let next = following(Review { status: ReviewStatus::Submitted, submitted_at: Some(ctx.now), ..old });
    let event = ReviewEvent::Submitted { changes: changes(&next), proposed_saving: next.proposed_saving };
    let reply = reply(200, next.clone(), ctx, catalogue)?;
    store(conn, ctx, &next, &event, Some(attempt.keep(&reply, ctx.now))).await?;
    Ok(reply)
}

/// Decides a proposal. The last decision closes the review, and makes it public.
///
/// # Errors
/// No such review, or another agency's; [`kernel::problem::STALE`]; [`REVIEW_STATE`]; [`PROPOSAL_NOT_FOUND`]; [`PROPOSAL_DECIDED`].
pub async fn decide(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    (id, number): (ReviewId, u16),
    seen: Option<i32>,
    new: NewProposalDecision,
    attempt: &Attempt,
) -> Result<Answer> {
    let Actor::Staff { id: decided_by, .. } = ctx.actor else { return Err(REVIEW_NOT_YOURS.error()) };
    let mut next = own(conn, ctx, id, Permission::DecideReview).await?;
    let place = usize::from(number).checked_sub(1).filter(|place| *place < next.proposals.0.len());
    let place = place.ok_or_else(|| PROPOSAL_NOT_FOUND.error())?;
    is(&next, seen, ReviewStatus::Submitted)?;
    let proposal = &mut next.proposals.0[place];
    if let Some(decision) = &proposal.decision {
        return Err(PROPOSAL_DECIDED.error().extra("state", decision.outcome.code()));
    }
    let NewProposalDecision { outcome, ground } = new;
    let (decided_by, decided_at) = (decided_by, ctx.now);
    proposal.decision = Some(ProposalDecision { outcome, ground, decided_by, decided_at });
    let (change, cost) = (proposal.proposed.change.kind(), proposal.proposed.cost);
    if next.proposals.0.iter().all(|proposal| proposal.decision.is_some()) {
        next.status = ReviewStatus::Decided;
        next.decided_at = Some(ctx.now);
    }
    let saved_per_year = cost.saving(next.hourly_rate.0.amount).saved_per_year;
    let next = following(next);
    let event = ReviewEvent::ProposalDecided { number, change, outcome, saved_per_year, status: next.status };
    let reply = reply(200, next.clone(), ctx, catalogue)?;
    store(conn, ctx, &next, &event, Some(attempt.keep(&reply, ctx.now))).await?;
    Ok(reply)
}

/// Whether each can be made of what is reviewed, none contradicts another, and nothing comes to cost more.
fn check(old: &Review, proposals: &[Proposal], procedure: Option<&Procedure>) -> Result<()> {
    let (regulation, hourly_rate) = (old.document_number.as_deref(), old.hourly_rate.0.amount);
    let (mut wrong, mut targets) = (Vec::new(), Vec::new());
    for (n, Proposal { proposed, .. }) in proposals.iter().enumerate() {
        let NewReviewProposal { change, cost, .. } = proposed;
        wrong.extend(change.wrong(&format!("/proposals/{n}/change"), procedure, regulation));
        let target = change.target();
        if targets.contains(&target) {
            let words = Text::fixed("đã được đề xuất ở trên", "is proposed above");
            wrong.push(FieldError::new(format!("/proposals/{n}/change"), "duplicate", words));
        }
        targets.push(target);
        let after = |code, vi, en| FieldError::new(format!("/proposals/{n}/cost/after"), code, Text::fixed(vi, en));
        match (change.kind() == ChangeKind::Repeal, cost.after) {
            (false, None) => wrong.push(after("required", "là bắt buộc", "is required")),
            (true, Some(_)) => {
                wrong.push(after(
                    "not_allowed",
                    "không còn ai nộp hồ sơ khi bãi bỏ",
                    "nothing is filed after a repeal",
                ));
            }
            _ if cost.saving(hourly_rate).saved_per_year < 0 => {
                wrong.push(after("costs_more", "tốn hơn hiện nay", "costs more than today"));
            }
            _ => {}
        }
    }
    INVALID.unless_none(wrong)
}

/// A review of the actor's own agency; others' can be read, and no more.
async fn own(conn: &mut AsyncPgConnection, ctx: &Ctx, id: ReviewId, needed: Permission) -> Result<Review> {
    let found = load(conn, &ctx.actor, id).await?;
    if ctx.actor.may_at(needed, found.agency_id) { Ok(found) } else { Err(REVIEW_NOT_YOURS.error()) }
}

fn is(review: &Review, seen: Option<i32>, status: ReviewStatus) -> Result<()> {
    unchanged(seen, review.version)?;
    if review.status == status { Ok(()) } else { Err(REVIEW_STATE.error().extra("state", review.status.code())) }
}

fn reply(status: u16, row: Review, ctx: &Ctx, catalogue: &Catalogue) -> Result<Answer> {
    let (version, location) = (row.version, (status == 201).then(|| format!("/v1/reviews/{}", row.id)));
    let view = row.view(&ctx.actor, catalogue)?;
    let body = serde_json::to_string(&view).expect("a review is plain data");
    Ok(Answer { status, version, location, body })
}

fn entry(ctx: &Ctx, row: &Review, event: &ReviewEvent) -> Entry {
    Entry::new(ctx, row.id.0, Some(row.agency_id.0), event, (vec![row.agency_id.0], vec![row.agency_id.0]))
}

fn changes(review: &Review) -> Vec<ChangeKind> {
    review.proposals.0.iter().map(|proposal| proposal.proposed.change.kind()).collect()
}

/// The next version of a row, with its sums.
fn following(review: Review) -> Review {
    let (proposed_saving, accepted_saving) = (review.saved(|_| true), review.saved(Proposal::is_accepted));
    Review { version: review.version + 1, proposed_saving, accepted_saving, ..review }
}

/// Writes the next version of a row, if it is still the one that was read.
async fn store(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    next: &Review,
    event: &ReviewEvent,
    answer: Option<Kept>,
) -> Result<()> {
    let row = reviews::table.filter(reviews::id.eq(next.id)).filter(reviews::version.eq(next.version - 1));
    let change = diesel::update(row)
        .set((
            reviews::version.eq(next.version),
            reviews::status.eq(next.status),
            reviews::proposals.eq(next.proposals.clone()),
            reviews::proposed_saving.eq(next.proposed_saving),
            reviews::accepted_saving.eq(next.accepted_saving),
            reviews::submitted_at.eq(next.submitted_at),
            reviews::decided_at.eq(next.decided_at),
        ))
        .returning((reviews::version, nothing_late()));
    let entry = entry(ctx, next, event);
    Record { change, also: vec![], entry, timers: Timers::None, answer }.write(conn, |_| None).await.map(drop)
}
