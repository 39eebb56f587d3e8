//! Who looks after whom: an administrator after their own agency and all below it; at the top, after everything.
//!
//! Nobody gives more than they may, also not by way of somebody else's account: who changes an account, or lets it have a
//! new password, must look after every agency in which it has a role, before and after.

use kernel::id::AgencyId;
use kernel::permission::permissions_of;
use kernel::problem::Result;
use kernel::{Actor, Permission};

use super::StaffContent;
use crate::Agencies;
use crate::problem::OUT_OF_REACH;

/// A part of the city's agencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    Everywhere,
    Agencies(Vec<AgencyId>),
}

impl Reach {
    /// The agencies that the actor looks after.
    pub fn managed(known: &Agencies, actor: &Actor) -> Self {
        match actor {
            Actor::System => Self::Everywhere,
            Actor::Staff { agency, .. } if actor.may(Permission::ManageDirectory) => {
                match known.get(*agency).map(|own| own.parent_id) {
                    Some(None) => Self::Everywhere,
                    _ => Self::Agencies(known.below(*agency)),
                }
            }
            _ => Self::Agencies(Vec::new()),
        }
    }

    /// The agencies whose staff the actor sees: those they look after, or else their own.
    pub fn seen(known: &Agencies, actor: &Actor) -> Self {
        match Self::managed(known, actor) {
            Self::Agencies(agencies) if agencies.is_empty() => Self::Agencies(actor.agency().into_iter().collect()),
            reach => reach,
        }
    }

    pub fn contains(&self, agency: AgencyId) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Agencies(agencies) => agencies.contains(&agency),
        }
    }

    /// Whether who has this reach may hand all that out. A role that sees every agency's dossiers, only at the top.
    ///
    /// # Errors
    /// [`OUT_OF_REACH`].
    pub fn covers(&self, content: &StaffContent) -> Result<()> {
        let beyond = |agency, role| {
            !self.contains(agency)
                || *self != Self::Everywhere && permissions_of(role).contains(&Permission::OverseeDossiers)
        };
        let all = content.roles.iter().all(|posting| !beyond(posting.agency_id, posting.role));
        if all && self.contains(content.agency_id) { Ok(()) } else { Err(OUT_OF_REACH.error()) }
    }
}
