//! What a ZIP package is: a Word document, an Excel workbook, an OpenDocument text, or just an archive.

use std::borrow::Cow;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::read::{ArchiveOffset, Config};
use zip::result::ZipResult;

use super::MediaType;

/// The first entry of an OpenDocument text (OpenDocument 1.3 part 2, §3.3): uncompressed, so the next entry follows.
const ODT_BEGIN: &[u8] = b"mimetypeapplication/vnd.oasis.opendocument.textPK";

/// The last bytes of a package, where its table of contents stands. A megabyte holds some ten thousand entries.
pub struct Tail {
    says_odt: bool,
    kept: Vec<u8>,
    length: u64,
}

impl Tail {
    const KEPT: usize = 1024 * 1024;

    /// For a package that begins with `head`.
    pub fn new(head: &[u8]) -> Self {
        // A local header of 30 bytes comes first.
        let says_odt = head.get(30..).is_some_and(|entry| entry.starts_with(ODT_BEGIN));
        Self { says_odt, kept: Vec::new(), length: 0 }
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.length += piece.len() as u64;
        self.kept.extend_from_slice(piece);
        if self.kept.len() > 2 * Self::KEPT {
            self.kept.drain(..self.kept.len() - Self::KEPT);
        }
    }

    /// What the package is, or nothing that we take. Macros make another type of it (`.docm`, `.xlsm`).
    pub fn media_type(self) -> Option<MediaType> {
        let says_odt = self.says_odt;
        let from_the_start = Config { archive_offset: ArchiveOffset::Known(0) };
        let package = ZipArchive::with_config(from_the_start, End::of(self)).ok()?;
        if package.has_duplicate_names() {
            return None;
        }
        // Part names differ in case only by mistake (ECMA-376 part 2, §6.2.2.3), and Word numbers the main part at times.
        let lower = |name: ZipResult<Cow<str>>| name.map(|name| name.to_ascii_lowercase());
        let names = package.file_names().map(lower).collect::<Result<Vec<_>, _>>().ok()?;
        let has = |begin: &str, end: &str| names.iter().any(|name| name.starts_with(begin) && name.ends_with(end));
        if names.iter().any(|name| is_macro(name)) {
            return None;
        }
        let office = has("[content_types].xml", "") && has("_rels/.rels", "");
        match (office && has("word/document", ".xml"), office && has("xl/workbook", ".xml"), says_odt) {
            (true, false, false) => Some(MediaType::Docx),
            (false, true, false) => Some(MediaType::Xlsx),
            (false, false, true) if has("content.xml", "") && has("meta-inf/manifest.xml", "") => Some(MediaType::Odt),
            _ => None,
        }
    }
}

fn is_macro(name: &str) -> bool {
    name.ends_with("vbaproject.bin") || name.starts_with("basic/") || name.starts_with("scripts/")
}

/// A file of which only the end can be read.
struct End {
    kept: Cursor<Vec<u8>>,
    missing: u64,
}

impl End {
    fn of(tail: Tail) -> Self {
        let missing = tail.length - tail.kept.len() as u64;
        Self { kept: Cursor::new(tail.kept), missing }
    }
}

impl Read for End {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.kept.read(buffer)
    }
}

impl Seek for End {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let within = match to {
            SeekFrom::Start(at) => SeekFrom::Start(at.checked_sub(self.missing).ok_or(io::ErrorKind::UnexpectedEof)?),
            relative => relative,
        };
        Ok(self.kept.seek(within)? + self.missing)
    }
}
