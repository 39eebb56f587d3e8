//! To whom something overdue is shown, and when: `migrations/seed/escalation.csv`.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use deadlines::{Limit, Unit};
use serde::Deserialize;

use crate::id::AgencyId;
use crate::problem::Result;
use crate::rules::{Rules, read_csv};
use crate::text_enum;

text_enum! {
    /// To whom something overdue is shown.
    Rung {
        /// Whoever heads the agency that has it.
        Head = "head",
        /// The agency above.
        Superior = "superior",
        /// The agency above all.
        Top = "top",
    }
}

/// A rung of the ladder: so long after a limit ran out.
#[derive(Debug, Deserialize)]
pub struct Escalation {
    pub rung: Rung,
    after: u32,
    unit: Unit,
}

impl Escalation {
    /// When it is shown there, by the calendar of the agency that owes it.
    ///
    /// # Errors
    /// The calendar does not reach as far.
    pub fn at(&self, rules: &Rules, agency: AgencyId, due_at: DateTime<Utc>) -> Result<DateTime<Utc>> {
        match self.after {
            0 => Ok(due_at),
            amount => rules.due_at(Limit { amount, unit: self.unit }, agency, due_at),
        }
    }
}

static LADDER: LazyLock<Vec<Escalation>> = LazyLock::new(|| {
    read_csv(include_str!("../../../migrations/seed/escalation.csv")).expect("a test reads escalation.csv")
});

/// The rung above those to which something has been shown already, so many of them.
pub fn next_rung(shown: i16) -> Option<&'static Escalation> {
    usize::try_from(shown).ok().and_then(|shown| LADDER.get(shown))
}

#[cfg(test)]
mod tests {
    use super::{LADDER, Rung};

    #[test]
    fn the_ladder_has_every_rung_once_from_the_lowest() {
        assert_eq!(LADDER.iter().map(|it| it.rung).collect::<Vec<_>>(), Rung::ALL);
    }
}
