//! One pass over the collected document: what holds for every operation is said here once.

use serde_json::{Value, json};

/// Completes the document.
pub fn polish(document: &mut Value) {
    security_schemes(document);
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, item) in paths {
        for (verb, operation) in item.as_object_mut().into_iter().flatten() {
            complete(path, verb, operation);
        }
    }
}

fn security_schemes(document: &mut Value) {
    let scopes: serde_json::Map<String, Value> =
        kernel::Permission::ALL.iter().map(|permission| (permission.code().to_owned(), json!(permission.code()))).collect();
    document["components"]["securitySchemes"] = json!({
        "bearer": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "An access token from POST /v1/sessions or /oauth/token (RFC 9068, ES256), valid for ten minutes.",
        },
        "oauth": {
            "type": "oauth2",
            "description": "Authorization code with PKCE (S256): staff by password, citizens through the identity provider.",
            "flows": { "authorizationCode": {
                "authorizationUrl": "/oauth/authorize", "tokenUrl": "/oauth/token", "refreshUrl": "/oauth/token",
                "scopes": scopes,
            } },
        },
    });
}

fn complete(_path: &str, _verb: &str, operation: &mut Value) {
    // A token is a token, however it was got.
    if let Some(requirements) = operation["security"].as_array_mut() {
        let bearer: Vec<Value> = requirements
            .iter()
            .filter_map(|needed| Some(json!({ "bearer": needed.get("oauth")? })))
            .collect();
        requirements.extend(bearer);
    }
}
