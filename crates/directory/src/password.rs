//! Passwords: argon2id, off the async threads, and never more than a few at a time.

use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use kernel::Result;
use kernel::problem::{BUSY, INTERNAL};
use tokio::sync::{Semaphore, SemaphorePermit};
use unicode_normalization::UnicodeNormalization;

/// Each computation takes 19 MiB and some 20 ms of a core: a flood of sign-ins must leave both to the others.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// A sign-in waits this long for its turn, then is told to come back.
const WAIT: Duration = Duration::from_secs(5);

/// The hash of no password, which lets nobody in, with the same cost as all others: who has no account costs as much time as who has one.
pub(crate) const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$wnxP+4UoJT2V8ZEvgwlmuw$hq3WsWRVvV58+xA2Pb7NaacL/3nRItWmTTJDl0Y7/cM";

/// What OWASP recommends: argon2id, m = 19 MiB, t = 2, p = 1.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("parameters within argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The same password typed on another keyboard can be other bytes (RFC 8265 §4.2.2): NFC makes them equal.
fn bytes(password: &str) -> Vec<u8> {
    password.nfc().collect::<String>().into_bytes()
}

/// The hash to store for a password, as a PHC string with its own salt.
///
/// # Errors
/// [`BUSY`] when too many wait for their turn.
pub async fn hash(password: String) -> Result<String> {
    let permit = turn().await?;
    let hashed = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        argon2().hash_password(&bytes(&password)).map(|hash| hash.to_string())
    });
    hashed.await.map_err(|error| INTERNAL.because(error))?.map_err(|error| INTERNAL.because(error))
}

/// Whether `password` is the one hashed as `stored`. Without a stored hash it is not, after the same work.
///
/// # Errors
/// [`BUSY`] when too many wait for their turn.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool> {
    let permit = turn().await?;
    let matches = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let known = stored.is_some();
        let right = PasswordHash::new(stored.as_deref().unwrap_or(NOBODY))
            .is_ok_and(|hash| argon2().verify_password(&bytes(&password), &hash).is_ok());
        known && right
    });
    matches.await.map_err(|error| INTERNAL.because(error))
}

async fn turn() -> Result<SemaphorePermit<'static>> {
    match tokio::time::timeout(WAIT, AT_ONCE.acquire()).await {
        Ok(permit) => permit.map_err(|error| INTERNAL.because(error)),
        Err(_) => Err(BUSY.because("too many passwords to check").retry_after(5)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_opens() {
        let stored = hash("đúng mật khẩu".into()).await.unwrap();
        assert!(verify("đúng mật khẩu".into(), Some(stored.clone())).await.unwrap());
        assert!(verify("đúng mật khẩu".nfd().collect(), Some(stored.clone())).await.unwrap());
        assert!(!verify("sai mật khẩu".into(), Some(stored)).await.unwrap());
        assert!(!verify("đúng mật khẩu".into(), Some("not a hash".into())).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_a_password_but_costs_the_same() {
        assert!(!verify("caunoi-demo".into(), None).await.unwrap());
        let fresh = hash("x".into()).await.unwrap();
        let cost = |hash: &str| PasswordHash::new(hash).unwrap().params.to_string();
        assert_eq!(cost(NOBODY), cost(&fresh));
        assert_eq!(cost(&fresh), "m=19456,t=2,p=1");
    }
}
