//! The code of a denunciation, written into what somebody says: whoever reads it could speak as its denouncer.

use super::text::Text;
use crate::receive::{ALPHABET, CODE, receipt_hash};

/// Where something stands that may be a code, in whatever groups, with what would be kept of it.
pub fn codes(text: &Text<'_>) -> Vec<((usize, usize), Vec<u8>)> {
    let known = |c: char| u8::try_from(c.to_ascii_uppercase()).is_ok_and(|byte| ALPHABET.contains(&byte));
    let (mut found, mut before) = (Vec::new(), 0);
    for (n, (c, _)) in text.letters().enumerate() {
        before = if known(c) { before + 1 } else { 0 };
        if before >= CODE {
            let run = text.letters().skip(n + 1 - CODE).take(CODE);
            let places: Vec<(usize, usize)> = run.clone().map(|(_, place)| place).collect();
            let code: String = run.map(|(c, _)| c).collect();
            found.push(((places[0].0, places[CODE - 1].1), receipt_hash(&code)));
        }
    }
    found
}
