//! `caunoi demo`: a year of a city, simulated.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use api::database;
use api::server;
use api::settings::{Flags, Settings};
use api::simulation::{self, Plan, Progress};
use chrono::NaiveDate;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::{Clock, Db, db};

use super::say;
use super::serve::StopSignals;

#[derive(Args)]
pub struct Demo {
    #[command(flatten)]
    flags: Flags,
    /// How many days it has.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3660))]
    days: u32,
    /// How many dossiers are filed in it.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    dossiers: u32,
    /// The same seed gives the same dossiers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day on which it is over, as 2026-11-26; today when absent.
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
}

/// Simulates, in a demo database alone, made where there is none: a real city's is marked otherwise from its first start on,
/// and its figures must never hold what nobody filed.
pub async fn simulate(args: Demo) -> Result<(), String> {
    let mut stop = StopSignals::listen().map_err(|error| format!("Signals cannot be listened to: {error}."))?;
    let settings = Settings::check(&Flags { demo: true, ..args.flags })?;
    let database = database::open(&settings).await?;
    let db = Db::new(&db::Settings { size: 8, ..database.settings.clone() })?;
    let clock = Clock::default();
    let until = args.until.unwrap_or_else(|| deadlines::vn_date(clock.now()));
    let plan = Plan { until, days: args.days, dossiers: args.dossiers, seed: args.seed };
    let app = server::load(settings, &db, clock).await?;

    let stopped = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stopped);
    let listening = tokio::spawn(async move {
        stop.wait().await;
        told.store(true, Ordering::Relaxed);
    });
    let (bar, began) = (progress(plan.dossiers), Instant::now());
    let show = |Progress { day, filed, ended }| {
        bar.set_position(filed.into());
        bar.set_message(format!("{day}, {ended} ended"));
    };
    let done = simulation::run(&app, &db, &plan, &stopped, &show).await;
    bar.finish_and_clear();
    listening.abort();
    let report = done?;
    let took = began.elapsed().as_secs_f64();
    say(&report);
    let filed = report.total().filed;
    say(format_args!("{filed} dossiers in {took:.1} s: {:.0} a second.", f64::from(filed) / took));
    if let Some(at) = report.stopped_at {
        say(format_args!(
            "Stopped on {}: what was filed stays as it was then, and the server tells what has run out since.",
            deadlines::vn_date(at)
        ));
    }
    Ok(())
}

/// A bar on a terminal; where nobody looks, nothing.
fn progress(dossiers: u32) -> ProgressBar {
    let style = "{bar:40} {pos} of {len} filed, {per_sec}, {eta} left: {msg}";
    ProgressBar::new(dossiers.into()).with_style(ProgressStyle::with_template(style).expect("a good template"))
}
