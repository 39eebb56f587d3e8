//! What everybody in a run shares.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use directory::citizen::{self, Identity};
use directory::demo;
use kernel::id::AgencyId;
use kernel::signing::KeyRing;
use kernel::{Actor, Clock, Ctx, Db, Role};
use serde_json::json;
use uuid::Uuid;

pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// How many citizens file online.
pub const CITIZENS: usize = 10;

/// Counts of what clients went through.
#[derive(Default)]
pub struct Tally {
    /// Writes whose success a client was told.
    pub acknowledged: AtomicU64,
    /// Tries that got no answer: the connection broke, or the client hung up.
    pub unanswered: AtomicU64,
    /// Tries that were answered with "later".
    pub put_off: AtomicU64,
    /// Answers given again to a retry.
    pub replayed: AtomicU64,
    /// Answers that say it was our fault (500).
    pub faults: AtomicU64,
}

/// The run.
pub struct World {
    pub url: String,
    pub http: reqwest::Client,
    pub db: Db,
    tokens: BTreeMap<String, String>,
    over: AtomicBool,
    pub tally: Tally,
    /// Dossiers that are left alone, each with a timer set.
    pub asleep: Mutex<Vec<Uuid>>,
    violations: Mutex<Vec<String>>,
}

impl World {
    /// With everybody signed in to the demo server in `dir`.
    pub async fn new(url: String, db: Db, dir: &Path) -> Outcome<Self> {
        let tokens = sign_in(&url, &db, dir).await?;
        let http = reqwest::Client::builder().build()?;
        Ok(Self {
            url,
            http,
            db,
            tokens,
            over: AtomicBool::new(false),
            tally: Tally::default(),
            asleep: Mutex::default(),
            violations: Mutex::default(),
        })
    }

    pub fn token(&self, who: &str) -> &str {
        &self.tokens[who]
    }

    /// Whether clients should finish what they are at, and begin nothing more.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    pub fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Notes that something is not as it must be.
    pub fn violation(&self, what: impl Into<String>) {
        let what = what.into();
        eprintln!("VIOLATION: {what}");
        self.violations.lock().expect("nobody panics with it").push(what);
    }

    pub fn violations(&self) -> usize {
        self.violations.lock().expect("nobody panics with it").len()
    }
}

pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Access tokens for the officers of the demo and for citizens, signed with the demo's own key: signing in is not what
/// is proven here.
async fn sign_in(url: &str, db: &Db, dir: &Path) -> Outcome<BTreeMap<String, String>> {
    let keys = KeyRing::from_pem(&fs::read_to_string(dir.join("demo-secrets/signing-keys.pem"))?)?;
    let ctx = Ctx { actor: Actor::System, now: Clock::default().now() };
    let since = ctx.now.timestamp();
    let token = |id: Uuid, kind: &str, roles: &[Role], agency: Option<AgencyId>| {
        let claims = json!({
            "iss": url, "aud": "caunoi", "sub": id, "iat": since, "nbf": since, "exp": since + 3600, "jti": id,
            "client_id": "proof", "scope": "", "sid": id, "kind": kind, "roles": roles, "agency": agency,
        });
        keys.sign("at+jwt", &claims)
    };
    let mut tokens = BTreeMap::new();
    for staff in demo::STAFF {
        let id = demo::staff_id(staff.username).ok_or("a member of staff without an id")?;
        tokens.insert(staff.username.to_owned(), token(id.0, "staff", &[staff.role], demo::agency_id(staff.agency)));
    }
    let mut conn = db.conn().await?;
    for n in 0..CITIZENS {
        let identity = Identity {
            issuer: "https://vneid.example".to_owned(),
            subject: format!("proof-{n}"),
            name: format!("Công dân {n}"),
            identity_number: Some(NUMBER.to_owned()),
        };
        let citizen = citizen::recognise(&mut conn, &ctx, identity).await?;
        tokens.insert(citizen_name(n), token(citizen.id.0, "citizen", &[Role::Citizen], None));
    }
    Ok(tokens)
}

/// Under which all of them file: whose papers are whose is not looked at here.
pub const NUMBER: &str = "001185012345";

/// The name by which the `n`-th citizen is known here.
pub fn citizen_name(n: usize) -> String {
    format!("citizen {n}")
}
