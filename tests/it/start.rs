//! The program from outside: a process of its own, started as an operator starts it.

mod databases;
pub mod gateway;
mod life;
pub mod program;
mod refusals;
mod replicas;
mod scratch;
mod settings;
mod staff;
mod tls;
mod verifying;

pub use program::Program;
pub use scratch::Scratch;
pub use staff::{SECRET_KEY, VAULT_KEYS, signing_keys};
