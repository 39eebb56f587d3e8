//! Signatures that others can check: access tokens, checkpoints (JWS, ES256) with keys that rotate.
//!
//! The first key signs, all verify. To rotate: add the new key at the end and wait until verifiers have it, then move it to
//! the front. The old one stays at the end: receipts signed by it are checked for years. One that somebody else may know
//! is taken away.

use std::collections::BTreeMap;

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The keys of an installation.
#[derive(Clone)]
pub struct KeyRing {
    signer: EncodingKey,
    kid: String,
    public: PublicKeys,
    jwks: JwkSet,
}

/// Keys that check and cannot sign.
#[derive(Clone)]
pub struct PublicKeys(BTreeMap<String, DecodingKey>);

/// A signature that cannot be believed.
#[derive(Debug, thiserror::Error)]
pub enum BadSignature {
    #[error("it is signed with a key that is not ours")]
    UnknownKey,
    #[error("it is of type {0:?}, not {1:?}")]
    WrongType(Option<String>, &'static str),
    #[error("{0}")]
    Invalid(#[from] jsonwebtoken::errors::Error),
}

impl KeyRing {
    /// From one or more PEM blocks, each an EC P-256 private key in PKCS#8.
    ///
    /// # Errors
    /// A sentence that says what is wrong with them.
    pub fn from_pem(pem: &str) -> Result<Self, String> {
        let mut keys = Vec::new();
        for block in pem.split_inclusive("-----END PRIVATE KEY-----").filter(|block| block.contains("BEGIN")) {
            keys.push(key(block).map_err(|error| {
                format!("a signing key cannot be used ({error}): each must be an EC P-256 private key in PKCS#8 PEM")
            })?);
        }
        let (signer, first) =
            keys.first().cloned().ok_or("there is no private key (PEM, PKCS#8) among the signing keys")?;
        let kid = kid(&first);
        let jwks = JwkSet { keys: keys.into_iter().map(|(_, jwk)| jwk).collect() };
        let public = PublicKeys::new(&jwks).map_err(|error| error.to_string())?;
        Ok(Self { signer, kid, public, jwks })
    }

    /// A new private key as PEM.
    pub fn generate_pem() -> String {
        use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
        use base64::Engine;
        let der = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .and_then(|pair| pair.to_pkcs8v1())
            .expect("the operating system gives random bytes");
        let text = base64::engine::general_purpose::STANDARD.encode(der.as_ref());
        let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
    }

    /// What checks signatures of ours.
    pub fn public(&self) -> &PublicKeys {
        &self.public
    }

    /// The claims of a JWS that one of our keys signed as `typ`: see [`PublicKeys::verify`].
    ///
    /// # Errors
    /// [`BadSignature`] when it is not ours, of another type, or changed.
    pub fn verify<T: DeserializeOwned + Clone>(&self, typ: &'static str, token: &str) -> Result<T, BadSignature> {
        self.public.verify(typ, token)
    }

    /// The public keys, for everybody.
    pub fn jwks(&self) -> &JwkSet {
        &self.jwks
    }

    /// Signs `claims` as a compact JWS of type `typ`.
    pub fn sign(&self, typ: &'static str, claims: &impl Serialize) -> String {
        let header = Header { typ: Some(typ.to_owned()), kid: Some(self.kid.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.signer).expect("plain data signed with a checked key")
    }
}

impl PublicKeys {
    /// From a JWK set as it is published (RFC 7517).
    ///
    /// # Errors
    /// What is wrong with the text or a key.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let jwks: JwkSet = serde_json::from_str(text).map_err(|error| error.to_string())?;
        Self::new(&jwks).map_err(|error| error.to_string())
    }

    fn new(jwks: &JwkSet) -> Result<Self, jsonwebtoken::errors::Error> {
        let keys = jwks.keys.iter().map(|jwk| Ok((kid(jwk), DecodingKey::from_jwk(jwk)?)));
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// The claims of a JWS, whoever signed it: for what comes from our own database.
    pub fn unverified<T: DeserializeOwned>(token: &str) -> Option<T> {
        use base64::Engine;
        let claims = token.split('.').nth(1)?;
        let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// The claims of a JWS that one of the keys signed as `typ`. Times and audiences are the caller's to check.
    ///
    /// # Errors
    /// [`BadSignature`] when it is not ours, of another type, or changed.
    pub fn verify<T: DeserializeOwned + Clone>(&self, typ: &'static str, token: &str) -> Result<T, BadSignature> {
        let header = jsonwebtoken::decode_header(token)?;
        if header.typ.as_deref() != Some(typ) {
            return Err(BadSignature::WrongType(header.typ, typ));
        }
        // RFC 7515 §4.1.11: an extension we do not know and must understand means that we must refuse.
        if header.crit.is_some() {
            return Err(BadSignature::WrongType(Some("crit".to_owned()), typ));
        }
        let key = header.kid.as_ref().and_then(|kid| self.0.get(kid)).ok_or(BadSignature::UnknownKey)?;
        let mut rules = Validation::new(Algorithm::ES256);
        rules.validate_exp = false;
        rules.validate_aud = false;
        rules.required_spec_claims.clear();
        Ok(jsonwebtoken::decode(token, key, &rules)?.claims)
    }
}

fn key(pem: &str) -> Result<(EncodingKey, Jwk), jsonwebtoken::errors::Error> {
    let signer = EncodingKey::from_ec_pem(pem.as_bytes())?;
    let mut jwk = Jwk::from_encoding_key(&signer, Algorithm::ES256)?;
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    jwk.common.key_id = Some(jwk.thumbprint(ThumbprintHash::SHA256)?);
    Ok((signer, jwk))
}

fn kid(jwk: &Jwk) -> String {
    jwk.common.key_id.clone().unwrap_or_default()
}
