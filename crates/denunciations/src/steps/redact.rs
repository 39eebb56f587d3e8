//! What tells who denounces is taken out by hand, wherever its denouncer has written it: what it says, what they said since, and how they
//! know whom it accuses. As it was written it stays in the vault.

use diesel::prelude::*;
use kernel::Result;
use kernel::json::Json;
use kernel::problem::{FieldError, INVALID, Text};
use kernel::schema::messages;

use super::{MessagePart, Moving};
use crate::denunciation::Words;
use crate::request::{RedactedMessage, RedactedOffice, Redaction};

/// None of its contents goes or comes: some may be withdrawn, by their places.
pub(super) fn redact(moving: &mut Moving, redaction: Redaction) -> Result<()> {
    let Redaction { subject, contents, messages, offices } = redaction;
    let unknown = |place: String| FieldError::new(place, "unknown", Text::fixed("không có ở đây", "is not here"));
    let mut wrong = Vec::new();
    if contents.len() != moving.it.words.0.contents.len() {
        let words = Text::fixed("phải giữ nguyên số nội dung", "must be as many as before");
        wrong.push(FieldError::new("/contents", "count", words));
    }
    moving.it.words = Json(Words { subject, contents });
    for (n, RedactedMessage { version, words }) in messages.into_iter().enumerate() {
        let theirs = |said: &&mut super::Said| said.version == version && said.part == MessagePart::Denouncer;
        match moving.said.iter_mut().find(theirs) {
            Some(said) => {
                said.words.clone_from(&words);
                let row = messages::table
                    .filter(messages::denunciation_id.eq(moving.it.id))
                    .filter(messages::version.eq(version));
                moving.also.push(Box::new(diesel::update(row).set(messages::words.eq(words))));
            }
            None => wrong.push(unknown(format!("/messages/{n}/version"))),
        }
    }
    for (n, RedactedOffice { accused, office }) in offices.into_iter().enumerate() {
        match moving.it.accused.0.get_mut(usize::from(accused)) {
            Some(named) => named.office = office,
            None => wrong.push(unknown(format!("/offices/{n}/accused"))),
        }
    }
    INVALID.unless_none(wrong)
}
