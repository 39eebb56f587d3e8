//! Registering organisations at the counter, and changing what is known of them.

use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::id::OrganisationId;
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::Entry;
use kernel::problem::{Error, STALE};
use kernel::record::{Record, nothing_late};
use kernel::schema::organisations;
use kernel::timers::Timers;
use kernel::{Ctx, Result};

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
    let entry = entry(ctx, id, &OrganisationEvent::Registered {}, vec![]);
    let change = diesel::insert_into(organisations::table)
        .values(organisation)
        .returning((organisations::version, nothing_late()));
    let kept = Some(attempt.keep(&answer, ctx.now));
    Record { change, also: vec![], entry, timers: Timers::None, answer: kept }.write(conn, taken).await?;
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
    let organisation = Organisation::new(id, old.version + 1, content);
    let entry = entry(ctx, id, &OrganisationEvent::Changed {}, vec![id.0]);
    let row = organisations::table.filter(organisations::id.eq(id)).filter(organisations::version.eq(old.version));
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
