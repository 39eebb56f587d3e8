//! Two programs on one database.

use std::time::{Duration, Instant};

use super::life::DEMO_PAPER;
use super::staff::{SECRET_KEY, VAULT_KEYS, signing_keys};
use super::{Program, Scratch};
use crate::harness::papers::{self, PERMIT};
use crate::harness::{cluster, empty_database};

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_start_together_and_what_one_writes_the_other_reads_at_once() {
    let (one, two, keys) = (Scratch::new(), Scratch::new(), signing_keys());
    let url = cluster().url(&empty_database().await);
    let replica = |scratch: &Scratch| {
        Program::demo(&scratch.data())
            .set("DATABASE_URL", &url)
            .set("SECRET_KEY", SECRET_KEY)
            .set("VAULT_KEYS", VAULT_KEYS)
            .set("SIGNING_KEYS", keys.path())
            .set("PUBLIC_URL", "https://api.example")
            .set("FILES_URL", format!("file://{}", one.path("files").display()))
            .spawn()
    };
    let (mut first, mut second) = (replica(&one), replica(&two));
    first.wait_until_ready().await;
    second.wait_until_ready().await;

    let at_first = first.staff("tiepnhan", "caunoi-demo").await;
    let at_second = second.holder_of(at_first.token.as_deref());
    for (here, there) in [(&at_first, &at_second), (&at_second, &at_first)] {
        let id = papers::file(here, "1.013225", "house", PERMIT).await;
        let accepted = there.step(&id, "accept").await.expect(200);
        let read = here.get(&format!("/v1/dossiers/{id}")).await.expect(200);
        assert_eq!(read.json["code"], accepted.json["code"]);
        there.get(DEMO_PAPER).await.expect(200);
    }

    first.stop();
    let id = papers::file(&at_second, "1.013225", "house", PERMIT).await;
    at_second.step(&id, "accept").await.expect(200);
    let unnumbered = "SELECT EXISTS (SELECT FROM journal_tail) AS waiting";
    let since = Instant::now();
    while super::verifying::yes(&url, unnumbered).await {
        assert!(since.elapsed() < Duration::from_secs(10), "nobody took over the leader's work");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    second.stop();
    let checkpoints = two.data().join("checkpoints.jws");
    assert!(checkpoints.exists(), "with database and files elsewhere, the data directory is made for the checkpoints");
}
