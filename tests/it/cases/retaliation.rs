//! Whoever is accused in a case is never routed, shown, counted or told of it: every operation of the contract is tried.

use std::collections::BTreeMap;

use complaints::CaseKind::{Complaint, ConductReport, Petition};
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::stands::{AT_THE_CITY, hire};
use super::{at, facts, new, path, said};
use crate::cast::{Cast, ELSEWHERE};
use crate::harness::{Answer, Client, TestApp};

/// Stands in nothing else that anybody sends.
pub const MARK: &str = "Zzyzx-không-đâu-có";

/// Those that have it, or could.
const AGENCIES: [&str; 4] = ["H26", "H26.5", "H26.13.01", "H26.13.02"];

const FORMS: [&str; 8] = ["01-XLD", "02-XLD", "03-XLD", "04-XLD", "01-KQGQ", "02-KQGQ", "03-KQGQ", "04-KQGQ"];

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

/// The addresses of an operation that reads, with ids of what it is about: the case for cases, agencies that have it for agencies.
fn addresses(path: &str, id: &str) -> Vec<String> {
    let staff = directory::demo::staff_id("chuyenvien").unwrap().to_string();
    let agencies = AGENCIES.map(|code| directory::demo::agency_id(code).unwrap().to_string());
    let whose: Vec<&str> = match path.split('/').nth(2) {
        Some("agencies") => agencies.iter().map(String::as_str).collect(),
        Some("staff") => vec![&staff],
        // Of what else has an id, nothing has the case's: it is tried all the same.
        _ => vec![id],
    };
    let forms = if path.contains("{form}") { &FORMS[..] } else { &[""] };
    let figures =
        if path.contains("{figure}") { &["total", "received_letters", "received_petitions"][..] } else { &[""] };
    let mut all = Vec::new();
    for (whose, form, figure) in whose
        .iter()
        .flat_map(|whose| forms.iter().flat_map(move |form| figures.iter().map(move |it| (whose, form, it))))
    {
        let at = path
            .replace("{id}", whose)
            .replace("{form}", form)
            .replace("{figure}", figure)
            .replace("{file_id}", id)
            .replace("{attachment_id}", id)
            .replace("{template}", id)
            .replace("{code}", "PACB-H26-26-00001")
            .replace("{number}", "1")
            .replace("{version}", "1")
            .replace("{sha256}", &"0".repeat(64));
        all.extend(match at.split('/').nth(4) {
            Some("petition-reports") => {
                ["own", "under"].map(|scope| format!("{at}?period=2026&scope={scope}")).to_vec()
            }
            Some("petition-register" | "denunciation-register") => {
                ["?side=receiving", "?side=handling", "?format=csv"].map(|more| format!("{at}{more}")).to_vec()
            }
            _ => vec![at],
        });
    }
    all
}

/// What every operation that reads tells somebody, with this case's id wherever that of a case is asked for.
async fn told_of(client: &Client, id: &str) -> Vec<(String, Answer)> {
    let document = api::contract::document();
    let mut answers = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        // The journal grows by whatever anybody does, and says so to whoever checks it.
        if item["get"].is_null() || path == "/v1/journal/checkpoints" {
            continue;
        }
        for at in addresses(path, id) {
            let answer = client.get(&at).await;
            answers.push((at, answer));
        }
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
    answers
}

/// Everything that somebody is told, but for what each answer has of its own.
pub async fn everything(client: &Client, id: &str) -> BTreeMap<String, String> {
    let own = |text: &str| -> String {
        let Ok(mut json) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
        if let Some(problem) = json.as_object_mut().filter(|object| object.contains_key("request_id")) {
            problem.remove("request_id");
            problem.remove("instance");
        }
        json.to_string()
    };
    let told = told_of(client, id).await.into_iter();
    told.map(|(at, answer)| (at, format!("{} {}", answer.status.as_u16(), own(&answer.text)))).collect()
}

pub async fn knows_nothing(cast: &Cast, who: &str, id: &str) {
    let client = cast.client(who);
    for (at, answer) in told_of(client, id).await {
        let body = answer.text.replace(&format!("urn:uuid:{id}"), "");
        assert!(!body.contains(MARK) && !body.contains("PACB-"), "{at} tells {who}: {body}");
        // What was asked for by its id may be named in the answer, as that of nothing; a case may not.
        let asked = at.contains(id) && !at.starts_with("/v1/cases");
        assert!(asked || !answer.status.is_success() || !body.contains(id), "{at} names it to {who}: {body}");
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
    // Nor does anybody of that unit verify it.
    hire(&app).await;
    app.staff(AT_THE_CITY).await.post(&path(&id, CaseAction::Accept), json!({})).await.expect(200);
    let of_theirs = json!({ "to": directory::demo::staff_id("chuyenvien").unwrap() });
    let itself = cast.client("chutich").post(&path(&id, CaseAction::Assign), of_theirs).await.expect(422);
    assert_eq!(itself.problem(), "case.accused");
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

/// What somebody is told of a city hall in which a letter came that accuses them is what they would be told if it had not come: every
/// list, register, count and figure, whatever became of the letter.
#[tokio::test(flavor = "multi_thread")]
async fn with_the_case_and_without_it_the_accused_are_told_the_same() {
    for (who, unit) in
        [("chuyenvien", false), ("motcua", false), ("motcua", true), ("thanhtra", false), ("chutich", false)]
    {
        let app = TestApp::new().await;
        let cast = Cast::of(&app).await;
        let client = cast.client(who);
        at(&cast, Petition, CaseStatus::Submitted).await;
        let ids: Vec<String> = (0..4).map(|_| kernel::clock::uuid_at(app.clock.now()).to_string()).collect();
        let before = everything(client, &ids[0]).await;
        let read = before.iter().filter(|(at, told)| at.starts_with("/v1/agencies/") && told.starts_with("200"));
        let read = read.filter(|(at, _)| at.contains("petition-re")).count();
        assert!(who == "chuyenvien" || read > 8, "{who} reads registers and reports: {read}");

        let accused = directory::demo::staff_id(who).unwrap();
        let mut accusing = json!({ "kind": "conduct_report", "about": "payment", "official_id": accused });
        if unit {
            accusing = json!({ "kind": "conduct_report", "about": "payment", "unit_id": directory::demo::agency_id("H26.13.01") });
        }
        let me = cast.client("congdan1");
        let send = async |id: &str, facts: &Value| {
            let mut letter = new(Petition);
            letter["id"] = json!(id);
            letter["agency"] = json!("H26.13.02");
            letter["facts"] = facts.clone();
            letter["contents"] = json!(["Đường trước nhà bị lún.", format!("Cán bộ {MARK} đòi tiền.")]);
            me.post("/v1/cases", letter).await.expect(201);
            me.post(&path(id, CaseAction::Submit), json!({})).await.expect(200);
        };
        let reception = cast.client(ELSEWHERE);
        // Sent as a report; split off a letter; found by its content, and found to be something else after all; converted.
        send(&ids[0], &accusing).await;
        send(&ids[1], &facts(Petition)).await;
        let part = json!({ "contents": [1], "facts": accusing });
        reception.post(&path(&ids[1], CaseAction::Split), part).await.expect(200);
        send(&ids[2], &facts(Petition)).await;
        for found in [accusing.clone(), facts(Petition)] {
            reception.post(&path(&ids[2], CaseAction::Classify), json!({ "facts": found })).await.expect(200);
        }
        send(&ids[3], &accusing).await;
        let proposed = json!({ "kind": "complaint", "reason": "Nội dung là khiếu nại." });
        reception.post(&path(&ids[3], CaseAction::ProposeConversion), proposed).await.expect(200);
        let confirmed = json!({ "facts": facts(Complaint) });
        me.post(&path(&ids[3], CaseAction::ConfirmConversion), confirmed).await.expect(200);

        assert_eq!(app.count("SELECT count(*) FROM cases").await, 7);
        for id in &ids {
            let after = everything(client, id).await;
            for (at, told) in &after {
                let then = before.get(&at.replace(id, &ids[0])).expect("it was asked before");
                assert_eq!(&told.replace(id, ""), &then.replace(&ids[0], ""), "{at} tells {who} of {id}");
            }
        }
    }
}
