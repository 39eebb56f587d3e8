//! Everything about oneself in one document, and nothing about anybody else.

use std::collections::BTreeSet;

use complaints::CaseKind::{Complaint, ConductReport};
use complaints::workflow::CaseStatus;
use procedures::workflow::Status;
use serde_json::{Value, json};

use crate::cases::{at, facts, new, path, said};
use crate::cast::{Cast, PERMIT_ONLINE, copy};
use crate::denunciations;
use crate::harness::{Client, TestApp, papers};

const EXPORT: &str = "/v1/me/export";

/// What is about others, planted wherever others can stand.
const OTHERS: [&str; 5] =
    ["Đỗ Văn Khác", "001190999999", "+84900000999", "Ngõ Khác Người", "Biên bản nói về người khác"];

/// Whom they report.
const OFFICIAL: &str = "Lê Thu Hà";

/// A complaint of several, with a meeting and a note.
async fn joint_complaint(cast: &Cast) -> String {
    use complaints::workflow::CaseAction::{Accept, Assign, CallDialogue, RecordDialogue, Submit};
    let mut joint = new(Complaint);
    let [name, number, phone, address, minutes] = OTHERS;
    joint["people"][0]["part"] = json!("representative");
    joint["people"][0]["document"] = json!("Văn bản cử người đại diện ngày 01/8/2026");
    let other =
        json!({ "part": "sender", "name": name, "identity_number": number, "address": address, "phone": phone });
    joint["people"].as_array_mut().unwrap().push(other);
    let id = cast.client("congdan1").post("/v1/cases", joint).await.expect(201).id();
    let step = async |who: &str, action, mut words: Value| {
        if action == RecordDialogue {
            words["minutes"] = json!(minutes);
        }
        cast.client(who).post(&path(&id, action), words).await.expect(200);
    };
    for (who, action) in [("congdan1", Submit), ("lanhdao", Accept), ("lanhdao", Assign), ("lanhdao", CallDialogue)] {
        step(who, action, said(Complaint, action)).await;
    }
    step("lanhdao", RecordDialogue, said(Complaint, RecordDialogue)).await;
    let note = json!({ "words": format!("Đã gọi {name}.") });
    cast.client("chuyenvien").post(&format!("/v1/cases/{id}/notes"), note).await.expect(201);
    id
}

fn ids(list: &Value) -> BTreeSet<&str> {
    list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

async fn asks(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200).json
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_ones_own_is_in_it_and_nobody_else() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let me = cast.client("congdan1");
    let joint = joint_complaint(&cast).await;
    let mut report = new(ConductReport);
    report["facts"] = facts(ConductReport);
    report["facts"]["official_id"] = json!(directory::demo::staff_id("tiepnhan").unwrap());
    report["facts"]["official_name"] = json!(OFFICIAL);
    let report = me.post("/v1/cases", report).await.expect(201).id();
    let dossier = cast.dossier(PERMIT_ONLINE, Status::ResultReady).await;
    let consent = json!({ "purpose": "surveys", "given": true, "words_version": 1 });
    me.post("/v1/me/consents", consent).await.expect(201);
    cast.client("tiepnhan").get(&format!("/v1/dossiers/{dossier}")).await.expect(200);
    // Of others: a case, a dossier, and a denunciation that the same person may well have sent.
    let mut theirs = new(Complaint);
    theirs["people"][0]["identity_number"] = json!(papers::ANOTHERS);
    let theirs = cast.client("congdan2").post("/v1/cases", theirs).await.expect(201).id();
    let (_, denunciation) = denunciations::send(&app, &cast, denunciations::new()).await;

    let answer = me.get(EXPORT).await.expect(200);
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"caunoi-2026-08-17.json\"");
    assert_eq!(answer.header("cache-control"), "no-store");
    let (data, text) = (&answer.json, &answer.text);
    assert_eq!(data["account"]["identity_number"], papers::NUMBER);
    assert_eq!(ids(&data["cases"]), BTreeSet::from([joint.as_str(), &report]));
    assert_eq!(ids(&data["dossiers"]), BTreeSet::from([dossier.as_str()]));
    assert_eq!((&data["consents"][0]["purpose"], &data["consents"][0]["holds"]), (&json!("surveys"), &json!(true)));
    assert!(!data["sessions"].as_array().unwrap().is_empty());
    let accesses = data["accesses"].as_array().unwrap();
    assert!(accesses.iter().any(|access| access["entity_id"] == json!(dossier)), "{accesses:?}");

    let own = &data["dossiers"][0];
    assert_eq!(own["applicant"]["name"], asks(me, &format!("/v1/dossiers/{dossier}")).await["applicant"]["name"]);
    let files = own["attachments"].as_array().unwrap();
    assert!(files.iter().any(|file| file["component"] != ""), "{files:?}");
    for file in files {
        let fetched = me.get(file["link"].as_str().unwrap()).await;
        assert!(fetched.status == 200 || fetched.problem() == "file.cannot_strip", "{fetched:?}");
    }
    let told = asks(me, &format!("/v1/dossiers/{dossier}/timeline")).await;
    assert_eq!(own["timeline"].as_array().unwrap().len(), told["items"].as_array().unwrap().len());

    let case = data["cases"].as_array().unwrap().iter().find(|case| case["id"] == json!(joint)).unwrap();
    assert_eq!(case["people"].as_array().unwrap().len(), 1);
    assert_eq!(case["people"][0]["identity_number"], papers::NUMBER);
    assert_eq!(
        (&case["subject"], case["dialogues"].as_array().unwrap().len()),
        (&json!("Việc tại phường Hoàn Kiếm"), 1)
    );
    assert_eq!(case["timeline"][0]["actor_id"], data["account"]["id"], "what they did themselves");

    for about in OTHERS.into_iter().chain([OFFICIAL]) {
        assert!(!text.contains(about), "{about}");
    }
    let stranger = cast.client("congdan2").get("/v1/me").await.expect(200).id();
    for unknown in [stranger, theirs, denunciation] {
        assert!(!text.contains(&unknown), "{unknown}");
    }
    for officer in directory::demo::STAFF {
        let id = directory::demo::staff_id(officer.username).unwrap().to_string();
        assert!(!text.contains(&id), "{} is named", officer.username);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_whole_however_much_there_is() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let me = cast.client("congdan1");
    let mut dossiers = BTreeSet::from([cast.dossier(PERMIT_ONLINE, Status::Submitted).await]);
    for _ in 0..120 {
        dossiers.insert(copy(&app, dossiers.first().unwrap()).await);
    }
    let case = at(&cast, Complaint, CaseStatus::Submitted).await;
    app.sql(&format!(
        "INSERT INTO data_accesses SELECT gen_random_uuid(), staff.id, staff.agency_id, sender_id, 'case', cases.id, 'read',
            hour, hour FROM cases, generate_series(timestamptz '2026-01-01', '2026-01-21', '1 hour') AS hour,
            (SELECT id, agency_id FROM staff LIMIT 1) AS staff WHERE cases.id = '{case}'"
    ))
    .await;
    let data = me.get(EXPORT).await.expect(200).json;
    assert_eq!(ids(&data["dossiers"]), dossiers.iter().map(String::as_str).collect());
    let known = app.count("SELECT count(*) FROM data_accesses").await;
    assert!(known > 400, "more than two pages: {known}");
    assert_eq!(i64::try_from(ids(&data["accesses"]).len()).unwrap(), known);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_for_it_all_the_time() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for _ in 0..4 {
        cast.client("congdan1").get(EXPORT).await.expect(200);
    }
    let refused = cast.client("congdan1").get(EXPORT).await.expect(429);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    cast.client("congdan2").get(EXPORT).await.expect(200);
    for name in ["tiepnhan", "baove"] {
        cast.client(name).get(EXPORT).await.expect(403);
    }
}

/// Which officer did something is the agencies' business: whoever sent a case is not told.
#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_of_a_case_names_no_officer_to_its_sender() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let case = at(&cast, Complaint, CaseStatus::Accepted).await;
    let timeline = format!("/v1/cases/{case}/timeline");
    let told = asks(cast.client("congdan1"), &timeline).await;
    let seen =
        |told: &Value| told["items"].as_array().unwrap().iter().map(|one| one["actor_id"].clone()).collect::<Vec<_>>();
    assert!(seen(&told).iter().all(|id| id.is_null() || *id == told["items"][0]["actor_id"]), "{told}");
    let inside = asks(cast.client("lanhdao"), &timeline).await;
    assert!(seen(&inside).contains(&json!(directory::demo::staff_id("lanhdao").unwrap())), "{inside}");
}
