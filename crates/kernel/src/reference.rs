//! Reference data: what is read with almost every request and changes rarely. Every replica keeps it in memory, and reads
//! it again when its count of changes in the database is another than the one it knows.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::problem::Result;
use crate::schema::reference_data;

crate::text_enum! {
    /// A body of data that is kept in memory whole.
    Reference { Agencies = "agencies", Procedures = "procedures" }
}

/// Counts a change. Called first in the change's transaction: until that ends nobody else changes this data, so what is
/// read in it stays true.
pub async fn change(conn: &mut AsyncPgConnection, what: Reference) -> Result<()> {
    let row = reference_data::table.filter(reference_data::kind.eq(what));
    diesel::update(row).set(reference_data::version.eq(reference_data::version + 1)).execute(conn).await?;
    Ok(())
}

/// How often each has changed.
pub async fn versions(conn: &mut AsyncPgConnection) -> Result<Vec<(Reference, i64)>> {
    // A newer program, running beside this one during an update, may have more of them.
    let known = reference_data::table.filter(reference_data::kind.eq_any(Reference::ALL));
    Ok(known.order(reference_data::kind).load(conn).await?)
}
