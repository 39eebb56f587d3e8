//! The National Public Service Portal: each time that a dossier comes to another of its ten statuses, it is told, until it has taken
//! it (docs/national-portal.md). The journal is the outbox: nothing is written for it with a step, and nothing is lost. The portal's own
//! interface stands behind an adapter that speaks this one. [`demo`] is one for trying.

mod client;
pub mod demo;

pub use client::Portal;

use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use kernel::journal::{follower, leader};
use kernel::{Db, Result};
use procedures::national::changes;
use tokio::sync::watch;

use crate::app::App;
use crate::worker::is_over;

/// Who follows the journal for it: one replica at a time, by this advisory lock.
const FOLLOWER: &str = "national portal";
const LOCK: i64 = 0x6e61_7469_6f6e; // "nation"
/// Entries that are looked through at once.
const BATCH: i64 = 1_000;
/// How long it rests when it has told everything, and how long others wait between looking whether somebody tells.
const REST: Duration = Duration::from_millis(500);
/// How long it waits at most before it tells again what was not taken.
const PATIENCE: Duration = Duration::from_secs(60);

/// Tells the portal what there is to tell, until `stop` says so.
pub async fn follow(app: Arc<App>, db: Db, mut stop: watch::Receiver<bool>) {
    let Some(portal) = &app.portal else { return };
    while !is_over(&stop) {
        if let Err(error) = lead(&app, portal, &db, &mut stop).await {
            log::error!("national portal: {error}");
        }
        rest(&mut stop, REST).await;
    }
}

async fn rest(stop: &mut watch::Receiver<bool>, pause: Duration) {
    tokio::select! { _ = stop.changed() => {}, () = tokio::time::sleep(pause) => {} }
}

async fn lead(app: &App, portal: &Portal, db: &Db, stop: &mut watch::Receiver<bool>) -> Result<()> {
    // Not from the pool: what goes back there would keep the lock.
    let mut conn = db.dedicated().await?;
    while !leader::try_hold(&mut conn, LOCK).await? {
        if is_over(stop) {
            return Ok(());
        }
        rest(stop, REST).await;
    }
    let mut next = follower::next(&mut conn, FOLLOWER).await?;
    while !is_over(stop) {
        let to = follower::size(&mut conn).await?.min(next + BATCH);
        if to == next {
            rest(stop, REST).await;
            continue;
        }
        next = tell(app, portal, &mut conn, (next, to), stop).await?;
    }
    Ok(())
}

/// Tells what these entries have to tell, one after the other; returns where it has come to.
async fn tell(
    app: &App,
    portal: &Portal,
    conn: &mut AsyncPgConnection,
    (from, to): (i64, i64),
    stop: &mut watch::Receiver<bool>,
) -> Result<i64> {
    for change in changes(conn, &app.catalogue.load(), (from, to)).await? {
        let mut pause = REST;
        while let Err(why) = portal.tell(&change).await {
            log::warn!("the national portal has not taken entry {} yet: {why}", change.number);
            rest(stop, pause).await;
            if is_over(stop) {
                return Ok(change.number);
            }
            pause = (pause * 2).min(PATIENCE);
        }
        follower::come_to(conn, FOLLOWER, change.number + 1).await?;
    }
    follower::come_to(conn, FOLLOWER, to).await?;
    Ok(to)
}
