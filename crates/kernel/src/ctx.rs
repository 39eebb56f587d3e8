//! Who acts, and when.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::{AgencyId, CitizenId, DelegationId, StaffId};
use crate::permission::{Permission, Role, permissions_of};

/// What every use case is given: the actor and the moment. `now` is read once per request.
#[derive(Clone, Debug)]
pub struct Ctx {
    pub actor: Actor,
    pub now: DateTime<Utc>,
}

/// On whose behalf something is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody has signed in.
    Anonymous,
    Citizen(CitizenId),
    Staff {
        id: StaffId,
        agency: AgencyId,
        roles: Vec<Role>,
        /// What colleagues have lent them.
        loans: Vec<Loan>,
        /// The delegation that they act under now: see [`Actor::using`].
        under: Option<DelegationId>,
    },
    /// The program itself: a timer that fires.
    System,
}

/// What a delegation lends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loan {
    pub delegation: DelegationId,
    pub permissions: Vec<Permission>,
}

impl Actor {
    /// A member of staff in their own right alone.
    pub fn staff(id: StaffId, agency: AgencyId, roles: Vec<Role>) -> Self {
        Self::Staff { id, agency, roles, loans: Vec::new(), under: None }
    }

    /// The word for this kind of actor in the journal.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Citizen(_) => "citizen",
            Self::Staff { .. } => "staff",
            Self::System => "system",
        }
    }

    /// The account, where there is one.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Citizen(id) => Some(id.0),
            Self::Staff { id, .. } => Some(id.0),
            Self::Anonymous | Self::System => None,
        }
    }

    /// Whether the actor's roles, or what was lent to them, allow this at all; on which rows is decided where they are read.
    pub fn may(&self, permission: Permission) -> bool {
        self.may_themself(permission) || self.lender(permission).is_some()
    }

    /// Whether the actor's own roles allow this.
    pub fn may_themself(&self, permission: Permission) -> bool {
        match self {
            Self::Anonymous => false,
            Self::Citizen(_) => permissions_of(Role::Citizen).contains(&permission),
            Self::Staff { roles, .. } => roles.iter().any(|role| permissions_of(*role).contains(&permission)),
            Self::System => true,
        }
    }

    /// Whether the actor's role allows this, and they act for that agency.
    pub fn may_at(&self, permission: Permission, agency: AgencyId) -> bool {
        self.agency() == Some(agency) && self.may(permission)
    }

    /// The delegation that lends this permission.
    fn lender(&self, permission: Permission) -> Option<DelegationId> {
        let Self::Staff { loans, .. } = self else { return None };
        loans.iter().find(|loan| loan.permissions.contains(&permission)).map(|loan| loan.delegation)
    }

    /// The actor about to do what any of these permissions allows: in their own right where they have it, and only
    /// otherwise under a delegation. Where nothing asks for one, as before.
    pub fn using(mut self, permissions: &[Permission]) -> Self {
        if permissions.is_empty() {
            return self;
        }
        let own = permissions.iter().any(|permission| self.may_themself(*permission));
        let lender = permissions.iter().find_map(|permission| self.lender(*permission)).filter(|_| !own);
        if let Self::Staff { under, .. } = &mut self {
            *under = lender;
        }
        self
    }

    /// The delegation that the actor acts under, when not in their own right.
    pub fn under(&self) -> Option<DelegationId> {
        match self {
            Self::Staff { under, .. } => *under,
            _ => None,
        }
    }

    /// The agency a member of staff acts for.
    pub fn agency(&self) -> Option<AgencyId> {
        match self {
            Self::Staff { agency, .. } => Some(*agency),
            _ => None,
        }
    }
}
