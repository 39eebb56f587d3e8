//! The register of the dossiers that an agency has accepted (Sổ theo dõi hồ sơ): one book a year, from 01, without a gap. The
//! database enters a dossier when its code is given: `migrations/schema/*_register`.

use chrono::{DateTime, Datelike, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::join;
use kernel::access::Through;
use kernel::id::AgencyId;
use kernel::page::{Cursors, Limit};
use kernel::schema::{deliveries, dossiers, register_entries, register_serials};
use kernel::{Actor, Ctx, Permission, Result, instant};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::note_all;
use crate::catalogue::{Catalogue, Mark, ProcedureId};
use crate::delivery::{DeliveryMethod, Signature};
use crate::dossier::{Channel, Dossier, DossierId, Outcome, applicant_name, visible_to};
use crate::form;
use crate::problem::{FORM_NOT_FOUND, REGISTER_NOT_FOUND};
use crate::view::ProcedureName;
use crate::workflow::Status;

/// Which part of the register, and how much of it.
#[derive(Clone, Debug)]
pub struct Part {
    /// The book's year, in Vietnam.
    pub year: i16,
    /// Only what was accepted in this month of it.
    pub month: Option<i16>,
    /// How many on a page.
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A page of the register.
#[derive(Debug, Serialize, ToSchema)]
pub struct Register {
    /// Its number in the circular of today.
    #[schema(example = "Mẫu 07", max_length = 50)]
    pub number: String,
    #[schema(example = "Sổ theo dõi hồ sơ", max_length = 300)]
    pub name: String,
    /// The circular, and how sure we are of it.
    #[schema(max_length = 300)]
    pub source: String,
    pub mark: Mark,
    /// Whose register it is: the agency that received the dossiers.
    pub agency_id: AgencyId,
    #[schema(minimum = 2000, maximum = 2999, example = 2026)]
    pub year: i16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 12, example = 11)]
    pub month: Option<i16>,
    /// The year is over: no number will be added.
    pub closed: bool,
    /// The last number given in the year; 0 before the first.
    #[schema(minimum = 0, maximum = 2147483647)]
    pub last_number: i32,
    /// In the order of their numbers.
    #[schema(max_items = 200)]
    pub items: Vec<RegisterEntry>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub next_cursor: Option<String>,
}

/// A dossier in the register.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegisterEntry {
    /// Its number in the year's book; never changes.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub number: i32,
    pub dossier_id: DossierId,
    #[schema(example = "000.00.00.H26-261123-0001", max_length = 64)]
    pub code: String,
    #[schema(example = "Nguyễn Thị Hoa", max_length = 200)]
    pub applicant_name: String,
    pub procedure: ProcedureName,
    pub channel: Channel,
    pub status: Status,
    pub competent_agency_id: AgencyId,
    /// When it was accepted.
    #[serde(serialize_with = "instant::serialize")]
    pub received_at: DateTime<Utc>,
    /// When the citizen was last told to expect the result; exclusive.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub due_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub finished_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "125/GPXD-UBND", max_length = 100)]
    pub result_number: Option<String>,
    /// When the result was handed out.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub returned_at: Option<DateTime<Utc>>,
    /// How, where that was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_method: Option<DeliveryMethod>,
    /// Who took it for the applicant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Nguyễn Văn Nam", max_length = 200)]
    pub recipient_name: Option<String>,
    /// Whether whoever took it at the counter has signed for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

/// A place in the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, Queryable)]
pub struct RegisterNumber {
    /// The book's year.
    #[schema(minimum = 2000, maximum = 2999, example = 2026)]
    pub year: i16,
    /// In that book.
    #[schema(minimum = 1, maximum = 2147483647, example = 1)]
    pub number: i32,
}

/// Where a dossier that the caller has read stands in the register; nowhere before it is accepted.
pub(crate) async fn number_of(conn: &mut AsyncPgConnection, dossier: &Dossier) -> Result<Option<RegisterNumber>> {
    let entry = register_entries::table.find(dossier.id).select((register_entries::year, register_entries::number));
    Ok(entry.first(conn).await.optional()?)
}

#[derive(Queryable)]
struct Row {
    number: i32,
    dossier_id: DossierId,
    code: String,
    applicant_name: String,
    procedure_id: ProcedureId,
    case_code: String,
    channel: Channel,
    status: Status,
    competent_agency_id: AgencyId,
    accepted_at: DateTime<Utc>,
    due_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    outcome: Option<Outcome>,
    result_number: Option<String>,
    closed_at: Option<DateTime<Utc>>,
    delivery: Option<(DeliveryMethod, Option<String>, Option<Signature>)>,
}

/// One page of an agency's register, for its own staff and for those who oversee. Each line tells whose dossier it is: that they were
/// read is noted.
///
/// # Errors
/// [`REGISTER_NOT_FOUND`] for everybody else; [`FORM_NOT_FOUND`] before there was such a form; it could not be noted.
pub async fn register(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    cursors: &Cursors<'_>,
    agency: AgencyId,
    part: &Part,
) -> Result<Register> {
    if !may_read(&ctx.actor, agency) {
        return Err(REGISTER_NOT_FOUND.error());
    }
    let today = deadlines::vn_date(ctx.now);
    let issue = form::issue("register", today).ok_or_else(|| FORM_NOT_FOUND.error())?;
    let (year, limit) = (part.year, part.limit.unwrap_or_default().rows());
    let after = part.cursor.as_deref().map_or(Ok(0), |cursor| cursors.open::<i32>(cursor))?;
    let mut query = dossiers::table
        .inner_join(register_entries::table)
        .left_join(deliveries::table)
        .filter(visible_to(ctx))
        .filter(register_entries::agency_id.eq(agency))
        .filter(register_entries::year.eq(year))
        .filter(register_entries::number.gt(after))
        .order(register_entries::number)
        .limit(i64::from(limit) + 1)
        .select((
            register_entries::number,
            dossiers::id,
            // A dossier in the register was accepted.
            dossiers::code.assume_not_null(),
            applicant_name(),
            dossiers::procedure_id,
            dossiers::case_code,
            dossiers::channel,
            dossiers::status,
            dossiers::competent_agency_id,
            dossiers::accepted_at.assume_not_null(),
            dossiers::due_at,
            dossiers::finished_at,
            dossiers::outcome,
            dossiers::result_number,
            dossiers::closed_at,
            (deliveries::method, deliveries::recipient_name, deliveries::signature).nullable(),
        ))
        .into_boxed();
    if let Some(month) = part.month {
        query = query.filter(register_entries::month.eq(month));
    }
    let last = register_serials::table.find((agency, year)).select(register_serials::last);
    let (mut one, mut other): (&AsyncPgConnection, &AsyncPgConnection) = (conn, conn);
    let (rows, last) = join(query.load::<Row>(&mut one), last.first(&mut other)).await;
    let entries = rows?.into_iter().map(|row| entry(catalogue, row)).collect::<Result<Vec<_>>>()?;
    let page = cursors.page(entries, usize::from(limit), |entry| entry.number);
    note_all(conn, ctx, page.items.iter().map(|entry| entry.dossier_id).collect(), Through::Register).await?;
    Ok(Register {
        number: issue.number.clone(),
        name: issue.name.clone(),
        source: issue.source.clone(),
        mark: issue.mark,
        agency_id: agency,
        year,
        month: part.month,
        closed: i32::from(year) < today.year(),
        last_number: last.optional()?.unwrap_or(0),
        items: page.items,
        next_cursor: page.next_cursor,
    })
}

fn may_read(actor: &Actor, agency: AgencyId) -> bool {
    match actor {
        Actor::System => true,
        Actor::Staff { agency: own, .. } => *own == agency || actor.may(Permission::OverseeDossiers),
        Actor::Citizen(_) | Actor::Anonymous => false,
    }
}

fn entry(catalogue: &Catalogue, row: Row) -> Result<RegisterEntry> {
    let (procedure, _) = catalogue.pinned(row.procedure_id, &row.case_code)?;
    let (method, recipient_name, signature) =
        // Papers of what ended without a result go back too.
        row.delivery.filter(|_| row.status == Status::Returned).map_or((None, None, None), |(method, name, signature)| (Some(method), name, signature));
    Ok(RegisterEntry {
        number: row.number,
        dossier_id: row.dossier_id,
        code: row.code,
        applicant_name: row.applicant_name,
        procedure: ProcedureName { code: procedure.code.clone(), name: procedure.name.clone() },
        channel: row.channel,
        status: row.status,
        competent_agency_id: row.competent_agency_id,
        received_at: row.accepted_at,
        due_at: row.due_at,
        finished_at: row.finished_at,
        outcome: row.outcome,
        result_number: row.result_number,
        returned_at: row.closed_at.filter(|_| row.status == Status::Returned),
        delivery_method: method,
        recipient_name,
        signature,
    })
}
