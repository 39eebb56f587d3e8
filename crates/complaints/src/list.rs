//! Work lists and one's own cases: keyset pages, most urgent first.

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Timeliness;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::clocks::Glance;
use kernel::id::{AgencyId, StaffId};
use kernel::json::Json;
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::cases;
use kernel::sql::{Sql, sql};
use kernel::{Actor, Ctx, Result, instant, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::case::{CaseChannel, CaseId, kinds_of, visible_to, works_on_kinds_alone};
use crate::clocks::{CaseStage, NEVER};
use crate::facts::CaseKind;
use crate::steps::World;
use crate::workflow::CaseStatus;

text_enum! {
    /// Cases that the agency has now (handling) or has received (receiving), that one is to verify oneself (assigned), or that are
    /// anywhere at the agency or below it (under).
    CaseSide { Handling = "handling", Receiving = "receiving", Assigned = "assigned", Under = "under" }
}

/// Which cases, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseFilter {
    /// Only cases of this kind.
    #[param(inline)]
    pub kind: Option<CaseKind>,
    /// Only cases in this state. Without it staff get the open ones, citizens all of theirs.
    #[param(inline)]
    pub status: Option<CaseStatus>,
    /// The agency's part in them; `handling` when absent.
    #[param(inline)]
    pub side: Option<CaseSide>,
    /// Only those in which something is owed that was told for a moment that is over.
    pub past_due: Option<bool>,
    /// Of this agency, for those who oversee all or head an agency above it; their own when absent.
    pub agency_id: Option<AgencyId>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// A line of a work list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseLine {
    pub id: CaseId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub kind: CaseKind,
    #[schema(minimum = 1, maximum = 2)]
    pub level: i16,
    pub status: CaseStatus,
    pub channel: CaseChannel,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "KN-H26.13.01-26-00001", max_length = 64)]
    pub code: Option<String>,
    #[schema(example = "Khiếu nại quyết định thu hồi đất", max_length = 300)]
    pub subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Nguyễn Thị Bình Minh", max_length = 200)]
    pub sender_name: Option<String>,
    pub handling_agency_id: AgencyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<StaffId>,
    /// When the next thing is due that the administration owes; absent when it owes nothing now.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub due_at: Option<DateTime<Utc>>,
    /// The day of `due_at` in Vietnam.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<NaiveDate>,
    pub timeliness: Timeliness,
    /// How far up it has been escalated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10)]
    pub escalation: Option<i16>,
}

#[derive(Queryable)]
struct Row {
    id: CaseId,
    version: i32,
    kind: CaseKind,
    level: i16,
    status: CaseStatus,
    channel: CaseChannel,
    code: Option<String>,
    subject: Option<String>,
    sender_name: Option<String>,
    handling_agency_id: AgencyId,
    assigned_to: Option<StaffId>,
    escalation: i16,
    clocks: Json<Glance<CaseStage>>,
    next_due_at: DateTime<Utc>,
}

fn subject() -> Sql<Nullable<Text>> {
    sql("cases.words ->> 'subject'")
}

fn sender_name() -> Sql<Nullable<Text>> {
    sql("cases.people #>> '{0,name}'")
}

/// Behind that place, as one comparison: an index goes there at once, also where nothing is due and all are due alike.
fn after(due: DateTime<Utc>, id: CaseId) -> Sql<Bool> {
    sql("(cases.next_due_at, cases.id) > (").bind::<Timestamptz, _>(due).sql(", ").bind::<SqlUuid, _>(id).sql(")")
}

/// One page of the cases that the actor may see.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    cursors: &Cursors<'_>,
    filter: &CaseFilter,
) -> Result<Page<CaseLine>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = cases::table
        .filter(visible_to(ctx, world.rules))
        .order((cases::next_due_at, cases::id))
        .limit(i64::from(limit) + 1)
        .select((
            cases::id,
            cases::version,
            cases::kind,
            cases::level,
            cases::status,
            cases::channel,
            cases::code,
            subject(),
            sender_name(),
            cases::handling_agency_id,
            cases::assigned_to,
            cases::escalation,
            cases::clocks,
            cases::next_due_at,
        ))
        .into_boxed();
    // The Front and the data protection officer have theirs wherever those are; who has other work, too, asks for that kind.
    let asked = filter.kind.is_some_and(|kind| kinds_of(&ctx.actor).any(|own| own == kind));
    let everywhere = asked || works_on_kinds_alone(&ctx.actor);
    let agency = filter.agency_id.or_else(|| ctx.actor.agency().filter(|_| !everywhere));
    if let (Actor::Staff { id, .. }, Some(agency)) = (&ctx.actor, agency) {
        query = match filter.side.unwrap_or(CaseSide::Handling) {
            CaseSide::Handling => query.filter(cases::handling_agency_id.eq(agency)),
            CaseSide::Receiving => query.filter(cases::receiving_agency_id.eq(agency)),
            CaseSide::Assigned => query.filter(cases::assigned_to.eq(*id)),
            CaseSide::Under => query.filter(cases::handling_agency_id.eq_any(world.rules.below(agency))),
        };
    }
    if let Some(kind) = filter.kind {
        query = query.filter(cases::kind.eq(kind));
    }
    // The indexes are partial: open cases and the rest are told apart in every query.
    query = match (filter.status, &ctx.actor) {
        (Some(status), _) if status.is_open() => query.filter(cases::open).filter(cases::status.eq(status)),
        (Some(status), _) => query.filter(diesel::dsl::not(cases::open)).filter(cases::status.eq(status)),
        (None, Actor::Citizen(_)) => query,
        (None, _) => query.filter(cases::open),
    };
    if filter.past_due == Some(true) {
        query = query.filter(cases::next_due_at.le(ctx.now));
    }
    if let Some(cursor) = &filter.cursor {
        let (due, id): (DateTime<Utc>, CaseId) = cursors.open(cursor)?;
        query = query.filter(after(due, id));
    }
    let rows: Vec<Row> = query.load(conn).await?;
    let lines: Vec<(DateTime<Utc>, CaseLine)> = rows.into_iter().map(|row| line(ctx, row)).collect();
    let page = cursors.page(lines, usize::from(limit), |(due, line)| (*due, line.id));
    let Page { items, next_cursor } = page;
    Ok(Page { items: items.into_iter().map(|(_, line)| line).collect(), next_cursor })
}

fn line(ctx: &Ctx, row: Row) -> (DateTime<Utc>, CaseLine) {
    let due_at = Some(row.next_due_at).filter(|at| *at < NEVER);
    let officer = !matches!(ctx.actor, Actor::Citizen(_));
    let line = CaseLine {
        id: row.id,
        version: row.version,
        kind: row.kind,
        level: row.level,
        status: row.status,
        channel: row.channel,
        code: row.code,
        subject: row.subject.unwrap_or_default(),
        sender_name: row.sender_name,
        handling_agency_id: row.handling_agency_id,
        assigned_to: row.assigned_to.filter(|_| officer),
        due_at,
        due_date: due_at.map(deadlines::due_date),
        timeliness: row.clocks.0.timeliness(CaseStage::Resolve, ctx.now),
        escalation: Some(row.escalation).filter(|rung| *rung > 0 && officer),
    };
    (row.next_due_at, line)
}
