//! The rules of cases, written down by hand from the laws, held against the server: everybody tries everything with every kind, in
//! every state.

use std::collections::BTreeSet;

use complaints::CaseKind;
use complaints::workflow::{CaseAction, CaseStatus};
use kernel::Role;

use super::{at, path, road, said, walk};
use crate::cast::{Cast, Player};
use crate::harness::{Answer, TestApp};

const C: &str = "complaint";
const P: &str = "petition";
const RF: &str = "regulation_feedback";
const CR: &str = "conduct_report";
const AR: &str = "accountability_request";
const IR: &str = "information_request";
const SR: &str = "supervision_recommendation";
const DR: &str = "data_subject_request";

/// Of these kinds, in these states, this, by whom, leads there. `=` is the state it was in, `before` the one it stood in before.
#[rustfmt::skip]
const RULES: &[(&[&str], &str, &str, &str, &str)] = &[
    (&[C, P, RF, CR, AR, IR, DR], "draft", "submit", "sender", "submitted"),
    (&[SR], "draft", "submit", "front", "submitted"),
    // TT 05/2021: classed by content, guided, forwarded, filed; complaints are guided and not forwarded.
    (&[C, P, RF, CR, AR], "submitted", "classify", "reception", "="),
    (&[C, P, RF, CR, AR, IR, DR], "submitted", "request_supplement", "reception", "supplement_requested"),
    (&[DR], "submitted", "request_supplement", "protection", "supplement_requested"),
    (&[C, P, RF, CR, AR, IR, DR], "supplement_requested", "supply", "sender", "submitted"),
    (&[C, P, RF, CR, AR], "submitted supplement_requested", "guide", "reception", "guided"),
    (&[C, P, RF, CR, AR, IR, SR], "submitted", "transfer", "reception leader", "="),
    (&[CR], "accepted", "transfer", "reception", "="),
    (&[P, RF, CR], "submitted supplement_requested", "forward", "reception", "forwarded"),
    (&[C, P], "submitted supplement_requested", "file", "leader", "filed"),
    (&[C, P], "submitted", "split", "reception", "="),
    // LKN Art. 11, 27; NĐ 59/2019; NĐ 20/2008 Art. 14.
    (&[C, RF, AR, IR], "submitted supplement_requested", "refuse", "leader", "refused"),
    (&[DR], "submitted supplement_requested accepted", "refuse", "protection", "refused"),
    (&[C, RF, AR, IR], "submitted", "accept", "leader", "accepted"),
    (&[CR], "submitted", "accept", "reception", "accepted"),
    (&[DR], "submitted", "accept", "protection", "accepted"),
    (&[C, RF, AR, IR, CR], "accepted verifying", "assign", "leader", "verifying"),
    (&[P, SR], "submitted verifying", "assign", "leader", "verifying"),
    (&[C, P, RF, CR, AR, IR, SR], "verifying", "report", "verifier", "verified"),
    (&[C, P, RF, CR, AR, IR, SR], "verified", "send_back", "leader", "verifying"),
    (&[C, AR], "verifying verified", "call_dialogue", "verifier leader", "="),
    // LKN Art. 11a; NĐ 59/2019 Art. 13–14.
    (&[C, AR], "accepted verifying verified", "suspend", "leader", "suspended"),
    (&[C, AR], "suspended", "resume", "leader", "before"),
    (&[C, AR], "accepted verifying verified", "extend", "leader", "="),
    (&[DR], "accepted", "extend", "protection", "="),
    (&[C], "verified", "decide", "leader", "decided"),
    (&[C], "decided", "serve", "examiner", "="),
    (&[C], "decided", "appeal", "sender", "appealed"),
    (&[C], "submitted accepted verifying verified suspended decided", "note_litigation", "sender leader", "="),
    (&[P, RF, CR, AR, IR, SR], "verified", "answer", "leader", "answered"),
    (&[IR], "accepted", "answer", "leader", "answered"),
    (&[DR], "accepted", "answer", "protection", "answered"),
    (&[RF], "answered", "publish", "leader", "closed"),
    (&[P, CR, AR, IR], "answered", "close", "reception", "closed"),
    (&[CR], "submitted accepted", "close", "reception", "closed"),
    (&[DR], "answered", "close", "protection", "closed"),
    (&[SR], "answered", "close", "front", "closed"),
    (&[SR], "answered", "return_answer", "front", "verifying"),
    // LKN Art. 10; NĐ 59/2019 Art. 14: once it is taken up, whoever decides it ends it.
    (&[C, P, RF, CR, AR, IR, DR], "draft submitted supplement_requested", "withdraw", "sender", "withdrawn"),
    (&[P, RF, CR, IR, DR], "accepted verifying verified", "withdraw", "sender", "withdrawn"),
    (&[SR], "draft submitted verifying verified", "withdraw", "front", "withdrawn"),
    (&[C, AR], "accepted verifying verified suspended", "withdraw", "sender", "="),
    (&[C], "submitted supplement_requested accepted verifying verified suspended", "withdraw_part", "sender", "="),
    (&[C, AR], "accepted verifying verified suspended", "terminate", "leader", "terminated"),
    (&[C], "terminated", "reopen", "leader", "accepted"),
    (&[P, CR, RF], "answered closed", "reopen", "sender", "submitted"),
    (&[P, RF, CR], "submitted accepted verifying verified", "propose_conversion", "reception", "="),
];

/// What must come of an attempt.
#[derive(Debug, PartialEq)]
enum Outcome {
    Done(CaseStatus),
    /// The role never does this: said without looking at the case.
    NoPermission,
    /// Not for them to know that it exists.
    Unknown,
    /// Somebody may do this now; they may not.
    NotTheirs,
    /// Nobody may do this now.
    WrongState,
}

/// What an office can make somebody.
fn duties(role: Role) -> &'static [&'static str] {
    match role {
        Role::Citizen => &["sender"],
        Role::ReceptionOfficer => &["reception"],
        Role::ProcessingOfficer | Role::Inspector => &["verifier", "examiner"],
        Role::Leader | Role::HeadOfAgency => &["leader"],
        Role::Front => &["front"],
        Role::DataProtectionOfficer => &["protection"],
        Role::Administrator => &[],
    }
}

/// What somebody is to a case of this kind.
fn parts(kind: CaseKind, player: &Player) -> &'static [&'static str] {
    match player.name {
        "congdan1" if kind != CaseKind::SupervisionRecommendation => &["sender"],
        "tiepnhan" => &["reception"],
        "chuyenvien" => &["verifier", "examiner"],
        "lanhdao" | "motcua" => &["leader"],
        "mattran" => &["front"],
        "baove" => &["protection"],
        _ => &[],
    }
}

/// The operation of an action asks for any of the roles that ever take it, of whatever kind the case is.
fn ever(action: CaseAction, player: &Player) -> bool {
    // Steps of which this test knows no state: they take time, or another before them.
    let more: &[&str] = match action {
        CaseAction::RecordDialogue => &["verifier", "leader"],
        CaseAction::RefuseWithdrawal => &["leader"],
        CaseAction::ConfirmConversion => &["sender"],
        CaseAction::Close | CaseAction::Extend => &["leader"],
        CaseAction::Publish => &["examiner"],
        CaseAction::Urge => return player.roles.contains(&Role::HeadOfAgency),
        _ => &[],
    };
    // What senders do, reception does for those who come to it.
    let sender = |who: &str| who.split(' ').any(|part| part == "sender");
    let rules: Vec<&str> = RULES.iter().filter(|rule| rule.2 == action.code()).map(|rule| rule.3).collect();
    let by_sender = rules.iter().any(|who| sender(who)) || more.contains(&"sender");
    let for_them = by_sender && action != CaseAction::NoteLitigation && player.roles.contains(&Role::ReceptionOfficer);
    let duty = |duty: &&str| rules.iter().any(|who| who.split(' ').any(|part| part == *duty)) || more.contains(duty);
    for_them || player.roles.iter().flat_map(|role| duties(*role)).any(duty)
}

/// Its sender; once it is sent, the agency's own, those above it and those who oversee all; the Front and the data protection officer
/// what is theirs.
fn sees(kind: CaseKind, status: CaseStatus, player: &Player) -> bool {
    let front = kind == CaseKind::SupervisionRecommendation;
    match player.name {
        "congdan1" => !front,
        "mattran" => front,
        _ if status == CaseStatus::Draft => false,
        "tiepnhan" | "chuyenvien" | "lanhdao" | "motcua" | "chutich" | "thanhtra" => true,
        "baove" => kind == CaseKind::DataSubjectRequest,
        _ => false,
    }
}

fn expected(kind: CaseKind, status: CaseStatus, player: &Player, action: CaseAction) -> Outcome {
    if !ever(action, player) {
        return Outcome::NoPermission;
    }
    if !sees(kind, status, player) {
        return Outcome::Unknown;
    }
    let now: Vec<_> = RULES
        .iter()
        .filter(|(kinds, from, what, ..)| {
            kinds.contains(&kind.code())
                && from.split(' ').any(|state| state == status.code())
                && *what == action.code()
        })
        .collect();
    match now.iter().find(|rule| rule.3.split(' ').any(|part| parts(kind, player).contains(&part))) {
        Some((.., "=")) => Outcome::Done(status),
        Some((.., "before")) => Outcome::Done(CaseStatus::Accepted),
        Some((.., to)) => Outcome::Done(CaseStatus::from_code(to).expect("a state")),
        None if now.is_empty() => Outcome::WrongState,
        None => Outcome::NotTheirs,
    }
}

fn found(answer: &Answer) -> Outcome {
    match (answer.status.as_u16(), answer.json["code"].as_str()) {
        (200, _) => Outcome::Done(CaseStatus::from_code(answer.json["status"].as_str().unwrap()).unwrap()),
        (403, Some("request.forbidden")) => Outcome::NoPermission,
        (404, Some("case.not_found")) => Outcome::Unknown,
        (403, Some("case.not_yours_to_do")) => Outcome::NotTheirs,
        (409, Some("case.illegal_transition")) => Outcome::WrongState,
        _ => panic!("neither done nor refused by the rules: {answer:?}"),
    }
}

/// Everybody tries everything with cases of this kind, in every state that needs no waiting.
async fn everybody_tries_everything(kind: CaseKind) {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut taken = BTreeSet::new();
    let states: Vec<_> = CaseStatus::ALL.iter().copied().filter(|status| road(kind, *status).is_some()).collect();
    for status in &states {
        let original = at(&cast, kind, *status).await;
        for player in &cast.0 {
            let seen = player.client.get(&format!("/v1/cases/{original}")).await;
            assert_eq!(seen.status.is_success(), sees(kind, *status, player), "{} reads {kind} {status}", player.name);
            let offered = seen.json["allowed_actions"].clone();
            let mut worked = Vec::new();
            for action in CaseAction::ALL.iter().copied() {
                let place = format!("{kind} {status}, {action} by {}", player.name);
                let expected = expected(kind, *status, player, action);
                let id = match expected {
                    Outcome::Done(_) => copy(&app, &original).await,
                    _ => original.clone(),
                };
                let answer = player.client.post(&path(&id, action), said(kind, action)).await;
                assert_eq!(found(&answer), expected, "{place}");
                match expected {
                    Outcome::Done(to) => {
                        worked.push(action.code());
                        taken.insert((*status, action));
                        assert_eq!(answer.json["finished_at"].is_null(), answer.json["outcome"].is_null(), "{place}");
                        assert_eq!(answer.json["closed_at"].is_null(), !to.is_over(), "{place}");
                    }
                    Outcome::WrongState | Outcome::NotTheirs => {
                        assert_eq!(answer.json["state"], status.code(), "{place}");
                        assert_eq!(answer.json["allowed_actions"], offered, "{place}");
                    }
                    Outcome::NoPermission | Outcome::Unknown => {
                        assert!(answer.json["allowed_actions"].is_null(), "{place}");
                    }
                }
            }
            if !offered.is_null() {
                let offered: BTreeSet<_> = offered.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
                assert_eq!(offered, worked.into_iter().collect(), "{kind} {status}: {}", player.name);
            }
        }
        let unchanged = format!("SELECT count(*) FROM cases WHERE id = '{original}' AND status = '{status}'");
        assert_eq!(app.count(&unchanged).await, 1, "a refused step changes nothing: {kind} {status}");
    }
    for (_, from, what, ..) in RULES.iter().filter(|(kinds, ..)| kinds.contains(&kind.code())) {
        for state in from.split(' ').map(|state| CaseStatus::from_code(state).expect("a state")) {
            let known = CaseAction::from_code(what).expect("an action");
            let reached = states.contains(&state);
            assert!(!reached || taken.contains(&(state, known)), "nobody took {what} from {state} of {kind}");
        }
    }
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
