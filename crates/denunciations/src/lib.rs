//! Denunciations (Luật Tố cáo 25/2018/QH14), apart from everything else: tables, role and pool of their own, and who denounces in a
//! vault. In reading order:
//!
//! - [`workflow`]: the states and the one table of what leads from one to the next
//! - [`denunciation`]: the row, and who may see it; [`view`]: what is seen of it
//! - [`receive`]: one comes in; [`accused`]: who has no part in it; [`redact`]: without what tells who says it; [`follow`]: its
//!   denouncer, who has a code and no account; [`mod@file`]: what they show
//! - [`steps`]: everything that moves it, with what must be said in a [`request`]; [`clocks`]: its limits
//! - [`vault`]: who denounces, sealed; [`identity`]: two people open it; [`erasure`]: it is destroyed
//! - [`list`], [`mod@timeline`], [`register`], [`report`]: reading; [`timer`]; [`event`]: what the journal is told; [`problem`]: what can go wrong

pub mod accused;
pub mod clocks;
pub mod denunciation;
pub mod erasure;
pub mod event;
pub mod file;
pub mod follow;
pub mod identity;
pub mod list;
pub mod problem;
pub mod receive;
pub mod redact;
pub mod register;
pub mod report;
pub mod request;
pub mod steps;
pub mod timeline;
pub mod timer;
pub mod vault;
pub mod view;
pub mod workflow;

pub use denunciation::{Denunciation, DenunciationId};
