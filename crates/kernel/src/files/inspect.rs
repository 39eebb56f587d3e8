//! Decides from its bytes what a file is, while they stream by. Names and declared types are only claims.

use super::package::Tail;
use super::utf8::{NotText, Utf8};
use super::{FilesError, MediaType};

/// How many first bytes [`Inspector::start`] wants to see.
pub const HEAD: usize = 8 * 1024;

const BINARY: &str = "application/octet-stream";
const ARCHIVE: &str = "application/zip";

/// Formats that are text themselves: a file that is text throughout can still be one of these.
const WRITTEN_AS_TEXT: [&str; 7] = [
    "text/html",
    "text/xml",
    "text/x-shellscript",
    "application/pdf",
    "application/postscript",
    "application/rtf",
    "application/x-x509-ca-cert",
];

/// Watches one file stream by and refuses it as soon as it cannot be what was declared.
pub struct Inspector {
    declared: MediaType,
    watched: Watched,
}

/// What has to be watched beyond the first bytes.
enum Watched {
    Nothing,
    /// Text can stop being text anywhere.
    Text(Utf8),
    /// What is in a ZIP package stands at its end.
    Package(Tail),
}

impl Inspector {
    /// Judges the first [`HEAD`] bytes, or the whole file when it is shorter.
    pub fn start(declared: MediaType, head: &[u8]) -> Result<Self, FilesError> {
        let watched = match signature(head) {
            Some(Signature::Is(found)) if found == declared => Watched::Nothing,
            Some(Signature::Is(found)) => return Err(refuse(declared, found.as_str())),
            Some(Signature::Package) if declared.is_package() => Watched::Package(Tail::new(head)),
            Some(Signature::Package) => return Err(refuse(declared, guess(head).unwrap_or(ARCHIVE))),
            None if declared.is_text() && !WRITTEN_AS_TEXT.contains(&name(head)) => Watched::Text(Utf8::default()),
            None => return Err(refuse(declared, name(head))),
        };
        Ok(Self { declared, watched })
    }

    /// Takes the next piece, the first bytes included.
    pub fn update(&mut self, piece: &[u8]) -> Result<(), FilesError> {
        match &mut self.watched {
            Watched::Nothing => {}
            Watched::Text(text) => text.update(piece).map_err(|why| refuse(self.declared, words(why)))?,
            Watched::Package(tail) => tail.update(piece),
        }
        Ok(())
    }

    /// The verdict, after the last piece.
    pub fn finish(self) -> Result<MediaType, FilesError> {
        match self.watched {
            Watched::Nothing => {}
            Watched::Text(text) => text.finish().map_err(|why| refuse(self.declared, words(why)))?,
            Watched::Package(tail) => match tail.media_type() {
                Some(found) if found == self.declared => {}
                Some(found) => return Err(refuse(self.declared, found.as_str())),
                None => return Err(refuse(self.declared, ARCHIVE)),
            },
        }
        Ok(self.declared)
    }
}

/// What the first bytes of an accepted format look like.
pub enum Signature {
    Is(MediaType),
    /// ZIP, which alone says little.
    Package,
}

/// The accepted format that the first bytes belong to. Stricter than `infer`, whose signatures are made for guessing:
/// it takes a page that mentions `%PDF` for a PDF, and a TIFF with the wrong ninth byte for nothing.
pub fn signature(head: &[u8]) -> Option<Signature> {
    let is = |media_type| Some(Signature::Is(media_type));
    match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => is(MediaType::Png),
        [0xff, 0xd8, 0xff, ..] => is(MediaType::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => is(MediaType::Webp),
        // Canon's raw photographs begin like TIFF.
        [b'I', b'I', 42, 0, _, _, _, _, b'C', b'R', 2, ..] => None,
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => is(MediaType::Tiff),
        [b'P', b'K', 3, 4, ..] => Some(Signature::Package),
        // Some scanners send a line break first.
        _ if head.trim_ascii_start().starts_with(b"%PDF-") => is(MediaType::Pdf),
        _ if infer::video::is_mp4(head) => is(MediaType::Mp4),
        _ => None,
    }
}

/// A name for what no accepted signature fits.
fn name(head: &[u8]) -> &'static str {
    let mut text = Utf8::default();
    let text = text.update(head);
    match (guess(head), text) {
        // Short binary signatures ("BM", "MZ") also begin innocent texts.
        (Some(named), Ok(())) if WRITTEN_AS_TEXT.contains(&named) => named,
        (_, Ok(())) => MediaType::Text.as_str(),
        (Some(named), Err(_)) if named.parse::<MediaType>().is_err() => named,
        (_, Err(why)) => words(why),
    }
}

fn guess(head: &[u8]) -> Option<&'static str> {
    infer::get(head).map(|kind| kind.mime_type())
}

fn words(why: NotText) -> &'static str {
    match why {
        NotText::Binary => BINARY,
        NotText::OtherEncoding => "text/plain (not UTF-8)",
    }
}

/// Content that would be welcome under its own name is a wrong declaration; other content is refused as what it is.
fn refuse(declared: MediaType, found: &str) -> FilesError {
    let found = if found == declared.as_str() { BINARY } else { found }.to_owned();
    if found == BINARY || found.parse::<MediaType>().is_ok() {
        FilesError::TypeMismatch { declared, found }
    } else {
        FilesError::TypeNotAllowed { found }
    }
}
