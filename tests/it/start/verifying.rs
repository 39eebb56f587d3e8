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
    assert!(said.contains(" checkpoints confirmed, "), "{said}{told}");

    let demo = Program::demo(&scratch.data()).start().await;
    let beside = verify();
    assert!(beside.status.success(), "beside a server: {}", beside.complained);
    let socket = scratch.data().join("postgres/run");
    let url = format!("postgresql:///caunoi?host={}&user=caunoi", socket.display());
    change(&url, "UPDATE journal SET event = event || ' ' WHERE number = 3").await;
    demo.stop();
    let found = verify();
    assert_eq!(found.status.code(), Some(1));
    assert!(found.complained.contains("Entry 3 ("), "{}", found.complained);
}

#[test]
fn a_command_beside_the_server_makes_no_database() {
    let scratch = Scratch::new();
    for words in [&["verify-journal"][..], &["user"], &["agency"], &["calendar"]] {
        let mut command = caunoi(words);
        command.args(["--demo", "--data-dir"]).arg(scratch.data());
        if words != ["verify-journal"] {
            command.arg("list");
        }
        let refused = run(&mut command);
        assert_eq!(refused.status.code(), Some(1), "{words:?}");
        assert!(refused.complained.contains("There is no database in "), "{words:?}: {}", refused.complained);
    }
    assert!(!scratch.data().join("postgres").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_is_loaded_once_beside_a_server() {
    let scratch = Scratch::with_demo().await;
    let demo = Program::demo(&scratch.data()).start().await;
    let file = scratch.path("calendar.csv");
    std::fs::write(&file, include_str!("../../../migrations/seed/calendars/vn-2026-11.csv")).unwrap();
    let calendar = |words: &[&str]| {
        let mut command = caunoi(&["calendar", "--demo", "--data-dir"]);
        run(command.arg(scratch.data()).args(words))
    };
    let file = file.to_str().unwrap();
    assert!(calendar(&["load", "vn-2026-12", file]).good().contains("vn-2026-12 is loaded"));
    let again = calendar(&["load", "vn-2026-12", file]);
    assert!(again.complained.contains("There is a calendar vn-2026-12"), "{}", again.complained);
    let wrong = scratch.path("wrong.csv");
    std::fs::write(&wrong, "date,kind,name,source,confidence\n2026-01-01,FEAST,Tết,none,C\n").unwrap();
    let refused = calendar(&["load", "vn-2027-01", wrong.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1), "{}", refused.complained);
    assert!(calendar(&["list"]).good().lines().last().unwrap().starts_with("vn-2026-12\t2024-01-01 to 2027-12-31"));
    demo.stop();
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
