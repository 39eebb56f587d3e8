//! `caunoi serve`.

use api::database::{self, Database};
use api::settings::{Flags, Settings};
use api::{Server, demo};
use kernel::{Clock, Db};
use tokio::process::Child;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{demo_partners, say};

/// Serves until it is told to stop, and then finishes what is under way.
pub async fn serve(flags: &Flags) -> Result<(), String> {
    // From the first moment on: as the first process of a container, a program without this would not hear them at all.
    let mut stop = StopSignals::listen().map_err(|error| format!("Signals cannot be listened to: {error}."))?;
    let (server, database, partners) = tokio::select! {
        started = start(flags) => started?,
        () = stop.wait() => {
            say("Stopped before it served; nothing was lost.");
            return Ok(());
        }
    };
    stop.wait().await;
    say("Stopping: requests under way are finished first.");
    server.stop().await;
    drop(partners);
    drop(database);
    Ok(())
}

async fn start(flags: &Flags) -> Result<(Server, Database, Option<Child>), String> {
    let mut flags = flags.clone();
    let mut partners = None;
    if flags.demo {
        let (child, address, secret) = demo_partners::start().await?;
        partners = Some(child);
        flags.play(&address, secret);
    }
    let settings = Settings::check(&flags)?;
    let database = database::open(&settings).await?;
    let (public_url, data_dir) = (settings.public_url.clone(), settings.data_dir.clone());
    let server = Server::start(settings, database.settings.clone(), Clock::default()).await?;
    if flags.demo {
        file_dossiers(&server, &database).await?;
    }
    say(format_args!("Cầu Nối: {public_url}  ·  Swagger UI: {public_url}/docs/  ·  data: {}", data_dir.display()));
    if flags.demo {
        let staff = directory::demo::USERNAMES.join(", ");
        say(format_args!("Demo accounts (password caunoi-demo): {staff}; citizens congdan1, congdan2"));
    }
    Ok((server, database, partners))
}

async fn file_dossiers(server: &Server, database: &Database) -> Result<(), String> {
    let mut conn = database::alone(&Db::new(&database.settings)?).await?;
    let filed = demo::load(&server.app, &database.settings, &mut conn).await;
    filed.map_err(|error| format!("The demo's dossiers cannot be filed: {error}."))
}

/// Ctrl-C and a polite kill.
pub(super) struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    pub(super) async fn wait(&mut self) {
        tokio::select! { _ = self.interrupt.recv() => {}, _ = self.terminate.recv() => {} }
    }
}
