//! An identity number or a telephone.

use super::text::Text;

/// As it may be written: a telephone number also with the country's code, or without.
#[derive(Clone, Debug)]
pub struct Number(Vec<Vec<char>>);

impl Number {
    pub fn of(written: &str) -> Self {
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        let local = match (written.starts_with("+84"), written.starts_with('0')) {
            (true, _) => &digits[2..],
            (_, true) => &digits[1..],
            _ => &digits[..],
        };
        let forms = [digits.clone(), format!("84{local}"), format!("0{local}"), local.to_owned()];
        Self(forms.iter().map(|form| form.chars().collect()).collect())
    }

    /// Those in what is written where something else is asked for: as many digits as a telephone has, in whatever groups.
    pub fn all(written: &str) -> Vec<Self> {
        let runs = written.split(|c: char| !c.is_ascii_digit() && !matches!(c, ' ' | '.' | '-' | '+'));
        let long = runs.filter(|run| run.chars().filter(char::is_ascii_digit).count() >= 9);
        long.map(|run| Self::of(run.trim_matches(|c: char| !c.is_ascii_digit() && c != '+'))).collect()
    }

    /// Where it stands, in whatever groups.
    pub fn places(&self, text: &Text<'_>) -> Vec<(usize, usize)> {
        let (have, at) = &text.digits;
        let mut found = Vec::new();
        for form in &self.0 {
            let runs = have.windows(form.len().max(1)).enumerate().filter(|(_, run)| run == form);
            let places = runs.map(|(first, run)| (at[first].0, at[first + run.len() - 1].1));
            // Digits that stand far from each other are no number.
            found.extend(places.filter(|(from, to)| to - from <= 3 * form.len()));
        }
        found
    }
}
