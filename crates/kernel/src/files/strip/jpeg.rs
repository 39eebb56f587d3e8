//! JPEG (ITU-T T.81): only what decoders need, and nothing after the end of the image.

use bytes::{Bytes, BytesMut};
use img_parts::ImageEXIF;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};

use super::{Unsafe, exif};

/// Rebuilds the image from tables, frame and scans, with colour space and orientation.
pub fn strip(content: Bytes) -> Result<Bytes, Unsafe> {
    let mut jpeg = Jpeg::from_bytes(content)?;
    let orientation = jpeg.exif().and_then(|exif| exif::orientation_only(&exif));
    jpeg.segments_mut().retain(is_needed);
    // The last segment begins the scans and holds the rest of the file with them.
    let first_scan = jpeg.segments_mut().pop().filter(|segment| segment.marker() == markers::SOS);
    let first_scan = first_scan.ok_or("it has no image")?;
    let (header, rest) = (first_scan.contents().clone(), rest_of(first_scan));
    jpeg.segments_mut().push(JpegSegment::new_with_entropy(markers::SOS, header, scans(&rest)?));
    jpeg.set_exif(orientation);
    Ok(jpeg.encoder().bytes())
}

/// Tables, frame headers and scans; of the application segments those that say how to read the colours.
fn is_needed(segment: &JpegSegment) -> bool {
    let contents = segment.contents();
    match segment.marker() {
        // Longer ones hold a thumbnail.
        markers::APP0 => contents.starts_with(b"JFIF\0") && contents.len() == 14,
        markers::APP2 => contents.starts_with(b"ICC_PROFILE\0"),
        markers::APP14 => contents.starts_with(b"Adobe") && contents.len() == 12,
        marker => is_coding(marker),
    }
}

fn is_coding(marker: u8) -> bool {
    matches!(marker, markers::SOF0..=markers::SOF15 | markers::SOS..=markers::EXP)
}

/// The library tells nothing of the bytes behind the first scan's header but how to write them.
fn rest_of(first_scan: JpegSegment) -> Bytes {
    let header = first_scan.len();
    first_scan.encoder().bytes().slice(header..)
}

/// From behind the first scan's header to the end of the image: coded data and, between scans, tables. Phones append
/// whole films after the end.
fn scans(rest: &[u8]) -> Result<Bytes, Unsafe> {
    let mut kept = BytesMut::with_capacity(rest.len());
    let mut at = 0;
    while let Some(marker_at) = next_marker(rest, at) {
        kept.extend_from_slice(&rest[at..marker_at]);
        let marker = rest[marker_at + 1];
        if marker == markers::EOI {
            kept.extend_from_slice(&[markers::P, markers::EOI]);
            return Ok(kept.freeze());
        }
        let length = rest.get(marker_at + 2..marker_at + 4).ok_or("it breaks off")?;
        let end = marker_at + 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
        let segment = rest.get(marker_at..end).ok_or("it breaks off")?;
        if is_coding(marker) {
            kept.extend_from_slice(segment);
        }
        at = end.max(marker_at + 4);
    }
    // Some writers leave the end marker out, above all within PDF.
    kept.extend_from_slice(&rest[at..]);
    kept.extend_from_slice(&[markers::P, markers::EOI]);
    Ok(kept.freeze())
}

/// Where the next segment or the end of the image begins. Within coded data, FF is followed by zero or a restart marker;
/// more FFs may fill the space before a marker.
fn next_marker(rest: &[u8], from: usize) -> Option<usize> {
    let pairs = rest.get(from..)?.windows(2);
    let is_marker = |pair: &[u8]| pair[0] == markers::P && !matches!(pair[1], 0 | 0xff | markers::RST0..=markers::RST7);
    pairs.into_iter().position(is_marker).map(|offset| from + offset)
}
