//! A denouncer's name, number, telephone and address are planted, everything is done that can be done with a denunciation, and then they
//! are searched for, however they may be written: in every table outside the vault, every answer, every log line, every file.

use std::collections::BTreeSet;
use std::path::Path;

use ::denunciations::workflow::DenunciationAction;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use diesel_async::RunQueryDsl;
use kernel::text::fold;
use serde_json::json;
use unicode_normalization::UnicodeNormalization;

use super::files::show;
use super::{ADDRESS, NAME, NUMBER, PHONE, follow, lead, new, send, walk};
use crate::cast::Cast;
use crate::harness::{Answer, TestApp, papers};
use crate::papers::{photograph, put};
use crate::reports::files::Sheet;
use crate::start::{Program, Scratch};

/// Who denounces with her.
const OTHER: &str = "Quách Văn Khuê";

/// However a canary may be written.
pub fn spellings() -> Vec<String> {
    let phone = PHONE.trim_start_matches("+84");
    spellings_of(&[NAME, NUMBER, phone, ADDRESS, "0987.654.321", "0987 654 321"])
}

/// However these may be written.
pub fn spellings_of(plain: &[&str]) -> Vec<String> {
    let mut all = BTreeSet::new();
    for canary in plain {
        let nfd: String = canary.nfd().collect();
        let escaped: String = canary
            .encode_utf16()
            .map(|unit| if unit < 128 { char::from(unit as u8).to_string() } else { format!("\\u{unit:04x}") })
            .collect();
        for text in [(*canary).to_owned(), nfd, fold(canary), canary.to_uppercase(), escaped] {
            // Of base64 the middle, which is the same whatever comes before, at three places.
            for skipped in 0..3 {
                let encoded = STANDARD.encode(&text.as_bytes()[skipped..]);
                let url = URL_SAFE.encode(&text.as_bytes()[skipped..]);
                all.extend(
                    [encoded, url].map(|text| text.trim_end_matches('=')[..text.len().saturating_sub(6)].to_owned()),
                );
            }
            all.insert(text.bytes().map(|byte| format!("{byte:02x}")).collect());
            all.insert(text);
        }
    }
    all.retain(|spelling| spelling.len() > 5);
    all.into_iter().collect()
}

pub fn search(place: &str, text: &str, spellings: &[String]) {
    let folded = fold(text);
    for spelling in spellings {
        assert!(!text.contains(spelling.as_str()), "{spelling} stands in {place}");
        assert!(!folded.contains(&fold(spelling)), "{spelling} stands in {place}");
    }
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

pub async fn lines(app: &TestApp, sql: &str) -> Vec<String> {
    let conn = &mut *app.db.conn().await.unwrap();
    let lines: Vec<Line> = diesel::sql_query(sql).load(conn).await.unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_denounces_is_nowhere_but_in_the_vault() {
    use DenunciationAction::*;
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let spellings = [spellings(), spellings_of(&[OTHER])].concat();
    let mut told: Vec<(String, Answer)> = Vec::new();
    // Sent with the name in every text, also by somebody who is signed in, and twice over a bad line.
    let mut letter = new();
    letter["subject"] = json!(format!("Tố cáo của {NAME}"));
    letter["accused"][0]["office"] = json!(format!("Hàng xóm của LE THI TO TAM, {ADDRESS}"));
    // Where a name is asked for, people write more.
    letter["denouncers"][0]["name"] = json!(format!("{OTHER} và {NAME} (đại diện), sinh 1985"));
    let nfd: String = NAME.nfd().collect();
    letter["contents"] =
        json!([format!("Tôi, {nfd}, cùng ông {OTHER}, CCCD {NUMBER}, ở {ADDRESS}, gọi {PHONE} hoặc 0987.654.321.")]);
    let key = crate::harness::new_key();
    let citizen = cast.client("congdan1");
    for _ in 0..2 {
        let sent = citizen.post_as(&key, "/v1/denunciations", letter.clone()).await.expect(201);
        told.push(("the receipt".to_owned(), sent));
    }
    let (code, id) = send(&app, &cast, letter.clone()).await;
    send(&app, &cast, nobodys()).await;
    let photograph = photograph(Some(&format!("{NAME} {PHONE}")));
    told.push(("a photograph".to_owned(), show(&app, &code, "image/jpeg", &photograph).await.expect(200)));
    let text = format!("{NAME}, {ADDRESS}, 0987.654.321");
    told.push(("a text".to_owned(), show(&app, &code, "text/plain", text.as_bytes()).await.expect(200)));
    let document = [papers::PDF, format!("% {NAME}, {PHONE}").as_bytes()].concat();
    told.push(("a document".to_owned(), show(&app, &code, "application/pdf", &document).await.expect(200)));
    // On paper as well: its denouncer takes the code home, and follows it as any other.
    let mut on_paper = letter;
    on_paper["channel"] = json!("counter");
    let taken_in = cast.client("thanhtra").post("/v1/denunciations", on_paper).await.expect(201);
    let taken_home = taken_in.json["receipt_code"].as_str().unwrap().to_owned();
    told.push(("what came on paper".to_owned(), taken_in));
    told.push(("following that".to_owned(), follow(&app.anonymous(), &taken_home).await.expect(200)));
    for number in [1, 2, 3] {
        let at = format!("/v1/denunciations/{id}/files/{number}");
        told.push((
            at.clone(),
            cast.client("chanhthanhtra").post(&format!("{at}/release"), json!({})).await.expect(200),
        ));
        let read = cast.client("thanhtra").get(&format!("{at}/content")).await;
        told.push((at, read.expect(if number == 3 { 403 } else { 200 })));
    }
    walk(&cast, &id, &[Ask, Accept, Notify, Assign]).await;
    let words = format!("{NAME}: tôi còn bản ghi âm, số 0987 654 321. Mã của tôi là {code}, đơn kia là {taken_home}.");
    let more = json!({ "receipt_code": code, "words": words });
    for wish in ["add", "ask-for-protection", "withdraw"] {
        told.push((
            wish.to_owned(),
            app.anonymous().post(&format!("/v1/denouncer/{wish}"), more.clone()).await.expect(200),
        ));
    }
    walk(&cast, &id, &[RefuseWithdrawal, Protect, Report, Conclude, Send, Handle, Publish, Close]).await;
    let inspector = cast.client("thanhtra");
    let why = json!({ "reason": "Cần mời người tố cáo làm việc." });
    let asked = inspector.post(&format!("/v1/denunciations/{id}/identity-requests"), why).await.expect(201);
    let at = |what: &str| format!("/v1/denunciations/{id}/identity-requests/{}/{what}", asked.id());
    cast.client("chanhthanhtra").post(&at("approve"), json!({})).await.expect(200);
    let opened = inspector.post(&at("open"), json!({})).await.expect(200);
    assert!(opened.text.contains(NAME), "it was planted");
    told.push(("following".to_owned(), follow(&app.anonymous(), &code).await.expect(200)));
    // Whatever anybody is told by any operation that reads.
    let document = api::contract::document();
    for (path, item) in document["paths"].as_object().unwrap() {
        if item["get"].is_null() {
            continue;
        }
        let at = path.replace("{id}", &id).replace("{code}", "TC-H26.5-26-00002").replace("{number}", "1");
        for player in &cast.0 {
            told.push((format!("{path} for {}", player.name), player.client.get(&at).await));
        }
    }
    for what in ["denunciation-register", "denunciation-register?format=csv", "petition-reports/03-XLD?period=2026"] {
        let register = cast.client("chanhthanhtra").get(&crate::reports::of("H26.5", what)).await.expect(200);
        assert!(what.contains("03-XLD") || register.text.contains("TC-H26.5-26-00002"), "{what}");
        told.push((what.to_owned(), register));
    }
    // Its bytes are compressed.
    let book = crate::reports::of("H26.5", "denunciation-register?format=xlsx");
    let book = Sheet::get(cast.client("chanhthanhtra"), &book).await;
    let book: String = book.cells.cells().map(|(_, _, cell)| format!("{cell}\n")).collect();
    assert!(book.contains("TC-H26.5-26-00002"));
    search("the register as a workbook", &book, &spellings);
    for (place, answer) in &told {
        search(place, &answer.text, &spellings);
        search(place, &format!("{:?}", answer.headers), &spellings);
    }
    search_stored(&app, &spellings).await;
    // Nor is its code, which opens all that its denouncer may.
    for code in [code, taken_home] {
        search_stored(&app, &spellings_of(&[&code, &code.replace('-', "")])).await;
    }
}

/// In what is kept, in the vault as well: there everything is sealed.
pub async fn search_stored(app: &TestApp, spellings: &[String]) {
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let tables = lines(
        app,
        "SELECT format('%I.%I', schemaname, tablename) AS line FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    .await;
    let known = |name: &str| tables.iter().any(|table| table == name);
    assert!(tables.len() > 50 && known("denunciations.denunciations") && known("vault.secrets"));
    let mut rows = 0;
    for table in tables {
        for row in lines(app, &format!("SELECT it::text AS line FROM {table} AS it")).await {
            search(&table, &row, spellings);
            rows += 1;
        }
    }
    assert!(rows > 200, "there is something to search");
    search_files(app.data_dir.path(), spellings);
}

/// A lead may name its writer in the text: nobody stands by it, so nothing is known that could be taken out. What is named so is searched
/// for nowhere.
fn nobodys() -> serde_json::Value {
    let mut lead = lead();
    lead["contents"] = json!(["Ông A yêu cầu người dân đưa 5.000.000 đồng."]);
    lead
}

pub fn search_files(directory: &Path, spellings: &[String]) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search_files(&path, spellings);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            search(&path.display().to_string(), &String::from_utf8_lossy(&bytes), spellings);
        }
    }
}

/// The program itself, saying all that it can say.
#[tokio::test(flavor = "multi_thread")]
async fn who_denounces_is_in_no_line_of_the_log() {
    let scratch = Scratch::new();
    let program = Program::demo(&scratch.data()).set("LOG", "trace").start().await;
    program.wait_until_said("congdan2");
    let nobody = program.anonymous();
    let sent = nobody.post("/v1/denunciations", new()).await.expect(201).json;
    let code = sent["receipt_code"].as_str().unwrap();
    let more = json!({ "receipt_code": code, "words": format!("{NAME}, số 0987 654 321.") });
    nobody.post("/v1/denouncer/add", more).await.expect(200);
    let wrong = json!({ "receipt_code": code, "words": NAME, "unknown": PHONE });
    nobody.post("/v1/denouncer/add", wrong).await.expect(422);
    program.wait_until_complained("POST /v1/denouncer/add 422");
    let sha256 = kernel::files::Sha256::of(NAME.as_bytes()).to_string();
    let file = json!({ "receipt_code": code, "media_type": "text/plain", "size": NAME.len(), "sha256": sha256 });
    let declared = nobody.post("/v1/denouncer/files", file).await.expect(201).json;
    let address = declared["upload_to"].as_str().unwrap();
    put(&nobody, address, NAME).await.expect(200);
    program.wait_until_complained("PUT /v1/denouncer/uploads");
    // And what officers do with it, with her name in what they write, until two of them know who she is.
    let (head, inspector) =
        (program.staff("chanhthanhtra", "caunoi-demo").await, program.staff("thanhtra", "caunoi-demo").await);
    let list = head.get("/v1/denunciations?status=received&limit=200").await.expect(200).json;
    let mine =
        list["items"].as_array().unwrap().iter().max_by_key(|it| it["code"].as_str().unwrap().to_owned()).unwrap();
    let at = format!("/v1/denunciations/{}", mine["id"].as_str().unwrap());
    let said = |words: &str| json!({ "words": format!("{words} {NAME}, {PHONE}, {ADDRESS}.") });
    for (step, words) in [("ask", said("Còn ai biết?")), ("accept", json!({}))] {
        head.post(&format!("{at}/{step}"), words).await.expect(200);
    }
    let why = json!({ "reason": format!("Cần mời bà {NAME} làm việc, số {PHONE}.") });
    let asked = inspector.post(&format!("{at}/identity-requests"), why).await.expect(201).id();
    head.post(&format!("{at}/identity-requests/{asked}/approve"), json!({})).await.expect(200);
    let opened = inspector.post(&format!("{at}/identity-requests/{asked}/open"), json!({})).await.expect(200);
    assert!(opened.text.contains(NAME), "{opened:?}");
    program.wait_until_complained("/open 200");
    let log = program.complained();
    for line in log.lines() {
        search("the log", line, &spellings());
    }
    let token = address.rsplit('/').next().unwrap();
    assert!(!log.contains(code) && !log.contains(token), "nor is the code, nor an address for a file");
    assert!(!program.said().contains(NAME));
    program.stop();
}
