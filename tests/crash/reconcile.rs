//! Holds what the clients were told against what there is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Clock;
use kernel::schema::{journal, timers};
use tokio::time::sleep;
use uuid::Uuid;

use crate::books::{Books, Dossier, Entry};
use crate::client::Client;
use crate::importer::Imported;
use crate::ledger::Life;
use crate::matters;
use crate::program::Program;
use crate::world::{Outcome, World};

/// How long numbering and timers may need when all is quiet. A timer that could not fire is put off for a minute.
const PATIENCE: Duration = Duration::from_secs(90);

/// Checks everything and gives the summary; what is wrong is noted as a violation.
pub async fn reconcile(
    world: &Arc<World>,
    program: &mut Program,
    clients: Vec<Client>,
    moved: BTreeMap<Uuid, usize>,
    imported: Imported,
) -> Outcome<String> {
    let mut looking = Vec::new();
    for mut client in clients {
        looking.push(tokio::spawn(async move {
            client.look_again().await;
            client.follow_again().await;
            (client.lives, client.matters)
        }));
    }
    let (mut lives, mut brought) = (Vec::new(), Vec::new());
    for each in looking {
        let (led, matters) = each.await?;
        lives.extend(led);
        brought.extend(matters);
    }
    wait_until_quiet(world).await?;
    let imported = imported.check(world).await?;
    let books = Books::read(&mut *world.db.conn().await?).await?;
    let by_entity = by_entity(&books);
    let mut wrong = Wrong::default();
    for life in &lives {
        wrong.dossier(life, &books, by_entity.get(&life.id).map_or(&[], Vec::as_slice));
    }
    wrong.strangers(&lives, &books);
    wrong.codes(&lives, &books);
    wrong.register(&books);
    wrong.journal(&books, &by_entity);
    wrong.words.extend(matters::check(&brought, &books.matters, &by_entity));
    let fired = wrong.timers(&lives, &books, &by_entity, &moved);
    let checkpoints = checkpoints(program, books.size, &mut wrong).await?;
    wrong.words.into_iter().for_each(|words| world.violation(words));

    let tally = &world.tally;
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    eprintln!(
        "{} dossiers, {} cases and denunciations, {} payments; tries without an answer {}, told to come later {}, answered again {}, faults {}",
        lives.len(),
        brought.len(),
        lives.iter().map(|life| life.paid.len()).sum::<usize>(),
        count(&tally.unanswered),
        count(&tally.put_off),
        count(&tally.replayed),
        count(&tally.faults)
    );
    Ok(format!(
        "{} acknowledged writes, {} lost, {} doubled, {} code conflicts, journal 0..{} {}, {checkpoints} checkpoints confirmed, {fired} timers fired; {imported}",
        count(&tally.acknowledged),
        wrong.lost,
        wrong.doubled,
        wrong.codes,
        books.size - 1,
        if wrong.gaps == 0 { "gapless" } else { "WITH GAPS" }
    ))
}

/// Waits until every entry has its number and nothing is due.
async fn wait_until_quiet(world: &World) -> Outcome {
    let since = Instant::now();
    // The last timers were moved to moments up to ten seconds ahead.
    sleep(Duration::from_secs(10)).await;
    loop {
        let conn = &mut *world.db.conn().await?;
        let waiting: i64 = journal::table.filter(journal::number.is_null()).count().get_result(conn).await?;
        let due = timers::fire_at.le(Clock::default().now()).or(timers::attempts.gt(0));
        let due: i64 = timers::table.filter(due).count().get_result(conn).await?;
        if waiting == 0 && due == 0 {
            return Ok(());
        }
        if since.elapsed() > PATIENCE {
            world.violation(format!("{waiting} entries are not numbered, {due} timers have not fired"));
            return Ok(());
        }
        sleep(Duration::from_millis(200)).await;
    }
}

fn by_entity(books: &Books) -> HashMap<Uuid, Vec<&Entry>> {
    let mut by_entity: HashMap<Uuid, Vec<&Entry>> = HashMap::new();
    for entry in &books.entries {
        by_entity.entry(entry.entity_id).or_default().push(entry);
    }
    by_entity
}

/// What is not as it must be.
#[derive(Default)]
struct Wrong {
    lost: usize,
    doubled: usize,
    codes: usize,
    gaps: usize,
    words: Vec<String>,
}

impl Wrong {
    fn say(&mut self, words: String) {
        self.words.push(words);
    }

    /// One dossier: there, as told, with every acknowledged event, and nothing twice.
    fn dossier(&mut self, life: &Life, books: &Books, entries: &[&Entry]) {
        let Some(row) = books.dossiers.get(&life.id) else {
            self.lost += 1;
            return self.say(format!("dossier {} was acknowledged and is lost", life.id));
        };
        if row.status != life.status || row.code != life.code {
            self.lost += 1;
            self.say(format!("{life:?} is {row:?}"));
        }
        for (version, event) in &life.events {
            if !entries.iter().any(|entry| entry.entity_version == *version && entry.event_kind == *event) {
                self.lost += 1;
                self.say(format!("{event} of dossier {} (version {version}) was acknowledged and is lost", life.id));
            }
        }
        let paid: Vec<_> = books.payments.iter().filter(|(dossier, ..)| *dossier == life.id).collect();
        let is_there = |order: &Uuid| paid.iter().filter(|(_, paid, settled)| paid == order && *settled).count() == 1;
        if !life.paid.iter().all(is_there) {
            self.lost += 1;
            self.say(format!("the payers of {life:?} were told that it is paid, and there is {paid:?}"));
        }
        if paid.len() > life.paid.len() {
            self.doubled += 1;
            self.say(format!("{life:?} was paid more often than once: {paid:?}"));
        }
        let told = life.events.len()
            + life.papers.len()
            + life.paid.len()
            + entries.iter().filter(|entry| entry.is_fired()).count();
        if entries.len() > told || books.papers.get(&life.id) != Some(&life.papers.len()) {
            self.doubled += 1;
            self.say(format!("something of {life:?} was done twice: {entries:?}"));
        }
    }

    /// Dossiers that nobody was told of: every create was retried until it was acknowledged, so there must be none
    /// beside those of the demo itself.
    fn strangers(&mut self, lives: &[Life], books: &Books) {
        let marks: Vec<&str> = books.dossiers.values().filter_map(|row| row.form["mark"].as_str()).collect();
        let told: BTreeSet<&str> = lives.iter().map(|life| life.mark.as_str()).collect();
        let (known, strangers): (Vec<&str>, Vec<&str>) = marks.into_iter().partition(|mark| told.contains(mark));
        let twice = known.len() - known.iter().collect::<BTreeSet<_>>().len();
        if strangers.len() + twice > 0 {
            self.doubled += strangers.len() + twice;
            self.say(format!("{} dossiers that nobody was told of, {twice} made twice", strangers.len()));
        }
        let waiting = lives.iter().filter(|life| books.waiting.contains(&life.id)).count();
        if waiting > 0 {
            self.lost += waiting;
            self.say(format!("papers of {waiting} dossiers were uploaded and have not arrived"));
        }
    }

    /// No code twice, and serials from 1 on without a gap for each unit and day.
    fn codes(&mut self, lives: &[Life], books: &Books) {
        let told: Vec<&str> = lives.iter().filter_map(|life| life.code.as_deref()).collect();
        let twice = told.len() - told.iter().collect::<BTreeSet<_>>().len();
        if twice > 0 {
            self.codes += twice;
            self.say(format!("{twice} codes were given twice"));
        }
        let mut serials: HashMap<(Uuid, NaiveDate), Vec<i64>> = HashMap::new();
        for row in books.dossiers.values() {
            if let (Some(code), Some(at)) = (&row.code, row.accepted_at) {
                let serial = code.rsplit('-').next().and_then(|serial| serial.parse().ok()).unwrap_or(0);
                serials.entry((row.receiving_agency_id, deadlines::vn_date(at))).or_default().push(serial);
            }
        }
        for (unit_and_day, given) in &mut serials {
            given.sort_unstable();
            let last = books.serials.get(unit_and_day).copied().unwrap_or(0);
            if !given.iter().copied().eq(1..=last) {
                self.codes += 1;
                self.say(format!("the serials of {unit_and_day:?}, up to {last}, are {given:?}"));
            }
        }
    }

    /// Every accepted dossier once in the register of the agency that received it, and numbers from 1 on without a gap.
    fn register(&mut self, books: &Books) {
        let mut numbers: HashMap<(Uuid, i16), Vec<i32>> = HashMap::new();
        for (book, number) in books.register.values() {
            numbers.entry(*book).or_default().push(*number);
        }
        for (book, given) in &mut numbers {
            given.sort_unstable();
            if !given.iter().copied().eq(1..=i32::try_from(given.len()).unwrap_or(0)) {
                self.codes += 1;
                self.say(format!("the numbers of the register {book:?} are {given:?}"));
            }
        }
        let entered =
            |row: &&Dossier| books.register.get(&row.id).is_some_and(|((unit, _), _)| *unit == row.receiving_agency_id);
        let accepted = books.dossiers.values().filter(|row| row.accepted_at.is_some());
        let missing = accepted.filter(|row| !entered(row)).count();
        if missing > 0 {
            self.codes += missing;
            self.say(format!("{missing} accepted dossiers are not in the register of their agency"));
        }
    }

    /// Numbers without gaps, and for every row exactly the entries of its versions, in their order.
    fn journal(&mut self, books: &Books, by_entity: &HashMap<Uuid, Vec<&Entry>>) {
        let numbers = books.entries.iter().map(|entry| entry.number);
        if !numbers.eq((0..books.size).map(Some)) {
            self.gaps += 1;
            self.say(format!("the numbers of {} entries are not 0 to {}", books.entries.len(), books.size - 1));
        }
        let dossiers = books.dossiers.values().map(|row| (row.id, row.version));
        let rows: HashMap<Uuid, i32> = dossiers.chain(books.others.iter().copied()).collect();
        for (id, version) in &rows {
            let versions = by_entity.get(id).into_iter().flatten().map(|entry| entry.entity_version);
            if !versions.clone().eq(1..=*version) {
                let versions: Vec<i32> = versions.collect();
                self.say(format!("{id} has version {version} and entries of {versions:?}"));
            }
        }
        for id in by_entity.keys().filter(|id| !rows.contains_key(id)) {
            self.say(format!("there are entries of {id}, which is not there"));
        }
    }

    /// A timer that was moved into the run has fired, once; one that was not may have been moved without our being
    /// told. Gives how many fired.
    fn timers(
        &mut self,
        lives: &[Life],
        books: &Books,
        by_entity: &HashMap<Uuid, Vec<&Entry>>,
        moved: &BTreeMap<Uuid, usize>,
    ) -> usize {
        let mut waiting: BTreeMap<Uuid, usize> = BTreeMap::new();
        books.timers.iter().for_each(|id| *waiting.entry(*id).or_default() += 1);
        let mut total = 0;
        for life in lives.iter().filter(|life| life.asleep) {
            let entries = by_entity.get(&life.id).into_iter().flatten();
            let fired = entries.filter(|entry| entry.is_fired()).count();
            let set = waiting.get(&life.id).copied().unwrap_or(0);
            let moved = moved.get(&life.id).copied().unwrap_or(0);
            // Until it is handed over, an accepted dossier has the limit for that beside its own.
            let needed = 1 + books.dossiers.get(&life.id).map_or(0, |row| usize::from(row.waits_for_hand_over()));
            if fired + set != needed || fired < moved {
                let id = life.id;
                self.say(format!("{id} needs {needed} timers: {moved} were due, {fired} fired, {set} are set"));
            }
            total += fired;
        }
        let idle = lives.iter().filter(|life| !life.asleep && waiting.contains_key(&life.id)).count();
        if idle > 0 {
            self.say(format!("{idle} dossiers have timers and need none"));
        }
        total
    }
}

/// Stops the program and lets it verify its journal; gives how many checkpoints it confirmed.
async fn checkpoints(program: &mut Program, size: i64, wrong: &mut Wrong) -> Outcome<usize> {
    let status = program.stop().await?;
    if !status.success() {
        wrong.say(format!("the program did not stop well ({status}):\n{}", program.last_words()));
    }
    let lines = std::fs::read_to_string(program.dir.join("checkpoints.jws"))?.lines().count();
    let (status, said) = program.run(&["verify-journal"]).await?;
    let expected = format!("{size} entries, {lines} of {lines} checkpoints confirmed, {size} entries covered.");
    if !status.success() || !said.contains(&expected) {
        wrong.say(format!("verify-journal: not \"{expected}\" but ({status}) {said}"));
    }
    Ok(lines)
}
