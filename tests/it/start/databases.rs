//! A database elsewhere, and databases of the wrong kind.

use super::program::free_port;
use super::{Program, Scratch};
use crate::harness::{cluster, database, empty_database};

#[tokio::test(flavor = "multi_thread")]
async fn with_a_database_elsewhere_nothing_is_started() {
    let scratch = Scratch::new();
    let url = cluster().url(&database().await);
    let demo = Program::demo(&scratch.data()).set("DATABASE_URL", url).start().await;
    demo.staff("tiepnhan", "caunoi-demo").await;
    assert_eq!(demo.database(), None);
    assert!(!scratch.data().join("postgres").exists());
    demo.stop();
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
