//! TIFF (revision 6.0): everything stays where it is, except that what viewers do not need becomes zeros.

use std::collections::HashSet;
use std::ops::Range;

use bytes::Bytes;

use super::Unsafe;
use super::ifd::{Entry, Tiff};

const DAMAGED: &str = "its directory is damaged";

const COMPRESSION: u16 = 259;
/// Where the pixels are, as strips and as tiles: offsets and lengths.
const PIXELS: [(u16, u16); 2] = [(273, 279), (324, 325)];
const SUB_DIRECTORIES: u16 = 330;
/// Directories of their own: EXIF and GPS.
const POINTERS: [u16; 2] = [34665, 34853];

/// What viewers need: size, coding, colours, resolution, page number, where the pixels are.
fn is_needed(tag: u16) -> bool {
    matches!(
        tag,
        254..=259 | 262..=266 | 273 | 274 | 277..=284 | 286 | 287 | 290..=293 | 296 | 297 | 301 | 317..=328 | 332 | 334
            | 336 | 338..=341 | 347 | 529..=532 | 34675
    )
}

/// Copies what the needed entries refer to into a file of zeros.
pub fn strip(content: &[u8]) -> Result<Bytes, Unsafe> {
    let tiff = Tiff::open(content).ok_or(DAMAGED)?;
    let mut copy = Copy { from: content, to: vec![0; content.len()], budget: content.len().saturating_mul(2) };
    copy.range(0..8)?;
    let mut dropped = Vec::new();
    let mut pixels = Vec::new();
    let mut seen = HashSet::new();
    let mut at = tiff.first().ok_or(DAMAGED)?;
    while at != 0 {
        let page = tiff.directory(at).filter(|_| seen.insert(at)).ok_or(DAMAGED)?;
        let (needed, others): (Vec<_>, Vec<_>) = page.entries.iter().partition(|entry| is_needed(entry.tag));
        if others.iter().any(|entry| entry.tag == SUB_DIRECTORIES) {
            return Err("it has images within images".into());
        }
        dropped.extend(others.iter().flat_map(|entry| places(&tiff, entry)));
        let pieces = pieces(&tiff, &needed).ok_or(DAMAGED)?;
        let is_jpeg = is_jpeg(&tiff, &needed);
        for piece in &pieces {
            copy.range(piece.clone())?;
            if is_jpeg && holds_metadata(&content[piece.clone()]) {
                return Err("its pixels carry metadata".into());
            }
        }
        pixels.extend(pieces);
        for entry in &needed {
            copy.range(tiff.value(entry).ok_or(DAMAGED)?)?;
        }
        copy.write(at, &tiff.write(&needed, page.next).ok_or(DAMAGED)?)?;
        at = page.next;
    }
    if pixels.is_empty() {
        return Err("it has no image".into());
    }
    dropped.sort_unstable();
    let holds_dropped = |piece: &Range<usize>| {
        let next = dropped.partition_point(|place| *place < piece.start);
        dropped.get(next).is_some_and(|place| *place < piece.end)
    };
    if pixels.iter().any(holds_dropped) {
        return Err("its pixels and its metadata overlap".into());
    }
    Ok(copy.to.into())
}

/// Where the values of a dropped entry begin, outside of the entry itself.
fn places(tiff: &Tiff, entry: &Entry) -> Vec<usize> {
    let pointed = if POINTERS.contains(&entry.tag) { tiff.numbers(entry) } else { None };
    let value = tiff.value(entry).map(|value| value.start).filter(|start| *start != entry.at + 8);
    pointed.unwrap_or_default().into_iter().chain(value).collect()
}

/// Where the pixels of a page are.
fn pieces(tiff: &Tiff, entries: &[&Entry]) -> Option<Vec<Range<usize>>> {
    let numbers = |tag| match entries.iter().find(|entry| entry.tag == tag) {
        Some(entry) => tiff.numbers(entry),
        None => Some(Vec::new()),
    };
    let mut pieces = Vec::new();
    for (offsets, lengths) in PIXELS {
        let (offsets, lengths) = (numbers(offsets)?, numbers(lengths)?);
        if offsets.len() != lengths.len() {
            return None;
        }
        pieces.extend(offsets.into_iter().zip(lengths).map(|(at, length)| at..at.saturating_add(length)));
    }
    Some(pieces)
}

/// JPEG within TIFF (Technical Note 2), and its older form.
fn is_jpeg(tiff: &Tiff, entries: &[&Entry]) -> bool {
    let compression = entries.iter().find(|entry| entry.tag == COMPRESSION).and_then(|entry| tiff.numbers(entry));
    matches!(compression.as_deref(), Some([6 | 7]))
}

fn holds_metadata(jpeg: &[u8]) -> bool {
    let holds = |what: &[u8]| jpeg.windows(what.len()).any(|window| window == what);
    holds(b"Exif\0\0") || holds(b"http://ns.adobe.com/") || holds(b"Photoshop 3.0")
}

/// A file of zeros that fills with what is copied.
struct Copy<'a> {
    from: &'a [u8],
    to: Vec<u8>,
    /// Bytes that may still be copied: a small file can name one range a million times.
    budget: usize,
}

impl Copy<'_> {
    fn range(&mut self, range: Range<usize>) -> Result<(), Unsafe> {
        self.budget = self.budget.checked_sub(range.len()).ok_or("its parts overlap")?;
        let bytes = self.from.get(range.clone()).ok_or("it breaks off")?;
        self.write(range.start, bytes)
    }

    fn write(&mut self, at: usize, bytes: &[u8]) -> Result<(), Unsafe> {
        let place = self.to.get_mut(at..at + bytes.len()).ok_or("it breaks off")?;
        place.copy_from_slice(bytes);
        Ok(())
    }
}
