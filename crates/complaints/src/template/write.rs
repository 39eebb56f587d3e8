//! Making, replacing and retiring a template: by whoever decides cases at the agency.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::idempotency::{Answer, Attempt, Kept};
use kernel::journal::Entry;
use kernel::problem::{FieldError, INVALID, Text, unchanged};
use kernel::record::{Record, nothing_late};
use kernel::schema::answer_templates;
use kernel::timers::Timers;
use kernel::{Ctx, Permission, Result};

use super::{AnswerTemplate, NewAnswerTemplate, TemplateEvent, TemplateId};
use crate::problem::{NOT_YOURS_TO_DO, TEMPLATE_NOT_FOUND, TEMPLATE_RETIRED};
use crate::workflow::{CaseAction, TABLE};

/// Makes a template of the actor's agency.
///
/// # Errors
/// The kind has no such step, or nothing is written to the sender in it.
pub async fn make(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: TemplateId,
    new: NewAnswerTemplate,
    attempt: &Attempt,
) -> Result<Answer> {
    let agency_id = ctx.actor.agency().ok_or_else(|| NOT_YOURS_TO_DO.error())?;
    check(&new)?;
    let NewAnswerTemplate { kind, action, name, body } = new;
    let row = AnswerTemplate { id, version: 1, agency_id, kind, action, name, body, retired_at: None };
    let event = TemplateEvent::Made { case_kind: kind, action };
    let reply = reply(201, &row);
    let (entry, answer) = (entry(ctx, &row, &event), Some(attempt.keep(&reply, ctx.now)));
    let change = diesel::insert_into(answer_templates::table).values(row);
    let change = change.returning((answer_templates::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer }.write(conn, |_| None).await?;
    Ok(reply)
}

/// Makes a template what is sent, whole. When it is that already nothing happens.
///
/// # Errors
/// As [`make`]; [`TEMPLATE_NOT_FOUND`], also for another agency's; [`TEMPLATE_RETIRED`]; [`kernel::problem::STALE`].
pub async fn replace(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: TemplateId,
    seen: Option<i32>,
    new: NewAnswerTemplate,
) -> Result<AnswerTemplate> {
    let old = own(conn, ctx, id).await?;
    let NewAnswerTemplate { kind, action, name, body } = new.clone();
    if (&old.kind, &old.action, &old.name, &old.body) == (&kind, &action, &name, &body) {
        return Ok(old);
    }
    unchanged(seen, old.version)?;
    check(&new)?;
    let next = AnswerTemplate { version: old.version + 1, kind, action, name, body, ..old };
    store(conn, ctx, &next, &TemplateEvent::Replaced { case_kind: kind, action }, None).await?;
    Ok(next)
}

/// It is offered no more. What was written from it stays as it is.
///
/// # Errors
/// As [`replace`].
pub async fn retire(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: TemplateId,
    seen: Option<i32>,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = own(conn, ctx, id).await?;
    unchanged(seen, old.version)?;
    let next = AnswerTemplate { version: old.version + 1, retired_at: Some(ctx.now), ..old };
    let reply = reply(200, &next);
    store(conn, ctx, &next, &TemplateEvent::Retired {}, Some(attempt.keep(&reply, ctx.now))).await?;
    Ok(reply)
}

/// Whether something is written to the sender in that step, and the kind has it.
fn check(new: &NewAnswerTemplate) -> Result<()> {
    let has = |action: CaseAction| TABLE.iter().any(|row| row.action == action && row.kinds.contains(&new.kind));
    if new.action.is_written() && has(new.action) {
        return Ok(());
    }
    let known = CaseAction::ALL.iter().filter(|action| action.is_written() && has(**action));
    let known = known.map(|action| action.code()).collect::<Vec<_>>().join(", ");
    let words = Text::new(format!("phải là một trong: {known}"), format!("must be one of: {known}"));
    Err(INVALID.error().fields(vec![FieldError::new("/action", "not_allowed", words)]))
}

/// A template of the actor's own agency; those of agencies above can be used, and no more.
async fn own(conn: &mut AsyncPgConnection, ctx: &Ctx, id: TemplateId) -> Result<AnswerTemplate> {
    let row = answer_templates::table.filter(answer_templates::id.eq(id)).select(AnswerTemplate::as_select());
    let row = row.first(conn).await.optional()?;
    let row = row.filter(|row| ctx.actor.may_at(Permission::DecideCase, row.agency_id));
    let row = row.ok_or_else(|| TEMPLATE_NOT_FOUND.error())?;
    if row.retired_at.is_some() { Err(TEMPLATE_RETIRED.error()) } else { Ok(row) }
}

fn reply(status: u16, row: &AnswerTemplate) -> Answer {
    let location = (status == 201).then(|| format!("/v1/answer-templates/{}", row.id));
    let body = serde_json::to_string(row).expect("a template is plain data");
    Answer { status, version: row.version, location, body }
}

fn entry(ctx: &Ctx, row: &AnswerTemplate, event: &TemplateEvent) -> Entry {
    let seen = vec![row.agency_id.0];
    Entry::new(ctx, row.id.0, Some(row.agency_id.0), event, (seen.clone(), seen))
}

/// Writes the next version of a row, if it is still the one that was read.
async fn store(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    next: &AnswerTemplate,
    event: &TemplateEvent,
    answer: Option<Kept>,
) -> Result<()> {
    let row = answer_templates::table
        .filter(answer_templates::id.eq(next.id))
        .filter(answer_templates::version.eq(next.version - 1));
    let change = diesel::update(row)
        .set((
            answer_templates::version.eq(next.version),
            answer_templates::kind.eq(next.kind),
            answer_templates::action.eq(next.action),
            answer_templates::name.eq(next.name.clone()),
            answer_templates::body.eq(next.body.clone()),
            answer_templates::retired_at.eq(next.retired_at),
        ))
        .returning((answer_templates::version, nothing_late()));
    let entry = entry(ctx, next, event);
    Record { change, also: vec![], entry, timers: Timers::None, answer }.write(conn, |_| None).await.map(drop)
}
