//! Conditions in SQL that a type of ours writes: who may see a row.

use diesel::QueryResult;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Uuid as SqlUuid};

use crate::id::{AgencyId, StaffId};
use crate::{Actor, Ctx};

/// Makes a type that is a [`QueryFragment`] a condition on the rows of a column's table,
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

/// A row accuses neither the actor nor an agency of theirs, whichever they act for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAccusing {
    barred: &'static str,
    who: Option<(StaffId, AgencyId)>,
}

impl NotAccusing {
    /// By this column, which holds whom a row bars. Nothing checks that the query has it.
    pub fn of(barred: &'static str, ctx: &Ctx) -> Self {
        let who = match &ctx.actor {
            Actor::Staff { id, agency, .. } => Some((*id, *agency)),
            Actor::Citizen(_) | Actor::Anonymous | Actor::System => None,
        };
        Self { barred, who }
    }
}

impl QueryFragment<Pg> for NotAccusing {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Some((id, agency)) = &self.who else {
            out.push_sql("true");
            return Ok(());
        };
        // Their agencies are asked for once for all rows: they do not depend on them.
        out.push_sql("NOT ");
        out.push_sql(self.barred);
        out.push_sql(" && (SELECT ARRAY[");
        out.push_bind_param::<SqlUuid, _>(id)?;
        out.push_sql(", ");
        out.push_bind_param::<SqlUuid, _>(agency)?;
        out.push_sql("] || staff.agencies FROM staff WHERE staff.id = ");
        out.push_bind_param::<SqlUuid, _>(id)?;
        out.push_sql(")");
        Ok(())
    }
}

impl Expression for NotAccusing {
    type SqlType = Bool;
}

/// The column is not in the type, so the type cannot stand for the statement.
impl QueryId for NotAccusing {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl ValidGrouping<()> for NotAccusing {
    type IsAggregate = is_aggregate::No;
}

impl<From> AppearsOnTable<From> for NotAccusing {}

impl<From> SelectableExpression<From> for NotAccusing {}
