//! A Vietnamese name: family name first, the name by which people are called last. Who is called `Lê Thị Tố Tâm` is also `Lê Tâm`,
//! `Tố Tâm`, and to many `bà Tâm`.

use kernel::text::fold;
use unicode_normalization::UnicodeNormalization;

use super::text::{Text, Word, accents, letters};
use super::written::names;
use crate::denunciation::Accused;

/// The most frequent family names: what follows one of them directly is somebody else's name.
pub(super) const FAMILIES: &[&str] = &[
    "nguyễn", "trần", "lê", "phạm", "hoàng", "huỳnh", "phan", "vũ", "võ", "đặng", "bùi", "đỗ", "hồ", "ngô", "dương",
    "lý", "đinh", "trịnh", "trương", "đoàn", "lương", "đào", "hà", "tạ", "phùng", "tô", "tăng", "lâm", "thái", "châu",
    "quách", "vương", "triệu",
];
/// By what people are called before their names.
pub(super) const TITLES: &[&str] = &["ông", "bà", "anh", "chị", "cô", "chú", "bác", "em", "cụ", "cháu", "thầy", "tên"];

#[derive(Clone, Debug)]
pub struct Name {
    letters: Option<Vec<char>>,
    /// Each word without accents and capitals, with its accents.
    words: Vec<(String, Vec<char>)>,
    /// Whether nobody else is called by its last word.
    is_unshared: bool,
}

impl Name {
    /// Those in what is written where one is asked for.
    pub fn all(written: &str, accused: &[Accused]) -> Vec<Self> {
        let written: String = written.nfc().collect();
        names(&written).iter().filter_map(|words| Self::of(words, accused)).collect()
    }

    /// None for what is no name.
    fn of(words: &[&str], accused: &[Accused]) -> Option<Self> {
        let letters = letters(&words.concat()).filter(|_| words.len() > 1);
        let words: Vec<(String, Vec<char>)> = words.iter().map(|word| (fold(word), accents(word))).collect();
        let called = words.last()?.0.clone();
        let is_unshared = called.chars().count() >= 2 && !accused.iter().any(|it| is_called(&it.name, &called));
        Some(Self { letters, words, is_unshared })
    }

    pub fn places(&self, text: &Text<'_>) -> Vec<(usize, usize)> {
        let mut places = self.letters.as_ref().map_or_else(Vec::new, |letters| text.runs(letters));
        for (at, word) in text.words.iter().enumerate() {
            if self.is_word(text, *word, self.words.len() - 1) {
                let first = self.begins(text, at);
                let found = if first < at { self.is_theirs(text, first) } else { self.is_alone(text, at) };
                places.extend(found.then(|| (text.place(text.words[first]).0, text.place(*word).1)));
            }
        }
        places
    }

    /// Whether this is the n-th word of it: without any accents, or with the same.
    fn is_word(&self, text: &Text<'_>, word: Word, n: usize) -> bool {
        let (folded, marks) = &self.words[n];
        if !text.is(word, folded) {
            return false;
        }
        let written = accents(text.written(word));
        written.is_empty() || written == *marks
    }

    /// Where the name that ends here begins: some of its words may be left out.
    fn begins(&self, text: &Text<'_>, last: usize) -> usize {
        let (mut first, mut n) = (last, self.words.len() - 1);
        while first > 0 && goes_on(text, first - 1) {
            let before = text.words[first - 1];
            let Some(earlier) = (0..n).rev().find(|n| self.is_word(text, before, *n)) else { break };
            (first, n) = (first - 1, earlier);
        }
        first
    }

    /// Whether no other family name stands before it.
    fn is_theirs(&self, text: &Text<'_>, first: usize) -> bool {
        if first == 0 || !goes_on(text, first - 1) || self.is_word(text, text.words[first], 0) {
            return true;
        }
        let before = text.written(text.words[first - 1]).nfc().collect::<String>();
        !(before.starts_with(char::is_uppercase) && FAMILIES.contains(&before.to_lowercase().as_str()))
    }

    /// Whether somebody is called so here: `bà Tâm`, and not `bà Tâm Anh`, nor `ba tam`. Who has no other name is it without a title too.
    fn is_alone(&self, text: &Text<'_>, at: usize) -> bool {
        let written = |word: Word| text.written(word).nfc().collect::<String>();
        let is_capital = |word: Word| written(word).starts_with(char::is_uppercase);
        let capital = is_capital(text.words[at]);
        let titled = at > 0 && goes_on(text, at - 1) && {
            let title = written(text.words[at - 1]).to_lowercase();
            TITLES.iter().any(|known| title == *known || title == fold(known))
        };
        let longer = capital && text.words.get(at + 1).is_some_and(|next| goes_on(text, at) && is_capital(*next));
        let plain = capital || (titled && !accents(text.written(text.words[at])).is_empty());
        self.is_unshared && plain && !longer && (titled || self.words.len() == 1)
    }
}

/// Whether the next word is of the same phrase.
fn goes_on(text: &Text<'_>, at: usize) -> bool {
    !text.between(text.words[at], text.words[at + 1]).contains(['.', ',', ';', ':', '!', '?', '(', ')'])
}

/// Whether somebody's name may end so.
fn is_called(name: &str, called: &str) -> bool {
    fold(name).split(|c: char| !c.is_alphanumeric()).any(|word| word == called)
}
