//! Making and revoking delegations.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, DelegationId, StaffId};
use kernel::idempotency::{Answer, Attempt};
use kernel::problem::{FieldError, INVALID, STALE, Text as Words};
use kernel::record::{Record, nothing_late};
use kernel::schema::{delegations, staff};
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Delegation, DelegationEvent, list, own};
use crate::problem::{DELEGATION_ENDED, NOT_YOURS_TO_DELEGATE};
use crate::{Agencies, Staff};

/// What is lent, to whom, on which paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "delegate_id": "019b76da-a800-7000-8000-b00000000001", "permissions": ["dossier:sign"],
    "document": "Giấy uỷ quyền 12/GUQ-UBND ngày 14/08/2026", "valid_from": "2030-01-07", "valid_to": "2030-01-18"
}))]
pub struct NewDelegation {
    /// Whose permissions are lent: the caller's own when absent. For others only whoever names deputies may say it.
    #[schema(value_type = Option<StaffId>, example = "019b76da-a800-7000-8000-b00000000002")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegator_id: Option<StaffId>,
    /// Who acts: a colleague with a role at the same agency.
    #[schema(value_type = StaffId, example = "019b76da-a800-7000-8000-b00000000001")]
    pub delegate_id: StaffId,
    /// What is lent; all that the delegator may when absent. Making delegations and changing the directory cannot be lent.
    #[schema(min_items = 1, max_items = 50, example = json!(["dossier:sign"]))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<Permission>>,
    /// Number and date of the paper that it rests on.
    #[schema(example = "Giấy uỷ quyền 12/GUQ-UBND ngày 14/08/2026", min_length = 1, max_length = 200)]
    pub document: String,
    /// The first day: today or later.
    #[schema(example = "2030-01-07")]
    pub valid_from: NaiveDate,
    /// The last day, within a year.
    #[schema(example = "2030-01-18")]
    pub valid_to: NaiveDate,
}

/// Lends what one may, or what somebody of one's agency may.
///
/// # Errors
/// [`NOT_YOURS_TO_DELEGATE`] for somebody else's without being who names deputies; [`INVALID`] with everything that is wrong.
pub async fn make(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: DelegationId,
    new: NewDelegation,
    attempt: &Attempt,
) -> Result<Answer> {
    let Actor::Staff { id: me, agency, .. } = ctx.actor else { return Err(NOT_YOURS_TO_DELEGATE.error()) };
    let delegator = new.delegator_id.unwrap_or(me);
    // Nobody names themself: that would be to take what is another's.
    let names = ctx.actor.may_themself(Permission::NameDeputies) && new.delegate_id != me;
    if delegator != me && !names {
        return Err(NOT_YOURS_TO_DELEGATE.error());
    }
    let both = staff::table.filter(staff::id.eq_any([delegator, new.delegate_id])).filter(staff::active);
    let both: Vec<Staff> = both.select(Staff::as_select()).load(conn).await?;
    check(ctx, agency, delegator, &both, &new)?;
    let delegation = Delegation {
        id,
        version: 1,
        agency_id: agency,
        delegator_id: delegator,
        delegate_id: new.delegate_id,
        permissions: new.permissions,
        document: new.document,
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        made_by_id: me,
        made_at: ctx.now,
        revoked_by_id: None,
        revoked_at: None,
    };
    let event = DelegationEvent::Made {
        delegator_id: delegator,
        delegate_id: delegation.delegate_id,
        permissions: delegation.permissions.clone(),
        valid_from: delegation.valid_from,
        valid_to: delegation.valid_to,
    };
    let entry = delegation.entry(ctx, &event, vec![]);
    let answer = answer(201, &delegation);
    let kept = Some(attempt.keep(&answer, ctx.now));
    let change =
        diesel::insert_into(delegations::table).values(delegation).returning((delegations::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer: kept }.write(conn, |_| None).await?;
    Ok(answer)
}

/// Ends a delegation before its time: by whoever lends, whoever made it, or whoever names deputies there.
///
/// # Errors
/// No such delegation for the actor; [`STALE`]; [`NOT_YOURS_TO_DELEGATE`]; [`DELEGATION_ENDED`].
pub async fn revoke(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    id: DelegationId,
    seen: Option<i32>,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = list::read(conn, ctx, known, id).await?;
    if seen.is_some_and(|seen| seen != old.version) {
        return Err(STALE.error().extra("version", old.version));
    }
    let Actor::Staff { id: me, .. } = ctx.actor else { return Err(NOT_YOURS_TO_DELEGATE.error()) };
    let head = ctx.actor.may_at(Permission::NameDeputies, old.agency_id);
    if me != old.delegator_id && me != old.made_by_id && !head {
        return Err(NOT_YOURS_TO_DELEGATE.error());
    }
    if old.revoked_at.is_some() || old.valid_to < deadlines::vn_date(ctx.now) {
        return Err(DELEGATION_ENDED.error());
    }
    let next =
        Delegation { version: old.version + 1, revoked_by_id: Some(me), revoked_at: Some(ctx.now), ..old.clone() };
    let entry = next.entry(ctx, &DelegationEvent::Revoked {}, old.audience());
    let answer = answer(200, &next);
    let kept = Some(attempt.keep(&answer, ctx.now));
    let row = delegations::table.filter(delegations::id.eq(id)).filter(delegations::version.eq(old.version));
    let change = diesel::update(row)
        .set((
            delegations::version.eq(next.version),
            delegations::revoked_by_id.eq(next.revoked_by_id),
            delegations::revoked_at.eq(next.revoked_at),
        ))
        .returning((delegations::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer: kept }.write(conn, |_| None).await?;
    Ok(answer)
}

fn answer(status: u16, delegation: &Delegation) -> Answer {
    let location = (status == 201).then(|| format!("/v1/delegations/{}", delegation.id));
    let body = serde_json::to_string(delegation).expect("a delegation is plain data");
    Answer { status, version: delegation.version, location, body }
}

/// Both have a role at the agency, the delegator may what is lent, and the time is to come and at most a year long.
fn check(ctx: &Ctx, agency: AgencyId, delegator: StaffId, both: &[Staff], new: &NewDelegation) -> Result<()> {
    let today = deadlines::vn_date(ctx.now);
    let first = new.valid_from.max(today);
    let works = |id: StaffId| {
        both.iter().find(|staff| staff.id == id).filter(|staff| !staff.roles_at(agency, first).is_empty())
    };
    let mut wrong = Vec::new();
    let mut say = |pointer: &str, code, vi, en| wrong.push(FieldError::new(pointer, code, Words::fixed(vi, en)));
    if new.delegate_id == delegator {
        say("/delegate_id", "same", "không thể là chính người uỷ quyền", "cannot be the delegator");
    } else if works(new.delegate_id).is_none() {
        say("/delegate_id", "unknown", "không làm việc tại cơ quan này", "does not work at this agency then");
    }
    match (works(delegator), &new.permissions) {
        (None, _) => {
            say("/delegator_id", "unknown", "không làm việc tại cơ quan này", "does not work at this agency then")
        }
        (Some(delegator), named) => {
            let lendable: Vec<Permission> = own(&delegator.roles.0, agency, first).collect();
            let beyond = named.iter().flatten().any(|named| !lendable.contains(named));
            if lendable.is_empty() || beyond {
                say(
                    "/permissions",
                    "not_held",
                    "người uỷ quyền không có các quyền này",
                    "the delegator has no such permissions to lend",
                );
            }
        }
    }
    if new.valid_from < today {
        say("/valid_from", "past", "không được trước hôm nay", "must not be before today");
    }
    if new.valid_to < new.valid_from {
        say("/valid_to", "before_valid_from", "không được trước ngày bắt đầu", "must not be before the first day");
    } else if (new.valid_to - new.valid_from).num_days() > 366 {
        say("/valid_to", "too_long", "tối đa một năm", "at most a year");
    }
    INVALID.unless_none(wrong)
}
