//! A year of a city, simulated: dossiers that go through the same use cases as everybody's, with a clock that is moved. For
//! figures, demos and load.
//!
//! `demand`: what is filed when; `city`: who works where, and how; `people`: who applies; `life`: what happens to
//! a dossier, at its `intake` and in its `examination`; `hours`: when somebody is at work; `report`: what came
//! of it.

mod city;
mod demand;
mod examination;
mod hours;
mod intake;
mod lane;
mod life;
mod people;
mod report;

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use deadlines::{end_of_day, vn_date};
use diesel_async::AsyncPgConnection;
use directory::AgencyKind;
use fastrand::Rng;
use futures_util::future::try_join_all;
use kernel::files::Sha256;
use kernel::journal::leader;
use kernel::{Actor, Ctx, Db, Error, Result, idempotency, timers};
use procedures::Catalogue;
use procedures::steps::World;

use self::city::City;
use self::hours::{Hours, begin};
use self::lane::Lane;
pub use self::report::{Figures, Report};
use crate::app::App;
use crate::demo;

/// What is to be simulated.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The day after the last one.
    pub until: NaiveDate,
    pub days: u32,
    pub dossiers: u32,
    /// The same seed gives the same city, and the same dossiers.
    pub seed: u64,
}

/// How far it is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub day: NaiveDate,
    pub filed: u32,
    pub ended: u32,
}

/// So many dossiers are moved side by side, each on a connection: a step mostly waits for its statements.
const LANES: usize = 4;
/// Entries numbered at once.
const BATCH: usize = 2_000;
/// Days for which the calendar must speak after the last one: limits that begin on it end later.
const AFTERWARDS: Days = Days::new(120);

/// What all of it goes by.
struct Scene<'a> {
    app: &'a App,
    catalogue: &'a Catalogue,
    city: City,
    hours: Hours,
    issuer: String,
    paper: Sha256,
}

impl Scene<'_> {
    fn world(&self) -> World<'_> {
        self.app.world(self.catalogue)
    }
}

/// Whether no server leads; one that has just ended lets go of it within a moment.
async fn leads(conn: &mut AsyncPgConnection) -> Result<bool> {
    for _ in 0..20 {
        if leader::try_lead(conn).await? {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(false)
}

/// Simulates. `stop` is looked at between two changes.
///
/// # Errors
/// One sentence for the operator.
pub async fn run(
    app: &App,
    db: &Db,
    plan: &Plan,
    stop: &AtomicBool,
    progress: &dyn Fn(Progress),
) -> Result<Report, String> {
    let first_day = first_day(app, plan)?;
    let mut conn = db.dedicated().await.map_err(|error| sentence(&error))?;
    // A server's worker would fire the timers of the past by the clock of today.
    if !leads(&mut conn).await.map_err(|error| sentence(&error))? {
        return Err(
            "A server runs on this database, and its clock is not that of a simulated year: stop it first.".to_owned()
        );
    }
    live_through(app, db, &mut conn, plan, first_day, stop, progress).await.map_err(|error| sentence(&error))
}

fn sentence(error: &Error) -> String {
    format!("The simulation stopped, and what was done until then stays: {error}.")
}

/// The first day of a range of which everything is known.
fn first_day(app: &App, plan: &Plan) -> Result<NaiveDate, String> {
    let calendar = app.rules.calendar().map_err(|error| sentence(&error))?;
    let (first, last) = (*calendar.published().start(), *calendar.published().end());
    let ends = plan.until.checked_add_days(AFTERWARDS).filter(|ends| *ends <= last);
    let begins = plan.until.checked_sub_days(Days::new(plan.days.into())).filter(|begins| *begins >= first);
    let (Some(first_day), Some(_)) = (begins, ends) else {
        return Err(format!(
            "The {} days before {}, and the limits that begin on them, must lie within the calendar, which speaks of \
             {first} to {last}.",
            plan.days, plan.until
        ));
    };
    let agencies = app.agencies.load();
    let communes = agencies.all().filter(|agency| agency.kind == AgencyKind::Commune);
    let Some(began) = communes.map(|agency| agency.valid_from).min() else {
        return Err("The directory has no communes, where most is filed: load some with caunoi agency load.".to_owned());
    };
    if first_day < began {
        return Err(format!("The communes exist since {began}: what begins on {first_day} is too early for them."));
    }
    if plan.until > vn_date(app.clock.now()) {
        return Err(format!("{} is still to come: name a day in the past, or today.", plan.until));
    }
    Ok(first_day)
}

async fn live_through(
    app: &App,
    db: &Db,
    conn: &mut AsyncPgConnection,
    plan: &Plan,
    first_day: NaiveDate,
    stop: &AtomicBool,
    progress: &dyn Fn(Progress),
) -> Result<Report> {
    demo::store_paper(app).await?;
    let (catalogue, mut rng) = (app.catalogue.load_full(), Rng::with_seed(plan.seed));
    let city = City::found(conn, &app.agencies.load(), first_day, begin(first_day), &mut rng).await?;
    let scene = Scene {
        app,
        catalogue: &catalogue,
        city,
        hours: Hours::new(Arc::clone(app.rules.calendar()?)),
        issuer: app.settings.oidc.as_ref().map(|oidc| oidc.issuer.clone()).unwrap_or_default(),
        paper: Sha256::of(demo::PAPER),
    };
    let report = RefCell::new(Report::default());
    let state = RefCell::new(Progress { day: first_day, filed: 0, ended: 0 });
    let (mut lanes, mut next) = (Vec::new(), 0);
    for _ in 0..LANES {
        lanes.push(Lane::new(db).await?);
    }
    for (day, filed) in demand::spread(&scene.hours, first_day, plan.days, plan.dossiers)? {
        state.borrow_mut().day = day;
        let worked = scene.hours.is_open_on(day)?;
        for _ in 0..filed {
            let begun = lane::begin_life(&scene, rng.fork(), day, worked, plan.dossiers);
            if let Some((at, life)) = begun {
                lanes[next % LANES].add(at, life);
                next += 1;
            }
        }
        let until = end_of_day(day);
        try_join_all(lanes.iter_mut().map(|lane| lane.go_on(&scene, until, stop, &report, &state, progress))).await?;
        leader::make_room(conn).await?;
        if stop.load(Ordering::Relaxed) {
            report.borrow_mut().stopped_at = lanes.iter().filter_map(Lane::stands_at).max();
            break;
        }
        fire(scene.world(), conn, until).await?;
        number(conn).await?;
        while idempotency::forget_old(conn, until).await? > 0 {}
    }
    number(conn).await?;
    let mut report = report.into_inner();
    let end = report.stopped_at.unwrap_or_else(|| begin(plan.until));
    for lane in &mut lanes {
        lane.count(&Ctx { actor: Actor::System, now: end }, &mut report).await?;
    }
    Ok(report)
}

/// What runs out until the end of a day is told at its moment, as the worker does. No dossier has been moved after that
/// moment without having been told before.
async fn fire(world: World<'_>, conn: &mut AsyncPgConnection, until: DateTime<Utc>) -> Result<()> {
    loop {
        let mut fired = false;
        for due in timers::due(conn, until, usize::MAX).await? {
            let ctx = Ctx { actor: Actor::System, now: due.fire_at };
            match due.entity_kind.as_str() {
                "dossier" => drop(procedures::timer::fire(conn, &ctx, world, &due).await?),
                procedures::consultation::ENTITY => {
                    procedures::consultation::lapse::fire(conn, &ctx, world, &due).await?
                }
                // Nothing here sets others: they are the server's.
                _ => continue,
            }
            fired = true;
        }
        if !fired {
            return Ok(());
        }
    }
}

async fn number(conn: &mut AsyncPgConnection) -> Result<()> {
    while leader::number(conn, BATCH).await? > 0 {}
    Ok(())
}
