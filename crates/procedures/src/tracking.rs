//! What anybody with the code of a dossier may know: how far it is, and nothing else (TT 01/2018/TT-VPCP Art. 16(2)(d)).

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::schema::dossiers;
use kernel::text::has_control;
use kernel::{Result, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::TRACKING_NOT_FOUND;
use crate::workflow::Status;

text_enum! {
    /// How far the dossier is, without saying what was decided.
    Progress {
        Received = "received",
        InProgress = "in_progress",
        WaitingForApplicant = "waiting_for_applicant",
        ResultReady = "result_ready",
        Closed = "closed",
    }
}

/// A dossier as anybody may follow it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Tracking {
    #[schema(example = "000.00.00.H26-261123-0001", max_length = 64)]
    pub code: String,
    pub progress: Progress,
    /// Steps done, of `steps`.
    #[schema(minimum = 0, maximum = 4, example = 2)]
    pub done: u8,
    #[schema(minimum = 4, maximum = 4, example = 4)]
    pub steps: u8,
}

/// Progress of the dossier with this code, and its version.
///
/// # Errors
/// [`TRACKING_NOT_FOUND`] when no dossier has it.
pub async fn track(conn: &mut AsyncPgConnection, code: &str) -> Result<(i32, Tracking)> {
    // A code is printed on paper; PostgreSQL takes no NUL, and nothing else of the kind is in one.
    if has_control(code) {
        return Err(TRACKING_NOT_FOUND.error());
    }
    // Public by law: this is the one query on dossiers without a caller, and it reads no more than this.
    let query = dossiers::table.filter(dossiers::code.eq(code)).select((dossiers::version, dossiers::status));
    let found: Option<(i32, Status)> = query.first(conn).await.optional()?;
    let (version, status) = found.ok_or_else(|| TRACKING_NOT_FOUND.error())?;
    let (progress, done) = match status {
        Status::Draft | Status::Submitted | Status::AwaitingIntakeDecision | Status::Accepted | Status::Transferred => {
            (Progress::Received, 1)
        }
        Status::Processing
        | Status::Verifying
        | Status::Consulting
        | Status::SupplementProposed
        | Status::SupplementSigned
        | Status::AwaitingApproval
        | Status::WithdrawalRequested => (Progress::InProgress, 2),
        Status::IntakeSupplement | Status::SupplementRequested | Status::AwaitingPayment => {
            (Progress::WaitingForApplicant, 2)
        }
        Status::ResultReady => (Progress::ResultReady, 3),
        Status::Returned | Status::Withdrawn | Status::Stopped | Status::Rejected => (Progress::Closed, 4),
    };
    Ok((version, Tracking { code: code.to_owned(), progress, done, steps: 4 }))
}
