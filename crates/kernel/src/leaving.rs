//! Contents of files whose rows were erased, on their way out of the store.
//!
//! The store knows a content by its hash, whoever has brought it. That it is to leave is written with the erasure itself; afterwards
//! the worker says that it is going, looks once more whether any row has the same content, and removes it. Whoever declares the same
//! meanwhile is either seen by that look, or sees that it [`is_going`] and brings it a moment later: no row is left without its bytes.

use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::dsl::exists;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Timestamptz;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::files::Sha256;
use crate::problem::Result;
use crate::record::Also;
use crate::schema::leaving_files;

/// A content that is to leave the store.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = leaving_files)]
pub struct Leaving {
    pub sha256: Sha256,
    asked_at: DateTime<Utc>,
}

/// The contents that `rows` gives are to leave: part of the statement that erases those rows.
pub fn ask<Q>(rows: Q, now: DateTime<Utc>) -> Also
where
    Q: QueryFragment<Pg> + Send + 'static,
{
    Box::new(Asked { rows, now })
}

struct Asked<Q> {
    rows: Q,
    now: DateTime<Utc>,
}

impl<Q: 'static> QueryId for Asked<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Asked<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO leaving_files (sha256, asked_at) SELECT DISTINCT gone.sha256, ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(" FROM (");
        self.rows.walk_ast(out.reborrow())?;
        out.push_sql(") AS gone (sha256) ON CONFLICT (sha256) DO UPDATE SET asked_at = excluded.asked_at");
        Ok(())
    }
}

/// Those that wait, the oldest first.
pub async fn waiting(conn: &mut AsyncPgConnection, most: i64) -> Result<Vec<Leaving>> {
    let oldest = leaving_files::table.order((leaving_files::asked_at, leaving_files::sha256)).limit(most);
    Ok(oldest.select(Leaving::as_select()).load(conn).await?)
}

/// It is going: from now on whoever wants to bring the same waits.
pub async fn go(conn: &mut AsyncPgConnection, leaving: &Leaving, now: DateTime<Utc>) -> Result<()> {
    let row = leaving_files::table.filter(leaving_files::sha256.eq(leaving.sha256));
    diesel::update(row).set(leaving_files::going_at.eq(now)).execute(conn).await?;
    Ok(())
}

/// It is gone, or stays because another row has it. One that was asked for again meanwhile waits on.
pub async fn settled(conn: &mut AsyncPgConnection, leaving: &Leaving) -> Result<()> {
    let row = leaving_files::table.filter(leaving_files::sha256.eq(leaving.sha256));
    diesel::delete(row.filter(leaving_files::asked_at.eq(leaving.asked_at))).execute(conn).await?;
    Ok(())
}

/// Whether this content is just being removed.
pub async fn is_going(conn: &mut AsyncPgConnection, sha256: Sha256) -> Result<bool> {
    let row = leaving_files::table.filter(leaving_files::sha256.eq(sha256));
    Ok(diesel::select(exists(row.filter(leaving_files::going_at.is_not_null()))).get_result(conn).await?)
}
