//! One pass over the collected document: what holds for every operation is said here once.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::answers;
use crate::body;

/// POSTs that change nothing, or whose repetition is harmless: they take no Idempotency-Key.
const NO_KEY: &[&str] = &[
    "/v1/sessions",
    "/v1/sessions/refresh",
    "/v1/deadlines/simulate",
    "/v1/receipts/verify",
    "/v1/password-codes/redeem",
    "/v1/dossiers/{id}/fees/{fee}/checkout",
    "/v1/payments/events",
    "/v1/denouncer/follow",
    // What it answers is kept nowhere.
    "/v1/denunciations/{id}/identity-requests/{request_id}/open",
    "/v1/denunciations/{id}/identity-requests/{request_id}/files/{number}/open",
];

/// What is added to something, side by side: no version of it needs to have been seen.
const ADDS: &[&str] =
    &["/files", "/notes", "/attachments", "/attachments/reuse", "/result-documents", "/tickets", "/assessments"];

/// Answers with a version, and so with an ETag.
const VERSIONED: &[&str] = &[
    "Agency",
    "Appointment",
    "AppointmentHours",
    "ArchiveItem",
    "Assessment",
    "Attachment",
    "CaseFile",
    "CaseNote",
    "CitizenCase",
    "Consent",
    "DataBreach",
    "Delegation",
    "Denunciation",
    "Dossier",
    "DossierDeadline",
    "Hired",
    "Organisation",
    "Procedure",
    "Representation",
    "Review",
    "StaffMember",
    "Ticket",
    "Tracking",
];

/// Completes the document.
pub fn polish(document: &mut Value) {
    document["components"]["securitySchemes"] = security_schemes();
    document["components"]["headers"] = answers::headers();
    document["components"]["responses"] = answers::responses();
    document["components"]["parameters"] = parameters();
    document["servers"][0]["x-internal"] = true.into();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (verb, operation) in item.as_object_mut().into_iter().flatten() {
            complete(path, verb, operation);
        }
    }
    for (_, schema) in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
        bound(schema);
    }
    for (_, item) in document["paths"].as_object_mut().into_iter().flatten() {
        bound(item);
    }
    close(document);
    document["paths"]["/v1/dossiers"]["post"]["responses"]["201"]["links"] = links();
    let recomputation = links_to(&["getRecomputation", "carryOutRecomputation"]);
    document["paths"]["/v1/deadline-recomputations"]["post"]["responses"]["201"]["links"] = recomputation.into();
    let appointment = links_to(&["getAppointment", "cancelAppointment", "checkIn"]);
    document["paths"]["/v1/appointments"]["post"]["responses"]["201"]["links"] = appointment.into();
    let assessment = links_to(&["getAssessment", "answerAssessment", "submitAssessment"]);
    document["paths"]["/v1/agencies/{id}/assessments"]["post"]["responses"]["201"]["links"] = assessment.into();
    let review = links_to(&["getReview", "proposeChanges", "submitReview"]);
    document["paths"]["/v1/reviews"]["post"]["responses"]["201"]["links"] = review.into();
    document["paths"]["/v1/dossiers/{id}/receipts"]["get"]["responses"]["200"]["links"] = json!({
        "verifyReceipt": {
            "operationId": "verifyReceipt", "requestBody": { "signed": "$response.body#/items/0/signed" },
        },
    });
    prune(document);
}

/// Where a new dossier leads, for people who read the contract and programs that walk it.
fn links() -> Value {
    let mut links = links_to(&[
        "getDossier",
        "getDossierTimeline",
        "submitDossier",
        "acceptDossier",
        "withdrawDossier",
        "declareAttachment",
    ]);
    for name in ["uploadAttachment", "downloadAttachment"] {
        let parameters = json!({ "id": "$response.body#/id", "attachment_id": "$response.body#/attachments/0/id" });
        links.insert(name.to_owned(), json!({ "operationId": name, "parameters": parameters }));
    }
    links.into()
}

/// Operations on what was made, by its id.
fn links_to(operations: &[&str]) -> Map<String, Value> {
    let link = |name: &&str| json!({ "operationId": name, "parameters": { "id": "$response.body#/id" } });
    operations.iter().map(|name| ((*name).to_owned(), link(name))).collect()
}

fn security_schemes() -> Value {
    let scope = |permission: &kernel::Permission| (permission.code().to_owned(), json!(permission.about()));
    let scopes: Map<String, Value> = kernel::Permission::ALL.iter().map(scope).collect();
    json!({
        "bearer": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "An access token (RFC 9068, ES256) from `POST /v1/sessions` or `/oauth/token`, good for ten minutes. \
                            Checked as RFC8725 asks.",
        },
        "oauth": {
            "type": "oauth2",
            "description": "Authorization code with PKCE (S256): staff with a password, citizens through the identity provider. Gives JWTs that \
                            are checked as RFC8725 asks.",
            "flows": { "authorizationCode": {
                "authorizationUrl": "/oauth/authorize", "tokenUrl": "/oauth/token", "refreshUrl": "/oauth/token",
                "scopes": scopes,
            } },
        },
    })
}

fn parameters() -> Value {
    json!({
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": true,
            "description": "A new UUID for every new piece of work; the same one when it is tried again. Answers are kept for 48 hours.",
            "schema": { "type": "string", "format": "uuid", "minLength": 36, "maxLength": 36, "example": "0199c0de-7b1e-7a52-9c33-0d7f6f0f4c11" },
        },
        "IfMatch": {
            "name": "If-Match", "in": "header", "description": "ETag of the version that was read: refused with 412 when it is no longer current.",
            "schema": { "type": "string", "maxLength": 20, "pattern": "^(\\*|\"[0-9]{1,10}\")$", "example": "*" },
        },
        "IfMatchNeeded": {
            "name": "If-Match", "in": "header", "required": true,
            "description": "ETag of the version that was read: refused with 412 when it is no longer current. `*` for whatever is there.",
            "schema": { "type": "string", "maxLength": 20, "pattern": "^(\\*|\"[0-9]{1,10}\")$", "example": "*" },
        },
        "IfNoneMatch": {
            "name": "If-None-Match", "in": "header", "description": "ETag that is already known: 304 when it is still current.",
            "schema": { "type": "string", "maxLength": 200, "pattern": "^[ -~]*$", "example": "\"3\"" },
        },
    })
}

fn complete(path: &str, verb: &str, operation: &mut Value) {
    let versioned = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        .as_str()
        .or_else(|| operation["responses"]["201"]["content"]["application/json"]["schema"]["$ref"].as_str())
        .and_then(|name| name.rsplit('/').next())
        .is_some_and(|name| VERSIONED.contains(&name));
    let writes = verb == "post" && !NO_KEY.contains(&path);
    let mut headers = vec![];
    if writes {
        headers.push("IdempotencyKey");
    }
    if writes && versioned && path.contains("{id}/") && !ADDS.iter().any(|end| path.ends_with(end)) {
        headers.push("IfMatch");
    }
    let replaces = verb == "put" && operation["requestBody"]["content"]["application/json"].is_object();
    if replaces {
        headers.push("IfMatchNeeded");
    }
    // What anybody may keep has the hash of its bytes for an ETag: see `crate::public`.
    let tagged = versioned || operation["responses"]["200"]["headers"]["Cache-Control"].is_object();
    if verb == "get" && tagged {
        headers.push("IfNoneMatch");
        operation["responses"]["304"] = answers::reference("NotModified");
    }
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let shared = headers.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }));
    operation["parameters"] = parameters.into_iter().chain(shared).collect();

    let public = is_public(operation);
    if let Some(requirements) = operation["security"].as_array_mut() {
        // A token is a token, however it was got.
        requirements.push(json!({ "bearer": [] }));
    }
    let json_body = operation["requestBody"]["content"]["application/json"].is_object();
    for (name, holds) in [
        ("400", true),
        ("401", true),
        ("403", !public && needs_permission(operation)),
        ("404", path.contains('{')),
        ("405", false),
        ("406", path.starts_with("/v1")),
        ("409", writes),
        ("412", replaces),
        ("413", operation["requestBody"].is_object()),
        ("415", json_body),
        ("422", json_body),
        ("428", replaces),
        ("429", true),
        ("500", true),
        ("503", true),
    ] {
        if holds && operation["responses"][name].is_null() {
            operation["responses"][name] = answers::reference(answers::name(name));
        }
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, response) in responses.iter_mut() {
        answers::complete(status, response, tagged, writes);
    }
    sort(responses);
    if json_body {
        operation["requestBody"]["required"] = true.into();
        let limit = body::LIMIT / 1024;
        operation["requestBody"]["description"] = format!("JSON, at most {limit} KiB.").into();
    }
}

fn sort(responses: &mut Map<String, Value>) {
    let mut entries: Vec<(String, Value)> = std::mem::take(responses).into_iter().collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    responses.extend(entries);
}

fn is_public(operation: &Value) -> bool {
    let requirements = operation["security"].as_array();
    requirements
        .is_none_or(|list| list.is_empty() || list.iter().any(|needed| needed.as_object().is_some_and(Map::is_empty)))
}

fn needs_permission(operation: &Value) -> bool {
    let requirements = operation["security"].as_array().into_iter().flatten();
    requirements
        .flat_map(|needed| needed.as_object())
        .flatten()
        .any(|(_, scopes)| scopes.as_array().is_some_and(|scopes| !scopes.is_empty()))
}

/// What is sent may hold nothing that the schema does not know. What is stored is read leniently, as a newer program may
/// have written it: so this is said here, and not by the types.
fn close(document: &mut Value) {
    let bodies = document["paths"].as_object().into_iter().flatten().flat_map(|(_, item)| item.as_object()).flatten();
    let open = bodies.flat_map(|(_, operation)| schemas_in(&operation["requestBody"])).collect();
    for name in reachable(&document["components"]["schemas"], open) {
        let schema = &mut document["components"]["schemas"][&name];
        if schema["properties"].is_object() {
            schema["additionalProperties"] = false.into();
        }
    }
}

/// The names of these schemas and of all that they are made of.
pub fn reachable(schemas: &Value, mut open: Vec<String>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        if reached.insert(name.clone()) {
            open.extend(schemas_in(&schemas[&name]));
        }
    }
    reached
}

/// The names of the schemas that a value refers to.
fn schemas_in(value: &Value) -> impl Iterator<Item = String> {
    references(value).into_iter().filter_map(|at| at.strip_prefix("#/components/schemas/")).map(str::to_owned)
}

/// All that a value refers to.
fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(members) => members.values().flat_map(references).collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::String(text) => Vec::from_iter(text.starts_with("#/components/").then_some(text.as_str())),
        _ => Vec::new(),
    }
}

/// What follows from the type. Absent and null are one to us, so nothing is nullable; instants, days, ids and numbers
/// are as long as they are; text holds no control characters.
fn bound(value: &mut Value) {
    unwrap_null(value);
    let Some(members) = value.as_object_mut() else {
        value.as_array_mut().into_iter().flatten().for_each(bound);
        return;
    };
    let free = !["enum", "pattern", "format", "const"].iter().any(|limit| members.contains_key(*limit));
    let limits: &[(&str, Value)] =
        match (members.get("type").and_then(Value::as_str), members.get("format").and_then(Value::as_str)) {
            (Some("string"), Some("date-time")) => &[("maxLength", json!(40))],
            (Some("string"), Some("date")) => &[("maxLength", json!(10))],
            (Some("string"), Some("uuid")) => &[("maxLength", json!(36))],
            (Some("string"), None) if free => &[("pattern", json!(NO_CONTROL_CHARACTERS))],
            (Some("integer"), Some("int32")) => &[("minimum", json!(i32::MIN)), ("maximum", json!(i32::MAX))],
            (Some("integer"), Some("int64")) => &[("minimum", json!(i64::MIN)), ("maximum", json!(i64::MAX))],
            _ => &[],
        };
    for (name, limit) in limits {
        members.entry(*name).or_insert_with(|| limit.clone());
    }
    members.values_mut().for_each(bound);
}

const NO_CONTROL_CHARACTERS: &str = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$";

/// `T or null` becomes `T`.
fn unwrap_null(value: &mut Value) {
    if let Some(types) = value.get_mut("type")
        && let Some([only]) =
            types.as_array().map(|all| all.iter().filter(|name| *name != "null").collect::<Vec<_>>()).as_deref()
    {
        *types = (*only).clone();
    }
    let Some(choices) = value.get("oneOf").and_then(Value::as_array) else { return };
    let rest: Vec<&Value> = choices.iter().filter(|choice| choice["type"] != "null").collect();
    if let ([only], true) = (rest.as_slice(), choices.len() == 2) {
        let (mut only, words) = ((*only).clone(), value["description"].clone());
        if words.is_string() {
            only["description"] = words;
        }
        *value = only;
    }
}

/// Takes away shared answers and headers that no operation refers to.
fn prune(document: &mut Value) {
    let named: BTreeSet<String> = references(document).into_iter().map(str::to_owned).collect();
    for kind in ["responses", "headers", "parameters", "schemas"] {
        let Some(shared) = document["components"][kind].as_object_mut() else { continue };
        shared.retain(|name, _| named.contains(&format!("#/components/{kind}/{name}")));
    }
}
