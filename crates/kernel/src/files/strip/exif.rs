//! The one thing in EXIF that an image cannot do without: which side is up.

use bytes::Bytes;

use super::ifd::Tiff;

const ORIENTATION: u16 = 0x0112;

/// EXIF data (CIPA DC-008) that says no more than the orientation that `exif` says. Nothing, when the image lies as it
/// is stored.
pub fn orientation_only(exif: &[u8]) -> Option<Bytes> {
    let tiff = Tiff::open(exif)?;
    let entries = tiff.directory(tiff.first()?)?.entries;
    let orientation = entries.iter().find(|entry| entry.tag == ORIENTATION)?;
    match tiff.numbers(orientation)?[..] {
        [side @ 2..=8] => Some(Bytes::from(exif_of(side as u8))),
        _ => None,
    }
}

fn exif_of(side: u8) -> Vec<u8> {
    let mut exif = b"MM\0\x2a\0\0\0\x08".to_vec();
    // One entry: tag, type SHORT, one value, the value in the upper half; no further directory.
    exif.extend_from_slice(&[0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, side, 0, 0, 0, 0, 0, 0]);
    exif
}
