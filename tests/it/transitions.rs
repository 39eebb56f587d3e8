//! The table of transitions, held against the server: everybody tries everything in every state.

use std::collections::BTreeSet;

use kernel::Permission;
use procedures::workflow::{Action, ClockEffect, Guard, Party, Status, TABLE, Transition};
use serde_json::{Value, json};

use crate::cast::{BIRTH_ONLINE, Cast, Kind, PERMIT_AT_COUNTER, PERMIT_ONLINE, Player, copy, path, said};
use crate::harness::{Answer, TestApp};

/// The agency that receives and decides every dossier here.
const AGENCY: &[&str] = &["tiepnhan", "chuyenvien", "lanhdao"];

/// What must come of an attempt.
#[derive(Debug, PartialEq)]
enum Outcome {
    Done(Status),
    /// The role never does this: said without looking at the dossier.
    NoPermission,
    /// Not for them to know that it exists.
    Unknown,
    /// Somebody may do this now; they may not.
    NotTheirs,
    /// Nobody may do this now.
    WrongState,
}

/// The rules of design/definitions.md, applied to the table by hand.
fn expected(kind: Kind, status: Status, player: &Player, action: Action) -> Outcome {
    let is_party = |party: Party| match party {
        Party::Applicant => kind.online && player.name == "congdan1",
        Party::Receiving | Party::Competent | Party::ReturnPoint => AGENCY.contains(&player.name),
    };
    if !TABLE.iter().any(|row| row.action == action && player.may(row.permission)) {
        return Outcome::NoPermission;
    }
    if !sees(kind, status, player) {
        return Outcome::Unknown;
    }
    let now: Vec<_> =
        TABLE.iter().filter(|row| row.from == status && row.action == action && holds(kind, row)).collect();
    match now.iter().find(|row| player.may(row.permission) && is_party(row.party)) {
        Some(row) => Outcome::Done(row.to),
        None if now.is_empty() => Outcome::WrongState,
        None => Outcome::NotTheirs,
    }
}

fn holds(kind: Kind, row: &Transition) -> bool {
    match row.guard {
        Guard::None => true,
        Guard::Counter => !kind.online,
        Guard::Online => kind.online,
        Guard::Immediate => kind.immediate,
        // Nobody orders a fee here.
        Guard::FirstTime | Guard::Here | Guard::Paid => true,
        Guard::OnlinePaid => kind.online,
        Guard::Elsewhere | Guard::Post => false,
        // What is settled at once is due today.
        Guard::NoNewDate => !kind.immediate,
        // The cast asks for withdrawals as soon as a dossier is accepted.
        Guard::Before(status) => status == Status::Accepted,
    }
}

/// The applicant; once it is filed, the agency and those who oversee all.
fn sees(kind: Kind, status: Status, player: &Player) -> bool {
    let applicant = kind.online && player.name == "congdan1";
    // Who withdraws here has not submitted.
    let filed = !kind.online || !matches!(status, Status::Draft | Status::Withdrawn);
    applicant || filed && (AGENCY.contains(&player.name) || player.may(Permission::OverseeDossiers))
}

fn found(answer: &Answer) -> Outcome {
    match (answer.status.as_u16(), answer.json["code"].as_str()) {
        (200, _) => Outcome::Done(Status::from_code(answer.json["status"].as_str().unwrap()).unwrap()),
        (403, Some("request.forbidden")) => Outcome::NoPermission,
        (404, Some("dossier.not_found")) => Outcome::Unknown,
        (403, Some("dossier.not_yours_to_do")) => Outcome::NotTheirs,
        (409, Some("dossier.illegal_transition" | "dossier.too_late_to_reappoint")) => Outcome::WrongState,
        _ => panic!("neither done nor refused by the rules: {answer:?}"),
    }
}

/// What is offered to somebody, if they can read it at all.
async fn offered(original: &str, player: &Player) -> Option<Value> {
    let answer = player.client.get(&format!("/v1/dossiers/{original}")).await;
    answer.status.is_success().then(|| answer.json["allowed_actions"].clone())
}

/// Everybody tries everything with dossiers of this kind.
async fn everybody_tries_everything(kind: Kind) {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut taken = BTreeSet::new();
    for status in kind.states() {
        let original = cast.dossier(kind, status).await;
        for player in &cast.0 {
            let offered = offered(&original, player).await;
            assert_eq!(offered.is_some(), sees(kind, status, player), "{} reads in {status}", player.name);
            let mut worked = Vec::new();
            for action in Action::ALL.iter().copied() {
                let at = format!("{status}, {action} by {}", player.name);
                let expected = expected(kind, status, player, action);
                let id = match expected {
                    Outcome::Done(_) => copy(&app, &original).await,
                    _ => original.clone(),
                };
                let answer = player.client.post(&path(&id, action), said(kind, action)).await;
                assert_eq!(found(&answer), expected, "{at}");
                match expected {
                    Outcome::Done(_) => {
                        worked.push(action.code());
                        taken.insert((status, action));
                        clock_moves_as_the_table_says(kind, &answer.json, status, action, &at);
                    }
                    Outcome::WrongState | Outcome::NotTheirs => {
                        assert_eq!(answer.json["status"], answer.status.as_u16(), "{at}");
                        assert_eq!(answer.json["state"], status.code(), "{at}");
                        assert_eq!(Some(&answer.json["allowed_actions"]), offered.as_ref(), "{at}");
                    }
                    Outcome::NoPermission | Outcome::Unknown => {
                        assert!(answer.json["allowed_actions"].is_null(), "{at}");
                    }
                }
            }
            if let Some(offered) = offered {
                assert_eq!(offered, json!(worked), "{status}: {} can do what is offered and nothing else", player.name);
            }
        }
        let unchanged = format!("SELECT count(*) FROM dossiers WHERE id = '{original}' AND status = '{status}'");
        assert_eq!(app.count(&unchanged).await, 1, "a refused step changes nothing in {status}");
    }
    for row in TABLE.iter().filter(|row| holds(kind, row) && kind.states().any(|state| state == row.from)) {
        assert!(taken.contains(&(row.from, row.action)), "nobody took {} from {}", row.action, row.from);
    }
}

fn clock_moves_as_the_table_says(kind: Kind, after: &Value, from: Status, action: Action, at: &str) {
    let row = TABLE.iter().find(|row| row.from == from && row.action == action && holds(kind, row)).unwrap();
    let timeliness = after["timeliness"].as_str().unwrap();
    match row.clock {
        // No procedure of the catalogue lets its limit stand for a payment.
        ClockEffect::Start | ClockEffect::Continue | ClockEffect::Restart | ClockEffect::Wait | ClockEffect::Resume => {
            assert_eq!(timeliness, "running", "{at}")
        }
        // A limit that ends today has nothing left to wait with.
        ClockEffect::Pause => assert_eq!(timeliness, if kind.immediate { "running" } else { "not_running" }, "{at}"),
        ClockEffect::Finish => assert_eq!(timeliness, "finished_on_time", "{at}"),
        ClockEffect::Stop => assert_eq!(timeliness, "not_running", "{at}"),
        ClockEffect::Reappoint => {
            assert_eq!((timeliness, &after["due_date"]), ("running", &json!("2026-09-15")), "{at}");
        }
        ClockEffect::None => {}
    }
    assert_eq!(after["due_at"].is_null(), after["accepted_at"].is_null(), "{at}");
    assert_eq!(after["finished_at"].is_null(), after["outcome"].is_null(), "{at}");
    let closed = [Status::Rejected, Status::Returned, Status::Withdrawn, Status::Stopped].map(Status::code);
    assert_eq!(!after["closed_at"].is_null(), closed.contains(&after["status"].as_str().unwrap()), "{at}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_steps_at_once_one_is_taken_and_the_other_told_what_became_of_it() {
    let app = TestApp::with(|flags| flags.workers = Some("4".to_owned())).await;
    let cast = Cast::of(&app).await;
    for _ in 0..10 {
        let id = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
        let both = [Action::Accept, Action::Reject].map(|action| {
            let (reception, at) = (cast.client("tiepnhan").clone(), path(&id, action));
            tokio::spawn(async move { reception.post(&at, said(PERMIT_ONLINE, action)).await })
        });
        let mut answers = Vec::new();
        for attempt in both {
            answers.push(attempt.await.unwrap());
        }
        answers.sort_by_key(|answer| answer.status);
        assert_eq!((answers[0].status.as_u16(), found(&answers[1])), (200, Outcome::WrongState));
        assert_eq!(answers[1].json["state"], answers[0].json["status"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_accepted_at_once_have_a_code_each_and_none_is_left_out() {
    let app = TestApp::with(|flags| flags.workers = Some("4".to_owned())).await;
    let cast = Cast::of(&app).await;
    let original = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    let mut accepting = Vec::new();
    for _ in 0..12 {
        let (reception, at) = (cast.client("tiepnhan").clone(), path(&copy(&app, &original).await, Action::Accept));
        accepting.push(tokio::spawn(async move { reception.post(&at, json!({})).await }));
    }
    let mut codes = Vec::new();
    for accepted in accepting {
        codes.push(accepted.await.unwrap().expect(200).json["code"].as_str().unwrap().to_owned());
    }
    codes.sort_unstable();
    let expected: Vec<_> = (1..=12).map(|serial| format!("000.01.13.H26-260817-{serial:04}")).collect();
    assert_eq!(codes, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn online_everybody_can_do_what_the_table_says_and_nothing_else() {
    everybody_tries_everything(PERMIT_ONLINE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_counter_everybody_can_do_what_the_table_says_and_nothing_else() {
    everybody_tries_everything(PERMIT_AT_COUNTER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_immediate_procedure_everybody_can_do_what_the_table_says_and_nothing_else() {
    everybody_tries_everything(BIRTH_ONLINE).await;
}
