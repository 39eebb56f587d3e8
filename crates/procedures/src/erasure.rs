//! Dossiers that were never filed: nobody but their author has seen them, and the archive has none of them. They go some time after they
//! were last touched, and with the first request for erasure that is granted, in full or in part. What was filed is the
//! [archive's](crate::archive).

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::access::part_from;
use kernel::id::CitizenId;
use kernel::journal::Entry;
use kernel::json::Json;
use kernel::record::{Also, Record, nothing_late, unless_changed};
use kernel::retention::{Due, GONE, Rule, rule, untouched_since};
use kernel::schema::{attachments, dossier_organisations, dossiers, papers, remarks};
use kernel::sql::{Sql, sql};
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Result, leaving};
use uuid::Uuid;

use crate::dossier::{Applicant, Dossier, DossierId, agencies, audience, filed, visible_to};
use crate::event::Event;
use crate::timer;
use crate::told::told;
use crate::workflow::Status;

/// So many of a citizen's go at once; the rest goes by itself.
const MOST: i64 = 1000;

/// The rule that they go by.
fn of_drafts() -> Option<&'static Rule> {
    rule("dossier_draft")
}

/// It still says whose it was.
fn known() -> Sql<Bool> {
    sql("dossiers.created_by <> '00000000-0000-0000-0000-000000000000'")
}

/// Those that still say whose they were, given up or not; the oldest first.
fn unfiled<'a>(ctx: &Ctx) -> dossiers::BoxedQuery<'a, Pg> {
    let system = Ctx { actor: Actor::System, now: ctx.now };
    dossiers::table
        .filter(visible_to(&system))
        .filter(not(filed()))
        .filter(known())
        .order((dossiers::created_at, dossiers::id))
        .into_boxed()
}

/// Those that nobody will have touched by that moment for as long as they are kept, as things stand.
fn old<'a>(ctx: &Ctx, rule: &Rule, until: DateTime<Utc>) -> dossiers::BoxedQuery<'a, Pg> {
    let past = rule.past(until);
    unfiled(ctx).filter(dossiers::created_at.le(past)).filter(untouched_since("dossiers.id", past))
}

/// Erases those that nobody has touched for as long as they are kept, `most` at most; returns how many. One that somebody changes
/// meanwhile is left for the next time.
///
/// # Errors
/// The database.
pub async fn run(conn: &mut AsyncPgConnection, ctx: &Ctx, most: i64) -> Result<usize> {
    let Some(rule) = of_drafts() else { return Ok(0) };
    let rows: Vec<Dossier> = old(ctx, rule, ctx.now).limit(most).select(Dossier::as_select()).load(conn).await?;
    let mut erased = 0;
    for dossier in rows {
        erased += usize::from(unless_changed(erase(conn, ctx, &dossier, rule, None).await)?);
    }
    Ok(erased)
}

/// Whether a citizen has any.
///
/// # Errors
/// The database.
pub async fn has(conn: &mut AsyncPgConnection, ctx: &Ctx, citizen: CitizenId) -> Result<bool> {
    Ok(diesel::select(exists(unfiled(ctx).filter(dossiers::applicant_id.eq(citizen)))).get_result(conn).await?)
}

/// Erases a citizen's own, however new, because this request asks for it.
///
/// # Errors
/// [`CONFLICT`](kernel::problem::CONFLICT) when one is changed meanwhile; the database.
pub async fn of(conn: &mut AsyncPgConnection, ctx: &Ctx, citizen: CitizenId, request: Uuid) -> Result<()> {
    let Some(rule) = of_drafts() else { return Ok(()) };
    let own = unfiled(ctx).filter(dossiers::applicant_id.eq(citizen)).limit(MOST);
    let rows: Vec<Dossier> = own.select(Dossier::as_select()).load(conn).await?;
    for dossier in rows {
        erase(conn, ctx, &dossier, rule, Some(request)).await?;
    }
    Ok(())
}

/// How many would go until that moment.
///
/// # Errors
/// The database.
pub async fn count(conn: &mut AsyncPgConnection, ctx: &Ctx, until: DateTime<Utc>) -> Result<Option<Due>> {
    let Some(rule) = of_drafts() else { return Ok(None) };
    let found = old(ctx, rule, until).limit(Due::LOOKED_AT).select(dossiers::id);
    Ok(Some(Due::of(rule, found.load::<DossierId>(conn).await?.len())))
}

/// Erases one as it was read.
async fn erase(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    before: &Dossier,
    rule: &Rule,
    request: Option<Uuid>,
) -> Result<()> {
    let after = without_words(before, ctx.now);
    let event = Event::Erased { rule: rule.rule.clone(), request };
    let entry = Entry::new(ctx, before.id.0, None, &told(&event, before, &after), (audience(before), agencies(&after)));
    let mut also = around(before.id, ctx.now);
    also.extend(before.applicant_id.map(|citizen| part_from(citizen, before.id.0)));
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let row = dossiers::table
        .filter(dossiers::id.eq(before.id))
        .filter(dossiers::version.eq(before.version))
        .filter(visible_to(&system));
    let change = diesel::update(row)
        .set((
            dossiers::version.eq(after.version),
            dossiers::status.eq(after.status),
            dossiers::open.eq(after.open),
            dossiers::closed_at.eq(after.closed_at),
            dossiers::applicant.eq(after.applicant),
            dossiers::form.eq(after.form),
            dossiers::applicant_id.eq(after.applicant_id),
            dossiers::created_by.eq(after.created_by),
            dossiers::content_hash.eq(after.content_hash),
        ))
        .returning((dossiers::version, nothing_late()));
    let timers = Timers::over(timer::ENTITY, before.id.0);
    Record { change, also, entry, timers, answer: None }.write(conn, |_| None).await.map(drop)
}

/// The next version, which tells of nobody.
fn without_words(before: &Dossier, now: DateTime<Utc>) -> Dossier {
    let nobody = Applicant {
        name: GONE.to_owned(),
        identity_number: String::new(),
        phone: None,
        email: None,
        address: None,
        organisation: None,
    };
    Dossier {
        version: before.version + 1,
        status: if before.status == Status::Draft { Status::Withdrawn } else { before.status },
        open: false,
        closed_at: before.closed_at.or(Some(now)),
        applicant: Json(nobody),
        form: Json(serde_json::Map::new()),
        applicant_id: None,
        created_by: Uuid::nil(),
        // A hash of what was sent would confirm a guess.
        content_hash: Vec::new(),
        ..before.clone()
    }
}

/// What was said and brought: papers of something never filed are in nobody's store yet.
fn around(id: DossierId, now: DateTime<Utc>) -> Vec<Also> {
    let brought = attachments::table.filter(attachments::dossier_id.eq(id));
    vec![
        Box::new(diesel::update(remarks::table.filter(remarks::dossier_id.eq(id))).set(remarks::words.eq(GONE))),
        leaving::ask(brought.select(attachments::sha256), now),
        Box::new(diesel::delete(papers::table.filter(papers::dossier_id.eq(id)))),
        Box::new(diesel::delete(brought)),
        Box::new(diesel::delete(dossier_organisations::table.filter(dossier_organisations::dossier_id.eq(id)))),
    ]
}
