//! A text as it is compared: letter by letter and word by word, each with the bytes that it comes from.

use kernel::text::fold;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A letter or digit, without accents and capitals.
struct Letter {
    folded: char,
    from: usize,
    to: usize,
}

/// Letters that follow each other directly.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    first: usize,
    last: usize,
}

pub struct Text<'a> {
    said: &'a str,
    letters: Vec<Letter>,
    pub words: Vec<Word>,
    /// The digits alone, each with the bytes that it comes from.
    pub digits: (Vec<char>, Vec<(usize, usize)>),
}

/// A character without accents and capitals; none for a mark.
fn bare(c: char) -> Option<char> {
    if c.is_ascii() { Some(c.to_ascii_lowercase()) } else { fold(c.encode_utf8(&mut [0; 4])).chars().next() }
}

/// The letters and digits of what is sought; none where they are too few to tell anybody.
pub fn letters(sought: &str) -> Option<Vec<char>> {
    let letters: Vec<char> = sought.chars().filter_map(bare).filter(|c| c.is_alphanumeric()).collect();
    (letters.len() >= 3).then_some(letters)
}

/// The accents of a word, wherever in it they are written: `hoà` and `hòa` are one.
pub fn accents(word: &str) -> Vec<char> {
    let mut accents: Vec<char> = word.nfd().filter(|c| is_combining_mark(*c) || matches!(c, 'đ' | 'Đ')).collect();
    accents.iter_mut().filter(|c| **c == 'Đ').for_each(|c| *c = 'đ');
    accents.sort_unstable();
    accents
}

impl<'a> Text<'a> {
    pub fn of(said: &'a str) -> Self {
        let (mut letters, mut words): (Vec<Letter>, Vec<Word>) = (Vec::new(), Vec::new());
        for (from, c) in said.char_indices() {
            let to = from + c.len_utf8();
            match (bare(c), letters.last_mut()) {
                // A mark belongs to the letter before it.
                (None, Some(last)) if last.to == from => last.to = to,
                (Some(folded), before) if folded.is_alphanumeric() => {
                    let goes_on = before.is_some_and(|before| before.to == from);
                    letters.push(Letter { folded, from, to });
                    let last = letters.len() - 1;
                    match words.last_mut().filter(|_| goes_on) {
                        Some(word) => word.last = last,
                        None => words.push(Word { first: last, last }),
                    }
                }
                _ => {}
            }
        }
        let digits = letters.iter().filter(|letter| letter.folded.is_ascii_digit());
        let digits = digits.map(|letter| (letter.folded, (letter.from, letter.to))).unzip();
        Self { said, letters, words, digits }
    }

    /// Letters and digits, without accents and capitals, each with the bytes that it comes from.
    pub fn letters(&self) -> impl ExactSizeIterator<Item = (char, (usize, usize))> + Clone {
        self.letters.iter().map(|letter| (letter.folded, (letter.from, letter.to)))
    }

    /// The bytes of a word.
    pub fn place(&self, word: Word) -> (usize, usize) {
        (self.letters[word.first].from, self.letters[word.last].to)
    }

    /// A word as it was written.
    pub fn written(&self, word: Word) -> &'a str {
        let (from, to) = self.place(word);
        &self.said[from..to]
    }

    /// Whether a word is this one, without accents and capitals.
    pub fn is(&self, word: Word, folded: &str) -> bool {
        self.letters[word.first..=word.last].iter().map(|letter| letter.folded).eq(folded.chars())
    }

    /// What stands between two words.
    pub fn between(&self, one: Word, other: Word) -> &'a str {
        &self.said[self.place(one).1..self.place(other).0]
    }

    /// Where these letters follow each other, with anything but letters and digits between them. Few of them must be whole words.
    pub fn runs(&self, wanted: &[char]) -> Vec<(usize, usize)> {
        let whole = |first: usize, last: usize| {
            let starts = first == 0 || self.letters[first - 1].to < self.letters[first].from;
            let ends = self.letters.get(last + 1).is_none_or(|next| self.letters[last].to < next.from);
            wanted.len() >= 6 || (starts && ends)
        };
        let windows = self.letters.windows(wanted.len().max(1)).enumerate();
        let found = windows.filter(|(_, run)| run.iter().map(|letter| &letter.folded).eq(wanted));
        let found =
            found.map(|(first, run)| (first, first + run.len() - 1)).filter(|(first, last)| whole(*first, *last));
        found.map(|(first, last)| (self.letters[first].from, self.letters[last].to)).collect()
    }
}
