//! The rules of denunciations, written down by hand from the law, held against the server: everybody tries everything, however one stands.

use std::collections::BTreeSet;

use ::denunciations::workflow::{DenunciationAction, DenunciationStatus};
use kernel::{Permission, Role};
use serde_json::json;

use super::path;
use super::sequences::stored::Stored;
use super::stands::{STANDS, Stand, copy, reach, wish};
use crate::cast::{Cast, Player};
use crate::harness::{Answer, TestApp};

const NOT_CONCLUDED: &str = "received accepted verifying verified suspended";
const IN_WORK: &str = "accepted verifying verified";
const UNDER_WAY: &str = "accepted verifying verified suspended";
const EVERYWHERE: &str =
    "received accepted verifying verified suspended concluded refused forwarded filed terminated investigated closed";

/// In these states, this, by whom, leads there, where that holds. `=` is the state it was in, `before` the one it stood in before.
#[rustfmt::skip]
const RULES: &[(&str, &str, &str, &str, &str)] = &[
    // LTC Art. 56; Art. 24, 25, 29.
    (EVERYWHERE, "redact", "checks decides", "=", ""),
    (EVERYWHERE, "accuse", "checks decides", "=", ""),
    (NOT_CONCLUDED, "ask", "checks decides verifies", "=", ""),
    ("received", "extend_check", "decides", "=", "check"),
    ("received", "transfer", "checks decides", "=", ""),
    ("received", "forward", "decides", "forwarded", ""),
    ("received", "refuse", "decides", "refused", "signed"),
    ("received", "treat_as_lead", "decides", "=", "signed"),
    ("received", "file", "decides", "filed", "lead"),
    ("received", "check_lead", "decides", "accepted", "lead"),
    ("received", "accept", "decides", "accepted", "signed"),
    (UNDER_WAY, "notify", "checks decides", "=", "notify"),
    // Art. 27, 30, 31, 34.
    ("accepted verifying", "assign", "decides", "verifying", ""),
    ("verifying", "report", "verifies", "verified", ""),
    ("verified", "send_back", "decides", "verifying", ""),
    (IN_WORK, "suspend", "decides", "suspended", ""),
    ("suspended", "resume", "decides", "before", ""),
    (IN_WORK, "extend", "decides", "=", "resolve"),
    (IN_WORK, "to_investigation", "decides", "investigated", ""),
    // Art. 35, 36, 40.
    ("verified", "conclude", "decides", "concluded", ""),
    ("concluded", "send", "checks decides", "=", "send"),
    ("concluded", "handle", "decides", "=", "handle"),
    ("concluded", "publish", "checks decides", "=", "publish"),
    ("concluded", "close", "decides", "closed", "done"),
    // Art. 33.
    (NOT_CONCLUDED, "terminate", "decides", "terminated", "withdrawn"),
    (NOT_CONCLUDED, "settle_rest", "decides", "=", "part"),
    (NOT_CONCLUDED, "refuse_withdrawal", "decides", "=", "withdrawn"),
    (NOT_CONCLUDED, "refuse_withdrawal", "decides", "=", "part"),
    // Art. 38, 37.
    (UNDER_WAY, "ask_for_report", "superior", "=", "ask_due"),
    (UNDER_WAY, "explain_delay", "decides", "=", "explain_due"),
    (UNDER_WAY, "answer_delay", "superior", "=", "reported"),
    ("concluded closed", "uphold", "superior", "=", "review"),
    ("concluded closed", "take_over", "superior", "accepted", "review"),
    // Art. 47–58.
    (EVERYWHERE, "protect", "decides", "=", "asks_protection"),
    (EVERYWHERE, "refuse_protection", "decides", "=", "asks_protection"),
    (EVERYWHERE, "end_protection", "decides", "=", "protected"),
];

/// Who tries: those of the agency, the one above, one who heads another, and one of another office.
const WHO: [&str; 5] = ["chanhthanhtra", "thanhtra", "chutich", "motcua", "tiepnhan"];

/// What must come of an attempt.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    Done(DenunciationStatus),
    /// The role never does this: said without looking at it.
    NoPermission,
    /// Not for them to know that it exists.
    Unknown,
    /// Somebody may do this now; they may not.
    NotTheirs,
    /// Nobody may do this now.
    WrongState,
}

/// What an office can make somebody.
fn duties(player: &Player) -> &'static [&'static str] {
    match player.roles[..] {
        [Role::Inspector] => &["checks", "verifies"],
        [Role::HeadOfAgency] => &["decides", "superior"],
        _ => &[],
    }
}

/// What somebody is to it.
fn parts(stand: &Stand, player: &Player) -> Vec<&'static str> {
    match player.name {
        "chanhthanhtra" => vec!["decides"],
        "thanhtra" if stand.took(DenunciationAction::Assign) => vec!["checks", "verifies"],
        "thanhtra" => vec!["checks"],
        "chutich" if stand.is_known_above() => vec!["superior"],
        _ => vec![],
    }
}

fn status(code: &str, stand: &Stand) -> DenunciationStatus {
    match code {
        "=" => stand.status,
        "before" if stand.took(DenunciationAction::Assign) => DenunciationStatus::Verifying,
        "before" => DenunciationStatus::Accepted,
        code => DenunciationStatus::from_code(code).expect("a state"),
    }
}

pub fn expected(stand: &Stand, player: &Player, action: DenunciationAction) -> Outcome {
    let of = || RULES.iter().filter(|rule| rule.1 == action.code());
    if !of().any(|rule| rule.2.split(' ').any(|duty| duties(player).contains(&duty))) {
        return Outcome::NoPermission;
    }
    let parts = parts(stand, player);
    if parts.is_empty() {
        return Outcome::Unknown;
    }
    let now: Vec<_> =
        of().filter(|rule| rule.0.split(' ').any(|state| state == stand.status.code()) && stand.has(rule.4)).collect();
    match now.iter().find(|rule| rule.2.split(' ').any(|duty| parts.contains(&duty))) {
        Some(rule) => Outcome::Done(status(rule.3, stand)),
        None if now.is_empty() => Outcome::WrongState,
        None => Outcome::NotTheirs,
    }
}

fn found(answer: &Answer) -> Outcome {
    match (answer.status.as_u16(), answer.json["code"].as_str()) {
        (200, _) => Outcome::Done(DenunciationStatus::from_code(answer.json["status"].as_str().unwrap()).unwrap()),
        (403, Some("request.forbidden")) => Outcome::NoPermission,
        (404, Some("denunciation.not_found")) => Outcome::Unknown,
        (403, Some("denunciation.not_yours_to_do")) => Outcome::NotTheirs,
        (409, Some("denunciation.illegal_transition")) => Outcome::WrongState,
        _ => panic!("neither done nor refused by the rules: {answer:?}"),
    }
}

/// Why a wish of its denouncer is refused, if it is.
fn refusal(stand: &Stand, what: &str) -> Option<&'static str> {
    let (over, settled) = (stand.status.is_over(), ["concluded", "closed"].contains(&stand.status.code()));
    match what {
        "add" => over.then_some("denunciation.over"),
        _ if stand.has("lead") => Some("denunciation.lead"),
        "continue" if !settled => Some("denunciation.not_concluded"),
        "continue" => stand.has("review").then_some("denunciation.asked_already"),
        "ask-for-protection" => {
            ["forwarded", "investigated"].contains(&stand.status.code()).then_some("denunciation.over")
        }
        _ if over => Some("denunciation.over"),
        "withdraw" | "withdraw-part" => settled.then_some("denunciation.over"),
        "report-delay" if stand.has("reported") => Some("denunciation.asked_already"),
        "report-delay" => (!stand.has("late")).then_some("denunciation.not_late"),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_denunciation_everybody_can_do_what_the_rules_say_and_nothing_else() {
    let app = TestApp::new().await;
    let mut cast = Cast::of(&app).await;
    let mut taken = BTreeSet::new();
    for stand in STANDS {
        let (now, code, id) = reach(&app, cast, stand).await;
        cast = now;
        let before = Stored::settled(&app, &id).await;
        assert_eq!(before.status, stand.status, "{stand:?}");
        for player in cast.0.iter().filter(|player| WHO.contains(&player.name)) {
            taken.extend(tries(&app, player, stand, &id).await);
        }
        for what in ["add", "withdraw", "withdraw-part", "ask-for-protection", "report-delay", "continue"] {
            if let Some(problem) = refusal(stand, what) {
                let refused = app.anonymous().post(&format!("/v1/denouncer/{what}"), wish(&code, what)).await;
                assert_eq!(refused.expect(409).problem(), problem, "{what} of {stand:?}");
            }
        }
        assert_eq!(Stored::settled(&app, &id).await.text, before.text, "what is refused changes nothing: {stand:?}");
    }
    // Each state was reached, each row of the rules was taken from each of its states, and no action is left out.
    for status in DenunciationStatus::ALL {
        assert!(STANDS.iter().any(|stand| stand.status == *status), "{status} is not tried");
    }
    let ruled: BTreeSet<_> = RULES.iter().map(|rule| rule.1).collect();
    assert_eq!(ruled, DenunciationAction::ALL.iter().map(|action| action.code()).collect());
    for (from, what, _, _, given) in RULES {
        for state in from.split(' ') {
            let known = STANDS.iter().any(|stand| stand.status.code() == state && stand.has(given));
            assert!(!known || taken.contains(&(state, *what)), "nobody took {what} from {state}");
        }
        assert!(taken.iter().any(|(_, taken)| taken == what), "nobody took {what}");
    }
}

/// Somebody tries everything with one that stands so: what it was done from.
async fn tries(app: &TestApp, player: &Player, stand: &Stand, id: &str) -> Vec<(&'static str, &'static str)> {
    let seen = player.client.get(&format!("/v1/denunciations/{id}")).await;
    assert_eq!(seen.status == 200, !parts(stand, player).is_empty(), "{} reads {stand:?}", player.name);
    assert_eq!(seen.status == 403, !player.may(Permission::ReadDenunciation), "{} reads {stand:?}", player.name);
    let (offered, mut worked) = (seen.json["allowed_actions"].clone(), Vec::new());
    for action in DenunciationAction::ALL.iter().copied() {
        let place = format!("{action} by {} of {stand:?}", player.name);
        let expected = expected(stand, player, action);
        let of = match expected {
            Outcome::Done(_) => copy(app, id, None).await,
            _ => id.to_owned(),
        };
        // With nothing said where something has to be, it is not done.
        if matches!(expected, Outcome::Done(_)) && stand.said(action) != json!({}) {
            player.client.post(&path(&of, action), json!({})).await.expect(422);
        }
        let answer = player.client.post(&path(&of, action), stand.said(action)).await;
        assert_eq!(found(&answer), expected, "{place}");
        match expected {
            Outcome::Done(to) => {
                worked.push(action.code());
                assert_eq!(answer.json["closed_at"].is_null(), !to.is_over(), "{place}");
            }
            Outcome::WrongState | Outcome::NotTheirs => {
                assert_eq!(answer.json["state"], stand.status.code(), "{place}");
                assert_eq!(answer.json["allowed_actions"], offered, "{place}");
            }
            Outcome::NoPermission | Outcome::Unknown => {
                assert!(answer.json["allowed_actions"].is_null(), "{place}");
            }
        }
    }
    if !offered.is_null() {
        let offered: BTreeSet<_> = offered.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        assert_eq!(offered, worked.iter().copied().collect(), "{} of {stand:?}", player.name);
    }
    worked.into_iter().map(|action| (stand.status.code(), action)).collect()
}
