//! Two people open who denounces: one says why, another allows it or refuses, once, and the first reads it, for a day. Each is in the
//! journal.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::StaffId;
use kernel::idempotency::{Answer, Attempt};
use kernel::record::again;
use kernel::request::{Reasoned, made_by_client};
use kernel::schema::identity_requests;
use kernel::{Actor, Ctx, Result, id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::denunciation::{DenunciationId, DenunciationKind};
use crate::event::Event;
use crate::file::{DenouncerFile, arrived_file, original};
use crate::problem::{DECIDED_ALREADY, ERASED, NOBODY, NOT_APPROVED, NOT_YOURS_TO_DO, OWN_REQUEST, REQUEST_NOT_FOUND};
use crate::receive::{Denouncer, LETTER, Letter, PEOPLE, secrets};
use crate::steps::{Moving, Seen, World, read};
use crate::timer::catch_up;
use crate::vault;

id! { IdentityRequestId, "The id of a request to know who denounces."; }

/// How long it can be read.
const OPEN: TimeDelta = TimeDelta::hours(24);

/// Why somebody has to know.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdentityRequest {
    /// Made by the client (UUIDv7); else by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<IdentityRequestId>,
    #[schema(
        example = "Cần mời người tố cáo làm việc để xác minh nội dung thứ hai.",
        min_length = 10,
        max_length = 2000
    )]
    pub reason: String,
}

/// Somebody wants to know who denounces.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = identity_requests)]
pub struct IdentityRequest {
    pub id: IdentityRequestId,
    pub denunciation_id: DenunciationId,
    #[schema(example = "Cần mời người tố cáo làm việc.", max_length = 2000)]
    pub reason: String,
    pub requested_by: StaffId,
    pub requested_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<StaffId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<DateTime<Utc>>,
    /// Until then whoever has asked may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_until: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_by: Option<StaffId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Có thể hỏi qua mã biên nhận.", max_length = 4000)]
    pub refusal: Option<String>,
}

/// Who denounces, and what they wrote.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Identity {
    #[schema(max_items = 50)]
    pub denouncers: Vec<Denouncer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter: Option<Letter>,
}

fn staff(ctx: &Ctx) -> Result<StaffId> {
    match &ctx.actor {
        Actor::Staff { id, .. } => Ok(*id),
        _ => Err(NOT_YOURS_TO_DO.error()),
    }
}

/// The requests of a denunciation, oldest first.
pub async fn list(conn: &mut AsyncPgConnection, ctx: &Ctx, id: DenunciationId) -> Result<Vec<IdentityRequest>> {
    read(conn, ctx, id).await?;
    let all = identity_requests::table.filter(identity_requests::denunciation_id.eq(id)).order(identity_requests::id);
    Ok(all.limit(1000).select(IdentityRequest::as_select()).load(conn).await?)
}

/// The denunciation, for who settles it: whoever only received it, or takes part as the agency above, needs to know nobody.
async fn settled_by(conn: &mut AsyncPgConnection, ctx: &Ctx, world: World<'_>, id: DenunciationId) -> Result<Seen> {
    let seen = read(conn, ctx, id).await?;
    if seen.it.is_settled_by(&ctx.actor) {
        catch_up(conn, ctx, world, seen).await
    } else {
        Err(NOT_YOURS_TO_DO.error())
    }
}

/// Asks to know who denounces.
///
/// # Errors
/// [`NOT_YOURS_TO_DO`] for who does not settle it; [`NOBODY`] stands by a lead; [`ERASED`].
pub async fn request(
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    ctx: &Ctx,
    world: World<'_>,
    id: DenunciationId,
    new: NewIdentityRequest,
    attempt: &Attempt,
) -> Result<Answer> {
    made_by_client(new.id.map(|id| id.0), "/id")?;
    again(async || {
        let seen = settled_by(conn, ctx, world, id).await?;
        if seen.it.kind == DenunciationKind::Lead {
            return Err(NOBODY.error());
        }
        if seen.it.marks.0.erased_at.is_some() {
            return Err(ERASED.error());
        }
        let request = IdentityRequest {
            id: new.id.unwrap_or_else(|| IdentityRequestId::at(ctx.now)),
            denunciation_id: id,
            // Whoever asks may know it already, and what they write is read by others.
            reason: secrets(vault, world.ring, &seen.it).await?.clear(&new.reason),
            requested_by: staff(ctx)?,
            requested_at: ctx.now,
            approved_by: None,
            approved_at: None,
            open_until: None,
            refused_by: None,
            refused_at: None,
            refusal: None,
        };
        let body = serde_json::to_string(&request).expect("a request is plain data");
        let location = Some(format!("/v1/denunciations/{id}/identity-requests"));
        let reply = Answer { status: 201, version: seen.it.version + 1, location, body };
        let event = Event::IdentityRequested { request: request.id.0 };
        let mut moving = Moving::of(seen);
        moving.also.push(Box::new(diesel::insert_into(identity_requests::table).values(request)));
        moving.write(conn, ctx, world, &event, Some(attempt.keep(&reply, ctx.now))).await?;
        Ok(reply)
    })
    .await
}

async fn find(conn: &mut AsyncPgConnection, id: DenunciationId, request: IdentityRequestId) -> Result<IdentityRequest> {
    let row = identity_requests::table
        .filter(identity_requests::id.eq(request))
        .filter(identity_requests::denunciation_id.eq(id))
        .select(IdentityRequest::as_select());
    row.first(conn).await.optional()?.ok_or_else(|| REQUEST_NOT_FOUND.error())
}

/// Allows it: somebody else than who has asked.
///
/// # Errors
/// [`OWN_REQUEST`]; [`DECIDED_ALREADY`], once; [`NOT_YOURS_TO_DO`] for who does not settle it.
pub async fn approve(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    which: (DenunciationId, IdentityRequestId),
    attempt: &Attempt,
) -> Result<Answer> {
    decide(conn, ctx, world, which, attempt, Decision::Allowed).await
}

/// Refuses it: somebody else than who has asked, with a reason.
///
/// # Errors
/// As [`approve`].
pub async fn refuse(
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    ctx: &Ctx,
    world: World<'_>,
    which: (DenunciationId, IdentityRequestId),
    why: Reasoned,
    attempt: &Attempt,
) -> Result<Answer> {
    decide(conn, ctx, world, which, attempt, Decision::Refused(vault, why.reason)).await
}

/// What becomes of a request. Who refuses one may know who it is, and what they write is read by others: it goes by the vault.
enum Decision<'a> {
    Allowed,
    Refused(&'a mut AsyncPgConnection, String),
}

/// Decides a request that nobody has decided: of two who do at once, one finds the denunciation changed, and reads it again.
async fn decide(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    (id, request): (DenunciationId, IdentityRequestId),
    attempt: &Attempt,
    mut decision: Decision<'_>,
) -> Result<Answer> {
    again(async || {
        let seen = settled_by(conn, ctx, world, id).await?;
        let asked = find(conn, id, request).await?;
        let by = staff(ctx)?;
        if asked.requested_by == by {
            return Err(OWN_REQUEST.error());
        }
        if asked.approved_by.or(asked.refused_by).is_some() {
            return Err(DECIDED_ALREADY.error());
        }
        let decided = match &mut decision {
            Decision::Allowed => {
                let open_until = Some(ctx.now + OPEN);
                IdentityRequest { approved_by: Some(by), approved_at: Some(ctx.now), open_until, ..asked }
            }
            Decision::Refused(vault, why) => {
                let refusal = Some(secrets(vault, world.ring, &seen.it).await?.clear(why));
                IdentityRequest { refused_by: Some(by), refused_at: Some(ctx.now), refusal, ..asked }
            }
        };
        let body = serde_json::to_string(&decided).expect("a request is plain data");
        let reply = Answer { status: 200, version: seen.it.version + 1, location: None, body };
        let event = match decided.approved_by {
            Some(_) => Event::IdentityApproved { request: request.0 },
            None => Event::IdentityRefused { request: request.0 },
        };
        let mut moving = Moving::of(seen);
        moving.also.push(Box::new(
            diesel::update(identity_requests::table.filter(identity_requests::id.eq(request))).set((
                identity_requests::approved_by.eq(decided.approved_by),
                identity_requests::approved_at.eq(decided.approved_at),
                identity_requests::open_until.eq(decided.open_until),
                identity_requests::refused_by.eq(decided.refused_by),
                identity_requests::refused_at.eq(decided.refused_at),
                identity_requests::refusal.eq(decided.refusal),
            )),
        ));
        moving.write(conn, ctx, world, &event, Some(attempt.keep(&reply, ctx.now))).await?;
        Ok(reply)
    })
    .await
}

/// Reads it: who has asked, while that is allowed. The journal is told before anything is shown, each time.
///
/// # Errors
/// [`NOT_APPROVED`]; [`NOT_YOURS_TO_DO`] for anybody else, or who does not settle it any more.
pub async fn open(
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    ctx: &Ctx,
    world: World<'_>,
    (id, request): (DenunciationId, IdentityRequestId),
) -> Result<Identity> {
    again(async || {
        let seen = opened(conn, ctx, world, (id, request)).await?;
        let event = Event::IdentityOpened { request: request.0 };
        Moving::of(seen).write(conn, ctx, world, &event, None).await
    })
    .await?;
    let denouncers = vault::open(vault, world.ring, id.0, PEOPLE).await?.unwrap_or_default();
    Ok(Identity { denouncers, letter: vault::open(vault, world.ring, id.0, LETTER).await? })
}

/// Reads a file as it came, as [`open`] reads who denounces.
///
/// # Errors
/// As [`open`]; there is no such file.
pub async fn open_file(
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    ctx: &Ctx,
    world: World<'_>,
    (id, request, number): (DenunciationId, IdentityRequestId, i32),
) -> Result<(DenouncerFile, Vec<u8>)> {
    let file = again(async || {
        let seen = opened(conn, ctx, world, (id, request)).await?;
        let file = arrived_file(&seen.files, number)?.clone();
        let event = Event::OriginalOpened { request: request.0, number };
        Moving::of(seen).write(conn, ctx, world, &event, None).await?;
        Ok(file)
    })
    .await?;
    let content = original(vault, world, &file).await?;
    Ok((file, content))
}

/// The denunciation, for who has asked and is allowed to know.
async fn opened(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    (id, request): (DenunciationId, IdentityRequestId),
) -> Result<Seen> {
    let seen = settled_by(conn, ctx, world, id).await?;
    let asked = find(conn, id, request).await?;
    if asked.requested_by != staff(ctx)? {
        return Err(NOT_YOURS_TO_DO.error());
    }
    let is_open = asked.open_until.is_some_and(|until| ctx.now < until);
    if is_open { Ok(seen) } else { Err(NOT_APPROVED.error()) }
}
