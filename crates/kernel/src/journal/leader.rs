//! The leader: gives committed entries gapless numbers and grows the Merkle tree over them.
//!
//! Entries are taken in the order of their position, a plain sequence. A second change of an entity begins only after
//! the first has committed, so its position is larger and each entity's own order is kept. An entry that commits late
//! simply gets a later number: nothing waits for a long transaction elsewhere, and no reader can have passed it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::merkle::{Edge, Hash};
use crate::problem::{self, Error, Result};
use crate::schema::journal_head;

/// The advisory lock that only the leader of an installation holds, for as long as its connection lives.
const LEADER_LOCK: i64 = 0x6361_756e_6f69; // "caunoi"

/// Entries per numbered partition. The next one is made when the last is half full.
const PARTITION: i64 = 20_000_000;
const PARTITION_AHEAD: i64 = PARTITION / 2;

/// Whether this connection leads now. Holds until it is closed.
pub async fn try_lead(conn: &mut AsyncPgConnection) -> Result<bool> {
    try_hold(conn, LEADER_LOCK).await
}

/// Whether this connection holds an advisory lock now, which nobody else can. It holds it until it is closed.
pub async fn try_hold(conn: &mut AsyncPgConnection, lock: i64) -> Result<bool> {
    Ok(diesel::select(pg_try_advisory_lock(lock)).get_result(conn).await?)
}

diesel::define_sql_function! {
    /// Takes a session-level advisory lock if it is free.
    fn pg_try_advisory_lock(key: BigInt) -> Bool;
}

/// Numbers up to `limit` committed entries; returns how many there were.
pub async fn number(conn: &mut AsyncPgConnection, limit: usize) -> Result<usize> {
    let waiting: bool = diesel::sql_query("SELECT EXISTS (SELECT FROM journal_tail WHERE number IS NULL) AS waiting")
        .get_result::<Waiting>(conn)
        .await?
        .waiting;
    if !waiting {
        return Ok(0);
    }
    conn.transaction::<_, Error, _>(async |conn| {
        let (size, edge, partitioned_to): (i64, Vec<u8>, i64) = journal_head::table
            .select((journal_head::size, journal_head::edge, journal_head::partitioned_to))
            .for_update()
            .first(conn)
            .await?;
        let mut edge = Edge::restore(u64::try_from(size).unwrap_or(0), &edge)
            .ok_or_else(|| problem::INTERNAL.because("journal_head is damaged: its edge does not fit its size"))?;
        let room = partitioned_to - size;
        if room <= 0 {
            return Err(
                problem::INTERNAL.because("the journal's last partition is full, and no other could be made yet")
            );
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX).min(room);
        let next = diesel::sql_query(NUMBER).bind::<BigInt, _>(size).bind::<BigInt, _>(limit);
        let mut numbered: Vec<Numbered> = next.load(conn).await?;
        numbered.sort_unstable_by_key(|entry| entry.number);
        for (entry, expected) in numbered.iter().zip(size..) {
            let leaf = Hash::try_from(&entry.leaf[..]).ok().filter(|_| entry.number == expected);
            edge.push(leaf.ok_or_else(|| problem::INTERNAL.because("the journal was numbered with a gap"))?);
        }
        let size = size + i64::try_from(numbered.len()).unwrap_or(0);
        diesel::update(journal_head::table)
            .set((journal_head::size.eq(size), journal_head::edge.eq(edge.bytes())))
            .execute(conn)
            .await?;
        Ok(numbered.len())
    })
    .await
}

/// Makes the next partition in good time; called now and then.
///
/// That needs the journal to itself for a moment. Whoever holds it (a dump, a change that does not commit) is not
/// waited for, since everybody else would have to wait behind us: there is room for long, and it is tried again.
pub async fn make_room(conn: &mut AsyncPgConnection) -> Result<()> {
    let head = journal_head::table.select((journal_head::size, journal_head::partitioned_to));
    let (size, from): (i64, i64) = head.first(conn).await?;
    if from - size >= PARTITION_AHEAD {
        return Ok(());
    }
    let to = from + PARTITION;
    let made = conn.transaction::<_, Error, _>(async |conn| {
        let make = format!(
            "SET LOCAL lock_timeout = '100ms';
             CREATE TABLE journal_{from} PARTITION OF journal FOR VALUES FROM ({from}) TO ({to});
             UPDATE journal_head SET partitioned_to = {to}"
        );
        Ok(conn.batch_execute(&make).await?)
    });
    match made.await {
        Ok(()) => log::info!("journal: entries from {from} to {to} go to partition journal_{from}"),
        Err(error) if error.is(&problem::BUSY) => log::warn!("journal: partition journal_{from} has to wait: {error}"),
        Err(error) => return Err(error),
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Bool)]
    waiting: bool,
}

#[derive(QueryableByName)]
struct Numbered {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = diesel::sql_types::Binary)]
    leaf: Vec<u8>,
}

/// Numbers the tail and hashes each entry's canonical form: its fields one per line, none of which holds a line break
/// (the event is compact JSON); without a delegation there is no line for it. [`super::verify`] builds the same bytes in Rust.
const NUMBER: &str = r"
WITH next AS (
    SELECT position, $1 - 1 + row_number() OVER (ORDER BY position) AS number
    FROM (SELECT position FROM journal_tail WHERE number IS NULL ORDER BY position LIMIT $2) AS waiting
)
UPDATE journal SET number = next.number, leaf = sha256('\x00' || convert_to(concat_ws(E'\n',
    next.number, entity_kind, entity_id, entity_version, coalesce(agency_id::text, ''), actor_kind,
    coalesce(actor_id::text, ''), event_kind, event_version, event,
    (extract(epoch FROM occurred_at) * 1000000)::bigint, (extract(epoch FROM recorded_at) * 1000000)::bigint,
    array_to_string(seen_before, ','), array_to_string(seen_after, ','), delegation_id
), 'UTF8'))
FROM next
WHERE journal.number IS NULL AND journal.position = next.position
RETURNING journal.number, journal.leaf";
