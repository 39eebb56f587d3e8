//! What a denouncer shows: sealed as it came, read as a copy by who decides and then by whom they show it to.

use ::denunciations::workflow::DenunciationAction;
use kernel::files::Sha256;
use serde_json::{Value, json};

use super::vault::requests;
use super::{NAME, follow, new, said, send};
use crate::cast::Cast;
use crate::harness::{Answer, TestApp, papers};
use crate::papers::{PLACE, photograph, put};

/// Declares `content`, with the code.
pub async fn declare(app: &TestApp, code: &str, media_type: &str, content: &[u8]) -> Answer {
    let (size, sha256) = (content.len(), Sha256::of(content).to_string());
    let file = json!({ "receipt_code": code, "media_type": media_type, "size": size, "sha256": sha256 });
    app.anonymous().post("/v1/denouncer/files", file).await
}

/// Declares `content` and sends it.
pub async fn show(app: &TestApp, code: &str, media_type: &str, content: &[u8]) -> Answer {
    let declared = declare(app, code, media_type, content).await.expect(201);
    put(&app.anonymous(), declared.json["upload_to"].as_str().unwrap(), content.to_vec()).await
}

/// As the tests' client reads an answer.
fn as_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

async fn read(cast: &Cast, name: &str, id: &str, number: usize) -> Answer {
    cast.client(name).get(&format!("/v1/denunciations/{id}/files/{number}/content")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_read_without_hidden_data_by_who_decides_and_then_by_whom_they_show_it_to() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    let stored = show(&app, &code, "image/jpeg", &photograph(Some(PLACE))).await.expect(200).json;
    assert_eq!((&stored["number"], &stored["media_type"]), (&json!(1), &json!("image/jpeg")));
    assert_eq!(follow(&app.anonymous(), &code).await.json["files"], json!([stored]));
    let seen = cast.client("thanhtra").get(&format!("/v1/denunciations/{id}")).await.expect(200).json;
    assert_eq!(seen["files"], json!([stored]));
    assert_eq!(read(&cast, "thanhtra", &id, 1).await.expect(403).problem(), "denunciation.not_yours_to_do");
    let copy = read(&cast, "chanhthanhtra", &id, 1).await.expect(200);
    assert_eq!(copy.text, as_text(&photograph(None)));
    assert_eq!(copy.header("content-disposition"), "attachment; filename=\"tep-1.jpg\"");
    let release = format!("/v1/denunciations/{id}/files/1/release");
    cast.client("thanhtra").post(&release, json!({})).await.expect(403);
    let released = cast.client("chanhthanhtra").post(&release, json!({})).await.expect(200).json;
    assert!(released["released_at"].is_string());
    let again = cast.client("chanhthanhtra").post(&release, json!({})).await.expect(200).json;
    assert_eq!(again, released);
    assert_eq!(read(&cast, "thanhtra", &id, 1).await.expect(200).text, as_text(&photograph(None)));
    for stranger in ["lanhdao", "chutich", "congdan1", "quantri"] {
        let refused = read(&cast, stranger, &id, 1).await;
        assert!([403, 404].contains(&refused.status.as_u16()), "{stranger}: {}", refused.text);
    }
    read(&cast, "chanhthanhtra", &id, 2).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_is_cleared_of_who_denounces_and_what_cannot_be_cleared_is_shown_to_nobody() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    let text = format!("Ngày 03/8/2026, {NAME} (0987 654 321) đã ghi âm.");
    show(&app, &code, "text/plain", text.as_bytes()).await.expect(200);
    assert_eq!(read(&cast, "chanhthanhtra", &id, 1).await.expect(200).text, "Ngày 03/8/2026, […] ([…]) đã ghi âm.");
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08mdat";
    show(&app, &code, "video/mp4", film).await.expect(200);
    assert_eq!(read(&cast, "chanhthanhtra", &id, 2).await.expect(403).problem(), "file.cannot_strip");
    // A document has words of which no program finds all: it is read as it came, by two people together.
    let letter = [papers::PDF, format!("% {NAME}").as_bytes()].concat();
    show(&app, &code, "application/pdf", &letter).await.expect(200);
    cast.client("chanhthanhtra").post(&format!("/v1/denunciations/{id}/files/3/release"), json!({})).await.expect(200);
    for name in ["chanhthanhtra", "thanhtra"] {
        assert_eq!(read(&cast, name, &id, 3).await.expect(403).problem(), "file.cannot_strip");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn as_it_came_a_file_is_read_by_two_people_together() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    show(&app, &code, "image/jpeg", &photograph(Some(PLACE))).await.expect(200);
    let why = json!({ "reason": "Cần giám định bản gốc của ảnh." });
    let asked = cast.client("thanhtra").post(&requests(&id), why).await.expect(201);
    let at = |what: &str| format!("{}/{}/{what}", requests(&id), asked.id());
    cast.client("thanhtra").post(&at("files/1/open"), json!({})).await.expect(409);
    cast.client("chanhthanhtra").post(&at("approve"), json!({})).await.expect(200);
    cast.client("chanhthanhtra").post(&at("files/1/open"), json!({})).await.expect(403);
    cast.client("thanhtra").post(&at("files/2/open"), json!({})).await.expect(404);
    let original = cast.client("thanhtra").post(&at("files/1/open"), json!({})).await.expect(200);
    assert_eq!(original.text, as_text(&photograph(Some(PLACE))));
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'denunciation.original_opened'";
    assert_eq!(app.count(told).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_takes_one_content_for_an_hour_and_a_denunciation_twenty_files() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    let nobody = app.anonymous();
    let declared = declare(&app, &code, "text/plain", "Bản ghi âm ở chỗ tôi.".as_bytes()).await.expect(201).json;
    let address = declared["upload_to"].as_str().unwrap();
    assert_eq!(put(&nobody, address, "Khác hẳn").await.expect(422).problem(), "file.size_mismatch");
    assert_eq!(put(&nobody, address, "Bản ghi âm ở chỗ kôi.").await.expect(422).problem(), "file.hash_mismatch");
    assert_eq!(read(&cast, "chanhthanhtra", &id, 1).await.expect(404).problem(), "denunciation.file_not_found");
    for _ in 0..2 {
        put(&nobody, address, "Bản ghi âm ở chỗ tôi.").await.expect(200);
    }
    let version = cast.client("thanhtra").get(&format!("/v1/denunciations/{id}")).await.json["version"].clone();
    assert_eq!(version, json!(3), "declared and stored: the second time changes nothing");
    let unknown = format!("/v1/denouncer/uploads/{}", "0".repeat(30));
    assert_eq!(put(&nobody, &unknown, "gì đó").await.expect(404).problem(), "denunciation.upload_not_found");
    for n in 2..=20 {
        declare(&app, &code, "text/plain", format!("Tệp {n}").as_bytes()).await.expect(201);
    }
    let refused = declare(&app, &code, "text/plain", b"Them nua").await.expect(409);
    assert_eq!(refused.problem(), "denunciation.too_many_files");
    // What has not come within the hour is waited for no longer.
    app.set_time("2026-08-17T10:00:01+07:00");
    let cast = Cast::again(&app).await;
    assert_eq!(
        put(&nobody, address, "Bản ghi âm ở chỗ tôi.").await.expect(404).problem(),
        "denunciation.upload_not_found"
    );
    let late = declare(&app, &code, "text/plain", b"Them nua").await.expect(201).json;
    let refuse = DenunciationAction::Refuse;
    cast.client("chanhthanhtra").post(&super::path(&id, refuse), said(refuse)).await.expect(200);
    let late = put(&nobody, late["upload_to"].as_str().unwrap(), "Them nua").await.expect(409);
    assert_eq!(late.problem(), "denunciation.over");
    assert_eq!(declare(&app, &code, "text/plain", b"x").await.expect(409).problem(), "denunciation.over");
    let followed = follow(&nobody, &code).await.json["files"].clone();
    let stored = |file: &Value| file["stored_at"].is_string();
    assert_eq!(followed.as_array().unwrap().iter().filter(|file| stored(file)).count(), 1);
}
