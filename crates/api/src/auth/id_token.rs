//! ID tokens (OpenID Connect Core 1.0 §3.1.3.7).

use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use super::provider::Person;

/// What a token must be to be believed.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// The algorithms that the provider says it signs with; of these we take ES256 and RS256.
    pub algorithms: &'a [String],
}

/// How far the provider's clock may be off.
const LEEWAY_SECONDS: i64 = 60;

#[derive(Clone, Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: String,
    #[serde(flatten)]
    person: Person,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Whether the key that a token says it is signed with is among these.
pub fn key_is_in(keys: &JwkSet, token: &str) -> bool {
    jsonwebtoken::decode_header(token).is_ok_and(|header| find(keys, header.kid.as_deref()).is_some())
}

/// Whom the token tells of.
///
/// # Errors
/// What is wrong with it, for the log.
pub fn verify(keys: &JwkSet, token: &str, expected: &Expected, now: DateTime<Utc>) -> Result<Person, String> {
    let header = jsonwebtoken::decode_header(token).map_err(|error| format!("its ID token cannot be read: {error}"))?;
    let published = expected.algorithms.iter().any(|name| name.parse() == Ok(header.alg));
    if !published || !matches!(header.alg, Algorithm::ES256 | Algorithm::RS256) || header.crit.is_some() {
        return Err(format!("its ID token is signed with {:?}", header.alg));
    }
    let key = find(keys, header.kid.as_deref()).ok_or("its ID token is signed with a key that it does not publish")?;
    let key = DecodingKey::from_jwk(key).map_err(|error| format!("its key cannot be used: {error}"))?;
    // The algorithm and the key's type must fit too: jsonwebtoken refuses others. Times are held against our clock.
    let mut rules = Validation::new(header.alg);
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let claims =
        jsonwebtoken::decode::<Claims>(token, &key, &rules).map_err(|error| format!("its ID token: {error}"))?.claims;
    match wrong(&claims, expected, now.timestamp()) {
        None => Ok(claims.person),
        Some(claim) => Err(format!("its ID token has a wrong {claim}")),
    }
}

fn wrong(claims: &Claims, expected: &Expected, now: i64) -> Option<&'static str> {
    let for_us = match &claims.aud {
        Audience::One(audience) => audience == expected.client_id,
        // For several audiences it must say which of them asked.
        Audience::Many(all) if all.len() > 1 && claims.azp.is_none() => false,
        Audience::Many(all) => all.iter().any(|audience| audience == expected.client_id),
    };
    if claims.iss != expected.issuer {
        Some("iss")
    } else if !for_us || claims.azp.as_ref().is_some_and(|party| party != expected.client_id) {
        Some("aud")
    } else if claims.exp + LEEWAY_SECONDS <= now {
        Some("exp")
    } else if claims.iat - LEEWAY_SECONDS > now {
        Some("iat")
    } else if claims.nonce != expected.nonce {
        Some("nonce")
    } else if claims.person.sub.is_empty() {
        Some("sub")
    } else {
        None
    }
}

/// The key with this id; a provider with a single key need not name it.
fn find<'a>(keys: &'a JwkSet, kid: Option<&str>) -> Option<&'a Jwk> {
    let mut signing = keys.keys.iter().filter(|key| key.common.public_key_use != Some(PublicKeyUse::Encryption));
    match kid {
        Some(kid) => signing.find(|key| key.common.key_id.as_deref() == Some(kid)),
        None => signing.next().filter(|_| keys.keys.len() == 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::{EncodingKey, Header};
    use kernel::signing::KeyRing;
    use serde_json::{Value, json};

    fn keys() -> KeyRing {
        KeyRing::from_pem(&KeyRing::generate_pem()).unwrap()
    }

    fn claims() -> Value {
        json!({ "iss": "https://id.example", "aud": "us", "sub": "p1", "iat": 1000, "exp": 1300, "nonce": "n", "name": "An" })
    }

    fn check(keys: &JwkSet, token: &str) -> Result<Person, String> {
        let algorithms = ["ES256".to_owned(), "HS256".to_owned()];
        let expected = Expected { issuer: "https://id.example", client_id: "us", nonce: "n", algorithms: &algorithms };
        verify(keys, token, &expected, DateTime::from_timestamp(1000, 0).unwrap())
    }

    #[test]
    fn what_the_provider_signed_for_us_is_believed() {
        let keys = keys();
        let person = check(keys.jwks(), &keys.sign("JWT", &claims())).unwrap();
        assert_eq!((person.sub.as_str(), person.name.as_deref()), ("p1", Some("An")));
        let mut two = claims();
        (two["aud"], two["azp"]) = (json!(["us", "them"]), json!("us"));
        assert!(check(keys.jwks(), &keys.sign("JWT", &two)).is_ok());
    }

    #[test]
    fn a_wrong_claim_is_refused_and_named() {
        let keys = keys();
        for (claim, value) in [
            ("iss", json!("https://other.example")),
            ("aud", json!("them")),
            ("aud", json!(["us", "them"])),
            ("exp", json!(940)),
            ("iat", json!(1061)),
            ("nonce", json!("other")),
            ("sub", json!("")),
        ] {
            let mut claims = claims();
            claims[claim] = value;
            let refused = check(keys.jwks(), &keys.sign("JWT", &claims)).err();
            assert_eq!(refused, Some(format!("its ID token has a wrong {claim}")));
        }
    }

    #[test]
    fn a_signature_is_only_good_from_a_published_key_with_a_proper_algorithm() {
        let (keys, other) = (keys(), keys());
        assert!(check(keys.jwks(), &other.sign("JWT", &claims())).is_err(), "another's key");
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        assert!(
            check(keys.jwks(), &format!("{}.{}.", part(json!({ "alg": "none" })), part(claims()))).is_err(),
            "no signature"
        );
        let public = serde_json::to_vec(&keys.jwks().keys[0]).unwrap();
        let header = Header { kid: keys.jwks().keys[0].common.key_id.clone(), ..Header::new(Algorithm::HS256) };
        let forged = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(&public)).unwrap();
        assert!(check(keys.jwks(), &forged).is_err(), "the public key as a shared secret");
    }
}
