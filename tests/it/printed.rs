//! Forms as documents, read back: what stands in a PDF, and in the page that it should agree with.

use lopdf::{Dictionary, Document, Object};
use reqwest::Method;
use reqwest::header::HeaderMap;
use unicode_normalization::UnicodeNormalization;

use crate::harness::Client;

/// A PDF that was answered.
pub struct Printed {
    pub bytes: Vec<u8>,
    headers: HeaderMap,
    document: Document,
}

impl Printed {
    pub async fn get(client: &Client, path: &str) -> Self {
        let response = client.request(Method::GET, path).send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (200, &"application/pdf".parse().unwrap())
        );
        let headers = response.headers().clone();
        let bytes = response.bytes().await.unwrap().to_vec();
        let document = Document::load_mem(&bytes).unwrap();
        Self { bytes, headers, document }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn pages(&self) -> usize {
        self.document.get_pages().len()
    }

    /// Of the first page, in millimetres.
    pub fn size(&self) -> (i64, i64) {
        let page = self.document.get_dictionary(self.document.get_pages()[&1]).unwrap();
        let sides = page.get(b"MediaBox").unwrap().as_array().unwrap();
        let millimetres = |side: &Object| (side.as_float().unwrap() * 25.4 / 72.0).round() as i64;
        (millimetres(&sides[2]), millimetres(&sides[3]))
    }

    /// What it says, word for word, in small letters. Letters with their marks are whole.
    pub fn words(&self) -> Vec<String> {
        let pages: Vec<u32> = self.document.get_pages().into_keys().collect();
        let text = self.document.extract_text(&pages).unwrap();
        assert_eq!(text, text.nfc().collect::<String>(), "whole letters");
        words(&text)
    }

    /// Whether it says these words in this order: nothing else on one page; on several, page numbers and the table's head too.
    pub fn says(&self, words: &[String]) -> bool {
        let own = self.words();
        let mut rest = own.iter();
        words.iter().all(|word| rest.any(|own| own == word)) && (self.pages() > 1 || own.len() == words.len())
    }

    fn dictionaries(&self) -> impl Iterator<Item = &Dictionary> {
        self.document.objects.values().filter_map(|object| match object {
            Object::Dictionary(dictionary) => Some(dictionary),
            Object::Stream(stream) => Some(&stream.dict),
            _ => None,
        })
    }

    pub fn fonts_are_embedded(&self) -> bool {
        let mut fonts = self.dictionaries().filter(|dictionary| dictionary.has_type(b"FontDescriptor")).peekable();
        let embedded = |font: &Dictionary| [&b"FontFile2"[..], b"FontFile3"].iter().any(|file| font.has(file));
        fonts.peek().is_some() && fonts.all(embedded)
    }

    pub fn has_pictures(&self) -> bool {
        self.dictionaries()
            .any(|dictionary| dictionary.get(b"Subtype").is_ok_and(|kind| *kind == Object::from("Image")))
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_lowercase).collect()
}

/// What a page says, word for word, in small letters.
pub fn words_of_page(html: &str) -> Vec<String> {
    let body = html.split("<body").nth(1).unwrap();
    let mut text = String::new();
    for (n, part) in body.split('<').enumerate() {
        let (tag, said) = part.split_once('>').unwrap_or(("", part));
        // Inside the drawing nothing is said.
        if n > 0 && !tag.starts_with("path") && !tag.starts_with("rect") && !tag.starts_with("svg") {
            text.push(' ');
        }
        text.push_str(said);
    }
    for (name, letter) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&amp;", "&")]
    {
        text = text.replace(name, letter);
    }
    words(&text)
}
