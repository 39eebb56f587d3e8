//! Everything that moves a case. Each step reads it as the actor may see it, asks the table, changes the row in memory, and writes
//! row, journal entry, timers and answer in one statement that holds only if nobody was faster.

mod act;
mod decision;
mod end;
mod kin;
mod moving;
mod screening;
mod work;

pub(crate) use act::take;
pub use act::{Act, act};
pub use kin::{appeal, confirm_conversion, split};
pub use moving::{Dialogue, Given, Moving, Seen, acting, look, read, settled};
pub(crate) use moving::{take_code, told};

use kernel::idempotency::Attempt;
use kernel::rules::Rules;

use crate::case::CaseId;

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
