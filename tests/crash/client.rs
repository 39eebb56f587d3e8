//! A client that does not take silence for an answer: it sends the same request with the same key until it is told.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::ledger::Life;
use crate::matters::Matter;
use crate::rng::Rng;
use crate::world::{World, count};

/// How long a client keeps trying before it says that something is wrong.
const PATIENCE: Duration = Duration::from_secs(120);

/// One of many, with its own dice and its own ledger.
pub struct Client {
    pub number: usize,
    pub rng: Rng,
    pub world: Arc<World>,
    /// What it was told.
    pub lives: Vec<Life>,
    pub matters: Vec<Matter>,
}

/// What is sent, the same every time.
pub struct Request {
    pub who: String,
    pub method: Method,
    pub path: String,
    pub key: Option<Uuid>,
    pub body: Vec<u8>,
}

impl Request {
    /// A write under a key.
    pub fn post(who: impl Into<String>, path: impl Into<String>, key: Uuid, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        Self { who: who.into(), method: Method::POST, path: path.into(), key: Some(key), body }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub replayed: bool,
    /// The version of what was changed, from the ETag.
    pub version: i32,
    pub body: Vec<u8>,
    pub json: Value,
}

impl Client {
    /// Tries until the request has succeeded, and then perhaps once more, as somebody does who did not hear. `None`,
    /// and a violation, when it never does.
    pub async fn insist(&mut self, request: &Request) -> Option<Answer> {
        let since = Instant::now();
        let mut told: Option<Answer> = None;
        loop {
            for answer in self.try_once(request).await {
                match (answer, &told) {
                    (Try::Done(answer), None) => {
                        count(&self.world.tally.acknowledged);
                        told = Some(answer);
                    }
                    (Try::Done(answer), Some(first)) if answer.body != first.body => {
                        self.refuse(request, "two different answers", &answer);
                        return None;
                    }
                    (Try::Refused(answer), _) => {
                        self.refuse(request, "refused", &answer);
                        return None;
                    }
                    (Try::Done(_) | Try::Later, _) => {}
                }
            }
            if told.is_some() && !self.rng.one_in(8) {
                return told;
            }
            if since.elapsed() > PATIENCE {
                let (method, path) = (&request.method, &request.path);
                self.world.violation(format!("{method} {path} was not answered for {} s", PATIENCE.as_secs()));
                return None;
            }
            sleep(self.rng.millis(0..300)).await;
        }
    }

    fn refuse(&self, request: &Request, what: &str, answer: &Answer) {
        let Request { who, method, path, key, .. } = request;
        let body = String::from_utf8_lossy(&answer.body);
        self.world.violation(format!("{what}: {method} {path} by {who}, key {key:?}: {} {body}", answer.status));
    }

    /// One try, or two at the same time, each with its own patience.
    async fn try_once(&mut self, request: &Request) -> Vec<Try> {
        let patience = |rng: &mut Rng| if rng.one_in(6) { rng.millis(1..60) } else { rng.millis(1_000..20_000) };
        let (one, other) = (patience(&mut self.rng), patience(&mut self.rng));
        if self.rng.one_in(8) {
            let (one, other) = tokio::join!(send(&self.world, request, one), send(&self.world, request, other));
            vec![one, other]
        } else {
            vec![send(&self.world, request, one).await]
        }
    }
}

/// What a try came to.
enum Try {
    Done(Answer),
    /// Not now, or no answer at all: nobody knows what has been done.
    Later,
    /// Not this way: for these requests that is wrong.
    Refused(Answer),
}

async fn send(world: &World, request: &Request, patience: Duration) -> Try {
    let tally = &world.tally;
    let Ok(Ok(answer)) = timeout(patience, exchange(world, request)).await else {
        count(&tally.unanswered);
        return Try::Later;
    };
    if answer.replayed {
        count(&tally.replayed);
    }
    let later = ["idempotency.in_flight", "concurrent_change"];
    match answer.status {
        200..=299 => Try::Done(answer),
        500 => {
            if tally.faults.fetch_add(1, Ordering::Relaxed) < 3 {
                eprintln!("500: {} {} {}", request.method, request.path, String::from_utf8_lossy(&answer.body));
            }
            Try::Later
        }
        409 if later.contains(&answer.json["code"].as_str().unwrap_or_default()) => {
            count(&tally.put_off);
            Try::Later
        }
        429 | 503 => {
            count(&tally.put_off);
            Try::Later
        }
        _ => Try::Refused(answer),
    }
}

async fn exchange(world: &World, request: &Request) -> reqwest::Result<Answer> {
    let mut sending = world.http.request(request.method.clone(), format!("{}{}", world.url, request.path));
    sending = sending.body(request.body.clone());
    // Who denounces has no account.
    if !request.who.is_empty() {
        sending = sending.bearer_auth(world.token(&request.who));
    }
    sending = match request.key {
        Some(key) => sending.header("idempotency-key", key.to_string()).header("content-type", "application/json"),
        None => sending.header("content-type", "application/octet-stream"),
    };
    let response = sending.send().await?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (status, replayed) = (response.status().as_u16(), header("idempotent-replayed") == "true");
    let version = header("etag").trim_matches('"').parse().unwrap_or(0);
    let body = response.bytes().await?.to_vec();
    let json = serde_json::from_slice(&body).unwrap_or_default();
    Ok(Answer { status, replayed, version, body, json })
}
