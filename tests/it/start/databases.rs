//! A database elsewhere, and databases of the wrong kind.

use std::collections::BTreeMap;

use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use super::program::free_port;
use super::{Program, Scratch};
use crate::harness::{cluster, database, empty_database};

#[tokio::test(flavor = "multi_thread")]
async fn with_a_database_elsewhere_nothing_is_started() {
    let scratch = Scratch::new();
    let url = cluster().url(&database().await);
    let demo = Program::demo(&scratch.data()).set("DATABASE_URL", &url).start().await;
    demo.staff("tiepnhan", "caunoi-demo").await;
    assert_eq!(demo.database(), None);
    assert!(!scratch.data().join("postgres").exists());
    demo.wait_until_said("congdan2");
    no_two_things_have_one_id(&url).await;
    demo.stop();
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// Those of the demo are made by hand, kind by kind.
async fn no_two_things_have_one_id(url: &str) {
    let conn = &mut AsyncPgConnection::establish(url).await.unwrap();
    // The vault has what it seals under the ids of the denunciations that it is of; a paper has the id of what it came as.
    let tables = "SELECT format('%I.%I', table_schema, table_name) AS line
        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE column_name = 'id' AND data_type = 'uuid' AND table_type = 'BASE TABLE' AND table_schema <> 'vault' AND table_name <> 'papers'";
    let tables: Vec<Line> = diesel::sql_query(tables).load(conn).await.unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Line { line: table } in tables {
        let ids = format!("SELECT DISTINCT id::text AS line FROM {table}");
        for Line { line: id } in diesel::sql_query(ids).load::<Line>(conn).await.unwrap() {
            found.entry(id).or_default().push(table.clone());
        }
    }
    assert!(found.len() > 300, "{}", found.len());
    let twice: Vec<_> = found.iter().filter(|(_, tables)| tables.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_answer() {
    let scratch = Scratch::new();
    let url = format!("postgresql://caunoi:geheim@127.0.0.1:{}/caunoi", free_port());
    let complaint = Program::demo(&scratch.data()).set("DATABASE_URL", url).refused();
    assert!(
        complaint.starts_with("The database cannot be reached: error connecting to server: Connection refused"),
        "{complaint}"
    );
    assert!(complaint.lines().count() == 1 && !complaint.contains("geheim"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn demo_and_real_data_are_never_served_as_the_other() {
    let (scratch, keys) = (Scratch::new(), super::staff::signing_keys());
    let demo = cluster().url(&database().await);
    let real = |url: &str| {
        let program = Program::new(&["serve"], &scratch.data()).set("DATABASE_URL", url);
        program
            .set("SECRET_KEY", super::staff::SECRET_KEY)
            .set("VAULT_KEYS", super::staff::VAULT_KEYS)
            .set("SIGNING_KEYS", keys.path())
    };
    let complaint = real(&demo).refused();
    assert!(complaint.starts_with("This is a demo database with known passwords"), "{complaint}");

    let name = empty_database().await;
    let url = cluster().url(&name);
    real(&url).start().await.stop();
    let complaint = Program::demo(&scratch.data()).set("DATABASE_URL", &url).refused();
    assert!(complaint.starts_with("This database was not made as a demo"), "{complaint}");
    let conn = &mut *kernel::Db::new(&kernel::db::Settings { url, ca: None, size: 1 }).unwrap().conn().await.unwrap();
    assert!(directory::staff::all(conn).await.unwrap().is_empty(), "the demo's accounts did not get in");
}
