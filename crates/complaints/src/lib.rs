//! What citizens bring before the administration beside procedures: complaints, petitions by letter, feedback on
//! regulations, reports on the conduct of officials, requests for accountability, for information and about one's own
//! data, and the recommendations of the people's supervision. One aggregate with kinds. In reading order:
//!
//! - [`facts`]: the kinds, and what is particular to each
//! - [`workflow`]: the states and the one table of what leads from one to the next, for which kinds
//! - [`case`]: the row, and who may see it; [`accused`]: whom it accuses, who never does; [`view`]: what the world sees of it
//! - [`mod@file`]: sending one; [`paper`]: its files; [`steps`]: everything that moves it, with what must be said in a
//!   [`request`]; [`clocks`]: what that does to its limits
//! - [`law`]: grounds and settings, as data
//! - [`note`]: what officers note for each other; [`template`]: from what they begin what they write to senders
//! - [`inspection`]: public-duty inspections, what they found and whether it was remedied
//! - [`list`], [`timeline`]: reading; [`own`]: what somebody is given of all of theirs; [`register`], [`report`]: the book of what was received, and what is counted of it
//! - [`timer`]: what happens when nobody does anything; [`erasure`]: what is left of a case when its time is over
//! - [`event`]: what the journal is told; [`problem`]: what can go wrong

pub mod accused;
pub mod case;
mod check;
pub mod clocks;
pub mod erasure;
pub mod event;
pub mod facts;
pub mod file;
pub mod inspection;
pub mod law;
pub mod list;
pub mod note;
pub mod own;
pub mod paper;
pub mod problem;
pub mod register;
pub mod report;
pub mod request;
pub mod steps;
pub mod template;
pub mod timeline;
pub mod timer;
pub mod view;
pub mod workflow;

pub use case::{Case, CaseId};
pub use facts::CaseKind;
