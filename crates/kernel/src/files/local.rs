//! What a local directory needs beyond what the object store does for it.

use std::fs::{self, DirEntry, File};
use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use object_store::path::Path;
use tokio::task::spawn_blocking;

/// Puts the two directories above a new file on disk. The object store does so for those that it made itself, but not
/// for those that another upload made a moment before and has not yet synced.
pub async fn sync_shards(root: PathBuf, file: Path) -> io::Result<()> {
    let outer = file.parts().next().map(|part| root.join(part.as_ref()));
    blocking(move || {
        let directories = outer.iter().chain([&root]);
        directories.into_iter().try_for_each(|directory| File::open(directory)?.sync_all())
    })
    .await
}

/// Removes uploads that ended half way before `before`. The object store writes to `name#1`, `name#2`, … and renames.
pub async fn remove_unfinished(root: PathBuf, before: DateTime<Utc>) -> io::Result<usize> {
    blocking(move || {
        let before = SystemTime::from(before);
        let mut removed = 0;
        for outer in directories(&root)? {
            for inner in directories(&outer)? {
                for entry in fs::read_dir(inner)? {
                    let entry = entry?;
                    if is_unfinished(&entry) && entry.metadata()?.modified()? < before {
                        fs::remove_file(entry.path())?;
                        removed += 1;
                    }
                }
            }
        }
        Ok(removed)
    })
    .await
}

fn directories(within: &std::path::Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(within)?.collect::<io::Result<Vec<_>>>()?;
    Ok(entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
}

fn is_unfinished(entry: &DirEntry) -> bool {
    entry
        .file_name()
        .to_str()
        .and_then(|name| name.split_once('#'))
        .is_some_and(|(_, serial)| !serial.is_empty() && serial.bytes().all(|digit| digit.is_ascii_digit()))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
