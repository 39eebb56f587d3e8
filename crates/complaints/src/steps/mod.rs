//! Everything that moves a case. Each step reads it as the actor may see it, asks the table, changes the row in memory, and writes
//! row, journal entry, timers and answer in one statement that holds only if nobody was faster.

mod decision;
mod end;
mod kin;
mod moving;
mod screening;
mod work;

pub use decision::{answer, decide, publish, return_answer, serve};
pub use end::{close, note_litigation, refuse_withdrawal, reopen, terminate, urge, withdraw, withdraw_part};
pub use kin::{appeal, confirm_conversion, propose_conversion, split};
pub(crate) use moving::take_code;
pub use moving::{Dialogue, Given, Moving, Seen, acting, read};
pub use screening::{accept, classify, file, forward, guide, refuse, request_supplement, submit, supply, transfer};
pub use work::{assign, call_dialogue, extend, record_dialogue, report, resume, send_back, suspend};

use diesel_async::AsyncPgConnection;
use kernel::idempotency::{Answer, Attempt};
use kernel::record::again;
use kernel::rules::Rules;
use kernel::{Ctx, Result};

use crate::case::CaseId;
use crate::event::Event;
use crate::workflow::CaseAction;

/// The rules a step goes by.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub rules: &'a Rules,
}

/// Which case is moved, seen at which version, under which Idempotency-Key.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub id: CaseId,
    pub if_match: Option<i32>,
    pub attempt: &'a Attempt,
}

/// Takes one step of the table. `decide` does what is particular to it and names the event.
async fn take(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    target: Target<'_>,
    action: CaseAction,
    decide: impl Fn(&mut Moving) -> Result<Event>,
) -> Result<Answer> {
    again(async || {
        let mut moving = Moving::begin(conn, ctx, world, target.id, target.if_match).await?;
        moving.advance(ctx, world, action)?;
        let event = decide(&mut moving)?;
        moving.answer(conn, ctx, world, &event, target.attempt).await
    })
    .await
}
