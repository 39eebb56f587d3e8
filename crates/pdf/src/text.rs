//! Words, shaped once, and lines made of them.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Face, UnicodeBuffer};

/// How letters look: Liberation Serif, which is as wide as the Times that official papers are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Bold,
    Italic,
}

struct Letters {
    shaper: Face<'static>,
    font: Font,
}

static LETTERS: LazyLock<[Letters; 3]> = LazyLock::new(|| {
    let files: [&'static [u8]; 3] = [
        include_bytes!("../fonts/LiberationSerif-Regular.ttf"),
        include_bytes!("../fonts/LiberationSerif-Bold.ttf"),
        include_bytes!("../fonts/LiberationSerif-Italic.ttf"),
    ];
    files.map(|file| Letters {
        shaper: Face::from_slice(file, 0).expect("a test draws with it"),
        font: Font::new(file.into(), 0).expect("a test draws with it"),
    })
});

impl Style {
    fn letters(self) -> &'static Letters {
        &LETTERS[self as usize]
    }

    pub fn font(self) -> Font {
        self.letters().font.clone()
    }
}

/// A run of letters between spaces. Widths are in parts of the font's size.
#[derive(Clone, Debug)]
struct Word {
    style: Style,
    letters: String,
    glyphs: Vec<KrillaGlyph>,
    width: f32,
}

impl Word {
    fn new(style: Style, letters: &str) -> Self {
        let Letters { shaper, .. } = style.letters();
        let em = shaper.units_per_em() as f32;
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(letters);
        let shaped = rustybuzz::shape(shaper, &[], buffer);
        let infos = shaped.glyph_infos();
        // Clusters come in no order where one writes from right to left.
        let mut starts: Vec<usize> = infos.iter().map(|info| info.cluster as usize).collect();
        starts.sort_unstable();
        let glyphs: Vec<KrillaGlyph> = infos
            .iter()
            .zip(shaped.glyph_positions())
            .map(|(info, at)| {
                let start = info.cluster as usize;
                let next = starts.get(starts.partition_point(|other| *other <= start)).copied();
                KrillaGlyph::new(
                    GlyphId::new(info.glyph_id),
                    at.x_advance as f32 / em,
                    at.x_offset as f32 / em,
                    at.y_offset as f32 / em,
                    at.y_advance as f32 / em,
                    start..next.unwrap_or(letters.len()),
                    None,
                )
            })
            .collect();
        let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
        Self { style, letters: letters.to_owned(), glyphs, width }
    }

    /// In pieces that are no wider than `width`: an address that fits on no line.
    fn split(&self, width: f32) -> Vec<Self> {
        let (mut starts, mut used) = (vec![0], 0.0);
        for glyph in &self.glyphs {
            if used > 0.0 && used + glyph.x_advance > width && self.letters.is_char_boundary(glyph.text_range.start) {
                starts.push(glyph.text_range.start);
                used = 0.0;
            }
            used += glyph.x_advance;
        }
        starts.sort_unstable();
        starts.dedup();
        let ends = starts.iter().skip(1).copied().chain([self.letters.len()]);
        starts.iter().zip(ends).map(|(start, end)| Self::new(self.style, &self.letters[*start..end])).collect()
    }
}

/// A text in one size: paragraphs of words.
#[derive(Clone, Debug)]
pub struct Text {
    pub size: f32,
    paragraphs: Vec<Vec<Word>>,
}

impl Text {
    pub fn new(style: Style, size: f32, text: &str) -> Self {
        let words = |line: &str| line.split_whitespace().map(|word| Word::new(style, word)).collect();
        Self { size, paragraphs: text.lines().map(words).collect() }
    }

    /// With more words of another style after the last.
    pub fn and(mut self, style: Style, text: &str) -> Self {
        let words = text.split_whitespace().map(|word| Word::new(style, word));
        match self.paragraphs.last_mut() {
            Some(last) => last.extend(words),
            None => self.paragraphs.push(words.collect()),
        }
        self
    }

    /// As wide as it wants to be: every paragraph on one line.
    pub fn natural(&self) -> f32 {
        let wide = |words: &Vec<Word>| words.iter().map(|word| word.width).sum::<f32>() + gaps(words);
        self.size * self.paragraphs.iter().map(wide).fold(0.0, f32::max)
    }

    /// As narrow as it can be without words being broken.
    pub fn least(&self) -> f32 {
        self.size * self.paragraphs.iter().flatten().map(|word| word.width).fold(0.0, f32::max)
    }

    /// Broken into lines no wider than `width`.
    pub fn lines(&self, width: f32) -> Vec<Line> {
        // What was measured to fit must fit when it is added up in another order.
        let width = width / self.size + 0.001;
        let mut lines = Vec::new();
        for paragraph in &self.paragraphs {
            let mut line = Line { size: self.size, runs: Vec::new(), width: 0.0 };
            for word in paragraph {
                let pieces = if word.width > width { word.split(width) } else { vec![word.clone()] };
                for (n, piece) in pieces.into_iter().enumerate() {
                    let broken = n > 0;
                    if !line.runs.is_empty() && (broken || line.width + space(piece.style) + piece.width > width) {
                        lines
                            .push(std::mem::replace(&mut line, Line { size: self.size, runs: Vec::new(), width: 0.0 }));
                    }
                    line.push(&piece);
                }
            }
            lines.push(line);
        }
        lines
    }

    /// Broken into as many lines, all about as wide: for what stands centred.
    pub fn balanced(&self, width: f32) -> Vec<Line> {
        let mut lines = self.lines(width);
        let (count, mut narrower) = (lines.len(), 0.95 * width);
        while narrower > self.least() && count > 1 {
            let tried = self.lines(narrower);
            if tried.len() > count {
                break;
            }
            lines = tried;
            narrower *= 0.95;
        }
        lines
    }
}

fn gaps(words: &[Word]) -> f32 {
    words.iter().skip(1).map(|word| space(word.style)).sum()
}

/// How wide a space is.
fn space(style: Style) -> f32 {
    static WIDTHS: LazyLock<[f32; 3]> =
        LazyLock::new(|| [Style::Plain, Style::Bold, Style::Italic].map(|style| Word::new(style, " ").width));
    WIDTHS[style as usize]
}

/// A line of text, set.
#[derive(Clone, Debug)]
pub struct Line {
    pub size: f32,
    pub runs: Vec<Run>,
    width: f32,
}

/// The part of a line that has one style, with its spaces.
#[derive(Clone, Debug)]
pub struct Run {
    pub style: Style,
    /// From the line's beginning.
    pub x: f32,
    pub letters: String,
    pub glyphs: Vec<KrillaGlyph>,
}

impl Line {
    pub fn width(&self) -> f32 {
        self.size * self.width
    }

    fn push(&mut self, word: &Word) {
        if !self.runs.is_empty() {
            self.append(&Word::new(word.style, " "));
        }
        self.append(word);
    }

    fn append(&mut self, word: &Word) {
        if self.runs.last().is_none_or(|run| run.style != word.style) {
            let x = self.size * self.width;
            self.runs.push(Run { style: word.style, x, letters: String::new(), glyphs: Vec::new() });
        }
        if let Some(run) = self.runs.last_mut() {
            let start = run.letters.len();
            run.letters.push_str(&word.letters);
            run.glyphs.extend(word.glyphs.iter().cloned().map(|mut glyph| {
                glyph.text_range = glyph.text_range.start + start..glyph.text_range.end + start;
                glyph
            }));
            self.width += word.width;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str, width: f32) -> Vec<String> {
        let lines = Text::new(Style::Plain, 10.0, text).lines(width);
        assert!(lines.iter().all(|line| line.width() <= width + 0.1), "{text}");
        lines.iter().map(|line| line.runs.iter().map(|run| run.letters.as_str()).collect()).collect()
    }

    #[test]
    fn lines_break_between_words_and_where_they_must_inside_one() {
        assert_eq!(broken("Giấy tiếp nhận hồ sơ", 50.0), ["Giấy tiếp", "nhận hồ sơ"]);
        assert_eq!(broken("một\nhai", 60.0), ["một", "hai"]);
        assert_eq!(broken("", 60.0), [""; 0]);
        let long = broken(&"đ".repeat(100), 60.0);
        assert!(long.len() > 5 && long.concat() == "đ".repeat(100), "{long:?}");
    }

    #[test]
    fn centred_lines_are_about_as_wide() {
        let agency = Text::new(Style::Bold, 8.5, "ỦY BAN NHÂN DÂN PHƯỜNG HOÀN KIẾM");
        let wide: Vec<f32> = agency.balanced(150.0).iter().map(Line::width).collect();
        assert!(wide.len() == 2 && (wide[0] - wide[1]).abs() < 30.0, "{wide:?}");
        for short in ["", "Người ký"] {
            assert!(Text::new(Style::Bold, 8.5, short).balanced(150.0).len() <= 1);
        }
    }

    #[test]
    fn every_vietnamese_letter_has_a_glyph() {
        let letters = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ₫–—“”…";
        for style in [Style::Plain, Style::Bold, Style::Italic] {
            for letter in [letters.to_owned(), letters.to_uppercase()] {
                let word = Word::new(style, &letter);
                assert!(word.glyphs.iter().all(|glyph| glyph.glyph_id.to_u32() > 0), "{style:?}");
                assert_eq!(word.glyphs.len(), letter.chars().count());
            }
        }
    }
}
