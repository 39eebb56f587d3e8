//! Access tokens: JWTs (RFC 9068) that say who calls and live ten minutes. Checking one costs no database.

use std::cell::RefCell;
use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, TimeDelta, Utc};
use directory::{NewSession, SessionId};
use kernel::clock::uuid_at;
use kernel::id::{AgencyId, CitizenId, StaffId};
use kernel::problem::Error;
use kernel::signing::KeyRing;
use kernel::{Actor, Loan, Permission, Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::problem::UNAUTHENTICATED;

/// The type of an access token (RFC 9068 §2.1): no other JWT of ours can pass for one.
const TYP: &str = "at+jwt";
/// Whom access tokens are for.
pub const AUDIENCE: &str = "caunoi";
/// What a deactivated account, an ended role or a revoked delegation still allows is done within this time: the next token
/// is made from what there is then.
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
    /// Permissions, separated by spaces: for those who look in. We go by roles and loans.
    scope: String,
    /// The session it belongs to.
    sid: SessionId,
    kind: Kind,
    roles: Vec<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<AgencyId>,
    /// What colleagues have lent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    loans: Vec<Loan>,
}

/// Who calls, as a token that we believe says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub actor: Actor,
    pub session: SessionId,
    not_before: i64,
    expires_at: i64,
}

/// A new access token for a session, and the seconds it is good for.
pub fn issue(app: &App, session: &NewSession, now: DateTime<Utc>) -> (String, i64) {
    let expires_at = (now + LIFETIME).min(session.expires_at);
    let (kind, roles, loans) = match &session.actor {
        Actor::Staff { roles, loans, .. } => (Kind::Staff, roles.clone(), loans.clone()),
        _ => (Kind::Citizen, vec![Role::Citizen], vec![]),
    };
    let claims = Claims {
        iss: app.settings.public_url.clone(),
        aud: AUDIENCE.to_owned(),
        sub: session.actor.id().unwrap_or_default(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: expires_at.timestamp(),
        jti: uuid_at(now),
        client_id: session.client.clone(),
        scope: scope(&session.actor),
        sid: session.id,
        kind,
        roles,
        agency: session.actor.agency(),
        loans,
    };
    (app.settings.keys.sign(TYP, &claims), expires_at.timestamp() - now.timestamp())
}

/// What the actor may do, as OAuth scopes.
pub fn scope(actor: &Actor) -> String {
    permissions(actor).map(Permission::code).collect::<Vec<_>>().join(" ")
}

/// What the actor may do.
pub fn permissions(actor: &Actor) -> impl Iterator<Item = Permission> {
    Permission::ALL.iter().copied().filter(|permission| actor.may(*permission))
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
        (Kind::Staff, Some(agency)) => {
            Actor::Staff { id: StaffId(claims.sub), agency, roles: claims.roles, loans: claims.loans, under: None }
        }
        (Kind::Staff, None) => return Err(refused("it names no agency")),
    };
    Ok(Identity { actor, session: claims.sid, not_before: claims.nbf, expires_at: claims.exp })
}

fn refused(why: impl std::fmt::Display) -> Error {
    let words = UNAUTHENTICATED.with("Access token không dùng được.", "The access token cannot be used.");
    words.caused_by(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const ISSUER: &str = "https://api.example";

    fn keys() -> KeyRing {
        KeyRing::from_pem(&KeyRing::generate_pem()).unwrap()
    }

    fn claims() -> Value {
        json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": Uuid::from_u128(1), "iat": 1000, "nbf": 1000, "exp": 1600,
            "jti": Uuid::from_u128(2), "client_id": "app", "scope": "", "sid": Uuid::from_u128(3), "kind": "staff",
            "roles": ["leader"], "agency": Uuid::from_u128(4),
        })
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_token_says_who_calls_for_as_long_as_it_is_good() {
        let (keys, tokens) = (keys(), Tokens::default());
        let token = keys.sign(TYP, &claims());
        let agency = AgencyId(Uuid::from_u128(4));
        let actor = Actor::staff(StaffId(Uuid::from_u128(1)), agency, vec![Role::Leader]);
        let verify = |seconds| tokens.identify(&keys, ISSUER, &token, at(seconds));
        assert!(verify(969).is_err(), "before nbf");
        assert_eq!(verify(970).unwrap().actor, actor);
        assert_eq!(verify(1599).unwrap().session, SessionId(Uuid::from_u128(3)));
        assert!(verify(1600).is_err(), "remembered, and expired all the same");
    }

    #[test]
    fn what_is_not_ours_or_not_for_us_is_refused() {
        let keys = keys();
        let refuses = |token: &str| Tokens::default().verify(&keys, ISSUER, token, at(1000)).is_err();
        let with = |name: &str, value: Value| {
            let mut claims = claims();
            claims[name] = value;
            keys.sign(TYP, &claims)
        };
        assert!(!refuses(&with("jti", json!(Uuid::from_u128(9)))));
        assert!(refuses(&with("iss", json!("https://other.example"))));
        assert!(refuses(&with("aud", json!("other"))));
        assert!(refuses(&with("agency", Value::Null)));
        assert!(refuses(&with("roles", json!(["emperor"]))));
        assert!(refuses(&keys.sign("JWT", &claims())), "another type of token");
        assert!(refuses(&self::keys().sign(TYP, &claims())), "another signer");
        assert!(refuses("") && refuses("a.b.c"));
    }

    #[test]
    fn a_worker_remembers_only_so_many_tokens_and_keeps_those_in_use() {
        let (keys, mut memory) = (keys(), Memory::default());
        let identity = read(&keys, ISSUER, &keys.sign(TYP, &claims())).unwrap();
        let hash = |n: usize| {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&n.to_be_bytes());
            hash
        };
        memory.keep(hash(0), identity.clone());
        for n in 1..3 * REMEMBERED {
            memory.keep(hash(n), identity.clone());
            assert!(memory.recall(&hash(0)).is_some());
            assert!(memory.young.len() + memory.old.len() <= REMEMBERED);
        }
        assert!(memory.recall(&hash(1)).is_none());
    }
}
