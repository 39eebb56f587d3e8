//! Word, Excel and OpenDocument: the package is copied entry by entry, properties emptied, photographs stripped.

use std::collections::HashSet;
use std::io::{Cursor, Read, Write};

use bytes::Bytes;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::read::{ArchiveOffset, Config};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::{Unsafe, embedded_image};

/// Bytes that all entries together may unpack to, of those that have to be looked into.
const UNPACKED: u64 = 256 * 1024 * 1024;

type Package<'a> = ZipArchive<Cursor<&'a [u8]>>;

pub fn strip(content: &[u8]) -> Result<Bytes, Unsafe> {
    let from_the_start = Config { archive_offset: ArchiveOffset::Known(0) };
    let mut package = ZipArchive::with_config(from_the_start, Cursor::new(content))?;
    if package.has_duplicate_names() || package.has_overlapping_entries()? {
        return Err("its entries overlap".into());
    }
    let mut budget = UNPACKED;
    let properties = properties(&mut package, &mut budget)?;
    let mut copy = ZipWriter::new(Cursor::new(Vec::with_capacity(content.len())));
    for index in 0..package.len() {
        let entry = package.by_index_data(index)?;
        let name = entry.name()?.into_owned();
        let lower = name.to_ascii_lowercase();
        if entry.encrypted() {
            return Err("it is encrypted".into());
        }
        refuse(&lower)?;
        let changed = if properties.contains(&lower) || is_properties(&lower) {
            Some(hollow(&text(read(&mut package, index, &mut budget)?)?)?.into())
        } else if is_picture(&lower) {
            embedded_image(&read(&mut package, index, &mut budget)?.into()).transpose()?
        } else {
            None
        };
        match changed {
            Some(changed) => {
                copy.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))?;
                copy.write_all(&changed).map_err(ZipError::from)?;
            }
            None => copy.raw_copy_file_touch(package.by_index_raw(index)?, DateTime::default(), None)?,
        }
    }
    Ok(copy.finish()?.into_inner().into())
}

/// Entries that a copy cannot do right. All names are compared in lower case.
fn refuse(name: &str) -> Result<(), Unsafe> {
    if name.starts_with("_xmlsignatures/") || name == "meta-inf/documentsignatures.xml" {
        return Err("it is digitally signed".into());
    }
    if name.contains("/embeddings/") {
        return Err("it has documents embedded".into());
    }
    Ok(())
}

/// Where they usually are, should the relationships not say so; in OpenDocument, the document's and its objects'.
fn is_properties(name: &str) -> bool {
    name.starts_with("docprops/") && name.ends_with(".xml") || name.rsplit('/').next() == Some("meta.xml")
}

fn is_picture(name: &str) -> bool {
    let endings = [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff"];
    ["media/", "pictures/", "thumbnails/"].iter().any(|directory| name.contains(directory))
        || endings.iter().any(|ending| name.ends_with(ending))
}

/// Which parts hold properties, an Office package says in its relationships (ECMA-376 part 2, §9 and §11):
/// core, extended and custom ones.
fn properties(package: &mut Package, budget: &mut u64) -> Result<HashSet<String>, Unsafe> {
    let Some(index) = package.index_for_name("_rels/.rels") else { return Ok(HashSet::new()) };
    let relationships = text(read(package, index, budget)?)?;
    let mut reader = Reader::from_str(&relationships);
    let mut parts = HashSet::new();
    loop {
        match reader.read_event()? {
            Event::Eof => return Ok(parts),
            Event::Start(element) | Event::Empty(element) if element.local_name().as_ref() == b"Relationship" => {
                let kind = attribute(&element, "Type")?.to_ascii_lowercase();
                // Transitional documents write `core-properties`, strict ones `extendedProperties`.
                if kind.ends_with("properties") {
                    parts.insert(attribute(&element, "Target")?.trim_start_matches('/').to_ascii_lowercase());
                }
            }
            _ => {}
        }
    }
}

fn attribute(element: &BytesStart, name: &str) -> Result<String, Unsafe> {
    let found = element.try_get_attribute(name).map_err(|error| Unsafe(error.to_string()))?;
    let value = found.map(|attribute| attribute.normalized_value(XmlVersion::Implicit1_0)).transpose()?;
    Ok(value.map(String::from).unwrap_or_default())
}

/// The document with its outermost element, which says what it is, and nothing inside.
fn hollow(document: &str) -> Result<String, Unsafe> {
    let mut reader = Reader::from_str(document);
    loop {
        match reader.read_event()? {
            Event::Start(root) | Event::Empty(root) => {
                let root = std::str::from_utf8(&root).map_err(|_| "its properties are damaged")?;
                return Ok(format!(r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><{root}/>"#));
            }
            Event::Eof => return Err("its properties are damaged".into()),
            _ => {}
        }
    }
}

fn read(package: &mut Package, index: usize, budget: &mut u64) -> Result<Vec<u8>, Unsafe> {
    let mut content = Vec::new();
    let mut entry = package.by_index(index)?.take(*budget + 1);
    let length = entry.read_to_end(&mut content).map_err(ZipError::from)? as u64;
    *budget = budget.checked_sub(length).ok_or("it unpacks to too much")?;
    Ok(content)
}

fn text(content: Vec<u8>) -> Result<String, Unsafe> {
    String::from_utf8(content).map_err(|_| "its XML is not UTF-8".into())
}

impl From<ZipError> for Unsafe {
    fn from(error: ZipError) -> Self {
        Self(error.to_string())
    }
}

impl From<quick_xml::Error> for Unsafe {
    fn from(error: quick_xml::Error) -> Self {
        Self(error.to_string())
    }
}
