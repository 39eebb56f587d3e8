//! TLS to a PostgreSQL elsewhere, where the program is no superuser and who denounces lies in another database.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use postgres::{Cluster, Durability, Options};
use rustix::process::{Pid, Signal, kill_process};

use super::program::free_port;
use super::{Program, Scratch};

#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_reached_over_tls_and_only_with_a_certificate_of_the_right_authority() {
    let scratch = Scratch::new();
    let (authority, other) = (scratch.path("ca.pem"), scratch.path("other.pem"));
    let Some(server) = Postgres::with_tls(&scratch, &authority).await else {
        eprintln!("SKIPPED: the PostgreSQL programs found here were built without TLS");
        return;
    };
    let demo = |host: &str, mode: &str, authority: &Path| {
        let url = |name: &str| format!("postgresql://tester:geheim@{host}:{}/{name}?sslmode={mode}", server.port);
        let program = Program::demo(&scratch.data()).set("DATABASE_URL", url("caunoi"));
        program.set("VAULT_DATABASE_URL", url("vault")).set("DATABASE_CA", authority)
    };
    let running = demo("127.0.0.1", "require", &authority).start().await;
    running.wait_until_said("congdan2");
    running.staff("tiepnhan", "caunoi-demo").await;
    let mut letter = crate::denunciations::new();
    letter["subject"] = serde_json::json!("Tố cáo gửi khi kho ở nơi khác");
    let sent = running.anonymous().post("/v1/denunciations", letter).await.expect(201).json;
    let code = sent["receipt_code"].as_str().unwrap();
    crate::denunciations::follow(&running.anonymous(), code).await.expect(200);
    running.stop();

    make_authority(&other, "Another authority");
    for (host, mode, authority, why) in [
        ("127.0.0.1", "require", &other, "invalid peer certificate: UnknownIssuer"),
        ("localhost", "require", &authority, "invalid peer certificate: certificate not valid for name"),
        ("127.0.0.1", "disable", &authority, "no encryption"),
    ] {
        let complaint = demo(host, mode, authority).refused();
        assert!(complaint.starts_with("The database cannot be reached: ") && complaint.contains(why), "{complaint}");
        assert!(complaint.lines().count() == 1 && !complaint.contains("geheim"), "{complaint}");
    }
}

/// A PostgreSQL that listens on the loopback address and lets nobody in without TLS.
struct Postgres {
    child: Child,
    port: u16,
}

impl Postgres {
    /// `None` when the programs cannot do it.
    async fn with_tls(scratch: &Scratch, authority: &Path) -> Option<Self> {
        let home = scratch.path("elsewhere");
        let options = Options { durability: Durability::Unsafe, ..Options::new(&home) };
        let cluster = Cluster::start(&options).unwrap();
        // As docs/operations.md asks for.
        for sql in [
            "CREATE ROLE caunoi_app; CREATE ROLE caunoi_denunciations; CREATE ROLE caunoi_vault",
            "CREATE ROLE tester LOGIN PASSWORD 'geheim' IN ROLE caunoi_app, caunoi_denunciations, caunoi_vault",
            "ALTER DATABASE caunoi OWNER TO tester",
            "CREATE DATABASE vault OWNER tester",
        ] {
            super::verifying::change(&cluster.url(postgres::NAME), sql).await;
        }
        let programs = cluster.programs().to_owned();
        cluster.stop().unwrap();

        let data = home.join("data");
        let owner = fs::metadata(&data).unwrap();
        let (certificate, key) = (data.join("server.pem"), data.join("server.key"));
        make_authority(authority, "An authority");
        certify(authority, &certificate, &key);
        fs::write(data.join("hba.conf"), "hostssl all all 127.0.0.1/32 scram-sha-256\n").unwrap();
        for file in [&certificate, &key, &data.join("hba.conf")] {
            chown(file, Some(owner.uid()), Some(owner.gid())).unwrap();
            fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let port = free_port();
        let log = data.join("tls.log");
        let mut command = Command::new(programs.join("postgres"));
        command.arg("-D").arg(&data).args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        command.args(["-c", &format!("port={port}"), "-c", "ssl=on"]);
        for (name, file) in
            [("ssl_cert_file", &certificate), ("ssl_key_file", &key), ("hba_file", &data.join("hba.conf"))]
        {
            command.arg("-c").arg(format!("{name}={}", file.display()));
        }
        if owner.uid() != rustix::process::geteuid().as_raw() {
            command.uid(owner.uid()).gid(owner.gid());
        }
        command.current_dir(&data).env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(fs::File::create(&log).unwrap()).spawn().unwrap();
        let mut server = Self { child, port };
        let since = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if server.child.try_wait().unwrap().is_some() {
                let said = fs::read_to_string(&log).unwrap();
                assert!(said.contains("SSL is not supported by this build"), "{said}");
                return None;
            }
            assert!(since.elapsed() < Duration::from_secs(20), "{}", fs::read_to_string(&log).unwrap());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Some(server)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Fast shutdown: connections are cut.
        let _ = kill_process(Pid::from_child(&self.child), Signal::INT);
        let _ = self.child.wait();
    }
}

fn key_of(certificate: &Path) -> PathBuf {
    certificate.with_extension("key")
}

/// A certificate authority of this test's own.
fn make_authority(certificate: &Path, name: &str) {
    let extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign";
    request(certificate, &key_of(certificate), name, extensions, None);
}

/// A certificate for 127.0.0.1.
fn certify(authority: &Path, certificate: &Path, key: &Path) {
    let extensions = "basicConstraints=critical,CA:FALSE\nsubjectAltName=IP:127.0.0.1";
    request(certificate, key, "A database", extensions, Some(authority));
}

fn request(certificate: &Path, key: &Path, name: &str, extensions: &str, authority: Option<&Path>) {
    let config = certificate.with_extension("cnf");
    fs::write(&config, format!("[req]\ndistinguished_name=name\nx509_extensions=ours\n[name]\n[ours]\n{extensions}\n"))
        .unwrap();
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]);
    openssl
        .args(["-subj", &format!("/CN={name}"), "-config"])
        .arg(&config)
        .arg("-keyout")
        .arg(key)
        .arg("-out")
        .arg(certificate);
    if let Some(authority) = authority {
        openssl.arg("-CA").arg(authority).arg("-CAkey").arg(key_of(authority));
    }
    let output = openssl.output().expect("openssl runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
