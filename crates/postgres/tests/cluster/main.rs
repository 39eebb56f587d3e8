//! Starts, stops and kills real clusters. Every test has directories of its own, so they may run side by side.

mod full_disk;
mod hold;
mod kills;
mod life;
mod log;
mod refusals;
mod script;
mod sockets;
mod support;
mod temporary;
