//! Settings, from flags and the environment. Everything wrong is reported at once, and nothing secret has a default
//! outside demo mode.

mod secrets;
mod values;

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use kernel::db;
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
    /// Connections to it for each worker thread (8).
    #[arg(long, env = "DATABASE_CONNECTIONS")]
    pub database_connections: Option<String>,
    /// PostgreSQL that holds who denounces, sealed [the same as everything else].
    #[arg(long, env = "VAULT_DATABASE_URL", hide_env_values = true)]
    pub vault_database_url: Option<String>,
    /// Keys that seal who denounces: `id:` and 32 random bytes in base64, the one in use first, separated by commas.
    #[arg(long, env = "VAULT_KEYS", hide_env_values = true)]
    pub vault_keys: Option<String>,
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
    /// The name under which that provider knows this server.
    #[arg(long, env = "OIDC_CLIENT_ID")]
    pub oidc_client_id: Option<String>,
    /// The secret that goes with that name.
    #[arg(long, env = "OIDC_CLIENT_SECRET", hide_env_values = true)]
    pub oidc_client_secret: Option<String>,
    /// The payment gateway: see docs/payments.md.
    #[arg(long, env = "PAYMENT_GATEWAY_URL")]
    pub payment_gateway_url: Option<String>,
    /// The secret with which it and this server sign what they tell each other: whsec_ and base64.
    #[arg(long, env = "PAYMENT_GATEWAY_SECRET", hide_env_values = true)]
    pub payment_gateway_secret: Option<String>,
    /// The National Public Service Portal, or what stands before it: see docs/national-portal.md.
    #[arg(long, env = "NATIONAL_PORTAL_URL")]
    pub national_portal_url: Option<String>,
    /// The secret with which what it is told is signed: whsec_ and base64.
    #[arg(long, env = "NATIONAL_PORTAL_SECRET", hide_env_values = true)]
    pub national_portal_secret: Option<String>,
    /// Applications that may sign people in: `id=redirect_uri`, separated by commas; an id may come more than once.
    #[arg(long, env = "OAUTH_CLIENTS")]
    pub oauth_clients: Option<String>,
    /// Addresses of proxies whose X-Forwarded-For header is believed, separated by commas.
    #[arg(long, env = "TRUSTED_PROXIES")]
    pub trusted_proxies: Option<String>,
    /// Databases of the State that can be asked instead of the applicant: `code=address`, separated by commas; the codes are
    /// those of GET /v1/data-sources.
    #[arg(long, env = "DATA_SOURCES", hide_env_values = true)]
    pub data_sources: Option<String>,
    /// Web origins that may call the API from a browser, separated by commas.
    #[arg(long, env = "CORS_ORIGINS")]
    pub cors_origins: Option<String>,
    /// Requests a minute for one caller or address, in this process (600).
    #[arg(long, env = "RATE_LIMIT_PER_MINUTE")]
    pub rate_limit_per_minute: Option<String>,
    /// Code of a dossier before its serial: {unit} is the receiving unit's code, {qcvn102} the same in the order of
    /// QCVN 102:2016, {date} the day as YYMMDD [{qcvn102}-{date}-].
    #[arg(long, env = "DOSSIER_CODE")]
    pub dossier_code: Option<String>,
    /// Days for which an account asks for, allows and opens nobody's identity after somebody has let it in (3).
    #[arg(long, env = "IDENTITY_WAIT_DAYS")]
    pub identity_wait_days: Option<String>,
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
    /// For each worker.
    pub database_connections: usize,
    pub vault_database_url: Option<String>,
    pub vault_keys: denunciations::vault::KeyRing,
    /// Without a slash at the end.
    pub public_url: String,
    pub secret: SecretKey,
    pub keys: KeyRing,
    pub files_url: String,
    pub oidc: Option<Oidc>,
    /// Where fees are paid online.
    pub gateway: Option<Partner>,
    /// What is told to the National Public Service Portal.
    pub portal: Option<Partner>,
    pub oauth_clients: Vec<OauthClient>,
    pub trusted_proxies: Vec<IpAddr>,
    pub data_sources: Vec<DataSource>,
    pub cors_origins: Vec<String>,
    pub rate_limit_per_minute: u32,
    /// See [`Flags::dossier_code`].
    pub dossier_code: String,
    /// See [`Flags::identity_wait_days`].
    pub identity_wait_days: u16,
    pub workers: usize,
}

/// The identity provider for citizens. In demo mode it is part of this program.
#[derive(Clone, Debug)]
pub struct Oidc {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
}

/// Another system that is told something, and the secret with which both sign.
#[derive(Clone)]
pub struct Partner {
    /// Without a slash at the end.
    pub url: String,
    pub secret: Vec<u8>,
}

/// A database of the State, and the address at which it is asked.
#[derive(Clone)]
pub struct DataSource {
    pub code: String,
    pub address: reqwest::Url,
}

/// An application that may sign people in, with one address it may be sent back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OauthClient {
    pub id: String,
    pub redirect_uri: String,
}

impl Settings {
    /// Checks the flags. A variable that is set to nothing counts as not set.
    ///
    /// # Errors
    /// One line for everything that is missing or wrong.
    pub fn check(flags: &Flags) -> Result<Self, String> {
        let mut wrong = Wrong::default();
        let demo = flags.demo;
        let bind: SocketAddr = wrong.parse("BIND", &flags.bind, SocketAddr::from(([127, 0, 0, 1], 8080)));
        if demo && !bind.ip().is_loopback() {
            wrong.say(format!(
                "--demo has known passwords and serves this machine only: {bind} is not a loopback address."
            ));
        }
        let data_dir = flags.data_dir.clone().unwrap_or_else(usual_data_dir);
        let data_dir = std::path::absolute(&data_dir).unwrap_or(data_dir);
        let public_url = given(&flags.public_url).map_or_else(|| format!("http://{bind}"), str::to_owned);
        wrong.note(values::public_url(&public_url));
        let public_url = public_url.trim_end_matches('/').to_owned();
        wrong.note(values::database(flags));
        let files_url = wrong.note(values::files_url(flags, &data_dir)).unwrap_or_default();
        let oidc = wrong.note(values::oidc(flags, &public_url)).flatten();
        let gateway = wrong.note(values::gateway(flags)).flatten();
        let portal = wrong.note(values::portal(flags)).flatten();
        let mut oauth_clients = wrong.note_each(values::oauth_clients(flags));
        oauth_clients.push(OauthClient {
            id: "swagger-ui".to_owned(),
            redirect_uri: format!("{public_url}/docs/oauth2-redirect.html"),
        });
        let trusted_proxies = wrong.note_each(values::trusted_proxies(flags));
        let data_sources = wrong.note_each(values::data_sources(flags));
        let cors_origins = wrong.note_each(values::cors_origins(flags));
        let rate_limit_per_minute = wrong.parse("RATE_LIMIT_PER_MINUTE", &flags.rate_limit_per_minute, 600);
        if rate_limit_per_minute == 0 {
            wrong.say("RATE_LIMIT_PER_MINUTE must be at least 1.".to_owned());
        }
        let dossier_code = given(&flags.dossier_code).unwrap_or("{qcvn102}-{date}-").to_owned();
        wrong.note(values::dossier_code(&dossier_code));
        // Our own: a weekend, or long enough that whoever cannot sign in any more has said so.
        let identity_wait_days = wrong.parse("IDENTITY_WAIT_DAYS", &flags.identity_wait_days, 3);
        // Fewer answer lists sooner under load, more write cheaper (tests/load/results-cases.md).
        let database_connections = wrong.parse("DATABASE_CONNECTIONS", &flags.database_connections, 8).max(1);
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let workers = wrong.parse("WORKERS", &flags.workers, cores).max(1);
        if demo && !wrong.0.is_empty() {
            // The demo's secrets are not made for a program that will not start.
            return Err(wrong.0.trim_end().to_owned());
        }
        let secret = wrong.note(secrets::secret_key(flags, &data_dir));
        let keys = wrong.note(secrets::signing_keys(flags, &data_dir));
        let vault_keys = wrong.note(secrets::vault_keys(flags, &data_dir));
        match (secret, keys, vault_keys, wrong.0.is_empty()) {
            (Some(secret), Some(keys), Some(vault_keys), true) => Ok(Self {
                demo,
                bind,
                database_url: given(&flags.database_url).map(str::to_owned),
                database_ca: flags.database_ca.clone(),
                database_connections,
                vault_database_url: given(&flags.vault_database_url).map(str::to_owned),
                vault_keys,
                public_url,
                secret,
                keys,
                files_url,
                oidc,
                gateway,
                portal,
                oauth_clients,
                trusted_proxies,
                data_sources,
                cors_origins,
                rate_limit_per_minute,
                dossier_code,
                identity_wait_days,
                workers,
                data_dir,
            }),
            _ => Err(wrong.0.trim_end().to_owned()),
        }
    }
}

impl Settings {
    /// Where who denounces is: a database of its own, or the one of everything else.
    pub fn vault(&self, database: &db::Settings) -> db::Settings {
        match &self.vault_database_url {
            Some(url) => db::Settings { url: url.clone(), ..database.clone() },
            None => database.clone(),
        }
    }
}

/// PostgreSQL refuses to run as root, and the user it runs as then must be able to reach its data.
fn usual_data_dir() -> PathBuf {
    if rustix::process::geteuid().is_root() { "/var/lib/caunoi".into() } else { ".data".into() }
}

/// What was set, unless it was set to nothing, as compose files do: `${NAME:-}`.
pub(crate) fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// Everything wrong so far, a line each.
#[derive(Default)]
struct Wrong(String);

impl Wrong {
    /// Two settings may fail for one reason: that is told once.
    fn say(&mut self, what: String) {
        if !self.0.lines().any(|said| said == what) {
            let _ = writeln!(self.0, "{what}");
        }
    }

    fn note<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|what| self.say(what)).ok()
    }

    fn note_each<T>(&mut self, results: impl Iterator<Item = Result<T, String>>) -> Vec<T> {
        results.filter_map(|result| self.note(result)).collect()
    }

    fn parse<T: std::str::FromStr>(&mut self, name: &str, text: &Option<String>, default: T) -> T {
        let Some(text) = given(text) else { return default };
        text.parse().unwrap_or_else(|_| {
            self.say(format!("{name} cannot be {text}."));
            default
        })
    }
}
