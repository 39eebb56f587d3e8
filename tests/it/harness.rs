//! What tests stand on: one private cluster for the run, a database for each test, and clients that speak HTTP.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use api::Server;
use api::auth::token;
use api::settings::{Flags, Settings};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use directory::Account;
use directory::citizen::{self, Identity};
use kernel::{Actor, Clock, Ctx, Db, db};
use postgres::Cluster;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use uuid::Uuid;

static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| Cluster::temporary().expect("a private cluster starts"));
static TEMPLATE: OnceCell<()> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(0);

/// Monday 2026-08-17, 09:00 in Vietnam: when a test does not say else.
pub fn monday() -> DateTime<Utc> {
    at("2026-08-17T09:00:00+07:00")
}

/// An instant as people write it.
pub fn at(text: &str) -> DateTime<Utc> {
    DateTime::<FixedOffset>::parse_from_rfc3339(text).expect("RFC 3339").to_utc()
}

/// A server of this test's own.
pub struct TestApp {
    pub server: Option<Server>,
    pub clock: Clock,
    pub db: Db,
    pub url: String,
    pub database: String,
    pub data_dir: tempfile::TempDir,
    http: reqwest::Client,
}

impl TestApp {
    /// With demo data, on Monday 2026-08-17, 09:00.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With other settings.
    pub async fn with(change: impl FnOnce(&mut Flags)) -> Self {
        Self::on(database().await, change).await
    }

    /// With another calendar than the one in force beside it.
    pub async fn with_calendar(version: &str, csv: &str) -> Self {
        let database = database().await;
        let db = Db::new(&db::Settings { url: CLUSTER.url(&database), ca: None, size: 1 }).expect("a pool");
        let mut conn = db.dedicated().await.expect("a connection");
        kernel::rules::load_calendar(&mut conn, version, csv, monday()).await.expect("a new version");
        Self::on(database, |_| {}).await
    }

    async fn on(database: String, change: impl FnOnce(&mut Flags)) -> Self {
        let data_dir = tempfile::tempdir().expect("a temporary directory");
        let port = free_port();
        let mut flags = Flags {
            demo: true,
            bind: Some(format!("127.0.0.1:{port}")),
            data_dir: Some(data_dir.path().to_owned()),
            database_url: Some(CLUSTER.url(&database)),
            workers: Some("1".to_owned()),
            rate_limit_per_minute: Some("1000000".to_owned()),
            ..Flags::default()
        };
        change(&mut flags);
        let settings = Settings::check(&flags).expect("good settings");
        let clock = Clock::standing_at(monday());
        let reach = db::Settings { url: CLUSTER.url(&database), ca: None, size: 4 };
        let db = Db::new(&reach).expect("a pool");
        let server = Server::start(settings, reach, clock.clone()).await.expect("the server starts");
        let url = format!("http://{}", server.address);
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { server: Some(server), clock, db, url, database, data_dir, http }
    }

    /// Moves the clock on.
    pub fn advance(&self, by: TimeDelta) {
        self.clock.set(self.clock.now() + by);
    }

    pub fn set_time(&self, text: &str) {
        self.clock.set(at(text));
    }

    /// Nobody.
    pub fn anonymous(&self) -> Client {
        Client { url: self.url.clone(), http: self.http.clone(), token: None, language: "en" }
    }

    /// A demo account of staff.
    pub async fn staff(&self, username: &str) -> Client {
        let mut conn = self.db.conn().await.expect("a connection");
        let staff = directory::staff::by_username(&mut conn, username).await.expect("a demo account");
        self.client(&mut conn, Account::Staff(staff)).await
    }

    /// A citizen, known to the identity provider under this name: the applicant of [`papers`], or somebody else.
    pub async fn citizen(&self, subject: &str) -> Client {
        match subject {
            "congdan1" => self.vouched(subject, papers::NAME, Some(papers::NUMBER)).await,
            _ => self.person(subject, Some(papers::ANOTHERS)).await,
        }
    }

    /// A citizen whose identity number the provider tells.
    pub async fn person(&self, subject: &str, identity_number: Option<&str>) -> Client {
        self.vouched(subject, &format!("Công dân {subject}"), identity_number).await
    }

    /// A citizen of whom the provider tells this name and number.
    pub async fn vouched(&self, subject: &str, name: &str, identity_number: Option<&str>) -> Client {
        let mut conn = self.db.conn().await.expect("a connection");
        let identity = Identity {
            issuer: "https://vneid.example".to_owned(),
            subject: subject.to_owned(),
            name: name.to_owned(),
            identity_number: identity_number.map(str::to_owned),
        };
        let citizen = citizen::recognise(&mut conn, &self.ctx(), identity).await.expect("a citizen");
        self.client(&mut conn, Account::Citizen(citizen)).await
    }

    /// Whoever has this account.
    pub async fn client(&self, conn: &mut AsyncPgConnection, account: Account) -> Client {
        let ctx = self.ctx();
        let session = directory::session::open(conn, &ctx, &account, None, "test").await.expect("a session");
        let app = &self.server.as_ref().expect("the server runs").app;
        let (token, _) = token::issue(app, &session, ctx.now);
        Client { token: Some(token), ..self.anonymous() }
    }

    pub fn ctx(&self) -> Ctx {
        Ctx { actor: Actor::System, now: self.clock.now() }
    }

    /// Runs SQL on the test's database.
    pub async fn sql(&self, sql: &str) {
        self.db.conn().await.expect("a connection").batch_execute(sql).await.expect("good SQL");
    }

    /// A number from the test's database.
    pub async fn count(&self, sql: &str) -> i64 {
        use diesel_async::RunQueryDsl;
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let mut conn = self.db.conn().await.expect("a connection");
        let query = diesel::sql_query(format!("SELECT ({sql})::bigint AS n"));
        query.get_result::<Count>(&mut conn).await.expect("good SQL").n
    }

    /// What a query gives, as one text.
    pub async fn text(&self, sql: &str) -> String {
        use diesel_async::RunQueryDsl;
        #[derive(diesel::QueryableByName)]
        struct Line {
            #[diesel(sql_type = diesel::sql_types::Text)]
            line: String,
        }
        let mut conn = self.db.conn().await.expect("a connection");
        let query = diesel::sql_query(format!("SELECT ({sql})::text AS line"));
        query.get_result::<Line>(&mut conn).await.expect("good SQL").line
    }

    /// Waits until whatever has run out of this is told.
    pub async fn told(&self, id: &str) {
        let now = self.clock.now().to_rfc3339();
        self.eventually(&format!("SELECT count(*) FROM timers WHERE entity_id = '{id}' AND fire_at <= '{now}'"), 0)
            .await;
    }

    /// Waits until `sql` gives `expected`, a few seconds at most.
    pub async fn eventually(&self, sql: &str, expected: i64) {
        for _ in 0..200 {
            if self.count(sql).await == expected {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        assert_eq!(self.count(sql).await, expected, "{sql}");
    }

    /// Stops the server as Ctrl-C does.
    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }
}

/// Its server thread would outlive the test, and keep its connections.
impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abandon();
        }
    }
}

/// Somebody who calls the API.
#[derive(Clone)]
pub struct Client {
    pub url: String,
    http: reqwest::Client,
    pub token: Option<String>,
    pub language: &'static str,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Answer {
    /// The code of a problem.
    #[track_caller]
    pub fn problem(&self) -> &str {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        self.json["code"].as_str().unwrap_or_else(|| panic!("no code in {self:?}"))
    }

    /// The codes of what a page lists.
    #[track_caller]
    pub fn codes(&self) -> Vec<&str> {
        let items = self.json["items"].as_array().unwrap_or_else(|| panic!("no items in {self:?}"));
        items.iter().map(|item| item["code"].as_str().expect("a code")).collect()
    }

    /// Where something is wrong.
    #[track_caller]
    pub fn wrong(&self) -> BTreeSet<&str> {
        let errors = self.json["errors"].as_array().unwrap_or_else(|| panic!("no errors in {self:?}"));
        errors.iter().map(|error| error["pointer"].as_str().expect("a pointer")).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The same, after making sure of the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_else(|| panic!("no id in {self:?}")).to_owned()
    }
}

impl Client {
    /// Nobody, at a server elsewhere.
    pub fn at(url: &str) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { url: url.to_owned(), http, token: None, language: "en" }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url)).header("accept-language", self.language);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = String::from_utf8_lossy(&response.bytes().await.expect("a whole answer")).into_owned();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, headers, text, json }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// A write under a fresh key.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_as(&new_key(), path, body).await
    }

    /// A write under this key.
    pub async fn post_as(&self, key: &str, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).header("idempotency-key", key).json(&body)).await
    }

    /// A step that needs nothing said.
    pub async fn step(&self, dossier: &str, action: &str) -> Answer {
        let said = match action {
            "withdraw" | "request-withdrawal" => json!({"ground": "no_longer_needed"}),
            _ => json!({}),
        };
        self.post(&format!("/v1/dossiers/{dossier}/{action}"), said).await
    }

    /// The officer's proposal to grant it.
    pub async fn propose(&self, dossier: &str) -> Answer {
        self.post(&format!("/v1/dossiers/{dossier}/propose-result"), json!({"outcome": "granted"})).await.expect(200)
    }

    /// Makes something what the body says, as it was seen.
    pub async fn replace(&self, path: &str, seen: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).header("if-match", seen).json(body)).await
    }

    pub async fn put_file(&self, path: &str, content: &'static [u8]) -> Answer {
        let request = self.request(Method::PUT, path).header("content-type", "application/octet-stream").body(content);
        self.send(request).await
    }
}

/// Waits for what is promised within a second, ten seconds at most.
#[track_caller]
pub fn until<F: AsyncFn() -> bool>(holds: F) -> impl Future<Output = ()> {
    let asked = std::panic::Location::caller();
    async move {
        for _ in 0..100 {
            if holds().await {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("ten seconds, where one is promised: {asked}");
    }
}

/// A new Idempotency-Key.
pub fn new_key() -> String {
    kernel::clock::uuid_at(monday()).to_string()
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// The tests' cluster.
pub fn cluster() -> &'static Cluster {
    &CLUSTER
}

/// A database as the server leaves it after its first start in demo mode.
pub async fn database() -> String {
    TEMPLATE
        .get_or_init(|| async {
            admin("CREATE DATABASE template_caunoi").await;
            let db = Db::new(&db::Settings { url: CLUSTER.url("template_caunoi"), ca: None, size: 2 }).expect("a pool");
            api::database::prepare(&db, &db, true, &Clock::standing_at(monday())).await.expect("a prepared database");
        })
        .await;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::SeqCst));
    // The template's last connection may still be closing.
    for _ in 0..100 {
        if try_admin(&format!("CREATE DATABASE {name} TEMPLATE template_caunoi")).await.is_ok() {
            return name;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no database could be made from the template");
}

/// An empty database.
pub async fn empty_database() -> String {
    let name = format!("empty_{}", Uuid::from_bytes(kernel::clock::random()).simple());
    admin(&format!("CREATE DATABASE {name}")).await;
    name
}

async fn admin(sql: &str) {
    try_admin(sql).await.expect("good SQL");
}

async fn try_admin(sql: &str) -> diesel::QueryResult<()> {
    let db = Db::new(&db::Settings { url: CLUSTER.url("postgres"), ca: None, size: 1 }).expect("a pool");
    let mut conn = db.dedicated().await.expect("a connection");
    conn.batch_execute(sql).await
}

/// A dossier at the counter, with its required papers.
pub mod papers {
    use super::{Client, Value, json};

    pub const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

    /// A declared paper with that content.
    pub fn paper(component: &str) -> Value {
        json!({
            "component": component, "file_name": format!("{component}.pdf"), "media_type": "application/pdf",
            "size": PDF.len(), "sha256": kernel::files::Sha256::of(PDF).to_string(),
        })
    }

    /// The identity number of the applicant of most tests, and that of somebody else.
    pub const NUMBER: &str = "001185012345";
    /// As it is written on an identity card.
    pub const NAME: &str = "NGUYỄN THỊ  HOA";
    pub const ANOTHERS: &str = "001185067890";

    /// The applicant of most tests.
    pub fn applicant() -> Value {
        json!({"name": "Nguyễn Thị Hoa", "identity_number": NUMBER, "phone": "+84912345678"})
    }

    /// A new dossier with these papers.
    pub fn dossier(procedure: &str, case: &str, components: &[&str]) -> Value {
        json!({
            "procedure": procedure, "case": case, "agency": "H26.13.01", "applicant": applicant(), "form": {},
            "attachments": components.iter().map(|component| paper(component)).collect::<Vec<_>>(),
        })
    }

    /// The required papers of a building permit.
    pub const PERMIT: &[&str] = &["application", "land_paper", "drawings"];
    /// The required papers of a birth registration.
    pub const BIRTH: &[&str] = &["declaration", "birth_certificate"];

    /// Files a draft and uploads its papers; gives its id.
    pub async fn file(client: &Client, procedure: &str, case: &str, components: &[&str]) -> String {
        let draft = client.post("/v1/dossiers", dossier(procedure, case, components)).await.expect(201);
        upload(client, &draft.json).await;
        draft.id()
    }

    /// A document for a dossier's result, with its content. Gives its id.
    pub async fn result(client: &Client, dossier: &str) -> String {
        let mut new = paper("giay-phep");
        new.as_object_mut().expect("an object").remove("component");
        let declared = client.post(&format!("/v1/dossiers/{dossier}/result-documents"), new).await.expect(201);
        client.put_file(declared.header("location"), PDF).await.expect(200);
        declared.id()
    }

    /// Uploads what a dossier has declared.
    pub async fn upload(client: &Client, dossier: &Value) {
        let id = dossier["id"].as_str().expect("an id");
        for paper in dossier["attachments"].as_array().expect("attachments") {
            let path = format!("/v1/dossiers/{id}/attachments/{}/content", paper["id"].as_str().expect("an id"));
            client.put_file(&path, PDF).await.expect(200);
        }
    }
}
