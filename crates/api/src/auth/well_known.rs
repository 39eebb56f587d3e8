//! What others may know of us: how to sign people in here (RFC 8414), and the keys that check our tokens (RFC 7517).

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{ServiceConfig, get, resource};
use kernel::Permission;
use serde_json::json;

use crate::call::Call;

pub fn configure(config: &mut ServiceConfig) {
    config.service(resource("/.well-known/oauth-authorization-server").route(get().to(metadata)));
    config.service(resource("/.well-known/jwks.json").route(get().to(keys)));
}

async fn metadata(call: Call) -> HttpResponse {
    let url = &call.app.settings.public_url;
    public(&json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/oauth/authorize"),
        "token_endpoint": format!("{url}/oauth/token"),
        "jwks_uri": format!("{url}/.well-known/jwks.json"),
        "scopes_supported": Permission::ALL,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "service_documentation": format!("{url}/docs/"),
        "ui_locales_supported": ["vi", "en"],
    }))
}

async fn keys(call: Call) -> HttpResponse {
    public(&json!(call.app.settings.keys.jwks()))
}

/// Short, so that a new key is known before it signs.
fn public(value: &serde_json::Value) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(value)
}
