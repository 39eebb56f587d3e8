//! Denunciations that take a random way: whatever officers, the agency above, denouncers and those whom they accuse do, in whatever order,
//! the table alone says what is taken and from whom, what is refused changes nothing, and rows, limits, timers, lists, registers, figures
//! and journal agree.
//!
//! `SEED` is told where it fails, and repeats it; `RUNS` is how often it is done, once when it is not said.

mod agreement;
mod deeds;
mod expected;
pub mod people;
mod readers;
pub mod stored;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use denunciations::receive::receipt_hash;
use kernel::rules::Rules;
use serde_json::{Value, json};

use super::{lead, new, of_two};
use crate::cast::Cast;
use crate::harness::{TestApp, monday};
use crate::journal::verified;
use people::{hire, signed_in};
use stored::Stored;

const LETTERS: usize = 28;
const ROUNDS: usize = 7;

/// One denunciation.
struct Way {
    id: String,
    code: String,
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
    taken: BTreeSet<&'static str>,
    refused: usize,
    deeds: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_in_whatever_order_the_table_alone_says_what_is_taken_and_all_agrees() {
    let told = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let first = told("SEED").unwrap_or_else(|| fastrand::u64(..));
    for run in 0..told("RUNS").unwrap_or(1) {
        run_of(first.wrapping_add(run)).await;
    }
}

async fn run_of(seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let app = TestApp::new().await;
    Cast::of(&app).await;
    hire(&app).await;
    let rules = Rules::read(&mut app.db.conn().await.unwrap()).await.unwrap();
    let mut ways = Vec::new();
    for n in 0..LETTERS {
        ways.push(sent(&app, letter(n), format!("SEED={seed}")).await);
    }
    let (mut now, mut met) = (monday(), Met::default());
    for _ in 0..ROUNDS {
        now += TimeDelta::minutes(rng.i64(60..60 * 24 * 16));
        app.set_time(&now.to_rfc3339());
        for way in &mut ways {
            if rng.u8(..3) == 0 {
                before_the_worker(&app, way).await;
            }
        }
        let people = signed_in(&app).await;
        for way in &mut ways {
            for _ in 0..rng.usize(1..6) {
                deeds::deed(&mut rng, (&app, &people, &rules), way, &mut met).await;
            }
        }
        let mut stored = Vec::new();
        for way in &ways {
            stored.push(Stored::settled(&app, &way.id).await);
        }
        readers::agree(&people, &stored, &format!("SEED={seed}, {now}")).await;
    }
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    for way in &ways {
        let it = Stored::settled(&app, &way.id).await;
        agreement::of_journal(&app, &it, now, way).await;
    }
    assert_eq!(verified(&app).await.findings, Vec::<String>::new(), "SEED={seed}: the chain");
    let Met { taken, refused, deeds } = met;
    assert!(taken.len() > 12 && refused > LETTERS && deeds > LETTERS * 3, "SEED={seed}: {taken:?}, {refused}, {deeds}");
}

/// Signed or not; against somebody, the inspectorate, the agency above, or nobody who has an account.
fn letter(n: usize) -> Value {
    let mut letter = match (n % 5, n % 4) {
        (1, _) => lead(),
        (_, 3) => of_two(),
        _ => new(),
    };
    let unit = |code: &str| json!(directory::demo::agency_id(code).unwrap());
    match n % 7 {
        2 => letter["accused"][0]["official_id"] = json!(directory::demo::staff_id("thanhtra").unwrap()),
        3 => letter["accused"][0]["unit_id"] = unit("H26"),
        4 => letter["accused"][0]["unit_id"] = unit("H26.5"),
        5 => letter["accused"][0]["name"] = json!("Hoang Duc Long, thanh tra viên"),
        6 => letter["accused"][0]["name"] = json!("Bà Dương Thị Thuỷ"),
        _ => {}
    }
    letter
}

async fn sent(app: &TestApp, letter: Value, told: String) -> Way {
    let sent = app.anonymous().post("/v1/denunciations", letter).await.expect(201).json;
    let code = sent["receipt_code"].as_str().unwrap().to_owned();
    let hash: String = receipt_hash(&code).iter().map(|byte| format!("{byte:02x}")).collect();
    let row = format!("FROM denunciations.denunciations WHERE receipt_hash = '\\x{hash}'");
    Way { id: app.text(&format!("SELECT id {row}")).await, code, told: vec![told] }
}

/// Its denouncer is as fast as whatever tells what has run out.
async fn before_the_worker(app: &TestApp, way: &mut Way) {
    let words = json!({ "receipt_code": way.code, "words": "Tôi còn giữ bản ghi âm." });
    let answer = app.anonymous().post("/v1/denouncer/add", words).await;
    way.told.push(format!("{}: at once: {}", app.clock.now(), answer.status));
    assert!([200, 409].contains(&answer.status.as_u16()), "{way}: {}", answer.text);
}
