//! The handlers, each beside its part of the contract.

pub mod attachments;
pub mod deadlines;
pub mod delegations;
pub mod directory;
pub mod dossiers;
pub mod forms;
pub mod health;
pub mod journal;
pub mod pages;
pub mod problems;
pub mod procedures;
pub mod queue;
pub mod receipts;
pub mod recomputations;
pub mod staff;
pub mod steps;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of the contract: what is registered here is in the contract, and nothing else is.
pub fn configure(config: &mut ServiceConfig<'_>) {
    health::configure(config);
    problems::configure(config);
    deadlines::configure(config);
    directory::configure(config);
    staff::configure(config);
    delegations::configure(config);
    procedures::configure(config);
    dossiers::configure(config);
    steps::configure(config);
    forms::configure(config);
    queue::configure(config);
    receipts::configure(config);
    recomputations::configure(config);
    attachments::configure(config);
    journal::configure(config);
    crate::auth::configure(config);
}
