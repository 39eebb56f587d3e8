//! What goes in comes out; what does not belong never shows.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::super::{Expected, FileStore, FilesError, MediaType, Sha256, samples};
use super::{LIMIT, address, expected, local, on_disk, pieces, put};

/// More than two parts, so that the store has written some of it before the end.
fn film() -> Bytes {
    samples::mp4(12 * 1024 * 1024)
}

#[tokio::test]
async fn content_comes_out_as_it_went_in() {
    let (directory, store) = local();
    for (content, media_type) in [(samples::pdf(), MediaType::Pdf), (film(), MediaType::Mp4)] {
        let stored = put(&store, &content, media_type).await.unwrap();
        assert_eq!((stored.sha256, stored.media_type), (Sha256::of(&content), media_type));
        let name = stored.sha256.to_string();
        let path = directory.path().join("files").join(&name[..2]).join(&name[2..4]).join(&name);
        assert_eq!(std::fs::metadata(path).unwrap().len(), stored.size);
        let found = store.get(&stored.sha256).await.unwrap();
        assert_eq!(found.size, content.len() as u64);
        assert!(found.read(LIMIT).await.unwrap() == content);
    }
    store.probe().await.unwrap();
}

#[tokio::test]
async fn a_range_is_cut_to_the_file() {
    let (_directory, store) = local();
    let content = samples::pdf();
    let name = put(&store, &content, MediaType::Pdf).await.unwrap().sha256;
    let size = content.len() as u64;
    for (range, found) in [(0..5, 0..5), (7..size, 7..size), (size - 1..u64::MAX, size - 1..size)] {
        let part = store.get_range(&name, range).await.unwrap();
        assert_eq!((part.size, &part.range), (size, &found));
        let found = found.start as usize..found.end as usize;
        assert_eq!(part.read(LIMIT).await.unwrap(), content.slice(found));
    }
    for range in [size..size + 1, 5..5, u64::MAX..u64::MAX] {
        assert_eq!(store.get_range(&name, range).await.err().unwrap().code(), "file.out_of_range");
    }
}

#[tokio::test]
async fn the_same_content_may_come_twice_and_at_once() {
    let (directory, store) = local();
    let content = film();
    let all = stream::iter(0..4).map(|_| put(&store, &content, MediaType::Mp4)).buffer_unordered(4);
    assert_eq!(all.try_collect::<Vec<_>>().await.unwrap().len(), 4);
    put(&store, &content, MediaType::Mp4).await.unwrap();
    assert_eq!(on_disk(&directory), [Sha256::of(&content).to_string()]);
    let listed: Vec<_> = store.list().try_collect().await.unwrap();
    assert_eq!(
        listed.iter().map(|entry| (entry.sha256, entry.size)).collect::<Vec<_>>(),
        [(Sha256::of(&content), content.len() as u64)]
    );
}

#[tokio::test]
async fn a_wrong_declaration_leaves_nothing_behind() {
    let (directory, store) = local();
    for (content, media_type) in [(samples::png(), MediaType::Png), (film(), MediaType::Mp4)] {
        let right = expected(&content, media_type);
        let wrong = [
            (Expected { sha256: Sha256::of(b"other"), ..right }, "file.hash_mismatch"),
            (Expected { size: right.size - 1, ..right }, "file.size_mismatch"),
            (Expected { size: right.size + 1, ..right }, "file.size_mismatch"),
            (Expected { media_type: MediaType::Jpeg, ..right }, "file.type_mismatch"),
        ];
        for (expected, code) in wrong {
            let refused = store.put(pieces(&content), expected, LIMIT).await.unwrap_err();
            assert_eq!(refused.code(), code);
            assert_eq!(on_disk(&directory), Vec::<String>::new(), "{code}");
        }
    }
    let nothing = store.put(pieces(&Bytes::new()), expected(b"", MediaType::Text), LIMIT).await;
    assert_eq!(nothing.unwrap_err().code(), "file.empty");
}

#[tokio::test]
async fn reading_stops_at_the_limit() {
    let (directory, store) = local();
    let content = film();
    let honest = expected(&content, MediaType::Mp4);
    let unread = stream::poll_fn(|_| -> std::task::Poll<Option<io::Result<Bytes>>> { panic!("was read") });
    let refused = store.put(unread, honest, honest.size - 1).await.unwrap_err();
    assert!(matches!(refused, FilesError::TooLarge { size, limit } if size == honest.size && limit == size - 1));

    let read = Arc::new(AtomicUsize::new(0));
    let counter = read.clone();
    let counted = pieces(&content).inspect(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let liar = Expected { size: 100_000, ..honest };
    assert_eq!(store.put(counted, liar, LIMIT).await.unwrap_err().code(), "file.size_mismatch");
    assert_eq!(read.load(Ordering::Relaxed), 3, "100,000 bytes come in two pieces of 50,000, the third is too much");
    assert_eq!(on_disk(&directory), Vec::<String>::new());
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing_behind() {
    let (directory, store) = local();
    let content = film();
    let broken = pieces(&content).take(200).chain(stream::iter([Err(io::Error::other("connection reset"))]));
    let refused = store.put(broken, expected(&content, MediaType::Mp4), LIMIT).await.unwrap_err();
    assert_eq!(refused.code(), "file.interrupted");
    assert_eq!(on_disk(&directory), Vec::<String>::new());
    // The same when the caller loses interest half way.
    let stalled = pieces(&content).take(200).chain(stream::pending());
    let upload = store.put(stalled, expected(&content, MediaType::Mp4), LIMIT);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(500), upload).await.is_err());
    assert_eq!(store.list().count().await, 0);
}

#[tokio::test]
async fn damage_shows_before_the_last_piece() {
    let (directory, store) = local();
    let content = film();
    let name = put(&store, &content, MediaType::Mp4).await.unwrap().sha256;
    let text = name.to_string();
    let path = directory.path().join("files").join(&text[..2]).join(&text[2..4]).join(&text);
    let mut damaged = content.to_vec();
    damaged[1_000_000] ^= 1;
    for wrong in [damaged, content[..content.len() - 1].to_vec(), Vec::new()] {
        std::fs::write(&path, &wrong).unwrap();
        let (mut received, mut found) = (0, store.get(&name).await.unwrap().stream);
        let verdict = loop {
            match found.try_next().await {
                Ok(Some(piece)) => received += piece.len(),
                other => break other.unwrap_err(),
            }
        };
        assert_eq!(verdict.code(), "file.corrupt");
        assert!(received < wrong.len() || wrong.is_empty(), "the last piece was held back");
    }
    put(&store, &content, MediaType::Mp4).await.unwrap();
    assert!(store.get(&name).await.unwrap().read(LIMIT).await.unwrap() == content, "putting it again mends it");
    assert_eq!(store.get(&name).await.unwrap().read(5).await.unwrap_err().code(), "file.too_large");
}

#[tokio::test]
async fn what_is_removed_is_gone() {
    let (directory, store) = local();
    let name = put(&store, &samples::pdf(), MediaType::Pdf).await.unwrap().sha256;
    for _ in 0..2 {
        store.delete(&name).await.unwrap();
        assert_eq!(store.get(&name).await.err().unwrap().code(), "file.missing");
        assert_eq!(store.get_range(&name, 0..1).await.err().unwrap().code(), "file.missing");
    }
    assert_eq!(on_disk(&directory), Vec::<String>::new());
}

#[tokio::test]
async fn a_store_opens_for_its_owner_alone_or_says_why_not() {
    let directory = tempfile::tempdir().unwrap();
    FileStore::open(&address(&directory)).unwrap();
    FileStore::open(&address(&directory)).unwrap();
    let mode = std::fs::metadata(directory.path().join("files")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    std::fs::write(directory.path().join("occupied"), "").unwrap();
    let occupied = format!("file://{}/occupied/files", directory.path().display());
    for wrong in ["files", "ftp://host/files", "file://host/files", &occupied] {
        assert_eq!(FileStore::open(wrong).unwrap_err().code(), "file.bad_store", "{wrong}");
    }
}
