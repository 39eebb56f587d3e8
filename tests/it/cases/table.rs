//! The rules of cases held against the server: everybody tries everything with every kind, however one stands.

use std::collections::BTreeSet;

use complaints::CaseKind;
use complaints::workflow::{CaseAction, CaseStatus};

use super::rules::{Outcome, RULES, expected, found, meets};
use super::stands::{AT_THE_CITY, Stand, everybody, hire, reach, stands};
use super::{path, said, walk};
use crate::cast::{Cast, Player};
use crate::harness::TestApp;

/// What somebody is to a case that stands so.
fn parts(stand: &Stand, player: &Player) -> &'static [&'static str] {
    let second = stand.is_second();
    match player.name {
        "congdan1" if stand.kind != CaseKind::SupervisionRecommendation => &["sender"],
        AT_THE_CITY if second => &["reception", "verifier", "examiner"],
        "chutich" if second => &["leader"],
        "chutich" => &["superior"],
        "tiepnhan" if !second => &["reception"],
        "chuyenvien" if !second => &["verifier", "examiner"],
        "lanhdao" | "motcua" if !second => &["leader"],
        "mattran" => &["front"],
        "baove" => &["protection"],
        _ => &[],
    }
}

/// Its sender; once it is sent, the agency's own, those above it and those who oversee all; the Front and the data protection officer
/// what is theirs.
fn sees(stand: &Stand, player: &Player) -> bool {
    let (second, front) = (stand.is_second(), stand.kind == CaseKind::SupervisionRecommendation);
    match player.name {
        "congdan1" => !front,
        "mattran" => front,
        _ if stand.status == CaseStatus::Draft => false,
        "chutich" | "thanhtra" => true,
        "tiepnhan" | "chuyenvien" | "lanhdao" | "motcua" => !second,
        AT_THE_CITY => second,
        "baove" => stand.kind == CaseKind::DataSubjectRequest,
        _ => false,
    }
}

/// Whoever has no part in it is tried once in each state.
const WHO: [&str; 9] =
    ["congdan1", "tiepnhan", "chuyenvien", "lanhdao", "chutich", "mattran", "baove", AT_THE_CITY, "giamdoc"];

/// Everybody tries everything with cases of this kind, however one stands.
async fn everybody_tries_everything(kind: CaseKind) {
    let app = TestApp::new().await;
    Cast::of(&app).await;
    hire(&app).await;
    let mut cast = everybody(&app).await;
    let (mut states, mut taken) = (BTreeSet::new(), BTreeSet::new());
    let stands = stands(kind);
    for stand in &stands {
        let (now, original) = reach(&app, cast, stand).await;
        cast = now;
        let row = format!("SELECT to_jsonb(cases) FROM cases WHERE id = '{original}'");
        let before = app.text(&row).await;
        assert!(before.contains(&format!(r#""status": "{}""#, stand.status)), "{stand:?}: {before}");
        let first = states.insert(stand.status);
        for player in cast.0.iter().filter(|player| first || WHO.contains(&player.name)) {
            taken.extend(tries(&app, player, stand, &original).await);
        }
        assert_eq!(app.text(&row).await, before, "what is refused changes nothing: {stand:?}");
    }
    // Each row of the rules was taken from each state that the kind knows.
    for (_, from, what, .., given) in RULES.iter().filter(|rule| rule.0.contains(&kind.code())) {
        for state in from.split(' ') {
            let known = stands.iter().any(|stand| stand.status.code() == state && meets(stand.has, given));
            assert!(!known || taken.contains(&(state, *what)), "nobody took {what} from {state} of {kind}");
        }
        assert!(taken.iter().any(|(_, taken)| taken == what), "nobody took {what} of {kind}");
    }
}

/// Somebody tries everything with one that stands so: what it was done from.
async fn tries(app: &TestApp, player: &Player, stand: &Stand, original: &str) -> Vec<(&'static str, &'static str)> {
    let seen = player.client.get(&format!("/v1/cases/{original}")).await;
    assert_eq!(seen.status.is_success(), sees(stand, player), "{} reads {stand:?}", player.name);
    let (offered, mut worked) = (seen.json["allowed_actions"].clone(), Vec::new());
    for action in CaseAction::ALL.iter().copied() {
        let place = format!("{action} by {} of {stand:?}", player.name);
        let parts = sees(stand, player).then(|| parts(stand, player));
        let expected = expected(&stand.place(), &player.roles, parts, action);
        let id = match expected {
            Outcome::Done(_) => copy(app, original).await,
            _ => original.to_owned(),
        };
        let mut words = stand.said(action, app.clock.now());
        if action == CaseAction::Classify && stand.kind == CaseKind::Complaint && seen.status.is_success() {
            // When they knew of it is its sender's to say.
            words["facts"] = seen.json["facts"].clone();
        }
        let answer = player.client.post(&path(&id, action), words).await;
        assert_eq!(found(&answer), expected, "{place}");
        match expected {
            Outcome::Done(to) => {
                worked.push(action.code());
                assert_eq!(answer.json["finished_at"].is_null(), answer.json["outcome"].is_null(), "{place}");
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

/// Another case in the same state.
async fn copy(app: &TestApp, original: &str) -> String {
    let id = kernel::clock::uuid_at(app.clock.now());
    app.sql(&format!(
        "DO $do$ BEGIN EXECUTE (SELECT format(
            $sql$ INSERT INTO cases (id, code, %1$s) SELECT '{id}', code || '/{id}', %1$s FROM cases WHERE id = '{original}' $sql$,
            (SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
             WHERE table_name = 'cases' AND column_name <> ALL ('{{id, code}}')))); END $do$"
    ))
    .await;
    id.to_string()
}

macro_rules! kinds {
    ($($name:ident $kind:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            everybody_tries_everything(CaseKind::$kind).await;
        }
    )*};
}

kinds! {
    with_a_complaint_everybody_can_do_what_the_rules_say_and_nothing_else Complaint;
    with_a_petition_everybody_can_do_what_the_rules_say_and_nothing_else Petition;
    with_feedback_on_regulations_everybody_can_do_what_the_rules_say_and_nothing_else RegulationFeedback;
    with_a_report_on_conduct_everybody_can_do_what_the_rules_say_and_nothing_else ConductReport;
    with_a_request_for_accountability_everybody_can_do_what_the_rules_say_and_nothing_else AccountabilityRequest;
    with_a_request_for_information_everybody_can_do_what_the_rules_say_and_nothing_else InformationRequest;
    with_a_recommendation_of_the_front_everybody_can_do_what_the_rules_say_and_nothing_else SupervisionRecommendation;
    with_a_request_about_ones_data_everybody_can_do_what_the_rules_say_and_nothing_else DataSubjectRequest;
}

/// The rules of a complaint received before 2026-07-01 know neither suspension nor partial withdrawal.
#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_keeps_the_rules_of_the_day_on_which_it_was_received() {
    let app = TestApp::new().await;
    app.set_time("2026-06-30T16:00:00+07:00");
    let cast = Cast::of(&app).await;
    let mut old = super::new(CaseKind::Complaint);
    old["facts"]["known_on"] = serde_json::json!("2026-06-15");
    let id = cast.client("congdan1").post("/v1/cases", old).await.expect(201).id();
    walk(&cast, CaseKind::Complaint, &id, &[CaseAction::Submit]).await;
    app.set_time("2026-07-06T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    walk(&cast, CaseKind::Complaint, &id, &[CaseAction::Accept]).await;
    for (who, action) in [("lanhdao", CaseAction::Suspend), ("congdan1", CaseAction::WithdrawPart)] {
        let refused = cast.client(who).post(&path(&id, action), said(CaseKind::Complaint, action)).await.expect(409);
        assert_eq!(refused.problem(), "case.not_in_force");
        assert!(!refused.json["allowed_actions"].as_array().unwrap().iter().any(|it| *it == action.code()));
    }
}
