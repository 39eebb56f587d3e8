//! A file, or a part of it, on its way out.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt, try_unfold};

use super::hash::Hasher;
use super::{FilesError, Sha256};

type Pieces = BoxStream<'static, object_store::Result<Bytes>>;

/// A file, or a part of it, on its way out.
pub struct Content {
    /// Bytes of the whole file.
    pub size: u64,
    /// Which of them come.
    pub range: Range<u64>,
    pub stream: BoxStream<'static, Result<Bytes, FilesError>>,
}

impl Content {
    /// A whole file, checked against its name on the way. Its last piece waits for the verdict: a receiver that
    /// knows the size would not look at an error after it.
    pub(super) fn whole(size: u64, pieces: Pieces, name: Sha256) -> Self {
        let start = (pieces, Hasher::default(), size);
        let stream = try_unfold(start, move |(mut pieces, mut hasher, left)| async move {
            let Some(piece) = pieces.try_next().await? else {
                return if hasher.finish() == name { Ok(None) } else { Err(FilesError::Corrupt(name)) };
            };
            hasher.update(&piece);
            let left = left.checked_sub(piece.len() as u64).ok_or(FilesError::Corrupt(name))?;
            if left == 0 && hasher.clone().finish() != name {
                return Err(FilesError::Corrupt(name));
            }
            Ok(Some((piece, (pieces, hasher, left))))
        });
        Self { size, range: 0..size, stream: stream.boxed() }
    }

    pub(super) fn part(size: u64, range: Range<u64>, pieces: Pieces) -> Self {
        Self { size, range, stream: pieces.map_err(FilesError::from).boxed() }
    }

    /// All of it in memory, as [`strip`](super::strip()) needs it.
    ///
    /// # Errors
    /// [`FilesError::TooLarge`] beyond `limit` bytes.
    pub async fn read(mut self, limit: u64) -> Result<Bytes, FilesError> {
        let size = self.range.end - self.range.start;
        let too_large = FilesError::TooLarge { size, limit };
        if size > limit {
            return Err(too_large);
        }
        let mut all = BytesMut::with_capacity(usize::try_from(size).map_err(|_| too_large)?);
        while let Some(piece) = self.stream.try_next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }
}
