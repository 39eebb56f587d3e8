//! Where somebody lives: the number and the street tell it, whatever else is written or left out.

use kernel::text::fold;

use super::text::{Text, Word};

/// What can be left out before a number or a name, or written otherwise.
const KINDS: &[&str] = &[
    "so", "nha", "sn", "ngo", "ngach", "hem", "kiet", "pho", "duong", "to", "thon", "xom", "ap", "khu", "lo", "can",
    "ho",
];
/// What begins the name of a ward, and what is above it.
const AREAS: &[&str] = &["phuong", "p", "xa", "x", "quan", "q", "huyen", "tinh", "tp"];

/// The words that tell it, and how many of them are enough.
#[derive(Clone, Debug)]
pub struct Address {
    words: Vec<String>,
    enough: usize,
}

impl Address {
    /// None where it is no more than the name of a place.
    pub fn of(written: &str) -> Option<Self> {
        let has_digit = |word: &str| word.contains(|c: char| c.is_ascii_digit());
        let mut words: Vec<String> = Vec::new();
        for word in fold(written).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            if AREAS.contains(&word) && words.len() >= 2 && words.iter().any(|word| has_digit(word)) {
                break;
            }
            if !KINDS.contains(&word) && !AREAS.contains(&word) {
                words.push(word.to_owned());
            }
        }
        let mut names = words.iter().enumerate().filter(|(_, word)| !has_digit(word));
        let second = names.nth(1).map_or(words.len(), |(n, _)| n + 1);
        let numbered = words[..second].iter().any(|word| has_digit(word));
        let enough = if numbered { second } else { words.len() };
        (enough >= if numbered { 2 } else { 3 }).then_some(Self { words, enough })
    }

    /// Where it stands among these words.
    pub fn places(&self, text: &Text<'_>, telling: &[(usize, Word)]) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        for start in 0..telling.len() {
            let words = telling[start..].iter().zip(&self.words);
            let same = words.take_while(|((_, word), wanted)| text.is(*word, wanted)).count();
            if same < self.enough {
                continue;
            }
            // With the "số nhà" before it.
            let first = telling[start].0;
            let kinds = text.words[..first].iter().rev().take_while(|word| is_any(text, **word, &KINDS[..3])).count();
            let (from, _) = text.place(text.words[first - kinds]);
            places.push((from, text.place(telling[start + same - 1].1).1));
        }
        places
    }
}

/// The words of a text that can tell an address, with their places among all.
pub fn telling(text: &Text<'_>) -> Vec<(usize, Word)> {
    text.words.iter().copied().enumerate().filter(|(_, word)| !is_any(text, *word, KINDS)).collect()
}

fn is_any(text: &Text<'_>, word: Word, of: &[&str]) -> bool {
    of.iter().any(|kind| text.is(word, kind))
}
