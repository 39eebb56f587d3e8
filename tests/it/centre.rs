//! A centre receives for every agency of the city; whoever decides nothing receives for somebody, and nobody is filed with on a way
//! that the procedure does not name.

use chrono::TimeDelta;
use directory::{NewStaff, demo, staff};
use kernel::Role;
use kernel::id::StaffId;
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_ONLINE, path, said};
use crate::harness::{Client, TestApp, papers};

const BRANCH: &str = "H26.1.01";

async fn receptionist(app: &TestApp) -> Client {
    let new = NewStaff {
        id: StaffId::at(app.clock.now()),
        username: "chinhanh".to_owned(),
        name: "Lê Thị Chi Nhánh".to_owned(),
        password_hash: "nobody signs in with it".to_owned(),
        roles: vec![Role::ReceptionOfficer],
        agency: demo::agency_id(BRANCH).expect("a branch of the centre"),
    };
    let mut conn = app.db.conn().await.expect("a connection");
    staff::create(&mut conn, &app.ctx(), new).await.expect("a new account");
    app.staff("chinhanh").await
}

/// A building permit, which is not non-territorial, of a ward.
fn permit(agency: &str) -> Value {
    let mut new = papers::dossier("1.013225", "house", papers::PERMIT);
    (new["agency"], new["competent_agency"]) = (json!(agency), json!("H26.13.01"));
    new
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_receives_for_a_ward_and_the_limit_begins_there() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let (branch, cast) = (receptionist(&app).await, Cast::of(&app).await);
    let draft = branch.post("/v1/dossiers", permit(BRANCH)).await.expect(201);
    papers::upload(&branch, &draft.json).await;
    let id = draft.id();
    let accepted = branch.step(&id, "accept").await.expect(200).json;
    assert_eq!((&accepted["due_date"], &accepted["status"]), (&json!("2026-08-25"), &json!("accepted")));
    assert!(accepted["code"].as_str().unwrap().starts_with("000.01.01.H26"), "{}", accepted["code"]);
    app.advance(TimeDelta::minutes(5));
    cast.client("chuyenvien").step(&id, "start-processing").await.expect(409);
    let handed = branch.step(&id, "hand-over").await.expect(200).json;
    assert_eq!(handed["due_at"], accepted["due_at"], "received in its own territory");
    let clock = branch.get(&format!("/v1/dossiers/{id}/deadline")).await.expect(200).json["clock"].clone();
    assert_eq!(clock["events"], json!([]));
    cast.client("chuyenvien").step(&id, "start-processing").await.expect(200);
    cast.client("chuyenvien").propose(&id).await;
    let result = said(PERMIT_ONLINE, Action::IssueResult);
    cast.client("lanhdao").post(&path(&id, Action::IssueResult), result).await.expect(200);
    cast.client("tiepnhan").step(&id, "return-result").await.expect(403);
    let returned = branch.post(&path(&id, Action::ReturnResult), said(PERMIT_ONLINE, Action::ReturnResult)).await;
    assert_eq!(returned.expect(200).json["status"], Status::Returned.code());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_filed_where_and_how_it_can_be() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let citizen = cast.client("congdan1");
    citizen.post("/v1/dossiers", permit(BRANCH)).await.expect(201);
    for (agency, competent, wrong) in [
        ("H26.13.02", Some("H26.13.01"), "/competent_agency"),
        // They decide nothing, and receive for somebody.
        (BRANCH, None, "/competent_agency"),
        ("H26.15.01", None, "/competent_agency"),
        (BRANCH, Some("H26.15.01"), "/competent_agency"),
    ] {
        let mut new = permit(agency);
        new["competent_agency"] = json!(competent);
        if competent.is_none() {
            new.as_object_mut().unwrap().remove("competent_agency");
        }
        let refused = citizen.post("/v1/dossiers", new).await.expect(422);
        assert_eq!(refused.wrong(), [wrong].into_iter().collect(), "{agency} for {competent:?}");
    }
    // A copy is certified where the original is shown.
    let certified = papers::dossier("2.000815", "standard", &[]);
    let refused = citizen.post("/v1/dossiers", certified).await.expect(422);
    assert_eq!(refused.wrong(), ["/channel"].into_iter().collect());
    let mut posted = papers::dossier("1.000894", "standard", &["declaration"]);
    posted["channel"] = json!("post");
    let refused = cast.client("tiepnhan").post("/v1/dossiers", posted).await.expect(422);
    assert_eq!(refused.wrong(), ["/channel"].into_iter().collect(), "they come themselves");
}
