//! Settings that are missing or wrong: everything at once, before anything is done.

use super::program::{caunoi, run};
use super::{Program, Scratch};

#[test]
fn without_demo_every_missing_secret_is_named_at_once() {
    let scratch = Scratch::new();
    let complaint = Program::new(&["serve"], &scratch.data()).refused();
    let named: Vec<_> = complaint.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(named, ["SECRET_KEY", "SIGNING_KEYS", "VAULT_KEYS"], "{complaint}");
    assert!(!scratch.data().exists(), "nothing was made");
}

#[test]
fn everything_wrong_is_named_at_once() {
    let scratch = Scratch::new();
    let wrong = [
        ("BIND", "localhost"),
        ("PUBLIC_URL", "ftp://files.example"),
        ("SECRET_KEY", "c2hvcnQ="),
        ("SIGNING_KEYS", "/nonexistent/keys.pem"),
        ("VAULT_KEYS", "2026:c2hvcnQ="),
        ("DATABASE_CONNECTIONS", "few"),
        ("DATABASE_URL", "mysql://database/caunoi"),
        ("FILES_URL", "ftp://files.example"),
        ("OIDC_ISSUER", "https://id.example"),
        ("OAUTH_CLIENTS", "app=https://app.example/back,app"),
        ("TRUSTED_PROXIES", "10.0.0.1,proxy"),
        ("CORS_ORIGINS", "https://app.example,*,https://app.example/path"),
        ("RATE_LIMIT_PER_MINUTE", "many"),
        ("DOSSIER_CODE", "H26-"),
        ("IDENTITY_WAIT_DAYS", "soon"),
        ("WORKERS", "-1"),
    ];
    let mut command = caunoi(&["serve", "--data-dir"]);
    command.arg(scratch.data()).envs(wrong);
    let complaint = run(&mut command).refused();
    for (variable, _) in wrong {
        let lines = complaint.lines().filter(|line| line.starts_with(variable)).count();
        let expected = if variable == "CORS_ORIGINS" { 2 } else { 1 };
        assert_eq!(lines, expected, "{variable} in {complaint}");
    }
    assert_eq!(complaint.lines().count(), wrong.len() + 1, "{complaint}");
    assert!(!complaint.contains("c2hvcnQ="), "a secret is never shown");
}

#[test]
fn a_server_certificate_is_always_checked_and_who_asks_for_it_is_told() {
    let scratch = Scratch::new();
    let demo = |url: &str| Program::demo(&scratch.data()).set("DATABASE_URL", url);
    let complaint = demo("postgresql://db/caunoi?sslmode=verify-full").refused();
    assert!(complaint.contains("sslmode=require"), "{complaint}");
    let missing = demo("postgresql://db/caunoi?sslmode=require").set("DATABASE_CA", "/nonexistent/ca.pem").refused();
    assert!(missing.starts_with("DATABASE_CA /nonexistent/ca.pem cannot be read"), "{missing}");
    assert!(!scratch.data().exists(), "nothing was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_is_set_to_nothing_is_not_set() {
    let scratch = Scratch::with_demo().await;
    let mut demo = Program::demo(&scratch.data());
    for setting in crate::operations::settings() {
        // Paths and the address are given as flags, or refused by the command line itself when empty.
        if !["BIND", "DATA_DIR", "DATABASE_CA", "SIGNING_KEYS"].contains(&setting.variable.as_str()) {
            demo = demo.set(&setting.variable, "");
        }
    }
    demo.start().await.stop();
}

#[test]
fn a_demo_serves_its_own_machine_only() {
    let scratch = Scratch::new();
    for address in ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:8080"] {
        let mut command = caunoi(&["serve", "--demo", "--bind", address, "--data-dir"]);
        let complaint = run(command.arg(scratch.data())).refused();
        assert!(complaint.contains("is not a loopback address") && complaint.lines().count() == 1, "{complaint}");
    }
}
