//! The limits of cases: each kind has those of `clocks.csv`, they stand, go on and are extended as the law says, and what is owed too
//! long goes up the ladder.

use complaints::CaseKind::{self, *};
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::{act, at, facts, limit, new, path, sender, walk};
use crate::cast::Cast;
use crate::harness::TestApp;

/// Of this kind, with these facts, after these steps, this stage has the limit of that line of the file.
type Known = (CaseKind, Value, &'static [CaseAction], &'static str, [&'static str; 3]);

fn known() -> Vec<Known> {
    use CaseAction::*;
    let with = |kind, name: &str, value: Value| {
        let mut facts = facts(kind);
        facts[name] = value;
        facts
    };
    let same = facts;
    vec![
        (Complaint, same(Complaint), &[Submit], "accept", ["complaint", "accept_or_refuse", "level_1"]),
        (Complaint, same(Complaint), &[Submit, Accept], "resolve", ["complaint", "resolve", "level_1"]),
        (
            Complaint,
            with(Complaint, "about", json!("disciplinary_decision")),
            &[Submit, Accept],
            "resolve",
            ["disciplinary_complaint", "resolve", ""],
        ),
        (Petition, same(Petition), &[Submit], "resolve", ["petition", "process", ""]),
        (RegulationFeedback, same(RegulationFeedback), &[Submit], "accept", ["regulation_feedback", "classify", ""]),
        (
            RegulationFeedback,
            same(RegulationFeedback),
            &[Submit, Accept, Assign],
            "resolve",
            ["regulation_feedback", "answer", ""],
        ),
        (ConductReport, same(ConductReport), &[Submit], "resolve", ["conduct_report", "answer", ""]),
        (
            AccountabilityRequest,
            same(AccountabilityRequest),
            &[Submit],
            "accept",
            ["accountability_request", "accept_or_refuse", ""],
        ),
        (
            AccountabilityRequest,
            same(AccountabilityRequest),
            &[Submit, Accept],
            "resolve",
            ["accountability_request", "answer", ""],
        ),
        // The law of 2016 holds until 2026-08-31.
        (
            InformationRequest,
            same(InformationRequest),
            &[Submit],
            "resolve",
            ["information_request", "answer", "online_simple"],
        ),
        (
            SupervisionRecommendation,
            same(SupervisionRecommendation),
            &[Submit],
            "resolve",
            ["supervision_recommendation", "answer", ""],
        ),
        (
            DataSubjectRequest,
            same(DataSubjectRequest),
            &[Submit],
            "accept",
            ["data_subject_request", "acknowledge", ""],
        ),
        (
            DataSubjectRequest,
            with(DataSubjectRequest, "right", json!("erase")),
            &[Submit],
            "resolve",
            ["data_subject_request", "erase", ""],
        ),
        (
            DataSubjectRequest,
            with(DataSubjectRequest, "right", json!("access")),
            &[Submit],
            "resolve",
            ["data_subject_request", "access_correct", ""],
        ),
        (
            DataSubjectRequest,
            json!({ "kind": "data_subject_request", "right": "object", "via_processor": true }),
            &[Submit],
            "resolve",
            ["data_subject_request", "withdraw_restrict_object", "via_processor"],
        ),
    ]
}

/// The line of `clocks.csv`: amount, unit and source.
fn line(names: [&str; 3]) -> (u32, String, String) {
    let text = include_str!("../../../migrations/seed/clocks.csv");
    let mut rows = csv_rows(text).into_iter().filter(|row| row[..3] == names);
    let row = rows.next().unwrap_or_else(|| panic!("{names:?} is in the file"));
    (row[3].parse().unwrap(), row[4].clone(), row[11].clone())
}

/// Cells, in which commas may stand between quotes.
fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| {
        let (mut cells, mut quoted) = (vec![String::new()], false);
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                c => cells.last_mut().unwrap().push(c),
            }
        }
        cells
    };
    text.lines().map(cells).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_has_the_limits_of_the_file() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for (kind, facts, way, stage, names) in known() {
        let mut case = new(kind);
        case["facts"] = facts;
        let id = cast.client(sender(kind)).post("/v1/cases", case).await.expect(201).id();
        let seen = walk(&cast, kind, &id, way).await;
        let (amount, unit, source) = line(names);
        let question = json!({ "starts_at": "2026-08-17T02:00:00Z", "limit": { "amount": amount, "unit": unit } });
        let due = app.anonymous().post("/v1/deadlines/simulate", question).await.expect(200).json;
        assert_eq!(limit(&seen, stage)["due_at"], due["due_at"], "{kind} {stage}");
        assert_eq!(limit(&seen, stage)["source"], source, "{kind} {stage}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_september_on_the_new_law_on_information_holds() {
    let app = TestApp::new().await;
    app.set_time("2026-09-07T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let id = at(&cast, InformationRequest, CaseStatus::Submitted).await;
    let seen = cast.client("congdan1").get(&format!("/v1/cases/{id}")).await.json;
    assert_eq!(limit(&seen, "resolve")["due_date"], "2026-09-28", "15 working days: the old value is kept");
    let mut wrong = new(InformationRequest);
    wrong["facts"]["published_is_wrong"] = json!(true);
    let id = cast.client("congdan1").post("/v1/cases", wrong).await.expect(201).id();
    let seen = walk(&cast, InformationRequest, &id, &[CaseAction::Submit]).await;
    assert_eq!(limit(&seen, "resolve")["due_date"], "2026-09-17", "ten days for what is published and wrong");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_commune_has_longer_and_so_have_those_who_complain_there() {
    let app = TestApp::new().await;
    app.sql("UPDATE agencies SET remote_area = true WHERE code = 'H26.13.01'").await;
    app.sql("UPDATE reference_data SET version = version + 1 WHERE kind = 'agencies'").await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Decided).await;
    let seen = walk(&cast, Complaint, &id, &[CaseAction::Serve]).await;
    // 45 days from the 17th of August to decide, to take effect, and to complain again (LKN Art. 28, 33, 44).
    for stage in ["resolve", "effect", "lodge_again"] {
        assert_eq!(limit(&seen, stage)["due_date"], "2026-10-01", "{stage}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_suspended_does_not_count() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, AccountabilityRequest, CaseStatus::Accepted).await;
    app.set_time("2026-08-20T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let stands = walk(&cast, AccountabilityRequest, &id, &[CaseAction::Suspend]).await;
    assert_eq!(stands["timeliness"], "not_running");
    app.set_time("2026-09-10T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let goes_on = walk(&cast, AccountabilityRequest, &id, &[CaseAction::Resume]).await;
    // Fifteen days from the 17th would be the 1st of September, a holiday, so the 3rd; 21 days did not count.
    assert_eq!(limit(&goes_on, "resolve")["original_due_at"], "2026-09-03T17:00:00Z");
    assert_eq!(limit(&goes_on, "resolve")["due_date"], "2026-09-22");
    assert_eq!((&goes_on["status"], &goes_on["timeliness"]), (&json!("accepted"), &json!("running")));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_something_is_asked_of_the_sender_limits_stand_and_a_request_for_information_begins_anew() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let complaint = at(&cast, Complaint, CaseStatus::SupplementRequested).await;
    let request = at(&cast, InformationRequest, CaseStatus::SupplementRequested).await;
    let waits = cast.client("congdan1").get(&format!("/v1/cases/{complaint}")).await.json;
    assert_eq!(waits["timeliness"], "not_running");
    app.set_time("2026-08-24T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let supplied = walk(&cast, Complaint, &complaint, &[CaseAction::Supply]).await;
    assert_eq!(limit(&supplied, "accept")["due_date"], "2026-09-03", "ten days from the 17th, and seven that stood");
    let supplied = walk(&cast, InformationRequest, &request, &[CaseAction::Supply]).await;
    assert_eq!(limit(&supplied, "resolve")["due_date"], "2026-08-27", "three working days from the 24th");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_extended_as_often_as_the_law_says_and_not_when_it_is_over() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Accepted).await;
    let extended = walk(&cast, Complaint, &id, &[CaseAction::Extend]).await;
    // 45 days in all for a complex matter (LKN Art. 28); what was first told stays known.
    assert_eq!(limit(&extended, "resolve")["due_date"], "2026-10-01");
    assert_eq!(limit(&extended, "resolve")["original_due_at"], "2026-09-16T17:00:00Z");
    act(cast.client("lanhdao"), Complaint, &id, CaseAction::Extend).await.expect(409);
    let late = at(&cast, Complaint, CaseStatus::Accepted).await;
    app.set_time("2026-09-17T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    act(cast.client("lanhdao"), Complaint, &late, CaseAction::Extend).await.expect(409);
}

/// The rungs of `escalation.csv`: at once to the head, after three working days to the agency above, after seven to the top.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_owed_too_long_goes_up_the_ladder_and_is_asked_for_from_above() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Petition, CaseStatus::Submitted).await;
    let under = "/v1/cases?side=under&past_due=true";
    assert_eq!(cast.client("chutich").get(under).await.expect(200).json["items"], json!([]));
    // Ten working days: due on Friday the 28th. Three more, after the National Day and its bridge, and four more.
    for (now, rung) in [
        ("2026-08-28T23:59:59+07:00", 0),
        ("2026-08-29T00:00:00+07:00", 1),
        ("2026-09-07T23:59:59+07:00", 1),
        ("2026-09-08T00:00:00+07:00", 2),
        ("2026-09-11T23:59:59+07:00", 2),
        ("2026-09-12T00:00:00+07:00", 3),
    ] {
        app.set_time(now);
        app.told(&id).await;
        assert_eq!(app.count(&format!("SELECT escalation FROM cases WHERE id = '{id}'")).await, rung, "{now}");
    }
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    for (rung, to) in [("head", "H26.13.01"), ("superior", "H26"), ("top", "H26")] {
        let to = directory::demo::agency_id(to).unwrap();
        let told = format!(
            "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'case.escalated'
             AND event::jsonb #>> '{{escalated,rung}}' = '{rung}' AND event::jsonb #>> '{{escalated,to}}' = '{to}'"
        );
        assert_eq!(app.count(&told).await, 1, "{rung}");
    }
    let cast = Cast::again(&app).await;
    let overdue = cast.client("chutich").get(under).await.expect(200).json;
    assert_eq!((&overdue["items"][0]["id"], &overdue["items"][0]["escalation"]), (&json!(id), &json!(3)));
    // The agency above was told, when it was shown it; whoever heads it reads who does what, and what was asked from above.
    let city = directory::demo::agency_id("H26").unwrap();
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND '{city}' = ANY (seen_after)
         AND event::jsonb #>> '{{escalated,rung}}' IN ('superior', 'top')"
    );
    assert_eq!(app.count(&told).await, 2);
    assert_eq!(app.count(&told.replace("'superior', 'top'", "'head'")).await, 0);
    // Heads see what is below them, and nobody else's.
    assert_eq!(cast.client("giamdoc").get(under).await.expect(200).json["items"], json!([]));
    assert_eq!(cast.client("motcua").get(under).await.expect(200).json["items"][0]["id"], json!(id));
    cast.client("motcua")
        .post(&path(&id, CaseAction::Urge), json!({ "reason": "Đề nghị giải quyết ngay." }))
        .await
        .expect(403);
    act(cast.client("chutich"), Petition, &id, CaseAction::Urge).await.expect(200);
    let seen = cast.client("chutich").get(&format!("/v1/cases/{id}")).await.expect(200).json;
    assert_eq!(seen["escalation"], json!(3));
    let timeline = cast.client("chutich").get(&format!("/v1/cases/{id}/timeline")).await.expect(200).json;
    let events: Vec<&str> =
        timeline["items"].as_array().unwrap().iter().map(|it| it["event"].as_str().unwrap()).collect();
    assert!(events.contains(&"case.urged") && events.contains(&"case.escalated"), "{events:?}");
    cast.client("chutich").get(&format!("/v1/cases/{id}/notes")).await.expect(403);
    // Its sender is told none of that; answered late it is late, and escalated no more.
    let mine = cast.client("congdan1").get(&format!("/v1/cases/{id}")).await.json;
    assert_eq!((&mine["escalation"], &mine["timeliness"]), (&Value::Null, &json!("overdue")));
    let answered = walk(&cast, Petition, &id, &[CaseAction::Assign, CaseAction::Report, CaseAction::Answer]).await;
    assert_eq!((&answered["timeliness"], &answered["escalation"]), (&json!("finished_late"), &Value::Null));
    assert_eq!(app.count(&format!("SELECT count(*) FROM timers WHERE entity_id = '{id}'")).await, 0);
}

/// Handing on what is late changes no limit; whoever has it now is told of it, and so is who heads them.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_late_is_told_anew_to_whoever_gets_it() {
    let app = TestApp::new().await;
    let id = at(&Cast::of(&app).await, Petition, CaseStatus::Submitted).await;
    app.set_time("2026-09-12T00:00:00+07:00");
    app.told(&id).await;
    let rung = format!("SELECT escalation FROM cases WHERE id = '{id}'");
    assert_eq!(app.count(&rung).await, 3);
    walk(&Cast::again(&app).await, Petition, &id, &[CaseAction::Transfer]).await;
    assert_eq!(app.count(&rung).await, 0);
    app.told(&id).await;
    assert_eq!(app.count(&rung).await, 3);
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let to = directory::demo::agency_id("H26.13.02").unwrap();
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'case.escalated'
         AND event::jsonb #>> '{{escalated,rung}}' = 'head' AND event::jsonb #>> '{{escalated,to}}' = '{to}'"
    );
    assert_eq!(app.count(&told).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_runs_out_is_told_before_what_is_done_after_it() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Submitted).await;
    app.set_time("2026-08-28T00:00:00+07:00");
    let cast = Cast::again(&app).await;
    let accepted = walk(&cast, Complaint, &id, &[CaseAction::Accept]).await;
    assert_eq!(limit(&accepted, "accept")["timeliness"], "finished_late");
    let told = cast.client("lanhdao").get(&format!("/v1/cases/{id}/timeline")).await.json;
    let events: Vec<_> = told["items"].as_array().unwrap().iter().map(|it| it["event"].as_str().unwrap()).collect();
    let (passed, taken) = ("case.deadline_passed", "case.accepted");
    let place = |event: &str| events.iter().position(|it| *it == event);
    assert!(place(passed).is_some() && place(passed) < place(taken), "{events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn information_comes_with_its_answer() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, InformationRequest, CaseStatus::Accepted).await;
    let answer = json!({ "outcome": "granted", "reasons": "Gửi kèm bản quy hoạch chi tiết tỷ lệ 1/500." });
    let head = cast.client("lanhdao");
    let empty = head.post(&path(&id, CaseAction::Answer), answer.clone()).await.expect(422);
    assert_eq!(super::faults(&empty), ["file_missing"]);
    let declared = head.post(&format!("/v1/cases/{id}/files"), super::file("answer")).await.expect(201);
    head.put_file(declared.header("location"), crate::harness::papers::PDF).await.expect(200);
    let me = cast.client("congdan1");
    me.get(declared.header("location")).await.expect(404);
    head.post(&path(&id, CaseAction::Answer), answer).await.expect(200);
    me.get(declared.header("location")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_returns_an_answer_and_it_is_owed_anew() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, SupervisionRecommendation, CaseStatus::Answered).await;
    app.set_time("2026-08-24T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let anew = walk(&cast, SupervisionRecommendation, &id, &[CaseAction::ReturnAnswer]).await;
    assert_eq!(limit(&anew, "resolve")["due_date"], "2026-09-17", "fifteen working days from the 24th");
    let way = [CaseAction::Report, CaseAction::Answer, CaseAction::Close];
    assert_eq!(walk(&cast, SupervisionRecommendation, &id, &way).await["status"], "closed");
    // Other bodies of the people's supervision recommend as the Front does, and say which they are.
    let mut recommendation = new(SupervisionRecommendation);
    let front = cast.client("mattran");
    let body = async |letter: Value| front.post("/v1/cases", letter).await.expect(201).json["facts"]["body"].clone();
    assert_eq!(body(recommendation.clone()).await, "fatherland_front");
    recommendation["facts"]["body"] = json!("peoples_inspection");
    assert_eq!(body(recommendation.clone()).await, "peoples_inspection");
    recommendation["facts"]["body"] = json!("press");
    front.post("/v1/cases", recommendation).await.expect(422);
    // Citizens recommend nothing, and the Front does not complain.
    let citizen = cast.client("congdan1").post("/v1/cases", new(SupervisionRecommendation)).await.expect(403);
    assert_eq!(citizen.problem(), "case.not_yours_to_do");
    cast.client("mattran").post("/v1/cases", new(Complaint)).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_are_the_officers_own() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Petition, CaseStatus::Verifying).await;
    let notes = format!("/v1/cases/{id}/notes");
    let words = json!({ "words": "Đã gọi điện hẹn ngày 20/8." });
    cast.client("chuyenvien").post(&notes, words.clone()).await.expect(201);
    let seen = cast.client("lanhdao").get(&notes).await.expect(200).json;
    assert_eq!(seen["items"][0]["words"], words["words"]);
    assert_eq!(seen["items"][0]["author_id"], json!(directory::demo::staff_id("chuyenvien").unwrap()));
    cast.client("congdan1").get(&notes).await.expect(403);
    cast.client("baove").get(&notes).await.expect(404);
    let told = cast.client("congdan1").get(&format!("/v1/cases/{id}/timeline")).await.expect(200);
    assert!(!told.text.contains("note_made") && !told.text.contains("assigned"), "{}", told.text);
}
