//! What is past its time loses what tells of whom it was, everywhere, and the journal stays what it was.

use std::collections::BTreeSet;

use complaints::CaseKind::{self, *};
use complaints::workflow::{CaseAction, CaseStatus};
use kernel::files::Sha256;
use kernel::journal::checkpoint;
use kernel::journal::verify::verify;
use kernel::{Db, db};
use serde_json::{Value, json};

use crate::cases::{at, facts, hand, new, path, said, sender};
use crate::cast::Cast;
use crate::denunciations::canary::{lines, search, search_files, spellings_of};
use crate::harness::{TestApp, at as moment, cluster};
use crate::journal::tampering::{exported, keys};
use crate::papers::put;
use crate::reports::{HERE, of, report};

/// Stands in everything that anybody can write.
const WORDS: &str = "Đỗ Tuyệt Mật";
/// Those of somebody who has no account.
const NUMBER: &str = "079199912345";
const PHONE: &str = "+84977665544";
const EMAIL: &str = "tuyetmat@example.vn";

/// Where people write.
const WRITTEN: &[&str] = &["reason", "reasons", "words", "body", "place", "minutes", "name", "address", "document"];
const FACTS: &[&str] = &[
    "respondent",
    "obstacle",
    "document_number",
    "reference",
    "decision",
    "affected",
    "subject",
    "request",
    "official_name",
];

/// The same, with the canary in every text.
fn plant(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(plant),
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if [WRITTEN, FACTS].concat().contains(&name.as_str()) => {
                        text.push_str(&format!(" {WORDS}"));
                    }
                    Value::Array(texts) if name == "contents" && texts[0].is_string() => {
                        texts.iter_mut().for_each(|text| *text = json!(format!("{} {WORDS}", text.as_str().unwrap())));
                    }
                    other => plant(other),
                }
            }
        }
        _ => {}
    }
}

/// What is sent, by several people, with all that can be said of them.
fn letter(kind: CaseKind) -> Value {
    let mut letter = new(kind);
    letter["request"] = json!("Đề nghị giải quyết.");
    letter["facts"] = match kind {
        Complaint => json!({
            "kind": kind, "about": "decision", "respondent": "UBND", "known_on": "2026-08-03", "document_number": "45/QĐ",
            "document_date": "2026-08-01", "obstacle": "Nằm viện.",
        }),
        ConductReport => json!({
            "kind": kind, "about": "attitude", "reference": "000", "happened_on": "2026-08-01",
            "official_id": directory::demo::staff_id("thanhtra").unwrap(), "official_name": "Bà",
        }),
        DataSubjectRequest => json!({ "kind": kind, "right": "access" }),
        _ => facts(kind),
    };
    let another = |part: &str| {
        json!({
            "part": part, "name": "Bà", "identity_number": NUMBER, "address": "Ngõ 99", "phone": PHONE, "email": EMAIL,
            "document": "Văn bản của",
        })
    };
    let people = letter["people"].as_array_mut().unwrap();
    people.extend(["sender", "representative", "authorised"].map(another));
    plant(&mut letter);
    letter
}

/// A draft with a file, walked that way by whoever takes each step, with a note and what officers file; its id.
async fn lived(cast: &Cast, kind: CaseKind, way: &[CaseAction]) -> String {
    let from = cast.client(sender(kind));
    let id = from.post("/v1/cases", letter(kind)).await.expect(201).id();
    upload(cast, sender(kind), &id, "evidence").await;
    for action in way {
        step(cast, kind, &id, *action).await;
        if *action == CaseAction::Assign {
            let note = json!({ "words": format!("Đã hẹn {WORDS}.") });
            cast.client("chuyenvien").post(&format!("/v1/cases/{id}/notes"), note).await.expect(201);
            upload(cast, "chuyenvien", &id, "finding").await;
        }
    }
    id
}

async fn step(cast: &Cast, kind: CaseKind, id: &str, action: CaseAction) -> Value {
    let mut what = said(kind, action);
    plant(&mut what);
    cast.client(hand(kind, action)).post(&path(id, action), what).await.expect(200).json
}

async fn upload(cast: &Cast, who: &str, id: &str, purpose: &str) {
    let content = format!("Đơn của {WORDS}, {id}, {purpose}.");
    declare(cast, who, id, purpose, &content).await;
}

pub async fn declare(cast: &Cast, who: &str, id: &str, purpose: &str, content: &str) {
    let file = json!({
        "purpose": purpose, "file_name": format!("{WORDS}.txt"), "media_type": "text/plain", "size": content.len(),
        "sha256": Sha256::of(content.as_bytes()).to_string(),
    });
    let declared = cast.client(who).post(&format!("/v1/cases/{id}/files"), file).await.expect(201);
    put(cast.client(who), declared.header("location"), content.to_owned()).await.expect(200);
}

/// Erases until nothing is left to erase, as the worker does.
pub async fn erase(app: &TestApp) {
    let conn = &mut *app.db.conn().await.unwrap();
    kernel::idempotency::forget_old(conn, app.clock.now()).await.unwrap();
    let server = &app.server.as_ref().unwrap().app;
    let database = db::Settings { url: cluster().url(&app.database), ca: None, size: 1 };
    let vault = Db::acting(&server.settings.vault(&database), Some(::denunciations::vault::ROLE)).unwrap();
    while api::erasure::run(server, conn, &vault).await.unwrap() {}
}

const ERASED: &str = "SELECT count(*) FROM cases WHERE marks ? 'erased_at'";

/// Cases of every kind that end in many ways, those that grew out of others among them.
async fn lives(app: &TestApp) -> Vec<String> {
    use CaseAction::*;
    let cast = Cast::of(app).await;
    let ways: [(CaseKind, &[CaseAction]); 15] = [
        (
            Complaint,
            &[Submit, RequestSupplement, Supply, Accept, Suspend, Resume, Extend, Assign, Report, Decide, Serve],
        ),
        (
            Complaint,
            &[Submit, Accept, Assign, CallDialogue, RecordDialogue, Report, SendBack, Report, Decide, Serve, Appeal],
        ),
        (Complaint, &[Submit, WithdrawPart, Accept, Withdraw, RefuseWithdrawal, Terminate]),
        (Complaint, &[Submit, Refuse]),
        (Complaint, &[Submit, Guide]),
        (Petition, &[Submit, Assign, Report, Answer, Reopen, Assign, Report, Answer, Close]),
        (Petition, &[Submit, File]),
        (Petition, &[Submit, Transfer]),
        (Petition, &[Submit, Split, Forward]),
        (RegulationFeedback, &[Submit, Accept, Assign, Report, Answer, Publish]),
        (RegulationFeedback, &[Submit, ProposeConversion, ConfirmConversion]),
        (ConductReport, &[Submit, Accept, Assign, Report, Answer, Close]),
        (AccountabilityRequest, &[Submit, Accept, Assign, CallDialogue, RecordDialogue, Report, Answer, Close]),
        (InformationRequest, &[Submit, Accept, Answer, Close]),
        (SupervisionRecommendation, &[Submit, Assign, Report, Answer, ReturnAnswer, Report, Answer, Close]),
    ];
    let mut ids = Vec::new();
    for (kind, way) in ways {
        ids.push(lived(&cast, kind, way).await);
    }
    ids.push(lived(&cast, DataSubjectRequest, &[Submit, Accept, Answer, Close]).await);
    let mine = cast.client("congdan1").get("/v1/cases?limit=200").await.expect(200).json;
    for case in mine["items"].as_array().unwrap().iter().filter(|case| case["status"] == "submitted") {
        step(&cast, Complaint, case["id"].as_str().unwrap(), Withdraw).await;
    }
    app.set_time("2026-09-22T08:00:00+07:00");
    app.eventually("SELECT count(*) FROM cases WHERE status = 'effective'", 1).await;
    step(&Cast::again(app).await, Complaint, &ids[0], Close).await;
    assert_eq!(app.count("SELECT count(*) FROM cases WHERE closed_at IS NULL").await, 0);
    ids
}

/// What is counted and in which order it came, which stays.
async fn counted(cast: &Cast) -> Vec<Value> {
    let mut told = Vec::new();
    for form in ["01-XLD", "02-XLD", "03-XLD", "04-XLD", "01-KQGQ", "02-KQGQ", "03-KQGQ", "04-KQGQ"] {
        let report = report(cast.client("thanhtra"), HERE, form, "period=2026").await;
        told.push(json!([report["columns"], report["lines"]]));
    }
    let register = cast.client("thanhtra").get(&of(HERE, "petition-register?limit=200")).await.expect(200).json;
    for entry in register["items"].as_array().unwrap() {
        told.push(json!([
            entry["code"],
            entry["received_at"],
            entry["senders"],
            entry["ground"],
            entry["decision_number"]
        ]));
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_whose_it_was_is_left_anywhere_and_everything_else_is() {
    let mut app = TestApp::new().await;
    let ids = lives(&app).await;
    let spellings = spellings_of(&[WORDS, NUMBER, PHONE.trim_start_matches("+84"), EMAIL]);
    let everywhere = "SELECT format('%I.%I', schemaname, tablename) AS line FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
    let tables = lines(&app, everywhere).await;
    let mut planted = BTreeSet::new();
    for table in &tables {
        let rows = lines(&app, &format!("SELECT it::text AS line FROM {table} AS it")).await;
        if rows.iter().any(|row| row.contains(WORDS)) {
            planted.insert(table.trim_start_matches("public."));
        }
    }
    let holding = ["case_answers", "case_dialogues", "case_files", "case_notes", "case_remarks", "cases"];
    assert_eq!(planted, BTreeSet::from(holding), "where words are, and nowhere else");

    sign(&app).await;
    // The longest is kept for fifteen years from September.
    app.set_time("2041-09-22T07:59:00+07:00");
    erase(&app).await;
    let cast = Cast::again(&app).await;
    assert_eq!(app.count(&format!("SELECT count(*) - ({ERASED}) FROM cases")).await, 1, "one minute is left of one");
    let before = counted(&cast).await;
    app.set_time("2041-09-22T08:00:00+07:00");
    erase(&app).await;
    let cast = Cast::again(&app).await;
    assert_eq!(counted(&cast).await, before);
    assert_eq!(app.count(&format!("SELECT count(*) - ({ERASED}) FROM cases")).await, 0);

    let mut rows = 0;
    for table in &tables {
        for row in lines(&app, &format!("SELECT it::text AS line FROM {table} AS it")).await {
            search(table, &row, &spellings);
            rows += 1;
        }
    }
    assert!(rows > 300, "there is something to search");
    search_files(app.data_dir.path(), &spellings);
    let own = format!("SELECT count(*) FROM cases WHERE people::text LIKE '%{}%'", crate::harness::papers::NUMBER);
    assert_eq!(app.count(&own).await, 0);
    assert_eq!(app.count("SELECT count(*) FROM cases WHERE sender_id IS NOT NULL").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM data_accesses WHERE citizen_id IS NOT NULL").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM leaving_files").await, 0);

    // Officers still read what became of it; its sender has it no more, and nobody does anything to it.
    for id in &ids[..ids.len() - 5] {
        let seen = cast.client("thanhtra").get(&format!("/v1/cases/{id}")).await.expect(200).json;
        assert!(seen["erased_at"].is_string() && seen["allowed_actions"] == json!([]), "{seen}");
        let names: Vec<&str> =
            seen["people"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
        assert!(names.len() == 4 && names.iter().all(|name| name.starts_with("Đã ẩn danh ")), "{names:?}");
        assert!(names[1] == names[2] && names[2] == names[3] && names[0] != names[1], "{names:?}");
        cast.client("congdan1").get(&format!("/v1/cases/{id}")).await.expect(404);
        let told = cast.client("thanhtra").get(&format!("/v1/cases/{id}/timeline")).await.expect(200).json;
        let told = told["items"].as_array().unwrap();
        assert!(told.iter().all(|it| it["actor_kind"] == "staff" || it.get("actor_id").is_none()), "{told:?}");
        let last = told.last().unwrap();
        assert_eq!((&last["event"], last["data"].as_object().unwrap().len()), (&json!("case.erased"), 1));
    }
    let note = json!({ "words": "Ghi thêm." });
    let refused = cast.client("lanhdao").post(&format!("/v1/cases/{}/notes", ids[0]), note).await.expect(409);
    assert_eq!(refused.problem(), "case.erased");
    // It could have been opened anew.
    let anew =
        cast.client("lanhdao").post(&path(&ids[2], CaseAction::Reopen), said(Complaint, CaseAction::Reopen)).await;
    assert_eq!(anew.expect(409).problem(), "case.illegal_transition");

    is_whole(&mut app).await;
    let untold = "SELECT count(*) FROM cases WHERE (SELECT array_agg(n) FROM generate_series(1, version) AS n)
        IS DISTINCT FROM (SELECT array_agg(entity_version ORDER BY number) FROM journal WHERE entity_id = id)";
    assert_eq!(app.count(untold).await, 0);
}

/// The journal is what was signed, from its first entry to its last.
pub async fn is_whole(app: &mut TestApp) {
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    app.stop().await;
    let (conn, checkpoints) = (&mut *app.db.conn().await.unwrap(), exported(app));
    let report = verify(conn, &checkpoints, |_| ()).await.unwrap();
    assert_eq!((report.findings, report.confirmed), (vec![], checkpoints.len()));
}

/// A checkpoint of what the journal holds now, as the worker exports it.
pub async fn sign(app: &TestApp) {
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let (conn, keys) = (&mut *app.db.conn().await.unwrap(), keys(app));
    if let Some(made) = checkpoint::sign(conn, &keys, app.clock.now()).await.unwrap() {
        made.export(&app.data_dir.path().join("checkpoints.jws")).unwrap();
    }
}

/// Filed away in August 2026, and so kept for a year.
async fn filed(app: &TestApp) -> String {
    at(&Cast::of(app).await, Petition, CaseStatus::Filed).await
}

pub async fn is_erased(app: &TestApp, id: &str) -> bool {
    erase(app).await;
    app.count(&format!("{ERASED} AND id = '{id}'")).await == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_kept_to_the_last_moment_of_its_time_and_erased_once() {
    let app = TestApp::new().await;
    let id = filed(&app).await;
    app.set_time("2027-08-17T08:59:59+07:00");
    assert!(!is_erased(&app, &id).await);
    app.set_time("2027-08-17T09:00:00+07:00");
    assert!(is_erased(&app, &id).await && is_erased(&app, &id).await);
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'case.erased'
        AND event = '{\"erased\":{\"rule\":\"petition_filed\"}}' AND actor_kind = 'system'";
    assert_eq!(app.count(told).await, 1);
}

/// Whichever replica leads, the worker does it when its time comes.
#[tokio::test(flavor = "multi_thread")]
async fn the_worker_erases_by_itself() {
    let mut app = TestApp::new().await;
    filed(&app).await;
    app.set_time("2027-08-17T09:00:00+07:00");
    app.stop().await;
    assert_eq!(app.count(ERASED).await, 0);
    let other = crate::journal::replica(&app).await;
    app.eventually(ERASED, 1).await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_something_else_holds_stays() {
    let app = TestApp::new().await;
    let id = filed(&app).await;
    let cast = Cast::again(&app).await;
    let other = at(&cast, Complaint, CaseStatus::Submitted).await;
    app.set_time("2027-09-01T09:00:00+07:00");
    // The other's limits have run out, and nothing else happens to it meanwhile.
    app.eventually("SELECT count(*) FROM timers WHERE fire_at <= '2027-09-01T09:00:00+07:00'", 0).await;
    let case = format!("UPDATE cases SET version = version WHERE id = '{id}'");
    let open = format!("UPDATE cases SET origin_id = '{id}' WHERE id = '{other}'");
    let held = [
        (case.replace("version = version", "marks = marks || '{\"in_court_since\": \"2026-08-20\"}'"), "a court has it"),
        (open, "an open case grew out of it"),
        (case.replace("version = version", &format!("origin_id = '{other}'")), "it grew out of an open case"),
        (
            format!(
                "INSERT INTO inspections (id, version, agency_id, inspected_id, surprise, subject, planned_on, case_id, status,
                     findings, planned_at)
                 SELECT id, 1, handling_agency_id, handling_agency_id, false, 'x', '2026-08-20', id, 'planned', '[]', now()
                 FROM cases WHERE id = '{id}'"
            ),
            "an inspection rests on it",
        ),
        (
            format!("UPDATE cases SET kind = 'data_subject_request' WHERE id = '{other}'"),
            "its sender's request about their data is open",
        ),
    ];
    for (sql, why) in held {
        app.sql("CREATE TABLE as_it_was AS SELECT * FROM cases").await;
        app.sql(&sql).await;
        assert!(!is_erased(&app, &id).await, "{why}");
        app.sql(
            "DELETE FROM inspections; UPDATE cases SET marks = was.marks, origin_id = was.origin_id, kind = was.kind
             FROM as_it_was AS was WHERE was.id = cases.id; DROP TABLE as_it_was",
        )
        .await;
    }
    // An answer that is kept for a retry may still have its words.
    let note = json!({ "words": "Đã báo cho người gửi." });
    Cast::again(&app).await.client("tiepnhan").post(&format!("/v1/cases/{id}/notes"), note).await.expect(201);
    assert!(!is_erased(&app, &id).await);
    app.set_time("2027-09-03T09:00:00+07:00");
    assert!(is_erased(&app, &id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_stays_in_the_store_while_anybody_else_has_it() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let content = "Văn bản mà hai người cùng gửi.";
    let hash = Sha256::of(content.as_bytes());
    let mut ids = Vec::new();
    for action in [CaseAction::File, CaseAction::Assign] {
        let id = at(&cast, Petition, CaseStatus::Draft).await;
        declare(&cast, "congdan1", &id, "evidence", content).await;
        for action in [CaseAction::Submit, action] {
            step(&cast, Petition, &id, action).await;
        }
        ids.push(id);
    }
    let files = app.server.as_ref().unwrap().app.files.clone();
    app.set_time("2027-09-01T09:00:00+07:00");
    assert!(is_erased(&app, &ids[0]).await && files.get(&hash).await.is_ok());
    let cast = Cast::again(&app).await;
    step(&cast, Petition, &ids[1], CaseAction::Withdraw).await;
    // Whoever wants to bring the same while it is going brings it a moment later.
    let draft = at(&cast, Petition, CaseStatus::Draft).await;
    app.sql(&format!("INSERT INTO leaving_files VALUES ('\\x{hash}', now(), now())")).await;
    let file = json!({
        "purpose": "evidence", "file_name": "a.txt", "media_type": "text/plain", "size": content.len(), "sha256": hash,
    });
    let declared = cast.client("congdan1").post(&format!("/v1/cases/{draft}/files"), file).await.expect(201);
    let busy = put(cast.client("congdan1"), declared.header("location"), content).await.expect(503);
    assert_eq!(busy.header("retry-after"), "1");
    erase(&app).await;
    assert!(files.get(&hash).await.is_ok(), "two have it");
    put(cast.client("congdan1"), declared.header("location"), content).await.expect(200);
    step(&cast, Petition, &draft, CaseAction::Withdraw).await;
    app.set_time("2032-09-01T09:00:01+07:00");
    assert!(is_erased(&app, &ids[1]).await && is_erased(&app, &draft).await);
    assert!(files.get(&hash).await.is_err(), "nobody has it any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn data_protection_sees_what_goes_next_by_code_and_rule_alone() {
    let app = TestApp::new().await;
    Cast::of(&app).await;
    let mut ids = Vec::new();
    for (n, (kind, status)) in
        [(Petition, CaseStatus::Withdrawn), (Complaint, CaseStatus::Filed), (Petition, CaseStatus::Filed)]
            .into_iter()
            .enumerate()
    {
        app.set_time(&format!("2026-08-1{}T09:00:00+07:00", 7 + n));
        ids.push(at(&Cast::again(&app).await, kind, status).await);
    }
    at(&Cast::again(&app).await, Petition, CaseStatus::Answered).await;
    let cast = Cast::again(&app).await;
    let first = cast.client("baove").get("/v1/data-retention?limit=2").await.expect(200).json;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = cast.client("baove").get(&format!("/v1/data-retention?limit=2&cursor={cursor}")).await.expect(200).json;
    let all = [first["items"].as_array().unwrap().clone(), rest["items"].as_array().unwrap().clone()].concat();
    let told: Vec<Value> = all.iter().map(|it| json!([it["case_id"], it["rule"], it["kept_until"]])).collect();
    let expected = [
        json!([ids[1], "complaint_filed", "2027-08-18T02:00:00Z"]),
        json!([ids[2], "petition_filed", "2027-08-19T02:00:00Z"]),
        json!([ids[0], "petition", "2031-08-17T02:00:00Z"]),
    ];
    assert_eq!((told.as_slice(), rest.get("next_cursor")), (&expected[..], None));
    assert_eq!(all[0]["code"], "KN-H26.13.01-26-00002");
    let members: BTreeSet<&str> = all[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, BTreeSet::from(["case_id", "code", "rule", "closed_at", "kept_until"]));
    for name in ["thanhtra", "chutich", "lanhdao", "congdan1"] {
        cast.client(name).get("/v1/data-retention").await.expect(403);
    }
    cast.client("baove").get(&format!("/v1/data-accesses?cursor={cursor}")).await.expect(400);
    let rules = app.anonymous().get("/v1/data-retention/rules").await.expect(200).json;
    let rule = rules["items"].as_array().unwrap().iter().find(|rule| rule["rule"] == "petition_filed").unwrap();
    assert_eq!((&rule["amount"], &rule["unit"], &rule["mark"]), (&json!(1), &json!("year"), &json!("C")));
}

/// Many that ended in one moment are each on one page.
#[tokio::test(flavor = "multi_thread")]
async fn pages_lose_nobody_and_whoever_is_accused_is_told_nothing() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut ids = BTreeSet::new();
    for status in
        [CaseStatus::Filed, CaseStatus::Withdrawn, CaseStatus::Filed, CaseStatus::Filed, CaseStatus::Withdrawn]
    {
        ids.insert(at(&cast, Petition, status).await);
    }
    let mut accusing = new(ConductReport);
    accusing["facts"]["official_id"] = json!(directory::demo::staff_id("baove").unwrap());
    let accusing = cast.client("congdan1").post("/v1/cases", accusing).await.expect(201).id();
    for action in [CaseAction::Submit, CaseAction::Withdraw] {
        step(&cast, ConductReport, &accusing, action).await;
    }
    let listed = crate::reports::all(cast.client("baove"), "/v1/data-retention?").await;
    let listed: Vec<String> = listed.iter().map(|it| it["case_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((listed.len(), listed.into_iter().collect::<BTreeSet<_>>()), (5, ids));
    // It goes when its time comes, whoever looks.
    app.clock.set(moment("2031-08-17T09:00:00+07:00"));
    assert!(is_erased(&app, &accusing).await);
    assert_eq!(app.count(&format!("SELECT cardinality(barred) FROM cases WHERE id = '{accusing}'")).await, 1);
}
