//! Whoever is accused in a case is never routed, shown, counted or told of it: every operation of the contract is tried.

use complaints::CaseKind::ConductReport;
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::{new, path, said};
use crate::cast::Cast;
use crate::harness::{Answer, Client, TestApp};

/// Stands in nothing else that anybody sends.
pub const MARK: &str = "Zzyzx-không-đâu-có";

/// A report on these facts' official or unit, sent to Hoàn Kiếm.
pub async fn report(cast: &Cast, facts: Value) -> String {
    let mut report = new(ConductReport);
    report["subject"] = json!(format!("Thái độ {MARK}"));
    for (name, value) in facts.as_object().unwrap() {
        report["facts"][name] = value.clone();
    }
    let me = cast.client("congdan1");
    let id = me.post("/v1/cases", report).await.expect(201).id();
    me.post(&path(&id, CaseAction::Submit), json!({})).await.expect(200);
    id
}

/// What every operation that reads tells somebody, with this id wherever an id is asked for.
async fn told_of(client: &Client, id: &str) -> Vec<(String, Answer)> {
    let document = api::contract::document();
    let mut answers = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        if item["get"].is_null() {
            continue;
        }
        let at = path
            .replace("{id}", id)
            .replace("{file_id}", id)
            .replace("{attachment_id}", id)
            .replace("{code}", "PACB-H26-26-00001")
            .replace("{number}", "1")
            .replace("{sha256}", &"0".repeat(64));
        answers.push((path.clone(), client.get(&at).await));
    }
    let sides = ["handling", "receiving", "assigned", "under"];
    let states = CaseStatus::ALL.iter().map(|status| format!("&status={status}")).chain([String::new()]);
    for state in states {
        for side in sides {
            for more in ["", "&past_due=true", "&kind=conduct_report"] {
                let at = format!("/v1/cases?side={side}{state}{more}");
                answers.push((at.clone(), client.get(&at).await));
            }
        }
    }
    // Registers and reports of the agencies that have it.
    for agency in ["H26", "H26.13.01"] {
        for what in [
            "petition-register",
            "petition-register?side=handling",
            "petition-register?format=csv",
            "petition-reports/04-XLD/figures/total?period=2026&scope=under",
            "petition-reports/01-XLD/figures/received_letters?period=2026",
        ] {
            let at = crate::reports::of(agency, what);
            answers.push((at.clone(), client.get(&at).await));
        }
    }
    answers
}

pub async fn knows_nothing(cast: &Cast, who: &str, id: &str) {
    let client = cast.client(who);
    for (path, answer) in told_of(client, id).await {
        let body = answer.text.replace(&format!("urn:uuid:{id}"), "");
        assert!(!body.contains(MARK) && !body.contains("PACB-"), "{path} tells {who}: {body}");
        // What was asked for by its id may be named in the answer, as that of nothing; a case may not.
        let asked = path.contains("{id}") && !path.starts_with("/v1/cases");
        assert!(asked || !answer.status.is_success() || !body.contains(id), "{path} names it to {who}: {body}");
    }
    for action in CaseAction::ALL.iter().copied() {
        let answer = client.post(&path(id, action), said(ConductReport, action)).await;
        let refused =
            matches!((answer.status.as_u16(), answer.problem()), (404, "case.not_found") | (403, "request.forbidden"));
        assert!(refused, "{action} by {who}: {}", answer.text);
    }
    for (at, body) in [("notes", json!({ "words": "x" })), ("files", super::file("finding"))] {
        let answer = client.post(&format!("/v1/cases/{id}/{at}"), body).await;
        assert!([403, 404].contains(&answer.status.as_u16()), "{at} by {who}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_official_who_is_accused_never_knows() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let accused = directory::demo::staff_id("chuyenvien").unwrap();
    let id = report(&cast, json!({ "official_id": accused })).await;
    // It was sent to their own agency, and has gone to the one above: nobody looks at their own unit first.
    let city = cast.client("chutich").get(&format!("/v1/cases/{id}")).await.expect(200).json;
    assert_eq!(city["handling_agency_id"], json!(directory::demo::agency_id("H26").unwrap()));
    knows_nothing(&cast, "chuyenvien", &id).await;
    for colleague in ["tiepnhan", "lanhdao", "motcua"] {
        cast.client(colleague).get(&format!("/v1/cases/{id}")).await.expect(404);
    }
    // The unit's head settles it; the official still knows nothing of it, and does not get it to verify.
    let back = json!({ "to": "H26.13.01", "reason": "Người đứng đầu đơn vị xem xét." });
    cast.client("chutich").post(&path(&id, CaseAction::Transfer), back).await.expect(200);
    cast.client("tiepnhan").post(&path(&id, CaseAction::Accept), json!({})).await.expect(200);
    let itself =
        cast.client("lanhdao").post(&path(&id, CaseAction::Assign), json!({ "to": accused })).await.expect(422);
    assert_eq!(itself.problem(), "case.accused");
    knows_nothing(&cast, "chuyenvien", &id).await;
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let hoan_kiem = directory::demo::agency_id("H26.13.01").unwrap();
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}'
         AND (seen_before || seen_after) && ARRAY['{accused}', '{hoan_kiem}']::uuid[]"
    );
    assert_eq!(app.count(&told).await, 0, "nobody who follows the journal tells them");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_of_a_unit_that_is_accused_ever_knows() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let unit = directory::demo::agency_id("H26.13.01").unwrap();
    let id = report(&cast, json!({ "unit_id": unit })).await;
    cast.client("chutich").get(&format!("/v1/cases/{id}")).await.expect(200);
    for who in ["tiepnhan", "chuyenvien", "lanhdao", "motcua"] {
        knows_nothing(&cast, who, &id).await;
    }
    let back = json!({ "to": "H26.13.01", "reason": "Người đứng đầu đơn vị xem xét." });
    let routed = cast.client("chutich").post(&path(&id, CaseAction::Transfer), back).await.expect(422);
    assert_eq!(routed.problem(), "case.accused");
    // A letter that accuses the unit is not the unit's to take in.
    let mut letter = new(ConductReport);
    letter["facts"]["unit_id"] = json!(unit);
    assert_eq!(cast.client("tiepnhan").post("/v1/cases", letter).await.expect(422).problem(), "case.accused");
    // Praise accuses nobody.
    let id = report(&cast, json!({ "unit_id": unit, "about": "praise" })).await;
    cast.client("lanhdao").get(&format!("/v1/cases/{id}")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_oversees_all_does_not_oversee_what_accuses_them() {
    // An inspector oversees every agency's cases, but for one that names them; so does whoever heads the city.
    for (who, other) in [("thanhtra", "giamdoc"), ("chutich", "thanhtra")] {
        let app = TestApp::new().await;
        let cast = Cast::of(&app).await;
        let accused = directory::demo::staff_id(who).unwrap();
        let id = report(&cast, json!({ "official_id": accused, "about": "harassment" })).await;
        knows_nothing(&cast, who, &id).await;
        let sees = if other == "thanhtra" { 200 } else { 404 };
        cast.client(other).get(&format!("/v1/cases/{id}")).await.expect(sees);
    }
}
