//! The life of a complaint, from the letter to what is carried out (Luật Khiếu nại 02/2011/QH13, as amended by 136/2025/QH15).

use complaints::CaseKind::{AccountabilityRequest, Complaint};
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::{act, at, faults, file, limit, new, path, walk};
use crate::cast::Cast;
use crate::harness::{TestApp, papers};

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_is_taken_up_verified_decided_served_and_takes_effect() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let me = cast.client("congdan1");
    let draft = me.post("/v1/cases", new(Complaint)).await.expect(201);
    let id = draft.id();
    assert_eq!((&draft.json["status"], &draft.json["code"]), (&json!("draft"), &Value::Null));
    assert_eq!(draft.json["allowed_actions"], json!(["submit", "withdraw"]));
    // Nobody else knows of a draft.
    cast.client("tiepnhan").get(&format!("/v1/cases/{id}")).await.expect(404);

    let sent = act(me, Complaint, &id, CaseAction::Submit).await.expect(200).json;
    assert_eq!((&sent["status"], &sent["code"]), (&json!("submitted"), &json!("KN-H26.13.01-26-00001")));
    assert_eq!(sent["rules_on"], "2026-08-17");
    // Ten days to take it up (Art. 27), and it was lodged within ninety (Art. 9).
    assert_eq!(limit(&sent, "accept")["due_date"], "2026-08-27");
    assert_eq!(limit(&sent, "accept")["source"], "Luật Khiếu nại 02/2011/QH13 Art. 27");
    assert_eq!(limit(&sent, "lodge_first")["timeliness"], "finished_on_time");

    app.set_time("2026-08-20T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let taken = walk(&cast, Complaint, &id, &[CaseAction::Accept]).await;
    // Thirty days from then (Art. 28): a Saturday, so the Monday after.
    assert_eq!(limit(&taken, "resolve")["due_date"], "2026-09-21");
    assert_eq!(limit(&taken, "accept")["timeliness"], "finished_on_time");

    let done = walk(&cast, Complaint, &id, &[CaseAction::Assign, CaseAction::Report, CaseAction::Decide]).await;
    assert_eq!((&done["status"], &done["outcome"]), (&json!("decided"), &json!("partly_right")));
    assert_eq!(done["answers"][0]["number"], "12/QĐ-UBND");
    // Three working days to serve it (Art. 32), the Saturday one of them; thirty until it takes effect (Art. 44).
    assert_eq!(limit(&done, "serve")["due_date"], "2026-08-24");
    assert_eq!(limit(&done, "effect")["due_date"], "2026-09-21");
    assert_eq!(limit(&done, "publish"), &Value::Null, "a first decision need not be published");

    let served = walk(&cast, Complaint, &id, &[CaseAction::Serve]).await;
    assert_eq!(limit(&served, "lodge_again")["due_date"], "2026-09-21");
    // The decision does not take effect before its time, and does after it, by itself.
    app.set_time("2026-09-21T23:59:00+07:00");
    let cast = Cast::again(&app).await;
    let seen = cast.client("congdan1").get(&format!("/v1/cases/{id}")).await.expect(200).json;
    assert_eq!(seen["status"], "decided");
    app.set_time("2026-09-22T08:00:00+07:00");
    app.eventually("SELECT count(*) FROM cases WHERE status = 'effective'", 1).await;
    let cast = Cast::again(&app).await;
    let closed = walk(&cast, Complaint, &id, &[CaseAction::Close]).await;
    assert_eq!((&closed["status"], &closed["allowed_actions"]), (&json!("closed"), &json!([])));
    assert_eq!(closed["timeliness"], "finished_on_time");

    let told = cast.client("congdan1").get(&format!("/v1/cases/{id}/timeline")).await.expect(200).json;
    let events: Vec<&str> = told["items"].as_array().unwrap().iter().map(|it| it["event"].as_str().unwrap()).collect();
    // Who verifies and what they found is the agency's own business.
    let public = ["created", "submitted", "accepted", "decided", "served", "took_effect", "closed"];
    assert_eq!(events, public.map(|event| format!("case.{event}")));
    let inside = cast.client("lanhdao").get(&format!("/v1/cases/{id}/timeline")).await.expect(200).json;
    assert_eq!(inside["items"].as_array().unwrap().len(), public.len() + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_takes_effect_also_where_other_limits_ran_out_before_anybody_looked() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    at(&cast, Complaint, CaseStatus::Decided).await;
    // Nothing ran for two months: it has not been served in time, and that is told first.
    app.set_time("2026-10-20T09:00:00+07:00");
    app.eventually("SELECT count(*) FROM cases WHERE status = 'effective'", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_complaint_goes_to_the_agency_above_and_stops_the_first_decision() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let first = at(&cast, Complaint, CaseStatus::Decided).await;
    let appealed = walk(&cast, Complaint, &first, &[CaseAction::Serve, CaseAction::Appeal]).await;
    assert_eq!(appealed["status"], "appealed");
    let mine = cast.client("congdan1").get("/v1/cases").await.expect(200).json;
    let second = mine["items"].as_array().unwrap().iter().find(|line| line["level"] == 2).expect("the second").clone();
    let second = cast.client("congdan1").get(&format!("/v1/cases/{}", second["id"].as_str().unwrap())).await;
    let second = second.expect(200).json;
    assert_eq!((&second["origin_id"], &second["status"]), (&json!(first), &json!("submitted")));
    let city = directory::demo::agency_id("H26").unwrap();
    assert_eq!(second["handling_agency_id"], json!(city));
    assert_eq!(second["code"], "KN-H26-26-00001");
    assert_eq!(limit(&second, "accept")["due_date"], "2026-08-27");
    assert_eq!(limit(&second, "lodge_first"), &Value::Null);
    // With it comes the first decision (LKN Art. 33), though it never was a draft.
    let id = second["id"].as_str().unwrap();
    let me = cast.client("congdan1");
    me.post(&format!("/v1/cases/{id}/files"), file("evidence")).await.expect(201);
    cast.client("chutich").post(&path(id, CaseAction::Accept), json!({})).await.expect(200);
    let closed = me.post(&format!("/v1/cases/{id}/files"), file("evidence")).await.expect(409);
    assert_eq!(closed.problem(), "case.files_closed");
    // The commune has no part in it; what it decided takes no effect.
    cast.client("lanhdao").get(&format!("/v1/cases/{}", second["id"].as_str().unwrap())).await.expect(404);
    app.set_time("2026-12-01T08:00:00+07:00");
    app.eventually(&format!("SELECT count(*) FROM timers WHERE entity_id = '{first}'"), 0).await;
    assert_eq!(app.count("SELECT count(*) FROM cases WHERE status = 'effective'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_complained_about_again_after_its_time() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Decided).await;
    walk(&cast, Complaint, &id, &[CaseAction::Serve]).await;
    app.set_time("2026-09-16T23:59:00+07:00");
    let cast = Cast::again(&app).await;
    let seen = cast.client("congdan1").get(&format!("/v1/cases/{id}")).await.expect(200).json;
    assert!(seen["allowed_actions"].as_array().unwrap().contains(&json!("appeal")), "{seen}");
    app.set_time("2026-09-17T00:00:00+07:00");
    let cast = Cast::again(&app).await;
    let late = act(cast.client("congdan1"), Complaint, &id, CaseAction::Appeal).await.expect(409);
    assert_eq!(late.problem(), "case.illegal_transition");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_in_vain_complains_to_the_agency_above() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Verifying).await;
    act(cast.client("congdan1"), Complaint, &id, CaseAction::Appeal).await.expect(409);
    // Due 2026-09-16; at midnight that is over.
    app.set_time("2026-09-17T08:00:00+07:00");
    app.eventually("SELECT count(*) FROM cases WHERE escalation = 1", 1).await;
    let cast = Cast::again(&app).await;
    let seen = cast.client("congdan1").get(&format!("/v1/cases/{id}")).await.expect(200).json;
    assert_eq!(
        (&seen["timeliness"], limit(&seen, "lodge_again")["due_date"].as_str()),
        (&json!("overdue"), Some("2026-10-19"))
    );
    act(cast.client("congdan1"), Complaint, &id, CaseAction::Appeal).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_complain_together_name_who_speaks_for_them() {
    let app = TestApp::new().await;
    let me = app.citizen("congdan1").await;
    let mut together = new(Complaint);
    let other = json!({ "part": "sender", "name": "Trần Văn Hoà", "address": "Số 14 phố Hàng Bài" });
    together["people"].as_array_mut().unwrap().push(other.clone());
    let refused = me.post("/v1/cases", together.clone()).await.expect(422);
    assert_eq!(faults(&refused), ["no_representative"]);
    let mut speaker = other;
    speaker["part"] = json!("representative");
    together["people"].as_array_mut().unwrap().push(speaker.clone());
    assert_eq!(faults(&me.post("/v1/cases", together.clone()).await.expect(422)), ["no_document"]);
    speaker["document"] = json!("Văn bản cử người đại diện ngày 01/8/2026");
    together["people"][2] = speaker.clone();
    me.post("/v1/cases", together.clone()).await.expect(201);
    // So does whoever acts for somebody who does not do it themself (LKN Art. 12).
    let mut attorney = new(Complaint);
    let mut authorised = speaker.clone();
    authorised["part"] = json!("authorised");
    authorised.as_object_mut().unwrap().remove("document");
    attorney["people"].as_array_mut().unwrap().push(authorised.clone());
    assert_eq!(faults(&me.post("/v1/cases", attorney.clone()).await.expect(422)), ["no_document"]);
    authorised["document"] = json!("Giấy uỷ quyền có chứng thực ngày 01/8/2026");
    attorney["people"][1] = authorised.clone();
    me.post("/v1/cases", attorney.clone()).await.expect(201);
    // One content is not given to several agents (NĐ 124/2020/NĐ-CP Art. 5).
    attorney["people"].as_array_mut().unwrap().push(authorised);
    assert_eq!(faults(&me.post("/v1/cases", attorney).await.expect(422)), ["too_many_authorised"]);
    for _ in 0..5 {
        together["people"].as_array_mut().unwrap().push(speaker.clone());
    }
    let refused = me.post("/v1/cases", together).await.expect(422);
    assert_eq!(faults(&refused), ["too_many_representatives"]);
    let why = "2 who complain have 2 representatives at most, and not 6";
    assert_eq!(refused.json["errors"][0]["detail"], why, "{}", refused.text);
    // So do those who ask together for an explanation (NĐ 59/2019/NĐ-CP Art. 10).
    let mut asked = new(AccountabilityRequest);
    let other = asked["people"][0].clone();
    asked["people"].as_array_mut().unwrap().push(other);
    assert_eq!(faults(&me.post("/v1/cases", asked.clone()).await.expect(422)), ["no_representative"]);
    asked["people"].as_array_mut().unwrap().push(speaker);
    me.post("/v1/cases", asked).await.expect(201);
}

/// One or two for few, up to five from ten on (NĐ 124/2020/NĐ-CP Art. 7, recalled: `case-settings.csv`).
#[tokio::test(flavor = "multi_thread")]
async fn few_name_one_or_two_and_many_up_to_five_who_speak_for_them() {
    let app = TestApp::new().await;
    let me = app.citizen("congdan1").await;
    let person = |part: &str, n: usize| {
        json!({
            "part": part, "name": format!("Người thứ {n}"), "address": "Phường Hoàn Kiếm",
            "document": "Văn bản cử người đại diện ngày 01/8/2026",
        })
    };
    for (senders, most) in [(2, 2), (5, 2), (9, 2), (10, 5), (11, 5), (100, 5)] {
        for speakers in [1, most, most + 1] {
            let mut together = new(Complaint);
            let people = together["people"].as_array_mut().unwrap();
            people.extend((1..senders).map(|n| person("sender", n)));
            people.extend((0..speakers).map(|n| person("representative", n)));
            let answer = me.post("/v1/cases", together).await;
            if speakers <= most {
                answer.expect(201);
            } else {
                assert_eq!(faults(&answer.expect(422)), ["too_many_representatives"], "{speakers} for {senders}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_it_is_among_those_who_complain() {
    let app = TestApp::new().await;
    let stranger = app.citizen("congdan2").await;
    let refused = stranger.post("/v1/cases", new(Complaint)).await.expect(422);
    assert_eq!(
        (faults(&refused), refused.wrong().into_iter().collect::<Vec<_>>()),
        (vec!["not_yours"], vec!["/people"])
    );
    let unknown = app.person("someone", None).await;
    assert_eq!(unknown.post("/v1/cases", new(Complaint)).await.expect(403).problem(), "case.identity_not_verified");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lodged_in_time_is_not_refused_as_late() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let late = json!({ "ground": "out_of_time", "reason": "Gửi đơn quá thời hiệu khiếu nại." });
    let id = at(&cast, Complaint, CaseStatus::Submitted).await;
    let refused = cast.client("lanhdao").post(&path(&id, CaseAction::Refuse), late.clone()).await.expect(422);
    assert_eq!(faults(&refused), ["not_so"]);
    let mut old = new(Complaint);
    old["facts"]["known_on"] = json!("2026-05-18");
    let id = cast.client("congdan1").post("/v1/cases", old.clone()).await.expect(201).id();
    let sent = walk(&cast, Complaint, &id, &[CaseAction::Submit]).await;
    // Day 90 after 18 May is 16 August, a Sunday: the Monday counts.
    assert_eq!(limit(&sent, "lodge_first")["timeliness"], "finished_on_time");
    old["facts"]["known_on"] = json!("2026-05-15");
    let id = cast.client("congdan1").post("/v1/cases", old).await.expect(201).id();
    let sent = walk(&cast, Complaint, &id, &[CaseAction::Submit]).await;
    assert_eq!(limit(&sent, "lodge_first")["timeliness"], "finished_late");
    cast.client("lanhdao").post(&path(&id, CaseAction::Refuse), late).await.expect(200);
    let unknown = json!({ "ground": "too_long", "reason": "Đơn quá dài để có thể đọc." });
    let id = at(&cast, Complaint, CaseStatus::Submitted).await;
    let unknown = cast.client("lanhdao").post(&path(&id, CaseAction::Refuse), unknown).await.expect(422);
    assert_eq!(faults(&unknown), ["not_allowed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_complaint_is_ended_by_who_decides_it_and_goes_on_where_it_was_forced() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Verifying).await;
    let ended = json!({ "ground": "withdrawn", "reason": "Người khiếu nại đã rút đơn." });
    let early = cast.client("lanhdao").post(&path(&id, CaseAction::Terminate), ended.clone()).await.expect(422);
    assert_eq!(faults(&early), ["not_so"]);
    let asked = walk(&cast, Complaint, &id, &[CaseAction::Withdraw]).await;
    assert_eq!(asked["status"], "verifying");
    let forced = walk(&cast, Complaint, &id, &[CaseAction::RefuseWithdrawal]).await;
    assert_eq!(forced["withdrawal_asked_at"], Value::Null);
    walk(&cast, Complaint, &id, &[CaseAction::Withdraw]).await;
    let over = cast.client("lanhdao").post(&path(&id, CaseAction::Terminate), ended).await.expect(200).json;
    assert_eq!((&over["status"], &over["allowed_actions"]), (&json!("terminated"), &json!(["reopen"])));
    // It turns out that they were threatened.
    let anew = walk(&cast, Complaint, &id, &[CaseAction::Reopen]).await;
    assert_eq!((&anew["status"], limit(&anew, "resolve")["ended_at"].is_null()), (&json!("accepted"), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_can_be_withdrawn_and_the_rest_goes_on() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Accepted).await;
    let me = cast.client("congdan1");
    let all = me.post(&path(&id, CaseAction::WithdrawPart), json!({ "contents": [0, 1] })).await.expect(422);
    assert_eq!(faults(&all), ["all"]);
    let none = me.post(&path(&id, CaseAction::WithdrawPart), json!({ "contents": [7] })).await.expect(422);
    assert_eq!(faults(&none), ["unknown"]);
    let rest = walk(&cast, Complaint, &id, &[CaseAction::WithdrawPart]).await;
    assert_eq!(rest["status"], "accepted");
    assert!(rest["contents"][0]["withdrawn_at"].is_null() && rest["contents"][1]["withdrawn_at"].is_string());
    act(me, Complaint, &id, CaseAction::WithdrawPart).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_complaint_is_not_decided_unheard() {
    let app = TestApp::new().await;
    // The city's own people: one who leads, one who verifies.
    let cast = Cast::of(&app).await;
    let first = at(&cast, Complaint, CaseStatus::Decided).await;
    walk(&cast, Complaint, &first, &[CaseAction::Appeal]).await;
    let id = app_second(&app).await;
    app.sql(&format!(
        "UPDATE cases SET handling_agency_id = (SELECT id FROM agencies WHERE code = 'H26.13.01') WHERE id = '{id}'"
    ))
    .await;
    walk(&cast, Complaint, &id, &[CaseAction::Accept, CaseAction::Assign, CaseAction::Report]).await;
    act(cast.client("lanhdao"), Complaint, &id, CaseAction::Decide).await.expect(409);
    let soon = json!({ "held_at": "2026-08-18T02:00:00Z", "place": "Phòng tiếp công dân" });
    cast.client("chuyenvien").post(&path(&id, CaseAction::CallDialogue), soon).await.expect(200);
    let absent = json!({ "outcome": "absent", "minutes": "Người khiếu nại vắng mặt không lý do." });
    let early =
        cast.client("chuyenvien").post(&path(&id, CaseAction::RecordDialogue), absent.clone()).await.expect(422);
    assert_eq!(faults(&early), ["too_early"]);
    app.set_time("2026-08-19T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    cast.client("chuyenvien").post(&path(&id, CaseAction::RecordDialogue), absent).await.expect(200);
    let decided = walk(&cast, Complaint, &id, &[CaseAction::Decide]).await;
    // Seven days to serve a second decision, fifteen to publish it (Art. 41).
    assert_eq!(limit(&decided, "serve")["due_date"], "2026-08-26");
    assert_eq!(limit(&decided, "publish")["due_date"], "2026-09-03");
    assert_eq!(limit(&decided, "lodge_again"), &Value::Null);
    let served = walk(&cast, Complaint, &id, &[CaseAction::Serve, CaseAction::Publish]).await;
    assert!(!served["allowed_actions"].as_array().unwrap().contains(&json!("appeal")));
}

/// The second complaint.
async fn app_second(app: &TestApp) -> String {
    let me = app.citizen("congdan1").await;
    let mine = me.get("/v1/cases").await.expect(200).json;
    let second = mine["items"].as_array().unwrap().iter().find(|line| line["level"] == 2).expect("the second");
    second["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_court_has_is_not_taken_up() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Submitted).await;
    walk(&cast, Complaint, &id, &[CaseAction::NoteLitigation]).await;
    act(cast.client("lanhdao"), Complaint, &id, CaseAction::Accept).await.expect(409);
    let why = json!({ "ground": "in_court", "reason": "Toà án đã thụ lý vụ án hành chính." });
    cast.client("lanhdao").post(&path(&id, CaseAction::Refuse), why).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_goes_with_its_files_and_not_without_them() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let me = cast.client("congdan1");
    let id = at(&cast, Complaint, CaseStatus::Draft).await;
    let evidence = file("evidence");
    let declared = me.post(&format!("/v1/cases/{id}/files"), evidence.clone()).await.expect(201);
    let missing = act(me, Complaint, &id, CaseAction::Submit).await.expect(409);
    assert_eq!((missing.problem(), faults(&missing)), ("case.files_missing", vec!["not_stored"]));
    me.put_file(declared.header("location"), papers::PDF).await.expect(200);
    // Sending it again is no change.
    me.put_file(declared.header("location"), papers::PDF).await.expect(200);
    act(me, Complaint, &id, CaseAction::Submit).await.expect(200);
    let late = me.post(&format!("/v1/cases/{id}/files"), evidence).await.expect(409);
    assert_eq!(late.problem(), "case.files_closed");
    let content = declared.header("location").to_owned();
    assert_eq!(me.get(&content).await.expect(200).text.as_bytes(), papers::PDF);
    // Officers get a copy without hidden data: of this file none can be made.
    assert_eq!(cast.client("tiepnhan").get(&content).await.expect(403).problem(), "file.cannot_strip");
    cast.client("congdan2").get(&content).await.expect(404);
    // What officers find is their own business, until it goes with the answer.
    walk(&cast, Complaint, &id, &[CaseAction::Accept, CaseAction::Assign]).await;
    let finding = cast.client("chuyenvien").post(&format!("/v1/cases/{id}/files"), file("finding")).await.expect(201);
    cast.client("chuyenvien").put_file(finding.header("location"), papers::PDF).await.expect(200);
    me.get(finding.header("location")).await.expect(404);
    cast.client("lanhdao").get(finding.header("location")).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_letter_sent_twice_is_one_case() {
    let app = TestApp::new().await;
    let me = app.citizen("congdan1").await;
    let mut letter = new(Complaint);
    letter["id"] = json!("019ac2d4-7b1e-7a52-9c33-0d7f6f0f4c22");
    me.post("/v1/cases", letter.clone()).await.expect(201);
    me.post("/v1/cases", letter.clone()).await.expect(201);
    letter["subject"] = json!("Việc khác");
    assert_eq!(me.post("/v1/cases", letter).await.expect(409).problem(), "case.id_taken");
    assert_eq!(app.count("SELECT count(*) FROM cases").await, 1);
}
