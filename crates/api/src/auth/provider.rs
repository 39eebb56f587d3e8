//! The identity provider that vouches for citizens, as its client: OpenID Connect, authorization code with PKCE.

use std::fmt::Display;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use directory::authorization::HandOver;
use directory::citizen::Identity;
use jsonwebtoken::jwk::JwkSet;
use kernel::text::has_control;
use reqwest::{Client, Url};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::form::Params;
use super::id_token::{self, Expected};
use super::{http, pkce};
use crate::settings::{Oidc, Settings};

/// Why nobody can be identified now.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    #[error("{0}")]
    Refused(String),
    /// An answer that may come from another provider (RFC 9207): it is not followed up.
    #[error("the answer names another issuer, or none")]
    MixedUp,
}

/// What the provider answered by way of the browser.
pub enum Answer {
    Code(String),
    /// The citizen, or the provider, would not.
    Declined,
}

/// The provider.
pub struct Provider {
    settings: Oidc,
    callback: String,
    client: Client,
    known: Mutex<Option<Known>>,
}

/// What the provider has published, as we last read it.
#[derive(Clone)]
struct Known {
    metadata: Metadata,
    keys: JwkSet,
    read_at: Instant,
}

/// How long that is believed.
const BELIEVED: Duration = Duration::from_secs(3600);
/// An unknown key makes us read it again, but not more often than this.
const PATIENCE: Duration = Duration::from_secs(60);

/// OpenID Connect Discovery 1.0 §3, as much as we use.
#[derive(Clone, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    id_token_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: String,
}

/// What the provider tells of a person: in the ID token or, more often, when asked (OpenID Connect Core §5.3, §5.4).
#[derive(Clone, Deserialize)]
pub struct Person {
    pub sub: String,
    pub name: Option<String>,
    /// Số định danh cá nhân. VNeID publishes no claim names; this is the one to agree on with it.
    pub identity_number: Option<String>,
}

/// Where to send a citizen, all but the `state`.
pub struct Address(Url);

impl Address {
    pub fn with_state(mut self, state: &str) -> String {
        self.0.query_pairs_mut().append_pair("state", state);
        self.0.into()
    }
}

/// Where the provider sends citizens back to.
pub fn callback(settings: &Settings) -> String {
    format!("{}/oauth/callback", settings.public_url)
}

impl Provider {
    /// The provider of these settings; nobody is called yet.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn new(oidc: &Oidc, settings: &Settings) -> Result<Self, String> {
        Ok(Self {
            settings: oidc.clone(),
            callback: callback(settings),
            client: http::client(&oidc.issuer, settings.demo)?,
            known: Mutex::new(None),
        })
    }

    /// Where a citizen signs in at the provider.
    pub async fn authorization_address(&self, hand_over: &HandOver) -> Result<Address, Unavailable> {
        let address = self.known(BELIEVED).await?.metadata.authorization_endpoint;
        let mut address: Url =
            address.parse().map_err(|_| Unavailable::Refused("it names no page to sign in".to_owned()))?;
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.callback)
            .append_pair("scope", "openid profile")
            .append_pair("nonce", &hand_over.nonce)
            .append_pair("code_challenge", &pkce::challenge(&hand_over.verifier))
            .append_pair("code_challenge_method", "S256");
        Ok(Address(address))
    }

    /// Reads what the provider sent along with the citizen.
    pub async fn read_answer(&self, params: &Params) -> Result<Answer, Unavailable> {
        let metadata = self.known(BELIEVED).await?.metadata;
        match params.get("iss") {
            Some(issuer) if issuer != metadata.issuer => return Err(Unavailable::MixedUp),
            None if metadata.authorization_response_iss_parameter_supported => return Err(Unavailable::MixedUp),
            _ => {}
        }
        match (params.get("code"), params.get("error")) {
            (Some(code), None) => Ok(Answer::Code(code.to_owned())),
            (_, Some("access_denied" | "login_required" | "interaction_required" | "consent_required")) => {
                Ok(Answer::Declined)
            }
            // Its words could be anything, and are the provider's own to log.
            _ => Err(Unavailable::Refused("it sends the citizen back with an error".to_owned())),
        }
    }

    /// Exchanges the code and believes what the provider signed for us, for this hand-over, at `now`.
    pub async fn identify(
        &self,
        code: &str,
        hand_over: &HandOver,
        now: DateTime<Utc>,
    ) -> Result<Identity, Unavailable> {
        let known = self.known(BELIEVED).await?;
        let tokens = self.exchange(&known.metadata, code, &hand_over.verifier).await?;
        let keys = match id_token::key_is_in(&known.keys, &tokens.id_token) {
            true => known.keys,
            false => self.known(PATIENCE).await?.keys,
        };
        let expected = Expected {
            issuer: &known.metadata.issuer,
            client_id: &self.settings.client_id,
            nonce: &hand_over.nonce,
            algorithms: &known.metadata.id_token_signing_alg_values_supported,
        };
        let mut person = id_token::verify(&keys, &tokens.id_token, &expected, now).map_err(Unavailable::Refused)?;
        if let (None, Some(endpoint)) = (&person.name, known.metadata.userinfo_endpoint) {
            let told: Person = http::fetch(self.client.get(endpoint).bearer_auth(tokens.access_token)).await?;
            if told.sub != person.sub {
                return Err(Unavailable::Refused("it tells of another person than it signed for".to_owned()));
            }
            person = told;
        }
        self.identity(person)
    }

    async fn exchange(&self, metadata: &Metadata, code: &str, verifier: &str) -> Result<Tokens, Unavailable> {
        let Oidc { client_id, client_secret, .. } = &self.settings;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.callback),
            ("code_verifier", verifier),
        ];
        let methods = &metadata.token_endpoint_auth_methods_supported;
        let request = self.client.post(&metadata.token_endpoint);
        // OpenID Connect Discovery §3: `client_secret_basic` is what a provider takes that does not say.
        let request = if methods.is_empty() || methods.iter().any(|method| method == "client_secret_basic") {
            request.basic_auth(form_encoded(client_id), Some(form_encoded(client_secret)))
        } else {
            form.extend([("client_id", client_id.as_str()), ("client_secret", client_secret)]);
            request
        };
        http::fetch(request.form(&form)).await
    }

    fn identity(&self, person: Person) -> Result<Identity, Unavailable> {
        let Person { sub, name, identity_number } = person;
        let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| Unavailable::Refused("it does not tell the citizen's name".to_owned()))?;
        let texts = [Some(&sub), Some(&name), identity_number.as_ref()];
        if texts.into_iter().flatten().any(|text| has_control(text) || text.chars().count() > 200) {
            return Err(Unavailable::Refused("what it tells of the citizen is no plain text".to_owned()));
        }
        Ok(Identity { issuer: self.settings.issuer.clone(), subject: sub, name, identity_number })
    }

    /// What the provider has published, read within the last `age`.
    async fn known(&self, age: Duration) -> Result<Known, Unavailable> {
        let mut slot = self.known.lock().await;
        if let Some(known) = slot.as_ref().filter(|known| known.read_at.elapsed() < age) {
            return Ok(known.clone());
        }
        let issuer = &self.settings.issuer;
        let metadata: Metadata =
            http::fetch(self.client.get(format!("{issuer}/.well-known/openid-configuration"))).await?;
        // Discovery §4.3: who answers must be who we asked.
        if metadata.issuer.trim_end_matches('/') != issuer {
            return Err(Unavailable::Refused("its metadata names another issuer".to_owned()));
        }
        let keys = http::fetch(self.client.get(&metadata.jwks_uri)).await?;
        Ok(slot.insert(Known { metadata, keys, read_at: Instant::now() }).clone())
    }

    /// How an application is told; `None` when it must not be told, as the answer may be forged.
    pub fn oauth_error(error: &Unavailable) -> Option<&'static str> {
        match error {
            Unavailable::Unreachable(_) => Some("temporarily_unavailable"),
            Unavailable::Refused(_) => Some("server_error"),
            Unavailable::MixedUp => None,
        }
    }
}

/// RFC 6749 §2.3.1: id and secret are form-encoded before they go into the header.
fn form_encoded(text: &str) -> impl Display {
    let mut url = Url::parse("x:").expect("a URL");
    url.query_pairs_mut().append_key_only(text);
    url.query().unwrap_or_default().to_owned()
}
