//! Representations that have long ended: whom they named is nobody's business any more. That somebody acted for somebody, from when to
//! when, and who checked the papers stays.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::Ctx;
use kernel::Result;
use kernel::id::{CitizenId, RepresentationId};
use kernel::idempotency::KEPT;
use kernel::record::{Record, nothing_late, unless_changed};
use kernel::retention::{Due, GONE, Held, Rule, each_once, rule, untouched_since};
use kernel::schema::representations;
use kernel::sql::sql;
use kernel::timers::Timers;

use super::change::entry;
use super::{Representation, RepresentationEvent};
use crate::{citizen, own};

/// The rule that they go by.
fn of_representations() -> Option<&'static Rule> {
    rule("representation")
}

/// Those that still name somebody and had ended by then: they were revoked, or their last day was over.
fn ended_by<'a>(moment: DateTime<Utc>) -> representations::BoxedQuery<'a, Pg> {
    let ended = sql::<Bool>(
        "least(representations.revoked_at, \
         (representations.valid_to + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh') <= ",
    );
    let named = representations::table.filter(sql::<Bool>("representations.representative_number <> ''"));
    named.filter(ended.bind::<Timestamptz, _>(moment)).order(representations::id).into_boxed()
}

/// When it ended; not while it holds.
fn ended_at(it: &own::OwnRepresentation, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let expired = it.valid_to.map(deadlines::end_of_day);
    it.revoked_at.into_iter().chain(expired).min().filter(|ended| *ended <= now)
}

/// Erases those that ended as long ago as they are kept, `most` at most; returns how many.
///
/// # Errors
/// The database.
pub async fn run(conn: &mut AsyncPgConnection, ctx: &Ctx, most: i64) -> Result<usize> {
    let Some(rule) = of_representations() else { return Ok(0) };
    // One that is revoked long after its last day is in an answer that is still kept.
    let quiet = untouched_since("representations.id", ctx.now - KEPT);
    let old = ended_by(rule.past(ctx.now)).filter(quiet).limit(most);
    let rows: Vec<Representation> = old.select(Representation::as_select()).load(conn).await?;
    let mut erased = 0;
    for row in &rows {
        erased += usize::from(unless_changed(erase(conn, ctx, row, rule).await)?);
    }
    Ok(erased)
}

/// How many would go until that moment.
///
/// # Errors
/// The database.
pub async fn count(conn: &mut AsyncPgConnection, until: DateTime<Utc>) -> Result<Option<Due>> {
    let Some(rule) = of_representations() else { return Ok(None) };
    let found = ended_by(rule.past(until)).limit(Due::LOOKED_AT).select(representations::id);
    Ok(Some(Due::of(rule, found.load::<RepresentationId>(conn).await?.len())))
}

/// What is held of a citizen because somebody acts for them, or they for somebody, or did: while it holds, without a date.
///
/// # Errors
/// The database.
pub async fn held(conn: &mut AsyncPgConnection, ctx: &Ctx, citizen: CitizenId) -> Result<Vec<Held>> {
    let number = citizen::by_id(conn, citizen).await?.and_then(|citizen| citizen.identity_number);
    let Some((rule, number)) = of_representations().zip(number) else { return Ok(Vec::new()) };
    let held = |it: own::OwnRepresentation| match ended_at(&it, ctx.now) {
        None => Some(rule.held(None)),
        // What is past its time goes by itself.
        Some(ended) => Some(rule.until(ended)).filter(|until| *until > ctx.now).map(|until| rule.held(Some(until))),
    };
    Ok(each_once(own::representations(conn, &number).await?.into_iter().filter_map(held)))
}

async fn erase(conn: &mut AsyncPgConnection, ctx: &Ctx, old: &Representation, rule: &Rule) -> Result<()> {
    let event = RepresentationEvent::Erased { rule: rule.rule.clone() };
    let entry = entry(ctx, old, &event, old.audience());
    let row = representations::table.filter(representations::id.eq(old.id));
    let change = diesel::update(row.filter(representations::version.eq(old.version)))
        .set((
            representations::version.eq(old.version + 1),
            representations::principal_number.eq(old.principal_number.as_ref().map(|_| GONE)),
            representations::representative_number.eq(""),
            representations::representative_name.eq(GONE),
            representations::document.eq(GONE),
        ))
        .returning((representations::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer: None }.write(conn, |_| None).await.map(drop)
}
