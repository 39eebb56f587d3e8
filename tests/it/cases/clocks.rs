//! Every line of `clocks.csv` that concerns cases: which case goes by it, or why none does.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use complaints::case::{Basis, Case, CaseChannel, CaseId};
use complaints::clocks::{CaseStage, rule};
use complaints::facts::Facts;
use complaints::steps::{World, read};
use complaints::{CaseKind, workflow::CaseStatus};
use kernel::json::Json;
use kernel::rules::{ClockRule, Rules};
use kernel::{Actor, Ctx};
use serde_json::{Value, json};

use super::{at, facts};
use crate::cast::Cast;
use crate::harness::TestApp;

/// A line of the file, by kind, stage and variant.
type Line = [&'static str; 3];

/// What decides by which line a stage of a case goes.
struct Of {
    facts: Value,
    level: i16,
    remote_area: bool,
    channel: CaseChannel,
    on: &'static str,
    stage: CaseStage,
}

fn of(facts: Value, stage: CaseStage) -> Of {
    Of { facts, level: 1, remote_area: false, channel: CaseChannel::Online, on: "2026-08-17", stage }
}

fn data(right: &str, via_processor: bool) -> Of {
    let facts = json!({ "kind": "data_subject_request", "right": right, "via_processor": via_processor });
    of(facts, CaseStage::Resolve)
}

/// Every line by which something goes, and what.
#[rustfmt::skip]
fn known() -> Vec<(Line, Of)> {
    use CaseStage::*;
    let complaint = |stage| of(facts(CaseKind::Complaint), stage);
    let second = |stage| Of { level: 2, ..complaint(stage) };
    let remote = |of: Of| Of { remote_area: true, ..of };
    let disciplinary = |stage| {
        let mut facts = facts(CaseKind::Complaint);
        facts["about"] = json!("disciplinary_decision");
        of(facts, stage)
    };
    let information = |channel, on| Of { channel, on, ..of(facts(CaseKind::InformationRequest), Resolve) };
    let published_is_wrong = |on| {
        let facts = json!({ "kind": "information_request", "shape": "electronic", "published_is_wrong": true });
        Of { on, ..of(facts, Resolve) }
    };
    let (online, post) = (CaseChannel::Online, CaseChannel::Post);
    vec![
        (["complaint", "lodge_first", ""], complaint(LodgeFirst)),
        (["complaint", "lodge_second", ""], complaint(LodgeAgain)),
        (["complaint", "lodge_second", "remote_area"], remote(complaint(LodgeAgain))),
        (["complaint", "lodge_second", ""], disciplinary(LodgeAgain)),
        (["complaint", "accept_or_refuse", "level_1"], complaint(Accept)),
        (["complaint", "accept_or_refuse", "level_2"], second(Accept)),
        (["complaint", "resolve", "level_1"], complaint(Resolve)),
        (["complaint", "resolve", "level_1_remote_area"], remote(complaint(Resolve))),
        (["complaint", "resolve", "level_2"], second(Resolve)),
        (["complaint", "resolve", "level_2_remote_area"], remote(second(Resolve))),
        (["complaint", "serve_decision", "level_1"], complaint(Serve)),
        (["complaint", "serve_decision", "level_2"], second(Serve)),
        (["complaint", "publish_decision", "level_2"], second(Publish)),
        (["complaint", "take_effect", ""], complaint(Effect)),
        (["complaint", "take_effect", "remote_area"], remote(second(Effect))),
        (["disciplinary_complaint", "lodge_first", ""], disciplinary(LodgeFirst)),
        (["disciplinary_complaint", "resolve", ""], disciplinary(Resolve)),
        (["petition", "process", ""], of(facts(CaseKind::Petition), Resolve)),
        (["conduct_report", "answer", ""], of(facts(CaseKind::ConductReport), Resolve)),
        (["regulation_feedback", "classify", ""], of(facts(CaseKind::RegulationFeedback), Accept)),
        (["regulation_feedback", "answer", ""], of(facts(CaseKind::RegulationFeedback), Resolve)),
        (["accountability_request", "accept_or_refuse", ""], of(facts(CaseKind::AccountabilityRequest), Accept)),
        (["accountability_request", "answer", ""], of(facts(CaseKind::AccountabilityRequest), Resolve)),
        // The law of 2016 until the 31st of August, its successor from then on.
        (["information_request", "answer", "online_simple"], information(online, "2026-08-31")),
        (["information_request", "answer", "post_simple"], information(post, "2026-08-31")),
        (["information_request", "answer", "online_simple"], published_is_wrong("2026-08-31")),
        (["information_request", "answer", ""], information(online, "2026-09-01")),
        (["information_request", "answer", ""], information(post, "2026-09-01")),
        (["information_request", "answer_published_data_wrong", ""], published_is_wrong("2026-09-01")),
        (["supervision_recommendation", "answer", ""], of(facts(CaseKind::SupervisionRecommendation), Resolve)),
        (["data_subject_request", "acknowledge", ""], of(facts(CaseKind::DataSubjectRequest), Accept)),
        (["data_subject_request", "withdraw_restrict_object", ""], data("withdraw_consent", false)),
        (["data_subject_request", "withdraw_restrict_object", ""], data("restrict", false)),
        (["data_subject_request", "withdraw_restrict_object", "via_processor"], data("object", true)),
        (["data_subject_request", "access_correct", ""], data("access", true)),
        (["data_subject_request", "access_correct", ""], data("correct", false)),
        (["data_subject_request", "erase", ""], data("erase", false)),
    ]
}

/// Lines about cases by which nothing goes, and why.
const BY_NOBODY: &[(Line, &str)] = &[
    (
        ["complaint", "resume_after_termination", ""],
        "within which the sender goes on with what was ended before 2026-07-01; nobody is told when they do: see the ground",
    ),
    (
        ["petition", "keep_ineligible_file", ""],
        "how long a file is kept is said by data-retention.csv, by the same text",
    ),
    (
        ["information_request", "answer", "post_complex"],
        "nothing tells a complex request from a simple one, and the line has not held since 2026-09-01",
    ),
];

/// Kinds of the file that are no cases, and where their limits are.
const NO_CASES: &[(&str, &str)] = &[
    ("denunciation", "crate denunciations"),
    ("data_breach", "crate privacy"),
    ("dossier", "crate procedures"),
    ("procedure", "crate procedures"),
    ("reception", "citizen reception is not there yet"),
    ("field_report", "reports from the field are not there yet"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_line_about_cases_is_gone_by_or_has_its_reason() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, CaseKind::Complaint, CaseStatus::Submitted).await;
    let conn = &mut *app.db.conn().await.unwrap();
    let rules = Rules::read(conn).await.unwrap();
    let ctx = Ctx { actor: Actor::System, now: app.clock.now() };
    let case = read(conn, &ctx, World { rules: &rules }, CaseId(id.parse().unwrap())).await.unwrap().case;

    let mut gone_by = BTreeSet::new();
    for (line, of) in known() {
        let facts: Facts = serde_json::from_value(of.facts).unwrap();
        let basis = Basis { on: of.on.parse::<NaiveDate>().unwrap(), remote_area: of.remote_area };
        let like = Case {
            kind: facts.kind(),
            facts: Json(facts),
            level: of.level,
            channel: of.channel,
            basis: Some(Json(basis)),
            ..case.clone()
        };
        let found = rule(&like, of.stage, &rules).map(|it| [&*it.kind, &*it.stage, &*it.variant]);
        assert_eq!(found, Some(line), "{} {basis:?} on level {}", of.stage, of.level);
        gone_by.insert(line.map(str::to_owned));
    }
    let file = include_str!("../../../migrations/seed/clocks.csv");
    let lines: Vec<[String; 3]> = rows(file).collect();
    let of_cases = |kind: &str| CaseKind::from_code(kind).is_some() || kind == "disciplinary_complaint";
    for line in &lines {
        let by_nobody = BY_NOBODY.iter().any(|(it, _)| it.map(str::to_owned) == *line);
        if of_cases(&line[0]) {
            assert!(
                gone_by.contains(line) != by_nobody,
                "{line:?} is gone by, or listed with its reason, and not both"
            );
        } else {
            assert!(NO_CASES.iter().any(|(kind, _)| *kind == line[0]), "whose is {line:?}?");
        }
    }
    let listed = BY_NOBODY.iter().map(|(line, _)| line.map(str::to_owned)).chain(gone_by);
    for line in listed {
        assert!(lines.contains(&line), "{line:?} is not in the file");
    }
}

/// The first three cells of each line, which hold no quotes.
fn rows(file: &str) -> impl Iterator<Item = [String; 3]> {
    file.lines().skip(1).map(|line| {
        let mut cells = line.split(',').map(str::to_owned);
        std::array::from_fn(|_| cells.next().expect("kind, stage and variant"))
    })
}

/// Of what the second level has not, nothing limits it.
#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_limits_has_no_limit() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, CaseKind::Complaint, CaseStatus::Submitted).await;
    let conn = &mut *app.db.conn().await.unwrap();
    let rules = Rules::read(conn).await.unwrap();
    let ctx = Ctx { actor: Actor::System, now: app.clock.now() };
    let mut case = read(conn, &ctx, World { rules: &rules }, CaseId(id.parse().unwrap())).await.unwrap().case;
    let none = |case: &Case, stage| rule(case, stage, &rules).map(|it: &ClockRule| it.stage.clone());
    assert_eq!(none(&case, CaseStage::Publish), None, "a first decision need not be published");
    case.level = 2;
    assert_eq!(none(&case, CaseStage::LodgeAgain), None, "there is no third complaint");
    case.basis = None;
    assert_eq!(none(&case, CaseStage::Accept), None, "what was not received keeps no rules yet");
}
