//! Cases that take a random way: whatever is done in whatever order, no state is reached that the table does not know, every date
//! is that of its clock, timers are those of what is owed, and the journal tells it all.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use complaints::CaseKind;
use complaints::workflow::{CaseAction, CaseStatus, TABLE, To};
use deadlines::Clock;
use kernel::rules::Rules;
use serde_json::{Value, json};

use super::{limit, new, path, said, sender};
use crate::cast::Cast;
use crate::harness::{TestApp, monday};

const CASES: usize = 24;
const ROUNDS: usize = 7;

struct Way {
    id: String,
    kind: CaseKind,
    told: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_in_whatever_order_rows_clocks_timers_and_journal_agree() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let mut rng = fastrand::Rng::with_seed(seed);
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut ways = Vec::new();
    for n in 0..CASES {
        let kind = CaseKind::ALL[n % CaseKind::ALL.len()];
        let id = cast.client(sender(kind)).post("/v1/cases", new(kind)).await.expect(201).id();
        ways.push(Way { id, kind, told: vec![format!("SEED={seed}")] });
    }
    let (mut now, mut steps) = (monday(), 0);
    for _ in 0..ROUNDS {
        now += TimeDelta::minutes(rng.i64(60..60 * 24 * 9));
        app.set_time(&now.to_rfc3339());
        app.eventually(&format!("SELECT count(*) FROM timers WHERE fire_at <= '{}'", now.to_rfc3339()), 0).await;
        let cast = Cast::again(&app).await;
        for way in &mut ways {
            for _ in 0..rng.usize(1..4) {
                steps += usize::from(step(&mut rng, &cast, way, now).await);
            }
        }
    }
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    assert!(steps > CASES * 2, "SEED={seed}: only {steps} steps");
    let cast = Cast::again(&app).await;
    let conn = &mut *app.db.conn().await.unwrap();
    let rules = Rules::read(conn).await.unwrap();
    for way in &ways {
        agreement(&app, &cast, &rules, way).await;
    }
}

/// One step that somebody is offered, if anybody is offered any.
async fn step(rng: &mut fastrand::Rng, cast: &Cast, way: &mut Way, now: DateTime<Utc>) -> bool {
    let mut players: Vec<_> = cast.0.iter().collect();
    rng.shuffle(&mut players);
    for player in players {
        let seen = player.client.get(&format!("/v1/cases/{}", way.id)).await;
        let Some(offered) = seen.json["allowed_actions"].as_array().filter(|offered| !offered.is_empty()) else {
            continue;
        };
        let action = CaseAction::from_code(rng.choice(offered).unwrap().as_str().unwrap()).unwrap();
        use CaseAction::*;
        let ends =
            [Withdraw, Refuse, Guide, Forward, File, Terminate, Appeal, ConfirmConversion, Close].contains(&action);
        if ends && rng.u8(..6) > 0 {
            return false;
        }
        let kind = CaseKind::from_code(seen.json["kind"].as_str().unwrap()).unwrap();
        let before = CaseStatus::from_code(seen.json["status"].as_str().unwrap()).unwrap();
        let answer = player.client.post(&path(&way.id, action), words(rng, kind, action, &seen.json, now)).await;
        way.told.push(format!("{}: {action}", player.name));
        assert_eq!(
            answer.status, 200,
            "{:?}: {action} at {before} was offered to {}: {}",
            way.told, player.name, answer.text
        );
        let after = CaseStatus::from_code(answer.json["status"].as_str().unwrap()).unwrap();
        let known = TABLE.iter().any(|row| {
            let leads = match row.to {
                To::State(status) => status == after,
                To::Same => before == after,
                To::Before => true,
            };
            row.kinds.contains(&kind) && row.from.contains(&before) && row.action == action && leads
        });
        assert!(known, "{:?}: {action} led a {kind} from {before} to {after}", way.told);
        way.kind = CaseKind::from_code(answer.json["kind"].as_str().unwrap()).unwrap();
        return true;
    }
    false
}

/// What is said with a step, at whatever moment it is taken.
fn words(rng: &mut fastrand::Rng, kind: CaseKind, action: CaseAction, case: &Value, now: DateTime<Utc>) -> Value {
    let standing = |case: &Value| -> Vec<usize> {
        let contents = case["contents"].as_array().unwrap().iter().enumerate();
        contents.filter(|(_, it)| it["withdrawn_at"].is_null() && it["moved_to"].is_null()).map(|(n, _)| n).collect()
    };
    match action {
        CaseAction::CallDialogue => json!({ "held_at": now + TimeDelta::days(3), "place": "Phòng tiếp công dân" }),
        CaseAction::NoteLitigation => json!({ "court": "TAND Hà Nội", "number": "1/2026", "since": "2026-08-10" }),
        CaseAction::Transfer => {
            let there = case["handling_agency_id"] == json!(directory::demo::agency_id("H26.13.01").unwrap());
            let to = if there { "H26.13.02" } else { "H26.13.01" };
            json!({ "to": to, "reason": "Nội dung thuộc thẩm quyền của cơ quan kia." })
        }
        CaseAction::WithdrawPart => json!({ "contents": [standing(case)[0]] }),
        CaseAction::Split => json!({ "contents": [standing(case)[0]], "facts": { "kind": "petition" } }),
        CaseAction::Classify => {
            let kinds = [CaseKind::Complaint, CaseKind::Petition, CaseKind::RegulationFeedback];
            said(*rng.choice(&kinds).unwrap(), action)
        }
        CaseAction::ProposeConversion if kind == CaseKind::Complaint => unreachable!("it is one"),
        CaseAction::ConfirmConversion => {
            let to = CaseKind::from_code(case["proposed_kind"].as_str().unwrap()).unwrap();
            json!({ "facts": super::facts(to) })
        }
        _ => said(kind, action),
    }
}

/// The row, its timers and its journal say the same.
async fn agreement(app: &TestApp, cast: &Cast, rules: &Rules, way: &Way) {
    let told = &way.told;
    let seen = cast.client(sender_of(way)).get(&format!("/v1/cases/{}", way.id)).await.expect(200).json;
    let row = |column: &str| format!("SELECT {column} FROM cases WHERE id = '{}'", way.id);
    // Versions without a gap, from the first to the row's.
    let versions = format!(
        "SELECT count(DISTINCT entity_version) FROM journal WHERE entity_id = '{}' HAVING max(entity_version) = count(*)",
        way.id
    );
    assert_eq!(app.count(&versions).await, app.count(&row("version")).await, "{told:?}");
    // The state that the last entry led to is the row's.
    let last = format!(
        "SELECT count(*) FROM (SELECT value ->> 'state_after' AS state FROM journal, jsonb_each(event::jsonb)
         WHERE entity_id = '{}' AND value ? 'state_after' ORDER BY entity_version DESC LIMIT 1) it
         WHERE it.state = '{}'",
        way.id,
        seen["status"].as_str().unwrap()
    );
    let moved = seen["status"] != "draft";
    assert_eq!(app.count(&last).await, i64::from(moved), "{told:?}: {}", seen["status"]);
    // Every date follows from the clock that is stored with it.
    let clocks = stored(app, &way.id).await;
    let mut owed = 0;
    for (stage, running) in &clocks {
        let clock: Clock = serde_json::from_value(running["clock"].clone()).unwrap();
        let deadline = rules.deadline(&clock).unwrap();
        let shown = limit(&seen, stage);
        assert_eq!(shown["due_at"], json!(deadline.due_at), "{told:?}: {stage}");
        assert_eq!(running["statutory_due_at"], json!(deadline.statutory_due_at), "{told:?}: {stage}");
        assert_eq!(running["stands"], json!(deadline.stopped_since.is_some()), "{told:?}: {stage}");
        let runs = running["ended_at"].is_null() && running["stands"] == false;
        owed += i64::from(runs && ["accept", "resolve", "serve", "publish"].contains(&stage.as_str()));
    }
    let over = seen["closed_at"].is_string();
    assert!(!over || owed == 0, "{told:?}: nothing is owed of what is over: {clocks:?}");
    let answered = seen["finished_at"].is_string();
    assert_eq!(answered, seen["outcome"].is_string(), "{told:?}");
    // Timers are set for what is still to come, and for nothing that is over.
    let timers = app.count(&format!("SELECT count(*) FROM timers WHERE entity_id = '{}'", way.id)).await;
    let effect = clocks.get("effect").is_some_and(|effect| effect["ended_at"].is_null());
    assert!(owed > 0 || effect || timers == 0, "{told:?}: {timers} timers for nothing");
    assert!(
        owed == 0 || timers > 0 || app.count(&row("escalation")).await == 3,
        "{told:?}: nobody is told of what is owed"
    );
    assert_eq!(seen["code"].is_null(), seen["submitted_at"].is_null(), "{told:?}");
}

/// Its sender sees it in every state.
fn sender_of(way: &Way) -> &'static str {
    sender(way.kind)
}

/// The clocks as they are stored.
async fn stored(app: &TestApp, id: &str) -> BTreeMap<String, Value> {
    let clocks = app.text(&format!("SELECT clocks FROM cases WHERE id = '{id}'")).await;
    serde_json::from_str(&clocks).unwrap()
}
