//! JPEG 2000 within PDF (ISO/IEC 15444-1 Annex I): without the boxes that hold XMP, EXIF and the like.

use super::Unsafe;

const SIGNATURE: &[u8] = b"\0\0\0\x0cjP  \r\n\x87\n";

/// A bare codestream has no boxes and stays as it is.
pub fn strip(content: &[u8]) -> Result<Vec<u8>, Unsafe> {
    if !content.starts_with(SIGNATURE) {
        return Ok(content.to_vec());
    }
    let mut kept = Vec::with_capacity(content.len());
    let mut rest = content;
    while !rest.is_empty() {
        let length = box_length(rest).filter(|length| (8..=rest.len()).contains(length));
        let (this, next) = rest.split_at(length.ok_or("an image in it is damaged")?);
        if !matches!(&this[4..8], b"xml " | b"uuid" | b"uinf") {
            kept.extend_from_slice(this);
        }
        rest = next;
    }
    Ok(kept)
}

fn box_length(rest: &[u8]) -> Option<usize> {
    match u32::from_be_bytes(*rest.first_chunk()?) {
        // To the end of the file.
        0 => Some(rest.len()),
        1 => usize::try_from(u64::from_be_bytes(*rest.get(8..)?.first_chunk()?)).ok(),
        length => Some(length as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_with_metadata_go_and_the_codestream_stays() {
        let codestream = b"\0\0\0\0jp2c\xff\x4f\xff\x51";
        let metadata = [b"\0\0\0\x0bxml abc".as_slice(), b"\0\0\0\x01uuid\0\0\0\0\0\0\0\x12ab".as_slice()].concat();
        let image = [SIGNATURE, &metadata, codestream].concat();
        assert_eq!(strip(&image).ok(), Some([SIGNATURE, codestream].concat()));
        assert_eq!(strip(&codestream[8..]).ok(), Some(codestream[8..].to_vec()), "a bare codestream");
        assert!(strip(&[SIGNATURE, b"\0\0\0\x09xml "].concat()).is_err(), "a box longer than the file");
    }
}
