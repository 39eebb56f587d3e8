//! An account: a member of staff or a citizen, as they come to us signed in.

use diesel_async::AsyncPgConnection;
use kernel::id::{CitizenId, StaffId};
use kernel::{Actor, Result};
use uuid::Uuid;

use crate::{Citizen, Staff, citizen, staff};

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

    /// What the person is when acting.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Staff(staff) => Actor::Staff { id: staff.id, agency: staff.agency_id, roles: staff.roles.clone() },
            Self::Citizen(citizen) => Actor::Citizen(citizen.id),
        }
    }
}
