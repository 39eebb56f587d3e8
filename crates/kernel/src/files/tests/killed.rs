//! kill -9 in the middle of an upload.

use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};

use super::super::{FileStore, MediaType, samples};
use super::{LIMIT, address, expected, local, on_disk, pieces, put};

const STORE: &str = "FILES_KILLED_STORE";

fn at(date: &str) -> DateTime<Utc> {
    date.parse().unwrap()
}

/// The program that gets killed: it uploads all but the end of a film, and waits.
#[tokio::test]
#[ignore = "started and killed by the test below"]
async fn victim() {
    let store = FileStore::open(&std::env::var(STORE).unwrap()).unwrap();
    let content = samples::mp4(12 * 1024 * 1024);
    let stalled = pieces(&content).take(200).chain(stream::pending());
    store.put(stalled, expected(&content, MediaType::Mp4), LIMIT).await.unwrap();
}

#[tokio::test]
async fn a_killed_upload_is_invisible_and_can_be_repeated() {
    let (directory, store) = local();
    let (_, module) = module_path!().split_once("::").unwrap();
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::victim"), "--ignored"])
        .env(STORE, address(&directory))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while on_disk(&directory).is_empty() {
        assert_eq!(victim.try_wait().unwrap(), None, "the upload ended by itself");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    victim.kill().unwrap();
    victim.wait().unwrap();

    assert_eq!(on_disk(&directory).len(), 1, "the remains of the upload");
    assert_eq!(store.list().count().await, 0, "nobody sees them");
    assert_eq!(store.remove_unfinished(at("2020-01-01T00:00:00Z")).await.unwrap(), 0, "it could still be going on");
    let stored = put(&store, &samples::mp4(12 * 1024 * 1024), MediaType::Mp4).await.unwrap();
    assert_eq!(store.remove_unfinished(at("2500-01-01T00:00:00Z")).await.unwrap(), 1);
    assert_eq!(on_disk(&directory), [stored.sha256.to_string()]);
}
