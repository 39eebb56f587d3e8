//! The rules of dossiers, written down by hand, held against the server: everybody tries everything in every state, on every
//! channel, also where another agency decides.

use std::collections::BTreeSet;

use kernel::{Permission, Role};
use procedures::dossier::Channel;
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{
    BIRTH_ONLINE, Cast, ELSEWHERE, Kind, MARRIAGE_ELSEWHERE, PERMIT_AT_COUNTER, PERMIT_BY_POST, PERMIT_ONLINE, Player,
    copy, path, said, said_by,
};
use crate::harness::{Answer, TestApp};

/// For which dossiers a rule is.
#[derive(Clone, Copy, Debug)]
enum For {
    All,
    /// Those that applicants file themselves: online, at a kiosk.
    Citizens,
    /// Those that reception takes in for them: at the counter, by post.
    Receptions,
    Counter,
    Post,
    /// Received by the agency that decides.
    Here,
    /// Received there and settled at once.
    AtOnceHere,
    AtOnce,
    /// Not asked for papers at intake before, and asked before.
    FirstTime,
    AskedBefore,
    /// Of which the applicant's time to supply what is missing is over.
    Lapsed,
    /// Those whose procedure has another case; received there too.
    OtherCase,
    OtherCaseHere,
    /// Those of which a later date can be told: not due today, and with the agency that decides.
    LaterDate,
}

/// In these states, this, by whom, leads there, for which dossiers. `=` is the state it was in, `before` the one it came from.
#[rustfmt::skip]
const RULES: &[(&str, &str, &str, &str, For)] = &[
    ("draft intake_supplement", "submit", "applicant", "submitted", For::Citizens),
    ("draft intake_supplement", "submit", "reception", "submitted", For::Post),
    ("draft", "accept", "reception", "accepted", For::Receptions),
    ("submitted", "accept", "reception", "accepted", For::All),
    ("intake_supplement", "accept", "reception", "accepted", For::Counter),
    ("draft", "request_intake_supplement", "reception", "intake_supplement", For::Counter),
    ("submitted", "request_intake_supplement", "reception", "intake_supplement", For::FirstTime),
    ("submitted", "request_intake_supplement", "head", "intake_supplement", For::AskedBefore),
    ("intake_supplement", "request_intake_supplement", "head", "=", For::Counter),
    ("draft", "propose_rejection", "reception", "awaiting_intake_decision", For::Counter),
    ("submitted intake_supplement", "propose_rejection", "reception", "awaiting_intake_decision", For::All),
    ("awaiting_intake_decision", "reject", "head", "rejected", For::All),
    ("awaiting_intake_decision", "send_back", "head", "before", For::All),
    ("draft submitted intake_supplement awaiting_intake_decision", "withdraw", "applicant", "withdrawn", For::Citizens),
    ("draft submitted intake_supplement awaiting_intake_decision", "withdraw", "reception", "withdrawn", For::Receptions),
    ("accepted", "hand_over", "reception", "transferred", For::All),
    ("transferred", "refuse_hand_over", "examiner", "accepted", For::All),
    ("accepted", "start_processing", "examiner", "processing", For::Here),
    ("transferred", "start_processing", "examiner", "processing", For::All),
    ("accepted", "issue_result", "leader", "result_ready", For::AtOnceHere),
    ("transferred", "issue_result", "leader", "result_ready", For::AtOnce),
    ("processing", "verify", "examiner", "verifying", For::All),
    ("verifying", "record_verification", "examiner", "processing", For::All),
    ("processing", "consult", "examiner", "consulting", For::All),
    ("consulting", "end_consultation", "examiner", "processing", For::All),
    ("processing", "propose_supplement", "examiner", "supplement_proposed", For::All),
    ("supplement_proposed", "sign_supplement", "leader", "supplement_signed", For::All),
    ("supplement_proposed supplement_signed", "send_back", "leader", "processing", For::All),
    ("supplement_signed", "request_supplement", "reception", "supplement_requested", For::All),
    ("supplement_requested", "confirm_supplement", "reception", "processing", For::All),
    ("supplement_requested", "issue_result", "leader", "result_ready", For::Lapsed),
    ("supplement_requested", "stop", "leader", "stopped", For::Lapsed),
    ("processing", "request_payment", "examiner", "awaiting_payment", For::All),
    ("awaiting_payment", "waive_payment", "leader", "processing", For::All),
    ("awaiting_payment", "stop", "leader", "stopped", For::All),
    ("processing", "propose_result", "examiner", "awaiting_approval", For::All),
    ("awaiting_approval", "send_back", "leader", "processing", For::All),
    ("awaiting_approval", "issue_result", "leader", "result_ready", For::All),
    ("accepted transferred processing verifying consulting supplement_proposed supplement_signed awaiting_payment \
      awaiting_approval withdrawal_requested", "propose_reappointment", "examiner", "=", For::LaterDate),
    ("accepted transferred processing verifying consulting supplement_proposed supplement_signed awaiting_payment \
      awaiting_approval withdrawal_requested", "reappoint", "leader", "=", For::LaterDate),
    ("accepted", "change_case", "leader", "=", For::OtherCaseHere),
    ("transferred processing", "change_case", "leader", "=", For::OtherCase),
    ("accepted transferred processing verifying consulting supplement_proposed supplement_signed supplement_requested \
      awaiting_payment awaiting_approval", "request_withdrawal", "applicant", "withdrawal_requested", For::Citizens),
    ("accepted transferred processing verifying consulting supplement_proposed supplement_signed supplement_requested \
      awaiting_payment awaiting_approval", "request_withdrawal", "reception", "withdrawal_requested", For::Receptions),
    ("withdrawal_requested", "approve_withdrawal", "leader head", "stopped", For::All),
    ("withdrawal_requested", "refuse_withdrawal", "leader head", "before", For::All),
    ("result_ready", "return_result", "reception", "returned", For::All),
    ("result_ready", "return_result", "applicant", "returned", For::Citizens),
];

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

/// What an office makes somebody.
fn duty(role: Role) -> &'static str {
    match role {
        Role::Citizen => "applicant",
        Role::ReceptionOfficer => "reception",
        Role::ProcessingOfficer => "examiner",
        Role::Leader => "leader",
        Role::HeadOfAgency => "head",
        _ => "nobody",
    }
}

/// What somebody is to a dossier of this kind.
fn parts(kind: Kind, player: &Player) -> &'static [&'static str] {
    match player.name {
        "congdan1" if kind.is_citizens() => &["applicant"],
        "tiepnhan" => &["reception"],
        "motcua" => &["head"],
        "chuyenvien" if !kind.elsewhere => &["examiner"],
        "lanhdao" if !kind.elsewhere => &["leader"],
        ELSEWHERE if kind.elsewhere => &["examiner", "leader"],
        _ => &[],
    }
}

/// Where a dossier stands, as far as rules go by it.
#[derive(Clone, Copy, Debug)]
struct Stand {
    status: Status,
    asked_before: bool,
    lapsed: bool,
}

impl From<Status> for Stand {
    fn from(status: Status) -> Self {
        Self { status, asked_before: false, lapsed: false }
    }
}

fn is_for(kind: Kind, Stand { status, asked_before, lapsed }: Stand, which: For) -> bool {
    match which {
        For::All => true,
        For::FirstTime => !asked_before,
        For::AskedBefore => asked_before,
        For::Lapsed => lapsed,
        For::Citizens => kind.is_citizens(),
        For::Receptions => !kind.is_citizens(),
        For::Counter => kind.channel == Channel::Counter,
        For::Post => kind.channel == Channel::Post,
        For::Here => !kind.elsewhere,
        For::AtOnceHere => kind.immediate && !kind.elsewhere,
        For::AtOnce => kind.immediate,
        For::OtherCase => kind.procedure != BIRTH_ONLINE.procedure,
        For::OtherCaseHere => kind.procedure != BIRTH_ONLINE.procedure && !kind.elsewhere,
        // The cast asks for withdrawals of what has just been accepted.
        For::LaterDate => {
            let lies_there = matches!(status, Status::Accepted | Status::WithdrawalRequested) && kind.elsewhere;
            !kind.immediate && !lies_there
        }
    }
}

/// Where a rule leads.
fn end(kind: Kind, status: Status, to: &str) -> Status {
    match (to, status) {
        ("=", _) => status,
        ("before", Status::WithdrawalRequested) => Status::Accepted,
        ("before", _) if kind.channel == Channel::Counter => Status::Draft,
        ("before", _) => Status::Submitted,
        _ => Status::from_code(to).expect("a state"),
    }
}

fn expected(kind: Kind, stand: Stand, player: &Player, action: Action) -> Outcome {
    let status = stand.status;
    let of = || RULES.iter().filter(|(_, what, ..)| *what == action.code());
    if !of().any(|(_, _, who, ..)| player.roles.iter().any(|role| who.split(' ').any(|part| part == duty(*role)))) {
        return Outcome::NoPermission;
    }
    if !sees(kind, status, player) {
        return Outcome::Unknown;
    }
    let from = |states: &str| states.split_whitespace().any(|state| state == status.code());
    let now: Vec<_> = of().filter(|(states, .., which)| from(states) && is_for(kind, stand, *which)).collect();
    match now.iter().find(|(_, _, who, ..)| who.split(' ').any(|part| parts(kind, player).contains(&part))) {
        Some((.., to, _)) => Outcome::Done(end(kind, status, to)),
        None if now.is_empty() => Outcome::WrongState,
        None => Outcome::NotTheirs,
    }
}

/// The applicant; once it is filed, the agencies and those who oversee all.
fn sees(kind: Kind, status: Status, player: &Player) -> bool {
    let applicant = kind.is_citizens() && player.name == "congdan1";
    // Who withdraws here has not submitted.
    let filed = !kind.is_citizens() || !matches!(status, Status::Draft | Status::Withdrawn);
    let here = ["tiepnhan", "chuyenvien", "lanhdao", "motcua"].contains(&player.name);
    let there = kind.elsewhere && [ELSEWHERE, "motcua2"].contains(&player.name);
    applicant || filed && (here || there || player.may(Permission::OverseeDossiers))
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

/// What somebody sees of it, if they can read it at all.
async fn seen(original: &str, player: &Player) -> Option<Value> {
    let answer = player.client.get(&format!("/v1/dossiers/{original}")).await;
    answer.status.is_success().then_some(answer.json)
}

/// Everybody tries everything with dossiers of this kind, in every state; also where papers were asked for at intake before, and
/// where the applicant's time is over.
async fn everybody_tries_everything(kind: Kind) {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut taken = BTreeSet::new();
    for status in kind.states() {
        let original = cast.dossier(kind, status).await;
        everybody_tries(&app, &cast, kind, status.into(), &original, &mut taken).await;
    }
    if kind.states().any(|status| status == Status::Submitted) {
        let again = cast.dossier(kind, Status::IntakeSupplement).await;
        cast.client(kind.filer()).step(&again, "submit").await.expect(200);
        let stand = Stand { asked_before: true, ..Status::Submitted.into() };
        everybody_tries(&app, &cast, kind, stand, &again, &mut taken).await;
    }
    let waited = cast.dossier(kind, Status::SupplementRequested).await;
    let asked = cast.client(kind.filer()).get(&format!("/v1/dossiers/{waited}")).await.json["supplement"].clone();
    app.set_time(asked["due_at"].as_str().expect("the applicant's time"));
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{waited}' AND event_kind = 'dossier.supplement_lapsed'"
    );
    app.eventually(&told, 1).await;
    let stand = Stand { lapsed: true, ..Status::SupplementRequested.into() };
    everybody_tries(&app, &Cast::again(&app).await, kind, stand, &waited, &mut taken).await;
    let reached = |which: &For| !matches!(which, For::AskedBefore) || kind.channel != Channel::Counter;
    for (states, what, .., which) in RULES.iter().filter(|(.., which)| reached(which)) {
        let states = states.split_whitespace().map(|state| Status::from_code(state).expect("a state"));
        let of = |status| {
            [(false, false), (true, false), (false, true)].map(|(asked_before, lapsed)| Stand {
                status,
                asked_before,
                lapsed,
            })
        };
        let is_for = |status: &Status| of(*status).into_iter().any(|stand| is_for(kind, stand, *which));
        for status in states.filter(|status| kind.states().any(|it| it == *status) && is_for(status)) {
            assert!(taken.contains(&(status, Action::from_code(what).unwrap())), "nobody took {what} from {status}");
        }
    }
}

/// What is said with a step: where nothing was supplied, nothing else can be the ground.
fn words(stand: Stand, who: &str, kind: Kind, action: Action) -> Value {
    let why = ("not_supplemented", "Quá hạn mà không bổ sung.");
    match action {
        Action::IssueResult if stand.lapsed => {
            json!({"outcome": "refused", "number": "9/UBND", "ground": why.0, "reason": why.1})
        }
        Action::Stop if stand.lapsed => json!({"ground": why.0, "reason": why.1}),
        _ => said_by(who, kind, action),
    }
}

/// Everybody tries everything with this dossier.
async fn everybody_tries(
    app: &TestApp,
    cast: &Cast,
    kind: Kind,
    stand: Stand,
    original: &str,
    taken: &mut BTreeSet<(Status, Action)>,
) {
    let status = stand.status;
    for player in &cast.0 {
        let before = seen(original, player).await;
        assert_eq!(before.is_some(), sees(kind, status, player), "{} reads in {stand:?}", player.name);
        let before = before.unwrap_or_default();
        let offered = &before["allowed_actions"];
        let mut worked = Vec::new();
        for action in Action::ALL.iter().copied() {
            let at = format!("{stand:?}, {action} by {}", player.name);
            let expected = expected(kind, stand, player, action);
            let id = match expected {
                Outcome::Done(_) => copy(app, original).await,
                _ => original.to_owned(),
            };
            let answer = player.client.post(&path(&id, action), words(stand, player.name, kind, action)).await;
            assert_eq!(found(&answer), expected, "{at}");
            match expected {
                Outcome::Done(_) => {
                    worked.push(action.code());
                    taken.insert((status, action));
                    clock_moves_as_the_rules_say(&before, &answer.json, action, &at);
                }
                Outcome::WrongState | Outcome::NotTheirs => {
                    assert_eq!(answer.json["status"], answer.status.as_u16(), "{at}");
                    assert_eq!(answer.json["state"], status.code(), "{at}");
                    assert_eq!(&answer.json["allowed_actions"], offered, "{at}");
                }
                Outcome::NoPermission | Outcome::Unknown => {
                    assert!(answer.json["allowed_actions"].is_null(), "{at}");
                }
            }
        }
        if !offered.is_null() {
            let offered: BTreeSet<_> = offered.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
            let worked = worked.into_iter().collect();
            assert_eq!(offered, worked, "{stand:?}: {} can do what is offered and nothing else", player.name);
        }
    }
    let unchanged = format!("SELECT count(*) FROM dossiers WHERE id = '{original}' AND status = '{status}'");
    assert_eq!(app.count(&unchanged).await, 1, "a refused step changes nothing in {stand:?}");
}

/// What a step does to the clock (NĐ 61/2018 Art. 19(4), 19(9)).
fn clock_moves_as_the_rules_say(before: &Value, after: &Value, action: Action, at: &str) {
    let timeliness = after["timeliness"].as_str().unwrap();
    match action {
        Action::Accept | Action::ConfirmSupplement => assert_eq!(timeliness, "running", "{at}"),
        // Also on the last day: what is supplied begins the limit anew.
        Action::RequestSupplement => assert_eq!(timeliness, "not_running", "{at}"),
        Action::IssueResult => assert_eq!(timeliness, "finished_on_time", "{at}"),
        Action::Stop | Action::ApproveWithdrawal => assert_eq!(timeliness, "not_running", "{at}"),
        Action::Reappoint => {
            assert_eq!((timeliness, &after["due_date"]), ("running", &json!("2026-09-15")), "{at}");
        }
        // The limit of the new case; a permit's seven working days become ten, and a marriage is to be settled today.
        Action::ChangeCase => {
            let due_date = if before["case"] == "house" { "2026-08-28" } else { "2026-08-17" };
            assert_eq!((timeliness, &after["due_date"]), ("running", &json!(due_date)), "{at}");
            assert_eq!(after["original_due_at"], before["original_due_at"], "{at}");
        }
        _ => assert_eq!((&after["timeliness"], &after["due_at"]), (&before["timeliness"], &before["due_at"]), "{at}"),
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
        let both = [Action::Accept, Action::ProposeRejection].map(|action| {
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
async fn online_everybody_can_do_what_the_rules_say_and_nothing_else() {
    everybody_tries_everything(PERMIT_ONLINE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_counter_everybody_can_do_what_the_rules_say_and_nothing_else() {
    everybody_tries_everything(PERMIT_AT_COUNTER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_post_everybody_can_do_what_the_rules_say_and_nothing_else() {
    everybody_tries_everything(PERMIT_BY_POST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_kiosk_for_another_agency_everybody_can_do_what_the_rules_say_and_nothing_else() {
    everybody_tries_everything(MARRIAGE_ELSEWHERE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_immediate_procedure_everybody_can_do_what_the_rules_say_and_nothing_else() {
    everybody_tries_everything(BIRTH_ONLINE).await;
}
