//! The register: every accepted dossier once, from 01, without a gap, whatever happens at the same time.

use std::path::Path;

use futures_util::future::join_all;
use procedures::workflow::Status;
use reqwest::Method;
use serde_json::{Value, json};

use crate::cast::{Cast, ELSEWHERE, PERMIT_AT_COUNTER, PERMIT_ONLINE};
use crate::harness::{Client, TestApp};
use crate::printed::{Printed, words_of_page};

/// The commune where the cast works, and another.
const HERE: &str = "H26.13.01";
const THERE: &str = "H26.13.02";

fn register(agency: &str) -> String {
    format!("/v1/agencies/{}/register", directory::demo::agency_id(agency).unwrap())
}

async fn numbers(client: &Client, path: &str) -> Vec<i64> {
    let page = client.get(path).await.expect(200);
    page.json["items"].as_array().unwrap().iter().map(|entry| entry["number"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_given_in_the_order_of_acceptance_without_a_gap() {
    let app = TestApp::new().await;
    app.set_time("2026-11-30T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let officer = cast.client("tiepnhan");
    let mut filed = Vec::new();
    for _ in 0..12 {
        filed.push(cast.dossier(PERMIT_ONLINE, Status::Submitted).await);
    }
    let refused = filed.pop().unwrap();
    let no = json!({"ground": "duplicate", "reason": "Đã có hồ sơ về cùng một việc."});
    officer.post(&format!("/v1/dossiers/{refused}/propose-rejection"), no.clone()).await.expect(200);
    cast.client("motcua").post(&format!("/v1/dossiers/{refused}/reject"), no).await.expect(200);
    for answer in join_all(filed.iter().map(|id| officer.step(id, "accept"))).await {
        answer.expect(200);
    }
    let whole = officer.get(&register(HERE)).await.expect(200).json;
    assert_eq!((&whole["number"], &whole["name"]), (&json!("Mẫu 07"), &json!("Sổ theo dõi hồ sơ")));
    assert_eq!((&whole["year"], &whole["closed"], &whole["last_number"]), (&json!(2026), &json!(false), &json!(11)));
    let entries = whole["items"].as_array().unwrap();
    for (n, entry) in entries.iter().enumerate() {
        assert_eq!(entry["number"], n + 1);
        assert_eq!(entry["code"], format!("000.01.13.H26-261130-{:04}", n + 1), "codes and numbers go together");
        assert!(filed.contains(&entry["dossier_id"].as_str().unwrap().to_owned()));
    }

    // By pages, each following the link.
    let (mut seen, mut next) = (Vec::new(), format!("{}?limit=4&year=2026", register(HERE)));
    loop {
        let page = officer.get(&next).await.expect(200);
        seen.extend(page.json["items"].as_array().unwrap().clone());
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        next = format!("{}?limit=4&year=2026&cursor={cursor}", register(HERE));
        assert_eq!(page.header("link"), format!("<{next}>; rel=\"next\""));
    }
    assert_eq!(&seen, entries);
    let other_list = next.replace("year=2026", "year=2025");
    assert_eq!(officer.get(&other_list).await.expect(400).problem(), "page.bad_cursor");

    // A month later, and in the next year, by the clocks of Vietnam.
    app.set_time("2026-12-31T23:59:00+07:00");
    let cast = Cast::again(&app).await;
    cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    app.set_time("2027-01-01T00:01:00+07:00");
    let cast = Cast::again(&app).await;
    let stopped = cast.dossier(PERMIT_AT_COUNTER, Status::Stopped).await;
    let officer = cast.client("tiepnhan");
    let at = |query: &str| format!("{}?{query}", register(HERE));
    assert_eq!(numbers(officer, &at("year=2026&month=11")).await, (1..=11).collect::<Vec<_>>());
    assert_eq!(numbers(officer, &at("year=2026&month=12")).await, [12]);
    let old = officer.get(&at("year=2026")).await.expect(200).json;
    assert_eq!((&old["closed"], &old["last_number"]), (&json!(true), &json!(12)));
    let new = officer.get(&register(HERE)).await.expect(200).json;
    assert_eq!((&new["year"], &new["last_number"]), (&json!(2027), &json!(1)));
    let entry = &new["items"][0];
    assert_eq!(
        (&entry["dossier_id"], &entry["number"], &entry["status"]),
        (&json!(stopped), &json!(1), &json!("stopped"))
    );
    assert_eq!((&entry["channel"], &entry["returned_at"]), (&json!("counter"), &Value::Null), "given up, not returned");
    for wrong in ["year=1999", "month=13", "month=0", "year=mmxxvi", "format=xml", "day=1"] {
        officer.get(&at(wrong)).await.expect(400);
    }
    assert_eq!(numbers(officer, &at("year=2001")).await, [0_i64; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_for_its_agency_and_those_who_oversee() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    cast.dossier(PERMIT_AT_COUNTER, Status::Returned).await;
    for reader in ["tiepnhan", "chuyenvien", "lanhdao", "motcua", "thanhtra"] {
        assert_eq!(numbers(cast.client(reader), &register(HERE)).await, [1], "{reader}");
    }
    for stranger in ["congdan1", ELSEWHERE] {
        let answer = cast.client(stranger).get(&register(HERE)).await.expect(404);
        assert_eq!(answer.problem(), "register.not_found", "{stranger}");
    }
    for other in ["mattran", "baove", "quantri"] {
        cast.client(other).get(&register(HERE)).await.expect(403);
    }
    assert_eq!(numbers(cast.client(ELSEWHERE), &register(THERE)).await, [0_i64; 0]);
    app.anonymous().get(&register(HERE)).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_printed_and_calculated_with() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    cast.dossier(PERMIT_ONLINE, Status::Returned).await;
    cast.dossier(PERMIT_AT_COUNTER, Status::Stopped).await;
    let officer = cast.client("tiepnhan");
    let at = |format: &str| format!("{}?month=8&format={format}", register(HERE));
    let page = officer.get(&at("html")).await.expect(200);
    let printed = Printed::get(officer, &at("pdf")).await;
    assert_eq!(printed.words(), words_of_page(&page.text), "the same words in the same order");
    assert_eq!(
        (printed.size(), printed.header("content-disposition")),
        ((297, 210), "inline; filename=\"register-2026-08.pdf\"")
    );
    let text = printed.words().join(" ");
    for words in [
        "tháng 8 năm 2026",
        "01 000.01.13.h26-260817-0001 nguyễn thị hoa cấp giấy phép xây dựng mới (1.013225) trực tuyến 17/08/2026 25/08/2026",
        "17/08/2026 chấp thuận, 125/gpxd-ubnd 17/08/2026",
        "dừng giải quyết",
    ] {
        assert!(text.contains(words), "{words} is missing in {text}");
    }
    let csv = officer.get(&at("csv")).await.expect(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.text.lines().count(), 3);
    assert!(csv.text.starts_with("\u{feff}Số,Mã hồ sơ,Người nộp hồ sơ"), "{}", csv.text);
    for (accept, kind) in [
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/html, */*;q=0.8", "text/html; charset=utf-8"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/pdf", "application/pdf"),
    ] {
        let answer =
            officer.send(officer.request(Method::GET, &register(HERE)).header("accept", accept)).await.expect(200);
        assert_eq!(answer.header("content-type"), kind, "{accept}");
    }
    let nothing = officer.request(Method::GET, &register(HERE)).header("accept", "image/png");
    officer.send(nothing).await.expect(406);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_before_there_was_a_register_is_entered_in_its_order() {
    let app = TestApp::new().await;
    app.set_time("2026-12-31T23:30:00+07:00");
    let cast = Cast::of(&app).await;
    for _ in 0..2 {
        cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    }
    app.set_time("2027-01-05T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    for _ in 0..3 {
        cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    }
    app.sql("CREATE TABLE known AS TABLE register_entries; CREATE TABLE known_serials AS TABLE register_serials").await;
    let migration = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/schema/2026-11-26-155000_register");
    for step in ["down.sql", "up.sql"] {
        app.sql(&std::fs::read_to_string(migration.join(step)).unwrap()).await;
    }
    for (table, known, rows) in [("register_entries", "known", 5), ("register_serials", "known_serials", 2)] {
        let same = format!("SELECT count(*) FROM (TABLE {table} INTERSECT TABLE {known}) AS common");
        assert_eq!(app.count(&same).await, rows, "{table}");
        assert_eq!(app.count(&format!("SELECT count(*) FROM {table}")).await, rows, "{table}");
    }
    cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    assert_eq!(
        app.count("SELECT number FROM register_entries WHERE year = 2027 ORDER BY number DESC LIMIT 1").await,
        4
    );
}
