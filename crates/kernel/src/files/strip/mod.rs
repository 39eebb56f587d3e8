//! The copy of a file that others may see: without what cameras, scanners and office programs write into it unasked.
//!
//! Each format is rebuilt from what its viewers need (a list of what stays, not of what goes); the coded pixels and
//! the text are passed on byte for byte. Where that cannot be done safely there is an error and no copy.

mod exif;
mod ifd;
mod jp2;
mod jpeg;
mod office;
mod pdf;
mod raster;
mod tiff;

use bytes::Bytes;

use super::inspect::{Signature, signature};
use super::{FilesError, MediaType};

/// Removes hidden data: EXIF with the place of a photograph, XMP, IPTC, comments, thumbnails, what follows the end of
/// an image; of documents the title, author, company, program, dates and the revisions that later ones replaced.
/// An image keeps its orientation and colour profile. What an author wrote into a document to be read stays: comments,
/// tracked changes, form fields. Text has nothing to remove.
///
/// CPU-heavy, with two to three times the file in memory: run it with `spawn_blocking`, and few at once.
///
/// # Errors
/// [`FilesError::CannotStrip`] for video; for files that are damaged, encrypted or digitally signed (a changed copy of
/// a signed document would look forged); for documents that hold other documents. Never show the original instead.
pub fn strip(media_type: MediaType, content: Bytes) -> Result<Bytes, FilesError> {
    let stripped = match media_type {
        MediaType::Jpeg => jpeg::strip(content),
        MediaType::Png => raster::png(content),
        MediaType::Webp => raster::webp(content),
        MediaType::Tiff => tiff::strip(&content),
        MediaType::Pdf => pdf::strip(&content),
        MediaType::Docx | MediaType::Xlsx | MediaType::Odt => office::strip(&content),
        MediaType::Text | MediaType::Csv => Ok(content),
        MediaType::Mp4 => Err("video is not supported".into()),
    };
    stripped.map_err(|Unsafe(reason)| FilesError::CannotStrip { media_type, reason })
}

/// An image within a document, when it is of a kind that carries metadata.
fn embedded_image(content: &Bytes) -> Option<Result<Bytes, Unsafe>> {
    let Some(Signature::Is(kind)) = signature(content) else { return None };
    match kind {
        MediaType::Jpeg => Some(jpeg::strip(content.clone())),
        MediaType::Png => Some(raster::png(content.clone())),
        MediaType::Webp => Some(raster::webp(content.clone())),
        MediaType::Tiff => Some(tiff::strip(content)),
        _ => None,
    }
}

/// Why no copy can be made.
struct Unsafe(String);

impl From<&str> for Unsafe {
    fn from(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

impl From<img_parts::Error> for Unsafe {
    fn from(error: img_parts::Error) -> Self {
        Self(error.to_string())
    }
}
