//! What a database of the State can say is looked up and not asked for (NĐ 118/2025 Art. 4(2)(a)).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use procedures::workflow::{Action, Status};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::cast::{Cast, PERMIT_ONLINE, path};
use crate::harness::papers;
use crate::harness::{Answer, Client, TestApp, new_key};

/// A database that says what it is told to, and remembers what it was asked.
#[derive(Clone, Default)]
struct Database {
    /// Status and body; it does not answer at all without them.
    says: Arc<Mutex<Option<(u16, String)>>>,
    /// First line and body of each request.
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Database {
    /// Listens, and gives the address to be put into the settings.
    async fn open() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/ask", listener.local_addr().unwrap());
        let database = Self::default();
        let answering = database.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answering.clone().answer(stream));
            }
        });
        (database, address)
    }

    async fn answer(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let start = head.len();
            stream.read_line(&mut head).await.unwrap();
            let line = head[start..].to_lowercase();
            if let Some(given) = line.strip_prefix("content-length:") {
                length = given.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        let first = head.lines().next().unwrap().to_owned();
        self.asked.lock().unwrap().push((first, serde_json::from_slice(&body).unwrap()));
        let says = self.says.lock().unwrap().clone();
        let Some((status, body)) = says else {
            tokio::time::sleep(Duration::from_secs(60)).await;
            return;
        };
        let answer =
            format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
    }

    fn says(&self, status: u16, body: &str) {
        *self.says.lock().unwrap() = Some((status, body.to_owned()));
    }

    fn is_silent(&self) {
        *self.says.lock().unwrap() = None;
    }

    fn asked(&self) -> Vec<(String, Value)> {
        self.asked.lock().unwrap().clone()
    }
}

async fn connected() -> (TestApp, Cast, Database) {
    let (database, address) = Database::open().await;
    let app = TestApp::with(|flags| flags.data_sources = Some(format!("land_database={address}"))).await;
    let cast = Cast::of(&app).await;
    database.says(200, r#"{"parcel": "Zephyrine 12"}"#);
    (app, cast, database)
}

async fn look_up(client: &Client, id: &str, component: &str) -> Answer {
    client.post(&format!("/v1/dossiers/{id}/look-ups"), json!({ "component": component })).await
}

async fn ask_for(client: &Client, id: &str, action: Action, components: &[&str]) -> Answer {
    let what = json!({"ground": "incomplete", "reason": "Giấy tờ chưa rõ, đề nghị nộp lại.", "components": components});
    client.post(&path(id, action), what).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_database_says_need_not_be_filed_and_must_not_be_asked_for() {
    let (app, cast, database) = connected().await;
    let (citizen, reception) = (cast.client("congdan1"), cast.client("tiepnhan"));
    let id = papers::file(citizen, "1.013225", "house", &["application", "drawings"]).await;
    citizen.step(&id, "submit").await.expect(200);
    let missing = reception.step(&id, "accept").await.expect(409);
    assert_eq!(missing.problem(), "dossier.attachments_missing", "nobody has looked it up");
    let refused =
        ask_for(reception, &id, Action::RequestIntakeSupplement, &["drawings", "land_paper"]).await.expect(409);
    assert_eq!((refused.problem(), refused.wrong()), ("dossier.ask_the_source", ["/components/1"].into()));
    assert!(refused.text.contains("4(2)(a)"), "{}", refused.text);

    let key = new_key();
    let at = format!("/v1/dossiers/{id}/look-ups");
    let body = json!({"component": "land_paper"});
    let found = reception.post_as(&key, &at, body.clone()).await.expect(201);
    assert_eq!((&found.json["outcome"], &found.json["data"]["parcel"]), (&json!("found"), &json!("Zephyrine 12")));
    assert_eq!(reception.post_as(&key, &at, body).await.expect(201).json, found.json);
    let asked = database.asked();
    assert_eq!(asked.len(), 1, "a retry does not ask again");
    assert_eq!(asked[0].0, "POST /ask HTTP/1.1", "nothing about anybody is in the address");
    assert_eq!(asked[0].1, json!({"identity_number": "001185012345", "component": "land_paper"}));
    let again = ask_for(reception, &id, Action::RequestIntakeSupplement, &["land_paper"]).await.expect(409);
    assert_eq!(again.problem(), "dossier.ask_the_source");
    reception.step(&id, "accept").await.expect(200);

    for (who, data) in [("tiepnhan", true), ("chuyenvien", true), ("congdan1", false), ("thanhtra", false)] {
        let listed = cast.client(who).get(&at).await.expect(200).json;
        assert_eq!(
            (listed["items"][0]["data"].is_object(), &listed["items"][0]["outcome"]),
            (data, &json!("found")),
            "{who}"
        );
    }
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'dossier.data_looked_up'";
    assert_eq!(app.count(told).await, 1);
    let planted = "ILIKE ANY (ARRAY['%zephyrine%', '%001185012345%'])";
    assert_eq!(app.count(&format!("SELECT count(*) FROM journal WHERE journal::text {planted}")).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_is_asked_for_once_looking_it_up_has_given_nothing_that_can_be_used() {
    let (app, cast, database) = connected().await;
    let (officer, reception) = (cast.client("chuyenvien"), cast.client("tiepnhan"));
    let ask = async |id: &str| ask_for(officer, id, Action::ProposeSupplement, &["land_paper"]).await;
    for (status, body, outcome) in
        [(500, "{}", "failed"), (200, "no JSON", "failed"), (200, "[1]", "failed"), (404, "", "not_found")]
    {
        let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
        ask(&id).await.expect(409);
        database.says(status, body);
        let looked = look_up(officer, &id, "land_paper").await.expect(201);
        assert_eq!((&looked.json["outcome"], &looked.json["data"]), (&json!(outcome), &Value::Null));
        ask(&id).await.expect(200);
    }
    // What could not be looked up has to be filed.
    let id = papers::file(cast.client("congdan1"), "1.013225", "house", &["application", "drawings"]).await;
    cast.client("congdan1").step(&id, "submit").await.expect(200);
    look_up(reception, &id, "land_paper").await.expect(201);
    ask_for(reception, &id, Action::RequestIntakeSupplement, &["land_paper"]).await.expect(200);
    let missing = cast.client("congdan1").step(&id, "submit").await.expect(409);
    assert_eq!(missing.problem(), "dossier.attachments_missing");

    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    database.is_silent();
    assert_eq!(look_up(officer, &id, "land_paper").await.expect(201).json["outcome"], "failed", "it has five seconds");
    database.says(200, r#"{"parcel": "12"}"#);
    let found = look_up(reception, &id, "land_paper").await.expect(201);
    assert_eq!(ask(&id).await.expect(409).problem(), "dossier.ask_the_source", "the last answer counts");

    let dispute = format!("/v1/dossiers/{id}/look-ups/{}/dispute", found.id());
    let why = json!({"reason": "Diện tích khác với giấy chứng nhận."});
    cast.client("badinh").post(&dispute, why.clone()).await.expect(404);
    let disputed = officer.post(&dispute, why.clone()).await.expect(200);
    assert!(!disputed.json["disputed_at"].is_null());
    assert_eq!(officer.post(&dispute, why).await.expect(409).problem(), "look_up.wrong_state");
    let timeline = officer.get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200);
    let entries = timeline.json["items"].as_array().unwrap();
    let reason = entries.iter().find(|entry| entry["event"] == "dossier.look_up_disputed").unwrap();
    assert_eq!(reason["reason"], "Diện tích khác với giấy chứng nhận.");
    ask(&id).await.expect(200);
    let told = "SELECT count(*) FROM journal WHERE event LIKE '%Diện tích%'";
    assert_eq!(app.count(told).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_have_the_dossier_look_up_and_only_what_a_connected_database_gives() {
    let (_app, cast, database) = connected().await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    for (who, status) in [("lanhdao", 403), ("congdan1", 403), ("badinh", 404)] {
        look_up(cast.client(who), &id, "land_paper").await.expect(status);
    }
    let reception = cast.client("tiepnhan");
    assert_eq!(look_up(reception, &id, "drawings").await.expect(409).problem(), "look_up.no_source");
    assert_eq!(look_up(reception, &id, "atlantis").await.expect(422).wrong(), ["/component"].into());
    assert!(database.asked().is_empty());
    let sources = cast.client("congdan1").get("/v1/data-sources").await.expect(200).json;
    let connected: Vec<_> =
        sources["items"].as_array().unwrap().iter().filter(|item| item["connected"] == true).collect();
    assert_eq!((connected.len(), &connected[0]["source"]["code"]), (1, &json!("land_database")));

    let rejected = cast.dossier(PERMIT_ONLINE, Status::Rejected).await;
    assert_eq!(look_up(reception, &rejected, "land_paper").await.expect(409).problem(), "dossier.closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_database_is_connected_papers_are_filed_and_asked_for_as_ever() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let officer = cast.client("chuyenvien");
    assert_eq!(look_up(officer, &id, "land_paper").await.expect(409).problem(), "look_up.no_source");
    ask_for(officer, &id, Action::ProposeSupplement, &["land_paper"]).await.expect(200);
}

#[test]
fn every_source_that_the_catalogue_names_is_registered() {
    let catalogue: Value = serde_json::from_str(include_str!("../../migrations/seed/procedures.json")).unwrap();
    let cases =
        catalogue.as_array().unwrap().iter().flat_map(|procedure| procedure["content"]["cases"].as_array().unwrap());
    let components = cases.flat_map(|case| case["components"].as_array().unwrap());
    let named: Vec<&str> = components.filter_map(|component| component["data_source"].as_str()).collect();
    assert!(named.len() > 5, "the scan finds them");
    for code in named {
        let known = procedures::data_source::register().iter().any(|source| source.code == code);
        assert!(known, "{code} is not in data_sources.csv");
    }
}
