//! `caunoi openapi` and `caunoi verify-journal`.

use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use kernel::{Db, db};

use super::program::{caunoi, run};
use super::{Program, Scratch};

#[test]
fn openapi_prints_the_committed_contract() {
    let committed = include_str!("../../../openapi/openapi.json");
    assert!(run(&mut caunoi(&["openapi"])).good() == committed, "UPDATE=1 cargo test -p it contract");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_is_confirmed_and_a_changed_entry_found() {
    let scratch = Scratch::with_demo().await;
    let verify = || {
        let mut command = caunoi(&["verify-journal", "--demo", "--data-dir"]);
        run(command.arg(scratch.data()))
    };
    let confirmed = verify();
    let told = confirmed.complained.clone();
    let said = confirmed.good();
    assert!(said.contains(" checkpoints confirmed, covered up to entry "), "{said}{told}");

    let demo = Program::demo(&scratch.data()).start().await;
    let socket = scratch.data().join("postgres/run");
    let url = format!("postgresql:///caunoi?host={}&user=caunoi", socket.display());
    change(&url, "UPDATE journal SET event = event || ' ' WHERE number = 3").await;
    demo.stop();
    let found = verify();
    assert_eq!(found.status.code(), Some(1));
    assert!(found.complained.contains("Entry 3 ("), "{}", found.complained);
}

pub async fn change(url: &str, sql: &str) {
    let db = Db::new(&db::Settings { url: url.to_owned(), ca: None, size: 1 }).unwrap();
    db.conn().await.unwrap().batch_execute(sql).await.unwrap();
}

/// The answer to a question in SQL whose column is called `waiting`.
pub async fn yes(url: &str, sql: &str) -> bool {
    #[derive(diesel::QueryableByName)]
    struct Answer {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        waiting: bool,
    }
    let db = Db::new(&db::Settings { url: url.to_owned(), ca: None, size: 1 }).unwrap();
    diesel::sql_query(sql).get_result::<Answer>(&mut *db.conn().await.unwrap()).await.unwrap().waiting
}
