//! Everything that moves a denunciation. Each step reads it as the actor may see it, asks the table, changes the row in memory, and writes
//! row, journal entry, timers and answer in one statement that holds only if nobody was faster.

mod acts;
mod moving;
mod redact;

pub use acts::{Act, act};
pub use moving::{MessagePart, Moving, Said, Seen, audience, read};

use kernel::rules::Rules;

use crate::denunciation::DenunciationId;
use crate::vault::KeyRing;

/// The rules a step goes by.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub rules: &'a Rules,
    pub ring: &'a KeyRing,
}

/// Which denunciation is moved, seen at which version, under which Idempotency-Key.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub id: DenunciationId,
    pub if_match: Option<i32>,
    pub attempt: &'a kernel::idempotency::Attempt,
}
