//! A part of the dossiers, moved one after another in the order of their moments, on a connection of their own.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Timeliness;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use fastrand::Rng;
use kernel::{Ctx, Db, Result};
use procedures::clock::timeliness_of;
use procedures::dossier::{DossierId, load};
use procedures::workflow::Status;

use super::demand::{filing, pick};
use super::life::{Act, Heard, Life};
use super::{Progress, Report, Scene};

pub(super) struct Lane<'a> {
    conn: AsyncPgConnection,
    agenda: BinaryHeap<Reverse<(DateTime<Utc>, usize)>>,
    lives: HashMap<usize, Life<'a>>,
    added: usize,
    at: Option<DateTime<Utc>>,
}

impl<'a> Lane<'a> {
    pub async fn new(db: &Db) -> Result<Self> {
        let mut conn = db.dedicated().await?;
        // A simulated change may be lost with the power, whole: nobody was promised it.
        conn.batch_execute("SET synchronous_commit = off").await?;
        Ok(Self { conn, agenda: BinaryHeap::new(), lives: HashMap::new(), added: 0, at: None })
    }

    pub fn add(&mut self, at: DateTime<Utc>, life: Life<'a>) {
        self.lives.insert(self.added, life);
        self.agenda.push(Reverse((at, self.added)));
        self.added += 1;
    }

    /// The last moment at which something was done.
    pub fn stands_at(&self) -> Option<DateTime<Utc>> {
        self.at
    }

    /// Does everything that happens before a moment.
    pub async fn go_on(
        &mut self,
        scene: &Scene<'_>,
        until: DateTime<Utc>,
        stop: &AtomicBool,
        report: &RefCell<Report>,
        state: &RefCell<Progress>,
        progress: &dyn Fn(Progress),
    ) -> Result<()> {
        while let Some(Reverse((at, n))) = self.agenda.peek().copied().filter(|Reverse((at, _))| *at < until) {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            self.agenda.pop();
            let Some(life) = self.lives.get_mut(&n) else { continue };
            let files = life.act == Act::File;
            let next = life.go_on(&mut self.conn, scene, at).await?;
            self.at = Some(at);
            state.borrow_mut().filed += u32::from(files);
            match next {
                Some((then, act)) => {
                    life.act = act;
                    self.agenda.push(Reverse((then, n)));
                }
                None => {
                    let Heard { status, outcome, timeliness, .. } = life.heard;
                    report.borrow_mut().count(life.channel, status, outcome, timeliness);
                    state.borrow_mut().ended += 1;
                    self.lives.remove(&n);
                }
            }
            progress(*state.borrow());
        }
        Ok(())
    }

    /// Counts what is still under way.
    pub async fn count(&mut self, ctx: &Ctx, report: &mut Report) -> Result<()> {
        for life in self.lives.values().filter(|life| life.act != Act::File) {
            let dossier = load(&mut self.conn, ctx, life.id).await?;
            report.count(life.channel, dossier.status, dossier.outcome, timeliness_of(&dossier, ctx.now));
        }
        Ok(())
    }
}

/// Somebody is going to file something on a day.
pub(super) fn begin_life<'a>(
    scene: &'a Scene<'_>,
    mut rng: Rng,
    day: NaiveDate,
    worked: bool,
    dossiers: u32,
) -> Option<(DateTime<Utc>, Life<'a>)> {
    let (matter, channel, at) = filing(&mut rng, scene.catalogue, day, worked)?;
    let communes = &scene.city.communes;
    let weights = communes.iter().map(|unit| unit.weight);
    let at_home = &communes[pick(&mut rng, weights.clone())?];
    // Some go to a branch of the centre, which receives for all.
    let branches = &scene.city.branches;
    let branch = pick(&mut rng, branches.iter().map(|unit| unit.weight)).map(|n| &branches[n]);
    let receiving = branch.filter(|_| channel.is_reception() && rng.u32(0..100) < 15).unwrap_or(at_home);
    let content = &scene.catalogue.choose(matter.procedure, matter.case, day).ok()?.0.content.0;
    // Who is not bound to where they live files at work, now and then.
    let elsewhere = content.non_territorial && rng.u32(0..100) < 10;
    let deciding = match &scene.city.justice {
        Some(justice) if content.level == procedures::catalogue::Level::City => justice,
        _ if elsewhere && receiving.agency == at_home.agency => &communes[pick(&mut rng, weights)?],
        _ => at_home,
    };
    let life = Life {
        id: DossierId::at(at),
        matter,
        channel,
        receiving,
        deciding,
        // Everybody comes five times a year or so.
        person: rng.u32(1..=(dossiers / 5).clamp(100, 1_000_000)),
        rng,
        act: Act::File,
        heard: Heard { status: Status::Draft, timeliness: Timeliness::NotRunning, outcome: None, due_at: None },
        procedure: None,
        account: None,
        owed: None,
        proposed_at: at,
        turns: Vec::new(),
        refused: None,
    };
    Some((at, life))
}
