//! Access tokens: JWTs (RFC 9068) that say who calls and live ten minutes. Checking one costs no database.

use std::cell::RefCell;
use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, TimeDelta, Utc};
use directory::{Account, NewSession, SessionId};
use kernel::clock::uuid_at;
use kernel::id::{AgencyId, CitizenId, StaffId};
use kernel::permission::permissions_of;
use kernel::problem::Error;
use kernel::signing::KeyRing;
use kernel::{Actor, Permission, Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::problem::UNAUTHENTICATED;

/// The type of an access token (RFC 9068 §2.1): no other JWT of ours can pass for one.
const TYP: &str = "at+jwt";
/// Whom access tokens are for.
pub const AUDIENCE: &str = "caunoi";
/// What a deactivated account can still do is done within this time.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// Our replicas' clocks differ by no more; only `nbf` is given this benefit.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// Verified tokens that a worker remembers at most, some 300 bytes each.
const REMEMBERED: usize = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Citizen,
    Staff,
}

/// What an access token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
    client_id: String,
    /// Permissions, separated by spaces: for those who look in. We go by the roles.
    scope: String,
    /// The session it belongs to.
    sid: SessionId,
    kind: Kind,
    roles: Vec<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<AgencyId>,
}

/// Who calls, as a token that we believe says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub actor: Actor,
    pub session: SessionId,
    not_before: i64,
    expires_at: i64,
}

/// A new access token for an account, and the seconds it is good for.
pub fn issue(app: &App, account: &Account, session: &NewSession, now: DateTime<Utc>) -> (String, i64) {
    let expires_at = (now + LIFETIME).min(session.expires_at);
    let (kind, roles, agency) = match account {
        Account::Staff(staff) => (Kind::Staff, staff.roles.clone(), Some(staff.agency_id)),
        Account::Citizen(_) => (Kind::Citizen, vec![Role::Citizen], None),
    };
    let claims = Claims {
        iss: app.settings.public_url.clone(),
        aud: AUDIENCE.to_owned(),
        sub: account.uuid(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: expires_at.timestamp(),
        jti: uuid_at(now),
        client_id: session.client.clone(),
        scope: scope(&account.actor()),
        sid: session.id,
        kind,
        roles,
        agency,
    };
    (app.settings.keys.sign(TYP, &claims), expires_at.timestamp() - now.timestamp())
}

/// What the actor may do, as OAuth scopes.
pub fn scope(actor: &Actor) -> String {
    permissions(actor).map(Permission::code).collect::<Vec<_>>().join(" ")
}

/// What the actor may do.
pub fn permissions(actor: &Actor) -> impl Iterator<Item = Permission> {
    let roles = match actor {
        Actor::Staff { roles, .. } => roles.clone(),
        Actor::Citizen(_) => vec![Role::Citizen],
        Actor::Anonymous | Actor::System => vec![],
    };
    let granted = move |permission: &Permission| roles.iter().any(|role| permissions_of(*role).contains(permission));
    Permission::ALL.iter().copied().filter(granted)
}

/// Checks access tokens. Each worker has its own, as it remembers those it has seen: an ES256 signature costs about as
/// much time as the rest of a small request.
#[derive(Default)]
pub struct Tokens(RefCell<Memory>);

/// Two generations: when the young one is full it becomes the old one, and what was old and not asked for is forgotten.
#[derive(Default)]
struct Memory {
    young: HashMap<[u8; 32], Identity>,
    old: HashMap<[u8; 32], Identity>,
}

impl Tokens {
    /// Who calls with this token.
    ///
    /// # Errors
    /// [`UNAUTHENTICATED`] unless it is an access token that we signed, for us, and good at `now`.
    pub fn verify(&self, keys: &KeyRing, issuer: &str, token: &str, now: DateTime<Utc>) -> Result<Actor, Error> {
        Ok(self.identify(keys, issuer, token, now)?.actor)
    }

    /// Like [`Tokens::verify`], with the session.
    pub fn identify(&self, keys: &KeyRing, issuer: &str, token: &str, now: DateTime<Utc>) -> Result<Identity, Error> {
        let hash: [u8; 32] = digest(&SHA256, token.as_bytes()).as_ref().try_into().expect("SHA-256 has 32 bytes");
        let known = self.0.borrow_mut().recall(&hash);
        let (identity, new) = match known {
            Some(identity) => (identity, false),
            None => (read(keys, issuer, token)?, true),
        };
        if identity.expires_at <= now.timestamp() {
            return Err(UNAUTHENTICATED.with("Access token đã hết hạn.", "The access token has expired."));
        }
        if identity.not_before > (now + LEEWAY).timestamp() {
            return Err(refused("it is not valid yet"));
        }
        if new {
            self.0.borrow_mut().keep(hash, identity.clone());
        }
        Ok(identity)
    }
}

impl Memory {
    fn recall(&mut self, hash: &[u8; 32]) -> Option<Identity> {
        if let Some(identity) = self.young.get(hash) {
            return Some(identity.clone());
        }
        let identity = self.old.remove(hash)?;
        self.keep(*hash, identity.clone());
        Some(identity)
    }

    fn keep(&mut self, hash: [u8; 32], identity: Identity) {
        if self.young.len() >= REMEMBERED / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash, identity);
    }
}

/// Reads a token that we signed for us; its times are not looked at.
fn read(keys: &KeyRing, issuer: &str, token: &str) -> Result<Identity, Error> {
    let claims: Claims = keys.verify(TYP, token).map_err(refused)?;
    if claims.iss != issuer || claims.aud != AUDIENCE {
        return Err(refused("it was made by or for somebody else"));
    }
    let actor = match (claims.kind, claims.agency) {
        (Kind::Citizen, _) => Actor::Citizen(CitizenId(claims.sub)),
        (Kind::Staff, Some(agency)) => Actor::Staff { id: StaffId(claims.sub), agency, roles: claims.roles },
        (Kind::Staff, None) => return Err(refused("it names no agency")),
    };
    Ok(Identity { actor, session: claims.sid, not_before: claims.nbf, expires_at: claims.exp })
}

fn refused(why: impl std::fmt::Display) -> Error {
    let words = UNAUTHENTICATED.with("Access token không dùng được.", "The access token cannot be used.");
    Error { cause: Some(why.to_string()), ..words }
}
