//! What a file is, its bytes say.

use bytes::Bytes;

use super::super::{FilesError, MediaType, samples};
use super::{local, put};

fn allowed() -> Vec<(MediaType, Bytes)> {
    vec![
        (MediaType::Pdf, samples::pdf()),
        (MediaType::Jpeg, samples::jpeg()),
        (MediaType::Png, samples::png()),
        (MediaType::Webp, samples::webp()),
        (MediaType::Tiff, samples::tiff()),
        (MediaType::Docx, samples::docx()),
        // Word itself writes the main part under such names at times.
        (MediaType::Docx, samples::office("Word/document2.xml", "word/media/image1.jpg")),
        (MediaType::Xlsx, samples::xlsx()),
        (MediaType::Odt, samples::odt()),
        (MediaType::Text, "BM-01. Đơn đề nghị cấp phép, xem %PDF".into()),
        (MediaType::Mp4, samples::mp4(100)),
    ]
}

#[tokio::test]
async fn every_type_is_taken_as_itself_and_as_nothing_else() {
    let (_directory, store) = local();
    for (is, content) in allowed() {
        for declared in MediaType::ALL {
            let both_text = is.is_text() && declared.is_text();
            match put(&store, &content, *declared).await {
                Ok(stored) if is == *declared || both_text => assert_eq!(stored.media_type, *declared),
                Err(FilesError::TypeMismatch { declared: told, found }) if is != *declared => {
                    assert_eq!((told, found.as_str()), (*declared, is.as_str()));
                }
                // Whether a package is one of ours shows only where the other one is expected.
                Err(FilesError::TypeMismatch { .. } | FilesError::TypeNotAllowed { .. }) if is.is_package() => {
                    assert!(!declared.is_package());
                }
                other => panic!("{is} as {declared}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn everything_else_is_refused_by_name() {
    let (_directory, store) = local();
    let docm: [(&str, &[u8]); 4] =
        [("[Content_Types].xml", b""), ("_rels/.rels", b""), ("word/document.xml", b""), ("word/vbaProject.bin", b"")];
    let archive = samples::package(&[("word/document.xml", b"<w:document/>")]);
    let prefixed: Bytes = [b"PK\x03\x04".as_slice(), &samples::docx()].concat().into();
    let refused: [(&[u8], MediaType, &str); 14] = [
        (b"MZ\x90\0\x03\0\0\0", MediaType::Pdf, "application/vnd.microsoft.portable-executable"),
        (b"GIF89a\x01\0\x01\0", MediaType::Png, "image/gif"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", MediaType::Jpeg, "image/heif"),
        (b"<!DOCTYPE html ><p>", MediaType::Text, "text/html"),
        (b"<?xml version=\"1.0\"?><svg/>", MediaType::Text, "text/xml"),
        (b"#!/bin/sh\n", MediaType::Csv, "text/x-shellscript"),
        (b"{\\rtf1 }", MediaType::Text, "application/rtf"),
        (b"%!PS-Adobe-3.0", MediaType::Text, "application/postscript"),
        (b"Kh\xedeu n\xb9i", MediaType::Text, "text/plain (not UTF-8)"),
        (b"II\x2a\0\x10\0\0\0CR\x02\0", MediaType::Tiff, "image/x-canon-cr2"),
        (&samples::package(&docm), MediaType::Docx, "application/zip"),
        (&archive, MediaType::Docx, "application/zip"),
        (&prefixed, MediaType::Docx, "application/zip"),
        (&samples::docx()[..900], MediaType::Docx, "application/zip"),
    ];
    for (content, declared, name) in refused {
        match put(&store, &Bytes::copy_from_slice(content), declared).await {
            Err(FilesError::TypeNotAllowed { found }) => assert_eq!(found, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    for binary in [b"a\0b".as_slice(), b"junk\0 %PDF-1.7", b"RIFF\0\0\0\0WAVE"] {
        let declared = if binary.starts_with(b"junk") { MediaType::Pdf } else { MediaType::Text };
        let code = put(&store, &Bytes::copy_from_slice(binary), declared).await.unwrap_err().code();
        assert!(["file.type_mismatch", "file.type_not_allowed"].contains(&code), "{binary:?}");
    }
}

#[tokio::test]
async fn text_is_text_to_the_end() {
    let (_directory, store) = local();
    let mut long = "Cộng hoà xã hội chủ nghĩa Việt Nam\n".repeat(5000).into_bytes();
    put(&store, &long.clone().into(), MediaType::Csv).await.unwrap();
    long.push(0);
    let refused = put(&store, &long.into(), MediaType::Csv).await.unwrap_err();
    assert_eq!(refused.code(), "file.type_mismatch");
}
