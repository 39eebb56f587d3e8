//! A retry does the work once and gets the first answer.
//!
//! The answer is written in the statement that does the work. So the first try costs no extra trip: only when a try
//! fails do we look whether the same request was answered before ([`Attempt::earlier`]).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::problem::{self, Result};
use crate::schema::idempotency;
use crate::secret;

/// How long answers are kept.
pub const KEPT: TimeDelta = TimeDelta::hours(48);

crate::problems! {
    IN_FLIGHT = Conflict "idempotency.in_flight" {
        "Yêu cầu này đang được xử lý", "This request is under way";
        "Một yêu cầu với cùng Idempotency-Key đang chạy. Thử lại sau số giây trong Retry-After.",
        "A request with the same Idempotency-Key is running. Try again after the seconds in Retry-After."
    }
    KEY_REUSED = Invalid "idempotency.key_reused" {
        "Idempotency-Key đã dùng cho nội dung khác", "The Idempotency-Key was used for other content";
        "Mỗi việc mới cần một Idempotency-Key mới (UUID).",
        "Every new piece of work needs a new Idempotency-Key (a UUID)."
    }
}

/// A successful answer, as it is sent, kept and replayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    /// The version of the resource in `body`, its ETag.
    pub version: i32,
    pub location: Option<String>,
    /// JSON.
    pub body: String,
}

diesel::define_sql_function! {
    /// Takes a transaction's advisory lock if it is free.
    fn pg_try_advisory_xact_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}

/// One try at a write, known by caller, method, path and Idempotency-Key.
#[derive(Clone, Debug)]
pub struct Attempt {
    id: [u8; 32],
    fingerprint: [u8; 32],
    /// What versions before this one kept instead.
    plain: [u8; 32],
    seal: [u8; 32],
}

impl Attempt {
    /// A try with this key. A caller without an account is the key itself plus the body's hash.
    pub fn new(caller: Option<Uuid>, method: &str, path: &str, key: Uuid, body: &[u8]) -> Self {
        let plain = secret::sha256(&[body]);
        let caller = caller.map_or(plain.to_vec(), |id| id.as_bytes().to_vec());
        // With the key, which is stored nowhere: a hash of what was sent alone would confirm a guess at it.
        let fingerprint = secret::sha256(&[b"idempotency fingerprint", key.as_bytes(), &plain]);
        let id = secret::sha256(&[b"idempotency", &caller, method.as_bytes(), path.as_bytes(), key.as_bytes()]);
        let seal = secret::sha256(&[b"idempotency seal", &caller, key.as_bytes(), path.as_bytes()]);
        Self { id, fingerprint, plain, seal }
    }

    /// What an answer shows where the database will fill in a value that only it knows.
    pub fn placeholder(&self) -> String {
        format!("late-{}", STANDARD.encode(&self.id[..24]))
    }

    /// Puts the late value in the place that was kept for it.
    pub fn fill(&self, answer: &mut Answer, late: Option<&str>) {
        if let Some(late) = late {
            answer.body = answer.body.replace(&self.placeholder(), late);
        }
    }

    /// The answer, sealed for the database.
    pub fn keep(&self, answer: &Answer, now: DateTime<Utc>) -> Kept {
        let text = serde_json::to_vec(answer).expect("an answer is plain data");
        Kept {
            key: self.id,
            lock: self.lock(),
            fingerprint: self.fingerprint,
            answer: secret::seal(&self.seal, &self.id, &text),
            until: now + KEPT,
        }
    }

    /// Takes the attempt's lock to the end of the transaction, where the work itself did not come to it.
    ///
    /// # Errors
    /// [`IN_FLIGHT`] when the same request is under way.
    pub async fn claim(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        let free: bool = diesel::select(pg_try_advisory_xact_lock(self.lock())).get_result(conn).await?;
        if free { Ok(()) } else { Err(IN_FLIGHT.error().retry_after(1)) }
    }

    fn lock(&self) -> i64 {
        i64::from_be_bytes(self.id[..8].try_into().expect("8 of 32 bytes"))
    }

    /// The answer given to an earlier try with this key, if there was one.
    pub async fn earlier(&self, conn: &mut AsyncPgConnection) -> Result<Option<Answer>> {
        let found: Option<(Vec<u8>, Vec<u8>, Option<String>)> = idempotency::table
            .find(&self.id[..])
            .select((idempotency::fingerprint, idempotency::answer, idempotency::late))
            .first(conn)
            .await
            .optional()?;
        let Some((fingerprint, sealed, late)) = found else { return Ok(None) };
        if fingerprint != self.fingerprint && fingerprint != self.plain {
            return Err(KEY_REUSED.error());
        }
        let text = secret::open(&self.seal, &self.id, &sealed)
            .ok_or_else(|| problem::INTERNAL.because("a kept answer cannot be opened"))?;
        let mut answer: Answer = serde_json::from_slice(&text).map_err(|e| problem::INTERNAL.because(e))?;
        self.fill(&mut answer, late.as_deref());
        Ok(Some(answer))
    }
}

/// A sealed answer on its way into the database, in the same statement as the work.
#[derive(Clone, Debug)]
pub struct Kept {
    pub(crate) key: [u8; 32],
    pub(crate) lock: i64,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) answer: Vec<u8>,
    pub(crate) until: DateTime<Utc>,
}

/// Removes answers that need not be kept any longer; returns how many.
pub async fn forget_old(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<usize> {
    let old = diesel::alias!(idempotency as old);
    let keys = old.filter(old.field(idempotency::kept_until).lt(now)).select(old.field(idempotency::key)).limit(5_000);
    Ok(diesel::delete(idempotency::table.filter(idempotency::key.eq_any(keys))).execute(conn).await?)
}
