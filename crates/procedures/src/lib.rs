//! Administrative procedures, and the dossiers that citizens file under them. In reading order:
//!
//! - [`catalogue`]: procedures as published, with their cases, limits and papers
//! - [`workflow`]: the states of a dossier and the one table of what leads from one to the next
//! - [`dossier`]: the row, what the world sees of it ([`view`]), and who may see it
//! - [`mod@file`]: filing one; [`attachment`], [`upload`]: its papers; [`steps`]: everything that moves it, with what
//!   must be said in a [`request`]; [`clock`]: what that does to its deadline
//! - [`claim`]: one that reception filed, in its applicant's account
//! - [`eform`]: what it says put right
//! - [`fee`]: what is to be paid; [`consultation`]: what other agencies think; [`correction`]: a result put right
//! - [`delivery`]: its result in its applicant's hands; [`handing_back`]: its papers, where there is none
//! - [`holding`]: who had it, for how long
//! - [`list`], [`timeline`], [`tracking`]: reading; [`own`]: what somebody is given of all of theirs; [`timer`]: what happens when nobody does anything
//! - [`paper`]: what its owner has of it afterwards, and files again; [`data_source`]: what need not be filed at all
//! - [`form`]: what is printed; [`register`]: the book of what was accepted; [`receipt`]: what was promised, signed
//! - [`queue`]: tickets at the counter; [`appointment`]: times given beforehand; [`assessment`]: what a centre says it has
//! - [`national`]: what the national portal is told
//! - [`archive`]: the register of what is finished; [`erasure`]: what was never filed
//! - [`review`]: what is proposed to simplify procedures and regulations, and what that saves
//! - [`recomputation`]: a calendar has changed; [`recompute`]: what that moves
//! - [`import`]: dossiers of other systems, from their logs
//! - [`event`], `told`: what the journal is told; [`problem`]: what can go wrong

mod access;
pub mod appointment;
pub mod archive;
pub mod assessment;
pub mod attachment;
pub mod catalogue;
pub mod claim;
pub mod clock;
pub mod consultation;
pub mod correction;
pub mod data_source;
pub mod delivery;
pub mod dossier;
pub mod eform;
pub mod erasure;
pub mod event;
pub mod fee;
pub mod file;
pub mod form;
pub mod handing_back;
pub mod holding;
pub mod import;
pub mod list;
pub mod national;
pub mod own;
pub mod paper;
pub mod problem;
pub mod queue;
pub mod receipt;
pub mod recomputation;
pub mod recompute;
pub mod register;
pub mod request;
pub mod review;
pub mod steps;
pub mod supplement;
pub mod timeline;
pub mod timer;
mod told;
pub mod tracking;
pub mod upload;
pub mod view;
pub mod workflow;

pub use catalogue::Catalogue;
pub use dossier::{Dossier, DossierId};
