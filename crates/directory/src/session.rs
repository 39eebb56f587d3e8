//! Sessions: a sign-in that lasts. Its refresh token is replaced at every use (RFC 9700 §4.14.2).

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, CitizenId, StaffId};
use kernel::schema::sessions;
use kernel::secret::SecretKey;
use kernel::{Actor, Ctx, Error, Result};

use crate::problem::{BAD_REFRESH_TOKEN, REFRESH_TOKEN_REUSED};
use crate::refresh_token::RefreshToken;
use crate::{Account, AccountId};

kernel::id! {
    SessionId, "A sign-in.";
}

/// Who lost the reply to a refresh may ask again with the same token for this long.
const GRACE: TimeDelta = TimeDelta::seconds(30);

/// A session just opened or refreshed.
#[derive(Clone)]
pub struct NewSession {
    pub id: SessionId,
    /// The application that holds it.
    pub client: String,
    /// Shown once: we keep a hash of it.
    pub refresh_token: String,
    /// When the session ends, unless it is refreshed before.
    pub expires_at: DateTime<Utc>,
    /// What the account may do now.
    pub actor: Actor,
}

/// How long a session lives without being used: a working day with its overtime, or a month on a citizen's phone.
pub fn lifetime(account: AccountId) -> TimeDelta {
    match account {
        AccountId::Staff(_) => TimeDelta::hours(12),
        AccountId::Citizen(_) => TimeDelta::days(30),
    }
}

/// Opens a session that `client`, an application, will hold; for staff, to act for `agency`, the main one when absent.
///
/// # Errors
/// [`AGENCY_NOT_YOURS`](crate::problem::AGENCY_NOT_YOURS).
pub async fn open(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    account: &Account,
    agency: Option<AgencyId>,
    client: &str,
) -> Result<NewSession> {
    open_as(conn, ctx, account, agency, client, SessionId::at(ctx.now)).await
}

/// Opens a session whose id is decided by what it is opened for, so that it can be found again.
pub async fn open_as(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    account: &Account,
    agency: Option<AgencyId>,
    client: &str,
    id: SessionId,
) -> Result<NewSession> {
    let token = RefreshToken::first(id, client);
    let (staff, citizen) = account.id().columns();
    let actor = account.work_for(conn, ctx, agency).await?;
    let session = NewSession::with(&token, ctx.now + lifetime(account.id()), actor);
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::staff_id.eq(staff),
            sessions::citizen_id.eq(citizen),
            sessions::token_hash.eq(token.hash()),
            sessions::refreshed_at.eq(ctx.now),
            sessions::expires_at.eq(session.expires_at),
            // None is the main one, whichever that will be.
            sessions::agency_id.eq(agency.filter(|_| staff.is_some())),
        ))
        .execute(conn)
        .await?;
    Ok(session)
}

impl NewSession {
    fn with(token: &RefreshToken, expires_at: DateTime<Utc>, actor: Actor) -> Self {
        Self { id: token.session, client: token.client.clone(), refresh_token: token.text(), expires_at, actor }
    }
}

/// Keeps a session going: a new refresh token for the old one, and what the account may do now.
///
/// # Errors
/// [`BAD_REFRESH_TOKEN`] when there is no such session any more, or it is not `client`'s (where that is said). [`REFRESH_TOKEN_REUSED`] when the token was replaced
/// more than 30 seconds ago: somebody has a copy, and the session is ended.
pub async fn refresh(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    key: &SecretKey,
    token: &str,
    client: Option<&str>,
) -> Result<NewSession> {
    let token = RefreshToken::parse(token)
        .filter(|token| client.is_none_or(|client| client == token.client))
        .ok_or_else(|| BAD_REFRESH_TOKEN.error())?;
    // What went wrong is decided inside and said outside: the end of a session must be committed.
    let done = conn.transaction::<_, Error, _>(async |conn| replace(conn, ctx, key, &token).await).await?;
    if done.as_ref().is_err_and(|error| error.is(&REFRESH_TOKEN_REUSED)) {
        log::warn!(session:% = token.session; "a replaced refresh token was used again; its session is ended");
    }
    done
}

type Row =
    (Option<StaffId>, Option<CitizenId>, Option<AgencyId>, Vec<u8>, Option<Vec<u8>>, DateTime<Utc>, DateTime<Utc>);

async fn replace(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    key: &SecretKey,
    token: &RefreshToken,
) -> Result<Result<NewSession>> {
    let row = sessions::table
        .find(token.session)
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(ctx.now))
        .select((
            sessions::staff_id,
            sessions::citizen_id,
            sessions::agency_id,
            sessions::token_hash,
            sessions::previous_hash,
            sessions::refreshed_at,
            sessions::expires_at,
        ))
        .for_update();
    let Some((staff, citizen, agency, current, previous, refreshed_at, expires_at)) =
        row.first::<Row>(conn).await.optional()?
    else {
        return Ok(Err(BAD_REFRESH_TOKEN.error()));
    };
    let account = match AccountId::from_columns(staff, citizen) {
        Some(id) => id.load(conn).await?,
        None => None,
    };
    let Some(account) = account else {
        end(conn, ctx, token.session).await?;
        return Ok(Err(BAD_REFRESH_TOKEN.error()));
    };
    let next = token.next(key);
    let actor = account.actor(conn, ctx, agency).await?;
    if token.hash() == current {
        let expires_at = ctx.now + lifetime(account.id());
        diesel::update(sessions::table.find(token.session))
            .set((
                sessions::token_hash.eq(next.hash()),
                sessions::previous_hash.eq(current),
                sessions::refreshed_at.eq(ctx.now),
                sessions::expires_at.eq(expires_at),
            ))
            .execute(conn)
            .await?;
        return Ok(Ok(NewSession::with(&next, expires_at, actor)));
    }
    if Some(token.hash()) == previous && ctx.now - refreshed_at <= GRACE {
        return Ok(Ok(NewSession::with(&next, expires_at, actor)));
    }
    end(conn, ctx, token.session).await?;
    Ok(Err(REFRESH_TOKEN_REUSED.error()))
}

/// Ends a session, if it is still open. Access tokens already given out stay good until they expire.
pub async fn end(conn: &mut AsyncPgConnection, ctx: &Ctx, session: SessionId) -> Result<()> {
    diesel::update(sessions::table.find(session).filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(ctx.now))
        .execute(conn)
        .await?;
    Ok(())
}
