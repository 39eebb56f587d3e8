//! Text as it may enter the system.

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Normalises every string of a JSON value to NFC, names of members too: phones send NFD, and people search in vain.
pub fn normalise(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) if !is_nfc(text) => *text = text.nfc().collect(),
        serde_json::Value::Array(items) => items.iter_mut().for_each(normalise),
        serde_json::Value::Object(members) => {
            members.values_mut().for_each(normalise);
            if !members.keys().all(|name| is_nfc(name)) {
                *members =
                    std::mem::take(members).into_iter().map(|(name, value)| (name.nfc().collect(), value)).collect();
            }
        }
        _ => {}
    }
}

/// Whether the text holds control characters other than tab and line breaks. PostgreSQL refuses NUL; nobody needs the rest.
pub fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

/// Text as people search for it: without accents and capitals, so that `dang ky` finds `Đăng ký` and the reverse.
pub fn fold(text: &str) -> String {
    let bare = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    bare.map(|c| if c == 'đ' { 'd' } else { c }).collect()
}

/// What somebody searches for: 1 to 100 characters, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Sought(String);

impl Sought {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared: see [`fold`].
    pub fn folded(&self) -> String {
        fold(self.0.trim())
    }
}

impl TryFrom<String> for Sought {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = (1..=100).contains(&text.chars().count()) && !has_control(&text);
        if fits {
            Ok(Self(text))
        } else {
            Err("a text to search for has 1 to 100 characters, and no control characters")
        }
    }
}

/// A member's name as it stands in a JSON pointer (RFC 6901).
pub fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Whether nothing of it can be seen.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace() || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{3164}')
    })
}

/// The JSON pointers of all strings that are blank.
pub fn blanks(value: &serde_json::Value) -> Vec<String> {
    pointers(value, is_blank, |_| false)
}

/// The JSON pointers of all strings (and object keys) that hold control characters.
pub fn control_characters(value: &serde_json::Value) -> Vec<String> {
    pointers(value, has_control, has_control)
}

/// Says something of a text.
type Says = fn(&str) -> bool;

/// The JSON pointers of all strings of which the one is so, and of objects with a key of which the other is.
fn pointers(value: &serde_json::Value, string: Says, key: Says) -> Vec<String> {
    fn walk(value: &serde_json::Value, at: &str, so: (Says, Says), found: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) if so.0(text) => found.push(at.to_owned()),
            serde_json::Value::Array(items) => {
                items.iter().enumerate().for_each(|(i, item)| walk(item, &format!("{at}/{i}"), so, found));
            }
            serde_json::Value::Object(members) => members.iter().for_each(|(key, item)| {
                if so.1(key) {
                    found.push(at.to_owned());
                }
                walk(item, &format!("{at}/{}", pointer_token(key)), so, found);
            }),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(value, "", (string, key), &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::{blanks, fold};

    #[test]
    fn what_cannot_be_seen_is_blank() {
        let said =
            serde_json::json!({ "reason": " \t\u{200b}\u{a0}", "of": [{ "name": "" }, { "name": "[…]" }], "n": 1 });
        assert_eq!(blanks(&said), ["/reason", "/of/0/name"]);
    }

    #[test]
    fn folded_text_has_neither_accents_nor_capitals() {
        for (text, folded) in [
            ("Đăng ký khai sinh", "dang ky khai sinh"),
            ("dang ky khai sinh", "dang ky khai sinh"),
            ("PHƯỜNG HOÀN KIẾM", "phuong hoan kiem"),
            ("Nguye\u{302}\u{303}n", "nguyen"),
            ("Ủy ban / Uỷ ban", "uy ban / uy ban"),
            ("QĐ 891/QĐ-UBND", "qd 891/qd-ubnd"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }
}
