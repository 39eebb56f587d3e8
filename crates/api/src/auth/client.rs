//! Registered applications and what they may ask for. All are public: they have no secret and must use PKCE.

use directory::authorization::Request;
use kernel::id::AgencyId;
use reqwest::Url;
use uuid::Uuid;

use super::form::Params;
use super::pkce;
use crate::settings::Settings;

/// A request that cannot be granted.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// We do not know whom to send back, or where to: the person is told, the application is not (RFC 6749 §4.1.2.1).
    Here(&'static str),
    /// The application is told, with an error code of OAuth 2.0.
    There(Box<Request>, &'static str),
}

/// The longest `state` that we carry for an application.
const STATE_LIMIT: usize = 2048;

/// What the application asks for, held against the registration.
pub fn request(settings: &Settings, params: &Params) -> Result<Request, Refusal> {
    let (Some(client_id), Some(redirect_uri)) = (params.get("client_id"), params.get("redirect_uri")) else {
        return Err(Refusal::Here("client_id, redirect_uri"));
    };
    // Simple string comparison, as RFC 9700 §2.1 demands: no prefix, no pattern.
    if !settings.oauth_clients.iter().any(|client| client.id == client_id && client.redirect_uri == redirect_uri) {
        return Err(Refusal::Here("client_id, redirect_uri"));
    }
    let state = params.get("state").unwrap_or_default();
    if state.len() > STATE_LIMIT {
        return Err(Refusal::Here("state"));
    }
    let challenge = params.get("code_challenge").unwrap_or_default();
    let request = Request {
        client_id: client_id.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        client_state: state.to_owned(),
        challenge: challenge.to_owned(),
        agency_id: params.get("agency_id").and_then(|id| id.parse().ok()).map(AgencyId),
    };
    match wrong(params) {
        None => Ok(request),
        Some(error) => Err(Refusal::There(Box::new(request), error)),
    }
}

fn wrong(params: &Params) -> Option<&'static str> {
    let is = |name, value| params.get(name).is_none_or(|given| given == value);
    if params.get("response_type").is_none() {
        Some("invalid_request")
    } else if !is("response_type", "code") {
        Some("unsupported_response_type")
    } else if params.get("request").is_some() || params.get("request_uri").is_some() {
        Some("request_not_supported")
    } else if !is("response_mode", "query") {
        Some("invalid_request")
    } else if params.get("code_challenge_method") != Some("S256") {
        // Left out it would mean `plain` (RFC 7636 §4.3), which protects nobody who can be overheard.
        Some("invalid_request")
    } else if !params.get("code_challenge").is_some_and(pkce::is_challenge)
        || params.get("agency_id").is_some_and(|id| Uuid::try_parse(id).is_err())
    {
        Some("invalid_request")
    } else if params.get("prompt") == Some("none") {
        Some("login_required")
    } else {
        None
    }
}

/// Whether an application of this id is registered.
pub fn is_registered(settings: &Settings, client_id: &str) -> bool {
    settings.oauth_clients.iter().any(|client| client.id == client_id)
}

/// The address that takes the person back to the application, with `answer` and, against mix-up, our name (RFC 9207).
pub fn back(settings: &Settings, request: &Request, answer: (&str, &str)) -> String {
    let mut pairs = vec![answer, ("iss", &settings.public_url)];
    if !request.client_state.is_empty() {
        pairs.push(("state", &request.client_state));
    }
    // A registered address that is no URL cannot be asked for: the start refuses it.
    Url::parse_with_params(&request.redirect_uri, pairs).map_or_else(|_| settings.public_url.clone(), String::from)
}
