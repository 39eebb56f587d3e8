//! The house's rules for SQL in Rust: who writes which table, and whose dossiers a query sees.

use std::collections::BTreeSet;

use diesel::QueryableByName;
use diesel_async::RunQueryDsl;

use crate::architecture::{Source, files_with, sources};
use crate::harness::TestApp;

/// The tables of each domain.
const OWN: &[(&str, &[&str])] = &[
    (
        "directory",
        &[
            "agencies",
            "staff",
            "citizens",
            "sessions",
            "authorizations",
            "sign_in_failures",
            "password_codes",
            "delegations",
            "organisations",
            "representations",
            "acting_for",
        ],
    ),
    (
        "complaints",
        &[
            "cases",
            "case_remarks",
            "case_answers",
            "case_notes",
            "case_dialogues",
            "case_files",
            "case_serials",
            "answer_templates",
            "inspections",
        ],
    ),
    ("privacy", &["consents", "consent_events", "data_breaches"]),
    ("denunciations", &["denunciations", "messages", "identity_requests", "files", "serials", "keys", "secrets"]),
    (
        "procedures",
        &[
            "procedures",
            "dossiers",
            "attachments",
            "papers",
            "look_ups",
            "fonds",
            "archive_items",
            "remarks",
            "verifications",
            "receipts",
            "fee_orders",
            "payments",
            "consultations",
            "dossier_agencies",
            "dossier_organisations",
            "represented_dossiers",
            "corrections",
            "deliveries",
            "earlier_forms",
            "tickets",
            "ticket_serials",
            "ticket_draws",
            "appointments",
            "appointment_hours",
            "appointment_slots",
            "centre_criteria",
            "assessments",
            "assessment_files",
            "reviews",
            "register_entries",
            "register_serials",
            "dossier_serials",
            "supplements",
            "recomputations",
            "recomputation_progress",
            "imports",
            "import_progress",
            "external_dossiers",
            "external_events",
        ],
    ),
];

/// Tables that a domain reads though they are not its own.
const READS: &[(&str, &str, &str)] = &[
    ("complaints", "journal", "a case's timeline is read from it"),
    ("complaints", "staff", "whoever works for a unit that is accused is accused, whichever they act for"),
    ("denunciations", "staff", "as for cases"),
    ("privacy", "data_accesses", "the kernel writes it with the reads themselves"),
    ("procedures", "journal", "a dossier's timeline is read from it"),
    ("procedures", "citizens", "a paper is its owner's by the identity number of the account"),
];

fn of_crate<'a>(sources: &'a [Source], name: &str) -> impl Iterator<Item = &'a Source> {
    let prefix = format!("crates/{name}/");
    sources.iter().filter(move |source| source.path.starts_with(&prefix))
}

/// The tables that a file takes from the schema.
fn tables(code: &str) -> BTreeSet<&str> {
    let names = code.split("kernel::schema::").skip(1).flat_map(|rest| match rest.strip_prefix('{') {
        Some(list) => list.split('}').next().unwrap_or_default().split(',').collect(),
        None => vec![rest],
    });
    let word = |name: &str| name.trim().find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.trim().len());
    names.map(|name| &name.trim()[..word(name)]).filter(|name| !name.is_empty()).collect()
}

/// The tables that a text of SQL writes.
fn written(code: &str) -> BTreeSet<&str> {
    let verbs = ["INSERT INTO ", "UPDATE ", "DELETE FROM ", "MERGE INTO ", "TRUNCATE "];
    let named = verbs.iter().flat_map(|verb| code.split(verb).skip(1));
    named
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_lowercase() && c != '_').next())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn a_domain_touches_only_its_own_tables() {
    let sources = sources();
    let known: BTreeSet<&str> = OWN.iter().flat_map(|(_, tables)| tables.iter().copied()).collect();
    for (domain, own) in OWN {
        let mut seen = BTreeSet::new();
        for source in of_crate(&sources, domain) {
            let code = source.code();
            for table in tables(&code) {
                let reads = READS.iter().any(|(reader, read, _)| reader == domain && *read == table);
                assert!(own.contains(&table) || reads, "{} uses {table}", source.path);
                seen.insert(table.to_owned());
            }
            for table in written(&code) {
                assert!(own.contains(&table), "{} writes {table}", source.path);
            }
            for (_, table, _) in READS.iter().filter(|(reader, ..)| reader == domain) {
                for verb in ["insert_into", "update", "delete", "replace_into"] {
                    assert!(!code.contains(&format!("{verb}({table}::")), "{} writes {table}", source.path);
                }
            }
        }
        assert!(seen.len() > 2, "the scan finds what {domain} uses");
    }
    for source in of_crate(&sources, "kernel").filter(|source| source.path != "crates/kernel/src/schema.rs") {
        let code = source.code();
        for table in tables(&code.replace("crate::schema", "kernel::schema")).into_iter().chain(written(&code)) {
            assert!(!known.contains(table), "{} uses {table}, which is a domain's", source.path);
        }
    }
}

/// Functions that touch dossiers without asking who looks, and why they may.
const WITHOUT_ACTOR: &[(&str, &str)] = &[
    ("tracking.rs track", "public by law: reads version and status alone"),
    ("file.rs file", "inserts"),
    ("file.rs same_again", "finds by creator, then loads as the actor"),
    ("claim.rs claim", "shown by its code and the vouched number together"),
    ("eform.rs once", "writes a row that was read as the actor"),
    ("national.rs changes", "the program itself, of what the journal tells"),
    ("mod.rs store", "writes a row that was read as the actor"),
    ("upload.rs touch", "writes a row that was read as the actor"),
    ("timer.rs fire", "the program itself, on a row it has loaded"),
];

/// The functions of a file that stand on their own, each with its name.
fn functions(code: &str) -> Vec<(&str, &str)> {
    let starts: Vec<usize> = code
        .match_indices("fn ")
        .map(|(at, _)| at)
        .filter(|at| {
            let line = code[..*at].rfind('\n').map_or(0, |newline| newline + 1);
            // Not the methods of an `impl`, which are indented: they make up the condition of visible_to itself.
            let reach = code[line..*at].trim_end_matches("async ");
            ["", "pub ", "pub(crate) ", "pub(super) "].contains(&reach)
        })
        .collect();
    let bodies = starts.iter().map(|start| code[*start + 3..].split("\n}").next().unwrap_or_default());
    bodies.map(|body| (body.split(['(', '<']).next().unwrap_or_default(), body)).collect()
}

#[test]
fn every_query_on_dossiers_asks_who_looks() {
    let sources = sources();
    let mut listed = BTreeSet::new();
    let mut asking = 0;
    for source in &sources {
        // Dossiers of other systems name nobody.
        let code = source.code().replace("external_dossiers::table", "");
        for (name, body) in functions(&code).into_iter().filter(|(_, body)| body.contains("dossiers::table")) {
            if body.contains("visible_to(") {
                asking += 1;
                continue;
            }
            let place = format!("{} {name}", source.path.rsplit('/').next().unwrap_or_default());
            let known = WITHOUT_ACTOR.iter().find(|(known, _)| *known == place);
            assert!(known.is_some(), "{}: {name} asks for dossiers without visible_to", source.path);
            listed.insert(place);
        }
        for raw in ["FROM dossiers", "JOIN dossiers", "UPDATE dossiers"] {
            assert!(!code.contains(raw), "{} asks for dossiers in SQL text", source.path);
        }
    }
    assert!(asking >= 2, "reading one, and lists");
    for (known, _) in WITHOUT_ACTOR {
        assert!(listed.contains(*known), "{known} is listed and does not need to be");
    }
}

/// Functions that touch cases without asking who looks, and why they may.
const OF_CASES: &[(&str, &str)] = &[
    ("file.rs file", "inserts"),
    ("file.rs insert", "inserts"),
    ("file.rs same_again", "finds by creator, then loads as the actor"),
    ("accused.rs barring", "tells which of these ids must not be named to the actor"),
];

#[test]
fn every_query_on_cases_asks_who_looks() {
    let (mut asking, mut listed) = (0, BTreeSet::new());
    for source in &sources() {
        let code = source.code();
        for (name, body) in functions(&code).into_iter().filter(|(_, body)| body.contains("cases::table")) {
            let place = format!("{} {name}", source.path.rsplit('/').next().unwrap_or_default());
            if body.contains("visible_to(") {
                asking += 1;
                continue;
            }
            assert!(OF_CASES.iter().any(|(known, _)| *known == place), "{place} asks for cases without visible_to");
            listed.insert(place);
        }
        for raw in ["FROM cases", "JOIN cases", "UPDATE cases"] {
            assert!(!code.contains(raw), "{} asks for cases in SQL text", source.path);
        }
    }
    assert_eq!(
        (asking, listed.len()),
        (16, OF_CASES.len()),
        "one, lists, one's own together, the register, figures and what makes them, what is finished or was never sent, what holds it \
         and erasing it, kin, found and barred, and inspections, one and lists, beside what gave rise to them"
    );
}

/// Functions that touch denunciations without asking who looks: one inserts, one finds what has a code.
const OF_DENUNCIATIONS: &[&str] = &["receive.rs receive", "follow.rs by_code"];

#[test]
fn every_query_on_denunciations_asks_who_looks() {
    let (mut asking, mut listed) = (0, BTreeSet::new());
    for source in of_crate(&sources(), "denunciations") {
        let code = source.code();
        for (name, body) in functions(&code).into_iter().filter(|(_, body)| body.contains("denunciations::table")) {
            let place = format!("{} {name}", source.path.rsplit('/').next().unwrap_or_default());
            match body.contains("visible_to(") {
                true => asking += 1,
                false => assert!(OF_DENUNCIATIONS.contains(&place.as_str()), "{place} asks without visible_to"),
            }
            listed.insert(place);
        }
    }
    // One, lists, the register, figures and what makes them, what is past its time and erasing it, what the vault has of none, codes that
    // stand in what is said.
    let reading = 9;
    assert_eq!((asking, listed.len()), (reading, reading + OF_DENUNCIATIONS.len()));
}

/// Functions that touch appointments without asking who looks: they write rows that were made or read as the actor.
const WRITERS: &[&str] = &["book.rs write", "act.rs advance", "erasure.rs erase"];

#[test]
fn every_query_on_appointments_asks_who_looks() {
    let (mut asking, mut writing) = (0, 0);
    for source in &sources() {
        let code = source.code();
        for (name, body) in functions(&code).into_iter().filter(|(_, body)| body.contains("appointments::table")) {
            let place = format!("{} {name}", source.path.rsplit('/').next().unwrap_or_default());
            match body.contains("visible_to(") {
                true => asking += 1,
                false if WRITERS.contains(&place.as_str()) => writing += 1,
                false => panic!("{place} asks for appointments without visible_to"),
            }
        }
    }
    assert_eq!((asking, writing), (4, WRITERS.len()), "reading one, that it was shown, lists, and what is over");
}

/// What a statement is kept by is its text: one whose text may be another each time is never kept, and costs two trips and
/// a plan more each time it runs.
#[test]
fn no_statement_is_prepared_anew_each_time() {
    // The one asks at the start whether there is a database; the other numbers what has come in, many entries at a time.
    let except = ["crates/api/src/database.rs", "crates/kernel/src/journal/leader.rs"];
    for word in ["dsl::sql", "sql_query", "unsafe_to_cache"] {
        assert_eq!(files_with(word, &except), [""; 0], "{word}");
    }
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_with_text_of_ours_stays_prepared() {
    let app = TestApp::new().await;
    let conn = &mut *app.db.conn().await.unwrap();
    let agency = directory::demo::agency_id("H26.13.01").unwrap();
    for _ in 0..3 {
        procedures::queue::display::display(conn, &app.ctx(), agency).await.unwrap();
        let kept = "SELECT count(*) FROM pg_prepared_statements WHERE strpos(statement, 'status = ''waiting''') > 0";
        assert_eq!(diesel::sql_query(kept).get_result::<Kept>(conn).await.unwrap().count, 1);
    }
}
