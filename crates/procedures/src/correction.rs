//! Putting a result right that the agency got wrong: at its own cost, with an apology (NĐ 61/2018 Art. 21). The dossier stays
//! where it is, the wrong result is kept but holds no more, and the right one takes its place.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::idempotency::Answer;
use kernel::schema::corrections;
use kernel::{Ctx, Permission, Result, id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dossier::{Dossier, DossierId, load};
use crate::event::Event;
use crate::paper::keep;
use crate::problem::{CORRECTION_IMPOSSIBLE, CORRECTION_NOT_FOUND, NOT_YOURS_TO_DO};
use crate::request::{IssuedDocument, made_by_client};
use crate::steps::{Moving, Target, World, again};
use crate::view::part;
use crate::workflow::Status;

id! { CorrectionId, "A correction's id."; }

/// A result that is put right.
#[derive(Clone, Debug, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = corrections)]
pub struct Correction {
    pub id: CorrectionId,
    #[serde(skip)]
    pub dossier_id: DossierId,
    pub opened_at: DateTime<Utc>,
    /// What is wrong, with the apology.
    #[schema(max_length = 4000)]
    pub reason: String,
    /// Number of the result that is put right.
    #[schema(example = "125/GPXD-UBND", max_length = 100)]
    pub wrong_number: String,
    /// Number of the one that takes its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "125a/GPXD-UBND", max_length = 100)]
    pub right_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// What the agency got wrong.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Xin lỗi ông/bà: giấy phép ghi sai số tầng, sẽ được cấp lại miễn phí."}))]
pub struct NewCorrection {
    /// Made by the client (UUIDv7), so that a retry is known; else by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CorrectionId>,
    /// What is wrong, with the apology, for the applicant.
    #[schema(min_length = 10, max_length = 4000)]
    pub reason: String,
}

/// The right result.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "125a/GPXD-UBND"}))]
pub struct RightResult {
    /// Number of the document that takes the wrong one's place.
    #[schema(example = "125a/GPXD-UBND", min_length = 1, max_length = 100)]
    pub number: String,
    /// The document that it is: a result document of the dossier, which becomes a paper of the applicant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<IssuedDocument>,
}

/// The corrections of a dossier that the actor may see, oldest first.
///
/// # Errors
/// No such dossier for this actor.
pub async fn corrections(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DossierId) -> Result<Vec<Correction>> {
    load(conn, ctx, id).await?;
    of_dossier(conn, id).await
}

async fn of_dossier(conn: &mut AsyncPgConnection, id: DossierId) -> Result<Vec<Correction>> {
    let rows = corrections::table.filter(corrections::dossier_id.eq(id)).order(corrections::id);
    Ok(rows.select(Correction::as_select()).load(conn).await?)
}

/// Begins to put a result right, by whoever decided it.
///
/// # Errors
/// [`CORRECTION_IMPOSSIBLE`] when there is no result, or it is being put right already.
pub async fn open(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    new: NewCorrection,
) -> Result<Answer> {
    made_by_client(new.id.map(|id| id.0), "/id")?;
    again(async || {
        let mut moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
        decides(ctx, &moving.before, Permission::ProcessDossier)?;
        let number = match (moving.before.status, &moving.before.result_number) {
            (Status::ResultReady | Status::Returned, Some(number)) if !moving.sides.correcting => number.clone(),
            (status, _) => return Err(CORRECTION_IMPOSSIBLE.error().extra("state", status.code())),
        };
        let correction = Correction {
            id: new.id.unwrap_or_else(|| CorrectionId::at(ctx.now)),
            dossier_id: target.id,
            opened_at: ctx.now,
            reason: new.reason.clone(),
            wrong_number: number,
            right_number: None,
            closed_at: None,
        };
        let reply = part(201, &moving.dossier, "corrections", &correction);
        let event = Event::CorrectionOpened { correction: correction.id.0 };
        moving.also.push(Box::new(diesel::insert_into(corrections::table).values(correction)));
        moving.answer(conn, ctx, world, &event, target.attempt, reply).await
    })
    .await
}

/// Signs the right result, whose document, if it has one, takes the place of the wrong one's in the owner's store. It costs
/// the applicant nothing.
///
/// # Errors
/// No such correction; [`CORRECTION_IMPOSSIBLE`] when it is done already; a document that is not a draft of this dossier's
/// result, or has not arrived.
pub async fn close(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    id: CorrectionId,
    right: RightResult,
) -> Result<Answer> {
    again(async || {
        let mut moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
        decides(ctx, &moving.before, Permission::SignDossier)?;
        let found = of_dossier(conn, target.id).await?.into_iter().find(|correction| correction.id == id);
        let correction = found.ok_or_else(|| CORRECTION_NOT_FOUND.error())?;
        if correction.closed_at.is_some() {
            return Err(CORRECTION_IMPOSSIBLE.error().extra("state", moving.before.status.code()));
        }
        moving.dossier.result_number = Some(right.number.clone());
        if moving.dossier.status == Status::ResultReady {
            moving.dossier.next_due_at = moving.collect_by(ctx, world.rules)?;
        }
        let correction =
            Correction { right_number: Some(right.number.clone()), closed_at: Some(ctx.now), ..correction };
        let row = corrections::table.filter(corrections::id.eq(id));
        moving.also.push(Box::new(diesel::update(row).set((
            corrections::right_number.eq(correction.right_number.clone()),
            corrections::closed_at.eq(correction.closed_at),
        ))));
        let reply = part(200, &moving.dossier, "corrections", &correction);
        let document = right.document.as_ref().map(|document| document.id);
        if let Some(document) = &right.document {
            let papers = &mut moving.papers;
            moving.also.extend(keep::result(ctx, &moving.dossier, moving.procedure, papers, document)?);
        }
        let (revoked, mark) = keep::revoke(ctx, &mut moving.papers, document).unzip();
        moving.also.extend(mark);
        let event =
            Event::Corrected { correction: id.0, document: document.map(|id| id.0), revoked: revoked.map(|id| id.0) };
        moving.answer(conn, ctx, world, &event, target.attempt, reply).await
    })
    .await
}

fn decides(ctx: &Ctx, dossier: &Dossier, permission: Permission) -> Result<()> {
    if ctx.actor.may_at(permission, dossier.competent_agency_id) { Ok(()) } else { Err(NOT_YOURS_TO_DO.error()) }
}
