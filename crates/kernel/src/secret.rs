//! One secret key, and the keys derived from it for each purpose (HKDF-SHA256); sealing with AES-256-GCM.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{digest, hkdf, hmac};

use crate::clock::random;

/// The installation's secret key. Everything that must be secret here and the same on all replicas comes from it.
#[derive(Clone)]
pub struct SecretKey(std::sync::Arc<hkdf::Prk>);

impl SecretKey {
    /// From 32 bytes that nobody can guess.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(std::sync::Arc::new(hkdf::Salt::new(hkdf::HKDF_SHA256, b"caunoi").extract(bytes)))
    }

    /// The key for one purpose.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        expand(&self.0, purpose.as_bytes())
    }

    /// An HMAC-SHA256 key for one purpose.
    pub fn hmac(&self, purpose: &str) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.derive(purpose))
    }
}

fn expand(key: &hkdf::Prk, purpose: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    key.expand(&[purpose], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut out))
        .expect("32 bytes are within HKDF-SHA256's limit");
    out
}

/// SHA-256 over parts, each preceded by its length so that no two lists of parts are the same bytes.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in parts {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(hash.finish().as_ref());
    out
}

/// Seals `text` so that only the holder of `key` can read it, and only for the same `about`.
pub fn seal(key: &[u8; 32], about: &[u8], text: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE_LEN] = random();
    let mut sealed = Vec::with_capacity(NONCE_LEN + text.len() + AES_256_GCM.tag_len());
    sealed.extend_from_slice(&nonce);
    let mut body = text.to_vec();
    aead(key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(about), &mut body)
        .expect("AES-GCM seals any text of this size");
    sealed.append(&mut body);
    sealed
}

/// Opens what [`seal`] closed; `None` when the key or `about` is another, or a bit has changed.
pub fn open(key: &[u8; 32], about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
    let mut body = body.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let text = aead(key).open_in_place(nonce, Aad::from(about), &mut body).ok()?.len();
    body.truncate(text);
    Some(body)
}

fn aead(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("a key of 32 bytes"))
}
