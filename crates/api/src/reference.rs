//! What every replica keeps in memory, kept up to date: a replica knows a change of its own at once, and those of others
//! after a second.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use directory::Agencies;
use kernel::reference::{self, Reference};
use kernel::{Db, Result};
use procedures::Catalogue;
use tokio::sync::watch;

use crate::app::App;
use crate::worker::is_over;

/// How long a replica works with what another has changed.
const LOOK: Duration = Duration::from_secs(1);

/// Reads again what has changed, until `stop` says so.
pub async fn follow(app: Arc<App>, db: Db, mut stop: watch::Receiver<bool>) {
    let mut known = HashMap::new();
    while !is_over(&stop) {
        if let Err(error) = look(&app, &db, &mut known).await {
            log::warn!("reference data may be old: {error}");
        }
        tokio::select! { _ = stop.changed() => {}, () = tokio::time::sleep(LOOK) => {} }
    }
}

async fn look(app: &App, db: &Db, known: &mut HashMap<Reference, i64>) -> Result<()> {
    let mut conn = db.conn().await?;
    for (what, version) in reference::versions(&mut conn).await? {
        if known.get(&what) != Some(&version) {
            read(app, &mut conn, what).await?;
            known.insert(what, version);
        }
    }
    Ok(())
}

/// Reads it anew after a change of one's own. What fails is made up for within a second.
pub async fn refresh(app: &App, conn: &mut AsyncPgConnection, what: Reference) {
    if let Err(error) = read(app, conn, what).await {
        log::warn!("{what} may be old for a moment: {error}");
    }
}

async fn read(app: &App, conn: &mut AsyncPgConnection, what: Reference) -> Result<()> {
    let _alone = app.reading.lock().await;
    match what {
        Reference::Agencies => {
            let agencies = Agencies::read(conn).await?;
            app.rules.keep_offices(agencies.offices());
            app.rules.keep_centres(agencies.centres());
            app.rules.keep_standings(agencies.standings());
            app.agencies.store(Arc::new(agencies));
        }
        Reference::Procedures => app.catalogue.store(Arc::new(Catalogue::read(conn).await?)),
    }
    Ok(())
}
