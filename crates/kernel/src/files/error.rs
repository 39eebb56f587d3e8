//! What can go wrong with a file.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};

use super::{MediaType, Sha256, problems};
use crate::problem::{Error, Kind, Problem};

/// Any error, boxed.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// What can go wrong with a file. Sizes are bytes.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The store's address or settings are wrong; told at start.
    #[error("file store: {0}")]
    BadStore(String),
    #[error("the file is empty")]
    Empty,
    #[error("the file has {size} bytes, the limit is {limit}")]
    TooLarge { size: u64, limit: u64 },
    /// Reading stops at the first byte too many, so `received` is where it stopped.
    #[error("{declared} bytes were declared, {received} arrived")]
    SizeMismatch { declared: u64, received: u64 },
    #[error("SHA-256 {declared} was declared, the content has {received}")]
    HashMismatch { declared: Sha256, received: Sha256 },
    /// `found` is a media type, or a few words where none fits.
    #[error("{found} is not an accepted type of file")]
    TypeNotAllowed { found: String },
    #[error("{declared} was declared, the content is {found}")]
    TypeMismatch { declared: MediaType, found: String },
    /// The sender stopped half way.
    #[error("the upload broke off: {0}")]
    Interrupted(#[source] Cause),
    /// The store has no such content, although somebody believed so.
    #[error("{0} is not in the file store")]
    Missing(Sha256),
    /// What the store holds under this name is something else.
    #[error("the stored content of {0} is damaged")]
    Corrupt(Sha256),
    #[error("the range lies outside the file")]
    OutOfRange,
    /// No copy without metadata can be made safely. The original is untouched, and not for others to see.
    #[error("metadata cannot be removed from this {media_type}: {reason}")]
    CannotStrip { media_type: MediaType, reason: String },
    #[error("the file store is full")]
    Full,
    #[error("the file store does not answer: {0}")]
    Unavailable(#[source] Cause),
}

impl FilesError {
    /// Stable and dotted, like `file.too_large`.
    pub fn code(&self) -> &'static str {
        self.problem().code
    }

    /// The entry of the problem catalogue.
    pub fn problem(&self) -> &'static Problem {
        match self {
            Self::BadStore(_) => &problems::BAD_STORE,
            Self::Empty => &problems::EMPTY,
            Self::TooLarge { .. } => &problems::TOO_LARGE,
            Self::SizeMismatch { .. } => &problems::SIZE_MISMATCH,
            Self::HashMismatch { .. } => &problems::HASH_MISMATCH,
            Self::TypeNotAllowed { .. } => &problems::TYPE_NOT_ALLOWED,
            Self::TypeMismatch { .. } => &problems::TYPE_MISMATCH,
            Self::Interrupted(_) => &problems::INTERRUPTED,
            Self::Missing(_) => &problems::MISSING,
            Self::Corrupt(_) => &problems::CORRUPT,
            Self::OutOfRange => &problems::OUT_OF_RANGE,
            Self::CannotStrip { .. } => &problems::CANNOT_STRIP,
            Self::Full => &problems::FULL,
            Self::Unavailable(_) => &problems::UNAVAILABLE,
        }
    }

    fn in_vietnamese(&self) -> String {
        match self {
            Self::TooLarge { size, limit } => format!("Tệp có {size} byte, giới hạn là {limit}"),
            Self::SizeMismatch { declared, received } => format!("Đã khai {declared} byte, nhận được {received}"),
            Self::HashMismatch { declared, received } => {
                format!("Đã khai SHA-256 {declared}, nội dung nhận được có {received}")
            }
            Self::TypeNotAllowed { found } => format!("Không nhận loại tệp {found}"),
            Self::TypeMismatch { declared, found } => format!("Đã khai {declared}, nội dung là {found}"),
            other => other.problem().title.vi.to_string(),
        }
    }
}

impl From<FilesError> for Error {
    /// Says what the sender can mend; what is our fault goes to the log.
    fn from(error: FilesError) -> Self {
        let problem = error.problem();
        match problem.kind {
            Kind::Internal => problem.because(error),
            Kind::Busy => problem.because(error).retry_after(5),
            _ => problem.with(error.in_vietnamese(), error.to_string()),
        }
    }
}

impl From<object_store::Error> for FilesError {
    fn from(error: object_store::Error) -> Self {
        unavailable(Box::new(error))
    }
}

impl From<io::Error> for FilesError {
    fn from(error: io::Error) -> Self {
        unavailable(Box::new(error))
    }
}

/// A full disk lies deep in the chain of causes, and is worth a message of its own.
fn unavailable(cause: Cause) -> FilesError {
    let mut next: Option<&(dyn StdError + 'static)> = Some(cause.as_ref());
    while let Some(error) = next {
        match error.downcast_ref::<io::Error>() {
            Some(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                return FilesError::Full;
            }
            // `io::Error::source` steps over the error that it wraps.
            Some(error) => next = error.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
            None => next = error.source(),
        }
    }
    FilesError::Unavailable(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_recognised_however_deep_it_lies() {
        let full = || io::Error::from(ErrorKind::StorageFull);
        let wrapped = object_store::Error::Generic { store: "LocalFileSystem", source: Box::new(full()) };
        for error in [full().into(), wrapped.into(), FilesError::from(io::Error::other(io::Error::other(full())))] {
            assert_eq!(error.code(), "file.storage_full");
        }
        assert_eq!(FilesError::from(io::Error::from(ErrorKind::PermissionDenied)).code(), "file.storage_unavailable");
    }

    #[test]
    fn the_sender_is_told_what_to_mend_and_nothing_about_our_disks() {
        let told = Error::from(FilesError::TooLarge { size: 7, limit: 5 });
        assert_eq!(told.detail.as_ref().unwrap().vi, "Tệp có 7 byte, giới hạn là 5");
        let hidden = Error::from(FilesError::from(io::Error::other("disk 3")));
        assert_eq!((hidden.detail.clone(), hidden.retry_after), (None, Some(5)));
        assert!(hidden.cause.as_ref().unwrap().contains("disk 3"));
    }
}
