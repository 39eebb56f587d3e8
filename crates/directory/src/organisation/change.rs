//! Registering organisations, at the counter or many at once, and changing what is known of them.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use kernel::id::OrganisationId;
use kernel::idempotency::{Answer, Attempt, Kept};
use kernel::journal::Entry;
use kernel::problem::{Error, STALE};
use kernel::record::{Record, nothing_late};
use kernel::schema::organisations;
use kernel::timers::Timers;
use kernel::{Ctx, Result};

use super::file::Wanted;
use super::{Organisation, OrganisationContent, OrganisationEvent, list};
use crate::problem::ORGANISATION_NUMBER_TAKEN;

/// Registers an organisation.
///
/// # Errors
/// [`ORGANISATION_NUMBER_TAKEN`].
pub async fn register(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: OrganisationId,
    content: OrganisationContent,
    attempt: &Attempt,
) -> Result<Answer> {
    let organisation = Organisation::new(id, 1, content);
    let body = serde_json::to_string(&organisation).expect("an organisation is plain data");
    let answer = Answer { status: 201, version: 1, location: Some(format!("/v1/organisations/{id}")), body };
    insert(conn, ctx, organisation, Some(attempt.keep(&answer, ctx.now))).await?;
    Ok(answer)
}

/// Makes an organisation what `content` says, if the version is still the one that the caller has seen; see
/// [`crate::agency::change::replace`].
///
/// # Errors
/// No such organisation; [`STALE`]; [`ORGANISATION_NUMBER_TAKEN`].
pub async fn replace(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: OrganisationId,
    seen: Option<i32>,
    content: OrganisationContent,
) -> Result<Organisation> {
    let old = list::read(conn, ctx, id).await?;
    if old.content() == content {
        return Ok(old);
    }
    if seen.is_some_and(|seen| seen != old.version) {
        return Err(STALE.error().extra("version", old.version));
    }
    update(conn, ctx, &old, content).await
}

/// How many of a file's organisations were registered, changed, and found as it wanted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub registered: usize,
    pub changed: usize,
    pub unchanged: usize,
}

/// Registers or changes many: all of them or none. A dry run does neither.
///
/// # Errors
/// The first that cannot be, by number; [`kernel::problem::CONFLICT`] when it was changed since.
pub async fn import(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    wanted: Vec<Wanted>,
    dry_run: bool,
) -> Result<Imported, (String, Error)> {
    let mut under_way = String::new();
    let done = conn
        .transaction::<_, Error, _>(async |conn| {
            let mut imported = Imported::default();
            for Wanted { id, old, content } in wanted {
                under_way.clone_from(&content.number);
                match old {
                    None => {
                        imported.registered += 1;
                        if !dry_run {
                            insert(conn, ctx, Organisation::new(id, 1, content), None).await?;
                        }
                    }
                    Some(old) if old.content() == content => imported.unchanged += 1,
                    Some(old) => {
                        imported.changed += 1;
                        if !dry_run {
                            update(conn, ctx, &old, content).await?;
                        }
                    }
                }
            }
            Ok(imported)
        })
        .await;
    done.map_err(|error| (under_way, error))
}

async fn insert(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    organisation: Organisation,
    answer: Option<Kept>,
) -> Result<()> {
    let entry = entry(ctx, organisation.id, &OrganisationEvent::Registered {}, vec![]);
    let change = diesel::insert_into(organisations::table)
        .values(organisation)
        .returning((organisations::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer }.write(conn, taken).await.map(drop)
}

async fn update(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    old: &Organisation,
    content: OrganisationContent,
) -> Result<Organisation> {
    let organisation = Organisation::new(old.id, old.version + 1, content);
    let entry = entry(ctx, old.id, &OrganisationEvent::Changed {}, vec![old.id.0]);
    let row = organisations::table.filter(organisations::id.eq(old.id)).filter(organisations::version.eq(old.version));
    let change = diesel::update(row).set(organisation.clone()).returning((organisations::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer: None }.write(conn, taken).await?;
    Ok(organisation)
}

fn taken(constraint: &str) -> Option<Error> {
    (constraint == "organisations_number_key").then(|| ORGANISATION_NUMBER_TAKEN.error())
}

fn entry(ctx: &Ctx, id: OrganisationId, event: &OrganisationEvent, before: Vec<uuid::Uuid>) -> Entry {
    let agency = ctx.actor.agency().map(|agency| agency.0);
    Entry::new(ctx, id.0, agency, event, (before, vec![id.0]))
}
