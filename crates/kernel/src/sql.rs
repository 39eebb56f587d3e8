//! SQL that the query builder cannot say.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::expression::{
    AppearsOnTable, AsExpression, Expression, SelectableExpression, TypedExpressionType, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::SqlType;

/// Text that stands in the program, and values between it, as an expression of type `T`.
///
/// It is there instead of [`diesel::dsl::sql`], whose text may be a different one each time: a statement with that in it is
/// never kept prepared, and costs two more trips and a plan each time it runs.
pub struct Sql<T> {
    parts: Vec<Part>,
    of: PhantomData<T>,
}

enum Part {
    Text(&'static str),
    Value(Box<dyn QueryFragment<Pg> + Send>),
}

/// Begins with this text. Nothing checks that it is of this type, or refers only to what the query has.
pub fn sql<T>(text: &'static str) -> Sql<T> {
    Sql { parts: vec![Part::Text(text)], of: PhantomData }
}

impl<T> Sql<T> {
    /// Goes on with a value.
    #[must_use]
    pub fn bind<V, U>(mut self, value: U) -> Self
    where
        V: SqlType + TypedExpressionType,
        U: AsExpression<V>,
        U::Expression: QueryFragment<Pg> + Send + 'static,
    {
        self.parts.push(Part::Value(Box::new(value.as_expression())));
        self
    }

    /// Goes on with more text.
    #[must_use]
    pub fn sql(mut self, text: &'static str) -> Self {
        self.parts.push(Part::Text(text));
        self
    }
}

impl<T> QueryFragment<Pg> for Sql<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_sql(text),
                Part::Value(value) => value.walk_ast(out.reborrow())?,
            }
        }
        Ok(())
    }
}

impl<T: TypedExpressionType> Expression for Sql<T> {
    type SqlType = T;
}

/// The text is not in the type, so the type cannot stand for the statement.
impl<T> QueryId for Sql<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, G> ValidGrouping<G> for Sql<T> {
    type IsAggregate = is_aggregate::Never;
}

impl<T: TypedExpressionType, From> AppearsOnTable<From> for Sql<T> {}

impl<T: TypedExpressionType, From> SelectableExpression<From> for Sql<T> {}
