//! The store itself: content under the name of its own SHA-256.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use futures_util::stream::{BoxStream, Stream, StreamExt, TryStreamExt};
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt};
use tokio::io::AsyncWriteExt;
use url::Url;

use super::error::Cause;
use super::hash::Hasher;
use super::inspect::{HEAD, Inspector};
use super::{Content, FilesError, MediaType, Sha256, local, place};

/// What travels to the store at once. S3 takes no smaller part (5 MiB), and a file below it goes in one request.
const PART: usize = 5 * 1024 * 1024;

/// What a sender says that it is going to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    pub sha256: Sha256,
    /// Bytes.
    pub size: u64,
    pub media_type: MediaType,
}

/// What the store now holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    pub sha256: Sha256,
    /// Bytes.
    pub size: u64,
    /// As the content shows, not only as was declared.
    pub media_type: MediaType,
}

/// One entry of [`FileStore::list`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub sha256: Sha256,
    /// Bytes.
    pub size: u64,
    /// When this content was last put, also when it was there before.
    pub put_at: DateTime<Utc>,
}

/// A content-addressed file store in a local directory or an S3 bucket. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct FileStore {
    objects: Arc<dyn ObjectStore>,
    /// Set when the store is a local directory.
    root: Option<PathBuf>,
}

impl FileStore {
    /// Opens `file:///directory` (made when missing) or `s3://bucket/prefix` (settings from the `AWS_…` environment).
    ///
    /// A bucket needs a lifecycle rule that drops unfinished multipart uploads: after a crash nobody else does. The
    /// account needs the right to list it, or S3 does not tell a missing file from a forbidden one.
    ///
    /// # Errors
    /// [`FilesError::BadStore`], in words for the administrator. Whether a bucket answers, [`Self::probe`] tells.
    pub fn open(url: &str) -> Result<Self, FilesError> {
        let parsed = Url::parse(url).map_err(|error| FilesError::BadStore(format!("{url}: {error}")))?;
        match parsed.scheme() {
            "file" => place::directory(&parsed).map(|(objects, root)| Self { objects, root: Some(root) }),
            "s3" => {
                let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                };
                place::bucket(&parsed, std::env::vars_os().filter_map(text)).map(|objects| Self { objects, root: None })
            }
            other => Err(FilesError::BadStore(format!("{other}: is neither file: nor s3:"))),
        }
    }

    /// Asks the store for its top level: a wrong bucket or a missing right shows at start, not at the first citizen.
    pub async fn probe(&self) -> Result<(), FilesError> {
        self.objects.list_with_delimiter(None).await?;
        Ok(())
    }

    /// Takes a file in, piece by piece; at most three parts of it (15 MiB) are in memory. When this returns, the
    /// content is on disk and can be read by everyone; before, and after an error or a crash, nobody sees any of it.
    /// The same content may be put again at any time, also by two callers at once.
    ///
    /// `limit` is in bytes.
    ///
    /// # Errors
    /// [`FilesError::TooLarge`] and wrong types after the first bytes, the other differences as soon as they show.
    pub async fn put<E: Into<Cause>>(
        &self,
        content: impl Stream<Item = Result<Bytes, E>>,
        expected: Expected,
        limit: u64,
    ) -> Result<Stored, FilesError> {
        let Expected { sha256, size, .. } = expected;
        if size > limit {
            return Err(FilesError::TooLarge { size, limit });
        }
        // Always written anew, even if it is there: the time of the last put is what protects it from a clean-up.
        let path = path(&sha256);
        let mut writer = BufWriter::with_capacity(self.objects.clone(), path.clone(), PART).with_max_concurrency(2);
        match receive(content, &expected, async |piece| writer.put(piece).await).await {
            Ok(media_type) => {
                writer.shutdown().await?;
                if let Some(root) = &self.root {
                    local::sync_shards(root.clone(), path).await?;
                }
                Ok(Stored { sha256, size, media_type })
            }
            Err(error) => {
                if let Err(left_over) = writer.abort().await {
                    log::warn!("files: an unfinished upload could not be removed: {left_over}");
                }
                Err(error)
            }
        }
    }

    /// Opens a file. Its content is checked against its name while it is read: a damaged file ends in
    /// [`FilesError::Corrupt`] instead of its last piece.
    pub async fn get(&self, sha256: &Sha256) -> Result<Content, FilesError> {
        let found = self.objects.get(&path(sha256)).await.map_err(|error| missing(error, sha256))?;
        let size = found.meta.size;
        Ok(Content::whole(size, found.into_stream(), *sha256))
    }

    /// Opens a part of a file, unchecked. A range that begins within the file and ends beyond it is cut to the file.
    ///
    /// # Errors
    /// [`FilesError::OutOfRange`] when the range is empty or begins beyond the end.
    pub async fn get_range(&self, sha256: &Sha256, range: Range<u64>) -> Result<Content, FilesError> {
        let path = path(sha256);
        let size = self.objects.head(&path).await.map_err(|error| missing(error, sha256))?.size;
        let range = range.start..range.end.min(size);
        if range.is_empty() {
            return Err(FilesError::OutOfRange);
        }
        let options = GetOptions::new().with_range(Some(range.clone()));
        let found = self.objects.get_opts(&path, options).await.map_err(|error| missing(error, sha256))?;
        Ok(Content::part(size, range, found.into_stream()))
    }

    /// Everything in the store, in no order. For jobs that remove what no row refers to any more.
    pub fn list(&self) -> BoxStream<'static, Result<Listed, FilesError>> {
        let entries = self.objects.list(None).map_err(FilesError::from);
        let ours = entries.try_filter_map(|entry| async move {
            let sha256 = entry.location.filename().and_then(|name| name.parse().ok());
            Ok(sha256.map(|sha256| Listed { sha256, size: entry.size, put_at: entry.last_modified }))
        });
        ours.boxed()
    }

    /// Removes a file; it need not be there. Whoever calls this makes sure that nobody puts and refers to the same
    /// content meanwhile.
    pub async fn delete(&self, sha256: &Sha256) -> Result<(), FilesError> {
        match self.objects.delete(&path(sha256)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes what uploads before `before` left behind when the program was killed; returns how many. Only a local
    /// directory has such remains within reach (see [`Self::open`] for buckets).
    pub async fn remove_unfinished(&self, before: DateTime<Utc>) -> Result<usize, FilesError> {
        match &self.root {
            Some(root) => Ok(local::remove_unfinished(root.clone(), before).await?),
            None => Ok(0),
        }
    }
}

/// `ab/cd/abcd…`, so that no directory grows large.
fn path(sha256: &Sha256) -> Path {
    let name = sha256.to_string();
    Path::from_iter([&name[..2], &name[2..4], &name])
}

fn missing(error: object_store::Error, sha256: &Sha256) -> FilesError {
    match error {
        object_store::Error::NotFound { .. } => FilesError::Missing(*sha256),
        other => other.into(),
    }
}

/// Takes a file in as [`FileStore::put`] does, into memory: for what must not lie in the store as it came.
///
/// # Errors
/// As [`FileStore::put`].
pub async fn collect<E: Into<Cause>>(
    content: impl Stream<Item = Result<Bytes, E>>,
    expected: Expected,
    limit: u64,
) -> Result<Bytes, FilesError> {
    if expected.size > limit {
        return Err(FilesError::TooLarge { size: expected.size, limit });
    }
    let mut all = BytesMut::new();
    let keep = async |piece: Bytes| {
        all.extend_from_slice(&piece);
        Ok(())
    };
    receive(content, &expected, keep).await?;
    Ok(all.freeze())
}

/// Passes the content on and finds out what it is.
async fn receive<E: Into<Cause>>(
    content: impl Stream<Item = Result<Bytes, E>>,
    expected: &Expected,
    mut keep: impl AsyncFnMut(Bytes) -> object_store::Result<()>,
) -> Result<MediaType, FilesError> {
    let declared = expected.size;
    let mut content = std::pin::pin!(content.map_err(|cause| FilesError::Interrupted(cause.into())));
    let mut head = BytesMut::new();
    while head.len() < HEAD
        && let Some(piece) = content.try_next().await?
    {
        head.extend_from_slice(&piece);
    }
    if head.is_empty() {
        return Err(FilesError::Empty);
    }
    let mut inspector = Inspector::start(expected.media_type, &head)?;
    let mut hasher = Hasher::default();
    let mut received = 0;
    let mut next = Some(head.freeze());
    while let Some(piece) = next {
        received += piece.len() as u64;
        if received > declared {
            return Err(FilesError::SizeMismatch { declared, received });
        }
        hasher.update(&piece);
        inspector.update(&piece)?;
        keep(piece).await?;
        next = content.try_next().await?;
    }
    if received < declared {
        return Err(FilesError::SizeMismatch { declared, received });
    }
    let received = hasher.finish();
    if received != expected.sha256 {
        return Err(FilesError::HashMismatch { declared: expected.sha256, received });
    }
    inspector.finish()
}
