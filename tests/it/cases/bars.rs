//! Whoever is accused once, in a letter or in a part of it, sees none of what it becomes: split, classed anew, made another kind.

use complaints::CaseKind::{self, Complaint, ConductReport, Petition};
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::kin::child;
use super::retaliation::{MARK, knows_nothing, report};
use super::{act, at, facts, faults, new, path};
use crate::cast::{Cast, ELSEWHERE};
use crate::harness::TestApp;

fn accused() -> String {
    directory::demo::staff_id("chuyenvien").unwrap().to_string()
}

pub fn agency(code: &str) -> Value {
    json!(directory::demo::agency_id(code).unwrap())
}

/// Facts of a report on the officer who verifies at Hoàn Kiếm.
fn accusing() -> Value {
    json!({ "kind": "conduct_report", "about": "payment", "official_id": accused() })
}

/// A letter about a road and about somebody, sent to Hoàn Kiếm.
pub async fn mixed_letter(cast: &Cast) -> String {
    let mut letter = new(Petition);
    letter["contents"] = json!(["Đường trước nhà bị lún.", format!("Cán bộ {MARK} đòi tiền của tôi.")]);
    let me = cast.client("congdan1");
    let id = me.post("/v1/cases", letter).await.expect(201).id();
    me.post(&path(&id, CaseAction::Submit), json!({})).await.expect(200);
    id
}

/// A report on the officer that whoever looked at it above has handed to the unit's head.
async fn handed_back(cast: &Cast) -> String {
    let id = report(cast, json!({ "official_id": accused(), "about": "payment" })).await;
    let back = json!({ "to": "H26.13.01", "reason": "Người đứng đầu đơn vị xem xét." });
    cast.client("chutich").post(&path(&id, CaseAction::Transfer), back).await.expect(200);
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_accuses_keeps_the_accused_from_the_whole_letter() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = mixed_letter(&cast).await;
    cast.client("chuyenvien").get(&format!("/v1/cases/{id}")).await.expect(200);
    let part = json!({ "contents": [1], "facts": accusing() });
    cast.client("tiepnhan").post(&path(&id, CaseAction::Split), part).await.expect(200);
    let part = child(&cast, &id).await;
    assert_eq!(part["handling_agency_id"], agency("H26"), "nobody looks at their own unit first");
    knows_nothing(&cast, "chuyenvien", &id).await;
    knows_nothing(&cast, "chuyenvien", part["id"].as_str().unwrap()).await;
    // What is left is settled where it was; its class does not lift the bar.
    let rest = json!({ "facts": facts(Complaint) });
    cast.client("tiepnhan").post(&path(&id, CaseAction::Classify), rest).await.expect(200);
    cast.client("lanhdao").post(&path(&id, CaseAction::Accept), json!({})).await.expect(200);
    let them = json!({ "to": accused() });
    let refused = cast.client("lanhdao").post(&path(&id, CaseAction::Assign), them).await.expect(422);
    assert_eq!(refused.problem(), "case.accused");
    knows_nothing(&cast, "chuyenvien", &id).await;
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind IN ('case.split', 'case.classified')
         AND (seen_before || seen_after) && ARRAY['{}', {}]::uuid[]",
        accused(),
        agency("H26.13.01").to_string().replace('"', "'")
    );
    assert_eq!(app.count(&told).await, 0, "nobody who follows the journal tells them");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_turns_out_to_accuse_keeps_them_from_the_rest() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = mixed_letter(&cast).await;
    let part = json!({ "contents": [1], "facts": facts(Petition) });
    cast.client("tiepnhan").post(&path(&id, CaseAction::Split), part).await.expect(200);
    let part = child(&cast, &id).await["id"].as_str().unwrap().to_owned();
    cast.client("chuyenvien").get(&format!("/v1/cases/{id}")).await.expect(200);
    let found = json!({ "facts": accusing() });
    let seen = cast.client("tiepnhan").post(&path(&part, CaseAction::Classify), found).await.expect(200).json;
    assert_eq!(seen["handling_agency_id"], agency("H26"));
    for case in [&id, &part] {
        knows_nothing(&cast, "chuyenvien", case).await;
        cast.client("lanhdao").get(&format!("/v1/cases/{case}")).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_at_a_unit_is_handed_on_before_its_letter_accuses_it() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = mixed_letter(&cast).await;
    let part = json!({ "contents": [0], "facts": facts(Petition) });
    cast.client("tiepnhan").post(&path(&id, CaseAction::Split), part).await.expect(200);
    let road = child(&cast, &id).await["id"].as_str().unwrap().to_owned();
    let there = json!({ "to": "H26.13.02", "reason": "Phản ánh cả một đơn vị khác." });
    cast.client("tiepnhan").post(&path(&id, CaseAction::Transfer), there).await.expect(200);
    let unit = json!({ "facts": { "kind": "conduct_report", "about": "payment", "unit_id": agency("H26.13.01") } });
    let there = cast.client(ELSEWHERE);
    let refused = there.post(&path(&id, CaseAction::Classify), unit.clone()).await.expect(422);
    assert_eq!(refused.problem(), "case.accused");
    let up = json!({ "to": "H26", "reason": "Phản ánh chính đơn vị đang thụ lý." });
    cast.client("lanhdao").post(&path(&road, CaseAction::Transfer), up).await.expect(200);
    there.post(&path(&id, CaseAction::Classify), unit).await.expect(200);
    for case in [&id, &road] {
        cast.client("lanhdao").get(&format!("/v1/cases/{case}")).await.expect(404);
        cast.client("chutich").get(&format!("/v1/cases/{case}")).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_class_does_not_lift_the_bar() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = handed_back(&cast).await;
    let again = cast.client("tiepnhan").post(&path(&id, CaseAction::Classify), json!({ "facts": accusing() })).await;
    assert_eq!(again.expect(200).json["handling_agency_id"], agency("H26.13.01"), "it was handed back already");
    for found in [facts(Petition), facts(ConductReport), json!({ "kind": "conduct_report", "about": "praise" })] {
        let found = json!({ "facts": found });
        cast.client("tiepnhan").post(&path(&id, CaseAction::Classify), found).await.expect(200);
        knows_nothing(&cast, "chuyenvien", &id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_kind_is_kept_from_the_same() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = handed_back(&cast).await;
    convert(&cast, &id, Complaint, facts(Complaint)).await;
    let complaint = child(&cast, &id).await;
    knows_nothing(&cast, "chuyenvien", complaint["id"].as_str().unwrap()).await;
    cast.client("lanhdao").get(&format!("/v1/cases/{}", complaint["id"].as_str().unwrap())).await.expect(200);
    // Whom the new case accuses sees no more of the one that it grew out of.
    let id = mixed_letter(&cast).await;
    convert(&cast, &id, ConductReport, accusing()).await;
    let report = child(&cast, &id).await;
    assert_eq!(report["handling_agency_id"], agency("H26"));
    knows_nothing(&cast, "chuyenvien", report["id"].as_str().unwrap()).await;
    knows_nothing(&cast, "chuyenvien", &id).await;
}

pub async fn convert(cast: &Cast, id: &str, kind: CaseKind, facts: Value) {
    let proposed = json!({ "kind": kind, "reason": "Nội dung thuộc loại khác." });
    cast.client("tiepnhan").post(&path(id, CaseAction::ProposeConversion), proposed).await.expect(200);
    let confirmed = json!({ "facts": facts });
    cast.client("congdan1").post(&path(id, CaseAction::ConfirmConversion), confirmed).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_works_for_an_accused_unit_is_barred_whichever_they_act_for() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = report(&cast, json!({ "unit_id": agency("H26.13.02") })).await;
    cast.client("lanhdao").get(&format!("/v1/cases/{id}")).await.expect(200);
    // Reception at Hoàn Kiếm helps out in Ba Đình.
    knows_nothing(&cast, "tiepnhan", &id).await;
    // Nor can they class another letter so: they would have it before them.
    let other = at(&cast, Petition, CaseStatus::Submitted).await;
    let unit = json!({ "facts": { "kind": "conduct_report", "about": "delay", "unit_id": agency("H26.13.02") } });
    let refused = cast.client("tiepnhan").post(&path(&other, CaseAction::Classify), unit).await.expect(422);
    assert_eq!(refused.problem(), "case.accused");
}

#[tokio::test(flavor = "multi_thread")]
async fn reception_hands_a_report_on_a_colleague_up_and_takes_in_none_on_itself() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let reception = cast.client("tiepnhan");
    let letter = |facts: Value| {
        let mut letter = new(ConductReport);
        letter["channel"] = json!("post");
        letter["facts"] = facts;
        letter
    };
    let draft = reception.post("/v1/cases", letter(accusing())).await.expect(201);
    assert_eq!(draft.json["handling_agency_id"], agency("H26"));
    assert_eq!(draft.json["receiving_agency_id"], agency("H26.13.01"));
    reception.post(&path(&draft.id(), CaseAction::Submit), json!({})).await.expect(200);
    reception.post(&path(&draft.id(), CaseAction::Accept), json!({})).await.expect(403);
    cast.client("chutich").get(&format!("/v1/cases/{}", draft.id())).await.expect(200);
    knows_nothing(&cast, "chuyenvien", &draft.id()).await;
    let mut own = accusing();
    own["official_id"] = json!(directory::demo::staff_id("tiepnhan").unwrap());
    let refused = reception.post("/v1/cases", letter(own)).await.expect(422);
    assert_eq!(refused.problem(), "case.accused");
    assert_eq!(app.count("SELECT count(*) FROM cases").await, 1);
    // Nobody and nothing is accused silently.
    let nobody = "019b76da-a800-7000-8000-b0000000ffff";
    let unknown = json!({ "kind": "conduct_report", "about": "delay", "official_id": nobody, "unit_id": nobody });
    for (who, letter) in [("tiepnhan", letter(unknown.clone())), ("congdan1", letter(unknown.clone()))] {
        let mut letter = letter;
        if who == "congdan1" {
            letter.as_object_mut().unwrap().remove("channel");
        }
        assert_eq!(faults(&cast.client(who).post("/v1/cases", letter).await.expect(422)), ["unknown", "unknown"]);
    }
    let id = at(&cast, Petition, CaseStatus::Submitted).await;
    let classed = json!({ "facts": unknown });
    let refused = reception.post(&path(&id, CaseAction::Classify), classed).await.expect(422);
    assert_eq!(faults(&refused), ["unknown", "unknown"]);
}

/// Else it would stay with somebody who cannot see it.
#[tokio::test(flavor = "multi_thread")]
async fn what_lies_with_whom_its_other_part_accuses_is_given_to_somebody_else_first() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let letter = mixed_letter(&cast).await;
    let part = json!({ "contents": [1], "facts": facts(Petition) });
    cast.client("tiepnhan").post(&path(&letter, CaseAction::Split), part).await.expect(200);
    let part = child(&cast, &letter).await["id"].as_str().unwrap().to_owned();
    act(cast.client("lanhdao"), Petition, &part, CaseAction::Assign).await.expect(200);
    let found = json!({ "facts": accusing() });
    let early = cast.client("tiepnhan").post(&path(&letter, CaseAction::Classify), found.clone()).await.expect(422);
    assert_eq!(early.problem(), "case.accused");
    let another = json!({ "to": directory::demo::staff_id("thanhtra").unwrap() });
    cast.client("lanhdao").post(&path(&part, CaseAction::Assign), another).await.expect(200);
    cast.client("tiepnhan").post(&path(&letter, CaseAction::Classify), found).await.expect(200);
    for id in [letter, part] {
        knows_nothing(&cast, "chuyenvien", &id).await;
    }
}
