//! Who of the staff has read whose identity, and through what: noted in the trip that reads it, before anything is answered. Several
//! reads of one thing by one person in one hour are one row.
//!
//! What citizens read of their own is nobody's to record, and what somebody changes is in the journal already.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::{Builder, Uuid};

use crate::clock::uuid_at;
use crate::ctx::{Actor, Ctx};
use crate::id::CitizenId;
use crate::problem::Result;
use crate::record::Also;
use crate::schema::data_accesses;
use crate::text_enum;

text_enum! {
    /// Through what an identity was read.
    Through {
        /// The case, dossier, appointment or representation itself.
        Read = "read",
        Timeline = "timeline",
        /// What officers note for each other.
        Notes = "notes",
        /// A file of it.
        File = "file",
        /// A form that is filled in from it.
        Form = "form",
        /// An answer that is begun from a template.
        Draft = "draft",
        Receipt = "receipt",
        /// What databases of the State said of an applicant.
        LookUp = "look_up",
        /// A representation that names them.
        Representation = "representation",
        /// A register in which it stands, whole or a page of it.
        Register = "register",
        /// The record of who has read it.
        Accesses = "accesses",
    }
}

/// Notes that the actor reads what `rows` gives: the id of each thing, and whose account it belongs to. Together with the read itself
/// it is one trip; what the actor may not see gives no row, and is no access.
///
/// # Errors
/// It could not be noted: then nothing is shown.
pub async fn note<Q>(
    mut conn: &AsyncPgConnection,
    ctx: &Ctx,
    entity: &'static str,
    through: Through,
    rows: Q,
) -> QueryResult<()>
where
    Q: QueryFragment<Pg> + Send + 'static,
{
    let Actor::Staff { id, agency, .. } = &ctx.actor else { return Ok(()) };
    let (staff, agency) = (id.0, agency.0);
    let hour = ctx.now.duration_trunc(TimeDelta::hours(1)).unwrap_or(ctx.now);
    let noted = Noted { id: uuid_at(ctx.now), staff, agency, entity, through, hour, now: ctx.now, rows };
    noted.execute(&mut conn).await.map(drop)
}

struct Noted<Q> {
    id: Uuid,
    staff: Uuid,
    agency: Uuid,
    entity: &'static str,
    through: Through,
    hour: DateTime<Utc>,
    now: DateTime<Utc>,
    rows: Q,
}

impl<Q: 'static> QueryId for Noted<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Noted<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO data_accesses (id, staff_id, agency_id, entity_kind, through, hour, read_at, entity_id, citizen_id) \
             SELECT overlay(gen_random_uuid()::text PLACING left((",
        );
        // Of the moment, as ids in the order of time are, and another one for each row.
        out.push_bind_param::<SqlUuid, _>(&self.id)?;
        out.push_sql(")::text, 15) FROM 1)::uuid, ");
        for id in [&self.staff, &self.agency] {
            out.push_bind_param::<SqlUuid, _>(id)?;
            out.push_sql(", ");
        }
        out.push_bind_param::<Text, _>(self.entity)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.through)?;
        for moment in [&self.hour, &self.now] {
            out.push_sql(", ");
            out.push_bind_param::<Timestamptz, _>(moment)?;
        }
        out.push_sql(", seen.id, seen.citizen_id FROM (");
        self.rows.walk_ast(out.reborrow())?;
        out.push_sql(") AS seen (id, citizen_id) ON CONFLICT (staff_id, entity_id, hour) DO NOTHING");
        Ok(())
    }
}

/// That the identity was this citizen's is no longer known of what was read: it is erased. Who read it, and when, stays.
pub fn part_from(citizen: CitizenId, entity: Uuid) -> Also {
    let row =
        data_accesses::table.filter(data_accesses::citizen_id.eq(citizen)).filter(data_accesses::entity_id.eq(entity));
    Box::new(diesel::update(row).set(data_accesses::citizen_id.eq(None::<CitizenId>)))
}

/// No row that was made at that moment or later has a smaller id.
pub fn first_at(moment: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(moment.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

/// Removes the oldest rows that were made before that moment, `most` at most; returns how many.
pub async fn forget(conn: &mut AsyncPgConnection, before: DateTime<Utc>, most: i64) -> Result<usize> {
    let old = diesel::alias!(data_accesses as old);
    let ids = old.filter(old.field(data_accesses::id).lt(first_at(before))).select(old.field(data_accesses::id));
    let ids = ids.order(old.field(data_accesses::id)).limit(most);
    Ok(diesel::delete(data_accesses::table.filter(data_accesses::id.eq_any(ids))).execute(conn).await?)
}
