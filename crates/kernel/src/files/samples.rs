//! Small files of every kind, made here, with [`SECRET`] wherever the format lets programs write such things.

use std::io::{Cursor, Write};

use bytes::{BufMut, Bytes, BytesMut};
use img_parts::png::PngChunk;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What must not reach others: an author, a camera's owner, a place.
pub const SECRET: &[u8] = b"21.0285N 105.8542E";

/// Eight by eight grey pixels: tables and frame, then the scan with its coded data.
const JPEG_TABLES: &str = "ffdb0043001b12141714111b1716171e1c1b2028422b28252528513a3d3042605565645f555d5b6a7899816a7190735b\
    5d85b586909ea3abadab6780bcc9baa6c799a8aba4ffc0000b080008000801011100ffc40014000100000000000000000000000000000004ffc4\
    001810000203000000000000000000000000000011012131";
const JPEG_SCAN: &str = "ffda0008010100003f000d2c967fff";
const JFIF: &str = "ffe000104a46494600010100000100010000";
/// Two by two pixels.
const VP8L: &str = "2f014000001720904df19e6102d914ef1926904df19e61f31f7fa84041da062cea6e44ffe302";

pub fn hex(digits: &str) -> Vec<u8> {
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// EXIF as a telephone writes it: orientation, and a directory with the place.
fn exif() -> Vec<u8> {
    let mut exif = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    exif.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]); // orientation 6
    exif.extend_from_slice(&[0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]); // GPS directory at 38
    exif.extend_from_slice(&[0, 0, 0, 0, 0, 1]); // no further directory; one entry
    exif.extend_from_slice(&[0, 27, 0, 7, 0, 0, 0, SECRET.len() as u8, 0, 0, 0, 56]);
    exif.extend_from_slice(&[0, 0, 0, 0]);
    exif.extend_from_slice(SECRET);
    exif
}

/// EXIF with nothing but the orientation of [`exif`].
pub fn bare_exif() -> Vec<u8> {
    hex("4d4d002a00000008000101120003000000010006000000000000")
}

fn segment(marker: u8, prefix: &[u8], contents: &[u8]) -> Vec<u8> {
    let length = (2 + prefix.len() + contents.len()) as u16;
    [&[0xff, marker], length.to_be_bytes().as_slice(), prefix, contents].concat()
}

/// A photograph with EXIF, XMP, IPTC, a comment before and one between two scans, and something behind its end.
pub fn jpeg() -> Bytes {
    let coded = [hex(JPEG_SCAN), segment(0xfe, b"", SECRET), hex(JPEG_SCAN), hex("ffd9")].concat();
    let metadata = [
        segment(0xe1, b"Exif\0\0", &exif()),
        segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0", SECRET),
        segment(0xed, b"Photoshop 3.0\0", SECRET),
        segment(0xfe, b"", SECRET),
    ];
    [&hex("ffd8"), &hex(JFIF), &metadata.concat(), &hex(JPEG_TABLES), &coded, SECRET].concat().into()
}

/// The same photograph as others may see it.
pub fn bare_jpeg() -> Bytes {
    let exif = segment(0xe1, b"Exif\0\0", &bare_exif());
    let coded = [hex(JPEG_SCAN), hex(JPEG_SCAN), hex("ffd9")].concat();
    [hex("ffd8"), hex(JFIF), exif, hex(JPEG_TABLES), coded].concat().into()
}

/// One black pixel, with text, time and EXIF around it.
pub fn png() -> Bytes {
    let text = [b"Author\0".as_slice(), SECRET].concat();
    png_of(&[(b"eXIf", exif()), (b"tEXt", text.clone()), (b"iTXt", text), (b"tIME", SECRET.to_vec())], SECRET)
}

pub fn bare_png() -> Bytes {
    png_of(&[(b"eXIf", bare_exif())], b"")
}

fn png_of(metadata: &[(&[u8; 4], Vec<u8>)], behind: &[u8]) -> Bytes {
    let chunk = |kind: &[u8; 4], contents: Vec<u8>| PngChunk::new(*kind, contents.into()).encoder().bytes();
    let mut png = BytesMut::from(b"\x89PNG\r\n\x1a\n".as_slice());
    png.put(chunk(b"IHDR", hex("00000001000000010800000000")));
    metadata.iter().for_each(|(kind, contents)| png.put(chunk(kind, contents.clone())));
    png.put(chunk(b"IDAT", hex("789c6360000000020001")));
    png.put(chunk(b"IEND", Vec::new()));
    png.put(behind);
    png.freeze()
}

pub fn webp() -> Bytes {
    webp_of(0x0c, &[(b"EXIF", exif()), (b"XMP ", SECRET.to_vec()), (b"SECR", SECRET.to_vec())], SECRET)
}

pub fn bare_webp() -> Bytes {
    webp_of(0x08, &[(b"EXIF", bare_exif())], b"")
}

fn webp_of(flags: u8, metadata: &[(&[u8; 4], Vec<u8>)], behind: &[u8]) -> Bytes {
    let header = vec![flags, 0, 0, 0, 1, 0, 0, 1, 0, 0];
    let image = [(b"VP8X", header), (b"VP8L", hex(VP8L))];
    let mut chunks = b"WEBP".to_vec();
    for (kind, contents) in image.iter().chain(metadata) {
        chunks.extend_from_slice(*kind);
        chunks.extend_from_slice(&(contents.len() as u32).to_le_bytes());
        chunks.extend_from_slice(contents);
        chunks.resize(chunks.len().next_multiple_of(2), 0);
    }
    [b"RIFF", (chunks.len() as u32).to_le_bytes().as_slice(), &chunks, behind].concat().into()
}

/// Two pages of four pixels each; the author, and XMP, stand in the first.
pub fn tiff() -> Bytes {
    let entry = |tag: u16, kind: u16, count: usize, value: usize| {
        [
            tag.to_le_bytes().as_slice(),
            &kind.to_le_bytes(),
            &(count as u32).to_le_bytes(),
            &(value as u32).to_le_bytes(),
        ]
        .concat()
    };
    let page = |pixels_at: usize, metadata: Vec<Vec<u8>>, next: usize| {
        let image = vec![entry(256, 3, 1, 2), entry(257, 3, 1, 2), entry(273, 4, 1, pixels_at), entry(279, 4, 1, 4)];
        let entries = [image, metadata].concat();
        [(entries.len() as u16).to_le_bytes().as_slice(), &entries.concat(), &(next as u32).to_le_bytes()].concat()
    };
    let metadata_at = 16 + 2 + 6 * 12 + 4;
    let metadata = vec![entry(315, 2, SECRET.len(), metadata_at), entry(700, 7, SECRET.len(), metadata_at)];
    let first = page(8, metadata, metadata_at + SECRET.len());
    [b"II\x2a\0\x10\0\0\0ABCDEFGH".as_slice(), &first, SECRET, &page(12, Vec::new(), 0)].concat().into()
}

/// One page with a photograph; document information, XMP and private data around it.
pub fn pdf() -> Bytes {
    let secret = String::from_utf8_lossy(SECRET);
    let object = |dictionary: &str, stream: &[u8]| {
        let length = stream.len();
        [format!("<<{dictionary}/Length {length}>>\nstream\n").as_bytes(), stream, b"\nendstream"].concat()
    };
    let photograph =
        "/Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode";
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 8 8]/Contents 5 0 R/Resources<</XObject<</I 6 0 R>>>>\
             /PieceInfo<</App<</Private({secret})>>>>>>"
        )
        .into_bytes(),
        object("/Type/Metadata/Subtype/XML", SECRET),
        object("", b"8 0 0 8 0 0 cm /I Do"),
        object(photograph, &jpeg()),
        format!("<</Author({secret})>>").into_bytes(),
    ];
    let mut pdf = b"%PDF-1.7 \n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", pdf.len());
        pdf.extend_from_slice(&[format!("{} 0 obj\n", index + 1).as_bytes(), object, b"\nendobj\n"].concat());
    }
    let at = pdf.len();
    pdf.extend_from_slice(table.as_bytes());
    let trailer = format!("trailer\n<</Size {}/Root 1 0 R/Info 7 0 R>>\nstartxref\n{at}\n%%EOF\n", objects.len() + 1);
    pdf.extend_from_slice(trailer.as_bytes());
    pdf.into()
}

/// A package of these entries, in order, uncompressed.
pub fn package(entries: &[(&str, &[u8])]) -> Bytes {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in entries {
        package.start_file(*name, stored).unwrap();
        package.write_all(content).unwrap();
    }
    package.finish().unwrap().into_inner().into()
}

/// An Office document with this main part, core properties and a photograph.
pub fn office(main: &str, media: &str) -> Bytes {
    let relationships = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="1" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="/props/core0.xml"/></Relationships>"#;
    let secret = String::from_utf8_lossy(SECRET);
    let core =
        format!(r#"<?xml version="1.0"?><cp:coreProperties xmlns:cp="urn:cp"><a>{secret}</a></cp:coreProperties>"#);
    package(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", relationships),
        (main, "<w:document>Đơn</w:document>".as_bytes()),
        ("props/core0.xml", core.as_bytes()),
        (media, &jpeg()),
    ])
}

pub fn docx() -> Bytes {
    office("word/document.xml", "word/media/image1.jpg")
}

pub fn xlsx() -> Bytes {
    office("xl/workbook.xml", "xl/media/image1.jpg")
}

pub fn odt() -> Bytes {
    let secret = String::from_utf8_lossy(SECRET);
    let meta = format!(r#"<office:document-meta xmlns:office="urn:o"><meta>{secret}</meta></office:document-meta>"#);
    package(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", "<office:document-content>Đơn</office:document-content>".as_bytes()),
        ("meta.xml", meta.as_bytes()),
        ("META-INF/manifest.xml", b"<manifest/>"),
    ])
}

/// The beginning of a film and as many bytes more.
pub fn mp4(more: usize) -> Bytes {
    let noise = (0..more).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8);
    b"\0\0\0\x18ftypisom\0\0\0\0isommp42".iter().copied().chain(noise).collect()
}
