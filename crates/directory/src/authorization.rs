//! What is under way between an application, us and an identity provider: authorization codes (RFC 6749 §4.1) and
//! hand-overs to the provider. Each lives for minutes, is known by a secret we keep only a hash of, and is taken once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::clock::random;
use kernel::id::{AgencyId, CitizenId, StaffId};
use kernel::schema::authorizations;
use kernel::secret::{self, SecretKey, sha256};
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use uuid::Builder;

use crate::{AccountId, SessionId, session};

/// RFC 6749 §4.1.2 recommends ten minutes at most; applications need seconds.
const CODE_LIVES: TimeDelta = TimeDelta::minutes(1);
/// Somebody has to find the phone and type a password at the provider.
const HAND_OVER_LIVES: TimeDelta = TimeDelta::minutes(10);

kernel::text_enum! {
    /// What waits in the table.
    Kind {
        Code = "code",
        HandOver = "hand_over",
    }
}

/// What an application asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = authorizations)]
pub struct Request {
    pub client_id: String,
    pub redirect_uri: String,
    /// The application's own `state`, given back to it as it is.
    pub client_state: String,
    /// Its PKCE challenge, method S256 (RFC 7636).
    pub challenge: String,
    /// Which of their agencies staff are to act for; the main one when absent.
    #[serde(default)]
    pub agency_id: Option<AgencyId>,
}

/// What must be known again when the provider sends somebody back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// Our own PKCE verifier towards the provider.
    pub verifier: String,
    /// Must come back in the ID token.
    pub nonce: String,
    /// The browser that was sent there: no other may come back.
    pub browser: String,
}

/// What a code was given for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub request: Request,
    pub account: AccountId,
    /// The session to open, so that it can be found and ended when the code is used again.
    pub session: SessionId,
}

/// A code with which the application may fetch tokens for `account`.
pub async fn grant(conn: &mut AsyncPgConnection, ctx: &Ctx, request: Request, account: AccountId) -> Result<String> {
    let code = handle();
    let (staff, citizen) = account.columns();
    diesel::insert_into(authorizations::table)
        .values((
            request,
            authorizations::hash.eq(hash(Kind::Code, &code)),
            authorizations::kind.eq(Kind::Code),
            authorizations::staff_id.eq(staff),
            authorizations::citizen_id.eq(citizen),
            authorizations::expires_at.eq(ctx.now + CODE_LIVES),
        ))
        .execute(conn)
        .await?;
    Ok(code)
}

/// Takes a code. `None` when there is no such code; if it was used before, the session it opened is ended
/// (RFC 6749 §4.1.2).
pub async fn redeem(conn: &mut AsyncPgConnection, ctx: &Ctx, code: &str) -> Result<Option<Grant>> {
    let hash = hash(Kind::Code, code);
    let session = session_of(&hash);
    let waiting = authorizations::table.find(&hash).filter(authorizations::kind.eq(Kind::Code));
    let taken = diesel::delete(waiting.filter(authorizations::expires_at.gt(ctx.now))).returning((
        Request::as_returning(),
        authorizations::staff_id,
        authorizations::citizen_id,
    ));
    let taken: Option<(Request, Option<StaffId>, Option<CitizenId>)> = taken.get_result(conn).await.optional()?;
    let grant = taken.and_then(|(request, staff, citizen)| {
        AccountId::from_columns(staff, citizen).map(|account| Grant { request, account, session })
    });
    if grant.is_none() {
        session::end(conn, ctx, session).await?;
    }
    Ok(grant)
}

/// Remembers a request while its citizen is at the provider. Returns the `state` to send along.
pub async fn hand_over(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    key: &SecretKey,
    request: Request,
    hand_over: &HandOver,
) -> Result<String> {
    let state = handle();
    let hash = hash(Kind::HandOver, &state);
    let text = serde_json::to_vec(hand_over).expect("a hand-over is plain data");
    diesel::insert_into(authorizations::table)
        .values((
            request,
            authorizations::secrets.eq(secret::seal(&key.derive("hand-over"), &hash, &text)),
            authorizations::hash.eq(hash),
            authorizations::kind.eq(Kind::HandOver),
            authorizations::expires_at.eq(ctx.now + HAND_OVER_LIVES),
        ))
        .execute(conn)
        .await?;
    Ok(state)
}

/// Takes up a hand-over when the provider sends its `state` back; `None` when there is none (any more).
pub async fn take_back(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    key: &SecretKey,
    state: &str,
) -> Result<Option<(Request, HandOver)>> {
    let hash = hash(Kind::HandOver, state);
    let waiting = authorizations::table.find(&hash).filter(authorizations::kind.eq(Kind::HandOver));
    let taken = diesel::delete(waiting.filter(authorizations::expires_at.gt(ctx.now)))
        .returning((Request::as_returning(), authorizations::secrets));
    let taken: Option<(Request, Option<Vec<u8>>)> = taken.get_result(conn).await.optional()?;
    Ok(taken.and_then(|(request, sealed)| {
        let text = secret::open(&key.derive("hand-over"), &hash, &sealed?)?;
        Some((request, serde_json::from_slice(&text).ok()?))
    }))
}

/// 256 bits that nobody can guess, fit for a URL.
pub fn handle() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

fn hash(kind: Kind, handle: &str) -> Vec<u8> {
    sha256(&[kind.code().as_bytes(), handle.as_bytes()]).to_vec()
}

/// The session that a code opens. Who knows its id does not know the code: it comes from another hash.
fn session_of(hash: &[u8]) -> SessionId {
    let bytes = sha256(&[b"session of code", hash]);
    SessionId(Builder::from_custom_bytes(bytes[..16].try_into().expect("16 of 32 bytes")).into_uuid())
}
