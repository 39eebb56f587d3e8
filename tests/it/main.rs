//! The program from outside: every test has a database of its own and talks HTTP to a real server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod agencies;
mod architecture;
mod authorization;
mod cast;
mod catalogue;
mod compose;
mod consultations;
mod content;
mod contract;
mod corrections;
mod database;
mod deadlines;
mod declaring;
mod delegations;
mod dossiers;
mod examination;
mod fees;
mod forms;
mod hand_over;
mod harness;
mod idempotency;
mod imports;
mod journal;
mod oauth;
mod operations;
mod pages;
mod papers;
mod printed;
mod problems;
mod queries;
mod queue;
mod reading;
mod receipts;
mod recomputation;
mod register;
mod representations;
mod sequences;
mod sign_in;
mod staff;
mod start;
mod traffic;
mod transitions;
mod walk;
mod workflow;
