//! Beginning an assessment, answering, and submitting it: by the head of the centre.

use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::id::AgencyId;
use kernel::idempotency::{Answer, Attempt, Kept};
use kernel::journal::Entry;
use kernel::json::Json;
use kernel::problem::unchanged;
use kernel::record::{Also, Record, nothing_late};
use kernel::schema::assessments;
use kernel::timers::Timers;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{self, CriterionAnswer, Verdict};
use super::{Assessment, AssessmentEvent, AssessmentId, AssessmentStatus, AssessmentView, criteria, evidence, load};
use crate::problem::{ASSESSMENT_EXISTS, ASSESSMENT_SUBMITTED, CENTRE_NOT_YOURS};

/// An assessment to be begun.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAssessment {
    /// A year or a quarter.
    #[schema(example = "2026-Q4", min_length = 4, max_length = 7, pattern = "^20[0-9]{2}(-Q[1-4])?$")]
    pub period: String,
}

/// What is said to the criteria, whole: what is not sent is taken away.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentAnswers {
    #[schema(max_items = 100)]
    pub answers: Vec<CriterionAnswer>,
}

/// Begins the draft of a period, by the criteria in force.
///
/// # Errors
/// [`CENTRE_NOT_YOURS`] at another centre; [`ASSESSMENT_EXISTS`].
pub async fn begin(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    (id, agency): (AssessmentId, AgencyId),
    new: NewAssessment,
    attempt: &Attempt,
) -> Result<Answer> {
    if ctx.actor.agency() != Some(agency) {
        return Err(CENTRE_NOT_YOURS.error());
    }
    let row = Assessment {
        id,
        version: 1,
        agency_id: agency,
        period: new.period,
        status: AssessmentStatus::Draft,
        criteria_version: criteria::in_force(conn).await?.version,
        answers: Json(Vec::new()),
        met: None,
        applicable: None,
        created_at: ctx.now,
        submitted_at: None,
    };
    let reply = reply(201, row.clone());
    let event = AssessmentEvent::Begun { period: row.period.clone(), criteria_version: row.criteria_version.clone() };
    let entry = entry(ctx, &row, &event);
    let answer = Some(attempt.keep(&reply, ctx.now));
    let change = diesel::insert_into(assessments::table).values(row).returning((assessments::version, nothing_late()));
    let taken = |name: &str| (name == "assessments_period").then(|| ASSESSMENT_EXISTS.error());
    Record { change, also: vec![], entry, timers: Timers::None, answer }.write(conn, taken).await?;
    Ok(reply)
}

/// Makes the answers what is sent, if the draft's version is still the one that the caller has seen. When they are that already
/// nothing happens, so that a lost answer can be asked for again.
///
/// # Errors
/// No such assessment, or another centre's; [`kernel::problem::STALE`]; [`ASSESSMENT_SUBMITTED`]; whatever is wrong, all at once.
pub async fn answers(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: AssessmentId,
    seen: Option<i32>,
    new: AssessmentAnswers,
) -> Result<AssessmentView> {
    let old = own(conn, ctx, id).await?;
    if old.answers.0 == new.answers {
        return Ok(old.view());
    }
    is_draft(&old, seen)?;
    answer::check(&criteria::of_version(conn, old.criteria_version.clone()).await?, &new.answers)?;
    let next = Assessment { version: old.version + 1, answers: Json(new.answers), ..old };
    advance(conn, ctx, &next, &AssessmentEvent::Answered {}, vec![], None).await?;
    Ok(next.view())
}

/// Submits a draft: counts it, and makes it public. From then on it stays as it is.
///
/// # Errors
/// No such assessment, or another centre's; [`kernel::problem::STALE`]; [`ASSESSMENT_SUBMITTED`]; an incomplete one, naming each place.
pub async fn submit(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: AssessmentId,
    seen: Option<i32>,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = own(conn, ctx, id).await?;
    is_draft(&old, seen)?;
    let (arrived, of) = (evidence::arrived_of(conn, id).await?, old.criteria_version.clone());
    answer::complete(&criteria::of_version(conn, of).await?, &old.answers.0, &arrived)?;
    let count = |counts: fn(Verdict) -> bool| {
        let counted = old.answers.0.iter().filter(|answer| counts(answer.verdict)).count();
        i16::try_from(counted).unwrap_or(i16::MAX)
    };
    let met = count(|verdict| verdict == Verdict::Met);
    let applicable = count(|verdict| verdict != Verdict::NotApplicable);
    let next = Assessment {
        version: old.version + 1,
        status: AssessmentStatus::Submitted,
        met: Some(met),
        applicable: Some(applicable),
        submitted_at: Some(ctx.now),
        ..old
    };
    let event = AssessmentEvent::Submitted {
        period: next.period.clone(),
        criteria_version: next.criteria_version.clone(),
        met,
        applicable,
        lacking: next.lacking(),
    };
    let reply = reply(200, next.clone());
    advance(conn, ctx, &next, &event, vec![], Some(attempt.keep(&reply, ctx.now))).await?;
    Ok(reply)
}

/// An assessment of the actor's own centre; others' can be read, and no more.
pub(super) async fn own(conn: &mut AsyncPgConnection, ctx: &Ctx, id: AssessmentId) -> Result<Assessment> {
    let found = load(conn, &ctx.actor, id).await?;
    if ctx.actor.agency() == Some(found.agency_id) { Ok(found) } else { Err(CENTRE_NOT_YOURS.error()) }
}

pub(super) fn is_draft(assessment: &Assessment, seen: Option<i32>) -> Result<()> {
    unchanged(seen, assessment.version)?;
    match assessment.status {
        AssessmentStatus::Draft => Ok(()),
        AssessmentStatus::Submitted => Err(ASSESSMENT_SUBMITTED.error()),
    }
}

fn reply(status: u16, row: Assessment) -> Answer {
    let (version, location) = (row.version, (status == 201).then(|| format!("/v1/assessments/{}", row.id)));
    let body = serde_json::to_string(&row.view()).expect("an assessment is plain data");
    Answer { status, version, location, body }
}

fn entry(ctx: &Ctx, row: &Assessment, event: &AssessmentEvent) -> Entry {
    Entry::new(ctx, row.id.0, Some(row.agency_id.0), event, (vec![row.agency_id.0], vec![row.agency_id.0]))
}

/// Writes the next version of its row.
pub(super) async fn advance(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    next: &Assessment,
    event: &AssessmentEvent,
    also: Vec<Also>,
    answer: Option<Kept>,
) -> Result<()> {
    let row = assessments::table.filter(assessments::id.eq(next.id));
    let change = diesel::update(row.filter(assessments::version.eq(next.version - 1)))
        .set((
            assessments::version.eq(next.version),
            assessments::status.eq(next.status),
            assessments::answers.eq(next.answers.clone()),
            assessments::met.eq(next.met),
            assessments::applicable.eq(next.applicable),
            assessments::submitted_at.eq(next.submitted_at),
        ))
        .returning((assessments::version, nothing_late()));
    let entry = entry(ctx, next, event);
    Record { change, also, entry, timers: Timers::None, answer }.write(conn, |_| None).await.map(drop)
}
