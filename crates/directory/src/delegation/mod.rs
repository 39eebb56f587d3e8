//! Delegations: a member of staff lends a colleague of the same agency what they may, for a time, on a paper; or the head of
//! the agency names who stands in, so that reception never stops (NĐ 118/2025 Art. 11(8)). It ends by itself or by
//! revocation, and with the lender's own roles; what is lent is never lent on. [`change`] makes and revokes them.

pub mod change;
pub mod list;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, DelegationId, StaffId};
use kernel::journal::{Audience, Entry, Event};
use kernel::json::Json;
use kernel::permission::permissions_of;
use kernel::schema::{delegations, staff};
use kernel::{Ctx, Loan, Permission, Result, instant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::staff::{Posting, roles_at};

/// Somebody acts for somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = delegations)]
pub struct Delegation {
    pub id: DelegationId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub agency_id: AgencyId,
    /// Whose permissions are lent.
    pub delegator_id: StaffId,
    /// Who acts.
    pub delegate_id: StaffId,
    /// What is lent; absent for all that the delegator may.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub permissions: Option<Vec<Permission>>,
    #[schema(example = "Giấy uỷ quyền 12/GUQ-UBND ngày 14/08/2026", max_length = 200)]
    pub document: String,
    pub valid_from: NaiveDate,
    /// The last day.
    pub valid_to: NaiveDate,
    pub made_by_id: StaffId,
    #[serde(serialize_with = "instant::serialize")]
    pub made_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_by_id: Option<StaffId>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant::serialize_option")]
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What happens to a delegation, as the journal tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DelegationEvent {
    Made {
        delegator_id: StaffId,
        delegate_id: StaffId,
        #[serde(skip_serializing_if = "Option::is_none")]
        permissions: Option<Vec<Permission>>,
        valid_from: NaiveDate,
        valid_to: NaiveDate,
    },
    Revoked {},
}

impl Event for DelegationEvent {
    const ENTITY: &'static str = "delegation";

    fn kind(&self) -> &'static str {
        match self {
            Self::Made { .. } => "delegation.made",
            Self::Revoked {} => "delegation.revoked",
        }
    }
}

impl Delegation {
    fn audience(&self) -> Audience {
        vec![self.delegator_id.0, self.delegate_id.0, self.agency_id.0]
    }

    fn entry(&self, ctx: &Ctx, event: &DelegationEvent, before: Audience) -> Entry {
        Entry::new(ctx, self.id.0, Some(self.agency_id.0), event, (before, self.audience()))
    }
}

/// A delegation, what it names, and what the lender holds.
type Row = (DelegationId, Option<Vec<Permission>>, Json<Vec<Posting>>);

/// What is lent to somebody at an agency today: never more than the lender, whose account is active, may there today.
pub(crate) async fn loans(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    delegate: StaffId,
    agency: AgencyId,
) -> Result<Vec<Loan>> {
    let today = deadlines::vn_date(ctx.now);
    let rows: Vec<Row> = delegations::table
        .inner_join(staff::table)
        .filter(delegations::delegate_id.eq(delegate))
        .filter(delegations::agency_id.eq(agency))
        .filter(delegations::valid_from.le(today))
        .filter(delegations::valid_to.ge(today))
        .filter(delegations::revoked_at.is_null())
        .filter(staff::active)
        .order(delegations::id)
        .select((delegations::id, delegations::permissions, staff::postings))
        .load(conn)
        .await?;
    let loan = |(delegation, named, Json(postings)): Row| {
        let lent = own(&postings, agency, today);
        let lent = lent.filter(|lent| named.as_ref().is_none_or(|named| named.contains(lent)));
        Loan { delegation, permissions: lent.collect() }
    };
    Ok(rows.into_iter().map(loan).filter(|loan| !loan.permissions.is_empty()).collect())
}

/// What somebody with these postings can lend at an agency on a day.
fn own(postings: &[Posting], agency: AgencyId, day: NaiveDate) -> impl Iterator<Item = Permission> + use<> {
    let roles = roles_at(postings, agency, day);
    let held = move |permission: &Permission| roles.iter().any(|role| permissions_of(*role).contains(permission));
    Permission::ALL.iter().copied().filter(|permission| permission.is_lendable()).filter(held)
}
