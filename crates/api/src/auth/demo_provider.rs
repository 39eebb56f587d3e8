//! An identity provider inside this program that plays VNeID, in demo mode only: OpenID Connect, authorization code
//! with PKCE, two citizens. We are its client like that of any other, over HTTP.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{ServiceConfig, get, post, resource};
use chrono::{DateTime, TimeDelta, Utc};
use directory::authorization::handle;
use directory::demo::{CITIZENS, DemoCitizen};
use kernel::signing::KeyRing;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::form::{Pairs, Params};
use super::{demo_page, pkce};
use crate::call::Call;
use crate::problem::{Result, UNKNOWN_ROUTE};
use crate::settings::{Oidc, Settings};

/// Where it is found.
pub const PATH: &str = "/demo/vneid";
/// The type of its access tokens: nothing but its own user information takes them.
const ACCESS: &str = "demo-access+jwt";

/// The provider's state.
pub struct DemoProvider {
    pub(super) issuer: String,
    pub(super) client: Oidc,
    keys: KeyRing,
    codes: Mutex<HashMap<String, Code>>,
}

/// A code on its way to the client.
struct Code {
    subject: &'static str,
    nonce: String,
    challenge: String,
    good_until: DateTime<Utc>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Access {
    sub: String,
    exp: i64,
}

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(resource("/.well-known/openid-configuration").route(get().to(metadata)))
        .service(resource("/authorize").route(get().to(demo_page::ask)).route(post().to(demo_page::answer)))
        .service(resource("/token").route(post().to(exchange)))
        .service(resource("/userinfo").route(get().to(person)))
        .service(resource("/jwks").route(get().to(keys)));
}

impl DemoProvider {
    /// The provider, where these settings are of a demo and name no other.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn new(settings: &Settings) -> std::result::Result<Option<Self>, String> {
        let issuer = format!("{}{PATH}", settings.public_url);
        let Some(client) = settings.oidc.clone().filter(|oidc| settings.demo && oidc.issuer == issuer) else {
            return Ok(None);
        };
        let keys = KeyRing::from_pem(&KeyRing::generate_pem())?;
        Ok(Some(Self { issuer, client, keys, codes: Mutex::default() }))
    }

    /// A code for a citizen who has signed in.
    pub(super) fn grant(
        &self,
        citizen: &'static DemoCitizen,
        nonce: &str,
        challenge: &str,
        now: DateTime<Utc>,
    ) -> String {
        let code = handle();
        let granted = Code {
            subject: citizen.subject,
            nonce: nonce.to_owned(),
            challenge: challenge.to_owned(),
            good_until: now + TimeDelta::minutes(1),
        };
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|_, code| code.good_until > now);
        codes.insert(code.clone(), granted);
        code
    }

    fn redeem(&self, code: &str, now: DateTime<Utc>) -> Option<Code> {
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        codes.remove(code).filter(|code| code.good_until > now)
    }

    fn tokens(&self, call: &Call, params: &Params, authorization: Option<&str>) -> Option<Value> {
        let now = call.ctx.now;
        let Oidc { client_id, client_secret, .. } = &self.client;
        let asked_well = authorization == Some(&basic(client_id, client_secret))
            && params.get("grant_type") == Some("authorization_code")
            && params.get("redirect_uri") == Some(&super::provider::callback(&call.app.settings));
        let code = params.get("code").filter(|_| asked_well).and_then(|code| self.redeem(code, now))?;
        pkce::fits(params.get("code_verifier")?, &code.challenge).then_some(())?;
        let (issued, expires) = (now.timestamp(), (now + TimeDelta::minutes(5)).timestamp());
        let id_token = json!({
            "iss": self.issuer, "aud": client_id, "sub": code.subject, "iat": issued, "exp": expires, "nonce": code.nonce,
        });
        let access = Access { sub: code.subject.to_owned(), exp: expires };
        Some(json!({
            "token_type": "Bearer", "expires_in": expires - issued,
            "id_token": self.keys.sign("JWT", &id_token), "access_token": self.keys.sign(ACCESS, &access),
        }))
    }
}

/// The provider of this server.
pub(super) fn here(call: &Call) -> Result<&DemoProvider> {
    Ok(call.app.auth.demo.as_ref().ok_or_else(|| UNKNOWN_ROUTE.error())?)
}

async fn metadata(call: Call) -> Result<HttpResponse> {
    let issuer = &here(&call)?.issuer;
    Ok(HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile"],
        "authorization_response_iss_parameter_supported": true,
    })))
}

async fn keys(call: Call) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(here(&call)?.keys.jwks()))
}

async fn exchange(call: Call, request: actix_web::HttpRequest, pairs: Pairs) -> Result<HttpResponse> {
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let params = Params::of(pairs.into_inner()).ok();
    let tokens = match &params {
        Some(params) => here(&call)?.tokens(&call, params, authorization),
        None => None,
    };
    Ok(match tokens {
        Some(tokens) => HttpResponse::Ok().json(tokens),
        None => HttpResponse::BadRequest().json(json!({ "error": "invalid_grant" })),
    })
}

/// What a client with an access token may know of a citizen.
async fn person(call: Call, request: actix_web::HttpRequest) -> Result<HttpResponse> {
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = authorization.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let access = here(&call)?.keys.verify::<Access>(ACCESS, token);
    let access = access.ok().filter(|access| access.exp > call.ctx.now.timestamp());
    let known = access.and_then(|access| CITIZENS.iter().find(|citizen| citizen.subject == access.sub));
    Ok(match known {
        Some(DemoCitizen { subject, name, identity_number, .. }) => {
            HttpResponse::Ok().json(json!({ "sub": subject, "name": name, "identity_number": identity_number }))
        }
        None => HttpResponse::Unauthorized()
            .insert_header((header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""))
            .finish(),
    })
}

fn basic(id: &str, secret: &str) -> String {
    use base64::Engine;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}")))
}
