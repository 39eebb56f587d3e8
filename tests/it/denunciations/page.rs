//! The page on denunciations is made from the transition table; what follows it there is written by hand.

use std::fmt::Write;

use denunciations::workflow::{ClockEffect, DenunciationStatus, Guard, Party, TABLE, To};

/// Where the part that is made ends.
const END: &str = "<!-- /workflow -->\n";

#[test]
fn the_workflow_page_of_denunciations_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/denunciations.md");
    let committed = std::fs::read_to_string(path).expect("docs/denunciations.md");
    let (_, by_hand) = committed.split_once(END).expect("what is made ends somewhere");
    let fresh = format!("{}{END}{by_hand}", page());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &fresh).expect("docs/denunciations.md can be written");
        return;
    }
    assert!(committed == fresh, "docs/denunciations.md is not current: UPDATE=1 cargo test -p it workflow");
}

#[test]
fn every_state_can_be_reached_and_every_open_one_left() {
    for status in DenunciationStatus::ALL {
        let reached = TABLE.iter().any(|row| row.to == To::State(*status));
        assert_eq!(reached, *status != DenunciationStatus::Received, "{status} is reached");
        let left = TABLE.iter().any(|row| row.to != To::Same && row.from.contains(status));
        assert_eq!(left, !status.is_over() || *status == DenunciationStatus::Closed, "{status} is left");
    }
}

fn page() -> String {
    let mut page = String::from(
        "<!-- Made from denunciations::workflow::TABLE: UPDATE=1 cargo test -p it workflow -->\n# Denunciations\n\n\
         ```mermaid\nstateDiagram-v2\n    [*] --> received\n",
    );
    for row in TABLE {
        let to = match row.to {
            To::State(to) => to,
            To::Same => continue,
            To::Before => DenunciationStatus::Accepted,
        };
        for from in row.from {
            let _ = writeln!(page, "    {from} --> {to}: {}", row.action);
        }
    }
    page.push_str("```\n\n| from | action | to | by | limits | only |\n| --- | --- | --- | --- | --- | --- |\n");
    for row in TABLE {
        let from: Vec<&str> = row.from.iter().map(|status| status.code()).collect();
        let to = match row.to {
            To::State(to) => to.code(),
            To::Same => "=",
            To::Before => "where it was",
        };
        let by: Vec<String> = row
            .by
            .iter()
            .map(|(party, permission)| {
                let who = match party {
                    Party::Handling => "the agency that has it",
                    Party::Assigned => "whoever verifies it",
                    Party::Superior => "the agency above",
                };
                format!("{who} (`{}`)", permission.code())
            })
            .collect();
        let clocks: Vec<String> = row
            .clocks
            .iter()
            .map(|effect| match effect {
                ClockEffect::Begin(stage) => format!("{stage} begins"),
                ClockEffect::Forget(stage) => format!("{stage} is forgotten"),
                ClockEffect::End(stage) => format!("{stage} ends"),
                ClockEffect::EndAll => "all end".to_owned(),
                ClockEffect::Pause => "stand".to_owned(),
                ClockEffect::Resume => "go on".to_owned(),
                ClockEffect::Extend(stage) => format!("{stage} is extended"),
            })
            .collect();
        let only = match row.guard {
            Guard::None => String::new(),
            Guard::Denunciation => "signed by somebody".to_owned(),
            Guard::Lead => "signed by nobody".to_owned(),
            Guard::Owes(stage) => format!("while {stage} is owed"),
            Guard::MayExtend(_) => "its rule allows it, and it is not over".to_owned(),
            Guard::NothingOwed => "when nothing is owed".to_owned(),
            Guard::WithdrawalAsked => "its withdrawal was asked for".to_owned(),
            Guard::WholeWithdrawalAsked => "its withdrawal was asked for, all of it".to_owned(),
            Guard::PartWithdrawalAsked => "its withdrawal was asked for, a part of it".to_owned(),
            Guard::ProtectionAsked => "protection was asked for".to_owned(),
            Guard::DelayReported => "its delay was reported".to_owned(),
            Guard::Protected => "its denouncer is protected".to_owned(),
        };
        let (from, by, clocks) = (from.join(", "), by.join(", or "), clocks.join("; "));
        let _ = writeln!(page, "| {from} | {} | {to} | {by} | {clocks} | {only} |", row.action);
    }
    page
}
