//! Whoever reads an identity through a case or a dossier is on record, and whose it is sees it.

use std::collections::BTreeSet;

use complaints::CaseKind::{ConductReport, DataSubjectRequest, Petition};
use complaints::workflow::CaseStatus;
use procedures::workflow::Status;
use serde_json::{Value, json};

use super::erasure::erase;
use crate::appointments::{book, offering};
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

/// Addresses under which it is shown whose something is, and through what that is noted.
const NOTED: &[(&str, &str)] = &[
    ("/v1/appointments/{id}", "read"),
    ("/v1/cases/{id}", "read"),
    ("/v1/cases/{id}/files/{file_id}/content", "file"),
    ("/v1/cases/{id}/notes", "notes"),
    ("/v1/cases/{id}/templates/{template}", "draft"),
    ("/v1/cases/{id}/timeline", "timeline"),
    ("/v1/dossiers/{id}", "read"),
    ("/v1/dossiers/{id}/attachments/{attachment_id}/content", "file"),
    ("/v1/dossiers/{id}/attachments/{attachment_id}/paper", "file"),
    ("/v1/dossiers/{id}/delivery", "receipt"),
    ("/v1/dossiers/{id}/earlier-forms", "form"),
    ("/v1/dossiers/{id}/forms", "form"),
    ("/v1/dossiers/{id}/forms/{form}/{version}", "form"),
    ("/v1/dossiers/{id}/holders", "timeline"),
    ("/v1/dossiers/{id}/look-ups", "look_up"),
    ("/v1/dossiers/{id}/receipts", "receipt"),
    ("/v1/dossiers/{id}/timeline", "timeline"),
    ("/v1/representations/{id}", "representation"),
];

/// The others, and what they show instead.
const NAMELESS: &[(&str, &str)] = &[
    ("/v1/dossiers/{id}/consultations", "what is asked of other agencies, and their opinions"),
    ("/v1/dossiers/{id}/corrections", "numbers of results, right and wrong"),
    ("/v1/dossiers/{id}/deadline", "moments and days"),
    ("/v1/dossiers/{id}/fees", "amounts, and what banks number payments by"),
];

/// Every address under which one case, dossier, appointment or representation is read.
fn addresses() -> BTreeSet<String> {
    let document = api::contract::document();
    let of = ["cases", "dossiers", "appointments", "representations"].map(|what| format!("/v1/{what}/{{id}}"));
    let paths = document["paths"].as_object().unwrap().iter();
    let read = paths.filter(|(path, item)| item.get("get").is_some() && of.iter().any(|one| path.starts_with(one)));
    read.map(|(path, _)| path.clone()).collect()
}

/// congdan1's own: a case with a file, a dossier that was returned, an appointment, and a representation by which congdan2 acts for them;
/// each name in an address, with what stands for it.
async fn their_own(app: &TestApp, cast: &Cast) -> Vec<(&'static str, String)> {
    let (citizen, officer) = (cast.client("congdan1"), cast.client("tiepnhan"));
    let case = citizen.post("/v1/cases", new(Petition)).await.expect(201).id();
    let declared = citizen.post(&format!("/v1/cases/{case}/files"), file("evidence")).await.expect(201);
    let content = declared.header("location").to_owned();
    citizen.put_file(&content, papers::PDF).await.expect(200);
    citizen.post(&format!("/v1/cases/{case}/submit"), json!({})).await.expect(200);
    let template =
        json!({ "kind": "petition", "action": "answer", "name": "Trả lời", "body": "Kính gửi {sender}: {nội dung}." });
    let template = cast.client("lanhdao").post("/v1/answer-templates", template).await.expect(201).id();
    let dossier = cast.dossier(PERMIT_ONLINE, Status::Returned).await;
    let seen = citizen.get(&format!("/v1/dossiers/{dossier}")).await.expect(200).json;
    let forms = items(officer, &format!("/v1/dossiers/{dossier}/forms")).await;
    offering(app).await;
    let appointment = book(citizen, "2026-08-17T03:00:00Z").await.expect(201).id();
    let attorney = json!({
        "representative_number": papers::ANOTHERS, "representative_name": "Công dân congdan2", "basis": "power_of_attorney",
        "document": "Giấy uỷ quyền 07/GUQ", "valid_from": "2026-08-17", "valid_to": "2026-12-31",
    });
    let representation = citizen.post("/v1/representations", attorney).await.expect(201).id();
    vec![
        ("cases/{id}", format!("cases/{case}")),
        ("dossiers/{id}", format!("dossiers/{dossier}")),
        ("appointments/{id}", format!("appointments/{appointment}")),
        ("representations/{id}", format!("representations/{representation}")),
        ("{file_id}", content.split('/').nth(5).unwrap().to_owned()),
        ("{template}", template),
        ("{attachment_id}", seen["attachments"][0]["id"].as_str().unwrap().to_owned()),
        ("{form}", forms[0]["form"].as_str().unwrap().to_owned()),
        ("{version}", forms[0]["version"].to_string()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_read_an_identity_is_on_record() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, officer) = (cast.client("congdan1"), cast.client("tiepnhan"));
    let own = their_own(&app, &cast).await;
    let of = |address: &str| own.iter().fold(address.to_owned(), |path, (name, what)| path.replace(name, what));
    let listed = NOTED.iter().chain(NAMELESS).map(|(address, _)| (*address).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(listed, addresses(), "each is noted, or names nobody");
    assert_eq!(listed.len(), NOTED.len() + NAMELESS.len(), "and not both");
    let me = account(citizen).await;
    let mut wrong = Vec::new();
    for (address, through) in NOTED {
        let path = of(address);
        app.sql("DELETE FROM data_accesses").await;
        citizen.get(&path).await;
        assert_eq!(app.count(ALL).await, 0, "{path}");
        let shown = officer.get(&path).await;
        // Out of this paper nothing hidden can be taken, so that it is not shown to the end.
        assert!(shown.status == 200 || shown.problem() == "file.cannot_strip", "{shown:?}");
        let noted = app.count(&format!("{ALL} WHERE through = '{through}' AND citizen_id = '{me}'")).await;
        // A representation names two, and is on record itself.
        let rows = if *through == "representation" { 3 } else { 1 };
        if (noted, app.count(ALL).await) != (1, rows) {
            wrong.push(address);
        }
    }
    assert!(wrong.is_empty(), "not on record: {wrong:?}");
    let seen = items(cast.client("congdan2"), "/v1/me/accesses").await;
    let theirs = json!(account(cast.client("congdan2")).await);
    assert_eq!(seen.len(), 1, "who acts for them is told, too: {seen:?}");
    assert_eq!((&seen[0]["through"], &seen[0]["entity_id"]), (&json!("representation"), &theirs));
    for (address, shows) in NAMELESS {
        app.sql("DELETE FROM data_accesses").await;
        let shown = officer.get(&of(address)).await.expect(200).text;
        for of_theirs in ["Nguyễn Thị Hoa", papers::NUMBER, "912345678", me.as_str()] {
            assert!(!shown.contains(of_theirs), "{address} shows {shows}, and {of_theirs}");
        }
        assert_eq!(app.count(ALL).await, 0, "{address}");
    }
}

/// Who came is nobody's to find in the record once it is erased from the appointment.
#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_that_is_erased_parts_from_its_account_here_too() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    offering(&app).await;
    let id = book(cast.client("congdan1"), "2026-08-17T03:00:00Z").await.expect(201).id();
    let one = format!("/v1/appointments/{id}");
    cast.client("badinh").get(&one).await.expect(404);
    cast.client("congdan1").get(&one).await.expect(200);
    let noted = format!("{ALL} WHERE entity_kind = 'appointment' AND entity_id = '{id}'");
    assert_eq!(app.count(&noted).await, 0);
    cast.client("tiepnhan").get(&one).await.expect(200);
    assert_eq!(items(cast.client("congdan1"), "/v1/me/accesses").await[0]["entity_kind"], "appointment");
    cast.client("congdan1").post(&format!("{one}/cancel"), json!({})).await.expect(200);
    app.set_time("2026-11-15T09:00:00+07:00");
    erase(&app).await;
    assert_eq!(app.count(&noted).await, 1);
    assert_eq!(app.count(&format!("{noted} AND citizen_id IS NULL")).await, 1);
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
