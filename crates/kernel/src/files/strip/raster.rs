//! PNG and WebP: only the chunks that decoders need.

use bytes::{Bytes, BytesMut};
use img_parts::ImageEXIF;
use img_parts::png::Png;
use img_parts::riff::RiffContent;
use img_parts::webp::{self, WebP};

use super::{Unsafe, exif};

/// PNG (W3C, third edition): the image, its animation and how to show its colours.
const PNG_CHUNKS: [&[u8; 4]; 21] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT", b"cHRM", b"gAMA", b"iCCP", b"sBIT",
    b"sRGB", b"cICP", b"mDCV", b"cLLI", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"mDCv",
];

/// WebP (RFC 9649): the same.
const WEBP_CHUNKS: [[u8; 4]; 7] = [
    webp::CHUNK_VP8,
    webp::CHUNK_VP8L,
    webp::CHUNK_VP8X,
    webp::CHUNK_ICCP,
    webp::CHUNK_ANIM,
    webp::CHUNK_ANMF,
    webp::CHUNK_ALPH,
];

/// RFC 9649 §2.7: these bits of the header announce EXIF and XMP.
const WEBP_METADATA: u8 = 0b0000_1100;

pub fn png(content: Bytes) -> Result<Bytes, Unsafe> {
    let mut png = Png::from_bytes(content)?;
    let orientation = png.exif().and_then(|exif| exif::orientation_only(&exif));
    png.chunks_mut().retain(|chunk| PNG_CHUNKS.contains(&&chunk.kind()));
    if png.chunk_by_type(*b"IEND").is_none() {
        return Err("it breaks off".into());
    }
    png.set_exif(orientation);
    Ok(png.encoder().bytes())
}

pub fn webp(content: Bytes) -> Result<Bytes, Unsafe> {
    let mut image = WebP::from_bytes(content)?;
    let orientation = image.exif().and_then(|exif| exif::orientation_only(&exif));
    image.chunks_mut().retain(|chunk| WEBP_CHUNKS.contains(&chunk.id()));
    if image.chunks().is_empty() {
        return Err("it has no image".into());
    }
    for chunk in image.chunks_mut().iter_mut().filter(|chunk| chunk.id() == webp::CHUNK_VP8X) {
        if let RiffContent::Data(header) = chunk.content_mut() {
            let mut changed = BytesMut::from(&header[..]);
            *changed.first_mut().ok_or("its header is empty")? &= !WEBP_METADATA;
            *header = changed.freeze();
        }
    }
    // This also sets the header's bit again, when there is an orientation.
    image.set_exif(orientation);
    Ok(image.encoder().bytes())
}
