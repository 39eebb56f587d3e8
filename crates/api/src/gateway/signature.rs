//! Messages between us and the gateway, signed as Standard Webhooks has it: HMAC-SHA256 over id, moment and body.

use actix_web::HttpRequest;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::Clock;
use kernel::clock::random;
use serde::de::DeserializeOwned;

pub const ID: &str = "webhook-id";
pub const TIMESTAMP: &str = "webhook-timestamp";
pub const SIGNATURE: &str = "webhook-signature";

/// The headers of a signed message.
pub struct Signed {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
}

/// Signs a message.
pub fn sign(secret: &[u8], body: &[u8]) -> Signed {
    let id = format!("msg_{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random::<18>()));
    let timestamp = Clock::default().now().timestamp().to_string();
    let tag = hmac::sign(&key(secret), &content(&id, &timestamp, body));
    Signed { id, timestamp, signature: format!("v1,{}", STANDARD.encode(tag.as_ref())) }
}

/// Whether one of the signatures was made with the secret. How old it is does not matter here: what is told twice counts once.
pub fn fits(secret: &[u8], id: &str, timestamp: &str, signatures: &str, body: &[u8]) -> bool {
    let (key, content) = (key(secret), content(id, timestamp, body));
    let made = |signature: &str| {
        let tag = signature.strip_prefix("v1,").and_then(|tag| STANDARD.decode(tag).ok());
        tag.is_some_and(|tag| hmac::verify(&key, &content, &tag).is_ok())
    };
    signatures.split(' ').any(made)
}

/// A message, if it is signed with the secret.
pub fn message<T: DeserializeOwned>(secret: &[u8], request: &HttpRequest, body: &[u8]) -> Option<T> {
    let header = |name: &str| request.headers().get(name)?.to_str().ok();
    let (id, at, tag) = (header(ID)?, header(TIMESTAMP)?, header(SIGNATURE)?);
    fits(secret, id, at, tag, body).then(|| serde_json::from_slice(body).ok())?
}

/// The bytes of a secret as it is written: `whsec_` and base64.
pub fn secret(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text.strip_prefix("whsec_")?).ok()?;
    (24..=64).contains(&bytes.len()).then_some(bytes)
}

/// A secret of the demo, made anew at each start.
pub fn fresh_secret() -> String {
    format!("whsec_{}", STANDARD.encode(random::<32>()))
}

fn key(secret: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret)
}

fn content(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let secret = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let body = br#"{"test": 2432232314}"#;
        let (id, at) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330");
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert!(fits(&secret, id, at, signature, body));
        assert!(fits(&secret, id, at, &format!("v1,AAAA v1a,BBBB {signature}"), body));
        assert!(!fits(&secret, id, "1614265331", signature, body));
        assert!(!fits(&secret, id, at, signature, b"{}"));
    }
}
