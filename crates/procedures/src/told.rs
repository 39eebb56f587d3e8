//! What the journal is told of a step beside its event: from which state to which it led, and what was promised before and after.
//! An entry says these as members of the event, where the step changed them; older entries do not.

use kernel::journal;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::dossier::Dossier;
use crate::event::Event;

/// An event, and the dossier before and after it.
pub(crate) struct Told<'a> {
    pub event: &'a Event,
    pub before: &'a Dossier,
    pub after: &'a Dossier,
}

impl journal::Event for Told<'_> {
    const ENTITY: &'static str = Event::ENTITY;

    fn kind(&self) -> &'static str {
        self.event.kind()
    }

    fn version(&self) -> i16 {
        self.event.version()
    }
}

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // An event is stored as `{"kind": {…}}`.
        let mut event = serde_json::to_value(self.event).map_err(serde::ser::Error::custom)?;
        let members = event.as_object_mut().and_then(|event| event.values_mut().next()).and_then(Value::as_object_mut);
        let Self { before, after, .. } = self;
        if let Some(members) = members {
            let mut changed = |names: [&str; 2], before: Value, after: Value| {
                if before != after {
                    members.extend(names.map(str::to_owned).into_iter().zip([before, after]));
                }
            };
            changed(["state_before", "state_after"], json!(before.status), json!(after.status));
            changed(["due_before", "due_after"], json!(before.due_at), json!(after.due_at));
        }
        event.serialize(serializer)
    }
}
