//! Text as it may enter the system.

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

/// A member's name as it stands in a JSON pointer (RFC 6901).
pub fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The JSON pointers of all strings (and object keys) that hold control characters.
pub fn control_characters(value: &serde_json::Value) -> Vec<String> {
    fn walk(value: &serde_json::Value, at: &str, found: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) if has_control(text) => found.push(at.to_owned()),
            serde_json::Value::Array(items) => {
                items.iter().enumerate().for_each(|(i, item)| walk(item, &format!("{at}/{i}"), found));
            }
            serde_json::Value::Object(members) => members.iter().for_each(|(key, item)| {
                let key_at = format!("{at}/{}", pointer_token(key));
                if has_control(key) {
                    found.push(at.to_owned());
                }
                walk(item, &key_at, found);
            }),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}
