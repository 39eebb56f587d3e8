//! The files that citizens and officers hand in: scanned papers, forms, photographs.
//!
//! - [`FileStore`] keeps each content once, under the name of its SHA-256, in a local directory or an S3 bucket;
//!   what it acknowledged is on disk, and what it did not acknowledge nobody can see.
//! - What a file *is* its bytes say ([`MediaType`] is the allow-list); what was declared is checked against them.
//! - [`strip()`] makes the copy that others may see: without the place a photograph was taken, the author's name, …
//!
//! File names are not this module's business: they belong to the row that refers to a [`Sha256`].

mod content;
mod error;
mod hash;
mod inspect;
mod local;
mod media;
mod package;
mod place;
pub mod problems;
mod store;
mod strip;
mod utf8;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use content::Content;
pub use error::{Cause, FilesError};
pub use hash::{Hasher, NotASha256, Sha256};
pub use media::MediaType;
pub use store::{Expected, FileStore, Listed, Stored, collect};
pub use strip::strip;
