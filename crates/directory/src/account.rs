//! An account: a member of staff or a citizen, as they come to us signed in.

use diesel_async::AsyncPgConnection;
use kernel::id::{AgencyId, CitizenId, StaffId};
use kernel::{Actor, Ctx, Result};
use uuid::Uuid;

use crate::problem::AGENCY_NOT_YOURS;
use crate::{Citizen, Staff, citizen, delegation, staff};

/// Whose account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountId {
    Staff(StaffId),
    Citizen(CitizenId),
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    Staff(Staff),
    Citizen(Citizen),
}

impl AccountId {
    /// The account as it is now; `None` when it is gone or deactivated.
    pub async fn load(self, conn: &mut AsyncPgConnection) -> Result<Option<Account>> {
        Ok(match self {
            Self::Staff(id) => staff::by_id(conn, id).await?.filter(|staff| staff.active).map(Account::Staff),
            Self::Citizen(id) => citizen::by_id(conn, id).await?.map(Account::Citizen),
        })
    }

    /// The two columns in which a row says whose it is: exactly one of them is filled.
    pub(crate) fn columns(self) -> (Option<StaffId>, Option<CitizenId>) {
        match self {
            Self::Staff(id) => (Some(id), None),
            Self::Citizen(id) => (None, Some(id)),
        }
    }

    pub(crate) fn from_columns(staff: Option<StaffId>, citizen: Option<CitizenId>) -> Option<Self> {
        staff.map(Self::Staff).or(citizen.map(Self::Citizen))
    }
}

impl Account {
    pub fn id(&self) -> AccountId {
        match self {
            Self::Staff(staff) => AccountId::Staff(staff.id),
            Self::Citizen(citizen) => AccountId::Citizen(citizen.id),
        }
    }

    /// The id, without saying of what.
    pub fn uuid(&self) -> Uuid {
        match self {
            Self::Staff(staff) => staff.id.0,
            Self::Citizen(citizen) => citizen.id.0,
        }
    }

    /// The person's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Staff(staff) => &staff.name,
            Self::Citizen(citizen) => &citizen.name,
        }
    }

    /// What the person is when acting now: for one agency, the main one when none is named, with what they may there today
    /// and what they are lent.
    pub async fn actor(&self, conn: &mut AsyncPgConnection, ctx: &Ctx, agency: Option<AgencyId>) -> Result<Actor> {
        Ok(match self {
            Self::Staff(staff) => {
                let agency = agency.unwrap_or(staff.agency_id);
                let roles = staff.roles_at(agency, deadlines::vn_date(ctx.now));
                // Colleagues lend to each other: who works there no more acts there for nobody.
                let loans = match roles.is_empty() {
                    true => vec![],
                    false => delegation::loans(conn, ctx, staff.id, agency).await?,
                };
                Actor::Staff { id: staff.id, agency, roles, loans, under: None }
            }
            Self::Citizen(citizen) => Actor::Citizen(citizen.id),
        })
    }

    /// Like [`Account::actor`], if the person can work for that agency today: it is their own, or they have a role there.
    ///
    /// # Errors
    /// [`AGENCY_NOT_YOURS`].
    pub async fn work_for(&self, conn: &mut AsyncPgConnection, ctx: &Ctx, agency: Option<AgencyId>) -> Result<Actor> {
        let actor = self.actor(conn, ctx, agency).await?;
        match (&actor, self) {
            (Actor::Staff { agency, roles, .. }, Self::Staff(staff))
                if *agency != staff.agency_id && roles.is_empty() =>
            {
                Err(AGENCY_NOT_YOURS.error())
            }
            _ => Ok(actor),
        }
    }
}
