//! Files in the register, and their way to the archive.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::{self, Entry};
use kernel::problem::{FieldError, INVALID, Text as Words, unchanged};
use kernel::record::{Record, nothing_late};
use kernel::schema::{archive_items, fonds};
use kernel::timers::Timers;
use kernel::{Ctx, Result, id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{FondsId, own_agency, rules};
use crate::catalogue::Catalogue;
use crate::dossier::{DossierId, load as load_dossier};
use crate::problem::{ARCHIVE_ITEM_NOT_FOUND, ARCHIVED_BEFORE, NOT_FINISHED, NOT_FOUND, TRANSFERRED_BEFORE};

id! { ArchiveItemId, "A file's id in the archive register."; }

/// A file in the register.
#[derive(Clone, Debug, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = archive_items)]
pub struct ArchiveItem {
    pub id: ArchiveItemId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub fonds_id: FondsId,
    pub agency_id: AgencyId,
    /// The dossier that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dossier_id: Option<DossierId>,
    /// The dossier's code, or the file's symbol.
    #[schema(example = "000.00.00.H26-261123-0001", max_length = 64)]
    pub code: String,
    #[schema(example = "Cấp giấy phép xây dựng mới", max_length = 500)]
    pub title: String,
    /// When its work was over.
    pub ended_on: NaiveDate,
    pub digitised: bool,
    /// See `GET /v1/archive/retention-rules`.
    #[schema(example = "construction_permit", max_length = 50)]
    pub retention_rule: String,
    /// For ever when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 200)]
    pub retention_years: Option<i16>,
    pub transfer_due_on: NaiveDate,
    /// When it is reviewed for destruction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_due_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transferred_on: Option<NaiveDate>,
    /// Number of the minutes of its transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub minutes_number: Option<String>,
    /// The officer who gave it to the archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transferred_by: Option<Uuid>,
}

/// A file to be added: of a finished dossier, or by hand.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "fonds_id": "019b76da-a800-7000-8000-f50000000001", "digitised": true, "retention_rule": "administrative_procedure",
    "file": { "code": "HS-2026-01", "title": "Hồ sơ giấy trước khi có hệ thống", "ended_on": "2025-12-31" },
}))]
pub struct NewArchiveItem {
    /// A fonds of one's own agency.
    pub fonds_id: FondsId,
    /// A dossier that one's own agency has decided. Either this or `file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dossier_id: Option<DossierId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<ArchiveFile>,
    pub digitised: bool,
    #[schema(example = "construction_permit", min_length = 1, max_length = 50, pattern = "^[a-z_]+$")]
    pub retention_rule: String,
}

/// A file that no dossier here stands for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArchiveFile {
    /// Its symbol.
    #[schema(example = "HS-2026-01", min_length = 1, max_length = 64)]
    pub code: String,
    #[schema(example = "Hồ sơ giấy trước khi có hệ thống", min_length = 1, max_length = 500)]
    pub title: String,
    /// When its work was over.
    #[schema(example = "2025-12-31")]
    pub ended_on: NaiveDate,
}

/// A file given to the archive.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArchiveTransfer {
    /// Not after today.
    #[schema(example = "2026-01-05")]
    pub transferred_on: NaiveDate,
    /// Number of the minutes.
    #[schema(example = "03/BB-UBND", min_length = 1, max_length = 100)]
    pub minutes_number: String,
}

/// What the journal is told about files in the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveEvent {
    Added {
        rule: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dossier: Option<Uuid>,
    },
    Transferred {
        transferred_on: NaiveDate,
    },
}

impl journal::Event for ArchiveEvent {
    const ENTITY: &'static str = "archive_item";

    fn kind(&self) -> &'static str {
        match self {
            Self::Added { .. } => "archive_item.added",
            Self::Transferred { .. } => "archive_item.transferred",
        }
    }
}

fn entry(ctx: &Ctx, item: &ArchiveItem, event: &ArchiveEvent) -> Entry {
    let seen = vec![item.agency_id.0];
    Entry::new(ctx, item.id.0, Some(item.agency_id.0), event, (seen.clone(), seen))
}

fn answer(status: u16, item: &ArchiveItem) -> Answer {
    let body = serde_json::to_string(item).expect("an item is plain data");
    let location = (status == 201).then(|| format!("/v1/archive/items/{}", item.id));
    Answer { status, version: item.version, location, body }
}

fn wrong(pointer: &str, code: &'static str, vi: &'static str, en: &'static str) -> FieldError {
    FieldError::new(pointer, code, Words::fixed(vi, en))
}

/// Adds a file to the register of one's own agency.
///
/// # Errors
/// A fonds or rule that is not there, or neither dossier nor file; [`NOT_FOUND`] for another's dossier; [`NOT_FINISHED`];
/// [`ARCHIVED_BEFORE`].
pub async fn add(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    id: ArchiveItemId,
    new: NewArchiveItem,
    attempt: &Attempt,
) -> Result<Answer> {
    let agency_id = own_agency(ctx)?;
    let NewArchiveItem { fonds_id, dossier_id, file, digitised, retention_rule } = new;
    let own = fonds::table.filter(fonds::id.eq(fonds_id)).filter(fonds::agency_id.eq(agency_id)).select(fonds::id);
    let known: Option<FondsId> = own.first(conn).await.optional()?;
    let rule = rules().iter().find(|rule| rule.rule == retention_rule);
    let today = deadlines::vn_date(ctx.now);
    let wrongs = [
        known
            .is_none()
            .then(|| wrong("/fonds_id", "unknown", "cơ quan không có phông này", "is no fonds of the agency")),
        rule.is_none().then(|| wrong("/retention_rule", "unknown", "không có quy định này", "there is no such rule")),
        (dossier_id.is_some() == file.is_some())
            .then(|| wrong("/file", "either", "cần dossier_id hoặc file", "either dossier_id or file is needed")),
        file.as_ref()
            .is_some_and(|file| file.ended_on > today)
            .then(|| wrong("/file/ended_on", "future", "không được ở tương lai", "must not be in the future")),
    ];
    INVALID.unless_none(wrongs.into_iter().flatten().collect())?;
    let (Some(rule), Some(file)) = (rule, of(conn, ctx, catalogue, dossier_id, file).await?) else {
        return Err(NOT_FOUND.error());
    };
    let item = ArchiveItem {
        id,
        version: 1,
        fonds_id,
        agency_id,
        dossier_id,
        transfer_due_on: rule.transfer_due_on(file.ended_on),
        review_due_on: rule.review_due_on(file.ended_on),
        code: file.code,
        title: file.title,
        ended_on: file.ended_on,
        digitised,
        retention_rule,
        retention_years: rule.years,
        transferred_on: None,
        minutes_number: None,
        transferred_by: None,
    };
    let reply = answer(201, &item);
    let event = ArchiveEvent::Added { rule: rule.rule.clone(), dossier: dossier_id.map(|id| id.0) };
    let entry = entry(ctx, &item, &event);
    let change =
        diesel::insert_into(archive_items::table).values(item).returning((archive_items::version, nothing_late()));
    let answer = Some(attempt.keep(&reply, ctx.now));
    let before = |name: &str| (name == "archive_items_dossier_id_key").then(|| ARCHIVED_BEFORE.error());
    Record { change, also: vec![], entry, timers: Timers::None, answer }.write(conn, before).await?;
    Ok(reply)
}

/// The file of a dossier that one's own agency has decided; or the one that was described. It names no applicant.
async fn of(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    dossier: Option<DossierId>,
    file: Option<ArchiveFile>,
) -> Result<Option<ArchiveFile>> {
    let Some(id) = dossier else { return Ok(file) };
    let dossier = load_dossier(conn, ctx, id).await?;
    if Some(dossier.competent_agency_id) != ctx.actor.agency() {
        return Ok(None);
    }
    let (Some(code), Some(closed_at)) = (dossier.code, dossier.closed_at) else {
        return Err(NOT_FINISHED.error().extra("state", dossier.status.code()));
    };
    let title = catalogue.version(dossier.procedure_id)?.name.clone();
    Ok(Some(ArchiveFile { code, title, ended_on: deadlines::vn_date(closed_at) }))
}

/// A file of one's own agency's register.
///
/// # Errors
/// [`ARCHIVE_ITEM_NOT_FOUND`], also for another agency's.
pub async fn load(conn: &mut AsyncPgConnection, ctx: &Ctx, id: ArchiveItemId) -> Result<ArchiveItem> {
    let own = archive_items::table
        .filter(archive_items::id.eq(id))
        .filter(archive_items::agency_id.eq(own_agency(ctx)?))
        .select(ArchiveItem::as_select());
    own.first(conn).await.optional()?.ok_or_else(|| ARCHIVE_ITEM_NOT_FOUND.error())
}

/// Notes that a file was given to the archive, by which minutes.
///
/// # Errors
/// [`ARCHIVE_ITEM_NOT_FOUND`]; [`kernel::problem::STALE`]; [`TRANSFERRED_BEFORE`]; a day before its work was over, or after today.
pub async fn transfer(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: ArchiveItemId,
    seen: Option<i32>,
    given: ArchiveTransfer,
    attempt: &Attempt,
) -> Result<Answer> {
    let item = load(conn, ctx, id).await?;
    unchanged(seen, item.version)?;
    if item.transferred_on.is_some() {
        return Err(TRANSFERRED_BEFORE.error());
    }
    let ArchiveTransfer { transferred_on, minutes_number } = given;
    if !(item.ended_on..=deadlines::vn_date(ctx.now)).contains(&transferred_on) {
        let words = Words::new(format!("từ {} đến hôm nay", item.ended_on), format!("from {} to today", item.ended_on));
        return Err(INVALID.error().fields(vec![FieldError::new("/transferred_on", "out_of_range", words)]));
    }
    let item = ArchiveItem {
        version: item.version + 1,
        transferred_on: Some(transferred_on),
        minutes_number: Some(minutes_number),
        transferred_by: ctx.actor.id(),
        ..item
    };
    let reply = answer(200, &item);
    let entry = entry(ctx, &item, &ArchiveEvent::Transferred { transferred_on });
    let row = archive_items::table.filter(archive_items::id.eq(id)).filter(archive_items::version.eq(item.version - 1));
    let change = diesel::update(row)
        .set((
            archive_items::version.eq(item.version),
            archive_items::transferred_on.eq(item.transferred_on),
            archive_items::minutes_number.eq(item.minutes_number),
            archive_items::transferred_by.eq(item.transferred_by),
        ))
        .returning((archive_items::version, nothing_late()));
    let answer = Some(attempt.keep(&reply, ctx.now));
    Record { change, also: vec![], entry, timers: Timers::None, answer }.write(conn, |_| None).await?;
    Ok(reply)
}
