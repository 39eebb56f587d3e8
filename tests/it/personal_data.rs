//! Personal data: what it is used for, consent, breaches, who has read what, and what is erased.

mod accesses;
mod accounts;
mod breaches;
mod consents;
mod contents;
mod cost;
mod denounced;
mod dossiers;
mod drafts;
pub mod erasure;
mod export;
mod linked;
mod representations;
mod requests;
