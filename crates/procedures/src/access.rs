//! That an officer reads whose dossier it is.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::Ctx;
use kernel::access::{self, Through};
use kernel::schema::dossiers;

use crate::DossierId;
use crate::dossier::visible_to;

/// Notes it, in the trip of the read itself: see [`kernel::access`].
pub(crate) async fn note(conn: &AsyncPgConnection, ctx: &Ctx, id: DossierId, through: Through) -> QueryResult<()> {
    note_all(conn, ctx, vec![id], through).await
}

/// The same, of all of these.
pub(crate) async fn note_all(
    conn: &AsyncPgConnection,
    ctx: &Ctx,
    ids: Vec<DossierId>,
    through: Through,
) -> QueryResult<()> {
    let rows = dossiers::table.filter(dossiers::id.eq_any(ids)).filter(visible_to(ctx));
    access::note(conn, ctx, "dossier", through, rows.select((dossiers::id, dossiers::applicant_id))).await
}
