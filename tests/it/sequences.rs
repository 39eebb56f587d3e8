//! Dossiers that take a random way: whatever officers and citizens do in whatever order, no state is reached that the
//! table does not know, every date is that of the clock, and the journal tells it all.

use chrono::{DateTime, TimeDelta, Utc};
use deadlines::Clock;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::json::Json;
use kernel::rules::Rules;
use kernel::schema::{dossiers, timers};
use procedures::DossierId;
use procedures::workflow::{Action, Status, TABLE};
use serde_json::{Value, json};

use crate::cast::{BIRTH_ONLINE, Cast, Kind, PERMIT_AT_COUNTER, PERMIT_ONLINE, path, said};
use crate::harness::{TestApp, monday};

const DOSSIERS: usize = 24;
const ROUNDS: usize = 6;

struct Way {
    id: String,
    kind: Kind,
    steps: Vec<(Status, Action, Status)>,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_in_whatever_order_rows_clocks_timers_and_journal_agree() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let mut rng = fastrand::Rng::with_seed(seed);
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut ways = Vec::new();
    for n in 0..DOSSIERS {
        let kind = [PERMIT_ONLINE, PERMIT_AT_COUNTER, BIRTH_ONLINE][n % 3];
        ways.push(Way { id: cast.dossier(kind, Status::Draft).await, kind, steps: Vec::new() });
    }
    let mut now = monday();
    for _ in 0..ROUNDS {
        now += TimeDelta::minutes(rng.i64(60..60 * 50));
        app.set_time(&now.to_rfc3339());
        let cast = Cast::again(&app).await;
        for way in &mut ways {
            for _ in 0..rng.usize(1..4) {
                step(&mut rng, &cast, way, seed).await;
            }
        }
    }
    // What has run out by now is told, and only then are timers compared.
    app.eventually("SELECT count(*) FROM timers WHERE fire_at <= (SELECT max(recorded_at) FROM journal)", 0).await;
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let taken = ways.iter().map(|way| way.steps.len()).sum::<usize>();
    assert!(taken > 2 * DOSSIERS, "SEED={seed}: only {taken} steps were taken");
    for way in &ways {
        let last = way.steps.last().map_or(Status::Draft, |(_, _, to)| *to);
        agrees(&app, way, last, seed).await;
    }
}

/// One step that somebody is offered, if anybody is offered any.
async fn step(rng: &mut fastrand::Rng, cast: &Cast, way: &mut Way, seed: u64) {
    let mut players: Vec<_> = cast.0.iter().collect();
    rng.shuffle(&mut players);
    let (mut offer, at) = (None, format!("/v1/dossiers/{}", way.id));
    for player in players {
        let seen = player.client.get(&at).await;
        let offered = seen.json["allowed_actions"].as_array();
        if let Some(action) = offered.and_then(|offered| rng.choice(offered)) {
            offer = Some((player, Action::from_code(action.as_str().unwrap()).unwrap(), seen));
            break;
        }
    }
    let Some((player, action, seen)) = offer else { return };
    // Most go on for a while before they end.
    let ends = [Action::Withdraw, Action::Reject, Action::Stop, Action::ApproveWithdrawal].contains(&action);
    if ends && rng.u8(..5) > 0 {
        return;
    }
    let from = Status::from_code(seen.json["status"].as_str().unwrap()).unwrap();
    let body = words(way.kind, action, &seen.json);
    let answer = player.client.post(&path(&way.id, action), body).await;
    assert_eq!(answer.status, 200, "SEED={seed}: {} offers {action} to {}: {}", way.id, player.name, answer.text);
    let to = Status::from_code(answer.json["status"].as_str().unwrap()).unwrap();
    let known = TABLE.iter().any(|row| (row.from, row.action, row.to) == (from, action, to));
    assert!(known, "SEED={seed}: {from} --{action}--> {to} is not in the table");
    way.steps.push((from, action, to));
}

/// What is said with a step, at whatever moment it is taken.
fn words(kind: Kind, action: Action, dossier: &Value) -> Value {
    match action {
        Action::Reappoint => {
            let due_at: DateTime<Utc> = dossier["due_at"].as_str().unwrap().parse().unwrap();
            json!({ "due_date": (due_at + TimeDelta::days(7)).date_naive(), "reason": "Xin lỗi ông/bà, kết quả về muộn." })
        }
        _ => said(kind, action),
    }
}

type Dates = (Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

async fn agrees(app: &TestApp, way: &Way, last: Status, seed: u64) {
    let (conn, id) = (&mut *app.db.conn().await.unwrap(), DossierId(way.id.parse().unwrap()));
    let about = format!("SEED={seed}: {} after {:?}", way.id, way.steps);
    let row = dossiers::table.find(id);
    let (status, stands): (Status, bool) =
        row.select((dossiers::status, dossiers::clock_stands)).first(conn).await.unwrap();
    assert_eq!(status, last, "{about}");
    let clock: Option<Json<Clock>> = row.select(dossiers::clock).first(conn).await.unwrap();
    let dates: Dates = row
        .select((dossiers::original_due_at, dossiers::statutory_due_at, dossiers::due_at))
        .first(conn)
        .await
        .unwrap();
    let rules = Rules::read(conn).await.unwrap();
    let by_clock = clock.map(|Json(clock)| procedures::clock::deadline(&rules, &clock).unwrap());
    let expected = by_clock.as_ref();
    let expected = (
        expected.map(|deadline| deadline.original_due_at),
        expected.map(|deadline| deadline.statutory_due_at),
        expected.map(|deadline| deadline.due_at),
    );
    assert_eq!(dates, expected, "{about}");
    let set: Vec<(String, DateTime<Utc>)> = timers::table
        .filter(timers::entity_id.eq(id.0))
        .select((timers::kind, timers::fire_at))
        .load(conn)
        .await
        .unwrap();
    if !status.is_open() {
        assert!(set.is_empty(), "{about}: {set:?}");
    }
    let now = app.clock.now();
    if status.is_examined() && !stands && dates.1.is_some_and(|due_at| due_at > now) {
        assert!(set.iter().any(|(kind, _)| kind == "deadline"), "{about}: its timer is lost");
    }
    for (kind, fire_at) in set.iter().filter(|(kind, _)| kind == "deadline") {
        assert!(status.is_examined() && !stands && Some(*fire_at) == dates.1, "{about}: {kind} {fire_at}");
    }
    let told = format!("SELECT count(*) FROM journal WHERE entity_id = '{id}'");
    let versions = format!("SELECT version FROM dossiers WHERE id = '{id}'");
    assert_eq!(app.count(&told).await, app.count(&versions).await, "{about}");
}
