//! The only crate that knows HTTP. In reading order:
//!
//! - [`server`]: from settings to a running server; [`settings`], [`app`], [`database`], [`demo`]
//! - [`gate`]: what happens to every request before its handler and after it; [`traffic`]: rate limits;
//!   [`negotiation`]: what it asks for beside its body
//! - [`contract`]: the OpenAPI document, which also decides who may call what and what a body must look like
//! - [`call`], [`body`], [`mod@write`]: what handlers are given; [`public`]: answers that may be kept;
//!   [`problem`]: how they fail
//! - [`routes`]: the handlers; [`mod@print`]: sheets and tables as they are sent; [`reports`]: what several
//!   domains are counted for; [`auth`]: signing in
//! - [`gateway`]: where fees are paid online; [`sources`]: the State's databases, asked; [`portal`]: the
//!   national portal, told; [`partners`]: all of them, for a demo
//! - [`simulation`]: a year of a city, for trying things
//! - [`worker`]: timers, the journal's leader, housekeeping; [`mod@reference`]: what is kept in memory

pub mod app;
pub mod auth;
pub mod body;
pub mod call;
pub mod contract;
pub mod database;
pub mod demo;
pub mod erasure;
pub mod gate;
pub mod gateway;
pub mod negotiation;
pub mod partners;
pub mod portal;
pub mod print;
pub mod problem;
pub mod public;
pub mod reference;
pub mod reports;
pub mod routes;
pub mod server;
pub mod settings;
pub mod simulation;
pub mod sources;
pub mod streamed;
pub mod traffic;
pub mod worker;
pub mod write;

pub use app::App;
pub use server::Server;
