//! What its denouncer shows: declared with the code, sent to an address of its own, sealed in the vault as it came, under no name.
//! Officers read a copy without hidden data and, in text, without what tells who denounces; first those who decide, then, once one of
//! them has released it, whoever settles it. As it came it is part of who denounces ([`crate::identity`]).

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::files::{Expected, FilesError, MediaType, Sha256, strip};
use kernel::id::StaffId;
use kernel::idempotency::{Answer, Attempt};
use kernel::problem::INTERNAL;
use kernel::record::again;
use kernel::schema::files;
use kernel::secret::sha256;
use kernel::{Actor, Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::denunciation::{Denunciation, DenunciationId};
use crate::event::Event;
use crate::follow::about_to_change;
use crate::problem::{FILE_NOT_FOUND, NOT_YOURS_TO_DO, OVER, TOO_MANY_FILES, UPLOAD_NOT_FOUND};
use crate::receive::{receipt_code, secrets};
use crate::redact::Secrets;
use crate::steps::{Moving, World, read};
use crate::timer::catch_up;
use crate::vault;

/// How many a denunciation holds, or waits for, at most.
const MOST: usize = 20;

/// How long an address is good.
const OPEN: TimeDelta = TimeDelta::hours(1);

/// A file that will be uploaded. Its name is not asked for: it may tell who denounces.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "receipt_code": "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GSF5", "media_type": "application/pdf", "size": 574,
    "sha256": "d56838457f1469fa886292b0a1c006e126e4905ba94b59007d955ed1a50491a8"
}))]
pub struct NewDenouncerFile {
    #[schema(min_length = 30, max_length = 40, pattern = "^[0-9A-Za-z -]+$")]
    pub receipt_code: String,
    pub media_type: MediaType,
    /// Bytes.
    #[schema(minimum = 1, maximum = 26214400)]
    pub size: i64,
    /// Of the content.
    pub sha256: Sha256,
}

/// Where its content goes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DenouncerUpload {
    #[schema(minimum = 1, maximum = 1000)]
    pub number: i32,
    /// `PUT` the content there, with no token and no code. It takes this content alone, and shows nothing.
    #[schema(example = "/v1/denouncer/uploads/7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GSF6", max_length = 100)]
    pub upload_to: String,
    pub until: DateTime<Utc>,
}

/// A file as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = files)]
pub struct DenouncerFile {
    pub denunciation_id: DenunciationId,
    pub number: i32,
    pub media_type: String,
    pub size: i64,
    pub sha256: Sha256,
    pub upload_hash: Vec<u8>,
    pub upload_until: DateTime<Utc>,
    pub declared_at: DateTime<Utc>,
    pub stored_at: Option<DateTime<Utc>>,
    pub released_at: Option<DateTime<Utc>>,
    pub released_by: Option<StaffId>,
}

impl DenouncerFile {
    /// What was declared.
    ///
    /// # Errors
    /// A type that is not taken in any more.
    pub fn expected(&self) -> Result<Expected> {
        let media_type: MediaType = self.media_type.parse()?;
        Ok(Expected { sha256: self.sha256, size: u64::try_from(self.size).unwrap_or(0), media_type })
    }

    /// Its name in the vault.
    fn part(&self) -> String {
        format!("file:{}", self.number)
    }
}

/// What is seen of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DenouncerFile)]
pub struct DenouncerFileView {
    #[schema(minimum = 1, maximum = 1000)]
    pub number: i32,
    #[schema(example = "application/pdf", max_length = 100)]
    pub media_type: String,
    #[schema(minimum = 1, maximum = 26214400)]
    pub size: i64,
    /// When the content arrived; absent while it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_at: Option<DateTime<Utc>>,
    /// When somebody who decides has shown it to whoever settles it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_at: Option<DateTime<Utc>>,
}

impl DenouncerFileView {
    pub fn of(file: &DenouncerFile) -> Self {
        let DenouncerFile { number, media_type, size, stored_at, released_at, .. } = file.clone();
        Self { number, media_type, size, stored_at, released_at }
    }
}

/// An address of its own for a file that is to come.
pub struct FreshUpload {
    pub token: String,
    pub until: DateTime<Utc>,
}

impl FreshUpload {
    /// Nobody could guess it.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { token: receipt_code(), until: now + OPEN }
    }
}

fn upload_hash(token: &str) -> Vec<u8> {
    sha256(&[b"denouncer upload", token.as_bytes()]).to_vec()
}

/// Says that a file will come, by who has the code.
///
/// # Errors
/// No such code; [`OVER`]; [`TOO_MANY_FILES`].
pub async fn declare(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    world: World<'_>,
    FreshUpload { token, until }: FreshUpload,
    new: NewDenouncerFile,
    attempt: &Attempt,
) -> Result<Answer> {
    let ctx = Ctx { actor: Actor::Anonymous, now };
    again(async || {
        let mut moving = Moving::of(about_to_change(conn, now, world, &new.receipt_code).await?);
        if moving.it.status.is_over() {
            return Err(OVER.error().extra("state", moving.it.status.code()));
        }
        let alive = |file: &&DenouncerFile| file.stored_at.is_some() || file.upload_until > now;
        if moving.files.iter().filter(alive).count() >= MOST {
            return Err(TOO_MANY_FILES.error());
        }
        let number = moving.files.last().map_or(1, |file| file.number + 1);
        let file = DenouncerFile {
            denunciation_id: moving.it.id,
            number,
            media_type: new.media_type.to_string(),
            size: new.size,
            sha256: new.sha256,
            upload_hash: upload_hash(&token),
            upload_until: until,
            declared_at: now,
            stored_at: None,
            released_at: None,
            released_by: None,
        };
        let upload_to = format!("/v1/denouncer/uploads/{token}");
        let body = serde_json::to_string(&DenouncerUpload { number, upload_to, until }).expect("plain data");
        let reply = Answer { status: 201, version: moving.it.version, location: None, body };
        moving.also.push(Box::new(diesel::insert_into(files::table).values(file)));
        moving.write(conn, &ctx, world, &Event::FileDeclared { number }, Some(attempt.keep(&reply, now))).await?;
        Ok(reply)
    })
    .await
}

/// The file that is awaited at this address.
///
/// # Errors
/// [`UPLOAD_NOT_FOUND`], also when its time is over.
pub async fn awaited(conn: &mut AsyncPgConnection, now: DateTime<Utc>, token: &str) -> Result<DenouncerFile> {
    let row = files::table.filter(files::upload_hash.eq(upload_hash(token))).filter(files::upload_until.gt(now));
    let file: Option<DenouncerFile> = row.select(DenouncerFile::as_select()).first(conn).await.optional()?;
    file.ok_or_else(|| UPLOAD_NOT_FOUND.error())
}

/// Its content is here, and is what was declared. The same again is harmless.
///
/// # Errors
/// [`OVER`].
pub async fn arrived(
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    now: DateTime<Utc>,
    world: World<'_>,
    awaited: &DenouncerFile,
    content: &[u8],
) -> Result<DenouncerFileView> {
    let (system, nobody) = (Ctx { actor: Actor::System, now }, Ctx { actor: Actor::Anonymous, now });
    let (id, number) = (awaited.denunciation_id, awaited.number);
    again(async || {
        let seen = read(conn, &system, id).await?;
        let mut moving = Moving::of(catch_up(conn, &system, world, seen).await?);
        let file = find(&moving.files, number)?;
        if file.stored_at.is_some() {
            return Ok(DenouncerFileView::of(file));
        }
        if moving.it.status.is_over() {
            return Err(OVER.error().extra("state", moving.it.status.code()));
        }
        let stored = DenouncerFile { stored_at: Some(now), ..file.clone() };
        // First the content, in what may be another database: what is left behind there is named by nothing, where the rest fails.
        vault::add_bytes(vault, world.ring, id.0, &stored.part(), content).await?;
        moving
            .also
            .push(Box::new(diesel::update(files::table.find((id, number))).set(files::stored_at.eq(stored.stored_at))));
        moving.write(conn, &nobody, world, &Event::FileAdded { number }, None).await?;
        Ok(DenouncerFileView::of(&stored))
    })
    .await
}

fn find(files: &[DenouncerFile], number: i32) -> Result<&DenouncerFile> {
    files.iter().find(|file| file.number == number).ok_or_else(|| FILE_NOT_FOUND.error())
}

/// One whose content is here.
pub(crate) fn arrived_file(files: &[DenouncerFile], number: i32) -> Result<&DenouncerFile> {
    find(files, number).and_then(|file| file.stored_at.map(|_| file).ok_or_else(|| FILE_NOT_FOUND.error()))
}

/// A file that the actor may read, with what it belongs to: whoever decides, and once it is released whoever settles it.
///
/// # Errors
/// [`FILE_NOT_FOUND`], also before its content has arrived; [`NOT_YOURS_TO_DO`].
pub async fn readable(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: DenunciationId,
    number: i32,
) -> Result<(Denunciation, DenouncerFile)> {
    let seen = read(conn, ctx, id).await?;
    let file = arrived_file(&seen.files, number)?;
    let theirs = seen.it.is_settled_by(&ctx.actor) || seen.it.is_overseen_by(&ctx.actor);
    let shown = file.released_at.is_some() || ctx.actor.may(Permission::DecideDenunciation);
    if theirs && shown { Ok((seen.it.clone(), file.clone())) } else { Err(NOT_YOURS_TO_DO.error()) }
}

/// Its content as it came.
pub(crate) async fn original(vault: &mut AsyncPgConnection, world: World<'_>, file: &DenouncerFile) -> Result<Vec<u8>> {
    let content = vault::open_bytes(vault, world.ring, file.denunciation_id.0, &file.part()).await?;
    content.ok_or_else(|| INTERNAL.because("the vault lacks a file that was stored"))
}

/// Its content as it came, and what must not be in a copy.
pub async fn for_copy(
    vault: &mut AsyncPgConnection,
    world: World<'_>,
    (it, file): &(Denunciation, DenouncerFile),
) -> Result<(Vec<u8>, Secrets)> {
    Ok((original(vault, world, file).await?, secrets(vault, world.ring, it).await?))
}

/// The copy that officers read: of text and of pictures. What else has words says in them who wrote it, and no program finds all of
/// them there. Heavy, as [`strip`] is.
///
/// # Errors
/// As [`strip`]: then there is none.
pub fn copy(media_type: MediaType, original: Vec<u8>, secrets: &Secrets) -> Result<Vec<u8>, FilesError> {
    use MediaType::{Csv, Jpeg, Png, Text, Tiff, Webp};
    if !matches!(media_type, Text | Csv | Jpeg | Png | Webp | Tiff) {
        let reason = "its words may tell who denounces".to_owned();
        return Err(FilesError::CannotStrip { media_type, reason });
    }
    let copy = strip(media_type, original.into())?;
    Ok(match media_type {
        Text | Csv => secrets.clear(&String::from_utf8_lossy(&copy)).into_bytes(),
        _ => copy.into(),
    })
}

/// Shows a file to whoever settles it, by somebody who decides and has looked at it.
///
/// # Errors
/// [`FILE_NOT_FOUND`]; [`NOT_YOURS_TO_DO`]. Released before, it stays so.
pub async fn release(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    (id, number): (DenunciationId, i32),
    attempt: &Attempt,
) -> Result<Answer> {
    again(async || {
        let seen = read(conn, ctx, id).await?;
        let mut moving = Moving::of(catch_up(conn, ctx, world, seen).await?);
        let file = arrived_file(&moving.files, number)?;
        let decides = moving.it.is_handled_by(&ctx.actor) && ctx.actor.may(Permission::DecideDenunciation);
        let Actor::Staff { id: who, .. } = ctx.actor else { return Err(NOT_YOURS_TO_DO.error()) };
        if !decides {
            return Err(NOT_YOURS_TO_DO.error());
        }
        let answer = |version: i32, file: &DenouncerFile| {
            let body = serde_json::to_string(&DenouncerFileView::of(file)).expect("plain data");
            Answer { status: 200, version, location: None, body }
        };
        if file.released_at.is_some() {
            return Ok(answer(moving.before.version, file));
        }
        let released = DenouncerFile { released_at: Some(ctx.now), released_by: Some(who), ..file.clone() };
        let reply = answer(moving.it.version, &released);
        moving.also.push(Box::new(
            diesel::update(files::table.find((id, number)))
                .set((files::released_at.eq(released.released_at), files::released_by.eq(released.released_by))),
        ));
        moving.write(conn, ctx, world, &Event::FileReleased { number }, Some(attempt.keep(&reply, ctx.now))).await?;
        Ok(reply)
    })
    .await
}
