//! Cases that take a random way: whatever senders, reception, officers, heads and those whom they accuse do, in whatever order, the
//! rules alone say what is taken and from whom, what is refused changes nothing, and rows, limits, timers, lists, registers, figures and
//! journal agree.
//!
//! `SEED` is told where it fails, and repeats it; `RUNS` is how often it is done, once when it is not said.

mod agreement;
mod deeds;
mod figures;
mod people;
mod readers;
mod stored;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use complaints::CaseKind;
use complaints::workflow::CaseAction;
use directory::Agencies;
use kernel::rules::Rules;
use serde_json::{Value, json};

use super::stands::hire;
use super::{new, sender};
use crate::cast::Cast;
use crate::harness::{Client, TestApp, monday};
use crate::journal::verified;
use people::signed_in;
use stored::Stored;

const LETTERS: usize = 28;
const ROUNDS: usize = 7;

/// One case.
struct Way {
    id: String,
    /// What was done to it, for whoever reads why this fails.
    told: Vec<String>,
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} after {:?}", self.id, self.told)
    }
}

/// What was met on the ways: that little is would tell little.
#[derive(Default)]
struct Met {
    taken: BTreeSet<CaseAction>,
    refused: usize,
    deeds: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_in_whatever_order_the_rules_alone_say_what_is_taken_and_all_agrees() {
    let told = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let first = told("SEED").unwrap_or_else(|| fastrand::u64(..));
    for run in 0..told("RUNS").unwrap_or(1) {
        run_of(first.wrapping_add(run)).await;
    }
}

async fn run_of(seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    hire(&app).await;
    let mut conn = app.db.conn().await.unwrap();
    let rules = Rules::read(&mut conn).await.unwrap();
    rules.keep_standings(Agencies::read(&mut conn).await.unwrap().standings());
    drop(conn);
    let mut ways = Vec::new();
    for n in 0..LETTERS {
        let (who, letter) = letter(n);
        let id = cast.client(who).post("/v1/cases", letter).await.expect(201).id();
        ways.push(Way { id, told: vec![format!("SEED={seed}")] });
    }
    let (mut now, mut met) = (monday(), Met::default());
    for _ in 0..ROUNDS {
        now += TimeDelta::minutes(rng.i64(60..60 * 24 * 14));
        app.set_time(&now.to_rfc3339());
        let head = app.staff("lanhdao").await;
        for way in ways.iter_mut().filter(|_| rng.bool()) {
            before_the_worker(&head, way).await;
        }
        let people = signed_in(&app).await;
        let mut n = 0;
        while n < ways.len() {
            for _ in 0..rng.usize(1..5) {
                deeds::deed(&mut rng, (&app, &people, &rules), &mut ways[n], &mut met).await;
            }
            let grown = grown(&app, &ways, n).await;
            ways.extend(grown);
            n += 1;
        }
        let mut stored = Vec::new();
        for way in &ways {
            stored.push(Stored::settled(&app, &way.id).await);
        }
        readers::agree(&people, &rules, &stored, &format!("SEED={seed}, {now}")).await;
    }
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let mut stored = Vec::new();
    for way in &ways {
        let it = Stored::settled(&app, &way.id).await;
        agreement::of_journal(&app, &it, now, way).await;
        stored.push(it);
    }
    figures::add_up(&signed_in(&app).await, &stored, &format!("SEED={seed}")).await;
    assert_eq!(verified(&app).await.findings, Vec::<String>::new(), "SEED={seed}: the chain");
    let Met { taken, refused, deeds } = met;
    assert!(taken.len() > 15 && refused > LETTERS && deeds > LETTERS * 3, "SEED={seed}: {taken:?}, {refused}, {deeds}");
}

/// Whoever has it is as fast as whatever tells what has run out.
async fn before_the_worker(head: &Client, way: &mut Way) {
    let note = head.post(&format!("/v1/cases/{}/notes", way.id), json!({ "words": "Đã gọi điện." })).await;
    way.told.push(format!("at once: {}", note.status));
    assert!([201, 403, 404].contains(&note.status.as_u16()), "{way}: {}", note.text);
}

/// Of every kind; online and on paper; about nobody, an official of the agency, the whole unit, or an inspector. And who brings it.
fn letter(n: usize) -> (&'static str, Value) {
    let kind = CaseKind::ALL[n % CaseKind::ALL.len()];
    let mut letter = new(kind);
    if kind == CaseKind::ConductReport {
        match n / CaseKind::ALL.len() {
            0 => letter["facts"]["official_id"] = json!(directory::demo::staff_id("chuyenvien").unwrap()),
            1 => letter["facts"]["official_id"] = json!(directory::demo::staff_id("thanhtra").unwrap()),
            2 => letter["facts"]["unit_id"] = json!(directory::demo::agency_id("H26.13.01").unwrap()),
            _ => {}
        }
    }
    let on_paper = n % 5 == 4 && kind != CaseKind::SupervisionRecommendation && letter["facts"]["unit_id"].is_null();
    if on_paper {
        letter["channel"] = json!("post");
    }
    (if on_paper { "tiepnhan" } else { sender(kind) }, letter)
}

/// What grew out of it: the second complaint, what was split off, what it was converted into.
async fn grown(app: &TestApp, ways: &[Way], n: usize) -> Vec<Way> {
    let of = &ways[n];
    let grown = format!("SELECT coalesce(jsonb_agg(id ORDER BY id), '[]') FROM cases WHERE origin_id = '{}'", of.id);
    let ids: Vec<String> = serde_json::from_str(&app.text(&grown).await).unwrap();
    let new = ids.into_iter().filter(|id| ways.iter().all(|way| way.id != *id));
    let told = || of.told.iter().cloned().chain([format!("out of {}", of.id)]).collect();
    new.map(|id| Way { id, told: told() }).collect()
}
