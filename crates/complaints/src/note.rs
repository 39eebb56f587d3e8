//! What officers note for each other. The sender never sees it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::access::Through;
use kernel::id::StaffId;
use kernel::idempotency::{Answer, Attempt};
use kernel::record::again;
use kernel::request::made_by_client;
use kernel::schema::case_notes;
use kernel::{Ctx, Result, id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::case::CaseId;
use crate::event::Event;
use crate::problem::{ERASED, NOT_YOURS_TO_DO};
use crate::steps::{Moving, World, look, settled};

id! { CaseNoteId, "The id of a note on a case."; }

/// A new note.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCaseNote {
    /// Made by the client (UUIDv7); else by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<CaseNoteId>,
    #[schema(example = "Đã gọi điện hẹn người gửi ngày 20/8.", min_length = 1, max_length = 4000)]
    pub words: String,
}

/// A note.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = case_notes)]
pub struct CaseNote {
    pub id: CaseNoteId,
    #[serde(skip)]
    pub case_id: CaseId,
    pub author_id: StaffId,
    #[schema(example = "Đã gọi điện hẹn người gửi ngày 20/8.", max_length = 4000)]
    pub words: String,
    pub made_at: DateTime<Utc>,
}

/// Makes a note.
///
/// # Errors
/// [`NOT_YOURS_TO_DO`] for others than those who handle it; [`ERASED`].
pub async fn make(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: CaseId,
    new: NewCaseNote,
    attempt: &Attempt,
) -> Result<Answer> {
    made_by_client(new.id.map(|id| id.0), "/id")?;
    again(async || {
        let seen = settled(conn, ctx, world, id, None).await?;
        let author = ctx.actor.id().filter(|_| seen.case.is_handled_by(&ctx.actor));
        if author.is_some() && seen.case.marks.0.erased_at.is_some() {
            return Err(ERASED.error());
        }
        let note = CaseNote {
            id: new.id.unwrap_or_else(|| CaseNoteId::at(ctx.now)),
            case_id: id,
            author_id: StaffId(author.ok_or_else(|| NOT_YOURS_TO_DO.error())?),
            words: new.words.clone(),
            made_at: ctx.now,
        };
        let body = serde_json::to_string(&note).expect("a note is plain data");
        let location = Some(format!("/v1/cases/{id}/notes"));
        let reply = Answer { status: 201, version: seen.case.version + 1, location, body };
        let event = Event::NoteMade { note: note.id.0 };
        let mut moving = Moving::of(seen);
        moving.also.push(Box::new(diesel::insert_into(case_notes::table).values(note)));
        moving.write(conn, ctx, world, &event, Some(attempt.keep(&reply, ctx.now))).await?;
        Ok(reply)
    })
    .await
}

/// The notes of a case, oldest first.
///
/// # Errors
/// [`NOT_YOURS_TO_DO`] for others than those who handle it.
pub async fn list(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, id: CaseId) -> Result<Vec<CaseNote>> {
    let seen = look(conn, ctx, world, id, Through::Notes).await?;
    if !seen.case.is_handled_by(&ctx.actor) {
        return Err(NOT_YOURS_TO_DO.error());
    }
    let notes = case_notes::table.filter(case_notes::case_id.eq(id)).order(case_notes::id).limit(1000);
    Ok(notes.select(CaseNote::as_select()).load(conn).await?)
}
