//! What figures are made of: conditions in SQL on when something happened to a row, all of them counted in one pass.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::id::AgencyId;
use crate::period::Span;
use crate::sql::{Sql, sql};

/// Whether a row counts.
pub type Condition = Sql<Bool>;

/// All of these.
pub fn all<const N: usize>(parts: [Condition; N]) -> Condition {
    let begin = sql("(true");
    parts.into_iter().fold(begin, |so_far, part| so_far.sql(" AND ").bind::<Bool, _>(part)).sql(")")
}

/// What is a moment of the row lies in the span.
pub fn within(what: &'static str, span: &Span) -> Condition {
    let begun = sql("(").sql(what).sql(" >= ").bind::<Timestamptz, _>(span.from);
    begun.sql(" AND ").sql(what).sql(" < ").bind::<Timestamptz, _>(span.until).sql(")")
}

/// It had come by then.
pub fn before(what: &'static str, at: DateTime<Utc>) -> Condition {
    sql("(").sql(what).sql(" < ").bind::<Timestamptz, _>(at).sql(")")
}

/// It had not come by then, if it ever does.
pub fn not_before(what: &'static str, at: DateTime<Utc>) -> Condition {
    sql("(").sql(what).sql(" IS NULL OR ").sql(what).sql(" >= ").bind::<Timestamptz, _>(at).sql(")")
}

/// The columns that say whether a row can count at all.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    /// In whose report it counts.
    pub agency: &'static str,
    pub received: &'static str,
    pub closed: &'static str,
}

impl Columns {
    /// At one of these agencies, received before the end, and not over before the beginning. An index finds it.
    pub fn universe(&self, agencies: &[AgencyId], span: &Span) -> Condition {
        let ids: Vec<Uuid> = agencies.iter().map(|id| id.0).collect();
        let at = sql("(").sql(self.agency).sql(" = ANY (").bind::<Array<SqlUuid>, _>(ids);
        let begun = at.sql(") AND ").sql(self.received).sql(" < ").bind::<Timestamptz, _>(span.until);
        let new = begun.sql(" AND (").sql(self.received).sql(" >= ").bind::<Timestamptz, _>(span.from);
        let late = new.sql(" OR ").sql(self.closed).sql(" >= ").bind::<Timestamptz, _>(span.from);
        late.sql(" OR ").sql(self.closed).sql(" IS NULL))")
    }
}

/// The limit within which a row is to be settled: the stage `resolve` of [`crate::clocks`], as a column holds it.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub clocks: &'static str,
    /// When it was settled, or ended without that.
    pub ended: &'static str,
}

impl Limit {
    /// One of its values, as text.
    fn value(&self, so_far: Condition, path: &'static str) -> Condition {
        so_far.sql("(").sql(self.clocks).sql(" #>> '").sql(path).sql("')")
    }

    /// By when it had to be settled; an extension does not move it.
    fn statutory(&self, so_far: Condition) -> Condition {
        self.value(so_far, "{resolve,statutory_due_at}").sql("::timestamptz")
    }

    /// It does not stand still.
    fn runs(&self, so_far: Condition) -> Condition {
        self.value(so_far.sql(" AND NOT "), "{resolve,stands}").sql("::boolean")
    }

    /// Settled at that moment or after it, as [`deadlines::timeliness`] has it: what stands is not late.
    pub fn was_late(&self) -> Condition {
        let late = self.statutory(sql("coalesce(").sql(self.ended).sql(" >= "));
        self.runs(late).sql(", false)")
    }

    /// It is over by then.
    pub fn is_over(&self, at: DateTime<Utc>) -> Condition {
        let over = self.statutory(sql("(")).sql(" <= ").bind::<Timestamptz, _>(at);
        self.runs(over).sql(")")
    }

    /// It was extended.
    pub fn was_extended(&self) -> Condition {
        let promised = self.value(sql("("), "{resolve,due_at}").sql("::timestamptz > ");
        self.statutory(promised).sql(")")
    }
}

/// How many rows each condition holds for.
pub fn counts(conditions: impl IntoIterator<Item = Condition>) -> Sql<Array<BigInt>> {
    let counted = conditions.into_iter().enumerate().fold(sql("ARRAY["), |so_far, (n, condition)| {
        let next = if n == 0 { "count(*) FILTER (WHERE " } else { ", count(*) FILTER (WHERE " };
        so_far.sql(next).bind::<Bool, _>(condition).sql(")")
    });
    counted.sql("]::bigint[]")
}
