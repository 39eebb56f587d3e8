//! The module as its callers see it.

mod killed;
mod put;
mod s3;
mod strip;
mod types;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use tempfile::TempDir;

use super::{Expected, FileStore, FilesError, MediaType, Sha256, Stored};

const LIMIT: u64 = 32 * 1024 * 1024;

/// A store in a directory that goes with the test.
fn local() -> (TempDir, FileStore) {
    let directory = tempfile::tempdir().unwrap();
    let store = FileStore::open(&address(&directory)).unwrap();
    (directory, store)
}

fn address(directory: &TempDir) -> String {
    format!("file://{}", directory.path().join("files").display())
}

/// What an honest sender declares.
fn expected(content: &[u8], media_type: MediaType) -> Expected {
    Expected { sha256: Sha256::of(content), size: content.len() as u64, media_type }
}

/// The content in pieces, as the network brings it.
fn pieces(content: &Bytes) -> impl Stream<Item = Result<Bytes, std::io::Error>> + 'static {
    let pieces: Vec<_> = content.chunks(50_000).map(|piece| Ok(content.slice_ref(piece))).collect();
    stream::iter(pieces)
}

async fn put(store: &FileStore, content: &Bytes, media_type: MediaType) -> Result<Stored, FilesError> {
    store.put(pieces(content), expected(content, media_type), LIMIT).await
}

/// Every file below the store's directory, finished or not.
fn on_disk(directory: &TempDir) -> Vec<String> {
    fn walk(directory: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => walk(&entry.path(), found),
                false => found.push(entry.file_name().into_string().unwrap()),
            }
        }
    }
    let mut found = Vec::new();
    walk(directory.path(), &mut found);
    found
}
