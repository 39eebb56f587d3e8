//! Its denouncer follows a denunciation, adds to it and answers questions, with the code and nothing else.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::idempotency::{Answer, Attempt};
use kernel::record::again;
use kernel::schema::denunciations;
use kernel::{Actor, Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clocks::DenunciationStage;
use crate::denunciation::{Denunciation, DenunciationId, DenunciationKind, DenunciationOutcome, Protection};
use crate::event::Event;
use crate::problem::{NOT_FOUND, OVER};
use crate::receive::{Denouncer, PEOPLE, receipt_hash};
use crate::redact::redact;
use crate::steps::{MessagePart, Moving, Said, Seen, World, read};
use crate::vault;
use crate::workflow::DenunciationStatus;

/// The code, as it was given.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"receipt_code": "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GSF5"}))]
pub struct ReceiptCode {
    #[schema(min_length = 30, max_length = 40, pattern = "^[0-9A-Za-z -]+$")]
    pub receipt_code: String,
}

/// Something that its denouncer says.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "receipt_code": "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GSF5", "words": "Tôi còn giữ bản ghi âm ngày 03/8/2026."
}))]
pub struct DenouncerWords {
    #[schema(min_length = 30, max_length = 40, pattern = "^[0-9A-Za-z -]+$")]
    pub receipt_code: String,
    #[schema(min_length = 3, max_length = 10000)]
    pub words: String,
}

/// How far it is, for its denouncer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Following {
    pub kind: DenunciationKind,
    pub status: DenunciationStatus,
    pub received_on: NaiveDate,
    /// When the conclusion is due; exclusive. Absent before it is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DenunciationOutcome>,
    /// When its denouncer asked to withdraw it, while that is not decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawal_asked_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
    /// What was asked, and what its denouncer has said since; oldest first.
    #[schema(max_items = 1000)]
    pub messages: Vec<Said>,
}

impl Following {
    fn of(it: &Denunciation, said: Vec<Said>) -> Self {
        let conversation = said.into_iter().filter(|said| said.part != MessagePart::Remark);
        Self {
            kind: it.kind,
            status: it.status,
            received_on: it.received_on,
            due_at: it.clocks.0.get(DenunciationStage::Resolve).map(|running| running.due_at),
            outcome: it.outcome,
            withdrawal_asked_at: it.marks.0.withdrawal_asked_at,
            protection: it.marks.0.protection,
            messages: conversation.collect(),
        }
    }
}

/// The denunciation with this code: whoever has it may see so much of it.
async fn by_code(conn: &mut AsyncPgConnection, now: DateTime<Utc>, code: &str) -> Result<Seen> {
    let row = denunciations::table.filter(denunciations::receipt_hash.eq(receipt_hash(code))).select(denunciations::id);
    let id: Option<DenunciationId> = row.first(conn).await.optional()?;
    read(conn, &Ctx { actor: Actor::System, now }, id.ok_or_else(|| NOT_FOUND.error())?).await
}

/// How far it is.
///
/// # Errors
/// [`NOT_FOUND`] for a code that is none.
pub async fn follow(conn: &mut AsyncPgConnection, now: DateTime<Utc>, code: &str) -> Result<Following> {
    let Seen { it, said } = by_code(conn, now, code).await?;
    Ok(Following::of(&it, said))
}

/// What its denouncer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To add something, or to answer.
    Say,
    Withdraw,
    Protection,
}

/// Says something: as it was said in the vault, and here without what tells who says it.
///
/// # Errors
/// [`NOT_FOUND`]; [`OVER`].
pub async fn say(
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    now: DateTime<Utc>,
    world: World<'_>,
    wish: Wish,
    new: DenouncerWords,
    attempt: &Attempt,
) -> Result<Answer> {
    let ctx = Ctx { actor: Actor::Anonymous, now };
    again(async || {
        let Seen { it, said } = by_code(conn, now, &new.receipt_code).await?;
        let late = it.finished_at.is_some() && wish == Wish::Withdraw;
        if it.status.is_over() || late {
            return Err(OVER.error().extra("state", it.status.code()));
        }
        let mut moving = Moving::of(Seen { it, said });
        let event = match wish {
            Wish::Say => Event::Added {},
            Wish::Withdraw => {
                moving.it.marks.0.withdrawal_asked_at = Some(now);
                Event::WithdrawalAsked {}
            }
            Wish::Protection => {
                moving.it.marks.0.protection = Some(Protection::Asked);
                Event::ProtectionAsked {}
            }
        };
        let (id, version) = (moving.it.id.0, moving.it.version);
        let people: Option<Vec<Denouncer>> = vault::open(vault, world.ring, id, PEOPLE).await?;
        let secrets: Vec<String> = people.iter().flatten().flat_map(Denouncer::secrets).collect();
        vault::add(vault, world.ring, id, &format!("message:{version}:{}", attempt.placeholder()), &new.words).await?;
        moving.say(MessagePart::Denouncer, None, redact(&new.words, &secrets), now);
        let body = serde_json::to_string(&Following::of(&moving.it, moving.said.clone())).expect("plain data");
        let reply = Answer { status: 200, version, location: None, body };
        moving.write(conn, &ctx, &event, Some(attempt.keep(&reply, now))).await?;
        Ok(reply)
    })
    .await
}
