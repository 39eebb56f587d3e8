//! Reads the directories of TIFF (revision 6.0), which EXIF data has too.

use std::ops::Range;

/// A TIFF file, or EXIF data.
pub struct Tiff<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

/// One directory: a page of a TIFF file.
pub struct Directory {
    pub entries: Vec<Entry>,
    /// Where the next one begins; zero after the last.
    pub next: usize,
}

/// One entry of a directory.
pub struct Entry {
    pub tag: u16,
    /// Where it begins; it has twelve bytes.
    pub at: usize,
    kind: u16,
    count: usize,
}

impl<'a> Tiff<'a> {
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        let little_endian = bytes.starts_with(b"II\x2a\0");
        (little_endian || bytes.starts_with(b"MM\0\x2a")).then_some(Self { bytes, little_endian })
    }

    /// Where the first directory begins.
    pub fn first(&self) -> Option<usize> {
        self.u32(4)
    }

    pub fn directory(&self, at: usize) -> Option<Directory> {
        let count = usize::from(self.u16(at)?);
        let entry = |at| Some(Entry { tag: self.u16(at)?, at, kind: self.u16(at + 2)?, count: self.u32(at + 4)? });
        let entries = (0..count).map(|i| entry(at + 2 + 12 * i)).collect::<Option<_>>()?;
        // EXIF writers may leave this out.
        let next = self.u32(at + 2 + 12 * count).unwrap_or(0);
        Some(Directory { entries, next })
    }

    /// The directory's bytes with fewer of its entries.
    pub fn write(&self, entries: &[&Entry], next: usize) -> Option<Vec<u8>> {
        let (count, next) = (u16::try_from(entries.len()).ok()?, u32::try_from(next).ok()?);
        let (count, next) = match self.little_endian {
            true => (count.to_le_bytes(), next.to_le_bytes()),
            false => (count.to_be_bytes(), next.to_be_bytes()),
        };
        let mut written = count.to_vec();
        for entry in entries {
            written.extend_from_slice(self.bytes.get(entry.at..entry.at + 12)?);
        }
        written.extend_from_slice(&next);
        Some(written)
    }

    /// The values of an entry of type SHORT or LONG.
    pub fn numbers(&self, entry: &Entry) -> Option<Vec<usize>> {
        let values = self.value(entry)?;
        match entry.kind {
            3 => values.step_by(2).map(|at| self.u16(at).map(usize::from)).collect(),
            4 => values.step_by(4).map(|at| self.u32(at)).collect(),
            _ => None,
        }
    }

    /// Where the values of an entry are: within the entry when they fit into four bytes.
    pub fn value(&self, entry: &Entry) -> Option<Range<usize>> {
        let width = match entry.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 => 4,
            5 | 10 | 12 => 8,
            _ => return None,
        };
        let length = entry.count.checked_mul(width)?;
        let start = if length <= 4 { entry.at + 8 } else { self.u32(entry.at + 8)? };
        let values = start..start.checked_add(length)?;
        (values.end <= self.bytes.len()).then_some(values)
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little_endian { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32(&self, at: usize) -> Option<usize> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little_endian { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) } as usize)
    }
}
