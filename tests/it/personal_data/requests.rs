//! A request for erasure is refused with the ground and the date that the rules give, and granted as soon as nothing holds the data.

use complaints::CaseKind::{Complaint, ConductReport, DataSubjectRequest, Petition};
use complaints::workflow::{CaseAction, CaseStatus};
use procedures::workflow::Status;
use serde_json::{Value, json};

use crate::cases::{at, new, path, said, walk};
use crate::cast::{Cast, PERMIT_ONLINE};
use crate::harness::{Answer, TestApp, new_key};

const ERASED: &str = "SELECT count(*) FROM cases WHERE marks ? 'erased_at'";

/// A request for erasure that is taken up.
pub async fn asked(cast: &Cast, who: &str) -> String {
    let mut request = new(DataSubjectRequest);
    request["facts"]["right"] = json!("erase");
    if who == "congdan2" {
        request["people"][0]["identity_number"] = json!(crate::harness::papers::ANOTHERS);
    }
    let id = cast.client(who).post("/v1/cases", request).await.expect(201).id();
    cast.client(who).post(&path(&id, CaseAction::Submit), json!({})).await.expect(200);
    cast.client("baove").post(&path(&id, CaseAction::Accept), json!({})).await.expect(200);
    id
}

pub fn answer(outcome: &str) -> Value {
    json!({ "outcome": outcome, "reasons": "Dữ liệu được xoá theo yêu cầu của ông/bà." })
}

fn kept_by_law() -> Value {
    json!({ "ground": "kept_by_law", "reason": "Dữ liệu còn trong thời hạn lưu." })
}

/// Each rule that holds, until when.
pub fn held(case: &Value) -> Vec<(&str, Option<&str>)> {
    let held = case["held"].as_array().map(Vec::as_slice).unwrap_or_default();
    held.iter().map(|it| (it["rule"].as_str().unwrap(), it["until"].as_str())).collect()
}

/// The one thing that is wrong: where, and what.
#[track_caller]
pub fn at_fault(refused: &Answer) -> (&str, &str) {
    assert_eq!(refused.status, 422, "{refused:?}");
    let [error] = refused.json["errors"].as_array().unwrap().as_slice() else { panic!("{refused:?}") };
    (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_rules_hold_the_data_erasure_is_refused_with_ground_and_date() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    at(&cast, Petition, CaseStatus::Filed).await;
    app.set_time("2026-08-18T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    at(&cast, Petition, CaseStatus::Filed).await;
    at(&cast, Complaint, CaseStatus::Submitted).await;
    cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let id = asked(&cast, "congdan1").await;
    let officer = cast.client("baove");
    let refused = officer.post(&path(&id, CaseAction::Answer), answer("granted")).await.expect(409);
    assert_eq!(refused.problem(), "case.kept_by_law");
    let holding = [
        ("administrative_procedure", None),
        ("complaint", None),
        // The later of the two.
        ("petition_filed", Some("2027-08-18T02:00:00Z")),
    ];
    assert_eq!(held(&refused.json), holding);
    assert_eq!(refused.json["held"][2]["source"], "TT 05/2021/TT-TTCP");
    assert!(refused.json["detail"].as_str().unwrap().contains("TT 10/2022/TT-BNV"), "{refused:?}");

    let closed = officer.post(&path(&id, CaseAction::Refuse), kept_by_law()).await.expect(200).json;
    assert_eq!((held(&closed), &closed["status"]), (holding.to_vec(), &json!("refused")));
    let told = cast.client("congdan1").get(&format!("/v1/cases/{id}")).await.expect(200).json;
    assert_eq!(held(&told), holding, "computed, and told to whoever asked");
    assert_eq!(app.count(ERASED).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_holds_is_erased_with_the_answer() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let old = at(&cast, Petition, CaseStatus::Filed).await;
    app.set_time("2027-09-01T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let (id, officer) = (asked(&cast, "congdan1").await, cast.client("baove"));
    let unfounded = officer.post(&path(&id, CaseAction::Refuse), kept_by_law()).await;
    assert_eq!(at_fault(&unfounded), ("/ground", "not_so"));
    // An answer that grants nothing is a refusal, and has no ground either.
    let unfounded = officer.post(&path(&id, CaseAction::Answer), answer("not_granted")).await;
    assert_eq!(at_fault(&unfounded), ("/outcome", "not_so"));
    let open = cast.client("congdan1").get(&format!("/v1/cases/{id}")).await.expect(200).json;
    assert_eq!((&open["status"], open.get("held")), (&json!("accepted"), None), "nothing has happened");
    let others = asked(&cast, "congdan2").await;
    officer.post(&path(&others, CaseAction::Answer), answer("granted")).await.expect(200);
    assert_eq!(app.count(ERASED).await, 0, "nobody else's");

    let key = new_key();
    for _ in 0..2 {
        let given = officer.post_as(&key, &path(&id, CaseAction::Answer), answer("granted")).await.expect(200).json;
        assert_eq!((&given["status"], held(&given)), (&json!("answered"), vec![]));
        assert_eq!(app.count(&format!("{ERASED} AND id = '{old}'")).await, 1);
    }
    cast.client("congdan1").get(&format!("/v1/cases/{old}")).await.expect(404);
    let told = format!(
        "SELECT count(*) FROM journal WHERE event_kind = 'case.erased' AND entity_id = '{old}' AND actor_kind = 'staff'
         AND event::jsonb #>> '{{erased,request}}' = '{id}'"
    );
    assert_eq!(app.count(&told).await, 1);
    // The journal's auditors see which request it was; whoever reads the case does not find out from there whose it was.
    let timeline = cast.client("thanhtra").get(&format!("/v1/cases/{old}/timeline")).await.expect(200).json;
    assert_eq!(timeline["items"].as_array().unwrap().last().unwrap()["data"], json!({ "rule": "petition_filed" }));
    assert_eq!(app.count(ERASED).await, 1, "the request itself is proof, and kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn granted_in_part_it_erases_what_is_free_and_tells_what_is_held() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let old = at(&cast, Petition, CaseStatus::Filed).await;
    let way = [CaseAction::Submit, CaseAction::Assign, CaseAction::Withdraw];
    let kept = at(&cast, Petition, CaseStatus::Draft).await;
    walk(&cast, Petition, &kept, &way).await;
    app.set_time("2027-09-01T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let ids = [asked(&cast, "congdan1").await, asked(&cast, "congdan1").await];
    let officer = cast.client("baove");
    // All of it is held: that is the ground.
    let none = officer.post(&path(&ids[0], CaseAction::Answer), answer("not_granted")).await.expect(200).json;
    assert_eq!(held(&none).len(), 3, "{none}");
    assert_eq!(app.count(ERASED).await, 0);
    let part = officer.post(&path(&ids[1], CaseAction::Answer), answer("partly_granted")).await.expect(200).json;
    let request = ("data_subject_request", None);
    // Another request of theirs is not over, and could be about what is past its time.
    assert_eq!(held(&part), [request, ("petition", Some("2031-08-17T02:00:00Z")), ("petition_filed", None)]);
    assert_eq!(app.count(ERASED).await, 0);
    walk(&cast, DataSubjectRequest, &ids[0], &[CaseAction::Close]).await;
    let last = asked(&cast, "congdan1").await;
    walk(&cast, DataSubjectRequest, &ids[1], &[CaseAction::Close]).await;
    // What nothing holds is not refused with the rest.
    let all = officer.post(&path(&last, CaseAction::Answer), answer("not_granted")).await;
    assert_eq!(at_fault(&all), ("/outcome", "part_is_free"));
    let all = officer.post(&path(&last, CaseAction::Refuse), kept_by_law()).await;
    assert_eq!(at_fault(&all), ("/ground", "part_is_free"));
    officer.post(&path(&last, CaseAction::Answer), answer("partly_granted")).await.expect(200);
    assert_eq!(app.count(&format!("{ERASED} AND id = '{old}'")).await, 1);
    assert_eq!(app.count(ERASED).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_on_paper_and_what_accuses_data_protection_is_told_of_nobody() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    at(&cast, Petition, CaseStatus::Filed).await;
    // On paper it belongs to no account: it is answered by hand.
    let mut paper = new(DataSubjectRequest);
    paper["facts"]["right"] = json!("erase");
    let reception = cast.client("tiepnhan");
    let id = reception.post("/v1/cases", paper).await.expect(201).id();
    reception.post(&path(&id, CaseAction::Submit), json!({})).await.expect(200);
    let officer = cast.client("baove");
    officer.post(&path(&id, CaseAction::Accept), json!({})).await.expect(200);
    let given = officer.post(&path(&id, CaseAction::Answer), said(DataSubjectRequest, CaseAction::Answer)).await;
    assert_eq!(held(&given.expect(200).json), vec![]);

    let mut report = new(ConductReport);
    report["facts"]["official_id"] = json!(directory::demo::staff_id("baove").unwrap());
    let report = cast.client("congdan1").post("/v1/cases", report).await.expect(201).id();
    cast.client("congdan1").post(&path(&report, CaseAction::Submit), json!({})).await.expect(200);
    let id = asked(&cast, "congdan1").await;
    let refused = officer.post(&path(&id, CaseAction::Answer), answer("granted")).await.expect(409);
    assert_eq!(held(&refused.json), [("petition_filed", Some("2027-08-17T02:00:00Z"))]);
}

/// Whether a dossier is kept on or destroyed when its time is over is for the archive to decide, and no more is promised.
#[tokio::test(flavor = "multi_thread")]
async fn from_the_day_of_the_archives_review_a_dossier_is_held_without_a_date() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    cast.dossier(PERMIT_ONLINE, Status::Returned).await;
    let id = asked(&cast, "congdan1").await;
    for (now, until, said) in [
        ("2031-12-31T23:59:59+07:00", Some("2031-12-31T17:00:00Z"), "to the end of 2031-12-31"),
        ("2032-01-01T00:00:00+07:00", None, "with no day set yet"),
    ] {
        app.set_time(now);
        let officer = app.staff("baove").await;
        let refused = officer.post(&path(&id, CaseAction::Answer), answer("granted")).await.expect(409);
        assert_eq!(held(&refused.json), [("administrative_procedure", until)], "{now}");
        assert!(refused.json["detail"].as_str().unwrap().contains(said), "{refused:?}");
    }
    let purposes = app.anonymous().get("/v1/data-purposes").await.expect(200).json;
    let dossiers = purposes["items"].as_array().unwrap().iter().find(|it| it["code"] == "procedures").unwrap();
    assert!(dossiers["retention_en"].as_str().unwrap().contains("the archive reviews them"), "{dossiers}");
    assert!(dossiers["retention"].as_str().unwrap().contains("không tự động huỷ"), "{dossiers}");
}
