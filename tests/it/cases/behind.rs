//! An inspection that a case gave rise to is hidden whole from whom that case accuses: every route, and the journal.

use complaints::CaseKind::Petition;
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::inspections::{REPORT, conclusion, listed, plan, remedy, step};
use super::retaliation::report;
use super::{at, path};
use crate::cast::Cast;
use crate::harness::{Client, TestApp};

/// An inspection at Hoàn Kiếm that stems from the case.
async fn of(inspector: &Client, case: &str) -> String {
    let mut new = plan(false);
    new["case_id"] = json!(case);
    inspector.post("/v1/inspections", new).await.expect(201).id()
}

/// What is said at a route of inspections, by the last part of its address.
fn said(route: &str) -> Value {
    match route.rsplit('/').next().unwrap() {
        "hold" | "confirm" => json!({}),
        "conclude" => conclusion(&[remedy("2026-08-31")]),
        "cancel" | "send-back" => json!({ "reason": "Trùng với đợt thanh tra của bộ." }),
        "report" => json!({ "words": REPORT }),
        other => panic!("{other} is a route that this test does not try"),
    }
}

/// No route says that there is such an inspection: each answers as for one that does not exist, or as it does to whoever lacks the role.
async fn knows_nothing(client: &Client, who: &str, id: &str) {
    let document = api::contract::document();
    let routes = document["paths"].as_object().unwrap().iter();
    let mut tried = 0;
    for (route, item) in routes.filter(|(route, _)| route.starts_with("/v1/inspections/{id}")) {
        let there = |id: &str| route.replace("{id}", id).replace("{number}", "1");
        let none = "019ac2d4-7b1e-7a52-9c33-0d7f6f0f4c11";
        for method in item.as_object().unwrap().keys() {
            let (of_it, of_none) = match method.as_str() {
                "get" => (client.get(&there(id)).await, client.get(&there(none)).await),
                "post" => (client.post(&there(id), said(route)).await, client.post(&there(none), said(route)).await),
                other => panic!("{other} {route} is not tried"),
            };
            assert_eq!(
                (of_it.status, of_it.problem()),
                (of_none.status, of_none.problem()),
                "{method} {route} tells {who}"
            );
            assert!([403, 404].contains(&of_it.status.as_u16()), "{method} {route} by {who}: {}", of_it.text);
            tried += 1;
        }
    }
    assert!(tried > 6, "the contract has routes of inspections");
    let agencies = ["H26", "H26.13.01"].map(|code| directory::demo::agency_id(code).unwrap());
    let filters = ["by", "of"].iter().flat_map(|side| agencies.map(|agency| format!("?{side}={agency}")));
    let states = ["planned", "held", "concluded", "closed"].map(|status| format!("?status={status}"));
    for query in filters.chain(states).chain([String::new(), "?past_due=true".to_owned()]) {
        assert_eq!(listed(client, &query).await, Vec::<String>::new(), "{query} names it to {who}");
    }
}

/// Entries of the inspection that any agency, or anybody, is told of.
async fn told(app: &TestApp, id: &str) -> i64 {
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    app.count(&format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND cardinality(seen_before || seen_after) > 0"
    ))
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_case_accuses_never_sees_the_inspection_that_stems_from_it() {
    for (who, inspector) in
        [("lanhdao", "thanhtra"), ("motcua", "thanhtra"), ("chutich", "thanhtra"), ("thanhtra", "chutich")]
    {
        let app = TestApp::new().await;
        let cast = Cast::of(&app).await;
        let accused = directory::demo::staff_id(who).unwrap();
        let case = report(&cast, json!({ "official_id": accused, "about": "harassment" })).await;
        let inspects = cast.client(inspector);
        let id = of(inspects, &case).await;
        knows_nothing(cast.client(who), who, &id).await;
        step(inspects, &id, "hold", json!({})).await.expect(200);
        step(inspects, &id, "conclude", conclusion(&[remedy("2026-08-18")])).await.expect(200);
        app.set_time("2026-08-19T00:01:00+07:00");
        app.eventually("SELECT count(*) FROM journal WHERE event_kind = 'inspection.remedies_overdue'", 1).await;
        let cast = Cast::again(&app).await;
        knows_nothing(cast.client(who), who, &id).await;
        assert_eq!(told(&app, &id).await, 0, "nobody who follows the journal tells {who}");
        // Whoever inspects sees it, and so does the unit, where it is one official who is accused.
        assert_eq!(listed(cast.client(inspector), "?past_due=true").await, std::slice::from_ref(&id));
        let colleague = if who == "lanhdao" { "motcua" } else { "lanhdao" };
        step(cast.client(colleague), &id, "findings/1/report", json!({ "words": REPORT })).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_of_an_accused_unit_sees_it_and_whoever_inspects_writes_down_what_they_say() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let unit = directory::demo::agency_id("H26.13.01").unwrap();
    let case = report(&cast, json!({ "unit_id": unit })).await;
    let inspector = cast.client("thanhtra");
    let id = of(inspector, &case).await;
    step(inspector, &id, "hold", json!({})).await.expect(200);
    step(inspector, &id, "conclude", conclusion(&[remedy("2026-08-31")])).await.expect(200);
    for who in ["lanhdao", "motcua"] {
        knows_nothing(cast.client(who), who, &id).await;
    }
    // The head of the city sees it, and did not make it.
    step(cast.client("chutich"), &id, "findings/1/report", json!({ "words": REPORT })).await.expect(403);
    step(inspector, &id, "findings/1/report", json!({ "words": REPORT })).await.expect(200);
    let closed = step(inspector, &id, "findings/1/confirm", json!({})).await.expect(200).json;
    assert_eq!(closed["status"], "closed");
    assert_eq!(told(&app, &id).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_turns_out_to_be_accused_sees_it_no_longer() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let case = at(&cast, Petition, CaseStatus::Submitted).await;
    let id = of(cast.client("thanhtra"), &case).await;
    assert_eq!(listed(cast.client("lanhdao"), "").await, std::slice::from_ref(&id));
    let accused = directory::demo::staff_id("lanhdao").unwrap();
    let found = json!({ "facts": { "kind": "conduct_report", "about": "payment", "official_id": accused } });
    cast.client("tiepnhan").post(&path(&case, CaseAction::Classify), found).await.expect(200);
    knows_nothing(cast.client("lanhdao"), "lanhdao", &id).await;
    assert_eq!(listed(cast.client("motcua"), "").await, [id]);
}
