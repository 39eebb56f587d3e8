//! The handlers, each beside its part of the contract.

/// A change of a dossier: its target, as the request names it, and the world that it goes by.
macro_rules! change {
    ($write:expr, $id:expr, |$conn:ident, $call:ident, $given:pat_param, $target:ident, $world:ident| $work:expr) => {{
        let (id, write) = ($id, $write);
        let if_match = write.if_match;
        write
            .run(async move |$conn, $call, $given, attempt| {
                let $target = ::procedures::steps::Target { id, if_match, attempt };
                let catalogue = $call.app.catalogue.load_full();
                let $world = $call.app.world(&catalogue);
                $work.await
            })
            .await
    }};
}

pub mod answer_templates;
pub mod appointments;
pub mod archive;
pub mod assessments;
pub mod attachments;
pub mod case_files;
pub mod case_steps;
pub mod cases;
pub mod consents;
pub mod consultations;
pub mod corrections;
pub mod data_accesses;
pub mod data_breaches;
pub mod data_retention;
pub mod data_sources;
pub mod deadlines;
pub mod delegations;
pub mod deliveries;
mod denunciation_accused;
pub mod denunciation_files;
pub mod denunciation_steps;
pub mod denunciations;
pub mod directory;
pub mod dossiers;
pub mod fees;
pub mod forms;
pub mod health;
pub mod imports;
pub mod inspections;
pub mod journal;
pub mod organisations;
pub mod own_data;
pub mod pages;
pub mod papers;
pub mod petition_registers;
pub mod petition_reports;
pub mod problems;
pub mod procedures;
pub mod queue;
pub mod receipts;
pub mod recomputations;
pub mod register;
pub mod representations;
pub mod reviews;
pub mod staff;
pub mod steps;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of the contract: what is registered here is in the contract, and nothing else is.
pub fn configure(config: &mut ServiceConfig<'_>) {
    // The router tries them one after the other: what is asked for most comes first.
    dossiers::configure(config);
    steps::configure(config);
    attachments::configure(config);
    cases::configure(config);
    case_steps::configure(config);
    case_files::configure(config);
    denunciations::configure(config);
    denunciation_steps::configure(config);
    denunciation_files::configure(config);
    health::configure(config);
    problems::configure(config);
    deadlines::configure(config);
    directory::configure(config);
    staff::configure(config);
    delegations::configure(config);
    organisations::configure(config);
    representations::configure(config);
    procedures::configure(config);
    answer_templates::configure(config);
    inspections::configure(config);
    consents::configure(config);
    data_accesses::configure(config);
    own_data::configure(config);
    data_breaches::configure(config);
    data_retention::configure(config);
    reviews::configure(config);
    consultations::configure(config);
    corrections::configure(config);
    deliveries::configure(config);
    fees::configure(config);
    forms::configure(config);
    register::configure(config);
    petition_registers::configure(config);
    petition_reports::configure(config);
    queue::configure(config);
    appointments::configure(config);
    assessments::configure(config);
    receipts::configure(config);
    recomputations::configure(config);
    imports::configure(config);
    papers::configure(config);
    data_sources::configure(config);
    archive::configure(config);
    journal::configure(config);
    crate::auth::configure(config);
}
