//! PDF (ISO 32000-2): rewritten from the objects that its pages need.

use std::cell::Cell;

use bytes::Bytes;
use lopdf::xref::{XrefEntry, XrefRecovery};
use lopdf::{Dictionary, Document, LoadOptions, Object, Stream};

use super::{Unsafe, jp2, jpeg};

/// Bytes that one stream may unpack to.
const UNPACKED: usize = 256 * 1024 * 1024;

/// XMP and what programs store for themselves, at any object (§14.3.2, §14.5).
const METADATA: [&[u8]; 3] = [b"Metadata", b"PieceInfo", b"LastModified"];

pub fn strip(content: &[u8]) -> Result<Bytes, Unsafe> {
    let options = LoadOptions { max_decompressed_size: Some(UNPACKED), ..LoadOptions::default() };
    let mut document = Document::load_mem_with_options(content, options).map_err(|error| Unsafe(error.to_string()))?;
    if document.is_encrypted() || document.was_encrypted() {
        return Err("it is encrypted".into());
    }
    if document.get_pages().is_empty() {
        return Err("it has no pages".into());
    }
    // The document information (§14.3.3), and the identifier that links all versions of a document.
    document.trailer.remove(b"Info");
    document.trailer.remove(b"ID");
    let refusal = Cell::new(None);
    let reached = document.traverse_objects(|object| {
        let Some(dictionary) = dictionary(object) else { return };
        for key in METADATA {
            dictionary.remove(key);
        }
        if dictionary.has(b"ByteRange") {
            refusal.set(Some("it is digitally signed"));
        } else if dictionary.has(b"EF") {
            refusal.set(Some("it has files attached"));
        }
    });
    if let Some(reason) = refusal.get() {
        return Err(reason.into());
    }
    // The reader passes over what it does not understand; a copy must not.
    let reconstructed = document.xref_recovery == Some(XrefRecovery::Reconstructed);
    if reconstructed || reached.iter().any(|id| !document.objects.contains_key(id) && is_in_use(&document, id.0)) {
        return Err("it is damaged".into());
    }
    // With the references the objects go, among them earlier revisions.
    document.prune_objects();
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object {
            strip_image(stream)?;
        }
    }
    let mut copy = Vec::with_capacity(content.len());
    document.save_to(&mut copy).map_err(|error| Unsafe(error.to_string()))?;
    Ok(copy.into())
}

fn is_in_use(document: &Document, number: u32) -> bool {
    matches!(document.reference_table.get(number), Some(XrefEntry::Normal { .. } | XrefEntry::Compressed { .. }))
}

fn dictionary(object: &mut Object) -> Option<&mut Dictionary> {
    match object {
        Object::Dictionary(dictionary) => Some(dictionary),
        Object::Stream(stream) => Some(&mut stream.dict),
        _ => None,
    }
}

/// Programs put photographs into a PDF as the camera made them, EXIF and all.
fn strip_image(stream: &mut Stream) -> Result<(), Unsafe> {
    let filters: Vec<Vec<u8>> = stream.filters().unwrap_or_default().into_iter().map(<[u8]>::to_vec).collect();
    let Some((coding, outer)) = filters.split_last() else { return Ok(()) };
    let strip: fn(Vec<u8>) -> Result<Vec<u8>, Unsafe> = match coding.as_slice() {
        b"DCTDecode" | b"DCT" => |image| jpeg::strip(image.into()).map(Vec::from),
        b"JPXDecode" => |image| jp2::strip(&image),
        _ => return Ok(()),
    };
    let image = if outer.is_empty() { std::mem::take(&mut stream.content) } else { unpack(stream, outer)? };
    stream.dict.set("Filter", Object::Name(coding.clone()));
    stream.set_content(strip(image)?);
    Ok(())
}

/// Undoes the filters around an image's own coding.
fn unpack(stream: &mut Stream, outer: &[Vec<u8>]) -> Result<Vec<u8>, Unsafe> {
    let mut packed = Stream::new(Dictionary::new(), std::mem::take(&mut stream.content));
    packed.dict.set("Filter", outer.iter().cloned().map(Object::Name).collect::<Vec<_>>());
    if let Some(Object::Array(mut parameters)) = stream.dict.remove(b"DecodeParms") {
        let own = parameters.split_off(parameters.len().min(outer.len()));
        packed.dict.set("DecodeParms", parameters);
        if let Some(own) = own.into_iter().next() {
            stream.dict.set("DecodeParms", own);
        }
    }
    packed.decompressed_content_with_limit(UNPACKED).map_err(|error| Unsafe(error.to_string()))
}
