//! Its denouncer follows a denunciation, adds to it and answers questions, with the code and nothing else.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::idempotency::{Answer, Attempt};
use kernel::problem::{FieldError, INVALID, Text};
use kernel::record::again;
use kernel::schema::denunciations;
use kernel::{Actor, Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accused::not_accused;
use crate::clocks::{DenunciationStage, turn};
use crate::denunciation::{Denunciation, DenunciationId, DenunciationKind, DenunciationOutcome, Protection};
use crate::event::Event;
use crate::file::{DenouncerFile, DenouncerFileView};
use crate::problem::{ASKED_ALREADY, LEAD, NO_SUPERIOR, NOT_CONCLUDED, NOT_FOUND, NOT_LATE, OVER};
use crate::receive::{codes_in, receipt_hash, secrets};
use crate::steps::{MessagePart, Moving, Said, Seen, World, read};
use crate::timer::{above, catch_up};
use crate::vault;
use crate::workflow::{ClockEffect, DenunciationStatus, SETTLED, UNDER_WAY};

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

/// Some of it is withdrawn.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "receipt_code": "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GS36", "contents": [1], "words": "Tôi xin rút nội dung thứ hai."
}))]
pub struct DenouncerPartWithdrawal {
    #[schema(min_length = 30, max_length = 40, pattern = "^[0-9A-Za-z -]+$")]
    pub receipt_code: String,
    /// Their places in `contents` as they were sent, from 0.
    #[schema(min_items = 1, max_items = 50)]
    pub contents: Vec<u16>,
    #[schema(min_length = 3, max_length = 10000)]
    pub words: String,
}

/// How far it is, for its denouncer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Following {
    pub kind: DenunciationKind,
    pub status: DenunciationStatus,
    pub received_on: NaiveDate,
    /// When it was accepted (LTC Art. 29).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<DateTime<Utc>>,
    /// When the conclusion is due; exclusive. Absent before it is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// What was concluded; in which words is the last notice with that ground among `messages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DenunciationOutcome>,
    /// When it was concluded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    /// When its denouncer asked to withdraw it, while that is not decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawal_asked_at: Option<DateTime<Utc>>,
    /// Which contents that is of, by their places from 0; absent when it is all of it, or nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub withdrawal_of: Vec<u16>,
    /// Which contents are withdrawn and settled no more, by their places from 0.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub withdrawn: Vec<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
    /// When more of it was asked for, while that is not decided; `protection` stays as it is meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_protection_asked_at: Option<DateTime<Utc>>,
    /// The notices of decisions with their reasons, what was asked, what the agency above answered, and what its denouncer has said since;
    /// oldest first.
    #[schema(max_items = 1000)]
    pub messages: Vec<Said>,
    /// What its denouncer has shown, or declared.
    #[schema(max_items = 1000)]
    pub files: Vec<DenouncerFileView>,
}

impl Following {
    fn of(it: &Denunciation, said: Vec<Said>, files: &[DenouncerFile]) -> Self {
        let conversation = said.into_iter().filter(|said| said.part != MessagePart::Remark);
        Self {
            kind: it.kind,
            status: it.status,
            received_on: it.received_on,
            accepted_at: it.accepted_at,
            due_at: it.clocks.0.get(DenunciationStage::Resolve).map(|running| running.due_at),
            outcome: it.outcome,
            finished_at: it.finished_at,
            closed_at: it.closed_at,
            withdrawal_asked_at: it.marks.0.withdrawal_asked_at,
            withdrawal_of: it.marks.0.withdrawal_of.clone(),
            withdrawn: it.marks.0.withdrawn.clone(),
            protection: it.marks.0.protection,
            more_protection_asked_at: it.marks.0.more_protection_asked_at,
            messages: conversation.collect(),
            files: files.iter().map(DenouncerFileView::of).collect(),
        }
    }
}

/// The denunciation with this code: whoever has it may see so much of it.
async fn by_code(conn: &mut AsyncPgConnection, now: DateTime<Utc>, code: &str) -> Result<Seen> {
    let row = denunciations::table.filter(denunciations::receipt_hash.eq(receipt_hash(code))).select(denunciations::id);
    let id: Option<DenunciationId> = row.first(conn).await.optional()?;
    read(conn, &Ctx { actor: Actor::System, now }, id.ok_or_else(|| NOT_FOUND.error())?).await
}

/// The same, for what its denouncer is about to do.
pub(crate) async fn about_to_change(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    world: World<'_>,
    code: &str,
) -> Result<Seen> {
    let seen = by_code(conn, now, code).await?;
    catch_up(conn, &Ctx { actor: Actor::System, now }, world, seen).await
}

/// How far it is.
///
/// # Errors
/// [`NOT_FOUND`] for a code that is none.
pub async fn follow(conn: &mut AsyncPgConnection, now: DateTime<Utc>, code: &str) -> Result<Following> {
    let Seen { it, said, files } = by_code(conn, now, code).await?;
    Ok(Following::of(&it, said, &files))
}

/// What its denouncer wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To add something, or to answer.
    Say,
    Withdraw,
    /// To withdraw these contents, by their places from 0.
    WithdrawPart(Vec<u16>),
    Protection,
    /// To tell the agency above that it is late (LTC Art. 38).
    ReportDelay,
    /// To go on to the agency above, after the conclusion (LTC Art. 37).
    Continue,
}

/// Says something: as it was said in the vault, and here without what tells who says it.
///
/// # Errors
/// [`NOT_FOUND`]; [`OVER`]; [`LEAD`]; contents that do not stand, or are all that do; [`NOT_LATE`], [`NOT_CONCLUDED`], [`ASKED_ALREADY`],
/// [`NO_SUPERIOR`] for what goes to the agency above.
pub async fn say(
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    now: DateTime<Utc>,
    world: World<'_>,
    wish: &Wish,
    new: DenouncerWords,
    attempt: &Attempt,
) -> Result<Answer> {
    let ctx = Ctx { actor: Actor::Anonymous, now };
    again(async || {
        let seen = about_to_change(conn, now, world, &new.receipt_code).await?;
        is_possible(&seen.it, wish, now)?;
        let mut moving = Moving::of(seen);
        let event = match wish {
            Wish::Say => Event::Added {},
            Wish::Withdraw => {
                (moving.it.marks.0.withdrawal_asked_at, moving.it.marks.0.withdrawal_of) = (Some(now), Vec::new());
                Event::WithdrawalAsked {}
            }
            Wish::WithdrawPart(contents) => {
                some_contents(&moving.it, contents)?;
                let marks = &mut moving.it.marks.0;
                (marks.withdrawal_asked_at, marks.withdrawal_of) = (Some(now), contents.clone());
                Event::PartWithdrawalAsked { contents: contents.clone() }
            }
            Wish::Protection => {
                moving.it.marks.0.ask_for_protection(now);
                // Where it came out when all was over whom it accuses, it lies with them, and they see nothing of it.
                if moving.it.bars(moving.it.handling_agency_id.0) {
                    hand_up(&mut moving.it, world);
                }
                Event::ProtectionAsked {}
            }
            Wish::ReportDelay => {
                moving.it.marks.0.delay_reported_at = Some(now);
                Event::DelayReported { superior: go_up(&mut moving.it, DenunciationStage::AskDelay, world, now)?.0 }
            }
            Wish::Continue => {
                moving.it.marks.0.continued_at = Some(now);
                Event::Continued { superior: go_up(&mut moving.it, DenunciationStage::Review, world, now)?.0 }
            }
        };
        let (id, version) = (moving.it.id.0, moving.it.version);
        let codes = codes_in(conn, &ctx, &[&new.words]).await?;
        let clear = secrets(vault, world.ring, &moving.it).await?.with_codes(codes).clear(&new.words);
        vault::add(vault, world.ring, id, &format!("message:{version}:{}", attempt.placeholder()), &new.words).await?;
        moving.say(MessagePart::Denouncer, None, clear, now);
        let body =
            serde_json::to_string(&Following::of(&moving.it, moving.said.clone(), &moving.files)).expect("plain data");
        let reply = Answer { status: 200, version, location: None, body };
        moving.write(conn, &ctx, world, &event, Some(attempt.keep(&reply, now))).await?;
        Ok(reply)
    })
    .await
}

fn is_possible(it: &Denunciation, wish: &Wish, now: DateTime<Utc>) -> Result<()> {
    let error = match wish {
        // What the law gives to denouncers nobody has who is none (LTC Art. 25).
        Wish::Withdraw | Wish::WithdrawPart(_) | Wish::Protection | Wish::ReportDelay | Wish::Continue
            if it.kind == DenunciationKind::Lead =>
        {
            LEAD.error()
        }
        Wish::Withdraw | Wish::WithdrawPart(_) if it.finished_at.is_some() => OVER.error(),
        Wish::Continue if !SETTLED.contains(&it.status) => NOT_CONCLUDED.error(),
        Wish::Continue if it.marks.0.continued_at.is_some() => ASKED_ALREADY.error(),
        Wish::Continue => return Ok(()),
        // Retaliation may come when all is over, where no other body has it.
        Wish::Protection if !matches!(it.status, DenunciationStatus::Forwarded | DenunciationStatus::Investigated) => {
            return Ok(());
        }
        _ if it.status.is_over() => OVER.error(),
        Wish::ReportDelay if it.marks.0.delay_reported_at.is_some() => ASKED_ALREADY.error(),
        Wish::ReportDelay if !is_late(it, now) => NOT_LATE.error(),
        _ => return Ok(()),
    };
    Err(error.extra("state", it.status.code()))
}

/// Some of what it says, and not all that is left of it.
fn some_contents(it: &Denunciation, places: &[u16]) -> Result<()> {
    let withdrawn = &it.marks.0.withdrawn;
    let stands = |place: &u16| usize::from(*place) < it.words.0.contents.len() && !withdrawn.contains(place);
    let wrong = |(n, place): (usize, &u16)| {
        let words = Text::fixed("không phải nội dung đang được giải quyết", "is no content that stands");
        let is_wrong = !stands(place) || places[..n].contains(place);
        is_wrong.then(|| FieldError::new(format!("/contents/{n}"), "unknown", words))
    };
    let mut wrong: Vec<FieldError> = places.iter().enumerate().filter_map(wrong).collect();
    if wrong.is_empty() && places.len() + withdrawn.len() >= it.words.0.contents.len() {
        let words = Text::fixed("phải còn lại ít nhất một nội dung", "at least one content must be left");
        wrong.push(FieldError::new("/contents", "all", words));
    }
    INVALID.unless_none(wrong)
}

/// Whether its settlement is owed and its limit, with what it was extended by, is over.
fn is_late(it: &Denunciation, now: DateTime<Utc>) -> bool {
    let owed = it.clocks.0.owed().find(|(stage, _)| *stage == DenunciationStage::Resolve);
    UNDER_WAY.contains(&it.status) && owed.is_some_and(|(_, running)| running.due_at <= now)
}

/// The agency above has it from now on, if there is one that it does not accuse.
fn hand_up(it: &mut Denunciation, world: World<'_>) {
    let Ok(to) = not_accused(world.rules, it.handling_agency_id, &it.barred) else { return };
    it.handling_agency_id = to;
    it.leave_above();
}

/// The agency above has a part in it from now on, and a limit.
fn go_up(it: &mut Denunciation, stage: DenunciationStage, world: World<'_>, now: DateTime<Utc>) -> Result<AgencyId> {
    let superior = above(it, world).ok_or_else(|| NO_SUPERIOR.error())?;
    it.superior_agency_id = Some(superior);
    turn(it, &[ClockEffect::Begin(stage)], world.rules, now)?;
    Ok(superior)
}
