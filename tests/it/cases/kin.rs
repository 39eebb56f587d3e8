//! What becomes of a letter that is not what it says: classed, split, handed to whose it is, made another kind.

use complaints::CaseKind::{self, Complaint, Petition, RegulationFeedback};
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::stands::{AT_THE_CITY, hire};
use super::{act, at, facts, faults, limit, new, path, said, walk};
use crate::cast::{Cast, ELSEWHERE};
use crate::harness::{Client, TestApp};

/// The case that grew out of another one, as its sender sees it.
pub async fn child(cast: &Cast, of: &str) -> Value {
    let me = cast.client("congdan1");
    let mine = me.get("/v1/cases").await.expect(200).json;
    for line in mine["items"].as_array().unwrap() {
        let case = me.get(&format!("/v1/cases/{}", line["id"].as_str().unwrap())).await.expect(200).json;
        if case["origin_id"] == of {
            return case;
        }
    }
    panic!("nothing grew out of {of}: {mine}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_classed_by_its_content_and_its_time_counts_from_when_it_came() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Submitted).await;
    app.set_time("2026-08-20T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let classed = json!({ "facts": facts(Petition), "field": "land" });
    let seen = cast.client("tiepnhan").post(&path(&id, CaseAction::Classify), classed).await.expect(200).json;
    assert_eq!(
        (&seen["kind"], &seen["declared_kind"], &seen["field"]),
        (&json!("petition"), &json!("complaint"), &json!("land"))
    );
    // It keeps its code, and has the ten working days of a petition from Monday the 17th on.
    assert_eq!(seen["code"], "KN-H26.13.01-26-00001");
    assert_eq!(limit(&seen, "accept"), &Value::Null);
    assert_eq!(limit(&seen, "resolve")["due_date"], "2026-08-28");
    let request = json!({ "facts": facts(CaseKind::InformationRequest) });
    let wrong = cast.client("tiepnhan").post(&path(&id, CaseAction::Classify), request).await.expect(422);
    assert_eq!(faults(&wrong), ["not_allowed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mixed_letter_becomes_two_cases_that_were_received_together() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Submitted).await;
    app.set_time("2026-08-19T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let rest = walk(&cast, Complaint, &id, &[CaseAction::Split]).await;
    let part = child(&cast, &id).await;
    assert_eq!((&part["kind"], &part["status"]), (&json!("petition"), &json!("submitted")));
    assert_eq!(part["contents"][0]["text"], rest["contents"][1]["text"]);
    assert_eq!(rest["contents"][1]["moved_to"], part["id"]);
    assert_eq!((&part["submitted_at"], &part["rules_on"]), (&rest["submitted_at"], &json!("2026-08-17")));
    assert_eq!(limit(&part, "resolve")["due_date"], "2026-08-28");
    assert_eq!(part["people"], rest["people"]);
    // One content is left: it is split no further.
    act(cast.client("tiepnhan"), Complaint, &id, CaseAction::Split).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_it_is_has_it_and_its_sender_waits_no_longer() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Submitted).await;
    let before = cast.client("congdan1").get(&format!("/v1/cases/{id}")).await.json;
    app.set_time("2026-08-24T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    cast.client(ELSEWHERE).get(&format!("/v1/cases/{id}")).await.expect(404);
    let moved = walk(&cast, Complaint, &id, &[CaseAction::Transfer]).await;
    assert_eq!(moved["clocks"], before["clocks"], "the limits are those that the sender was told");
    cast.client(ELSEWHERE).get(&format!("/v1/cases/{id}")).await.expect(200);
    act(cast.client(ELSEWHERE), Complaint, &id, CaseAction::Accept).await.expect(200);
    // Whoever received it sees what becomes of it, and has no more to do with it.
    act(cast.client("lanhdao"), Complaint, &id, CaseAction::Assign).await.expect(403);

    let back = json!({ "to": "H26.13.01", "reason": "Đã thuộc cơ quan này từ đầu." });
    let id = at(&cast, Complaint, CaseStatus::Submitted).await;
    let itself = cast.client("tiepnhan").post(&path(&id, CaseAction::Transfer), back).await.expect(422);
    assert_eq!(faults(&itself), ["same"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_becomes_a_complaint_only_as_its_sender_confirms() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, RegulationFeedback, CaseStatus::Submitted).await;
    let confirm = said(RegulationFeedback, CaseAction::ConfirmConversion);
    let me = cast.client("congdan1");
    me.post(&path(&id, CaseAction::ConfirmConversion), confirm.clone()).await.expect(409);
    let same = json!({ "kind": "regulation_feedback", "reason": "Đề nghị phân loại lại đơn." });
    let same = cast.client("tiepnhan").post(&path(&id, CaseAction::ProposeConversion), same).await.expect(422);
    assert_eq!(faults(&same), ["same"]);
    walk(&cast, RegulationFeedback, &id, &[CaseAction::ProposeConversion]).await;
    // An officer cannot confirm what its sender has sent themself.
    cast.client("tiepnhan").post(&path(&id, CaseAction::ConfirmConversion), confirm.clone()).await.expect(403);
    let other = json!({ "facts": facts(Petition) });
    let other = me.post(&path(&id, CaseAction::ConfirmConversion), other).await.expect(422);
    assert_eq!(faults(&other), ["other"]);
    let over = me.post(&path(&id, CaseAction::ConfirmConversion), confirm).await.expect(200).json;
    assert_eq!(over["status"], "converted");
    let complaint = child(&cast, &id).await;
    assert_eq!((&complaint["kind"], &complaint["declared_kind"]), (&json!("complaint"), &json!("complaint")));
    assert_eq!(limit(&complaint, "accept")["due_date"], "2026-08-27");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_grows_out_of_another_is_made_once() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Submitted).await;
    let (key, what) = (crate::harness::new_key(), said(Complaint, CaseAction::Split));
    let first = cast.client("tiepnhan").post_as(&key, &path(&id, CaseAction::Split), what.clone()).await.expect(200);
    let again = cast.client("tiepnhan").post_as(&key, &path(&id, CaseAction::Split), what).await.expect(200);
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &first.json));
    assert_eq!(app.count("SELECT count(*) FROM cases").await, 2);
    // Both have their entry in the journal, each with its own version.
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    assert_eq!(app.count("SELECT count(*) FROM journal WHERE event_kind = 'case.created'").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answered_petition_is_opened_anew_once() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Petition, CaseStatus::Answered).await;
    app.set_time("2026-08-24T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let anew = walk(&cast, Petition, &id, &[CaseAction::Reopen]).await;
    assert_eq!((&anew["status"], &anew["outcome"]), (&json!("submitted"), &Value::Null));
    assert_eq!(limit(&anew, "resolve")["ended_at"], Value::Null);
    let way = [CaseAction::Assign, CaseAction::Report, CaseAction::Answer];
    let answered = walk(&cast, Petition, &id, &way).await;
    assert_eq!(answered["answers"].as_array().unwrap().len(), 2);
    act(cast.client("congdan1"), Petition, &id, CaseAction::Reopen).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_turns_out_to_be_a_complaint_was_in_time_or_not_when_it_came() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let complaint = |about: &str, known_on: &str| json!({ "kind": "complaint", "about": about, "respondent": "UBND phường Hoàn Kiếm", "known_on": known_on });
    let late = json!({ "ground": "out_of_time", "reason": "Đơn gửi khi đã hết thời hiệu khiếu nại." });
    let (tiepnhan, lanhdao) = (cast.client("tiepnhan"), cast.client("lanhdao"));

    let id = at(&cast, Petition, CaseStatus::Submitted).await;
    let found = json!({ "facts": complaint("decision", "2026-08-14") });
    let seen = tiepnhan.post(&path(&id, CaseAction::Classify), found).await.expect(200).json;
    assert_eq!(limit(&seen, "lodge_first")["ended_at"], seen["submitted_at"]);
    let refused = lanhdao.post(&path(&id, CaseAction::Refuse), late.clone()).await.expect(422);
    assert_eq!(faults(&refused), ["not_so"]);
    // No complaint after all: its sender had nothing to keep.
    let seen = act(tiepnhan, Petition, &id, CaseAction::Classify).await.expect(200).json;
    assert_eq!(limit(&seen, "lodge_first"), &Value::Null);

    // A disciplinary decision has a shorter limit than 90 days (LKN Art. 48).
    let mut letter = new(Complaint);
    letter["facts"]["known_on"] = json!("2026-07-20");
    let id = cast.client("congdan1").post("/v1/cases", letter).await.expect(201).id();
    let before = act(cast.client("congdan1"), Complaint, &id, CaseAction::Submit).await.expect(200).json;
    let found = json!({ "facts": complaint("disciplinary_decision", "2026-07-20") });
    let seen = tiepnhan.post(&path(&id, CaseAction::Classify), found).await.expect(200).json;
    assert_ne!(limit(&seen, "lodge_first")["source"], limit(&before, "lodge_first")["source"]);
    lanhdao.post(&path(&id, CaseAction::Refuse), late.clone()).await.expect(200);

    // A part of a letter was lodged when the letter came, and not when it was split.
    let id = at(&cast, Petition, CaseStatus::Submitted).await;
    app.set_time("2026-08-24T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let part = json!({ "contents": [1], "facts": complaint("decision", "2026-05-20") });
    cast.client("tiepnhan").post(&path(&id, CaseAction::Split), part).await.expect(200);
    let part = child(&cast, &id).await;
    assert_eq!(limit(&part, "lodge_first")["ended_at"], part["submitted_at"]);
    let part = part["id"].as_str().unwrap();
    let refused = cast.client("lanhdao").post(&path(part, CaseAction::Refuse), late.clone()).await.expect(422);
    assert_eq!(faults(&refused), ["not_so"]);

    // So was what its sender confirms that it become.
    app.set_time("2026-08-17T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let id = at(&cast, RegulationFeedback, CaseStatus::Submitted).await;
    walk(&cast, RegulationFeedback, &id, &[CaseAction::ProposeConversion]).await;
    app.set_time("2026-08-24T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let confirmed = json!({ "facts": complaint("decision", "2026-05-20") });
    cast.client("congdan1").post(&path(&id, CaseAction::ConfirmConversion), confirmed).await.expect(200);
    let made = child(&cast, &id).await;
    assert_eq!(limit(&made, "lodge_first")["timeliness"], "finished_on_time");
    let made = made["id"].as_str().unwrap();
    let refused = cast.client("lanhdao").post(&path(made, CaseAction::Refuse), late).await.expect(422);
    assert_eq!(faults(&refused), ["not_so"]);
    // And it stays that.
    let petition = json!({ "facts": facts(Petition) });
    let refused = cast.client("tiepnhan").post(&path(made, CaseAction::Classify), petition).await.expect(422);
    assert_eq!(faults(&refused), ["confirmed"]);
}

/// What a sender has said stands, whatever an officer finds by the content.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_classes_away_what_a_sender_has_said() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let tiepnhan = cast.client("tiepnhan");
    let class =
        async |id: &str, facts: Value| tiepnhan.post(&path(id, CaseAction::Classify), json!({ "facts": facts })).await;
    // Feedback and reports become complaints as their sender confirms, and not otherwise.
    for kind in [RegulationFeedback, CaseKind::ConductReport] {
        let id = at(&cast, kind, CaseStatus::Submitted).await;
        assert_eq!(faults(&class(&id, facts(Complaint)).await.expect(422)), ["not_confirmed"], "{kind}");
        class(&id, facts(Petition)).await.expect(200);
        assert_eq!(faults(&class(&id, facts(Complaint)).await.expect(422)), ["not_confirmed"], "{kind}");
    }
    // When they knew of it is the sender's word, on which it hangs whether the complaint is in time: also where it was something else meanwhile.
    let id = at(&cast, Complaint, CaseStatus::Submitted).await;
    let mut earlier = facts(Complaint);
    earlier["known_on"] = json!("2026-01-05");
    assert_eq!(faults(&class(&id, earlier.clone()).await.expect(422)), ["not_yours"]);
    class(&id, facts(Petition)).await.expect(200);
    assert_eq!(faults(&class(&id, earlier.clone()).await.expect(422)), ["not_yours"]);
    class(&id, facts(Complaint)).await.expect(200);
    // Of a letter on paper reception has entered the day, and puts it right.
    let mut letter = new(Complaint);
    letter["channel"] = json!("post");
    let on_paper = tiepnhan.post("/v1/cases", letter).await.expect(201).id();
    tiepnhan.post(&path(&on_paper, CaseAction::Submit), json!({})).await.expect(200);
    class(&on_paper, earlier).await.expect(200);
    // A second complaint is one.
    let id = at(&cast, Complaint, CaseStatus::Appealed).await;
    let second = child(&cast, &id).await["id"].as_str().unwrap().to_owned();
    let city = promoted(&app).await;
    let petition = json!({ "facts": facts(Petition) });
    let refused = city.post(&path(&second, CaseAction::Classify), petition).await.expect(422);
    assert_eq!(faults(&refused), ["confirmed"]);
}

/// Somebody who receives at the city, which second complaints go to.
async fn promoted(app: &TestApp) -> Client {
    hire(app).await;
    app.staff(AT_THE_CITY).await
}

/// A part of a second complaint is no second complaint, and a court that has the letter has its parts.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_a_first_complaint_and_before_the_court_that_has_the_letter() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let first = at(&cast, Complaint, CaseStatus::Decided).await;
    let two = json!({ "contents": ["Quyết định bỏ qua biên bản.", "Biên bản mới cũng sai."] });
    cast.client("congdan1").post(&path(&first, CaseAction::Appeal), two).await.expect(200);
    let second = child(&cast, &first).await["id"].as_str().unwrap().to_owned();
    walk(&cast, Complaint, &second, &[CaseAction::NoteLitigation]).await;
    let mut found = facts(Complaint);
    found["known_on"] = json!("2026-08-12");
    let part = json!({ "contents": [1], "facts": found });
    promoted(&app).await.post(&path(&second, CaseAction::Split), part).await.expect(200);
    let part = child(&cast, &second).await;
    assert_eq!((&part["level"], &part["declared_kind"]), (&json!(1), &json!("complaint")));
    assert_eq!(limit(&part, "lodge_first")["timeliness"], "finished_on_time");
    let at_court =
        cast.client("chutich").post(&path(part["id"].as_str().unwrap(), CaseAction::Accept), json!({})).await;
    assert_eq!(at_court.expect(409).problem(), "case.illegal_transition");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizens_case_never_becomes_the_fronts() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Petition, CaseStatus::Submitted).await;
    let front = json!({ "kind": "supervision_recommendation", "reason": "Nội dung là kiến nghị giám sát." });
    let refused = cast.client("tiepnhan").post(&path(&id, CaseAction::ProposeConversion), front).await.expect(422);
    assert_eq!(faults(&refused), ["not_allowed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_are_checked_wherever_they_come_to_be() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (me, tiepnhan) = (cast.client("congdan1"), cast.client("tiepnhan"));
    let mut letter = super::new(Petition);
    let mut other = letter["people"][0].clone();
    other["name"] = json!("Trần Văn Bảy");
    letter["people"].as_array_mut().unwrap().push(other);
    let id = me.post("/v1/cases", letter).await.expect(201).id();
    act(me, Petition, &id, CaseAction::Submit).await.expect(200);
    walk(&cast, Petition, &id, &[CaseAction::ProposeConversion]).await;
    let mut complaint = facts(Complaint);
    complaint["known_on"] = json!("2026-09-01");
    complaint["document_date"] = json!("2026-10-01");
    for (who, action, what) in [
        (tiepnhan, CaseAction::Classify, json!({ "facts": complaint })),
        (tiepnhan, CaseAction::Split, json!({ "contents": [1], "facts": complaint })),
        (me, CaseAction::ConfirmConversion, json!({ "facts": complaint })),
    ] {
        let refused = who.post(&path(&id, action), what).await.expect(422);
        assert_eq!(faults(&refused), ["no_representative", "future", "after_known_on"], "{action}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_court_has_is_not_taken_up_as_a_second_complaint() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Decided).await;
    walk(&cast, Complaint, &id, &[CaseAction::NoteLitigation, CaseAction::Appeal]).await;
    let second = child(&cast, &id).await;
    assert_eq!((&second["level"], &second["in_court_since"]), (&json!(2), &json!("2026-08-10")));
    let second = second["id"].as_str().unwrap();
    act(cast.client("chutich"), Complaint, second, CaseAction::Accept).await.expect(409);
}
