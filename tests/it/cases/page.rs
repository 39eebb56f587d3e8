//! The page on cases is made from the transition table; what follows it there is written by hand.

use std::fmt::Write;

use complaints::CaseKind;
use complaints::workflow::{CaseStatus, ClockEffect, Guard, Party, TABLE, To, Transition};

/// Where the part that is made ends.
const END: &str = "<!-- /workflow -->\n";

#[test]
fn the_workflow_page_of_cases_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/complaints.md");
    let committed = std::fs::read_to_string(path).expect("docs/complaints.md");
    let (_, by_hand) = committed.split_once(END).expect("what is made ends somewhere");
    let fresh = format!("{}{END}{by_hand}", page());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &fresh).expect("docs/complaints.md can be written");
        return;
    }
    assert!(committed == fresh, "docs/complaints.md is not current: UPDATE=1 cargo test -p it workflow");
}

#[test]
fn every_kind_begins_as_a_draft_and_can_come_to_an_end() {
    for kind in CaseKind::ALL {
        let rows = || TABLE.iter().filter(|row| row.kinds.contains(kind));
        let mut reached = vec![CaseStatus::Draft];
        for _ in CaseStatus::ALL {
            let next = rows().filter(|row| row.from.iter().any(|from| reached.contains(from)));
            let next: Vec<_> =
                next.filter_map(|row| if let To::State(to) = row.to { Some(to) } else { None }).collect();
            reached.extend(next.into_iter().filter(|to| !reached.contains(to)).collect::<Vec<_>>());
            // By itself, when its time has come.
            if reached.contains(&CaseStatus::Decided) && !reached.contains(&CaseStatus::Effective) {
                reached.push(CaseStatus::Effective);
            }
        }
        for status in reached.iter().filter(|status| !status.is_over()) {
            let left = rows().any(|row| row.from.contains(status)) || *status == CaseStatus::Decided;
            assert!(left, "{kind} cannot leave {status}");
        }
        assert!(reached.contains(&CaseStatus::Closed), "{kind} is never closed");
    }
}

fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> String {
    all.iter().map(|one| name(*one)).collect::<Vec<_>>().join(", ")
}

fn page() -> String {
    let mut page = String::from(
        "<!-- Made from complaints::workflow::TABLE: UPDATE=1 cargo test -p it workflow -->\n# Cases\n\n\
         What citizens bring before the administration beside procedures, one aggregate with kinds. What each step of each kind \
         does, as `POST /v1/cases/{id}/<action>` with `-` for `_` (`request_supplement` is `/request-supplement`); \
         `allowed_actions` in every answer says what the caller can do now.\n\n\
         ## A complaint\n\n```mermaid\nstateDiagram-v2\n    [*] --> draft\n",
    );
    let mut drawn = Vec::new();
    for row in TABLE.iter().filter(|row| row.kinds.contains(&CaseKind::Complaint)) {
        for from in row.from {
            let to = match row.to {
                To::State(to) => to,
                To::Same => continue,
                To::Before => CaseStatus::Accepted,
            };
            let arrow = format!("    {from} --> {to}: {}\n", row.action);
            if !drawn.contains(&arrow) {
                page.push_str(&arrow);
                drawn.push(arrow);
            }
        }
    }
    page.push_str("    decided --> effective: [its time has come]\n```\n\n");
    page.push_str(
        "Late is not a state: `timeliness` is computed from the dates whenever it is asked for.\n\n## Every kind\n\n",
    );
    page.push_str(
        "| kinds | from | action | to | by | permission | limits | only |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in TABLE {
        let to = match row.to {
            To::State(to) => to.code(),
            To::Same => "=",
            To::Before => "where it was",
        };
        let _ = writeln!(
            page,
            "| {} | {} | {} | {to} | {} | {} | {} | {} |",
            if row.kinds.len() == CaseKind::ALL.len() { "all".to_owned() } else { names(row.kinds, CaseKind::code) },
            names(row.from, CaseStatus::code),
            row.action,
            row.by.iter().map(|(who, _)| party(*who)).collect::<Vec<_>>().join(", or "),
            row.by.iter().map(|(_, permission)| format!("`{}`", permission.code())).collect::<Vec<_>>().join(", "),
            row.clocks.iter().map(effect).collect::<Vec<_>>().join("; "),
            only(row),
        );
    }
    page.push_str("\nBy itself: a decision takes effect when its limit is over and nobody has complained again (`decided` to `effective`).\n");
    page
}

fn party(party: Party) -> &'static str {
    match party {
        Party::Sender => "the sender",
        Party::Receiving => "the agency that took it in on paper",
        Party::Handling => "the agency that has it",
        Party::Assigned => "whoever verifies it",
        Party::Front => "the Front",
        Party::DataProtection => "data protection",
        Party::Superior => "an agency above",
    }
}

fn effect(effect: &ClockEffect) -> String {
    match effect {
        ClockEffect::Begin(stage) => format!("{stage} begins"),
        ClockEffect::End(stage) => format!("{stage} ends"),
        ClockEffect::EndAll => "all end".to_owned(),
        ClockEffect::Pause(_) => "stand, where that is set".to_owned(),
        ClockEffect::Resume => "go on".to_owned(),
        ClockEffect::Restart(stage) => format!("{stage} begins anew"),
        ClockEffect::Extend(stage) => format!("{stage} is extended"),
        ClockEffect::Reclassify => "those of the new kind, from receipt".to_owned(),
    }
}

fn only(row: &Transition) -> String {
    let guard = match row.guard {
        Guard::None => String::new(),
        Guard::Owes(stage) => format!("while {stage} is owed"),
        Guard::MayAppeal => "a first complaint, in time".to_owned(),
        Guard::MayExtend => "its rule allows it, and it is not over".to_owned(),
        Guard::NoDialogueCalled => "no meeting is called".to_owned(),
        Guard::DialogueCalled => "a meeting is called".to_owned(),
        Guard::HeardWhereNeeded => "on the second level, after a meeting".to_owned(),
        Guard::NothingOwed => "served, published where owed, and no longer to be complained about again".to_owned(),
        Guard::FirstTime => "once".to_owned(),
        Guard::WithdrawalNotAsked => "once, until that is decided".to_owned(),
        Guard::WithdrawalAsked => "its withdrawal was asked for".to_owned(),
        Guard::SeveralContents => "several contents stand".to_owned(),
        Guard::ConversionProposed => "that was proposed".to_owned(),
        Guard::NotInCourt => "no court has it".to_owned(),
        Guard::Praise => "somebody is praised".to_owned(),
        Guard::PastDue => "what is owed was due".to_owned(),
    };
    let since = row.since.map(|since| format!("received from {since} on")).unwrap_or_default();
    [guard, since].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
}
