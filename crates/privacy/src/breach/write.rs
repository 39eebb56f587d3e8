//! Registering a breach, telling those who must be told, and closing it.

use chrono::{DateTime, SubsecRound, Utc};
use diesel_async::AsyncPgConnection;
use kernel::id::{AgencyId, StaffId};
use kernel::idempotency::{Answer, Attempt};
use kernel::problem::{FieldError, INVALID, Text, unchanged};
use kernel::request::made_by_client;
use kernel::rules::Rules;
use kernel::{Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Breach, BreachEvent, BreachId, BreachStatus, load};
use crate::DataCategory;
use crate::problem::{BREACH_CLOSED, NOT_NOTIFIED, NOTIFIED_ALREADY};

/// A breach that was detected.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDataBreach)]
pub struct NewBreach {
    /// Made by the client (UUIDv7); else by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<BreachId>,
    /// Code of the agency where it happened: one's own, or one below it, for data protection any; one's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "H26.13.01", min_length = 1, max_length = 50)]
    pub agency: Option<String>,
    /// When it was detected: the hours count from then, and not from now.
    pub detected_at: DateTime<Utc>,
    #[schema(
        example = "Danh sách hồ sơ bị gửi nhầm tới một địa chỉ thư ngoài cơ quan.",
        min_length = 10,
        max_length = 20000
    )]
    pub happened: String,
    #[schema(min_items = 1, max_items = 20)]
    pub categories: Vec<DataCategory>,
    /// How many people it concerns, as far as known.
    #[schema(minimum = 0, maximum = 2147483647, example = 37)]
    pub people: i32,
    #[schema(example = "Đã yêu cầu người nhận xoá thư và khoá tài khoản gửi.", min_length = 10, max_length = 20000)]
    pub measures: String,
}

/// The authority was told.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorityNotice {
    /// Of the document.
    #[schema(example = "45/TB-UBND", min_length = 1, max_length = 100)]
    pub document: String,
    /// When; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// Those whose data it is were told.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeopleNotice {
    /// How.
    #[schema(example = "Thư và tin nhắn tới từng người.", min_length = 10, max_length = 2000)]
    pub by: String,
    /// When; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreachClosing {
    #[schema(example = "Thư đã được xoá; quy trình gửi danh sách đã sửa.", min_length = 10, max_length = 20000)]
    pub conclusion: String,
    /// It turned out to be none.
    #[serde(default)]
    pub unfounded: bool,
}

/// Registers a breach at that agency.
///
/// # Errors
/// An agency that is not below one's own, a moment that has not come, each at its place; an id that is taken.
pub async fn register(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    rules: &Rules,
    agency: AgencyId,
    new: NewBreach,
    attempt: &Attempt,
) -> Result<Answer> {
    made_by_client(new.id.map(|id| id.0), "/id")?;
    let own = ctx.actor.agency().unwrap_or(agency);
    let mut wrong = Vec::new();
    if !ctx.actor.may(Permission::OverseeData) && !rules.below(own).contains(&agency) {
        let words = Text::fixed("không phải cơ quan bạn hay cấp dưới", "is neither your agency nor below it");
        wrong.push(FieldError::new("/agency", "not_below", words));
    }
    // As PostgreSQL stores it.
    let detected_at = new.detected_at.trunc_subsecs(6);
    wrong.extend(to_come("/detected_at", detected_at, ctx.now));
    let rule = rules.clock("data_breach", "notify_authority", "", deadlines::vn_date(detected_at));
    let Some(rule) = rule.filter(|_| wrong.is_empty()) else {
        if rule.is_none() {
            let words = Text::fixed("trước khi quy định có hiệu lực", "is before the rule was in force");
            wrong.push(FieldError::new("/detected_at", "not_in_force", words));
        }
        return Err(INVALID.error().fields(wrong));
    };
    let mut categories = new.categories;
    categories.sort_unstable();
    categories.dedup();
    let breach = Breach {
        id: new.id.unwrap_or_else(|| BreachId::at(ctx.now)),
        version: 1,
        agency_id: agency,
        status: BreachStatus::Open,
        detected_at,
        registered_at: ctx.now,
        registered_by: StaffId(ctx.actor.id().unwrap_or_default()),
        happened: new.happened,
        categories,
        people: new.people,
        measures: new.measures,
        notify_due_at: rules.due_at(rule.limit()?, agency, detected_at)?,
        source: rule.source.clone(),
        mark: rule.mark.clone(),
        overdue_told: false,
        authority_notified_at: None,
        authority_document: None,
        people_notified_at: None,
        people_notified_by: None,
        closed_at: None,
        conclusion: None,
        unfounded: false,
    };
    let event = BreachEvent::Registered {
        agency,
        detected_at: breach.detected_at,
        categories: breach.categories.clone(),
        people: breach.people,
        notify_due_at: breach.notify_due_at,
    };
    let reply = breach.reply(201, ctx.now);
    breach.insert(conn, ctx, &event, attempt.keep(&reply, ctx.now)).await?;
    Ok(reply)
}

/// Which breach, seen at which version.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub id: BreachId,
    pub if_match: Option<i32>,
    pub attempt: &'a Attempt,
}

/// The authority was told: the first time counts.
///
/// # Errors
/// No such breach; [`BREACH_CLOSED`]; [`NOTIFIED_ALREADY`]; [`kernel::problem::STALE`]; a moment before it was detected, or one that
/// has not come.
pub async fn notify_authority(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    rules: &Rules,
    target: Target<'_>,
    notice: AuthorityNotice,
) -> Result<Answer> {
    let old = open(conn, ctx, rules, target).await?;
    if old.authority_notified_at.is_some() {
        return Err(NOTIFIED_ALREADY.error());
    }
    let at = moment(&old, notice.at, ctx.now)?;
    let next = Breach { authority_notified_at: Some(at), authority_document: Some(notice.document), ..old.next() };
    let event = BreachEvent::AuthorityNotified { at, late: next.is_late(ctx.now) };
    finish(conn, ctx, next, &event, target.attempt).await
}

/// Those whose data it is were told.
///
/// # Errors
/// As [`notify_authority`].
pub async fn notify_people(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    rules: &Rules,
    target: Target<'_>,
    notice: PeopleNotice,
) -> Result<Answer> {
    let old = open(conn, ctx, rules, target).await?;
    if old.people_notified_at.is_some() {
        return Err(NOTIFIED_ALREADY.error());
    }
    let at = moment(&old, notice.at, ctx.now)?;
    let next = Breach { people_notified_at: Some(at), people_notified_by: Some(notice.by), ..old.next() };
    finish(conn, ctx, next, &BreachEvent::PeopleNotified { at }, target.attempt).await
}

/// Closes it: the authority was told, or it turned out to be none.
///
/// # Errors
/// As [`notify_authority`]; [`NOT_NOTIFIED`].
pub async fn close(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    rules: &Rules,
    target: Target<'_>,
    closing: BreachClosing,
) -> Result<Answer> {
    let old = open(conn, ctx, rules, target).await?;
    if old.owes_notice() && !closing.unfounded {
        return Err(NOT_NOTIFIED.error());
    }
    let next = Breach {
        status: BreachStatus::Closed,
        closed_at: Some(ctx.now),
        conclusion: Some(closing.conclusion),
        unfounded: closing.unfounded,
        ..old.next()
    };
    finish(conn, ctx, next, &BreachEvent::Closed { unfounded: closing.unfounded }, target.attempt).await
}

/// The breach, while something can be done about it.
async fn open(conn: &mut AsyncPgConnection, ctx: &Ctx, rules: &Rules, target: Target<'_>) -> Result<Breach> {
    let old = load(conn, ctx, rules, target.id).await?;
    unchanged(target.if_match, old.version)?;
    if old.status == BreachStatus::Open { Ok(old) } else { Err(BREACH_CLOSED.error()) }
}

async fn finish(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    next: Breach,
    event: &BreachEvent,
    attempt: &Attempt,
) -> Result<Answer> {
    let reply = next.reply(200, ctx.now);
    next.store(conn, ctx, event, Some(attempt.keep(&reply, ctx.now))).await?;
    Ok(reply)
}

/// When somebody was told.
fn moment(breach: &Breach, at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let at = at.unwrap_or(now).trunc_subsecs(6);
    let mut wrong: Vec<FieldError> = to_come("/at", at, now).into_iter().collect();
    if at < breach.detected_at {
        let words = Text::fixed("trước khi phát hiện sự cố", "is before it was detected");
        wrong.push(FieldError::new("/at", "too_early", words));
    }
    INVALID.unless_none(wrong)?;
    Ok(at)
}

fn to_come(at: &str, moment: DateTime<Utc>, now: DateTime<Utc>) -> Option<FieldError> {
    let words = Text::fixed("không được ở tương lai", "must not be in the future");
    (moment > now).then(|| FieldError::new(at, "future", words))
}
