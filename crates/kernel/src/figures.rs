//! What figures are made of: conditions in SQL on when something happened to a row, all of them counted in one pass.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Timestamptz};

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

/// How many rows each condition holds for.
pub fn counts(conditions: impl IntoIterator<Item = Condition>) -> Sql<Array<BigInt>> {
    let counted = conditions.into_iter().enumerate().fold(sql("ARRAY["), |so_far, (n, condition)| {
        let next = if n == 0 { "count(*) FILTER (WHERE " } else { ", count(*) FILTER (WHERE " };
        so_far.sql(next).bind::<Bool, _>(condition).sql(")")
    });
    counted.sql("]::bigint[]")
}
