//! The database, held against what the program believes of it.

use std::collections::BTreeSet;
use std::path::Path;

use complaints::CaseKind;
use complaints::case::CaseChannel;
use complaints::inspection::InspectionStatus;
use complaints::paper::CaseFilePurpose;
use complaints::request::DialogueOutcome;
use complaints::workflow::CaseStatus;
use deadlines::RowKind;
use denunciations::denunciation::{DenunciationChannel, DenunciationKind, DenunciationOutcome};
use denunciations::steps::MessagePart;
use denunciations::workflow::DenunciationStatus;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use directory::organisation::OrganisationKind;
use directory::representation::Basis;
use directory::{AgencyKind, authorization};
use kernel::access::Through;
use kernel::reference::Reference;
use kernel::{Db, db};
use privacy::breach::BreachStatus;
use procedures::appointment::AppointmentStatus;
use procedures::assessment::AssessmentStatus;
use procedures::assessment::criteria::CriterionKind;
use procedures::attachment::{Digitisation, Purpose};
use procedures::consultation::{ConsultationStatus, Opinion};
use procedures::data_source::look_up::LookUpOutcome;
use procedures::delivery::{DeliveryMethod, Originals, Recipient, Signature};
use procedures::dossier::{Channel, Outcome, SidePart};
use procedures::fee::{FeeKind, OrderStatus, PaymentMethod, PaymentStatus};
use procedures::paper::Origin;
use procedures::queue::TicketStatus;
use procedures::recomputation::Phase;
use procedures::request::SupplementGround;
use procedures::review::ReviewStatus;
use procedures::workflow::{Action, Status, TABLE, Transition};

use crate::harness::{cluster, database, empty_database};

async fn connect(database: &str) -> AsyncPgConnection {
    let db = Db::new(&db::Settings { url: cluster().url(database), ca: None, size: 1 }).unwrap();
    db.dedicated().await.unwrap()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The lines that a query gives in its one column `line`.
async fn lines(conn: &mut AsyncPgConnection, sql: &str) -> BTreeSet<String> {
    let lines: Vec<Line> = diesel::sql_query(sql).load(conn).await.unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

const COLUMNS: &str = "
    SELECT format('%s%s.%s %s%s', nullif(table_schema, 'public') || '.', table_name, column_name, udt_name,
        CASE is_nullable WHEN 'YES' THEN '?' END) AS line
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema IN ('public', 'denunciations', 'vault') AND table_name NOT LIKE '\\_\\_diesel%'
    AND table_name NOT IN (SELECT inhrelid::regclass::text FROM pg_inherits)";

/// `table.column type`, and `?` where it may be null, of every column that schema.rs declares.
fn declared() -> BTreeSet<String> {
    let text = include_str!("../../crates/kernel/src/schema.rs");
    let tables = text.split("table! {").skip(1);
    let columns = tables.flat_map(|table| {
        let (name, rest) = table.trim_start().split_once(' ').unwrap();
        let body = rest.split_once('{').unwrap().1.split('}').next().unwrap();
        let columns = body.split(", ").flat_map(|part| part.split(",\n")).filter_map(|column| column.split_once("->"));
        columns.map(move |(column, kind)| {
            format!("{name}.{} {}", column.trim(), postgres_type(kind.trim().trim_end_matches(',')))
        })
    });
    columns.collect()
}

fn postgres_type(diesel: &str) -> String {
    if let Some(inner) = diesel.strip_prefix("Nullable<") {
        return format!("{}?", postgres_type(inner.trim_end_matches('>')));
    }
    if let Some(inner) = diesel.strip_prefix("Array<") {
        return format!("_{}", postgres_type(inner.trim_end_matches('>')));
    }
    diesel.to_lowercase()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_declared_tables_are_those_of_the_migrated_database() {
    let mut conn = connect(&database().await).await;
    let (real, declared) = (lines(&mut conn, COLUMNS).await, declared());
    assert!(declared.len() > 100, "the scan finds them: {declared:?}");
    let (unknown, missing): (Vec<_>, Vec<_>) =
        (real.difference(&declared).collect(), declared.difference(&real).collect());
    assert!(
        unknown.is_empty() && missing.is_empty(),
        "only in the database: {unknown:#?}, only in schema.rs: {missing:#?}"
    );
}

/// A deleted or changed parent looks for its children, and readers join along references.
#[tokio::test(flavor = "multi_thread")]
async fn every_reference_can_be_followed_both_ways() {
    let mut conn = connect(&database().await).await;
    let without_index = "
        SELECT format('%s.%s', conrelid::regclass, attname) AS line FROM pg_constraint
        JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
        WHERE contype = 'f' AND conparentid = 0
        AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1])";
    assert_eq!(lines(&mut conn, without_index).await, BTreeSet::new(), "add an index that begins with it");
    let references = lines(&mut conn, "SELECT conname::text AS line FROM pg_constraint WHERE contype = 'f'").await;
    assert!(references.len() > 10, "the query finds them");
}

/// Columns named like references that refer to nothing, and why.
const FREE: &[(&str, &str)] = &[
    ("journal.entity_id", "of any aggregate: entity_kind says which; entries outlive what they tell of"),
    ("journal.actor_id", "of any kind of account: actor_kind says which"),
    ("journal.agency_id", "the journal can be restored and verified without any other table"),
    ("journal.delegation_id", "the journal can be restored and verified without any other table"),
    ("data_accesses.agency_id", "written with every read; an index of its own would cost more than it is worth"),
    ("data_accesses.entity_id", "of any aggregate: entity_kind says which"),
    ("timers.entity_id", "of any aggregate: entity_kind says which"),
    ("recomputation_progress.agency_id", "a place in an order, which begins before the first agency"),
    ("recomputation_progress.dossier_id", "a place in an order, which begins before the first dossier"),
    ("authorizations.client_id", "an application's name in the settings"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_id_of_something_else_is_a_reference() {
    let mut conn = connect(&database().await).await;
    let free = lines(
        &mut conn,
        "SELECT format('%s.%s', attrelid::regclass, attname) AS line FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND attname LIKE '%\\_id'
         AND NOT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND conrelid = attrelid AND conkey = ARRAY[attnum])",
    )
    .await;
    let known: BTreeSet<String> = FREE.iter().map(|(column, _)| (*column).to_owned()).collect();
    assert_eq!(free, known, "add a foreign key, or say in FREE why not");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_takes_the_codes_that_the_program_knows_and_no_others() {
    let mut conn = connect(&database().await).await;
    fn codes<T: Copy>(all: &[T], code: fn(T) -> &'static str) -> BTreeSet<String> {
        all.iter().map(|value| code(*value).to_owned()).collect()
    }
    let row_kinds = [RowKind::Holiday, RowKind::Compensation, RowKind::SwapOff, RowKind::SwapWork];
    let row_kinds = row_kinds.map(|kind| serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned());
    let back = |row: &&Transition| {
        row.action == Action::RefuseWithdrawal
            || row.from == Status::AwaitingIntakeDecision && row.action == Action::SendBack
    };
    let before_decision = TABLE.iter().filter(back).map(|row| row.to.code().to_owned()).collect();
    let known = [
        ("cases", "kind", codes(CaseKind::ALL, CaseKind::code)),
        ("cases", "status", codes(CaseStatus::ALL, CaseStatus::code)),
        ("inspections", "status", codes(InspectionStatus::ALL, InspectionStatus::code)),
        ("data_accesses", "through", codes(Through::ALL, Through::code)),
        ("data_breaches", "status", codes(BreachStatus::ALL, BreachStatus::code)),
        ("cases", "channel", codes(CaseChannel::ALL, CaseChannel::code)),
        ("case_dialogues", "outcome", codes(DialogueOutcome::ALL, DialogueOutcome::code)),
        ("case_files", "purpose", codes(CaseFilePurpose::ALL, CaseFilePurpose::code)),
        ("denunciations.denunciations", "kind", codes(DenunciationKind::ALL, DenunciationKind::code)),
        ("denunciations.denunciations", "status", codes(DenunciationStatus::ALL, DenunciationStatus::code)),
        ("denunciations.denunciations", "channel", codes(DenunciationChannel::ALL, DenunciationChannel::code)),
        ("denunciations.denunciations", "outcome", codes(DenunciationOutcome::ALL, DenunciationOutcome::code)),
        ("denunciations.messages", "part", codes(MessagePart::ALL, MessagePart::code)),
        ("dossiers", "status", codes(Status::ALL, Status::code)),
        ("dossiers", "channel", codes(Channel::ALL, Channel::code)),
        ("dossiers", "outcome", codes(Outcome::ALL, Outcome::code)),
        ("dossiers", "proposed_outcome", codes(Outcome::ALL, Outcome::code)),
        ("dossiers", "state_before", before_decision),
        ("supplements", "ground", codes(SupplementGround::ALL, SupplementGround::code)),
        ("fee_orders", "kind", codes(FeeKind::ALL, FeeKind::code)),
        ("fee_orders", "status", codes(OrderStatus::ALL, OrderStatus::code)),
        ("payments", "method", codes(PaymentMethod::ALL, PaymentMethod::code)),
        ("payments", "status", codes(PaymentStatus::ALL, PaymentStatus::code)),
        ("dossier_agencies", "part", codes(SidePart::ALL, SidePart::code)),
        ("consultations", "status", codes(ConsultationStatus::ALL, ConsultationStatus::code)),
        ("consultations", "opinion", codes(Opinion::ALL, Opinion::code)),
        ("external_dossiers", "channel", codes(Channel::ALL, Channel::code)),
        ("attachments", "purpose", codes(Purpose::ALL, Purpose::code)),
        ("attachments", "digitisation", codes(Digitisation::ALL, Digitisation::code)),
        ("deliveries", "method", codes(DeliveryMethod::ALL, DeliveryMethod::code)),
        ("deliveries", "recipient", codes(Recipient::ALL, Recipient::code)),
        ("deliveries", "signature", codes(Signature::ALL, Signature::code)),
        ("deliveries", "originals", codes(Originals::ALL, Originals::code)),
        ("papers", "origin", codes(Origin::ALL, Origin::code)),
        ("look_ups", "outcome", codes(LookUpOutcome::ALL, LookUpOutcome::code)),
        ("recomputations", "status", codes(Phase::ALL, Phase::code)),
        ("organisations", "kind", codes(OrganisationKind::ALL, OrganisationKind::code)),
        ("representations", "basis", codes(Basis::ALL, Basis::code)),
        ("agencies", "kind", codes(AgencyKind::ALL, AgencyKind::code)),
        ("tickets", "status", codes(TicketStatus::ALL, TicketStatus::code)),
        ("appointments", "status", codes(AppointmentStatus::ALL, AppointmentStatus::code)),
        ("assessments", "status", codes(AssessmentStatus::ALL, AssessmentStatus::code)),
        ("centre_criteria", "kind", codes(CriterionKind::ALL, CriterionKind::code)),
        ("reviews", "status", codes(ReviewStatus::ALL, ReviewStatus::code)),
        ("reference_data", "kind", codes(Reference::ALL, Reference::code)),
        ("authorizations", "kind", codes(authorization::Kind::ALL, authorization::Kind::code)),
        ("calendar_days", "kind", BTreeSet::from(row_kinds)),
    ];
    let checks = lines(
        &mut conn,
        "SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) AS line FROM pg_constraint
         WHERE contype = 'c' AND pg_get_constraintdef(oid) LIKE '%ANY (ARRAY[%'",
    )
    .await;
    for (table, column, codes) in &known {
        let of_column = |check: &&String| check.starts_with(&format!("{table} CHECK (({column} = ANY"));
        let check =
            checks.iter().find(of_column).unwrap_or_else(|| panic!("no CHECK on {table}.{column}: {checks:#?}"));
        let listed: BTreeSet<String> = check.split('\'').skip(1).step_by(2).map(str::to_owned).collect();
        assert_eq!(&listed, codes, "{table}.{column}");
    }
    assert_eq!(checks.len(), known.len(), "a new CHECK is held against its enum here");
}

/// Everything that a migration can make, as text.
async fn shape(conn: &mut AsyncPgConnection) -> BTreeSet<String> {
    let mut shape = lines(conn, COLUMNS).await;
    shape.extend(lines(conn, "SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) AS line FROM pg_constraint WHERE connamespace = 'public'::regnamespace").await);
    shape.extend(lines(conn, "SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'").await);
    shape.extend(
        lines(conn, "SELECT pg_get_functiondef(oid) AS line FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
            .await,
    );
    shape.extend(lines(conn, "SELECT pg_get_triggerdef(oid) AS line FROM pg_trigger WHERE NOT tgisinternal").await);
    shape.extend(
        lines(
            conn,
            "SELECT relname::text AS line FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'",
        )
        .await,
    );
    shape
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_up_and_down_and_up_again() {
    let mut conn = connect(&empty_database().await).await;
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/schema");
    let mut migrations: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    migrations.sort();
    let mut stages = vec![shape(&mut conn).await];
    for migration in &migrations {
        conn.batch_execute(&std::fs::read_to_string(migration.join("up.sql")).unwrap()).await.unwrap();
        stages.push(shape(&mut conn).await);
    }
    let whole = stages.pop().unwrap();
    for migration in migrations.iter().rev() {
        conn.batch_execute(&std::fs::read_to_string(migration.join("down.sql")).unwrap()).await.unwrap();
        assert_eq!(Some(shape(&mut conn).await), stages.pop(), "{} leaves something behind", migration.display());
    }
    for migration in &migrations {
        conn.batch_execute(&std::fs::read_to_string(migration.join("up.sql")).unwrap()).await.unwrap();
    }
    assert_eq!(shape(&mut conn).await, whole);
}
