//! The answers that operations share: headers on all of them, and the problems any of them may meet.

use kernel::files::MediaType;
use serde_json::{Value, json};

/// Shared answers by status.
const SHARED: &[(&str, &str, &str)] = &[
    ("400", "BadRequest", "The request cannot be read: not JSON, a bad parameter or header."),
    ("401", "Unauthorized", "Nobody, or nobody we can believe, is signed in."),
    ("403", "Forbidden", "The caller's role does not allow this."),
    ("404", "NotFound", "There is no such thing, or it is not for the caller to know."),
    ("406", "NotAcceptable", "No representation that the caller accepts."),
    ("409", "Conflict", "The state does not allow it, or the same request is under way."),
    ("412", "PreconditionFailed", "It has changed since the version in `If-Match`; `version` says what it is now."),
    ("413", "PayloadTooLarge", "The body is larger than allowed."),
    ("415", "UnsupportedMediaType", "The body is of a media type that is not read here."),
    ("422", "UnprocessableContent", "The content breaks the schema or a rule; `errors` names every violation."),
    ("428", "PreconditionRequired", "`If-Match` is missing."),
    ("429", "TooManyRequests", "The rate limit is used up; `Retry-After` says when to come back."),
    ("500", "InternalServerError", "The fault is ours and has been logged."),
    ("503", "ServiceUnavailable", "The server is busy; `Retry-After` says when to come back."),
];

/// The name of the shared answer with this status.
pub fn name(status: &str) -> &'static str {
    SHARED.iter().find(|(shared, ..)| *shared == status).map_or("InternalServerError", |(_, name, _)| name)
}

/// A reference to a shared answer.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/responses/{name}") })
}

/// The shared answers.
pub fn responses() -> Value {
    let mut responses: serde_json::Map<String, Value> =
        SHARED.iter().map(|(status, name, words)| ((*name).to_owned(), problem(status, words))).collect();
    let mut unchanged = json!({ "description": "The version that the caller knows is still current." });
    add_headers(&mut unchanged, &["ETag"]);
    responses.insert("NotModified".to_owned(), unchanged);
    responses.into()
}

fn problem(status: &str, words: &str) -> Value {
    let mut response = json!({ "description": words });
    complete(status, &mut response, false, false);
    response
}

/// Adds the headers of an answer, and its content when it is a problem.
pub fn complete(status: &str, response: &mut Value, tagged: bool, writes: bool) {
    if response.get("$ref").is_some() {
        return;
    }
    let success = status.starts_with('2');
    if response["headers"]["Cache-Control"].is_object() {
        response["headers"]["Cache-Control"] = json!({ "$ref": "#/components/headers/Cache-Control" });
    }
    // A file is of any type that is taken in. Bytes have no schema (OpenAPI 3.1).
    if response.pointer("/content/application~1octet-stream").is_some() {
        response["content"] = MediaType::ALL.iter().map(|kind| (kind.as_str().to_owned(), json!({}))).collect();
    }
    if let Some(pdf) = response.pointer_mut("/content/application~1pdf") {
        *pdf = json!({});
    }
    if !success && status != "304" {
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        response["content"] = json!({ "application/problem+json": { "schema": schema } });
    }
    let mut names = vec![];
    if success && tagged {
        names.push("ETag");
    }
    if success && writes {
        names.push("Idempotent-Replayed");
    }
    match status {
        "201" => names.push("Location"),
        "401" => names.push("WWW-Authenticate"),
        "409" | "429" | "503" => names.push("Retry-After"),
        _ => {}
    }
    add_headers(response, &names);
}

fn add_headers(response: &mut Value, names: &[&str]) {
    const ALWAYS: &[&str] =
        &["X-Request-Id", "RateLimit", "RateLimit-Policy", "Access-Control-Allow-Origin", "Content-Language"];
    for name in ALWAYS.iter().chain(names) {
        response["headers"][*name] = json!({ "$ref": format!("#/components/headers/{name}") });
    }
}

/// The headers that answers share.
pub fn headers() -> Value {
    let header = |words: &str, example: &str, max: u32| json!({ "description": words, "schema": { "type": "string", "maxLength": max, "pattern": "^[ -~]*$", "example": example } });
    json!({
        "X-Request-Id": header("Id of this request, for support.", "0199c0de-7b1e-7a52-9c33-0d7f6f0f4c11", 36),
        "RateLimit": header("What is left of the limit, and in how many seconds it is whole again.", "\"default\";r=599;t=1", 100),
        "RateLimit-Policy": header("Requests per window in seconds.", "\"default\";q=600;w=60", 100),
        "Access-Control-Allow-Origin": header("The calling web page's origin, when it is allowed.", "https://app.example", 200),
        "Content-Language": header("Language of titles and messages.", "vi", 10),
        "ETag": header("Version of the resource, or hash of its content.", "\"3\"", 20),
        "Location": header("Address of what was made.", "/v1/dossiers/0199c0de-7b1e-7a52-9c33-0d7f6f0f4c11", 200),
        "Idempotent-Replayed": header("`true` when this answer was given before.", "true", 5),
        "WWW-Authenticate": header("How to sign in.", "Bearer realm=\"caunoi\"", 200),
        "Retry-After": header("Seconds after which trying again makes sense.", "1", 10),
        "Cache-Control": header("How long the answer may be kept.", "public, max-age=300", 100),
    })
}
