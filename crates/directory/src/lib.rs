//! Who deals with whom: agencies and their staff, citizens, and how they sign in. In reading order:
//!
//! - [`agency`]: the offices of the city, a tree in memory; [`staff`]: who works there; [`delegation`]: who stands in for
//!   whom; [`citizen`]: whom they serve; [`organisation`], and [`representation`]: who acts for it or for somebody else
//! - [`account`]: either of the two, as they come to us signed in; [`password`], [`sign_in`], [`session`]
//! - [`own`]: what somebody is given of their own account; [`erasure`]: accounts that nobody uses
//! - [`authorization`]: codes and hand-overs between us, an application and an identity provider (OAuth 2.0)
//! - [`cells`]: files with many of them; [`demo`]: an invented city hall to try it all with; [`housekeeping`]; [`problem`]

pub mod account;
pub mod agency;
pub mod authorization;
pub mod cells;
pub mod citizen;
pub mod delegation;
pub mod demo;
pub mod erasure;
pub mod housekeeping;
pub mod organisation;
pub mod own;
pub mod password;
pub mod problem;
mod refresh_token;
pub mod representation;
pub mod session;
pub mod sign_in;
pub mod staff;

pub use account::{Account, AccountId};
pub use agency::{Agencies, Agency, AgencyContent, AgencyKind};
pub use citizen::Citizen;
pub use organisation::{Organisation, OrganisationContent};
pub use representation::Representation;
pub use session::{NewSession, SessionId};
pub use staff::{NewStaff, Posting, Staff, StaffContent};
