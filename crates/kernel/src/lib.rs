//! What every domain shares, and nothing that only one of them needs. In reading order:
//!
//! - [`ctx`]: who acts and when; [`permission`]: who may do what; [`mod@id`], [`clock`]
//! - [`problem`]: everything that can go wrong, with its words in two languages
//! - [`db`]: the only place that sees a pool; [`mod@condition`]: who sees a row; [`mod@sql`]; [`record`]: a change, its journal entry, timers and answer in one statement
//! - [`journal`]: the spine; [`timers`]: what must happen later; [`access`]: who has read whose identity; [`leaving`]: contents that were erased; [`idempotency`]: a retry does the work once
//! - [`rules`]: calendars and limits as data; [`limits`]: what an agency owes by them, [`retention`]: how long things are kept, [`clocks`]: several at once, [`ladder`]: to whom what is late is shown
//! - [`period`]: the days that reports are about, [`figures`]: what they count
//! - [`request`]: what is said with a step; [`mod@reference`]: what replicas keep in memory; [`address`], [`files`], [`mod@grouped`], [`instant`], [`json`], [`page`], [`secret`], [`signing`], [`text`]

pub mod access;
pub mod address;
pub mod clock;
pub mod clocks;
pub mod condition;
pub mod ctx;
pub mod db;
pub mod figures;
pub mod files;
pub mod grouped;
pub mod id;
pub mod idempotency;
pub mod instant;
pub mod journal;
pub mod json;
pub mod ladder;
pub mod leaving;
pub mod limits;
pub mod page;
pub mod period;
pub mod permission;
pub mod problem;
pub mod record;
pub mod reference;
pub mod request;
pub mod retention;
pub mod rules;
#[rustfmt::skip]
pub mod schema;
pub mod secret;
pub mod signing;
pub mod sql;
pub mod text;
pub mod timers;

pub use clock::Clock;
pub use ctx::{Actor, Ctx, Loan};
pub use db::{Conn, Db};
pub use grouped::grouped;
pub use permission::{Permission, Role};
pub use problem::{Error, Result};
