//! Planning, holding, concluding and cancelling: by whoever inspects.

use chrono::NaiveDate;
use deadlines::vn_date;
use diesel_async::AsyncPgConnection;
use kernel::id::AgencyId;
use kernel::idempotency::{Answer, Attempt};
use kernel::json::Json;
use kernel::problem::{FieldError, INVALID, Text, unchanged};
use kernel::{Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Finding, FindingKind, Inspection, InspectionEvent, InspectionId, InspectionStatus, Remedy, RemedyStatus, load,
};
use crate::case::CaseId;
use crate::problem::{INSPECTION_NOT_YOURS, INSPECTION_STATE, NOT_FOUND};
use crate::steps::{World, read};

/// An inspection to be made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInspection {
    /// The code of the agency that is inspected: one's own or one below it, for inspectors any.
    #[schema(example = "H26.13.01", min_length = 1, max_length = 50)]
    pub agency: String,
    /// The inspected know of it only when it is held.
    pub surprise: bool,
    #[schema(example = "Giờ giấc và thái độ tiếp dân tại bộ phận một cửa", min_length = 3, max_length = 500)]
    pub subject: String,
    #[schema(example = "2026-12-01")]
    pub planned_on: NaiveDate,
    /// What gave rise to it. The inspected never see it; whoever is accused in it never sees the inspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_id: Option<CaseId>,
}

/// When it was held.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionHolding {
    /// Today when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_on: Option<NaiveDate>,
}

/// What was found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionConclusion {
    /// Of the document.
    #[schema(example = "15/KL-TT", min_length = 1, max_length = 100)]
    pub number: String,
    #[schema(example = "Đơn vị chấp hành cơ bản đúng giờ; còn hai quầy vắng.", min_length = 10, max_length = 20000)]
    pub conclusion: String,
    #[schema(max_items = 50)]
    pub findings: Vec<NewFinding>,
}

/// Something that was found. What is wrong has a remedy and a day.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFinding {
    pub kind: FindingKind,
    #[schema(example = "Hai quầy không có người trong giờ làm việc.", min_length = 10, max_length = 4000)]
    pub words: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<NewRemedy>,
}

/// What is to be put right.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRemedy {
    #[schema(example = "Bố trí người trực thay ở mọi quầy.", min_length = 10, max_length = 4000)]
    pub what: String,
    #[schema(example = "2026-12-31")]
    pub due_on: NaiveDate,
}

/// Plans an inspection of that agency.
///
/// # Errors
/// [`INSPECTION_NOT_YOURS`] for who has no agency; an agency that is not below it, a day that is over, or a case that is not for
/// the actor, each at its place.
pub async fn plan(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    (id, inspected): (InspectionId, AgencyId),
    new: NewInspection,
    attempt: &Attempt,
) -> Result<Answer> {
    let own = ctx.actor.agency().ok_or_else(|| INSPECTION_NOT_YOURS.error())?;
    let mut wrong = Vec::new();
    if !ctx.actor.may(Permission::OverseeCases) && !world.rules.below(own).contains(&inspected) {
        let words = Text::fixed("không phải cơ quan bạn hay cấp dưới", "is neither your agency nor below it");
        wrong.push(FieldError::new("/agency", "not_below", words));
    }
    if new.planned_on < vn_date(ctx.now) {
        wrong.push(over("/planned_on".to_owned()));
    }
    let mut barred = None;
    if let Some(case) = new.case_id {
        match read(conn, ctx, world, case).await {
            Ok(seen) => barred = Some(seen.case.barred),
            Err(error) if error.is(&NOT_FOUND) => {
                let words = Text::fixed("không có vụ việc này", "there is no such case");
                wrong.push(FieldError::new("/case_id", "unknown", words));
            }
            Err(error) => return Err(error),
        }
    }
    INVALID.unless_none(wrong)?;
    let row = Inspection {
        id,
        version: 1,
        agency_id: own,
        inspected_id: inspected,
        surprise: new.surprise,
        subject: new.subject,
        planned_on: new.planned_on,
        case_id: new.case_id,
        status: InspectionStatus::Planned,
        findings: Json(Vec::new()),
        conclusion: None,
        number: None,
        cancelled_for: None,
        next_due_on: None,
        held_on: None,
        planned_at: ctx.now,
        concluded_at: None,
        closed_at: None,
        barred,
    };
    let (surprise, planned_on) = (row.surprise, row.planned_on);
    let reply = row.reply(201, ctx);
    let event = InspectionEvent::Planned { inspected, surprise, planned_on };
    row.insert(conn, ctx, &event, attempt.keep(&reply, ctx.now)).await?;
    Ok(reply)
}

/// It was held on the spot: from now the inspected see it.
///
/// # Errors
/// No such inspection; [`INSPECTION_NOT_YOURS`]; [`INSPECTION_STATE`]; [`kernel::problem::STALE`]; a day that has not come.
pub async fn hold(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: (InspectionId, Option<i32>),
    holding: &InspectionHolding,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = inspecting(conn, ctx, world, target, InspectionStatus::Planned).await?;
    let today = vn_date(ctx.now);
    let held_on = holding.held_on.unwrap_or(today);
    let planned = vn_date(old.planned_at);
    if !(planned..=today).contains(&held_on) {
        let words = Text::new(format!("phải từ {planned} đến hôm nay"), format!("must be from {planned} to today"));
        return Err(INVALID.error().fields(vec![FieldError::new("/held_on", "not_in_range", words)]));
    }
    let next = Inspection { status: InspectionStatus::Held, held_on: Some(held_on), ..old.next() };
    finish(conn, ctx, &old, next, &InspectionEvent::Held { held_on }, attempt).await
}

/// What was found, with what is to be put right; where nothing is, that closes it.
///
/// # Errors
/// As [`hold`]; what is wrong without a remedy, and days that are over, each at its place.
pub async fn conclude(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: (InspectionId, Option<i32>),
    said: InspectionConclusion,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = inspecting(conn, ctx, world, target, InspectionStatus::Held).await?;
    let today = vn_date(ctx.now);
    let mut wrong = Vec::new();
    for (n, finding) in said.findings.iter().enumerate() {
        match &finding.remedy {
            Some(remedy) if remedy.due_on < today => wrong.push(over(format!("/findings/{n}/remedy/due_on"))),
            None if finding.kind != FindingKind::GoodPractice => {
                let words = Text::fixed("phải có yêu cầu khắc phục", "needs a remedy");
                wrong.push(FieldError::new(format!("/findings/{n}/remedy"), "required", words));
            }
            _ => {}
        }
    }
    INVALID.unless_none(wrong)?;
    let findings: Vec<Finding> = said.findings.into_iter().map(found).collect();
    let remedies = findings.iter().filter(|finding| finding.remedy.is_some()).count();
    let event = InspectionEvent::Concluded { findings: findings.len(), remedies };
    let next = Inspection {
        status: if remedies == 0 { InspectionStatus::Closed } else { InspectionStatus::Concluded },
        findings: Json(findings),
        conclusion: Some(said.conclusion),
        number: Some(said.number),
        concluded_at: Some(ctx.now),
        closed_at: (remedies == 0).then_some(ctx.now),
        ..old.next()
    };
    finish(conn, ctx, &old, next, &event, attempt).await
}

/// It will not be held.
///
/// # Errors
/// As [`hold`].
pub async fn cancel(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: (InspectionId, Option<i32>),
    reason: String,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = inspecting(conn, ctx, world, target, InspectionStatus::Planned).await?;
    let next = Inspection {
        status: InspectionStatus::Cancelled,
        cancelled_for: Some(reason),
        closed_at: Some(ctx.now),
        ..old.next()
    };
    finish(conn, ctx, &old, next, &InspectionEvent::Cancelled {}, attempt).await
}

/// The inspection, for those who make it, if it stands there.
pub(super) async fn inspecting(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    (id, seen): (InspectionId, Option<i32>),
    status: InspectionStatus,
) -> Result<Inspection> {
    let row = load(conn, ctx, world, id).await?;
    if !ctx.actor.may_at(Permission::RunInspections, row.agency_id) {
        return Err(INSPECTION_NOT_YOURS.error());
    }
    unchanged(seen, row.version)?;
    if row.status == status { Ok(row) } else { Err(INSPECTION_STATE.error().extra("state", row.status.code())) }
}

/// Writes the next version and answers with it.
pub(super) async fn finish(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    old: &Inspection,
    next: Inspection,
    event: &InspectionEvent,
    attempt: &Attempt,
) -> Result<Answer> {
    let next = next.dated();
    let reply = next.reply(200, ctx);
    next.store(conn, ctx, old, event, Some(attempt.keep(&reply, ctx.now))).await?;
    Ok(reply)
}

fn found(NewFinding { kind, words, remedy }: NewFinding) -> Finding {
    let remedy = remedy.map(|NewRemedy { what, due_on }| Remedy {
        what,
        due_on,
        status: RemedyStatus::Owed,
        report: None,
        reported_at: None,
        sent_back_for: None,
        confirmed_at: None,
        overdue_told: false,
    });
    Finding { kind, words, remedy }
}

pub(super) fn over(pointer: String) -> FieldError {
    FieldError::new(pointer, "over", Text::fixed("ngày đã qua", "the day is over"))
}
