//! Followers: whoever does something for each entry, in the journal's order, keeps here how far it has come. Nothing is written for
//! them with a change, and nothing is lost: the journal is the outbox. Who ends between doing it and saying so does it again.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::problem::Result;
use crate::schema::{journal_followers, journal_head};

/// The number of the entry that a follower comes to next. Who has never followed begins with what comes from now on.
pub async fn next(conn: &mut AsyncPgConnection, name: &str) -> Result<i64> {
    let known = journal_followers::table.find(name).select(journal_followers::next_number);
    if let Some(next) = known.first(conn).await.optional()? {
        return Ok(next);
    }
    let next = size(conn).await?;
    let row = (journal_followers::name.eq(name), journal_followers::next_number.eq(next));
    diesel::insert_into(journal_followers::table).values(row).execute(conn).await?;
    Ok(next)
}

/// How many entries have a number: they are 0 to one less.
pub async fn size(conn: &mut AsyncPgConnection) -> Result<i64> {
    Ok(journal_head::table.select(journal_head::size).first(conn).await?)
}

/// Everything before this entry is done.
pub async fn come_to(conn: &mut AsyncPgConnection, name: &str, next: i64) -> Result<()> {
    let row = journal_followers::table.find(name);
    diesel::update(row).set(journal_followers::next_number.eq(next)).execute(conn).await?;
    Ok(())
}
