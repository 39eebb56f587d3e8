//! The only place that sees a pool. Domain functions are given a connection.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Object, PoolError, Timeouts};
use diesel::ConnectionError;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use futures_util::FutureExt;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_postgres::config::Host;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::problem::{self, BUSY, Result};

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `postgresql://…`, as PostgreSQL's own programs take it; `sslmode` included.
    pub url: String,
    /// PEM file of the authorities that may vouch for the server; without it the system's.
    pub ca: Option<PathBuf>,
    /// Connections in this pool.
    pub size: usize,
}

/// A pool of connections. Each actix worker has its own, so that no lock is shared between cores.
#[derive(Clone)]
pub struct Db {
    pool: Pool<AsyncPgConnection>,
}

/// The role of the pools that serve requests: it reaches everything but what has a role of its own.
pub const ROLE: &str = "caunoi_app";

/// A connection from a pool; it goes back when dropped.
pub type Conn = Object<AsyncDieselConnectionManager<AsyncPgConnection>>;

/// So many requests wait at most for a connection of one pool: a longer queue only makes all of them late.
const QUEUE: usize = 256;

/// A request waits this long for a free connection, then is told to come back.
const WAIT: Duration = Duration::from_millis(1500);

impl Db {
    /// A pool that connects when it is first used.
    ///
    /// # Errors
    /// A sentence for the operator when the address or the certificate file cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        Self::acting(settings, None)
    }

    /// A pool whose connections act in this role of the database, and reach no more than it does.
    ///
    /// # Errors
    /// As [`Db::new`].
    pub fn acting(settings: &Settings, role: Option<&'static str>) -> Result<Self, String> {
        let mut config: tokio_postgres::Config =
            settings.url.parse().map_err(|error| format!("DATABASE_URL cannot be read: {error}."))?;
        config.application_name("caunoi");
        config.connect_timeout(Duration::from_secs(5));
        // A statement that hangs gives its connection back; a transaction left open does not hold locks for ever.
        let limits = "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=10s";
        let role = role.map(|role| format!(" -c role={role}")).unwrap_or_default();
        config.options(format!("{limits} -c jit=off -c TimeZone=UTC{role}"));
        let tls = tls(&config, settings.ca.as_ref())?;
        let mut manager = ManagerConfig::default();
        manager.recycling_method = RecyclingMethod::Fast;
        manager.custom_setup = Box::new(move |_| connect(config.clone(), tls.clone()).boxed());
        let pool = Pool::builder(AsyncDieselConnectionManager::new_with_config("", manager))
            .max_size(settings.size)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts { wait: Some(WAIT), create: Some(Duration::from_secs(6)), recycle: None })
            .build()
            .map_err(|error| format!("The connection pool cannot be made: {error}."))?;
        Ok(Self { pool })
    }

    /// A connection, for reads and for single statements.
    pub async fn conn(&self) -> Result<Conn> {
        if self.pool.status().waiting >= QUEUE {
            return Err(BUSY.because("too many wait for a database connection").retry_after(1));
        }
        self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(kind) => BUSY.because(format!("no database connection: {kind:?}")).retry_after(1),
            error => BUSY.because(format!("no database connection: {error}")).retry_after(2),
        })
    }

    /// A connection of one's own that never goes back to the pool: what it locks is free when it is dropped.
    pub async fn dedicated(&self) -> Result<AsyncPgConnection> {
        Ok(Object::take(self.conn().await?))
    }

    /// Runs `work` on one connection in a task of its own: a client that hangs up cannot cut it in half.
    pub async fn run<T: 'static>(
        &self,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T> + 'static,
    ) -> Result<T> {
        let db = self.clone();
        tokio::task::spawn_local(async move { work(&mut *db.conn().await?).await })
            .await
            .map_err(|error| problem::INTERNAL.because(error))?
    }
}

type Tls = Option<Arc<rustls::ClientConfig>>;

/// No TLS over a unix socket; elsewhere as the address asks for.
fn tls(config: &tokio_postgres::Config, ca: Option<&PathBuf>) -> Result<Tls, String> {
    if config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_))) {
        return Ok(None);
    }
    let mut roots = rustls::RootCertStore::empty();
    if let Some(file) = ca {
        let certificates = CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| format!("DATABASE_CA {} cannot be read: {error}.", file.display()))?;
        roots.add_parsable_certificates(certificates);
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}."))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Some(Arc::new(client)))
}

async fn connect(config: tokio_postgres::Config, tls: Tls) -> diesel::ConnectionResult<AsyncPgConnection> {
    let failed = |error: tokio_postgres::Error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        ConnectionError::BadConnection(format!("{error}{cause}"))
    };
    match tls {
        None => {
            let (client, connection) = config.connect(tokio_postgres::NoTls).await.map_err(failed)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        }
        Some(tls) => {
            let tls = MakeRustlsConnect::new((*tls).clone());
            let (client, connection) = config.connect(tls).await.map_err(failed)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        }
    }
}
