//! Whom a denunciation accuses: by id, by unit or by name, they never take it in, have it, see it or verify it, and what accuses a head
//! goes to the agency above.

use ::denunciations::workflow::DenunciationAction::{self, *};
use directory::demo::{agency_id, staff_id};
use serde_json::{Value, json};

use super::above::turn_to;
use super::{limit, new, path, said, walk};
use crate::cast::Cast;
use crate::harness::{Answer, TestApp};

/// Against this one.
fn against(accused: Value) -> Value {
    let mut letter = new();
    letter["accused"] = json!([accused]);
    letter
}

fn named(name: &str) -> Value {
    json!({ "name": name, "office": "Thanh tra viên" })
}

/// The one of whom all letters speak was this member of staff.
fn official(who: &str) -> Value {
    json!({ "name": "ông nguyễn văn a", "official_id": staff_id(who).unwrap() })
}

async fn sent(app: &TestApp, letter: Value) {
    app.anonymous().post("/v1/denunciations", letter).await.expect(201);
}

/// Taken in on paper by an officer.
async fn taken_in(cast: &Cast, who: &str, mut letter: Value) -> Answer {
    letter["channel"] = json!("counter");
    cast.client(who).post("/v1/denunciations", letter).await
}

/// What is in somebody's list.
async fn listed(cast: &Cast, who: &str) -> Vec<String> {
    let list = cast.client(who).get("/v1/denunciations?limit=200").await.expect(200).json;
    list["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

async fn knows_nothing(cast: &Cast, who: &str, id: &str) {
    let client = cast.client(who);
    client.get(&format!("/v1/denunciations/{id}")).await.expect(404);
    assert!(!listed(cast, who).await.contains(&id.to_owned()), "{who}");
    for action in DenunciationAction::ALL.iter().copied() {
        let answer = client.post(&path(id, action), said(action)).await;
        assert!([403, 404].contains(&answer.status.as_u16()), "{action} by {who}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_accused_by_name_is_shut_out_as_by_id() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for accused in [
        json!({ "name": "Một thanh tra viên", "official_id": staff_id("thanhtra").unwrap() }),
        named("Hoàng Đức Long"),
        named("ÔNG HOANG DUC LONG, thanh tra viên"),
        named("Thanh tra viên Hoàng Đức Long"),
    ] {
        let before = listed(&cast, "chanhthanhtra").await;
        sent(&app, against(accused.clone())).await;
        let id = listed(&cast, "chanhthanhtra").await.into_iter().find(|id| !before.contains(id)).expect("it came");
        knows_nothing(&cast, "thanhtra", &id).await;
        let seen = walk(&cast, &id, &[Accept]).await;
        assert_eq!(seen["accused"], json!([accused]), "whose name it is, is told nobody");
        let assigned = cast.client("chanhthanhtra").post(&path(&id, Assign), said(Assign)).await.expect(422);
        assert_eq!(assigned.problem(), "denunciation.accused");
    }
}

/// Who denounces rarely knows ids: a unit is known by what it is called.
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_shut_out_by_its_name_as_by_its_id() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for name in ["Thanh tra Thành phố", "THANH TRA THANH PHO", "thanh tra TP", "Thanh tra Thành phố (cả cơ quan)"]
    {
        let before = listed(&cast, "chutich").await;
        sent(&app, against(json!({ "name": name }))).await;
        let id = listed(&cast, "chutich").await.into_iter().find(|id| !before.contains(id)).expect("it went up");
        for who in ["chanhthanhtra", "thanhtra"] {
            knows_nothing(&cast, who, &id).await;
        }
    }
    // On paper as well.
    let refused = taken_in(&cast, "thanhtra", against(json!({ "name": "Thanh tra TP" }))).await.expect(422);
    assert_eq!(refused.problem(), "denunciation.accused");
    let mut ward = against(json!({ "name": "UBND phường Hoàn Kiếm" }));
    ward["agency"] = json!("H26.13.01");
    sent(&app, ward).await;
    let barred = format!(
        "'{}' = ANY (barred) AND handling_agency_id = '{}'",
        agency_id("H26.13.01").unwrap(),
        agency_id("H26").unwrap()
    );
    assert_eq!(app.count(&format!("SELECT count(*) FROM denunciations.denunciations WHERE {barred}")).await, 1);
    // Their head settles what their own staff are accused of.
    let before = listed(&cast, "thanhtra").await;
    sent(&app, against(json!({ "name": "Một cán bộ", "office": "Thanh tra Thành phố" }))).await;
    assert_eq!(listed(&cast, "thanhtra").await.len(), before.len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_accuses_a_head_goes_to_the_agency_above() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let by_id = json!({ "name": "Chánh Thanh tra", "official_id": staff_id("chanhthanhtra").unwrap() });
    for accused in [by_id, named("bà Dương Thị Thủy")] {
        let before = listed(&cast, "chutich").await;
        sent(&app, against(accused)).await;
        let id = listed(&cast, "chutich").await.into_iter().find(|id| !before.contains(id)).expect("it went up");
        for who in ["chanhthanhtra", "thanhtra"] {
            knows_nothing(&cast, who, &id).await;
        }
        let back = json!({ "to": "H26.5", "reason": "Giao Thanh tra xem xét." });
        let refused = cast.client("chutich").post(&path(&id, Transfer), back).await.expect(422);
        assert_eq!(refused.problem(), "denunciation.accused");
    }
    // Above the city there is nobody here.
    let mut top = against(named("Lương Quốc Việt"));
    top["agency"] = json!("H26");
    assert_eq!(app.anonymous().post("/v1/denunciations", top).await.expect(422).problem(), "denunciation.accused");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_in_what_accuses_themselves() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let themselves = [
        json!({ "name": "Một người", "official_id": staff_id("thanhtra").unwrap() }),
        named("Hoàng Đức Long"),
        json!({ "name": "Cả cơ quan", "unit_id": agency_id("H26.5").unwrap() }),
    ];
    for accused in themselves {
        let refused = taken_in(&cast, "thanhtra", against(accused)).await.expect(422);
        assert_eq!(refused.problem(), "denunciation.accused");
        assert!(!refused.text.contains("Long"), "no more than that: {}", refused.text);
    }
    assert_eq!(app.count("SELECT count(*) FROM denunciations.denunciations").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM vault.keys").await, 0);
    // A colleague does; what accuses their head goes up from their counter too, wherever it was to be sent.
    let mut elsewhere = against(named("Hoàng Đức Long"));
    elsewhere["agency"] = json!("H26.13.01");
    taken_in(&cast, "chanhthanhtra", elsewhere).await.expect(201);
    let own = listed(&cast, "chanhthanhtra").await;
    let seen = cast.client("chanhthanhtra").get(&format!("/v1/denunciations/{}", own[0])).await.expect(200).json;
    assert_eq!(
        (&seen["channel"], &seen["receiving_agency_id"]),
        (&json!("counter"), &json!(agency_id("H26.5").unwrap()))
    );
    taken_in(&cast, "thanhtra", against(named("Dương Thị Thuỷ"))).await.expect(201);
    assert_eq!((listed(&cast, "chutich").await.len(), listed(&cast, "thanhtra").await.len()), (1, 0));
}

/// Officers denounce as well, and are as unknown as anybody then.
#[tokio::test(flavor = "multi_thread")]
async fn an_officer_who_takes_nothing_in_is_nobody() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    cast.client("tiepnhan").post("/v1/denunciations", new()).await.expect(201);
    let id = listed(&cast, "chanhthanhtra").await.pop().expect("where it was sent, and not where they work");
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let nobody = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND actor_kind = 'anonymous' AND actor_id IS NULL"
    );
    assert_eq!(app.count(&nobody).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_nobody_has_is_pointed_at() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let nobody = "019ac2d4-7b1e-7a52-9c33-0d7f6f0f4c11";
    let mut letter = new();
    letter["accused"] = json!([{ "name": "Ông A", "official_id": nobody }, { "name": "Phòng B", "unit_id": nobody }]);
    let refused = app.anonymous().post("/v1/denunciations", letter).await.expect(422);
    assert_eq!(refused.wrong(), ["/accused/0/official_id", "/accused/1/unit_id"].into());
    let (_, id) = super::send(&app, &cast, new()).await;
    let unknown = json!({ "name": "Ông Nguyễn Văn A", "official_id": nobody, "unit_id": nobody });
    let refused = cast.client("thanhtra").post(&path(&id, Accuse), unknown).await.expect(422);
    assert_eq!(refused.wrong(), ["/official_id", "/unit_id"].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_name_whom_it_accuses_and_those_have_no_part_in_it_from_then_on() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = super::send(&app, &cast, new()).await;
    walk(&cast, &id, &[Accept, Assign]).await;
    cast.client("thanhtra").get(&format!("/v1/denunciations/{id}")).await.expect(200);
    // Not by themselves.
    let own = cast.client("thanhtra").post(&path(&id, Accuse), official("thanhtra")).await.expect(422);
    assert_eq!(own.problem(), "denunciation.accused");
    let seen = cast.client("chanhthanhtra").post(&path(&id, Accuse), official("thanhtra")).await.expect(200).json;
    let accused = &seen["accused"][0];
    assert_eq!((&accused["name"], &accused["office"]), (&json!("Ông Nguyễn Văn A"), &json!("Cán bộ quầy số 3")));
    assert_eq!((&accused["official_id"], &seen["assigned_to"]), (&json!(staff_id("thanhtra").unwrap()), &Value::Null));
    knows_nothing(&cast, "thanhtra", &id).await;
    // Somebody more; one of the same unit finds out that it is their head, and it goes up.
    let (_, id) = super::send(&app, &cast, new()).await;
    let more = json!({ "name": "Bà Dương Thị Thuỷ", "office": "Chánh Thanh tra" });
    let seen = cast.client("thanhtra").post(&path(&id, Accuse), more).await.expect(200).json;
    assert_eq!(seen["handling_agency_id"], json!(agency_id("H26").unwrap()));
    assert_eq!(seen["accused"].as_array().unwrap().len(), 2);
    for who in ["chanhthanhtra", "thanhtra"] {
        knows_nothing(&cast, who, &id).await;
    }
    let city = cast.client("chutich").get(&format!("/v1/denunciations/{id}")).await.expect(200).json;
    assert_eq!(city["status"], "received");
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{id}' AND seen_before || seen_after <> '{{}}' AND entity_version > 1"
    );
    assert_eq!(app.count(&told).await, 0, "nobody who follows the journal tells them");
}

const ALL_OF_IT: [DenunciationAction; 8] = [Accept, Assign, Report, Conclude, Send, Handle, Publish, Close];

/// Whoever is recognised when all is over is shut out all the same; it stays where it was, and what is left to be done goes up.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_recognised_after_the_conclusion_is_shut_out_as_well() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = super::send(&app, &cast, new()).await;
    walk(&cast, &id, &ALL_OF_IT).await;
    let register = crate::reports::of("H26.5", "denunciation-register");
    let list = "/v1/denunciations?status=closed&limit=200";
    for place in [list, register.as_str()] {
        assert!(cast.client("thanhtra").get(place).await.expect(200).text.contains("TC-H26.5-26-00001"), "{place}");
    }
    cast.client("chanhthanhtra").post(&path(&id, Accuse), official("thanhtra")).await.expect(200);
    knows_nothing(&cast, "thanhtra", &id).await;
    for place in [list, register.as_str()] {
        assert!(!cast.client("thanhtra").get(place).await.expect(200).text.contains("TC-H26.5-26-00001"), "{place}");
        assert!(
            cast.client("chanhthanhtra").get(place).await.expect(200).text.contains("TC-H26.5-26-00001"),
            "{place}"
        );
    }
    // Where their agency has it, it stays there, and nobody there sees it.
    let (code, id) = super::send(&app, &cast, new()).await;
    walk(&cast, &id, &ALL_OF_IT).await;
    let seen = cast.client("thanhtra").post(&path(&id, Accuse), official("chanhthanhtra")).await.expect(200).json;
    assert_eq!(seen["handling_agency_id"], json!(agency_id("H26.5").unwrap()));
    for who in ["chanhthanhtra", "thanhtra", "chutich"] {
        knows_nothing(&cast, who, &id).await;
    }
    let wish = json!({ "receipt_code": code, "words": "Tôi bị chuyển công tác." });
    app.anonymous().post("/v1/denouncer/ask-for-protection", wish).await.expect(200);
    let protected = cast.client("chutich").post(&path(&id, Protect), said(Protect)).await.expect(200).json;
    assert_eq!((&protected["protection"], &protected["status"]), (&json!("granted"), &json!("closed")));
}

/// What is concluded and not over goes on without them, at the agency above; also what its denouncer has taken there.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_a_conclusion_goes_up_with_it() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let head = json!({ "name": "Bà Dương Thị Thuỷ", "office": "Chánh Thanh tra" });
    let city = cast.client("chutich");
    for (continued, then) in [(false, None), (true, Some(Uphold)), (true, Some(TakeOver))] {
        let (code, id) = super::send(&app, &cast, new()).await;
        walk(&cast, &id, &ALL_OF_IT[..4]).await;
        if continued {
            let words = json!({ "receipt_code": code, "words": "Kết luận chưa xem xét tài liệu." });
            app.anonymous().post("/v1/denouncer/continue", words).await.expect(200);
        }
        let seen = cast.client("thanhtra").post(&path(&id, Accuse), head.clone()).await.expect(200).json;
        assert_eq!(
            (&seen["status"], &seen["handling_agency_id"]),
            (&json!("concluded"), &json!(agency_id("H26").unwrap()))
        );
        for who in ["chanhthanhtra", "thanhtra"] {
            knows_nothing(&cast, who, &id).await;
        }
        if let Some(step) = then {
            city.post(&path(&id, step), said(step)).await.expect(200);
            let above = format!("SELECT count(superior_agency_id) FROM denunciations.denunciations WHERE id = '{id}'");
            assert_eq!(app.count(&above).await, 0, "nobody is above themselves");
        }
        if then != Some(TakeOver) {
            for step in [Send, Handle, Publish, Close] {
                city.post(&path(&id, step), said(step)).await.expect(200);
            }
        }
        let now = city.get(&format!("/v1/denunciations/{id}")).await.expect(200).json;
        let status = if then == Some(TakeOver) { "accepted" } else { "closed" };
        assert_eq!((&now["status"], &now["handling_agency_id"]), (&json!(status), &json!(agency_id("H26").unwrap())));
    }
}

/// Who is accused decides nothing above, and where nobody else is above, what was asked of them is asked of nobody: it can be closed.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_of_whoever_is_accused_then_is_owed_by_nobody() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = super::send(&app, &cast, new()).await;
    walk(&cast, &id, &ALL_OF_IT[..4]).await;
    turn_to(&app, "continue", &code).await.expect(200);
    // Late, so that it is shown above as well.
    app.set_time("2026-09-30T09:00:00+07:00");
    app.told(&id).await;
    let cast = Cast::again(&app).await;
    cast.client("chutich").get(&format!("/v1/denunciations/{id}")).await.expect(200);
    let seen = cast.client("chanhthanhtra").post(&path(&id, Accuse), official("chutich")).await.expect(200).json;
    assert_eq!((&seen["continued_at"], limit(&seen, "review")), (&Value::Null, &Value::Null));
    knows_nothing(&cast, "chutich", &id).await;
    let again = turn_to(&app, "continue", &code).await.expect(409);
    assert_eq!(again.problem(), "denunciation.no_superior");
    walk(&cast, &id, &ALL_OF_IT[4..]).await;
    let open = format!("SELECT count(*) FROM denunciations.denunciations WHERE id = '{id}' AND open");
    assert_eq!(app.count(&open).await, 0);
}

/// What is late where a head is accused goes up, and the agency above asks itself for no report.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_it_now_owes_themselves_no_report() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = super::send(&app, &cast, new()).await;
    walk(&cast, &id, &[Accept, Notify]).await;
    app.set_time("2026-09-17T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    turn_to(&app, "report-delay", &code).await.expect(200);
    cast.client("thanhtra").post(&path(&id, Accuse), official("chanhthanhtra")).await.expect(200);
    let seen = cast.client("chutich").get(&format!("/v1/denunciations/{id}")).await.expect(200).json;
    assert_eq!(seen["handling_agency_id"], json!(agency_id("H26").unwrap()));
    assert_eq!((&seen["delay_reported_at"], limit(&seen, "ask_delay")), (&Value::Null, &Value::Null));
}

/// Whoever has, had or will have a role at a unit that is accused, whichever agency they act for.
#[tokio::test(flavor = "multi_thread")]
async fn all_postings_of_whoever_looks_count() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let ward = agency_id("H26.13.01").unwrap();
    sent(&app, against(json!({ "name": "Cả phường", "unit_id": ward }))).await;
    let id = listed(&cast, "thanhtra").await.pop().expect("it came");
    let post = format!("UPDATE staff SET agencies = agencies || '{ward}'::uuid WHERE username = 'thanhtra'");
    app.sql(&post).await;
    knows_nothing(&cast, "thanhtra", &id).await;
    cast.client("chanhthanhtra").get(&format!("/v1/denunciations/{id}")).await.expect(200);
}
