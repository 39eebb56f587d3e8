//! Settings, from flags and the environment. Everything wrong is reported at once, and nothing secret has a default
//! outside demo mode.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use kernel::clock::random;
use kernel::secret::SecretKey;
use kernel::signing::KeyRing;

/// What can be set; each flag has an environment variable of the same name.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// Serve made-up data with known passwords, on this machine only.
    #[arg(long)]
    pub demo: bool,
    /// Address to listen on [127.0.0.1:8080].
    #[arg(long, env = "BIND")]
    pub bind: Option<String>,
    /// Where a private database, files and demo secrets are kept [.data; for root /var/lib/caunoi].
    #[arg(long, env = "DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL to use (postgresql://…?sslmode=…); without it a private one is started in the data directory.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// PEM file of the authorities that may vouch for the database server [the system's].
    #[arg(long, env = "DATABASE_CA")]
    pub database_ca: Option<PathBuf>,
    /// The address under which people and programs reach this server [http://BIND].
    #[arg(long, env = "PUBLIC_URL")]
    pub public_url: Option<String>,
    /// 32 random bytes in base64: `openssl rand -base64 32`.
    #[arg(long, env = "SECRET_KEY", hide_env_values = true)]
    pub secret_key: Option<String>,
    /// File of EC P-256 private keys (PKCS#8 PEM); the first signs, all verify.
    #[arg(long, env = "SIGNING_KEYS")]
    pub signing_keys: Option<PathBuf>,
    /// Where attachments are kept: file:///dir or s3://bucket/prefix [file://DATA_DIR/files].
    #[arg(long, env = "FILES_URL")]
    pub files_url: Option<String>,
    /// The identity provider that vouches for citizens (OpenID Connect).
    #[arg(long, env = "OIDC_ISSUER")]
    pub oidc_issuer: Option<String>,
    #[arg(long, env = "OIDC_CLIENT_ID")]
    pub oidc_client_id: Option<String>,
    #[arg(long, env = "OIDC_CLIENT_SECRET", hide_env_values = true)]
    pub oidc_client_secret: Option<String>,
    /// Applications that may sign people in: `id=redirect_uri`, separated by commas; an id may come more than once.
    #[arg(long, env = "OAUTH_CLIENTS")]
    pub oauth_clients: Option<String>,
    /// Addresses of proxies whose Forwarded-For header is believed, separated by commas.
    #[arg(long, env = "TRUSTED_PROXIES")]
    pub trusted_proxies: Option<String>,
    /// Web origins that may call the API from a browser, separated by commas.
    #[arg(long, env = "CORS_ORIGINS")]
    pub cors_origins: Option<String>,
    /// Requests a minute for one caller or address, in this process [600].
    #[arg(long, env = "RATE_LIMIT_PER_MINUTE")]
    pub rate_limit_per_minute: Option<String>,
    /// Code of a dossier before its serial: {unit} is the receiving unit's code, {qcvn102} the same in the order of
    /// QCVN 102:2016, {date} the day as YYMMDD [{qcvn102}-{date}-].
    #[arg(long, env = "DOSSIER_CODE")]
    pub dossier_code: Option<String>,
    /// Worker threads [one per core].
    #[arg(long, env = "WORKERS")]
    pub workers: Option<String>,
}

/// Settings that have been checked.
#[derive(Clone)]
pub struct Settings {
    pub demo: bool,
    pub bind: SocketAddr,
    pub data_dir: PathBuf,
    pub database_url: Option<String>,
    pub database_ca: Option<PathBuf>,
    /// Without a slash at the end.
    pub public_url: String,
    pub secret: SecretKey,
    pub keys: KeyRing,
    pub files_url: String,
    pub oidc: Option<Oidc>,
    pub oauth_clients: Vec<OauthClient>,
    pub trusted_proxies: Vec<IpAddr>,
    pub cors_origins: Vec<String>,
    pub rate_limit_per_minute: u32,
    /// See [`Flags::dossier_code`].
    pub dossier_code: String,
    pub workers: usize,
}

/// The identity provider for citizens. In demo mode it is part of this program.
#[derive(Clone, Debug)]
pub struct Oidc {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
}

/// An application that may sign people in, with one address it may be sent back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OauthClient {
    pub id: String,
    pub redirect_uri: String,
}

impl Settings {
    /// Checks the flags.
    ///
    /// # Errors
    /// One line for everything that is missing or wrong.
    pub fn check(flags: &Flags) -> Result<Self, String> {
        let mut wrong = Wrong::default();
        let demo = flags.demo;
        let bind: SocketAddr = wrong.parse("BIND", flags.bind.as_deref(), SocketAddr::from(([127, 0, 0, 1], 8080)));
        if demo && !bind.ip().is_loopback() {
            wrong.say(format!("--demo has known passwords and serves this machine only: {bind} is not a loopback address."));
        }
        let data_dir = flags.data_dir.clone().unwrap_or_else(usual_data_dir);
        let data_dir = std::path::absolute(&data_dir).unwrap_or(data_dir);
        let public_url = flags.public_url.clone().unwrap_or_else(|| format!("http://{bind}"));
        if !(public_url.starts_with("https://") || public_url.starts_with("http://")) {
            wrong.say(format!("PUBLIC_URL must begin with https:// or http://, not {public_url}."));
        }
        let public_url = public_url.trim_end_matches('/').to_owned();
        let secret = wrong.note(secret_key(flags, demo, &data_dir));
        let keys = wrong.note(signing_keys(flags, demo, &data_dir));
        let oidc = wrong.note(oidc(flags, demo, &public_url));
        let mut oauth_clients = wrong.note(oauth_clients(flags.oauth_clients.as_deref())).unwrap_or_default();
        oauth_clients.push(OauthClient {
            id: "swagger-ui".to_owned(),
            redirect_uri: format!("{public_url}/docs/oauth2-redirect.html"),
        });
        let trusted_proxies = list(flags.trusted_proxies.as_deref())
            .filter_map(|ip| wrong.note(ip.parse().map_err(|_| format!("TRUSTED_PROXIES: {ip} is not an address."))))
            .collect();
        let rate_limit_per_minute = wrong.parse("RATE_LIMIT_PER_MINUTE", flags.rate_limit_per_minute.as_deref(), 600);
        if rate_limit_per_minute == 0 {
            wrong.say("RATE_LIMIT_PER_MINUTE must be at least 1.".to_owned());
        }
        let dossier_code = flags.dossier_code.clone().unwrap_or_else(|| "{qcvn102}-{date}-".to_owned());
        let names_unit = dossier_code.contains("{unit}") || dossier_code.contains("{qcvn102}");
        if !names_unit || !dossier_code.contains("{date}") || dossier_code.len() > 40 {
            wrong.say("DOSSIER_CODE must contain {unit} or {qcvn102}, and {date}, so that no code is given twice, and at most 40 characters.".to_owned());
        }
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let workers = wrong.parse("WORKERS", flags.workers.as_deref(), cores).max(1);
        match (secret, keys, wrong.0.is_empty()) {
            (Some(secret), Some(keys), true) => Ok(Self {
                demo,
                bind,
                database_url: flags.database_url.clone(),
                database_ca: flags.database_ca.clone(),
                public_url,
                secret,
                keys,
                files_url: flags.files_url.clone().unwrap_or_else(|| format!("file://{}/files", data_dir.display())),
                oidc: oidc.flatten(),
                oauth_clients,
                trusted_proxies,
                cors_origins: list(flags.cors_origins.as_deref()).map(str::to_owned).collect(),
                rate_limit_per_minute,
                dossier_code,
                workers,
                data_dir,
            }),
            _ => Err(wrong.0.trim_end().to_owned()),
        }
    }
}

/// PostgreSQL refuses to run as root, and the user it runs as then must be able to reach its data.
fn usual_data_dir() -> PathBuf {
    if rustix::process::geteuid().is_root() { "/var/lib/caunoi".into() } else { ".data".into() }
}

/// Everything wrong so far, a line each.
#[derive(Default)]
struct Wrong(String);

impl Wrong {
    fn say(&mut self, what: String) {
        let _ = writeln!(self.0, "{what}");
    }

    fn note<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|what| self.say(what)).ok()
    }

    fn parse<T: std::str::FromStr>(&mut self, name: &str, text: Option<&str>, default: T) -> T {
        let Some(text) = text else { return default };
        text.parse().unwrap_or_else(|_| {
            self.say(format!("{name} cannot be {text}."));
            default
        })
    }
}

fn list(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn secret_key(flags: &Flags, demo: bool, data_dir: &Path) -> Result<SecretKey, String> {
    let text = match (&flags.secret_key, demo) {
        (Some(text), _) => text.clone(),
        (None, true) => demo_secret(data_dir, "secret-key", || STANDARD.encode(random::<32>()))?,
        (None, false) => return Err("SECRET_KEY is missing: 32 random bytes in base64 (openssl rand -base64 32).".to_owned()),
    };
    let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.map(|bytes| SecretKey::new(&bytes)).ok_or_else(|| "SECRET_KEY must be 32 bytes in base64.".to_owned())
}

fn signing_keys(flags: &Flags, demo: bool, data_dir: &Path) -> Result<KeyRing, String> {
    let pem = match (&flags.signing_keys, demo) {
        (Some(file), _) => std::fs::read_to_string(file)
            .map_err(|error| format!("SIGNING_KEYS {} cannot be read: {error}.", file.display()))?,
        (None, true) => demo_secret(data_dir, "signing-keys.pem", KeyRing::generate_pem)?,
        (None, false) => {
            return Err("SIGNING_KEYS is missing: a file made with openssl genpkey -algorithm EC -pkeyopt \
                        ec_paramgen_curve:P-256."
                .to_owned());
        }
    };
    KeyRing::from_pem(&pem).map_err(|error| format!("SIGNING_KEYS: {error}."))
}

/// A secret of the demo: made once and kept beside its data, readable by its owner alone.
fn demo_secret(data_dir: &Path, name: &str, make: impl FnOnce() -> String) -> Result<String, String> {
    use std::io::Write as _;
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    let dir = data_dir.join("demo-secrets");
    let file = dir.join(name);
    match std::fs::read_to_string(&file) {
        Ok(text) => return Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(format!("{} cannot be read: {error}.", file.display())),
    }
    let text = make();
    std::fs::create_dir_all(data_dir)
        .and_then(|()| std::fs::DirBuilder::new().mode(0o700).create(&dir).or_else(exists))
        .and_then(|()| std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file))
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| format!("{} cannot be written: {error}.", file.display()))?;
    Ok(text)
}

fn exists(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error) }
}

fn oidc(flags: &Flags, demo: bool, public_url: &str) -> Result<Option<Oidc>, String> {
    match (&flags.oidc_issuer, &flags.oidc_client_id, &flags.oidc_client_secret) {
        (Some(issuer), Some(client_id), Some(client_secret)) => Ok(Some(Oidc {
            issuer: issuer.trim_end_matches('/').to_owned(),
            client_id: client_id.clone(),
            client_secret: client_secret.clone(),
        })),
        (None, None, None) if demo => Ok(Some(Oidc {
            issuer: format!("{public_url}/demo/vneid"),
            client_id: "caunoi".to_owned(),
            client_secret: "caunoi-demo".to_owned(),
        })),
        // Citizens cannot sign in then; staff and counters work.
        (None, None, None) => Ok(None),
        _ => Err("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET go together: set all three or none.".to_owned()),
    }
}

fn oauth_clients(text: Option<&str>) -> Result<Vec<OauthClient>, String> {
    let client = |item: &str| match item.split_once('=') {
        Some((id, uri)) if !id.is_empty() && uri.contains("://") => {
            Ok(OauthClient { id: id.to_owned(), redirect_uri: uri.to_owned() })
        }
        _ => Err(format!("OAUTH_CLIENTS: {item} is not of the form id=redirect_uri.")),
    };
    list(text).map(client).collect()
}
