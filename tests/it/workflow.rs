//! The workflow page of the documentation is made from the transition table; what follows it there is written by hand.

use std::fmt::Write;

use procedures::workflow::{Awaited, ClockEffect, FOLLOWS, Guard, Party, Status, TABLE};

/// Where the part that is made ends.
const END: &str = "<!-- /workflow -->\n";

#[test]
fn the_workflow_page_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/procedures.md");
    let committed = std::fs::read_to_string(path).expect("docs/procedures.md");
    let (_, by_hand) = committed.split_once(END).expect("what is made ends somewhere");
    let fresh = format!("{}{END}{by_hand}", page());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &fresh).expect("docs/procedures.md can be written");
        return;
    }
    assert!(committed == fresh, "docs/procedures.md is not current: UPDATE=1 cargo test -p it workflow");
}

/// What the National Public Service Portal is told, after the codes that a provincial system uses [C, practice].
#[test]
fn every_state_has_the_code_that_the_national_portal_knows() {
    use Status::*;
    let known: [(Option<u8>, &[Status]); 11] = [
        (None, &[Draft]),
        (Some(1), &[Submitted, AwaitingIntakeDecision]),
        (Some(2), &[Accepted, Transferred]),
        (Some(3), &[Rejected]),
        (Some(4), &[Processing, Verifying, Consulting, SupplementProposed, SupplementSigned, AwaitingApproval]),
        (Some(5), &[IntakeSupplement, SupplementRequested]),
        (Some(6), &[AwaitingPayment]),
        (Some(7), &[WithdrawalRequested]),
        (Some(8), &[Withdrawn, Stopped]),
        (Some(9), &[ResultReady]),
        (Some(10), &[Returned]),
    ];
    for (code, states) in known {
        assert!(states.iter().all(|status| status.national() == code), "{code:?}");
    }
    assert_eq!(known.iter().map(|(_, states)| states.len()).sum::<usize>(), Status::ALL.len(), "each once");
}

#[test]
fn every_state_but_the_draft_can_be_reached_and_every_open_one_left() {
    for status in Status::ALL {
        // A draft only comes back to what it was, when it is not rejected after all.
        let reached = TABLE.iter().any(|row| row.to == *status && row.from != Status::AwaitingIntakeDecision);
        assert_eq!(reached || *status == Status::Rejected, *status != Status::Draft, "{status} is reached");
        assert_eq!(
            TABLE.iter().any(|row| row.from == *status),
            status.is_open() || *status == Status::Draft,
            "{status} is left"
        );
    }
}

fn page() -> String {
    let mut page = String::from(
        "<!-- Made from procedures::workflow::TABLE: UPDATE=1 cargo test -p it workflow -->\n# A dossier's workflow\n\n\
         ```mermaid\nstateDiagram-v2\n    [*] --> draft\n",
    );
    let mut drawn = Vec::new();
    for row in TABLE {
        let arrow = format!("    {} --> {}: {}\n", row.from, row.to, row.action);
        if !drawn.contains(&arrow) {
            page.push_str(&arrow);
            drawn.push(arrow);
        }
    }
    for row in FOLLOWS {
        let _ = writeln!(page, "    {} --> {}: [{}]", row.from, row.to, row.when);
    }
    for status in Status::ALL.iter().filter(|status| !TABLE.iter().any(|row| row.from == **status)) {
        let _ = writeln!(page, "    {status} --> [*]");
    }
    page.push_str("```\n\nLate is not a state: `timeliness` is computed from the dates whenever it is asked for.\n\n");
    page.push_str(
        "| from | action | to | by | permission | clock | only |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in TABLE {
        let party = match row.party {
            Party::Applicant => "the applicant",
            Party::Receiving => "the receiving agency",
            Party::Competent => "the competent agency",
            Party::ReturnPoint => "the agency where the result is fetched",
        };
        let clock = match row.clock {
            ClockEffect::None => "",
            ClockEffect::Start => "starts",
            ClockEffect::Pause => "stands",
            ClockEffect::Continue => "begins anew or goes on, by the procedure's rule",
            ClockEffect::Lapse => unreachable!("nobody's step"),
            ClockEffect::Restart => "begins anew, where it goes to an agency that did not have it last",
            ClockEffect::Wait => "stands, where the procedure says so",
            ClockEffect::Resume => "goes on, if it stood",
            ClockEffect::Finish => "decides whether it was in time",
            ClockEffect::Stop => "stops for good",
            ClockEffect::Reappoint => "the date told is a later one",
            ClockEffect::Relimit => "has the limit of the new case",
        };
        let guard = match row.guard {
            Guard::None => String::new(),
            Guard::Reception => "filed with reception".to_owned(),
            Guard::Counter => "filed at the counter".to_owned(),
            Guard::Online => "filed by the applicant".to_owned(),
            Guard::Post => "came by post".to_owned(),
            Guard::Here => "received by the agency that decides it".to_owned(),
            Guard::Elsewhere => "received by another agency".to_owned(),
            Guard::Immediate => "procedures settled at once, when it is at hand".to_owned(),
            Guard::FirstTime => "the first time".to_owned(),
            Guard::Again => "after the first time".to_owned(),
            Guard::Lapsed => "when the applicant's time to supply it is over".to_owned(),
            Guard::NoNewDate => "once, a day before it is due at the latest, when it is at hand".to_owned(),
            Guard::OtherCase => {
                "there is another case; in time, before a new date is given, when it is at hand".to_owned()
            }
            Guard::Settled => "when everything is paid and nothing is being put right".to_owned(),
            Guard::OnlineSettled => {
                "filed by the applicant, when everything is paid and nothing is being put right, and it is no paper"
                    .to_owned()
            }
            Guard::Before(status) => format!("it was {status} before"),
        };
        let permission = row.permission.code();
        let _ = writeln!(
            page,
            "| {} | {} | {} | {party} | `{permission}` | {clock} | {guard} |",
            row.from, row.action, row.to
        );
    }
    page.push_str(
        "\nBy itself, when what was awaited has come; while a withdrawal is decided, it changes where it would go back to:\n\n\
         | from | when | to | clock |\n| --- | --- | --- | --- |\n",
    );
    for row in FOLLOWS {
        let when = match row.when {
            Awaited::Paid => "every tax and duty that was ordered is paid",
            Awaited::Lapsed => "the applicant's time to supply what is missing is over",
            Awaited::Answered => "every agency that was asked has answered, or its silence is consent",
        };
        let clock = match row.clock {
            ClockEffect::Resume => "goes on, if it stood",
            ClockEffect::Lapse => "goes on, or begins anew where nothing was left",
            _ => "",
        };
        let _ = writeln!(page, "| {} | {when} | {} | {clock} |", row.from, row.to);
    }
    page
}
