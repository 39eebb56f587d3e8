//! The papers of what ended without a result, back in their owner's hands: a dossier that is stopped is not done with before that
//! (Form 05), and what was refused at intake or withdrawn goes back too.

use diesel_async::AsyncPgConnection;
use kernel::idempotency::Answer;
use kernel::schema::deliveries;
use kernel::{Ctx, Permission, Result};

use crate::delivery::{NewDelivery, Recipient};
use crate::event::Event;
use crate::problem::{NOT_YOURS_TO_DO, NOTHING_TO_HAND_BACK};
use crate::steps::{Moving, Target, World, again};
use crate::view::part;
use crate::workflow::Status;

/// Records how reception has handed the papers back, once.
///
/// # Errors
/// No such dossier for this actor; [`NOT_YOURS_TO_DO`] at another agency; [`NOTHING_TO_HAND_BACK`] of a dossier that is under way or
/// has a result; what the delivery lacks; [`crate::problem::HANDED_BACK`] when it is recorded already.
pub async fn hand_back(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    given: NewDelivery,
) -> Result<Answer> {
    again(async || {
        let mut moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
        let dossier = &moving.dossier;
        if !ctx.actor.may_at(Permission::ReceiveDossier, dossier.receiving_agency_id) {
            return Err(NOT_YOURS_TO_DO.error());
        }
        if !matches!(dossier.status, Status::Rejected | Status::Withdrawn | Status::Stopped) {
            return Err(NOTHING_TO_HAND_BACK.error().extra("state", dossier.status.code()));
        }
        let delivery = given.clone().of(ctx, dossier)?;
        let reply = part(201, dossier, "delivery", &delivery);
        let by_proxy = delivery.recipient == Recipient::Representative;
        let event = Event::PapersReturned { method: delivery.method, by_proxy };
        moving.also.push(Box::new(diesel::insert_into(deliveries::table).values(delivery)));
        moving.answer(conn, ctx, world, &event, target.attempt, reply).await
    })
    .await
}
