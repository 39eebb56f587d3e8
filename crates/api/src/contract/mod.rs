//! The OpenAPI document, generated from the handlers. It is also what the server goes by: which permission an
//! operation needs and what its body must look like are read from here, so contract and behaviour cannot differ.

mod answers;
mod document;
mod polish;

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use actix_web::http::Method;
use actix_web::web::Bytes;
use jsonschema::Validator;
use kernel::problem::Error;
use kernel::{Actor, Permission};
use serde_json::{Map, Value, json};

use crate::problem::{FORBIDDEN, UNAUTHENTICATED};

/// The contract, ready to be served and asked.
pub struct Contract {
    /// `/openapi.json`.
    pub json: Bytes,
    build: &'static Build,
}

/// What this build says, wherever it is served from.
struct Build {
    document: Value,
    operations: HashMap<Method, HashMap<String, Operation>>,
    paths: Vec<(actix_web::dev::ResourceDef, Method)>,
    validators: HashMap<String, Validator>,
    /// The document as text, up to the server's address and from there on.
    text: (String, String),
}

/// Made once: hundreds of schemas are compiled.
static BUILD: LazyLock<Build> = LazyLock::new(Build::new);

/// Stands where the server's address will.
const ADDRESS: &str = "caunoi:address";

/// What the server must know of an operation before its handler runs.
#[derive(Debug)]
pub struct Operation {
    /// Anybody may call it.
    pub public: bool,
    /// Any one of these permissions is needed; none means that being signed in is enough.
    pub permissions: Vec<Permission>,
    /// Asked by machines that watch the server: counted apart, so that they are answered whatever else goes on.
    pub probe: bool,
    /// The media types of its answer, of which the caller must take one; none where a file is sent as it is.
    pub answers: Vec<String>,
    /// It takes query parameters.
    pub takes_parameters: bool,
    /// The handler says itself how long its answer may be kept.
    pub cacheable: bool,
}

impl Operation {
    /// Whether this actor may call it at all.
    pub fn admit(&self, actor: &Actor) -> Result<(), Error> {
        match actor {
            _ if self.public => Ok(()),
            Actor::Anonymous => Err(UNAUTHENTICATED.error()),
            _ if self.permissions.is_empty() || self.permissions.iter().any(|needed| actor.may(*needed)) => Ok(()),
            _ => Err(FORBIDDEN.error()),
        }
    }
}

impl Build {
    fn new() -> Self {
        let mut document = serde_json::to_value(document::collect()).expect("an OpenAPI document is plain data");
        polish::polish(&mut document);
        let mut operations = HashMap::<Method, HashMap<String, Operation>>::new();
        let mut paths = Vec::new();
        for (path, item) in members(&document["paths"]) {
            for (verb, operation) in members(item) {
                let Ok(method) = Method::from_bytes(verb.to_uppercase().as_bytes()) else { continue };
                paths.push((actix_web::dev::ResourceDef::new(path.as_str()), method.clone()));
                operations.entry(method).or_default().insert(path.clone(), operation_of(path, operation));
            }
        }
        let names: BTreeSet<&str> = bodies(&document).collect();
        let validators = names.into_iter().map(|name| (name.to_owned(), validator(&document, name))).collect();
        let committed = std::mem::replace(&mut document["servers"][0]["url"], ADDRESS.into());
        let text = document.to_string();
        document["servers"][0]["url"] = committed;
        let (before, after) = text.split_once(ADDRESS).expect("the address was put there");
        let text = (before.to_owned(), after.to_owned());
        Self { document, operations, paths, validators, text }
    }
}

impl Contract {
    /// The contract of this build, as served from `public_url`.
    pub fn new(public_url: &str) -> Self {
        let (before, after) = &BUILD.text;
        let address = Value::from(public_url).to_string();
        let json = [before.as_str(), address.trim_matches('"'), after].concat();
        Self { json: Bytes::from(json), build: &BUILD }
    }

    /// The operation behind a route pattern.
    pub fn operation(&self, method: &Method, pattern: &str) -> Option<&Operation> {
        self.build.operations.get(method)?.get(pattern)
    }

    /// The methods known at a path.
    pub fn methods_at(&self, path: &str) -> Vec<Method> {
        let known = self.build.paths.iter().filter(|(known, _)| known.is_match(path)).map(|(_, method)| method.clone());
        // Whatever can be got can be asked for without its body: see `gate`.
        known.flat_map(|method| if method == Method::GET { vec![method, Method::HEAD] } else { vec![method] }).collect()
    }

    /// What holds bodies of this schema against it.
    pub fn validator(&self, schema: &str) -> &Validator {
        self.build.validators.get(schema).expect("every body's schema is in the contract: a test calls each operation")
    }
}

/// The whole document, as committed in `openapi/openapi.json`.
pub fn document() -> &'static Value {
    &BUILD.document
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE).iter()
}

fn operation_of(path: &str, operation: &Value) -> Operation {
    let none = Vec::new();
    let requirements = operation["security"].as_array().unwrap_or(&none);
    let public =
        requirements.is_empty() || requirements.iter().any(|needed| needed.as_object().is_some_and(Map::is_empty));
    let scopes = requirements.iter().flat_map(members).flat_map(|(_, scopes)| scopes.as_array().unwrap_or(&none));
    let mut permissions: Vec<_> = scopes.filter_map(|scope| Permission::from_code(scope.as_str()?)).collect();
    permissions.dedup();
    let probe = path.starts_with("/health");
    let answer = &operation["responses"]["200"];
    let answers = match answer["content"].as_object() {
        None => vec!["application/json".to_owned()],
        Some(content) if content.contains_key("application/json") => content.keys().cloned().collect(),
        Some(_) => Vec::new(),
    };
    let parameters = operation["parameters"].as_array().unwrap_or(&none);
    let takes_parameters = parameters.iter().any(|parameter| parameter["in"] == "query");
    let cacheable = answer["headers"]["Cache-Control"].is_object();
    Operation { public, permissions, probe, answers, takes_parameters, cacheable }
}

/// The names of the schemas of JSON bodies.
fn bodies(document: &Value) -> impl Iterator<Item = &str> {
    let operations = members(&document["paths"]).flat_map(|(_, item)| members(item));
    operations.filter_map(|(_, operation)| {
        let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        body.as_str()?.strip_prefix("#/components/schemas/")
    })
}

fn validator(document: &Value, name: &str) -> Validator {
    // A validator keeps its whole document: only what the body is made of.
    let schemas = &document["components"]["schemas"];
    let needed = polish::reachable(schemas, vec![name.to_owned()]);
    let needed: Map<String, Value> = needed.into_iter().map(|name| (name.clone(), schemas[&name].clone())).collect();
    let root = json!({ "$ref": format!("#/components/schemas/{name}"), "components": { "schemas": needed } });
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&root)
        .expect("the contract's schemas compile: a test builds the contract")
}
