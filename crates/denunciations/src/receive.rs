//! A denunciation comes in. Who denounces, and the letter as it was written, go into the vault; what stays here has been cleared of
//! what tells who says it. Its denouncer gets a code, once, and has nothing else.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Int4, Text as SqlText, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use kernel::clock::random;
use kernel::id::AgencyId;
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::Entry;
use kernel::json::Json;
use kernel::problem::Error;
use kernel::record::{Record, nothing_late};
use kernel::schema::denunciations;
use kernel::secret::sha256;
use kernel::{Actor, Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accused::{Known, not_accused};
use crate::clocks::{Clocks, DenunciationStage, turn};
use crate::denunciation::{
    Accused, Denunciation, DenunciationChannel, DenunciationId, DenunciationKind, Marks, Words, visible_to,
};
use crate::event::Event;
use crate::redact::{Secrets, kept_codes};
use crate::steps::{World, audience};
use crate::timer::timers_of;
use crate::vault::{self, KeyRing};
use crate::workflow::{ClockEffect, DenunciationStatus};

diesel::define_sql_function! {
    /// The next code of an agency in a year.
    #[sql_name = "denunciations.take_code"]
    fn take_denunciation_code(prefix: SqlText, agency: SqlUuid, in_year: Int4) -> SqlText;
}

/// Somebody who denounces.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Denouncer {
    #[schema(example = "Lê Thị Tố Tâm", min_length = 1, max_length = 200)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "001199887766", min_length = 12, max_length = 12, pattern = "^[0-9]{12}$")]
    pub identity_number: Option<String>,
    #[schema(example = "Số 12 ngõ Hạ Hồi", min_length = 1, max_length = 500)]
    pub address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "+84912345678", min_length = 9, max_length = 16, pattern = r"^\+?[0-9]{9,15}$")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "tam@example.vn", min_length = 3, max_length = 254, format = "email")]
    pub email: Option<String>,
}

/// A new denunciation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "agency": "H26.5",
    "subject": "Tố cáo nhận tiền khi cấp phép",
    "contents": ["Ngày 03/8/2026, ông Nguyễn Văn A yêu cầu tôi đưa 5.000.000 đồng để được cấp phép sớm."],
    "accused": [{"name": "Ông Nguyễn Văn A", "office": "Cán bộ quầy số 3"}],
    "denouncers": [{"name": "Lê Thị Tố Tâm", "address": "Số 12 ngõ Hạ Hồi", "phone": "+84912345678"}]
}))]
pub struct NewDenunciation {
    /// Code of the agency that it is sent to.
    #[schema(min_length = 1, max_length = 50)]
    pub agency: String,
    /// How it came, where an officer takes it in on paper, at their own agency. Whoever says nothing here sends it online, and is
    /// nobody, whatever token comes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<DenunciationChannel>,
    #[schema(min_length = 3, max_length = 300)]
    pub subject: String,
    #[schema(schema_with = contents)]
    pub contents: Vec<String>,
    #[schema(min_items = 1, max_items = 20)]
    pub accused: Vec<Accused>,
    /// Who denounces (LTC Art. 23). Without them it is no denunciation but a lead, and is checked where it is specific (Art. 25).
    #[serde(default)]
    #[schema(max_items = 50)]
    pub denouncers: Vec<Denouncer>,
}

pub(crate) fn contents() -> utoipa::openapi::schema::Array {
    acts(Some(10))
}

/// Of an act there may be little left once what tells who denounces is out.
pub(crate) fn cleared_contents() -> utoipa::openapi::schema::Array {
    acts(None)
}

fn acts(shortest: Option<usize>) -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(shortest).max_length(Some(10_000));
    let texts = ArrayBuilder::new().items(text).min_items(Some(1)).max_items(Some(50));
    texts
        .description(Some("Each act that is denounced."))
        .examples([serde_json::json!(["Ngày 03/8/2026, ông Nguyễn Văn A yêu cầu đưa tiền."])])
        .build()
}

/// What its denouncer gets, once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DenunciationReceipt {
    /// All that its denouncer has to follow it with: nobody can find it again, and nobody else has it.
    #[schema(example = "7K3QH-9TZ2M-4XVBN-WC8RD-6PYEA-1GSF5", max_length = 40)]
    pub receipt_code: String,
    pub kind: DenunciationKind,
    /// By when it is checked; exclusive.
    pub check_due_at: DateTime<Utc>,
}

/// The letter as it was sent, for the vault.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Letter {
    #[schema(max_length = 300)]
    pub subject: String,
    #[schema(schema_with = contents)]
    pub contents: Vec<String>,
}

/// Names in the vault.
pub(crate) const PEOPLE: &str = "people";
pub(crate) const LETTER: &str = "letter";

/// What tells who denounces, for what is said in it.
///
/// # Errors
/// As [`vault::open`].
pub(crate) async fn secrets(vault: &mut AsyncPgConnection, ring: &KeyRing, it: &Denunciation) -> Result<Secrets> {
    let people: Option<Vec<Denouncer>> = vault::open(vault, ring, it.id.0, PEOPLE).await?;
    let secrets = Secrets::of(&people.unwrap_or_default(), &it.accused.0);
    Ok(secrets.with_codes(vec![it.receipt_hash.clone()]))
}

/// Those of all codes that stand in what somebody says, as they are kept: also of another denunciation of theirs.
pub(crate) async fn codes_in(conn: &mut AsyncPgConnection, ctx: &Ctx, said: &[&str]) -> Result<Vec<Vec<u8>>> {
    let may_be: Vec<Vec<u8>> = said.iter().flat_map(|said| kept_codes(said)).collect();
    if may_be.is_empty() {
        return Ok(may_be);
    }
    let system = Ctx { actor: Actor::System, now: ctx.now };
    let of = denunciations::table.filter(denunciations::receipt_hash.eq_any(may_be)).filter(visible_to(&system));
    Ok(of.select(denunciations::receipt_hash).load(conn).await?)
}

/// How many characters a code has.
pub(crate) const CODE: usize = 30;

pub(crate) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// By what a new denunciation is known: to us, and to its denouncer.
#[derive(Clone, Debug)]
pub struct Fresh {
    pub id: DenunciationId,
    pub receipt_code: String,
}

impl Fresh {
    /// Nobody could guess either.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { id: DenunciationId::at(now), receipt_code: receipt_code() }
    }
}

/// A new code: thirty characters of five bits each.
pub(crate) fn receipt_code() -> String {
    let bits: [u8; CODE] = random();
    let letters: Vec<u8> = bits.iter().map(|byte| ALPHABET[usize::from(byte & 31)]).collect();
    let groups: Vec<String> = letters.chunks(5).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join("-")
}

/// What is kept of a code; however it is typed in.
pub fn receipt_hash(code: &str) -> Vec<u8> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    sha256(&[b"denunciation receipt", plain.to_ascii_uppercase().as_bytes()]).to_vec()
}

/// Takes it in.
///
/// # Errors
/// [`ACCUSED`](crate::problem::ACCUSED) when the agency and all above it are accused in it, or the officer who takes it in.
pub async fn receive(
    (conn, vault): (&mut AsyncPgConnection, &mut AsyncPgConnection),
    ctx: &Ctx,
    world: World<'_>,
    (named, known): (AgencyId, Known),
    Fresh { id, receipt_code }: Fresh,
    new: NewDenunciation,
    attempt: &Attempt,
) -> Result<Answer> {
    // Whoever sends it is nobody to us, whatever token came with it. An officer who takes it in is, at their agency.
    let on_paper = new.channel.filter(|it| *it != DenunciationChannel::Online);
    let (actor, named, channel) = match (&ctx.actor, on_paper) {
        (Actor::Staff { agency, .. }, Some(channel)) => {
            known.is_not_of(ctx)?;
            (ctx.actor.clone(), *agency, channel)
        }
        _ => (Actor::Anonymous, named, DenunciationChannel::Online),
    };
    let barred = known.barred();
    let agency = not_accused(world.rules, named, &barred)?;
    let ctx = &Ctx { actor, now: ctx.now };
    let signed = !new.denouncers.is_empty();
    let said = std::iter::once(&new.subject).chain(&new.contents);
    let said = said.chain(new.accused.iter().flat_map(|it| std::iter::once(&it.name).chain(&it.office)));
    let said: Vec<&str> = said.map(String::as_str).collect();
    let secrets = Secrets::of(&new.denouncers, &new.accused).with_codes(codes_in(conn, ctx, &said).await?);
    let clear = |text: &String| secrets.clear(text);
    let cleared = |accused: &Accused| Accused {
        name: clear(&accused.name),
        office: accused.office.as_ref().map(clear),
        ..accused.clone()
    };
    let received_on = deadlines::vn_date(ctx.now);
    let mut it = Denunciation {
        id,
        version: 1,
        kind: if signed { DenunciationKind::Denunciation } else { DenunciationKind::Lead },
        status: DenunciationStatus::Received,
        open: true,
        channel,
        receiving_agency_id: agency,
        handling_agency_id: agency,
        assigned_to: None,
        receipt_hash: receipt_hash(&receipt_code),
        words: Json(Words { subject: clear(&new.subject), contents: new.contents.iter().map(clear).collect() }),
        accused: Json(new.accused.iter().map(cleared).collect()),
        barred,
        code: String::new(),
        received_on,
        clocks: Json(Clocks::default()),
        next_due_at: ctx.now,
        state_before: None,
        marks: Json(Marks::default()),
        outcome: None,
        received_at: ctx.now,
        accepted_at: None,
        finished_at: None,
        closed_at: None,
        superior_agency_id: None,
        escalation: 0,
    };
    turn(&mut it, &[ClockEffect::Begin(DenunciationStage::Check)], world.rules, ctx.now)?;
    let letter = Letter { subject: new.subject.clone(), contents: new.contents.clone() };
    let receipt = DenunciationReceipt { receipt_code, kind: it.kind, check_due_at: it.next_due_at };
    let body = serde_json::to_string(&receipt).expect("a receipt is plain data");
    let reply = Answer { status: 201, version: 1, location: None, body };
    // First who it is, in what may be another database. Where the rest fails it is left behind there and swept later, see
    // [`crate::erasure::sweep`]: not at once, since what seems to have failed may be written all the same.
    put_away(vault, world.ring, id.0, &new.denouncers, &letter).await?;
    let kept = attempt.keep(&reply, ctx.now);
    conn.transaction::<_, Error, _>(async |conn| {
        it.code = diesel::select(take_code(&it, world, received_on)).get_result(conn).await?;
        let event = Event::Received { signed: it.kind, channel };
        let record = Record {
            entry: Entry::new(ctx, id.0, Some(agency.0), &event, (Vec::new(), audience(&it))),
            timers: timers_of(&it, world, &[], ctx.now)?,
            change: diesel::insert_into(denunciations::table)
                .values(it)
                .returning((denunciations::version, nothing_late())),
            also: Vec::new(),
            answer: Some(kept),
        };
        record.write(conn, |_| None).await
    })
    .await?;
    Ok(reply)
}

async fn put_away(
    vault: &mut AsyncPgConnection,
    ring: &KeyRing,
    id: Uuid,
    people: &[Denouncer],
    letter: &Letter,
) -> Result<()> {
    vault
        .transaction::<_, Error, _>(async |vault| {
            vault::begin(vault, ring, id).await?;
            vault::add(vault, ring, id, PEOPLE, &people).await?;
            vault::add(vault, ring, id, LETTER, letter).await
        })
        .await
}

#[diesel::dsl::auto_type(no_type_alias)]
fn take_code(it: &Denunciation, world: World<'_>, day: NaiveDate) -> _ {
    let agency: Uuid = it.receiving_agency_id.0;
    let code: String = world.rules.agency_code(it.receiving_agency_id).unwrap_or_default();
    let prefix: String = format!("TC-{code}-{}-", day.format("%y"));
    let year: i32 = day.year();
    take_denunciation_code(prefix, agency, year)
}
