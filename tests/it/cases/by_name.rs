//! Citizens know officials by name alone: whoever is called as a report names them is kept from it as by their id.

use complaints::CaseKind::{ConductReport, Petition};
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::bars::{agency, convert, mixed_letter};
use super::kin::child;
use super::retaliation::{knows_nothing, report};
use super::{at, new, path};
use crate::cast::Cast;
use crate::harness::TestApp;

/// The officer who verifies at Hoàn Kiếm.
const HUY: &str = "Phạm Quang Huy";

/// Facts of a report on somebody.
fn naming(name: &str) -> Value {
    json!({ "kind": "conduct_report", "about": "payment", "official_name": name })
}

/// How many are kept from it.
async fn barred(app: &TestApp, id: &str) -> i64 {
    app.count(&format!("SELECT cardinality(barred) FROM cases WHERE id = '{id}'")).await
}

async fn called(app: &TestApp, username: &str, name: &str) {
    app.sql(&format!("UPDATE staff SET name = '{name}' WHERE username = '{username}'")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_report_names_never_knows() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for name in [HUY, "ÔNG PHAM QUANG HUY, cán bộ quầy số 3", "Chuyên viên phạm quang huy ở quầy số 3"]
    {
        let id = report(&cast, naming(name)).await;
        knows_nothing(&cast, "chuyenvien", &id).await;
        // It went to the agency above, as by id.
        let seen = cast.client("chutich").get(&format!("/v1/cases/{id}")).await.expect(200);
        assert_eq!(
            (&seen.json["handling_agency_id"], &seen.json["facts"]["official_name"]),
            (&agency("H26"), &json!(name))
        );
        cast.client("lanhdao").get(&format!("/v1/cases/{id}")).await.expect(404);
        for reader in ["chutich", "congdan1"] {
            let seen = cast.client(reader).get(&format!("/v1/cases/{id}")).await.expect(200);
            assert!(!seen.text.contains("barred"), "who was found is told nobody: {}", seen.text);
        }
    }
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    assert_eq!(app.count("SELECT count(*) FROM journal WHERE journal::text ILIKE '%quang huy%'").await, 0);
}

/// Nobody of a unit that is named where an official is asked for, as by its id.
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_a_report_names_never_knows() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for name in ["UBND phường Hoàn Kiếm", "Uỷ ban nhân dân P. Hoan Kiem", "ubnd phường hoàn kiếm, TP Hà Nội"]
    {
        let id = report(&cast, naming(name)).await;
        for who in ["tiepnhan", "chuyenvien", "lanhdao"] {
            knows_nothing(&cast, who, &id).await;
        }
        let seen = cast.client("chutich").get(&format!("/v1/cases/{id}")).await.expect(200);
        assert_eq!(seen.json["handling_agency_id"], agency("H26"), "{name}");
    }
    let id = report(&cast, naming("Công an quận Hoàn Kiếm")).await;
    assert_eq!(barred(&app, &id).await, 0, "no agency is called so");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_back_goes_up_for_another_name_alone() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = report(&cast, naming(HUY)).await;
    let back = json!({ "to": "H26.13.01", "reason": "Người đứng đầu đơn vị xem xét." });
    cast.client("chutich").post(&path(&id, CaseAction::Transfer), back).await.expect(200);
    let mut by_id = naming("Ông Huy ở quầy số 3");
    by_id["official_id"] = json!(directory::demo::staff_id("chuyenvien").unwrap());
    for (facts, goes_to) in [(by_id, "H26.13.01"), (naming(HUY), "H26.13.01"), (naming("Vũ Thanh Sơn"), "H26")] {
        let classed = cast.client("tiepnhan").post(&path(&id, CaseAction::Classify), json!({ "facts": facts })).await;
        assert_eq!(classed.expect(200).json["handling_agency_id"], agency(goes_to), "{facts}");
        knows_nothing(&cast, "chuyenvien", &id).await;
    }
    knows_nothing(&cast, "lanhdao", &id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_one_name_are_kept_from_it_and_nobody_for_praise_or_for_a_name_that_nobody_has() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    called(&app, "thanhtra", HUY).await;
    let id = report(&cast, naming(HUY)).await;
    for who in ["chuyenvien", "thanhtra"] {
        knows_nothing(&cast, who, &id).await;
    }
    // Whoever shares a name elsewhere does not take it away from where it was sent.
    called(&app, "thanhtra", "Quách Thị Diễm").await;
    let id = report(&cast, naming("bà Quách Thị Diễm")).await;
    knows_nothing(&cast, "thanhtra", &id).await;
    cast.client("lanhdao").get(&format!("/v1/cases/{id}")).await.expect(200);
    let mut praise = naming(HUY);
    praise["about"] = json!("praise");
    let praised = report(&cast, praise).await;
    assert_eq!(barred(&app, &praised).await, 0);
    cast.client("thanhtra").get(&format!("/v1/cases/{praised}")).await.expect(200);
    for nobody in ["Trịnh Xuân Vô Danh", "Huy", "một cán bộ ở quầy số 3"] {
        let id = report(&cast, naming(nobody)).await;
        assert_eq!(barred(&app, &id).await, 0, "{nobody}");
        let seen = cast.client("tiepnhan").get(&format!("/v1/cases/{id}")).await.expect(200).json;
        assert_eq!(seen["handling_agency_id"], agency("H26.13.01"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_comes_later_keeps_them_from_it_as_one_that_was_sent() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let reception = cast.client("tiepnhan");
    let facts = naming("ông Phạm Quang Huy");
    let classed = mixed_letter(&cast).await;
    cast.client("chuyenvien").get(&format!("/v1/cases/{classed}")).await.expect(200);
    reception.post(&path(&classed, CaseAction::Classify), json!({ "facts": facts })).await.expect(200);
    let split = mixed_letter(&cast).await;
    let part = json!({ "contents": [1], "facts": facts });
    reception.post(&path(&split, CaseAction::Split), part).await.expect(200);
    let part = child(&cast, &split).await;
    let converted = mixed_letter(&cast).await;
    convert(&cast, &converted, ConductReport, facts).await;
    let confirmed = child(&cast, &converted).await;
    for made in [&part, &confirmed] {
        assert_eq!(made["handling_agency_id"], agency("H26"));
        knows_nothing(&cast, "chuyenvien", made["id"].as_str().unwrap()).await;
    }
    for id in [classed, split, converted] {
        knows_nothing(&cast, "chuyenvien", &id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_in_what_names_themselves_or_a_namesake() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let reception = cast.client("tiepnhan");
    let letter = |name: &str| {
        let mut letter = new(ConductReport);
        letter["channel"] = json!("counter");
        letter["facts"] = naming(name);
        letter
    };
    let petition = at(&cast, Petition, CaseStatus::Submitted).await;
    let refused = async |name: &str| {
        let classed = json!({ "facts": naming(name) });
        for answer in [
            reception.post("/v1/cases", letter(name)).await,
            reception.post(&path(&petition, CaseAction::Classify), classed).await,
        ] {
            let answer = answer.expect(422);
            assert_eq!((answer.problem(), &answer.json["errors"]), ("case.accused", &Value::Null), "{}", answer.text);
            assert!(!answer.text.contains("Hà") && !answer.text.contains("Huy"), "no more than that: {}", answer.text);
        }
    };
    refused("chị Lê Thu Hà, Bộ phận Một cửa").await;
    // A colleague's report they take in, unless they are called the same.
    let taken = reception.post("/v1/cases", letter(HUY)).await.expect(201);
    assert_eq!(taken.json["handling_agency_id"], agency("H26"));
    called(&app, "tiepnhan", HUY).await;
    refused(HUY).await;
    assert_eq!(app.count("SELECT count(*) FROM cases").await, 2);
}
