//! From settings to a running server.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle as Thread};

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App as Actix, HttpServer};
use arc_swap::ArcSwap;
use denunciations::vault;
use diesel_async::AsyncPgConnection;
use directory::Agencies;
use futures_util::future::join3;
use kernel::files::FileStore;
use kernel::rules::Rules;
use kernel::{Clock, Db, db};
use procedures::Catalogue;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use utoipa_actix_web::AppExt;

use crate::app::App;
use crate::auth::token::Tokens;
use crate::call::Apart;
use crate::contract::Contract;
use crate::gateway::Gateway;
use crate::portal::{self, Portal};
use crate::settings::Settings;
use crate::sources::Sources;
use crate::traffic::Traffic;
use crate::{auth, gate, reference, routes, worker};

/// A server that accepts connections.
pub struct Server {
    pub address: SocketAddr,
    pub app: Arc<App>,
    handle: ServerHandle,
    serving: Thread<std::io::Result<()>>,
    working: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Server {
    /// Reads what it needs from a prepared database and begins to serve.
    ///
    /// # Errors
    /// One sentence for the operator: the port is taken, the file store cannot be used.
    pub async fn start(settings: Settings, database: db::Settings, clock: Clock) -> Result<Self, String> {
        let bind = settings.bind;
        let listener = TcpListener::bind(bind).map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                format!("{bind} is taken by another program: stop that one, or choose another address with --bind.")
            }
            _ => format!("{bind} cannot be listened on: {error}."),
        })?;
        let address = listener.local_addr().map_err(|error| format!("{bind} cannot be listened on: {error}."))?;
        let (rate, proxies) = (settings.rate_limit_per_minute, settings.trusted_proxies.clone());
        let db = Db::new(&db::Settings { size: 2, ..database.clone() })?;
        vault_opens(&settings, &database).await?;
        let app = load(settings, &db, clock).await?;
        let traffic = Arc::new(Traffic::new(rate, proxies));
        let (stop, stopped) = watch::channel(false);
        let following = reference::follow(Arc::clone(&app), db.clone(), stopped.clone());
        let telling = portal::follow(Arc::clone(&app), db.clone(), stopped.clone());
        let vault = db::Settings { size: 1, ..app.settings.vault(&database) };
        let reached = worker::Reached { db, vault: Db::acting(&vault, Some(denunciations::vault::ROLE))? };
        let working = worker::run(Arc::clone(&app), reached, Arc::clone(&traffic), stopped);
        let working = tokio::spawn(async move { join3(working, following, telling).await.0 });

        let (handle, serving) = serve(listener, Arc::clone(&app), database, traffic)
            .await
            .map_err(|error| format!("{bind} cannot be listened on: {error}."))?;
        Ok(Self { address, app, handle, serving, working, stop })
    }

    /// Ends without waiting for anything: what is under way is cut off.
    pub fn abandon(&self) {
        drop(self.handle.stop(false));
        let _ = self.stop.send(true);
    }

    /// Lets requests finish, the leader number what they wrote, and ends.
    pub async fn stop(self) {
        self.handle.stop(true).await;
        let _ = self.stop.send(true);
        if let Err(error) = self.working.await {
            log::error!("the worker ended badly: {error}");
        }
        match self.serving.join() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => log::error!("the server ended badly: {error}"),
            Err(_) => log::error!("the server panicked"),
        }
    }
}

/// Serves in an actix system of its own. There each worker has a runtime to itself, with its sockets and its database
/// connections; on a runtime that it finds running, every event would cross from one thread to another.
async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    database: db::Settings,
    traffic: Arc<Traffic>,
) -> std::io::Result<(ServerHandle, Thread<std::io::Result<()>>)> {
    let (started, starting) = oneshot::channel();
    let serving = thread::Builder::new().name("server".to_owned()).spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let workers = app.settings.workers;
            let factory = move || {
                let pool = |settings: &db::Settings, role| {
                    Db::acting(settings, Some(role)).expect("the same settings have been used before")
                };
                let db = pool(&database, db::ROLE);
                let apart = Apart {
                    denunciations: pool(
                        &db::Settings { size: 2, ..database.clone() },
                        denunciations::denunciation::ROLE,
                    ),
                    vault: pool(&db::Settings { size: 2, ..app.settings.vault(&database) }, vault::ROLE),
                };
                let (actix, _) = Actix::new().into_utoipa_app().configure(routes::configure).split_for_parts();
                actix
                    .app_data(Data::from(Arc::clone(&app)))
                    .app_data(Data::from(Arc::clone(&traffic)))
                    .app_data(Data::new(Tokens::default()))
                    .app_data(Data::new(db))
                    .app_data(Data::new(apart))
                    .configure(|config| auth::pages(config, &app))
                    .configure(routes::pages::configure)
                    .default_service(web::to(gate::fallback))
                    .wrap(from_fn(gate::gate))
                    .wrap(cors(&app.settings))
            };
            let server = HttpServer::new(factory).workers(workers).listen(listener)?;
            let server = server.shutdown_timeout(10).disable_signals().run();
            let _ = started.send(server.handle());
            server.await
        })
    })?;
    match starting.await {
        Ok(handle) => Ok((handle, serving)),
        Err(_) => {
            Err(serving.join().ok().and_then(Result::err).unwrap_or_else(|| std::io::Error::other("it panicked")))
        }
    }
}

/// Without a key by which who denounces is sealed it could be received and not read: better to say so now.
async fn vault_opens(settings: &Settings, database: &db::Settings) -> Result<(), String> {
    let words = |error: kernel::Error| format!("The vault cannot be read: {error}.");
    let db = Db::acting(&db::Settings { size: 1, ..settings.vault(database) }, Some(vault::ROLE))?;
    let missing = vault::missing(&mut *db.conn().await.map_err(words)?, &settings.vault_keys).await.map_err(words)?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "VAULT_KEYS lacks keys by which who denounces is sealed, or has others under their names ({}): put them back behind the key in use.",
        missing.join(", ")
    ))
}

/// What a server shares, read from a prepared database.
///
/// # Errors
/// One sentence for the operator.
pub async fn load(settings: Settings, db: &Db, clock: Clock) -> Result<Arc<App>, String> {
    let words = |error: kernel::Error| format!("The database cannot be read: {error}.");
    let mut conn = db.conn().await.map_err(words)?;
    let conn: &mut AsyncPgConnection = &mut conn;
    let files = FileStore::open(&settings.files_url).map_err(|error| format!("FILES_URL: {error}."))?;
    files.probe().await.map_err(|error| format!("FILES_URL: {error}."))?;
    worker::check_exports(&settings.data_dir)?;
    let gateway = settings.gateway.clone().map(|gateway| Gateway::new(gateway, &settings.public_url)).transpose()?;
    let (rules, agencies) = (Rules::read(conn).await.map_err(words)?, Agencies::read(conn).await.map_err(words)?);
    rules.keep_offices(agencies.offices());
    rules.keep_centres(agencies.centres());
    rules.keep_standings(agencies.standings());
    Ok(Arc::new(App {
        gateway,
        portal: settings.portal.clone().map(Portal::new).transpose()?,
        clock,
        auth: auth::Auth::new(&settings)?,
        contract: Contract::new(&settings.public_url),
        cursor_key: settings.secret.hmac("page cursors"),
        rules,
        agencies: ArcSwap::from_pointee(agencies),
        catalogue: ArcSwap::from_pointee(Catalogue::read(conn).await.map_err(words)?),
        reading: tokio::sync::Mutex::new(()),
        files,
        sources: Sources::new(&settings)?,
        heavy: tokio::sync::Semaphore::new(2),
        settings,
    }))
}

fn cors(settings: &Settings) -> actix_cors::Cors {
    let cors = actix_cors::Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
            "accept-language",
            "traceparent",
        ])
        .expose_headers([
            "etag",
            "location",
            "link",
            "idempotent-replayed",
            "ratelimit",
            "ratelimit-policy",
            "retry-after",
            "x-request-id",
        ])
        .max_age(600);
    settings.cors_origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
