//! The program from outside: every test has a database of its own and talks HTTP to a real server.

mod architecture;
mod authorization;
mod cast;
mod contract;
mod dossiers;
mod harness;
mod idempotency;
mod workflow;
mod oauth;
mod sign_in;
mod transitions;
