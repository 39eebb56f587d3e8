//! A dossier's papers: declared, uploaded, checked, and shown to others without what they need not know.

use procedures::workflow::Status;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::cast::{Cast, PERMIT_ONLINE};
use crate::harness::papers::{self, BIRTH, PDF, PERMIT};
use crate::harness::{Answer, Client, TestApp};

/// What a telephone writes into a photograph unasked.
pub const PLACE: &str = "21.0285N 105.8542E";

/// Eight by eight grey pixels, with a place in EXIF and in a comment when `place` is given.
pub fn photograph(place: Option<&str>) -> Vec<u8> {
    const JFIF: &str = "ffe000104a46494600010100000100010000";
    const TABLES: &str = "ffdb0043001b12141714111b1716171e1c1b2028422b28252528513a3d3042605565645f555d5b6a7899816a719073\
        5b5d85b586909ea3abadab6780bcc9baa6c799a8aba4ffc0000b080008000801011100ffc4001400010000000000000000000000000000\
        0004ffc4001810000203000000000000000000000000000011012131";
    const SCAN: &str = "ffda0008010100003f000d2c967fff";
    let hex = |digits: &str| {
        let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect::<Vec<u8>>()
    };
    let segment = |marker: u8, contents: &[u8]| {
        [&[0xff, marker], (2 + contents.len() as u16).to_be_bytes().as_slice(), contents].concat()
    };
    let hidden = place.map(|place| {
        // One entry, of the type "undefined": the maker's note (0x927c) with the place in it.
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x92\x7c\0\x07\0\0\0".to_vec();
        exif.extend([place.len() as u8, 0, 0, 0, 26, 0, 0, 0, 0]);
        exif.extend(place.bytes());
        [segment(0xe1, &exif), segment(0xfe, place.as_bytes())].concat()
    });
    [hex("ffd8"), hex(JFIF), hidden.unwrap_or_default(), hex(TABLES), hex(SCAN), hex("ffd9")].concat()
}

/// Declares `content` as a paper that it is.
fn declared(component: &str, media_type: &str, content: &[u8]) -> Value {
    json!({
        "component": component, "file_name": "tệp.bin", "media_type": media_type,
        "size": content.len(), "sha256": kernel::files::Sha256::of(content).to_string(),
    })
}

pub async fn put(client: &Client, path: &str, content: impl Into<reqwest::Body>) -> Answer {
    let request = client.request(Method::PUT, path).header("content-type", "application/octet-stream");
    client.send(request.body(content)).await
}

/// A draft with these papers, and the address of each one's content.
pub async fn draft(client: &Client, papers: &[Value]) -> (String, Vec<String>) {
    let mut dossier = papers::dossier("1.013225", "house", &[]);
    dossier["attachments"] = json!(papers);
    let filed = client.post("/v1/dossiers", dossier).await.expect(201);
    let address =
        |paper: &Value| format!("/v1/dossiers/{}/attachments/{}/content", filed.id(), paper["id"].as_str().unwrap());
    (filed.id(), filed.json["attachments"].as_array().unwrap().iter().map(address).collect())
}

/// A dossier that has been submitted with this paper and the others that it needs; their addresses, this one's first.
async fn submitted(client: &Client, paper: Value, content: &[u8]) -> (String, Vec<String>) {
    let others = PERMIT.iter().filter(|component| paper["component"] != **component).map(|one| papers::paper(one));
    let all: Vec<Value> = std::iter::once(paper.clone()).chain(others).collect();
    let (id, addresses) = draft(client, &all).await;
    put(client, &addresses[0], content.to_vec()).await.expect(200);
    for address in &addresses[1..] {
        put(client, address, PDF).await.expect(200);
    }
    client.step(&id, "submit").await.expect(200);
    (id, addresses)
}

fn missing(answer: &Answer) -> Vec<(&str, &str)> {
    assert_eq!(answer.problem(), "dossier.attachments_missing");
    let errors = answer.json["errors"].as_array().unwrap().iter();
    errors.map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_declared_and_has_not_arrived_keeps_a_dossier_from_moving() {
    let app = TestApp::new().await;
    let (citizen, reception) = (app.citizen("congdan1").await, app.staff("tiepnhan").await);
    let papers = [papers::paper("application"), papers::paper("drawings"), papers::paper("fire_safety")];
    let (online, addresses) = draft(&citizen, &papers).await;
    put(&citizen, &addresses[1], PDF).await.expect(200);
    let refused = citizen.step(&online, "submit").await.expect(409);
    let expected =
        [("/attachments/0", "not_uploaded"), ("/attachments/2", "not_uploaded"), ("/attachments", "component_missing")];
    assert_eq!(missing(&refused), expected, "{}", refused.text);
    assert_eq!(refused.json["errors"][2]["detail"], "Paper on the right to use the land is missing");

    let counter = reception.post("/v1/dossiers", papers::dossier("1.001193", "standard", BIRTH)).await.expect(201);
    let refused = reception.step(&counter.id(), "accept").await.expect(409);
    assert_eq!(missing(&refused).len(), 2);
    papers::upload(&reception, &counter.json).await;
    reception.step(&counter.id(), "accept").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supplement_that_was_announced_must_arrive() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::SupplementRequested).await;
    let at = format!("/v1/dossiers/{id}");
    app.set_time("2026-08-17T09:01:00+07:00");
    let paper = cast.client("congdan1").post(&format!("{at}/attachments"), papers::paper("drawings")).await.expect(201);
    let confirm = async || cast.client("tiepnhan").step(&id, "confirm-supplement").await;
    assert_eq!(missing(&confirm().await.expect(409)), [("/attachments/3", "not_uploaded")]);
    put(cast.client("congdan1"), paper.header("location"), PDF).await.expect(200);
    confirm().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_was_not_declared_is_refused_and_not_kept() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let (_, addresses) = draft(&citizen, &[papers::paper("application")]).await;
    let mut other = PDF.to_vec();
    other[20] ^= 1;
    let picture = photograph(None);
    let stretched = [picture.clone(), vec![0; PDF.len()]].concat()[..PDF.len()].to_vec();
    let cases = [
        (other, "file.hash_mismatch"),
        (PDF[..PDF.len() - 1].to_vec(), "file.size_mismatch"),
        ([PDF, b" "].concat(), "file.size_mismatch"),
        (stretched, "file.type_mismatch"),
        (Vec::new(), "file.empty"),
    ];
    let program = [b"MZ\x90\0\x03\0\0\0".as_slice(), &[0; 100]].concat()[..PDF.len()].to_vec();
    assert_eq!(put(&citizen, &addresses[0], program).await.expect(415).problem(), "file.type_not_allowed");
    for (content, code) in cases {
        assert_eq!(put(&citizen, &addresses[0], content).await.expect(422).problem(), code);
        assert_eq!(citizen.get(&addresses[0]).await.expect(404).problem(), "attachment.not_found");
    }
    assert_eq!(app.count("SELECT count(*) FROM attachments WHERE stored_at IS NOT NULL").await, 0);
    assert_eq!(files(app.data_dir.path()), 0, "no file is left over");
    put(&citizen, &addresses[0], PDF).await.expect(200);
    assert_eq!(files(app.data_dir.path()), 1);
}

/// How many files lie in the store.
fn files(data_dir: &std::path::Path) -> usize {
    fn count(directory: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }
    count(&data_dir.join("files"))
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_the_same_content_again_changes_nothing() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let (id, addresses) = draft(&citizen, &[papers::paper("application")]).await;
    let first = put(&citizen, &addresses[0], PDF).await.expect(200);
    let again = put(&citizen, &addresses[0], PDF).await.expect(200);
    assert_eq!((first.json, first.headers["etag"].clone()), (again.json, again.headers["etag"].clone()));
    let told =
        format!("SELECT count(*) FROM journal WHERE entity_id = '{id}' AND event_kind = 'dossier.attachment_stored'");
    assert_eq!(app.count(&told).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_may_arrive_all_at_once() {
    let app = TestApp::with(|flags| flags.workers = Some("4".to_owned())).await;
    let citizen = app.citizen("congdan1").await;
    let papers: Vec<Value> = [PERMIT, PERMIT, PERMIT].concat().into_iter().map(papers::paper).collect();
    let (id, addresses) = draft(&citizen, &papers).await;
    let uploads = addresses.into_iter().map(|address| {
        let citizen = citizen.clone();
        tokio::spawn(async move { put(&citizen, &address, PDF).await })
    });
    for upload in uploads.collect::<Vec<_>>() {
        upload.await.unwrap().expect(200);
    }
    let submitted = citizen.step(&id, "submit").await.expect(200);
    assert_eq!(submitted.json["version"], 11, "filed, nine times stored, submitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_applicant_gets_the_file_as_it_was_and_officers_a_copy_without_hidden_data() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (sent, bare) = (photograph(Some(PLACE)), photograph(None));
    let (id, addresses) = submitted(cast.client("congdan1"), declared("land_paper", "image/jpeg", &sent), &sent).await;
    let bytes = async |who: &str| {
        let response = cast.client(who).request(Method::GET, &addresses[0]).send().await.unwrap();
        assert_eq!(response.status(), 200, "{who}");
        let headers = response.headers().clone();
        assert_eq!(headers["content-type"], "image/jpeg");
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\""));
        let bytes = response.bytes().await.unwrap();
        assert_eq!(headers["content-length"], bytes.len().to_string().as_str(), "{who} knows how much comes");
        bytes
    };
    assert_eq!(bytes("congdan1").await, sent);
    for officer in ["tiepnhan", "chuyenvien", "lanhdao", "motcua", "thanhtra"] {
        assert_eq!(bytes(officer).await, bare, "{officer}");
    }
    for (who, status) in [("congdan2", 404), ("badinh", 404), ("mattran", 403), ("baove", 403), ("quantri", 403)] {
        cast.client(who).get(&addresses[0]).await.expect(status);
    }
    cast.client("congdan1").step(&id, "withdraw").await.expect(200);
    assert_eq!(bytes("congdan1").await, sent, "in every state");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_cleaned_is_shown_to_nobody_but_the_applicant() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let video = b"\0\0\0\x18ftypisom\0\0\0\0isommp42\0\0\0\x08free";
    let (_, addresses) = submitted(cast.client("congdan1"), declared("drawings", "video/mp4", video), video).await;
    cast.client("congdan1").get(&addresses[0]).await.expect(200);
    let refused = cast.client("chuyenvien").get(&addresses[0]).await.expect(403);
    assert_eq!(refused.problem(), "file.cannot_strip");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_refused_before_it_is_sent() {
    let app = TestApp::new().await;
    let citizen = app.citizen("congdan1").await;
    let mut paper = papers::paper("drawings");
    paper["size"] = json!(25 * 1024 * 1024 + 1);
    let mut dossier = papers::dossier("1.013225", "house", &[]);
    dossier["attachments"] = json!([paper]);
    citizen.post("/v1/dossiers", dossier).await.expect(422);
    paper["size"] = json!(25 * 1024 * 1024);
    let (_, addresses) = draft(&citizen, &[paper]).await;
    for (length, status, code) in [(25 * 1024 * 1024 + 1, 413, "file.too_large"), (1000, 422, "file.size_mismatch")] {
        let answer = announce(&app, &citizen, &addresses[0], length).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(code), "{length}: {answer}");
    }
}

/// What the server says to an upload of so many bytes of which none has come yet.
async fn announce(app: &TestApp, client: &Client, path: &str, length: usize) -> String {
    let mut stream = tokio::net::TcpStream::connect(app.url.trim_start_matches("http://")).await.unwrap();
    let token = client.token.as_ref().unwrap();
    let head =
        format!("PUT {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(std::time::Duration::from_secs(5), stream.read(&mut answer)).await;
    let read = read.expect("an answer without waiting for the rest").unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}
