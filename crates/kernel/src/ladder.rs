//! To whom something overdue is shown, and when: `migrations/seed/escalation.csv`.

use std::sync::LazyLock;

use deadlines::{Limit, Unit};
use serde::Deserialize;

use crate::rules::read_csv;
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
    /// How long after.
    pub fn after(&self) -> Limit {
        Limit { amount: self.after, unit: self.unit }
    }
}

static LADDER: LazyLock<Vec<Escalation>> = LazyLock::new(|| {
    read_csv(include_str!("../../../migrations/seed/escalation.csv")).expect("a test reads escalation.csv")
});

/// The ladder, from the lowest rung.
pub fn ladder() -> &'static [Escalation] {
    &LADDER
}

#[cfg(test)]
mod tests {
    use super::{Rung, ladder};

    #[test]
    fn the_ladder_has_every_rung_once_from_the_lowest() {
        assert_eq!(ladder().iter().map(|it| it.rung).collect::<Vec<_>>(), Rung::ALL);
    }
}
