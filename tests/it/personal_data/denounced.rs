//! Who denounced is destroyed when the file has had its time, with the words that officers read; the journal stays what it was.

use ::denunciations::workflow::DenunciationAction;
use serde_json::{Value, json};

use super::erasure::{erase, is_whole, sign};
use crate::cast::Cast;
use crate::denunciations::canary::{lines, search, spellings_of};
use crate::denunciations::{ADDRESS, NAME, NUMBER, PHONE, follow, lead, new, send, walk};
use crate::harness::TestApp;

const ERASED: &str = "SELECT count(*) FROM denunciations.denunciations WHERE marks ? 'erased_at'";
const KEYS: &str = "SELECT count(*) FROM vault.keys";
const SECRETS: &str = "SELECT count(*) FROM vault.secrets";

/// Stands in what officers read.
const WORDS: &str = "Quầy Tuyệt Mật";

/// How much would go by this rule until then.
pub async fn due(cast: &Cast, rule: &str, until: &str) -> Value {
    let counts = cast.client("baove").get(&format!("/v1/data-retention/counts?until={until}")).await.expect(200).json;
    let found = counts["items"].as_array().unwrap().iter().find(|it| it["rule"] == rule);
    found.unwrap_or_else(|| panic!("{rule}: {counts}"))["count"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn when_its_time_is_over_nobody_can_find_out_who_denounced() {
    use DenunciationAction::*;
    let mut app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut letter = new();
    letter["contents"] = json!([format!("Tại {WORDS}, ông A yêu cầu tôi đưa 5.000.000 đồng.")]);
    letter["accused"][0]["name"] = json!(format!("Ông A ở {WORDS}"));
    let (code, id) = send(&app, &cast, letter).await;
    let more = json!({ "receipt_code": code, "words": format!("Tôi là {NAME}, nói thêm về {WORDS}.") });
    app.anonymous().post("/v1/denouncer/add", more).await.expect(200);
    let (requests, why) =
        (format!("/v1/denunciations/{id}/identity-requests"), json!({ "reason": format!("Cần mời, về {WORDS}.") }));
    let asked = cast.client("thanhtra").post(&requests, why.clone()).await.expect(201).id();
    cast.client("chanhthanhtra").post(&format!("{requests}/{asked}/refuse"), why.clone()).await.expect(200);
    walk(&cast, &id, &[Refuse]).await;
    let other = send(&app, &cast, new()).await.1;
    sign(&app).await;

    let before = "2041-08-17T01:59:59Z";
    assert_eq!(due(&cast, "denunciation", before).await, json!(0));
    assert_eq!(due(&cast, "denunciation", "2041-08-17T02:00:00Z").await, json!(1), "the other is not over");
    app.set_time(before);
    erase(&app).await;
    assert_eq!((app.count(ERASED).await, app.count(KEYS).await), (0, 2));
    app.set_time("2041-08-17T02:00:00Z");
    erase(&app).await;
    assert_eq!((app.count(ERASED).await, app.count(KEYS).await), (1, 1));
    let left = format!("{SECRETS} WHERE id <> '{other}'");
    assert_eq!(app.count(&left).await, 0, "nothing of it is in the vault");
    app.sql(&format!("DELETE FROM vault.keys WHERE id = '{other}'")).await;

    let spellings = spellings_of(&[WORDS, NAME, NUMBER, PHONE.trim_start_matches("+84"), ADDRESS]);
    let tables = "SELECT format('%I.%I', schemaname, tablename) AS line FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
    for table in lines(&app, tables).await {
        for row in lines(&app, &format!("SELECT it::text AS line FROM {table} AS it")).await {
            search(&table, &row, &spellings);
        }
    }
    let cast = Cast::again(&app).await;
    follow(&app.anonymous(), &code).await.expect(404);
    let head = cast.client("chanhthanhtra");
    let seen = head.get(&format!("/v1/denunciations/{id}")).await.expect(200).json;
    assert!(seen["erased_at"].is_string() && seen["allowed_actions"] == json!([]), "{seen}");
    assert_eq!((&seen["status"], &seen["code"]), (&json!("refused"), &json!("TC-H26.5-26-00001")));
    assert_eq!(seen["accused"], json!([{ "name": "Đã ẩn danh" }]));
    let refused = cast.client("thanhtra").post(&requests, why).await.expect(409);
    assert_eq!(refused.problem(), "denunciation.erased");
    let told = "SELECT count(*) FROM journal WHERE event = '{\"erased\":{\"rule\":\"denunciation\"}}'";
    assert_eq!(app.count(told).await, 1);
    is_whole(&mut app).await;
}

/// Whether its denouncer is protected is still to be decided, which nobody could without knowing who that is.
#[tokio::test(flavor = "multi_thread")]
async fn while_something_is_to_be_decided_who_denounced_is_kept() {
    use DenunciationAction::*;
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    let wish = json!({ "receipt_code": code, "words": "Tôi bị đe doạ, đề nghị được bảo vệ." });
    app.anonymous().post("/v1/denouncer/ask-for-protection", wish).await.expect(200);
    walk(&cast, &id, &[Refuse]).await;
    let late = "2041-09-01T02:00:00Z";
    assert_eq!(due(&cast, "denunciation", late).await, json!(0));
    app.set_time(late);
    erase(&app).await;
    assert_eq!((app.count(ERASED).await, app.count(KEYS).await), (0, 1));

    walk(&Cast::again(&app).await, &id, &[RefuseProtection]).await;
    // Two days later: what somebody has just changed waits.
    app.set_time("2041-09-03T02:00:01Z");
    erase(&app).await;
    assert_eq!((app.count(ERASED).await, app.count(KEYS).await), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_was_filed_away_is_kept_for_a_year() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = send(&app, &cast, lead()).await;
    walk(&cast, &id, &[DenunciationAction::File]).await;
    app.set_time("2027-08-17T08:59:59+07:00");
    erase(&app).await;
    assert_eq!(app.count(ERASED).await, 0);
    app.set_time("2027-08-17T09:00:00+07:00");
    erase(&app).await;
    assert_eq!((app.count(ERASED).await, app.count(KEYS).await), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dry_run_counts_by_each_rule_and_tells_whoever_is_accused_of_nothing() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut accusing = new();
    accusing["accused"][0]["official_id"] = json!(directory::demo::staff_id("baove").unwrap());
    let accusing = send(&app, &cast, accusing).await.1;
    let mut unit = new();
    let ward = directory::demo::agency_id("H26.13.02").unwrap();
    unit["accused"][0]["unit_id"] = json!(ward);
    let unit = send(&app, &cast, unit).await.1;
    // They work for that ward as well, and look as who they are elsewhere.
    app.sql(&format!("UPDATE staff SET agencies = agencies || '{ward}'::uuid WHERE username = 'baove'")).await;
    let other = send(&app, &cast, new()).await.1;
    for id in [accusing, unit, other] {
        walk(&cast, &id, &[DenunciationAction::Refuse]).await;
    }
    use complaints::CaseKind::{ConductReport, Petition};
    use complaints::workflow::CaseStatus;
    crate::cases::at(&cast, Petition, CaseStatus::Draft).await;
    crate::cases::at(&cast, Petition, CaseStatus::Filed).await;
    let mut report = crate::cases::new(ConductReport);
    report["facts"]["official_id"] = json!(directory::demo::staff_id("baove").unwrap());
    let report = cast.client("congdan1").post("/v1/cases", report).await.expect(201).id();
    for action in ["submit", "withdraw"] {
        cast.client("congdan1").post(&format!("/v1/cases/{report}/{action}"), json!({})).await.expect(200);
    }
    let late = "2050-01-01T00:00:00Z";
    for (rule, count) in [("petition_filed", 1), ("conduct_report", 0), ("case_draft", 1), ("denunciation", 1)] {
        assert_eq!(due(&cast, rule, late).await, json!(count), "{rule}");
    }
    cast.client("tiepnhan").get(&format!("/v1/cases/{report}")).await.expect(200);
    assert_eq!(due(&cast, "access_log", late).await, json!(app.count("SELECT count(*) FROM data_accesses").await));
    let counts = cast.client("baove").get("/v1/data-retention/counts").await.expect(200).json;
    let counts = counts["items"].as_array().unwrap();
    assert!(counts.iter().all(|it| it["count"] == 0 && it["more"] == false), "now, nothing: {counts:?}");
    let rules = app.anonymous().get("/v1/data-retention/rules").await.expect(200).json;
    assert_eq!(counts.len(), rules["items"].as_array().unwrap().len(), "each rule is counted");
    for name in ["thanhtra", "chutich", "lanhdao", "congdan1"] {
        cast.client(name).get("/v1/data-retention/counts").await.expect(403);
    }
    cast.client("baove").get("/v1/data-retention/counts?until=soon").await.expect(400);
}
