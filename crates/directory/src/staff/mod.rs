//! Staff: who works for which agencies, in which roles, for how long. Names and user names stay out of the journal.
//! [`change`] hires and changes them, [`reach`] says who may, [`password_code`] lets them set a password of their own,
//! [`list`] finds them, [`known()`] those of whom somebody writes; [`mod@file`] reads many from a file and [`import`] takes them in; `operator` is the command line's.

pub mod change;
pub mod file;
pub mod import;
mod known;
pub mod list;
mod operator;
pub mod password_code;
pub mod reach;
mod row;
mod rules;

pub use known::known;
pub(crate) use operator::add;
pub use operator::{NewStaff, activate, create, deactivate, set_password};

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, StaffId};
use kernel::journal::Event;
use kernel::json::Json;
use kernel::schema::staff;
use kernel::{Result, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::STAFF_NOT_FOUND;

/// A role at an agency, for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Posting {
    #[schema(value_type = AgencyId, example = "019b76da-a800-7000-8000-a00000000006")]
    pub agency_id: AgencyId,
    #[schema(value_type = Role, example = "reception_officer")]
    pub role: Role,
    /// The first day.
    #[schema(example = "2026-01-01")]
    pub valid_from: NaiveDate,
    /// The last day; absent while no end is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
}

impl Posting {
    /// Whether it is held on that day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}

/// A member of staff. The password's hash is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = staff)]
#[schema(as = StaffMember)]
pub struct Staff {
    pub id: StaffId,
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    #[schema(example = "tiepnhan", max_length = 32)]
    pub username: String,
    #[schema(example = "Lê Thu Hà", max_length = 200)]
    pub name: String,
    /// Their office, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Chuyên viên Bộ phận Một cửa", max_length = 200)]
    pub title: Option<String>,
    /// The agency that they belong to, and act for unless they choose another.
    pub agency_id: AgencyId,
    /// Also those that have ended, or are still to come.
    #[diesel(column_name = postings)]
    #[schema(value_type = Vec<Posting>, max_items = 50)]
    pub roles: Json<Vec<Posting>>,
    /// Whether the account may sign in.
    pub active: bool,
}

/// What a member of staff is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffContent {
    /// Typed on any keyboard and read out over the telephone.
    #[schema(example = "ha.tran", min_length = 2, max_length = 32, pattern = "^[a-z0-9._-]{2,32}$")]
    pub username: String,
    #[schema(
        example = "Trần Thị Hà",
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*\S[^\u0000-\u001f\u007f-\u009f]*$"
    )]
    pub name: String,
    /// Their office, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Chuyên viên Bộ phận Một cửa", min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// The agency that they belong to, and act for unless they choose another.
    #[schema(value_type = AgencyId, example = "019b76da-a800-7000-8000-a00000000006")]
    pub agency_id: AgencyId,
    /// All their roles, at this and other agencies.
    #[schema(max_items = 50)]
    pub roles: Vec<Posting>,
}

kernel::text_enum! {
    /// What of a member of staff has changed.
    StaffPart { Username = "username", Name = "name", Title = "title", Agency = "agency", Roles = "roles" }
}

/// What happens to a staff account, as the journal tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum StaffEvent {
    Created {
        agency_id: AgencyId,
        roles: Vec<Posting>,
    },
    Changed {
        parts: Vec<StaffPart>,
        /// All of them, when they have changed.
        #[serde(skip_serializing_if = "Option::is_none")]
        roles: Option<Vec<Posting>>,
    },
    /// Somebody may set a password of their own.
    PasswordReset {},
    PasswordChanged {},
    Activated {},
    Deactivated {},
}

impl Event for StaffEvent {
    const ENTITY: &'static str = "staff";

    fn kind(&self) -> &'static str {
        match self {
            Self::Created { .. } => "staff.created",
            Self::Changed { .. } => "staff.changed",
            Self::PasswordReset {} => "staff.password_reset",
            Self::PasswordChanged {} => "staff.password_changed",
            Self::Activated {} => "staff.activated",
            Self::Deactivated {} => "staff.deactivated",
        }
    }

    /// The first version of `created` had roles at one agency, without days.
    fn version(&self) -> i16 {
        if matches!(self, Self::Created { .. }) { 2 } else { 1 }
    }
}

impl Staff {
    pub(crate) fn new(id: StaffId, version: i32, active: bool, content: StaffContent) -> Self {
        let StaffContent { username, name, title, agency_id, roles } = content;
        Self { id, version, username, name, title, agency_id, roles: Json(roles), active }
    }

    /// What of them can be changed.
    pub fn content(&self) -> StaffContent {
        let Self { username, name, title, agency_id, roles: Json(roles), .. } = self.clone();
        StaffContent { username, name, title, agency_id, roles }
    }

    /// Their roles at an agency on a day.
    pub fn roles_at(&self, agency: AgencyId, day: NaiveDate) -> Vec<Role> {
        roles_at(&self.roles.0, agency, day)
    }

    /// Where they belong, and where they have, had or will have a role.
    pub fn all_agencies(&self) -> Vec<AgencyId> {
        std::iter::once(self.agency_id).chain(self.roles.0.iter().map(|posting| posting.agency_id)).collect()
    }

    /// The agencies where they have a role on a day, the main one first.
    pub fn agencies_on(&self, day: NaiveDate) -> Vec<AgencyId> {
        let held = self.roles.0.iter().filter(|posting| posting.holds_on(day)).map(|posting| posting.agency_id);
        let mut agencies: Vec<AgencyId> = held.collect();
        agencies.sort_by_key(|agency| (*agency != self.agency_id, *agency));
        agencies.dedup();
        agencies
    }
}

/// The roles among these that are held at an agency on a day.
pub(crate) fn roles_at(postings: &[Posting], agency: AgencyId, day: NaiveDate) -> Vec<Role> {
    let held = postings.iter().filter(|posting| posting.agency_id == agency && posting.holds_on(day));
    let mut roles: Vec<Role> = held.map(|posting| posting.role).collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// The account with this id.
pub async fn by_id(conn: &mut AsyncPgConnection, id: StaffId) -> Result<Option<Staff>> {
    Ok(staff::table.find(id).select(Staff::as_select()).first(conn).await.optional()?)
}

/// When somebody who looks after accounts last let this one in: hired them, let them in again, gave them other roles or a code for a
/// password, or that code was used. None where only the operator did.
pub async fn let_in_at(conn: &mut AsyncPgConnection, id: StaffId) -> Result<Option<DateTime<Utc>>> {
    let at = staff::table.find(id).select(staff::let_in_at).first(conn).await.optional()?;
    Ok(at.flatten())
}

/// The account with this user name.
///
/// # Errors
/// [`STAFF_NOT_FOUND`] when there is none.
pub async fn by_username(conn: &mut AsyncPgConnection, username: &str) -> Result<Staff> {
    let found = staff::table.filter(staff::username.eq(username)).select(Staff::as_select());
    found.first(conn).await.optional()?.ok_or_else(|| STAFF_NOT_FOUND.error())
}

/// What these are called, by their ids.
pub async fn names(conn: &mut AsyncPgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    let known = staff::table.filter(staff::id.eq_any(ids)).select((staff::id, staff::name));
    let known: Vec<(Uuid, String)> = known.load(conn).await?;
    Ok(known.into_iter().collect())
}

/// All accounts, by user name.
pub async fn all(conn: &mut AsyncPgConnection) -> Result<Vec<Staff>> {
    Ok(staff::table.order(staff::username).select(Staff::as_select()).load(conn).await?)
}
