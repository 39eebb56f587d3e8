//! `docker-compose.yml` is the production shape: the program takes its settings as they stand there, nothing secret is
//! written down, and nobody gets past the proxy.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

use api::settings::{Flags, Settings};
use clap::{Args, FromArgMatches};
use object_store::aws::AmazonS3ConfigKey;
use serde_json::{Value, json};

use crate::operations;
use crate::start::{Program, SECRET_KEY, Scratch, VAULT_KEYS, signing_keys};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What an operator says where the file asks.
const ANSWERS: &[(&str, &str)] = &[
    ("PUBLIC_URL", "https://api.example.vn"),
    ("DATABASE_PASSWORD", "abc123"),
    ("SECRET_KEY", SECRET_KEY),
    ("VAULT_KEYS", VAULT_KEYS),
    ("AWS_ACCESS_KEY_ID", "caunoi"),
    ("AWS_SECRET_ACCESS_KEY", "abc123"),
    ("OIDC_ISSUER", "https://id.example.vn"),
    ("OIDC_CLIENT_ID", "caunoi"),
    ("OIDC_CLIENT_SECRET", "abc123"),
];

#[test]
fn every_variable_of_the_api_is_known_to_it() {
    let settings = operations::settings();
    for service in ["api", "migrate"] {
        for (name, _) in environment(service) {
            let bucket = name.starts_with("AWS_") && AmazonS3ConfigKey::from_str(&name.to_ascii_lowercase()).is_ok();
            let known = settings.iter().any(|setting| setting.variable == name) || name == "LOG";
            assert!(known || bucket, "{service}: {name} is no setting");
        }
    }
    assert_eq!(environment("api"), environment("migrate"));
}

#[test]
fn the_program_takes_its_settings_and_misses_nothing_but_the_database() {
    let (scratch, keys) = (Scratch::new(), signing_keys());
    let mut program = Program::new(&["migrate"], &scratch.data());
    for (name, value) in environment("migrate") {
        program = match name.as_str() {
            "SIGNING_KEYS" => program.set(&name, keys.path()),
            "DATABASE_URL" => program.set(&name, value.replace("@database/", "@127.0.0.1:1/")),
            _ => program.set(&name, value),
        };
    }
    let complaint = program.refused();
    assert!(complaint.starts_with("The database cannot be reached: ") && complaint.lines().count() == 1, "{complaint}");
}

#[test]
fn every_secret_is_asked_for_and_none_is_written_down() {
    let compose = compose();
    for name in ["SECRET_KEY", "VAULT_KEYS", "DATABASE_URL", "OIDC_CLIENT_SECRET", "AWS_SECRET_ACCESS_KEY"] {
        let value = compose["services"]["api"]["environment"][name].as_str().unwrap();
        assert!(value.contains(":?"), "{name} is not asked for: {value}");
    }
    for (name, secret) in compose["secrets"].as_object().unwrap() {
        let file = secret["file"].as_str().unwrap();
        assert!(file.starts_with("${") && file.contains(":?"), "{name} is not asked for: {file}");
    }
    let keys = compose["services"]["api"]["environment"]["SIGNING_KEYS"].as_str().unwrap();
    let given = compose["services"]["api"]["secrets"].as_array().unwrap();
    assert!(given.iter().any(|name| keys == format!("/run/secrets/{}", name.as_str().unwrap())), "{keys}");
}

#[test]
fn two_replicas_stand_between_a_proxy_and_what_they_need() {
    let services = &compose()["services"];
    assert_eq!(services["api"]["deploy"]["replicas"], 2);
    let images = [
        ("proxy", "nginx:"),
        ("database", "postgres:"),
        ("objects", "chrislusf/seaweedfs:"),
        ("bucket", "chrislusf/seaweedfs:"),
        ("mail", "axllent/mailpit:"),
    ];
    for (service, image) in images {
        let version = services[service]["image"].as_str().unwrap().strip_prefix(image).unwrap_or_default();
        assert!(version.contains(|c: char| c.is_ascii_digit()), "{service} is no {image} of a version");
    }
}

#[test]
fn only_the_proxy_is_reachable_from_outside() {
    for (name, service) in compose()["services"].as_object().unwrap() {
        let expected = match name.as_str() {
            "proxy" => json!(["80:80", "443:443"]),
            "mail" => json!(["127.0.0.1:8025:8025"]),
            _ => Value::Null,
        };
        assert_eq!(service["ports"], expected, "{name}");
    }
    assert_eq!(compose()["networks"]["inside"]["internal"], true);
}

#[test]
fn the_api_believes_the_proxy_about_its_callers_and_nobody_else() {
    let (compose, settings) = (compose(), settings());
    let proxy = &compose["services"]["proxy"]["networks"];
    let address = proxy["inside"]["ipv4_address"].as_str().unwrap();
    assert_eq!(settings.trusted_proxies, [address.parse::<std::net::IpAddr>().unwrap()]);
    let shared: Vec<_> = compose["services"]["api"]["networks"].as_array().unwrap().iter().collect();
    let shared: Vec<_> = shared.into_iter().filter(|name| proxy.get(name.as_str().unwrap()).is_some()).collect();
    assert_eq!(shared, ["inside"], "over another network the API would see another address");
    let nginx = compose["configs"]["proxy"]["content"].as_str().unwrap();
    assert!(nginx.contains("proxy_set_header X-Forwarded-For $$remote_addr;"), "what a caller claims is passed on");
    assert!(nginx.contains(&format!("server api:{} resolve;", settings.bind.port())));
}

#[test]
fn the_database_keeps_what_people_typed_out_of_its_log() {
    let command = &compose()["services"]["database"]["command"];
    let settings: Vec<_> = command.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for quiet in ["log_min_messages=log", "log_min_error_statement=panic", "log_error_verbosity=terse"] {
        assert!(settings.windows(2).any(|two| two == ["-c", quiet]), "{quiet}");
    }
}

#[test]
fn all_replicas_together_leave_the_database_connections_to_spare() {
    const GIVEN: usize = 100;
    let settings = settings();
    let pool = api::database::reach(&settings).unwrap().settings.size;
    // Beside the workers' pools, each replica has two connections for its start and one for leading.
    let replica = settings.workers * pool + 3;
    assert!(2 * replica + 10 <= GIVEN, "two replicas may open {} connections", 2 * replica);
}

#[test]
fn the_image_listens_and_writes_where_the_file_says() {
    let (settings, dockerfile) = (settings(), read("Dockerfile"));
    let (bind, data_dir) = (settings.bind, settings.data_dir.display().to_string());
    assert_eq!(bind, SocketAddr::from(([0, 0, 0, 0], 8080)));
    for line in [&format!("ENV BIND={bind} DATA_DIR={data_dir}"), "EXPOSE 8080", "USER caunoi"] {
        assert!(dockerfile.lines().any(|written| written == line), "{line}");
    }
    assert!(dockerfile.contains(&format!("install --directory --owner caunoi --mode 700 {data_dir}")));
    // All else is read-only, and the journal's checkpoints must outlive a container.
    let api = &compose()["services"]["api"];
    assert_eq!((&api["read_only"], &api["volumes"]), (&json!(true), &json!([format!("state:{data_dir}")])));
    let health = api["healthcheck"]["test"][3].as_str().unwrap();
    assert!(health.contains("/dev/tcp/127.0.0.1/8080") && health.contains("GET /health/ready "), "{health}");
}

#[test]
fn the_image_is_built_from_all_that_cargo_asks_for() {
    let context = tempfile::tempdir().unwrap();
    for kept in read(".dockerignore").lines().filter_map(|line| line.strip_prefix('!')) {
        let to = context.path().join(kept);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        assert!(Command::new("cp").arg("-a").arg(Path::new(ROOT).join(kept)).arg(to).status().unwrap().success());
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut metadata = Command::new(cargo);
    metadata.args(["metadata", "--locked", "--offline", "--no-deps", "--format-version=1"]);
    let output = metadata.current_dir(&context).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn read(name: &str) -> String {
    std::fs::read_to_string(format!("{ROOT}/{name}")).unwrap()
}

fn compose() -> Value {
    yaml_serde::from_str(&read("docker-compose.yml")).unwrap()
}

/// What a service finds in its environment.
fn environment(service: &str) -> Vec<(String, String)> {
    let compose = compose();
    let variables = compose["services"][service]["environment"].as_object().unwrap();
    variables.iter().map(|(name, value)| (name.clone(), filled(value.as_str().unwrap()))).collect()
}

/// The text with `${NAME:?question}` answered and `${NAME:-default}` left at its default.
fn filled(text: &str) -> String {
    let mut parts = text.split("${");
    let mut filled = parts.next().unwrap().to_owned();
    for part in parts {
        let (variable, rest) = part.split_once('}').unwrap();
        let (name, how) = variable.split_once(':').unwrap();
        filled += how.strip_prefix('-').unwrap_or_else(|| answer(name));
        filled += rest;
    }
    filled
}

fn answer(name: &str) -> &'static str {
    ANSWERS.iter().find(|(asked, _)| *asked == name).unwrap_or_else(|| panic!("nobody answers {name}")).1
}

/// The settings of the API's replicas, checked as at a start.
fn settings() -> Settings {
    let keys = signing_keys();
    let flag = |(variable, value): (String, String)| {
        let setting = operations::settings().into_iter().find(|setting| setting.variable == variable)?;
        let value = if variable == "SIGNING_KEYS" { keys.path().display().to_string() } else { value };
        Some(format!("--{}={value}", setting.flag))
    };
    let arguments = environment("api").into_iter().filter_map(flag);
    let command = Flags::augment_args(clap::Command::new("serve").no_binary_name(true));
    let flags = Flags::from_arg_matches(&command.get_matches_from(arguments)).unwrap();
    Settings::check(&flags).unwrap()
}
