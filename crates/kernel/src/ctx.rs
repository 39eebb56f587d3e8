//! Who acts, and when.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::id::{AgencyId, CitizenId, StaffId};
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
    },
    /// The program itself: a timer that fires.
    System,
}

impl Actor {
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

    /// Whether the actor's role allows this at all; on which rows is decided where they are read.
    pub fn may(&self, permission: Permission) -> bool {
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

    /// The agency a member of staff acts for.
    pub fn agency(&self) -> Option<AgencyId> {
        match self {
            Self::Staff { agency, .. } => Some(*agency),
            _ => None,
        }
    }
}
