//! Others see the pixels and the words, and nothing about who made them.

use std::io::{Cursor, Read};

use bytes::Bytes;
use zip::ZipArchive;

use super::super::samples::{self, SECRET};
use super::super::{MediaType, strip};

fn holds_secret(content: &[u8]) -> bool {
    content.windows(SECRET.len()).any(|window| window == SECRET)
}

fn reason(media_type: MediaType, content: Bytes) -> String {
    let refused = strip(media_type, content).unwrap_err();
    assert_eq!(refused.code(), "file.cannot_strip");
    refused.to_string()
}

#[test]
fn images_keep_pixels_and_orientation_alone() {
    let images = [
        (MediaType::Jpeg, samples::jpeg(), samples::bare_jpeg()),
        (MediaType::Png, samples::png(), samples::bare_png()),
        (MediaType::Webp, samples::webp(), samples::bare_webp()),
    ];
    for (media_type, image, bare) in images {
        assert!(holds_secret(&image), "{media_type}: the sample is worth nothing");
        let stripped = strip(media_type, image).unwrap();
        assert_eq!(stripped, bare, "{media_type}");
        assert_eq!(strip(media_type, stripped.clone()).unwrap(), stripped, "{media_type}: twice");
    }
}

#[test]
fn tiff_pages_stay_where_they_are_and_the_rest_is_zero() {
    let image = samples::tiff();
    let stripped = strip(MediaType::Tiff, image.clone()).unwrap();
    assert!(holds_secret(&image) && !holds_secret(&stripped));
    assert_eq!(stripped.len(), image.len());
    assert_eq!(stripped[..16], image[..16], "header and pixels");
    assert_eq!(stripped[16..18], [4, 0], "of six entries four are left");
    assert_eq!(stripped[18..66], image[18..66], "these four");
    assert_eq!(stripped[66..70], image[90..94], "then the place of the second page");
    let second = image.len() - (2 + 4 * 12 + 4);
    assert!(stripped[70..second].iter().all(|byte| *byte == 0));
    assert_eq!(stripped[second..], image[second..]);
}

#[test]
fn pixels_that_reach_into_metadata_are_not_guessed_at() {
    let mut image = samples::tiff().to_vec();
    image[18 + 3 * 12 + 8] = 100; // the first page claims 100 bytes of pixels
    assert!(reason(MediaType::Tiff, image.into()).ends_with("its pixels and its metadata overlap"));
}

#[test]
fn a_pdf_keeps_its_page_and_the_photograph_on_it() {
    let document = samples::pdf();
    assert!(holds_secret(&document));
    let stripped = strip(MediaType::Pdf, document).unwrap();
    assert!(!holds_secret(&stripped));
    let found = lopdf::Document::load_mem(&stripped).unwrap();
    assert!(found.trailer.get(b"Info").is_err() && found.catalog().unwrap().get(b"Metadata").is_err());
    let page = found.get_pages()[&1];
    assert_eq!(found.get_page_content(page), b"8 0 0 8 0 0 cm /I Do\n");
    assert_eq!(found.get_page_images(page).unwrap()[0].content, samples::bare_jpeg());
}

#[test]
fn a_pdf_that_would_suffer_is_left_alone() {
    let with = |what: &str| {
        let mut document = lopdf::Document::load_mem(&samples::pdf()).unwrap();
        document.catalog_mut().unwrap().set("X", lopdf::dictionary! { what => "x" });
        let mut changed = Vec::new();
        document.save_to(&mut changed).unwrap();
        reason(MediaType::Pdf, changed.into())
    };
    assert!(with("ByteRange").ends_with("it is digitally signed"));
    assert!(with("EF").ends_with("it has files attached"));
    let broken = String::from_utf8_lossy(&samples::pdf()).replace("5 0 obj", "5 0 bjo").into_bytes();
    assert!(reason(MediaType::Pdf, broken.into()).ends_with("it is damaged"));
}

#[test]
fn office_documents_keep_their_words_and_lose_their_properties() {
    let documents = [
        (MediaType::Docx, samples::docx(), "word/document.xml", "word/media/image1.jpg"),
        (MediaType::Xlsx, samples::xlsx(), "xl/workbook.xml", "xl/media/image1.jpg"),
        (MediaType::Odt, samples::odt(), "content.xml", "mimetype"),
    ];
    for (media_type, document, words, second) in documents {
        assert!(holds_secret(&document));
        let stripped = strip(media_type, document.clone()).unwrap();
        assert!(!holds_secret(&stripped), "{media_type}");
        let (mut before, mut after) = (open(document), open(stripped));
        let names =
            |package: &ZipArchive<_>| package.file_names().map(|name| name.unwrap().into_owned()).collect::<Vec<_>>();
        assert_eq!(names(&before), names(&after), "{media_type}: same entries in the same order");
        assert_eq!(entry(&mut before, words), entry(&mut after, words), "{media_type}");
        match media_type {
            MediaType::Odt => assert_eq!(entry(&mut before, second), entry(&mut after, second)),
            _ => assert_eq!(entry(&mut after, second), samples::bare_jpeg()),
        }
    }
    let stripped = strip(MediaType::Docx, samples::docx()).unwrap();
    let properties = entry(&mut open(stripped), "props/core0.xml");
    assert!(properties.ends_with(br#"<cp:coreProperties xmlns:cp="urn:cp"/>"#));
    let unlinked = [b"<Properties><Company>".as_slice(), SECRET, b"</Company></Properties>"].concat();
    let stripped = strip(MediaType::Docx, samples::package(&[("docProps/app.xml", &unlinked)])).unwrap();
    assert!(entry(&mut open(stripped), "docProps/app.xml").ends_with(b"?><Properties/>"));
}

#[test]
fn office_documents_that_would_suffer_are_left_alone() {
    let with = |name: &str| reason(MediaType::Docx, samples::office("word/document.xml", name));
    assert!(with("_xmlsignatures/sig1.xml").ends_with("it is digitally signed"));
    assert!(with("word/embeddings/sheet1.xlsx").ends_with("it has documents embedded"));
}

#[test]
fn text_has_nothing_to_remove_and_film_is_not_touched() {
    let text = Bytes::from("họ tên;ngày\n");
    assert_eq!(strip(MediaType::Csv, text.clone()).unwrap(), text);
    assert!(reason(MediaType::Mp4, samples::mp4(10)).ends_with("video is not supported"));
}

/// Whatever a damaged file does, it ends in a copy or in a refusal.
#[test]
fn damaged_files_do_no_harm() {
    let samples = [
        (MediaType::Jpeg, samples::jpeg(), 1),
        (MediaType::Png, samples::png(), 1),
        (MediaType::Webp, samples::webp(), 1),
        (MediaType::Tiff, samples::tiff(), 1),
        (MediaType::Docx, samples::docx(), 3),
        (MediaType::Odt, samples::odt(), 1),
        (MediaType::Pdf, samples::pdf(), 7),
    ];
    for (media_type, sample, step) in samples {
        let mut refused = 0;
        for at in (0..sample.len()).step_by(step) {
            refused += usize::from(strip(media_type, sample.slice(..at)).is_err());
            for wrong in [0x00, 0x01, 0xff] {
                let mut damaged = sample.to_vec();
                damaged[at] ^= wrong;
                damaged[sample.len() - 1 - at] = wrong;
                refused += usize::from(strip(media_type, damaged.into()).is_err());
            }
        }
        assert!(refused > 0, "{media_type}");
    }
}

fn open(package: Bytes) -> ZipArchive<Cursor<Bytes>> {
    ZipArchive::new(Cursor::new(package)).unwrap()
}

fn entry(package: &mut ZipArchive<Cursor<Bytes>>, name: &str) -> Vec<u8> {
    let mut content = Vec::new();
    package.by_name(name).unwrap().read_to_end(&mut content).unwrap();
    content
}
