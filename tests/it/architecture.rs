//! The house's rules (docs/architecture.md), each as a test.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// One of our source files.
pub struct Source {
    /// From the repository's root.
    pub path: String,
    pub text: String,
}

impl Source {
    /// Its code: without comments, and without the tests at its end.
    pub fn code(&self) -> String {
        let code = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    }
}

/// Every source file of the program, without its tests.
pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the repository");
    let mut found = Vec::new();
    for crate_dir in list(&root.join("crates")) {
        collect(root, &crate_dir.join("src"), &mut found);
    }
    assert!(found.len() > 80, "the scan finds the sources");
    found
}

fn collect(root: &Path, directory: &Path, found: &mut Vec<Source>) {
    for path in list(directory) {
        if path.is_dir() && path.file_name().is_some_and(|name| name != "tests") {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root).unwrap().display().to_string();
            found.push(Source { path, text });
        }
    }
}

fn list(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The files of `sources` in which `word` stands, and which are not in `except`.
pub fn files_with(word: &str, except: &[&str]) -> Vec<String> {
    let hits = sources().into_iter().filter(|source| source.code().contains(word)).map(|source| source.path);
    hits.filter(|path| !except.contains(&path.as_str())).collect()
}

/// What every package of the workspace needs to be built, by name; ours and others'.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        // Only our own manifests: the packages of other platforms need not be on this machine.
        .args(["metadata", "--format-version=1", "--no-deps", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let packages = metadata["packages"].as_array().unwrap().iter();
    let packages = packages.filter(|package| package["manifest_path"].as_str().unwrap().contains("/crates/"));
    let needs = packages.map(|package| {
        let all = package["dependencies"].as_array().unwrap().iter().filter(|needed| needed["kind"].is_null());
        let names = all.map(|needed| needed["name"].as_str().unwrap().to_owned()).collect();
        (package["name"].as_str().unwrap().to_owned(), names)
    });
    needs.collect()
}

/// The crates with the rules of one field each.
const DOMAINS: &[&str] = &["complaints", "denunciations", "directory", "privacy", "procedures"];

#[test]
fn only_api_knows_http_and_only_api_and_kernel_know_tokens() {
    let dependencies = dependencies();
    let who = |needs: &str| {
        let users = dependencies.iter().filter(|(_, needed)| needed.iter().any(|name| name.starts_with(needs)));
        users.map(|(name, _)| name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(who("actix-"), ["api"]);
    assert_eq!(who("reqwest"), ["api"]);
    assert_eq!(who("jsonwebtoken"), ["api", "kernel"]);
}

#[test]
fn domains_know_the_kernel_and_not_each_other() {
    let dependencies = dependencies();
    let ours: BTreeSet<&String> = dependencies.keys().collect();
    let needs =
        |name: &str| dependencies[name].iter().filter(|needed| ours.contains(needed)).cloned().collect::<Vec<_>>();
    for domain in DOMAINS {
        let others: Vec<_> =
            needs(domain).into_iter().filter(|needed| needed != "kernel" && needed != "deadlines").collect();
        assert!(others.is_empty(), "{domain} needs {others:?}");
    }
    assert_eq!(needs("kernel"), ["deadlines"]);
    assert!(needs("deadlines").is_empty() && needs("postgres").is_empty(), "they know nothing of the rest");
    let known: Vec<&str> = ours.iter().map(|name| name.as_str()).filter(|name| !DOMAINS.contains(name)).collect();
    assert_eq!(
        known,
        ["api", "deadlines", "forms", "kernel", "pdf", "postgres"],
        "a new crate is a domain, or is named here"
    );
    let of_domains = ["complaints", "deadlines", "denunciations", "procedures"];
    assert_eq!(needs("forms"), of_domains, "it puts in words what these domains know");
    assert_eq!(needs("pdf"), ["forms"], "it draws what forms puts in words");
    let drawn = dependencies.iter().filter(|(_, needed)| needed.contains("pdf")).map(|(name, _)| name.as_str());
    assert_eq!(drawn.collect::<Vec<_>>(), ["api"], "what draws is not built with what decides");
}

#[test]
fn the_wall_clock_and_randomness_are_read_in_one_place() {
    // The launcher knows nothing of the kernel; it asks how old the leftovers of killed runs are.
    let except = ["crates/kernel/src/clock.rs", "crates/postgres/src/temporary.rs"];
    for word in
        ["Utc::now", "Local::now", "SystemTime::now", "now_v7", "new_v4", "rand::fill", "SystemRandom", "getrandom"]
    {
        assert_eq!(files_with(word, &except), [""; 0], "{word}");
    }
}

#[test]
fn only_kernel_db_sees_a_pool() {
    for word in ["Pool", "deadpool"] {
        assert_eq!(files_with(word, &["crates/kernel/src/db.rs"]), [""; 0], "{word}");
    }
    for domain in DOMAINS {
        let prefix = format!("crates/{domain}/");
        let holders = ["Db,", "Db;", "Db}", "&Db", "kernel::db"].map(|word| files_with(word, &[]));
        let holders: Vec<_> = holders.into_iter().flatten().filter(|path| path.starts_with(&prefix)).collect();
        assert!(holders.is_empty(), "domain functions are given a connection: {holders:?}");
    }
}

#[test]
fn nobody_is_called_over_the_network_while_a_transaction_is_open() {
    for source in sources().iter().filter(|source| source.code().contains("reqwest")) {
        for word in [".transaction::<", ".transaction(", "AsyncPgConnection", ".run(", ".conn()"] {
            assert!(!source.code().contains(word), "{} calls others and uses the database ({word})", source.path);
        }
    }
    for source in sources().iter().filter(|source| source.code().contains(".transaction::<")) {
        for word in ["reqwest", "Provider", "fetch(", "FileStore", ".files"] {
            assert!(!source.code().contains(word), "{} has transactions and calls others ({word})", source.path);
        }
    }
}

#[test]
fn files_stay_short() {
    let mut lengths: Vec<(usize, String)> =
        sources().into_iter().map(|source| (source.code().lines().count(), source.path)).collect();
    lengths.sort_unstable();
    let (longest, path) = lengths.last().unwrap();
    assert!(*longest <= 600, "{path} has {longest} lines");
    assert!(lengths[lengths.len() / 2].0 <= 150, "half of all files have at most 150 lines");
    assert!(lengths[lengths.len() * 9 / 10].0 <= 400, "nine tenths have at most 400");
}

#[test]
fn every_v1_handler_is_in_the_contract_and_nothing_else_is() {
    let document = api::contract::document();
    let contract: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |verb| format!("{verb} {path}")))
        .collect();
    let mut handlers = BTreeSet::new();
    for source in sources().iter().filter(|source| source.path.starts_with("crates/api/src/")) {
        let code = source.code();
        if source.path.starts_with("crates/api/src/routes/") {
            assert!(!code.contains(".route("), "{}: handlers say their address themselves", source.path);
        }
        for verb in ["get", "post", "put", "patch", "delete"] {
            handlers.extend(after(&code, &format!("#[{verb}(\"")).map(|path| format!("{verb} {path}")));
        }
        // The steps of a dossier: `name "/v1/…" "operationId" […]`, all of them POST.
        if code.contains("#[post($path)]") {
            let named = code.lines().filter(|line| line.starts_with("    ") && line.contains(" \"/v1/"));
            handlers.extend(named.filter_map(|line| Some(format!("post {}", line.split('"').nth(1)?))));
        }
    }
    let of_the_contract = |handler: &&String| handler.contains(" /v1/");
    let handlers: BTreeSet<&String> = handlers.iter().filter(of_the_contract).collect();
    assert_eq!(handlers, contract.iter().filter(of_the_contract).collect());
}

/// What stands between `before` and the next quotation mark, wherever that is.
fn after<'a>(code: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    code.split(before).skip(1).filter_map(|rest| rest.split('"').next())
}
