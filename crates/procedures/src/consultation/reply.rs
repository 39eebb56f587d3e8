//! Answering, by the agency that was asked.

use diesel_async::AsyncPgConnection;
use kernel::idempotency::{Answer, Attempt};
use kernel::{Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lapse::catch_up;
use super::{Consultation, ConsultationId, ConsultationStatus, Opinion, all, closed, one};
use crate::event::Event;
use crate::problem::{CONSULTATION_CLOSED, CONSULTATION_NOT_FOUND, NOT_FOUND, NOT_YOURS_TO_DO};
use crate::steps::{Moving, World, again};
use crate::view::part;
use crate::workflow::Awaited;

/// What an agency answers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOpinion {
    pub opinion: Opinion,
    /// With the conditions, or the reasons.
    #[schema(example = "Đồng ý, với điều kiện mở lối thoát hiểm thứ hai.", min_length = 10, max_length = 4000)]
    pub words: String,
}

/// Answers a question. With the last answer the examination goes on by itself.
///
/// # Errors
/// No such question for this actor; it is another agency's; it is closed.
pub async fn reply(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: ConsultationId,
    new: NewOpinion,
    attempt: &Attempt,
) -> Result<Answer> {
    let asked = one(conn, id).await?;
    // What was asked stays with whoever was asked, also when the dossier has ended.
    if asked.status != ConsultationStatus::Open && ctx.actor.may_at(Permission::ProcessDossier, asked.agency_id) {
        return Err(CONSULTATION_CLOSED.error().extra("state", asked.status.code()));
    }
    let dossier = asked.dossier_id;
    catch_up(conn, ctx, world, dossier).await?;
    again(async || {
        let moving = Moving::begin(conn, ctx, world, dossier, None).await;
        // That there is such a dossier is not for others to know.
        let mut moving = moving.map_err(|error| match error.is(&NOT_FOUND) {
            true => CONSULTATION_NOT_FOUND.error(),
            false => error,
        })?;
        let asked = all(conn, dossier).await?;
        let mine = asked.iter().find(|asked| asked.id == id).ok_or_else(|| CONSULTATION_NOT_FOUND.error())?;
        if !ctx.actor.may_at(Permission::ProcessDossier, mine.agency_id) {
            return Err(NOT_YOURS_TO_DO.error());
        }
        if mine.status != ConsultationStatus::Open {
            return Err(CONSULTATION_CLOSED.error().extra("state", mine.status.code()));
        }
        let after = Consultation {
            status: ConsultationStatus::Answered,
            opinion: Some(new.opinion),
            words: Some(new.words.clone()),
            closed_at: Some(ctx.now),
            ..mine.clone()
        };
        moving.also.extend(closed(&after));
        let event = Event::OpinionGiven { consultation: id.0, agency: after.agency_id.0, opinion: new.opinion };
        went_on(&mut moving, ctx, world, &asked, id)?;
        let reply = part(200, &moving.dossier, "consultations", &after);
        moving.answer(conn, ctx, world, &event, attempt, reply).await
    })
    .await
}

/// With the last question closed, the dossier goes on.
pub(super) fn went_on(
    moving: &mut Moving<'_>,
    ctx: &Ctx,
    world: World<'_>,
    asked: &[Consultation],
    closed: ConsultationId,
) -> Result<()> {
    moving.sides.unanswered = asked.iter().any(|asked| asked.id != closed && asked.status == ConsultationStatus::Open);
    if !moving.sides.unanswered {
        moving.follow(ctx, world, Awaited::Answered)?;
    }
    Ok(())
}
