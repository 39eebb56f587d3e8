//! What is said, without what tells who denounces: their name, number, telephone, address and mail are taken out however they are
//! written, before anybody reads it (Luật Tố cáo 25/2018/QH14 Art. 56). So is what officers write of them.

mod address;
mod code;
mod name;
mod number;
mod text;
mod written;

use address::Address;
use code::codes;
use name::Name;
use number::Number;
use text::Text;

use crate::denunciation::Accused;
use crate::receive::Denouncer;

/// Stands where something was taken out.
pub const GAP: &str = "[…]";

/// What tells who denounces.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    names: Vec<Name>,
    numbers: Vec<Number>,
    addresses: Vec<Address>,
    /// What is written in one way alone.
    words: Vec<Vec<char>>,
    /// Of the codes that somebody has, as they are kept.
    codes: Vec<Vec<u8>>,
}

impl Secrets {
    /// Of these people, in a text that is about these others: a name that they share is theirs as well.
    pub fn of(people: &[Denouncer], accused: &[Accused]) -> Self {
        let mut secrets = Self::default();
        for Denouncer { name, identity_number, address, phone, email } in people {
            secrets.names.extend(Name::all(name, accused));
            secrets.numbers.extend([name, address].into_iter().flat_map(|written| Number::all(written)));
            secrets.numbers.extend([identity_number, phone].into_iter().flatten().map(|number| Number::of(number)));
            secrets.addresses.extend(Address::of(address));
            secrets
                .words
                .extend([Some(address), email.as_ref()].into_iter().flatten().filter_map(|it| text::letters(it)));
        }
        secrets
    }

    /// And these codes, as they are kept: whoever has one speaks as a denouncer.
    pub fn with_codes(self, codes: Vec<Vec<u8>>) -> Self {
        Self { codes, ..self }
    }

    /// The text without them. Accents, capitals, and what stands between words or digits do not matter.
    pub fn clear(&self, said: &str) -> String {
        let text = Text::of(said);
        let mut gone: Vec<(usize, usize)> = Vec::new();
        gone.extend(self.names.iter().flat_map(|it| it.places(&text)));
        gone.extend(self.numbers.iter().flat_map(|it| it.places(&text)));
        let telling = address::telling(&text);
        gone.extend(self.addresses.iter().flat_map(|it| it.places(&text, &telling)));
        gone.extend(self.words.iter().flat_map(|it| text.runs(it)));
        if !self.codes.is_empty() {
            gone.extend(codes(&text).into_iter().filter(|(_, kept)| self.codes.contains(kept)).map(|(place, _)| place));
        }
        gone.sort_unstable();
        let mut left = String::with_capacity(said.len());
        let mut at = 0;
        for (from, to) in gone {
            if from >= at {
                left.push_str(&said[at..from]);
                left.push_str(GAP);
            }
            at = at.max(to);
        }
        left.push_str(&said[at..]);
        left
    }
}

/// What would be kept of each code that may stand in a text.
pub fn kept_codes(said: &str) -> Vec<Vec<u8>> {
    codes(&Text::of(said)).into_iter().map(|(_, kept)| kept).collect()
}

#[cfg(test)]
mod tests;
