//! What was found is put right: the inspected report it, whoever inspected confirms it or sends it back.

use chrono::NaiveDate;
use deadlines::vn_date;
use diesel_async::AsyncPgConnection;
use kernel::idempotency::{Answer, Attempt};
use kernel::problem::{INVALID, unchanged};
use kernel::{Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::write::{finish, inspecting, over};
use super::{Inspection, InspectionEvent, InspectionId, InspectionStatus, Remedy, RemedyStatus, load};
use crate::problem::{FINDING_NOT_FOUND, INSPECTION_NOT_YOURS, INSPECTION_STATE};
use crate::steps::World;

/// Which finding of which inspection, seen at which version.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub inspection: InspectionId,
    /// Its place, from 1.
    pub finding: u16,
    pub if_match: Option<i32>,
}

/// What was done.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemedyReport {
    #[schema(
        example = "Đã phân công người trực thay từ ngày 05/12; lịch trực dán tại quầy.",
        min_length = 10,
        max_length = 4000
    )]
    pub words: String,
}

/// Why it is not enough.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemedySendingBack {
    #[schema(example = "Quầy 3 vẫn vắng khi kiểm tra lại ngày 10/12.", min_length = 10, max_length = 4000)]
    pub reason: String,
    /// By when it is due now; as before when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
}

/// The inspected say that it is done. Where they are whom the case behind it accuses, they see nothing of it: whoever inspects writes
/// down what they say.
///
/// # Errors
/// No such inspection, or [`FINDING_NOT_FOUND`]; [`INSPECTION_NOT_YOURS`]; [`INSPECTION_STATE`]; [`kernel::problem::STALE`].
pub async fn report(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    place: Place,
    said: RemedyReport,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = load(conn, ctx, world, place.inspection).await?;
    let by = match old.accuses_inspected() {
        true => (Permission::RunInspections, old.agency_id),
        false => (Permission::Remedy, old.inspected_id),
    };
    if !ctx.actor.may_at(by.0, by.1) {
        return Err(INSPECTION_NOT_YOURS.error());
    }
    unchanged(place.if_match, old.version)?;
    let mut next = old.next();
    let remedy = at(&mut next, place, RemedyStatus::Owed)?;
    (remedy.status, remedy.report, remedy.reported_at) = (RemedyStatus::Reported, Some(said.words), Some(ctx.now));
    let event = InspectionEvent::RemedyReported { finding: place.finding, late: remedy.is_late(ctx.now) };
    finish(conn, ctx, &old, next, &event, attempt).await
}

/// Whoever inspected has seen it. The last one closes the inspection.
///
/// # Errors
/// As [`report`].
pub async fn confirm(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    place: Place,
    attempt: &Attempt,
) -> Result<Answer> {
    let target = (place.inspection, place.if_match);
    let old = inspecting(conn, ctx, world, target, InspectionStatus::Concluded).await?;
    let mut next = old.next();
    let remedy = at(&mut next, place, RemedyStatus::Reported)?;
    (remedy.status, remedy.confirmed_at) = (RemedyStatus::Confirmed, Some(ctx.now));
    let mut remedies = next.findings.0.iter().filter_map(|finding| finding.remedy.as_ref());
    let closed = remedies.all(|remedy| remedy.status == RemedyStatus::Confirmed);
    if closed {
        (next.status, next.closed_at) = (InspectionStatus::Closed, Some(ctx.now));
    }
    let event = InspectionEvent::RemedyConfirmed { finding: place.finding, closed };
    finish(conn, ctx, &old, next, &event, attempt).await
}

/// It is not enough.
///
/// # Errors
/// As [`report`]; a day that is over.
pub async fn send_back(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    place: Place,
    said: RemedySendingBack,
    attempt: &Attempt,
) -> Result<Answer> {
    let target = (place.inspection, place.if_match);
    let old = inspecting(conn, ctx, world, target, InspectionStatus::Concluded).await?;
    let mut next = old.next();
    let remedy = at(&mut next, place, RemedyStatus::Reported)?;
    if let Some(due_on) = said.due_on {
        INVALID.unless_none((due_on < vn_date(ctx.now)).then(|| over("/due_on".to_owned())).into_iter().collect())?;
        (remedy.due_on, remedy.overdue_told) = (due_on, false);
    }
    (remedy.status, remedy.sent_back_for) = (RemedyStatus::Owed, Some(said.reason));
    let event = InspectionEvent::RemedySentBack { finding: place.finding, due_on: remedy.due_on };
    finish(conn, ctx, &old, next, &event, attempt).await
}

/// The remedy of that finding, if it stands there.
fn at(inspection: &mut Inspection, place: Place, status: RemedyStatus) -> Result<&mut Remedy> {
    let findings = &mut inspection.findings.0;
    let finding = usize::from(place.finding).checked_sub(1).and_then(|n| findings.get_mut(n));
    let remedy = finding.and_then(|finding| finding.remedy.as_mut()).ok_or_else(|| FINDING_NOT_FOUND.error())?;
    if remedy.status == status {
        Ok(remedy)
    } else {
        Err(INSPECTION_STATE.error().extra("state", remedy.status.code()))
    }
}
