//! What the log's words mean here: `migrations/seed/receipt-log.csv`, our own reading of it.

use std::collections::HashMap;

use kernel::Result;
use kernel::problem::INTERNAL;
use serde::Deserialize;

use super::log::{ACTIVITY, CHANNEL};
use crate::dossier::Channel;
use crate::workflow::Action;

const TABLE: &str = include_str!("../../../../migrations/seed/receipt-log.csv");

/// A line of the table. Why is in its column `remark`, for people.
#[derive(Deserialize)]
struct Line {
    column: String,
    value: String,
    ours: String,
}

/// What each word of the log is here.
#[derive(Default)]
pub struct Mapping {
    actions: HashMap<String, Option<Action>>,
    channels: HashMap<String, Option<Channel>>,
}

impl Mapping {
    /// Reads the table.
    ///
    /// # Errors
    /// When it names a step or channel that we do not have.
    pub fn read() -> Result<Self> {
        let mut mapping = Self::default();
        for line in csv::Reader::from_reader(TABLE.as_bytes()).deserialize() {
            let Line { column, value, ours } =
                line.map_err(|error| INTERNAL.because(format!("receipt-log.csv: {error}")))?;
            let unknown = || INTERNAL.because(format!("receipt-log.csv: {value} cannot be {ours}"));
            let none = ours.is_empty();
            let known = match column.as_str() {
                ACTIVITY => {
                    let action = Action::from_code(&ours);
                    mapping.actions.insert(value.clone(), action);
                    action.is_some()
                }
                CHANNEL => {
                    let channel = Channel::from_code(&ours);
                    mapping.channels.insert(value.clone(), channel);
                    channel.is_some()
                }
                _ => return Err(unknown()),
            };
            if !known && !none {
                return Err(unknown());
            }
        }
        Ok(mapping)
    }

    /// Our step of that name, if it has a counterpart.
    pub fn action(&self, activity: &str) -> Option<Action> {
        self.actions.get(activity).copied().flatten()
    }

    /// Our channel of that name, if it has a counterpart.
    pub fn channel(&self, channel: &str) -> Option<Channel> {
        self.channels.get(channel).copied().flatten()
    }

    /// Whether the table has this value at all.
    pub fn knows(&self, column: &str, value: &str) -> bool {
        if column == CHANNEL { self.channels.contains_key(value) } else { self.actions.contains_key(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_speaks_of_what_we_have() {
        let mapping = Mapping::read().expect("a good table");
        assert_eq!(mapping.actions.len(), 27, "the log has so many activities");
        assert_eq!(mapping.action("T05 Print and send confirmation of receipt"), Some(Action::Accept));
        assert_eq!(mapping.action("T10 Determine necessity to stop indication"), None);
        assert_eq!((mapping.channel("Desk"), mapping.channel("Intern")), (Some(Channel::Counter), None));
        assert!(mapping.knows(CHANNEL, "Intern") && !mapping.knows(CHANNEL, "Pigeon"));
    }
}
