//! What the journal is told of a step beside its event.

use kernel::journal::Told;
use serde_json::json;

use crate::dossier::Dossier;
use crate::event::Event;

/// An event, with the state and the date that it changed.
pub(crate) fn told<'a>(event: &'a Event, before: &Dossier, after: &Dossier) -> Told<'a, Event> {
    let mut told = Told::new(event);
    told.changed(["state_before", "state_after"], json!(before.status), json!(after.status));
    told.changed(["due_before", "due_after"], json!(before.due_at), json!(after.due_at));
    told
}
