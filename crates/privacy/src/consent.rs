//! What a citizen agrees to, and withdraws: told explicitly, never taken for granted, and provable (Luật 91/2025/QH15 Art. 9).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::CitizenId;
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::{self, Entry};
use kernel::problem::{CONFLICT, FieldError, INVALID, Text};
use kernel::record::{Also, Record, again, nothing_late};
use kernel::schema::{consent_events, consents};
use kernel::timers::Timers;
use kernel::{Ctx, Result, id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{CONSENT_UNCHANGED, NOT_BY_CONSENT};
use crate::purpose::{LawfulBasis, Purpose, purpose};

id! { ConsentId, "The id of what a citizen has said about one purpose."; }

/// So much of the past is shown.
const SHOWN: i64 = 1000;

/// What a citizen says about a purpose.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "purpose": "surveys", "given": true, "words_version": 1 }))]
pub struct NewConsent {
    /// Its code: see `GET /v1/data-purposes`.
    #[schema(min_length = 1, max_length = 50)]
    pub purpose: String,
    /// Agreed, or withdrawn. There is no default.
    pub given: bool,
    /// The version of the words that were shown: needed to agree, not to withdraw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 2147483647)]
    pub words_version: Option<i32>,
}

/// What a citizen has said about a purpose, and how that stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Consent {
    #[schema(example = "surveys", max_length = 50)]
    pub purpose: String,
    /// Grows with every change; the ETag.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    /// Whether it holds: it was given, not withdrawn since, and to the words as they are now.
    pub holds: bool,
    /// Each time that it was given or withdrawn, the last one first.
    #[schema(max_items = 1000)]
    pub history: Vec<ConsentEvent>,
}

/// It was given or withdrawn.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsentEvent {
    pub given: bool,
    /// The version of the words that were shown when it was given.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub words_version: i32,
    pub at: DateTime<Utc>,
}

/// What the journal is told. It is the proof: who, to which words, when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentTold {
    Given { purpose: String, words_version: i32 },
    Withdrawn { purpose: String },
}

impl journal::Event for ConsentTold {
    const ENTITY: &'static str = "consent";

    fn kind(&self) -> &'static str {
        match self {
            Self::Given { .. } => "consent.given",
            Self::Withdrawn { .. } => "consent.withdrawn",
        }
    }
}

/// The row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = consents)]
struct Row {
    id: ConsentId,
    version: i32,
    citizen_id: CitizenId,
    purpose: String,
    given: bool,
    words_version: i32,
    changed_at: DateTime<Utc>,
}

/// Whether it holds: consent is to the words that were shown, and not to what they have become.
fn holds(given: bool, words_version: i32, purpose: &str) -> bool {
    given && self::purpose(purpose).is_some_and(|known| known.version == words_version)
}

/// Whether a citizen has agreed to a purpose, and that holds: what rests on consent asks this each time before it is done.
pub async fn consented(conn: &mut AsyncPgConnection, citizen: CitizenId, purpose: &'static Purpose) -> Result<bool> {
    let row = consents::table.filter(consents::citizen_id.eq(citizen)).filter(consents::purpose.eq(&purpose.code));
    let said: Option<(bool, i32)> =
        row.select((consents::given, consents::words_version)).first(conn).await.optional()?;
    Ok(said.is_some_and(|(given, words)| holds(given, words, &purpose.code)))
}

/// What a citizen has said, by purpose.
pub async fn said(conn: &mut AsyncPgConnection, citizen: CitizenId) -> Result<Vec<Consent>> {
    let rows: Vec<(String, i32, bool, i32, DateTime<Utc>)> = consents::table
        .inner_join(consent_events::table)
        .filter(consents::citizen_id.eq(citizen))
        .order((consents::purpose, consent_events::version.desc()))
        .limit(SHOWN)
        .select((
            consents::purpose,
            consent_events::version,
            consent_events::given,
            consent_events::words_version,
            consent_events::happened_at,
        ))
        .load(conn)
        .await?;
    let mut all = BTreeMap::<String, Consent>::new();
    for (purpose, version, given, words_version, at) in rows {
        let first = || Consent {
            purpose: purpose.clone(),
            version,
            holds: holds(given, words_version, &purpose),
            history: Vec::new(),
        };
        all.entry(purpose.clone()).or_insert_with(first).history.push(ConsentEvent { given, words_version, at });
    }
    Ok(all.into_values().collect())
}

/// A citizen agrees, or withdraws.
///
/// # Errors
/// [`NOT_BY_CONSENT`]; [`CONSENT_UNCHANGED`]; a purpose that there is not, or words that are not those of now.
pub async fn say(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    citizen: CitizenId,
    new: NewConsent,
    attempt: &Attempt,
) -> Result<Answer> {
    let purpose = by_consent(&new)?;
    again(async || {
        let row = consents::table.filter(consents::citizen_id.eq(citizen)).filter(consents::purpose.eq(&purpose.code));
        let old: Option<Row> = row.select(Row::as_select()).first(conn).await.optional()?;
        let stands = old.as_ref().is_some_and(|old| holds(old.given, old.words_version, &purpose.code));
        // What was given to older words can be withdrawn as well.
        let withdrawn = old.as_ref().is_none_or(|old| !old.given);
        if if new.given { stands } else { withdrawn } {
            return Err(CONSENT_UNCHANGED.error());
        }
        let next = Row {
            id: old.as_ref().map_or_else(|| ConsentId::at(ctx.now), |old| old.id),
            version: old.as_ref().map_or(1, |old| old.version + 1),
            citizen_id: citizen,
            purpose: purpose.code.clone(),
            given: new.given,
            words_version: match (&old, new.given) {
                (Some(old), false) => old.words_version,
                _ => purpose.version,
            },
            changed_at: ctx.now,
        };
        store(conn, ctx, old.is_some(), next, attempt).await
    })
    .await
}

/// The purpose, if it rests on consent and the words that were shown are those of now.
fn by_consent(new: &NewConsent) -> Result<&'static Purpose> {
    let wrong = |at: &str, code: &'static str, vi: &'static str, en: &'static str| {
        INVALID.error().fields(vec![FieldError::new(at, code, Text::fixed(vi, en))])
    };
    let known = purpose(&new.purpose);
    let known =
        known.ok_or_else(|| wrong("/purpose", "unknown", "không có mục đích này", "there is no such purpose"))?;
    if known.basis != LawfulBasis::Consent {
        let (basis, source) = (known.basis.code(), &known.source);
        return Err(
            NOT_BY_CONSENT.with(format!("Căn cứ ({basis}): {source}."), format!("It rests on {basis}: {source}."))
        );
    }
    match new.words_version {
        None if new.given => {
            let (vi, en) = ("phải nêu phiên bản lời văn đã hiển thị", "must say which words were shown");
            Err(wrong("/words_version", "required", vi, en))
        }
        Some(shown) if shown != known.version => {
            let (vi, en) = ("không phải lời văn hiện hành", "are not the words of now");
            Err(wrong("/words_version", "not_current", vi, en))
        }
        _ => Ok(known),
    }
}

async fn store(conn: &mut AsyncPgConnection, ctx: &Ctx, known: bool, next: Row, attempt: &Attempt) -> Result<Answer> {
    let Row { id, version, citizen_id, ref purpose, given, words_version, changed_at } = next;
    let happened = ConsentEvent { given, words_version, at: changed_at };
    let view = Consent {
        purpose: purpose.clone(),
        version,
        holds: holds(given, words_version, purpose),
        history: vec![happened],
    };
    let body = serde_json::to_string(&view).expect("a consent is plain data");
    let reply = Answer { status: 201, version, location: Some("/v1/me/consents".to_owned()), body };
    let event = match given {
        true => ConsentTold::Given { purpose: purpose.clone(), words_version },
        false => ConsentTold::Withdrawn { purpose: purpose.clone() },
    };
    let seen = vec![citizen_id.0];
    let before = if known { seen.clone() } else { Vec::new() };
    let entry = Entry::new(ctx, id.0, None, &event, (before, seen));
    let told: Also = Box::new(diesel::insert_into(consent_events::table).values((
        consent_events::consent_id.eq(id),
        consent_events::version.eq(version),
        consent_events::given.eq(given),
        consent_events::words_version.eq(words_version),
        consent_events::happened_at.eq(changed_at),
    )));
    let (also, timers, answer) = (vec![told], Timers::None, Some(attempt.keep(&reply, ctx.now)));
    let taken = |name: &str| (name == "consents_citizen_id_purpose_key").then(|| CONFLICT.error());
    if known {
        let row = consents::table.filter(consents::id.eq(id)).filter(consents::version.eq(version - 1));
        let set = (
            consents::version.eq(version),
            consents::given.eq(given),
            consents::words_version.eq(words_version),
            consents::changed_at.eq(changed_at),
        );
        let change = diesel::update(row).set(set).returning((consents::version, nothing_late()));
        Record { change, also, entry, timers, answer }.write(conn, taken).await?;
    } else {
        let change = diesel::insert_into(consents::table).values(next).returning((consents::version, nothing_late()));
        Record { change, also, entry, timers, answer }.write(conn, taken).await?;
    }
    Ok(reply)
}
