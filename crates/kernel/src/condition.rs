//! Conditions in SQL that a type of ours writes: who may see a row.

/// Makes a type that is a [`QueryFragment`](diesel::query_builder::QueryFragment) a condition on the rows of a column's table,
/// wherever that table stands in a query, alone or joined.
#[macro_export]
macro_rules! condition {
    ($name:ty, $column:path) => {
        impl ::diesel::expression::Expression for $name {
            type SqlType = ::diesel::sql_types::Bool;
        }
        impl ::diesel::query_builder::QueryId for $name {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
        impl ::diesel::expression::ValidGrouping<()> for $name {
            type IsAggregate = ::diesel::expression::is_aggregate::No;
        }
        impl<From> ::diesel::expression::AppearsOnTable<From> for $name where
            $column: ::diesel::expression::AppearsOnTable<From>
        {
        }
    };
}
