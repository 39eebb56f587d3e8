//! Starting, stopping, and starting again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Program, Scratch};
use crate::harness::papers::{self, PDF, PERMIT};

/// The first paper of a dossier of the demo that reception has accepted.
pub const DEMO_PAPER: &str =
    "/v1/dossiers/019b76da-a800-7000-8000-d00000000003/attachments/019b76da-a800-7000-8000-e00000000009/content";

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_directory_becomes_a_demo_that_keeps_its_data() {
    let scratch = Scratch::new();
    let demo = Program::demo(&scratch.data()).start().await;
    assert!(demo.after < Duration::from_secs(30), "the first start took {:?}", demo.after);
    demo.wait_until_said("congdan2");
    let (said, data_dir) = (demo.said(), scratch.data());
    let told = [&demo.url, "/docs/", data_dir.to_str().unwrap(), "caunoi-demo", "congdan1"];
    for words in told.iter().copied().chain(directory::demo::USERNAMES) {
        assert!(said.contains(words), "{words} is missing in what it said: {said}");
    }
    assert!(said.lines().count() <= 5, "a few lines: {said}");

    let reception = demo.staff("tiepnhan", "caunoi-demo").await;
    let id = papers::file(&reception, "1.013225", "house", PERMIT).await;
    demo.stop_with(Signal::INT);

    let again = Program::demo(&data_dir).start().await;
    eprintln!("ready for the second time after {:?}", again.after);
    let limit = if cfg!(debug_assertions) { 10 } else { 2 };
    assert!(again.after < Duration::from_secs(limit), "the second start took {:?}", again.after);
    let reception = again.staff("tiepnhan", "caunoi-demo").await;
    let kept = reception.get(&format!("/v1/dossiers/{id}")).await.expect(200);
    assert_eq!(kept.json["attachments"].as_array().unwrap().len(), 3);
    reception.get(DEMO_PAPER).await.expect(200);
    again.stop_with(Signal::TERM);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_was_stopped_while_it_was_filled_says_so() {
    let scratch = Scratch::new();
    let demo = Program::demo(&scratch.data()).start().await;
    let reception = demo.staff("tiepnhan", "caunoi-demo").await;
    while reception.get("/v1/dossiers/019b76da-a800-7000-8000-d00000000001").await.status != 200 {}
    demo.stop();
    let again = Program::demo(&scratch.data()).start().await;
    again.wait_until_complained("lacks some: delete");
    again.stop();
    let scratch = Scratch::with_demo().await;
    let whole = Program::demo(&scratch.data()).start().await;
    whole.wait_until_said("congdan2");
    assert!(!whole.complained().contains("lacks some"), "{}", whole.complained());
    whole.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_way_is_finished_before_it_stops() {
    let scratch = Scratch::with_demo().await;
    let demo = Program::demo(&scratch.data()).start().await;
    let reception = demo.staff("tiepnhan", "caunoi-demo").await;
    let draft = reception.post("/v1/dossiers", papers::dossier("1.013225", "house", PERMIT)).await.expect(201);
    let (id, paper) = (draft.id(), draft.json["attachments"][0]["id"].as_str().unwrap());

    let mut connection = TcpStream::connect(demo.url.strip_prefix("http://").unwrap()).unwrap();
    let token = reception.token.unwrap();
    write!(
        connection,
        "PUT /v1/dossiers/{id}/attachments/{paper}/content HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
        PDF.len()
    )
    .unwrap();
    let (first, second) = PDF.split_at(PDF.len() / 2);
    connection.write_all(first).unwrap();
    // Not before the request is under way.
    tokio::time::sleep(Duration::from_millis(300)).await;
    demo.send(Signal::TERM);
    demo.wait_until_said("Stopping");
    connection.write_all(second).unwrap();
    let mut answer = String::new();
    BufReader::new(connection).read_line(&mut answer).unwrap();
    assert_eq!(answer.trim_end(), "HTTP/1.1 200 OK");
    assert_eq!(demo.wait().0.code(), Some(0));

    let again = Program::demo(&scratch.data()).start().await;
    let reception = again.staff("tiepnhan", "caunoi-demo").await;
    let kept = reception.get(&format!("/v1/dossiers/{id}")).await.expect(200);
    assert!(kept.json["attachments"][0]["stored_at"].is_string(), "{}", kept.text);
    again.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_not_wait_for_callers_who_say_nothing() {
    let scratch = Scratch::with_demo().await;
    let demo = Program::demo(&scratch.data()).start().await;
    let mut idle = TcpStream::connect(demo.url.strip_prefix("http://").unwrap()).unwrap();
    idle.write_all(b"GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let asked = Instant::now();
    demo.stop();
    assert!(asked.elapsed() < Duration::from_secs(5), "it took {:?} to stop", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_serves_and_stops_when_nobody_hears_what_it_says() {
    let scratch = Scratch::with_demo().await;
    Program::demo(&scratch.data()).unheard().start().await.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_while_it_starts_ends_it_and_loses_nothing() {
    let scratch = Scratch::new();
    let signals = [(Signal::INT, 100), (Signal::TERM, 500), (Signal::INT, 1000)];
    for (signal, after) in signals {
        let starting = Program::demo(&scratch.data()).spawn();
        tokio::time::sleep(Duration::from_millis(after)).await;
        starting.stop_with(signal);
    }
    let leftovers = std::fs::read_dir(scratch.data().join("postgres")).unwrap();
    let unfinished = leftovers.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".new"));
    assert_eq!(unfinished.count(), 0, "what was begun is cleared away");
    Program::demo(&scratch.data()).start().await.stop();
}
