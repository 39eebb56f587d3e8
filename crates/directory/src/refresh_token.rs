//! The form of refresh tokens: the session they belong to, and 256 bits that nobody can guess.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::clock::random;
use kernel::secret::{SecretKey, sha256};
use uuid::Uuid;

use crate::SessionId;

/// A refresh token. In it the session, so that any older token of a session is known for what it is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    pub session: SessionId,
    /// The application it was given to: nobody else may use it (RFC 6749 §10.4).
    pub client: String,
    secret: [u8; 32],
}

impl RefreshToken {
    /// The first of a session.
    pub fn first(session: SessionId, client: &str) -> Self {
        Self { session, client: client.to_owned(), secret: random() }
    }

    /// The one that replaces this. Always the same one: an application that lost our reply, or asked twice at once,
    /// is given again what it missed. Only we can tell it from this one.
    pub fn next(&self, key: &SecretKey) -> Self {
        Self { secret: key.derive(&format!("refresh token after {}", self.text())), ..self.clone() }
    }

    /// What is stored.
    pub fn hash(&self) -> Vec<u8> {
        sha256(&[b"refresh token", self.session.0.as_bytes(), &self.secret, self.client.as_bytes()]).to_vec()
    }

    /// What the application gets: base64url, to be kept and sent back as it is.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode([&self.session.0.as_bytes()[..], &self.secret, self.client.as_bytes()].concat())
    }

    /// Reads what an application sends.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (session, rest) = bytes.split_at_checked(16)?;
        let (secret, client) = rest.split_first_chunk()?;
        let client = String::from_utf8(client.to_vec()).ok()?;
        Some(Self { session: SessionId(Uuid::from_slice(session).ok()?), client, secret: *secret })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> RefreshToken {
        RefreshToken::first(SessionId(Uuid::from_u128(7)), "app")
    }

    #[test]
    fn a_token_survives_the_wire_and_nothing_else_parses() {
        let token = token();
        assert!(RefreshToken::parse(&token.text()).unwrap() == token);
        for junk in ["", "x", "not base64!", &token.text()[..63], &format!("{}=", token.text())] {
            assert!(RefreshToken::parse(junk).is_none(), "{junk}");
        }
    }

    #[test]
    fn the_next_token_is_always_the_same_and_only_ours_to_know() {
        let (ours, theirs) = (SecretKey::new(&[1; 32]), SecretKey::new(&[2; 32]));
        let token = token();
        assert!(token.next(&ours) == token.next(&ours));
        assert!(token.next(&ours) != token.next(&theirs));
        assert!(token.next(&ours) != token && token.next(&ours).hash() != token.hash());
    }

    #[test]
    fn a_token_of_another_application_is_another_token() {
        let stolen = RefreshToken { client: "other".to_owned(), ..token() };
        assert!(stolen.hash() != RefreshToken { client: "app".to_owned(), ..stolen.clone() }.hash());
    }
}
