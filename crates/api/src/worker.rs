//! What goes on without a request: numbering the journal, firing timers, checkpoints, housekeeping.
//!
//! Every replica runs it; one leads, by a lock that its connection holds, and another takes over when that one ends.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use complaints::inspection;
use diesel_async::AsyncPgConnection;
use kernel::journal::{checkpoint, leader};
use kernel::problem::{CONFLICT, Result};
use kernel::timers::Due;
use kernel::{Actor, Ctx, Db, idempotency, timers};
use procedures::fee::refund;
use tokio::sync::watch;

use crate::app::App;
use crate::erasure;
use crate::traffic::Traffic;

/// How long the leader rests when it has caught up: entries are numbered within 200 ms.
const REST: Duration = Duration::from_millis(50);
/// How long the others wait between looking whether somebody leads.
const STANDBY: Duration = Duration::from_secs(1);
const CHECKPOINTS: Duration = Duration::from_secs(60);
const HOUSEKEEPING: Duration = Duration::from_secs(300);
/// No upload takes longer: what is unfinished for so long was cut off.
const UPLOAD: TimeDelta = TimeDelta::hours(24);
/// Entries numbered at once.
const BATCH: usize = 2_000;
/// Timers fired at once, each in a trip of its own: no more than leaves the entries their 200 ms.
const TIMERS: usize = 50;

/// What the worker reaches.
pub struct Reached {
    /// All but what may be another database.
    pub db: Db,
    /// Who denounces.
    pub vault: Db,
}

/// Works until `stop` says so.
pub async fn run(app: Arc<App>, dbs: Reached, traffic: Arc<Traffic>, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = lead(&app, &dbs, &traffic, &mut stop).await {
            log::error!("worker: {error}");
        }
        if is_over(&stop) {
            return;
        }
        tokio::select! { _ = stop.changed() => {}, () = tokio::time::sleep(STANDBY) => {} }
    }
}

/// It was told to stop, or whoever could tell it is gone.
pub fn is_over(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

/// Leads for as long as the connection holds, once nobody else does.
async fn lead(app: &Arc<App>, dbs: &Reached, traffic: &Traffic, stop: &mut watch::Receiver<bool>) -> Result<()> {
    // Not from the pool: what goes back there would keep leading.
    let mut conn = dbs.db.dedicated().await?;
    while !leader::try_lead(&mut conn).await? {
        if is_over(stop) {
            return Ok(());
        }
        tokio::select! { _ = stop.changed() => {}, () = tokio::time::sleep(STANDBY) => {} }
    }
    log::info!("worker: leading");
    leader::make_room(&mut conn).await?;
    let (mut checkpointed, mut tidied, mut erased) = (None::<Instant>, None::<Instant>, None::<Instant>);
    let is_due = |last: &Option<Instant>, every| last.is_none_or(|last| last.elapsed() >= every);
    while !is_over(stop) {
        let numbered = leader::number(&mut conn, BATCH).await?;
        let fired = fire(app, &mut conn).await?;
        if is_due(&checkpointed, CHECKPOINTS) {
            checkpointed = Some(Instant::now());
            leader::make_room(&mut conn).await?;
            export(app, &mut conn).await?;
        }
        if is_due(&tidied, HOUSEKEEPING) {
            tidied = Some(Instant::now());
            tidy(app, &mut conn, traffic).await?;
        }
        // After what was tidied: no kept answer still holds what is erased.
        if is_due(&erased, HOUSEKEEPING) {
            let done = erasure::run(app, &mut conn, &dbs.vault).await;
            let more = done.unwrap_or_else(|error| {
                log::error!("what is past its time stays for now: {error}");
                false
            });
            erased = (!more).then(Instant::now);
        }
        // Entry by entry, numbering would cost as much as the work it records; a full batch has more behind it.
        let more = numbered == BATCH || fired == TIMERS;
        if !more {
            tokio::select! { _ = stop.changed() => {}, () = tokio::time::sleep(REST) => {} }
        }
    }
    // What was acknowledged before the stop is under a checkpoint after it.
    while leader::number(&mut conn, BATCH).await? > 0 {}
    export(app, &mut conn).await
}

/// Fires what is due. A timer that fails is put off and the others go on.
async fn fire(app: &Arc<App>, conn: &mut AsyncPgConnection) -> Result<usize> {
    let ctx = Ctx { actor: Actor::System, now: app.clock.now() };
    let due = timers::due(conn, ctx.now, TIMERS).await?;
    let catalogue = app.catalogue.load_full();
    let world = app.world(&catalogue);
    for timer in &due {
        let fired = match timer.entity_kind.as_str() {
            "dossier" => procedures::timer::fire(conn, &ctx, world, timer).await.map(drop),
            denunciations::timer::ENTITY => {
                denunciations::timer::fire(conn, &ctx, app.denunciations(), timer).await.map(drop)
            }
            complaints::timer::ENTITY => complaints::timer::fire(conn, &ctx, app.cases(), timer).await.map(drop),
            inspection::timer::ENTITY => inspection::timer::fire(conn, &ctx, app.cases(), timer).await,
            privacy::breach::timer::ENTITY => privacy::breach::timer::fire(conn, &ctx, &app.rules, timer).await,
            procedures::queue::ENTITY => procedures::queue::evening::fire(conn, &ctx, timer).await,
            procedures::appointment::ENTITY => procedures::appointment::timer::fire(conn, &ctx, timer).await,
            procedures::fee::refund::ENTITY => ask_back(app, conn, timer, ctx.now).await,
            procedures::consultation::ENTITY => procedures::consultation::lapse::fire(conn, &ctx, world, timer).await,
            procedures::recomputation::ENTITY => procedures::recompute::fire(conn, &ctx, world, timer).await,
            other => Err(kernel::problem::INTERNAL.because(format!("nobody fires timers of {other}"))),
        };
        match fired {
            Ok(_) => {}
            // Somebody changed it meanwhile: the next round sees what has become of it.
            Err(error) if error.is(&CONFLICT) => {}
            Err(error) => {
                log::warn!("timer {} of {} put off: {error}", timer.kind, timer.entity_id);
                timers::put_off(conn, timer, ctx.now).await?;
            }
        }
    }
    Ok(due.len())
}

/// Asks the gateway for money back. It is not waited for here: the journal must not stand still with it. Its answer is an event
/// that takes the timer away; until then the timer has been put off, and asks again.
async fn ask_back(app: &Arc<App>, conn: &mut AsyncPgConnection, timer: &Due, now: DateTime<Utc>) -> Result<()> {
    let Some(payment) = refund::due(conn, timer, now).await? else { return Ok(()) };
    if app.gateway.is_none() {
        log::error!("payment {} is to go back, and no PAYMENT_GATEWAY_URL is set", payment.id);
        return Ok(());
    }
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let Some(gateway) = &app.gateway else { return };
        if let Err(error) = gateway.refund(&payment).await {
            log::warn!("payment {} did not go back yet: {error}", payment.id);
        }
    });
    Ok(())
}

/// Where checkpoints are exported, one per line.
fn checkpoint_file(data_dir: &Path) -> PathBuf {
    data_dir.join("checkpoints.jws")
}

/// Whether checkpoints can be exported: a journal that nobody can verify later is no journal.
///
/// # Errors
/// One sentence for the operator.
pub fn check_exports(data_dir: &Path) -> Result<(), String> {
    let file = checkpoint_file(data_dir);
    let opened = fs::create_dir_all(data_dir).and_then(|()| OpenOptions::new().append(true).create(true).open(&file));
    opened.map(drop).map_err(|error| {
        let file = file.display();
        format!("{file} cannot be written ({error}), and the journal's checkpoints go there: name another DATA_DIR.")
    })
}

/// Signs, exports and keeps a checkpoint, if the journal has grown. A full disk is no reason to stop leading.
async fn export(app: &App, conn: &mut AsyncPgConnection) -> Result<()> {
    let Some(made) = checkpoint::sign(conn, &app.settings.keys, app.clock.now()).await? else { return Ok(()) };
    let file = checkpoint_file(&app.settings.data_dir);
    // With database and files elsewhere, nothing else has made the directory.
    match fs::create_dir_all(&app.settings.data_dir).and_then(|()| made.export(&file)) {
        Ok(()) => made.keep(conn).await,
        Err(error) => {
            log::error!("no checkpoint was exported: {} cannot be written: {error}", file.display());
            Ok(())
        }
    }
}

async fn tidy(app: &App, conn: &mut AsyncPgConnection, traffic: &Traffic) -> Result<()> {
    let now = app.clock.now();
    traffic.tidy();
    while idempotency::forget_old(conn, now).await? > 0 {}
    directory::housekeeping::forget_old(conn, now).await?;
    privacy::access::forget_old(conn, now).await?;
    procedures::queue::bound::forget_old(conn, now).await?;
    procedures::appointment::book::forget_old(conn, now).await?;
    if let Err(error) = app.files.remove_unfinished(now - UPLOAD).await {
        log::warn!("unfinished uploads stay: {error}");
    }
    Ok(())
}
