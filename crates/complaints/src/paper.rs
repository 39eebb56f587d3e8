//! Files of a case: declared with size and hash, then uploaded.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::access::Through;
use kernel::files::{MediaType, Sha256};
use kernel::idempotency::{Answer, Attempt};
use kernel::problem::{CONFLICT, FieldError, Text};
use kernel::record::Also;
use kernel::request::made_by_client;
use kernel::schema::case_files;
use kernel::{Actor, Ctx, Permission, Result, id, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::case::{Case, CaseId};
use crate::event::Event;
use crate::problem::{FILE_NOT_FOUND, FILES_CLOSED, FILES_MISSING, TOO_MANY_FILES};
use crate::steps::{Moving, Seen, World, look, read, settled};
use crate::workflow::CaseStatus;

id! { CaseFileId, "The id of a file of a case."; }

/// The files that a case holds at most.
const MOST: usize = 100;

/// Files arrive side by side: whoever loses a try has let another's through.
const TRIES: usize = 50;

text_enum! {
    /// What a file is to its case.
    CaseFilePurpose {
        /// What was sent, when it came on paper.
        Letter = "letter",
        /// What the sender shows.
        Evidence = "evidence",
        /// What verification has found: the agencies' own business.
        Finding = "finding",
        /// Decision or answer, or what goes with it.
        Answer = "answer",
    }
}

impl CaseFilePurpose {
    fn is_senders(self) -> bool {
        matches!(self, Self::Letter | Self::Evidence)
    }
}

/// A file that will be uploaded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "purpose": "evidence", "file_name": "quyet-dinh.pdf", "media_type": "application/pdf", "size": 574,
    "sha256": "d56838457f1469fa886292b0a1c006e126e4905ba94b59007d955ed1a50491a8"
}))]
pub struct NewCaseFile {
    /// Made by the client (UUIDv7), so that it knows already where to upload; else by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<CaseFileId>,
    pub purpose: CaseFilePurpose,
    #[schema(min_length = 1, max_length = 200)]
    pub file_name: String,
    pub media_type: MediaType,
    /// Bytes.
    #[schema(minimum = 1, maximum = 26214400)]
    pub size: i64,
    /// Of the content.
    pub sha256: Sha256,
}

/// A file as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = case_files)]
pub struct CaseFile {
    pub id: CaseFileId,
    pub case_id: CaseId,
    pub purpose: CaseFilePurpose,
    pub file_name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: Sha256,
    pub declared_at: DateTime<Utc>,
    pub declared_by: Uuid,
    pub stored_at: Option<DateTime<Utc>>,
}

/// What the world sees of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CaseFile)]
pub struct CaseFileView {
    pub id: CaseFileId,
    pub purpose: CaseFilePurpose,
    #[schema(example = "quyet-dinh.pdf", max_length = 200)]
    pub file_name: String,
    #[schema(example = "application/pdf", max_length = 100)]
    pub media_type: String,
    #[schema(minimum = 1, maximum = 26214400)]
    pub size: i64,
    pub sha256: Sha256,
    /// When the content arrived; absent while it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_at: Option<DateTime<Utc>>,
}

impl CaseFileView {
    pub fn of(file: &CaseFile) -> Self {
        let CaseFile { id, purpose, file_name, media_type, size, sha256, stored_at, .. } = file.clone();
        Self { id, purpose, file_name, media_type, size, sha256, stored_at }
    }
}

/// Whether the actor sees it: what officers found, and what they have not answered yet, is their own business.
pub fn is_shown(file: &CaseFile, case: &Case, actor: &Actor) -> bool {
    match file.purpose {
        CaseFilePurpose::Letter | CaseFilePurpose::Evidence => true,
        CaseFilePurpose::Finding => case.is_handled_by(actor),
        CaseFilePurpose::Answer => case.finished_at.is_some() || case.is_handled_by(actor),
    }
}

/// Whether this actor may add such a file now.
fn may_add(case: &Case, actor: &Actor, purpose: CaseFilePurpose) -> Result<()> {
    use CaseStatus::*;
    let officer = actor.may_at(Permission::ProcessCase, case.handling_agency_id)
        || actor.may_at(Permission::DecideCase, case.handling_agency_id)
        || (actor.may(Permission::ProcessCase) && case.is_handled_by(actor))
        || actor.may(Permission::ProtectData);
    let (theirs, awaited) = match purpose {
        _ if purpose.is_senders() => {
            let own = matches!(actor, Actor::Citizen(_)) || actor.may(Permission::Recommend);
            let own = own || actor.may_at(Permission::ReceiveCase, case.receiving_agency_id);
            // What grew out of another case never was a draft: a second complaint shows the first decision (LKN Art. 33).
            let grown = case.status == Submitted && case.origin_id.is_some();
            (own, grown || matches!(case.status, Draft | SupplementRequested))
        }
        _ => (officer, matches!(case.status, Accepted | Verifying | Verified | Decided | Answered)),
    };
    match (theirs, awaited) {
        (false, _) => Err(crate::problem::NOT_YOURS_TO_DO.error()),
        (true, true) => Ok(()),
        (true, false) => Err(FILES_CLOSED.error().extra("state", case.status.code())),
    }
}

/// The files of the sender that have not arrived.
///
/// # Errors
/// [`FILES_MISSING`], naming each.
pub fn all_arrived(files: &[CaseFile]) -> Result<()> {
    let missing = files.iter().enumerate().filter(|(_, file)| file.purpose.is_senders() && file.stored_at.is_none());
    let words = Text::fixed("nội dung chưa được tải lên", "the content has not arrived");
    FILES_MISSING.unless_none(
        missing.map(|(n, _)| FieldError::new(format!("/files/{n}"), "not_stored", words.clone())).collect(),
    )
}

/// Declares one more file.
///
/// # Errors
/// [`FILES_CLOSED`], [`TOO_MANY_FILES`]; [`ID_TAKEN`](crate::problem::ID_TAKEN) when the id belongs to another file.
pub async fn declare(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: CaseId,
    new: NewCaseFile,
    attempt: &Attempt,
) -> Result<Answer> {
    made_by_client(new.id.map(|id| id.0), "/id")?;
    for _ in 1..TRIES {
        match declare_once(conn, ctx, world, id, &new, attempt).await {
            // Under the same key the caller looks up what was answered before.
            Err(error) if error.is(&CONFLICT) && attempt.earlier(conn).await?.is_none() => {}
            done => return done,
        }
    }
    declare_once(conn, ctx, world, id, &new, attempt).await
}

async fn declare_once(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: CaseId,
    new: &NewCaseFile,
    attempt: &Attempt,
) -> Result<Answer> {
    let seen = settled(conn, ctx, world, id, None).await?;
    may_add(&seen.case, &ctx.actor, new.purpose)?;
    if seen.files.len() >= MOST {
        return Err(TOO_MANY_FILES.error());
    }
    let file = CaseFile {
        id: new.id.unwrap_or_else(|| CaseFileId::at(ctx.now)),
        case_id: id,
        purpose: new.purpose,
        file_name: new.file_name.clone(),
        media_type: new.media_type.as_str().to_owned(),
        size: new.size,
        sha256: new.sha256,
        declared_at: ctx.now,
        declared_by: ctx.actor.id().unwrap_or_default(),
        stored_at: None,
    };
    let reply = Answer {
        status: 201,
        version: seen.case.version + 1,
        location: Some(format!("/v1/cases/{id}/files/{}/content", file.id)),
        body: serde_json::to_string(&CaseFileView::of(&file)).expect("a view is plain data"),
    };
    let event = Event::FileDeclared { file: file.id.0, purpose: file.purpose };
    let mut moving = Moving::of(seen);
    moving.also.push(Box::new(diesel::insert_into(case_files::table).values(file)));
    moving.write(conn, ctx, world, &event, Some(attempt.keep(&reply, ctx.now))).await?;
    Ok(reply)
}

/// The file whose content is about to arrive.
///
/// # Errors
/// [`FILE_NOT_FOUND`]; [`FILES_CLOSED`] when the case takes none now.
pub async fn awaited(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: CaseId,
    file: CaseFileId,
) -> Result<CaseFile> {
    let Seen { case, files, .. } = read(conn, ctx, world, id).await?;
    let file = among(files, &case, &ctx.actor, file)?;
    // What has arrived has arrived: sending it again is no change, in whatever state.
    if file.stored_at.is_none() {
        may_add(&case, &ctx.actor, file.purpose)?;
    }
    Ok(file)
}

/// Notes that the content of a file is stored.
///
/// # Errors
/// [`FILES_CLOSED`] when the case takes none any more.
pub async fn arrived(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    file: CaseFile,
) -> Result<(i32, CaseFileView)> {
    for _ in 1..TRIES {
        match note(conn, ctx, world, &file).await {
            Err(error) if error.is(&CONFLICT) => {}
            done => return done,
        }
    }
    note(conn, ctx, world, &file).await
}

async fn note(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    file: &CaseFile,
) -> Result<(i32, CaseFileView)> {
    let mut seen = settled(conn, ctx, world, file.case_id, None).await?;
    let mut file = among(std::mem::take(&mut seen.files), &seen.case, &ctx.actor, file.id)?;
    if file.stored_at.is_some() {
        return Ok((seen.case.version, CaseFileView::of(&file)));
    }
    may_add(&seen.case, &ctx.actor, file.purpose)?;
    file.stored_at = Some(ctx.now);
    let row = case_files::table.filter(case_files::id.eq(file.id));
    let stored: Also = Box::new(diesel::update(row).set(case_files::stored_at.eq(ctx.now)));
    let event = Event::FileStored { file: file.id.0, purpose: file.purpose };
    let mut moving = Moving::of(seen);
    let version = moving.case.version;
    moving.also.push(stored);
    moving.write(conn, ctx, world, &event, None).await?;
    Ok((version, CaseFileView::of(&file)))
}

/// A file whose content can be read.
///
/// # Errors
/// [`FILE_NOT_FOUND`] also when its content has not arrived.
pub async fn readable(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    id: CaseId,
    file: CaseFileId,
) -> Result<CaseFile> {
    let Seen { case, files, .. } = look(conn, ctx, world, id, Through::File).await?;
    let file = among(files, &case, &ctx.actor, file)?;
    if file.stored_at.is_none() { Err(FILE_NOT_FOUND.error()) } else { Ok(file) }
}

fn among(files: Vec<CaseFile>, case: &Case, actor: &Actor, id: CaseFileId) -> Result<CaseFile> {
    files.into_iter().find(|file| file.id == id && is_shown(file, case, actor)).ok_or_else(|| FILE_NOT_FOUND.error())
}
