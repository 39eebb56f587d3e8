//! What happens to a clock after it was started, and what of it still matters for the end.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::error::DeadlineError;
use crate::limit::Limit;

/// Most events of one clock.
pub const MAX_EVENTS: usize = 100;

/// Something that stops a clock, begins it anew, or moves its end. Events are kept in the order in
/// which they happened.
//
// In the contract, `max_properties` closes the variants: utoipa does not see `deny_unknown_fields` there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Event {
    /// The clock stops. The day it happens on still counts.
    #[cfg_attr(feature = "openapi", schema(max_properties = 2))]
    Pause {
        /// When it stops; any offset is accepted.
        #[cfg_attr(feature = "openapi", schema(example = "2026-03-04T03:00:00Z"))]
        at: DateTime<Utc>,
    },
    /// The clock goes on. The day it happens on does not count any more.
    #[cfg_attr(feature = "openapi", schema(max_properties = 2))]
    Resume {
        /// When it goes on; any offset is accepted.
        #[cfg_attr(feature = "openapi", schema(example = "2026-03-09T03:00:00Z"))]
        at: DateTime<Utc>,
    },
    /// The whole limit begins anew, as when a dossier is made complete; the day of it is not
    /// counted. It also ends a pause.
    #[cfg_attr(feature = "openapi", schema(max_properties = 2))]
    Restart {
        /// When it begins anew; any offset is accepted.
        #[cfg_attr(feature = "openapi", schema(example = "2026-03-11T03:00:00Z"))]
        at: DateTime<Utc>,
    },
    /// The limit grows by an amount of its own unit, counted from the start.
    #[cfg_attr(feature = "openapi", schema(max_properties = 2))]
    Extend {
        /// How many units are added.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3650, example = 15))]
        amount: u32,
    },
    /// The citizen is given another, later date, with an apology: once (NĐ 61/2018 Art. 19(9)).
    #[cfg_attr(feature = "openapi", schema(max_properties = 2))]
    Reappoint {
        /// The new date, to its end.
        #[cfg_attr(feature = "openapi", schema(example = "2026-03-18"))]
        due_date: NaiveDate,
    },
}

/// A time in which the clock stood, from its pause to its resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pause {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// The one re-appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reappointment {
    /// Its place among the events: what comes before it made the date that it replaces.
    pub index: usize,
    pub due_date: NaiveDate,
    /// Whether it still holds: a restart gives the citizen a date of its own.
    pub holds: bool,
}

/// Events that make sense, sorted by what they do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct History {
    /// The start and the restarts that a later restart made void.
    pub void_beginnings: Vec<DateTime<Utc>>,
    /// When the limit that counts began: the start or the last restart.
    pub begins_at: DateTime<Utc>,
    /// Pauses since it began, in order.
    pub pauses: Vec<Pause>,
    /// Since when the clock has stood, when it does.
    pub paused_since: Option<DateTime<Utc>>,
    /// What was added to the limit.
    pub extension: u32,
    pub reappointment: Option<Reappointment>,
}

impl Event {
    /// Whether it gives the citizen another date.
    pub fn is_reappointment(&self) -> bool {
        matches!(self, Self::Reappoint { .. })
    }
}

impl History {
    /// Reads the events in order and refuses those that cannot have happened so.
    pub fn read(starts_at: DateTime<Utc>, limit: Limit, events: &[Event]) -> Result<Self, DeadlineError> {
        limit.amount_with(0, None)?;
        if events.len() > MAX_EVENTS {
            return Err(DeadlineError::TooManyEvents { events: events.len() });
        }
        let mut history = Self {
            void_beginnings: Vec::new(),
            begins_at: starts_at,
            pauses: Vec::new(),
            paused_since: None,
            extension: 0,
            reappointment: None,
        };
        let mut last = starts_at;
        for (index, event) in events.iter().enumerate() {
            if let Some(at) = event.at() {
                if at < starts_at {
                    return Err(DeadlineError::EventBeforeStart { index });
                }
                if at < last {
                    return Err(DeadlineError::EventsOutOfOrder { index });
                }
                last = at;
            }
            history.add(limit, index, *event)?;
        }
        Ok(history)
    }

    /// The start, then every restart.
    pub fn beginnings(&self) -> Vec<DateTime<Utc>> {
        self.void_beginnings.iter().copied().chain([self.begins_at]).collect()
    }

    fn add(&mut self, limit: Limit, index: usize, event: Event) -> Result<(), DeadlineError> {
        match event {
            Event::Pause { at } => match self.paused_since {
                None => self.paused_since = Some(at),
                Some(_) => return Err(DeadlineError::PauseWhilePaused { index }),
            },
            Event::Resume { at } => match self.paused_since.take() {
                Some(from) => self.pauses.push(Pause { from, to: at }),
                None => return Err(DeadlineError::ResumeWithoutPause { index }),
            },
            Event::Restart { at } => {
                self.void_beginnings.push(std::mem::replace(&mut self.begins_at, at));
                self.pauses.clear();
                self.paused_since = None;
                if let Some(reappointment) = &mut self.reappointment {
                    reappointment.holds = false;
                }
            }
            Event::Extend { amount: 0 } => {
                return Err(DeadlineError::AmountOutOfRange { amount: 0, index: Some(index) });
            }
            Event::Extend { amount } => {
                let extension = self.extension.saturating_add(amount);
                limit.amount_with(extension, Some(index))?;
                self.extension = extension;
            }
            Event::Reappoint { due_date } => match self.reappointment {
                None => self.reappointment = Some(Reappointment { index, due_date, holds: true }),
                Some(_) => return Err(DeadlineError::ReappointedTwice { index }),
            },
        }
        Ok(())
    }
}

impl Event {
    /// When it happened. What moves the end counts from the start, whenever it is decided.
    fn at(&self) -> Option<DateTime<Utc>> {
        match *self {
            Self::Pause { at } | Self::Resume { at } | Self::Restart { at } => Some(at),
            Self::Extend { .. } | Self::Reappoint { .. } => None,
        }
    }
}
