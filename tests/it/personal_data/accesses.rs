//! Whoever reads an identity through a case or a dossier is on record, and whose it is sees it.

use complaints::CaseKind::{ConductReport, DataSubjectRequest, Petition};
use complaints::workflow::CaseStatus;
use procedures::workflow::Status;
use serde_json::{Value, json};

use crate::cases::{at, facts, file, new};
use crate::cast::{Cast, PERMIT_ONLINE};
use crate::harness::{Client, TestApp, at as moment, papers};

const ALL: &str = "SELECT count(*) FROM data_accesses";

async fn items(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).await.expect(200).json["items"].as_array().unwrap().clone()
}

async fn account(client: &Client) -> String {
    client.get("/v1/me").await.expect(200).id()
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_a_case_is_one_row_an_hour_that_its_sender_sees() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Petition, CaseStatus::Submitted).await;
    let case = format!("/v1/cases/{id}");
    app.sql("DELETE FROM data_accesses").await;
    cast.client("congdan1").get(&case).await.expect(200);
    cast.client("congdan2").get(&case).await.expect(404);
    cast.client("badinh").get(&case).await.expect(404);
    assert_eq!(app.count(ALL).await, 0, "one's own, and what is not shown, is no access");

    for _ in 0..3 {
        cast.client("tiepnhan").get(&case).await.expect(200);
    }
    assert_eq!(app.count(ALL).await, 1);
    cast.client("lanhdao").get(&case).await.expect(200);
    app.set_time("2026-08-17T10:00:00+07:00");
    let cast = Cast::again(&app).await;
    cast.client("tiepnhan").get(&case).await.expect(200);

    let seen = items(cast.client("congdan1"), "/v1/me/accesses").await;
    let agency = json!(directory::demo::agency_id("H26.13.01").unwrap());
    assert_eq!(seen.len(), 3);
    for access in &seen {
        assert_eq!((&access["agency_id"], &access["entity_kind"]), (&agency, &json!("case")));
        assert_eq!((&access["entity_id"], &access["through"]), (&json!(id), &json!("read")));
        assert!(access.get("staff_id").is_none(), "the officer is not named: {access}");
    }
    assert_eq!(seen[0]["read_at"], "2026-08-17T03:00:00Z");
    assert_eq!(items(cast.client("congdan2"), "/v1/me/accesses").await, Vec::<Value>::new());
    // A page at a time, nothing twice.
    let first = cast.client("congdan1").get("/v1/me/accesses?limit=2").await.expect(200).json;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = items(cast.client("congdan1"), &format!("/v1/me/accesses?limit=2&cursor={cursor}")).await;
    assert_eq!((&first["items"][0], &first["items"][1], rest.as_slice()), (&seen[0], &seen[1], &seen[2..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn data_protection_sees_the_officer_and_is_on_record_itself() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Petition, CaseStatus::Submitted).await;
    let read = cast.client("tiepnhan").get(&format!("/v1/cases/{id}")).await.expect(200).json;
    let me = account(cast.client("congdan1")).await;
    assert_eq!(read["sender_id"], json!(me), "by which data protection asks");
    let path = format!("/v1/data-accesses?citizen_id={me}");
    let seen = items(cast.client("baove"), &path).await;
    let officer = json!(directory::demo::staff_id("tiepnhan").unwrap());
    assert!(seen.iter().any(|access| access["staff_id"] == officer && access["entity_id"] == json!(id)), "{seen:?}");
    for name in ["thanhtra", "chutich", "tiepnhan", "congdan1"] {
        cast.client(name).get(&path).await.expect(403);
    }
    let watched = items(cast.client("congdan1"), "/v1/me/accesses").await;
    assert!(watched.iter().any(|it| it["through"] == "accesses" && it["entity_id"] == json!(me)), "{watched:?}");
    cast.client("baove").get("/v1/data-accesses").await.expect(400);
    let nobody = "/v1/data-accesses?citizen_id=019ac2d4-7b1e-7a52-9c33-0d7f6f0f4c11";
    assert_eq!(items(cast.client("baove"), nobody).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_read_an_identity_is_on_record() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, officer) = (cast.client("congdan1"), cast.client("chuyenvien"));
    let draft = citizen.post("/v1/cases", new(Petition)).await.expect(201).id();
    let case = format!("/v1/cases/{draft}");
    let declared = citizen.post(&format!("{case}/files"), file("evidence")).await.expect(201);
    citizen.put_file(declared.header("location"), papers::PDF).await.expect(200);
    citizen.post(&format!("{case}/submit"), json!({})).await.expect(200);
    let dossier = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let dossier = format!("/v1/dossiers/{dossier}");
    let paper = citizen.get(&dossier).await.expect(200).json["attachments"][0]["id"].as_str().unwrap().to_owned();
    let forms = items(officer, &format!("{dossier}/forms")).await;
    let (kind, version) = (forms[0]["form"].as_str().unwrap(), &forms[0]["version"]);
    let ways = [
        (case.clone(), "read"),
        (format!("{case}/timeline"), "timeline"),
        (format!("{case}/notes"), "notes"),
        (declared.header("location").to_owned(), "file"),
        (dossier.clone(), "read"),
        (format!("{dossier}/timeline"), "timeline"),
        (format!("{dossier}/forms"), "form"),
        (format!("{dossier}/forms/{kind}/{version}"), "form"),
        (format!("{dossier}/earlier-forms"), "form"),
        (format!("{dossier}/receipts"), "receipt"),
        (format!("{dossier}/attachments/{paper}/content"), "file"),
    ];
    for (path, through) in ways {
        app.sql("DELETE FROM data_accesses").await;
        citizen.get(&path).await;
        assert_eq!(app.count(ALL).await, 0, "{path}");
        let shown = officer.get(&path).await;
        // Out of this paper nothing hidden can be taken, so that it is not shown to the end.
        assert!(shown.status == 200 || shown.problem() == "file.cannot_strip", "{shown:?}");
        let noted = app.count(&format!("{ALL} WHERE through = '{through}' AND citizen_id IS NOT NULL")).await;
        assert_eq!((noted, app.count(ALL).await), (1, 1), "{path}");
    }
}

/// Registers name senders and applicants: whoever reads one, on the screen or as a file, has read each of its lines.
#[tokio::test(flavor = "multi_thread")]
async fn reading_a_register_is_reading_each_of_its_lines() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let first = at(&cast, Petition, CaseStatus::Submitted).await;
    at(&cast, Petition, CaseStatus::Submitted).await;
    let mut letter = new(Petition);
    letter["channel"] = json!("post");
    let paper = cast.client("tiepnhan").post("/v1/cases", letter).await.expect(201).id();
    cast.client("tiepnhan").post(&format!("/v1/cases/{paper}/submit"), json!({})).await.expect(200);
    cast.dossier(PERMIT_ONLINE, Status::Accepted).await;
    let here = format!("/v1/agencies/{}", directory::demo::agency_id("H26.13.01").unwrap());
    let petitions = format!("{here}/petition-register");
    let ways = [
        (petitions.clone(), "case", 3),
        (format!("{petitions}?format=csv"), "case", 3),
        (format!("{petitions}?format=xlsx"), "case", 3),
        (format!("{petitions}?side=handling&limit=2"), "case", 2),
        (format!("{petitions}?kind=complaint"), "case", 0),
        (format!("{here}/register"), "dossier", 1),
    ];
    for (path, what, lines) in ways {
        app.sql("DELETE FROM data_accesses").await;
        cast.client("badinh").get(&path).await.expect(404);
        assert_eq!(app.count(ALL).await, 0, "{path}: what is not shown is no access");
        for _ in 0..2 {
            cast.client("lanhdao").get(&path).await.expect(200);
        }
        let noted = app.count(&format!("{ALL} WHERE through = 'register' AND entity_kind = '{what}'")).await;
        assert_eq!((noted, app.count(ALL).await), (lines, lines), "{path}");
    }
    cast.client("lanhdao").get(&petitions).await.expect(200);
    let seen = items(cast.client("congdan1"), "/v1/me/accesses").await;
    assert!(seen.iter().any(|it| it["entity_id"] == json!(first) && it["through"] == "register"), "{seen:?}");
    // Ids are made in the order of time, so that what is too old is found by them.
    let conn = &mut *app.db.conn().await.unwrap();
    let past = privacy::access::forget_old(conn, moment("2029-08-17T09:00:01+07:00")).await.unwrap();
    assert_eq!((i64::try_from(past).unwrap() > 3, app.count(ALL).await), (true, 0));
}

/// Data protection is told of everything but of what accuses itself.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_accused_learns_nothing_from_the_record() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut report = new(ConductReport);
    report["facts"] = facts(ConductReport);
    report["facts"]["official_id"] = json!(directory::demo::staff_id("baove").unwrap());
    let report = cast.client("congdan1").post("/v1/cases", report).await.expect(201).id();
    cast.client("congdan1").post(&format!("/v1/cases/{report}/submit"), json!({})).await.expect(200);
    let other = at(&cast, DataSubjectRequest, CaseStatus::Submitted).await;
    for id in [&report, &other] {
        cast.client("thanhtra").get(&format!("/v1/cases/{id}")).await.expect(200);
    }
    let me = account(cast.client("congdan1")).await;
    let seen = items(cast.client("baove"), &format!("/v1/data-accesses?citizen_id={me}")).await;
    let named: Vec<&Value> = seen.iter().map(|access| &access["entity_id"]).collect();
    assert!(named.contains(&&json!(other)) && !named.contains(&&json!(report)), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_past_its_time_is_removed_and_nothing_else() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Petition, CaseStatus::Submitted).await;
    let case = format!("/v1/cases/{id}");
    app.sql("DELETE FROM data_accesses").await;
    cast.client("tiepnhan").get(&case).await.expect(200);
    app.set_time("2026-08-17T10:00:00+07:00");
    Cast::again(&app).await.client("tiepnhan").get(&case).await.expect(200);
    let conn = &mut *app.db.conn().await.unwrap();
    let forget = async |conn: &mut _, now: &str| privacy::access::forget_old(conn, moment(now)).await.unwrap();
    assert_eq!(forget(conn, "2028-08-17T09:00:00+07:00").await, 0);
    assert_eq!(forget(conn, "2028-08-17T09:00:01+07:00").await, 1);
    assert_eq!(app.count(ALL).await, 1);
}
