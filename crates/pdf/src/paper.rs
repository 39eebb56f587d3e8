//! Pages, and what is written on them from top to bottom.

use krilla::Document;
use krilla::SerializeSettings;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::error::KrillaError;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;

use crate::text::{Line, Style, Text};

/// A millimetre in points, in which everything here is.
pub const MM: f32 = 72.0 / 25.4;
pub const MARGIN: f32 = 12.0 * MM;
/// From one line to the next, in sizes of the font.
pub const LEADING: f32 = 1.25;
/// From the top of a line to its base.
const ASCENT: f32 = 0.95;
/// How thick a rule is.
pub const STROKE: f32 = 0.2 * MM;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Centre,
    Right,
}

/// Text in a place of its own, from the left margin.
pub struct Cell {
    pub x: f32,
    pub width: f32,
    pub align: Align,
    pub text: Text,
}

enum Mark {
    Line { x: f32, y: f32, line: Line },
    Ink(Path),
}

/// Pages that are being written.
pub struct Paper {
    pub size: (f32, f32),
    pages: Vec<Vec<Mark>>,
    /// Where the next block begins on the last page.
    pub y: f32,
}

impl Paper {
    /// Of so many millimetres.
    pub fn new(width: f32, height: f32) -> Self {
        Self { size: (width * MM, height * MM), pages: vec![Vec::new()], y: MARGIN }
    }

    /// Between the margins.
    pub fn width(&self) -> f32 {
        self.size.0 - 2.0 * MARGIN
    }

    /// Left on the page.
    pub fn room(&self) -> f32 {
        self.size.1 - MARGIN - self.y
    }

    pub fn skip(&mut self, height: f32) {
        self.y += height;
    }

    /// To the next page.
    pub fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    /// Turns the page unless so much still fits.
    pub fn keep(&mut self, height: f32) {
        if self.room() < height {
            self.turn();
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Writes a cell so far below the current place, which stays; gives how far below it ends.
    pub fn block(&mut self, below: f32, cell: &Cell) -> f32 {
        let lines =
            if cell.align == Align::Centre { cell.text.balanced(cell.width) } else { cell.text.lines(cell.width) };
        self.set(below, cell.x, cell.width, cell.align, &lines);
        below + lines.len() as f32 * cell.text.size * LEADING
    }

    /// Sets lines so far below the current place, which stays.
    pub fn set(&mut self, below: f32, x: f32, width: f32, align: Align, lines: &[Line]) {
        for (n, line) in lines.iter().enumerate() {
            let free = width - line.width();
            let indent = match align {
                Align::Left => 0.0,
                Align::Centre => free / 2.0,
                Align::Right => free,
            };
            let y = self.y + below + (n as f32 * LEADING + ASCENT) * line.size;
            self.mark(Mark::Line { x: MARGIN + x + indent, y, line: line.clone() });
        }
    }

    /// A paragraph over the whole width, line by line.
    pub fn write(&mut self, align: Align, text: &Text) {
        for line in text.lines(self.width()) {
            self.keep(line.size * LEADING);
            self.set(0.0, 0.0, self.width(), align, std::slice::from_ref(&line));
            self.skip(line.size * LEADING);
        }
    }

    /// A rule, so far below the current place.
    pub fn rule(&mut self, x: f32, below: f32, length: f32) {
        self.fill([(x, below, length, STROKE)].into_iter());
    }

    /// Black squares in a field of `count` by `count`, with a light edge of one around it.
    pub fn squares(&mut self, x: f32, side: f32, count: usize, dark: impl Fn(usize, usize) -> bool) {
        let one = side / (count + 2) as f32;
        let all = (0..count).flat_map(|down| (0..count).map(move |right| (right, down)));
        let dark = all.filter(|(right, down)| dark(*right, *down));
        self.fill(dark.map(|(right, down)| (x + (right + 1) as f32 * one, (down + 1) as f32 * one, one, one)));
    }

    /// Black rectangles: from the left margin, from the current place, width and height.
    pub fn fill(&mut self, rectangles: impl Iterator<Item = (f32, f32, f32, f32)>) {
        let mut path = PathBuilder::new();
        for (x, y, width, height) in rectangles {
            if let Some(rectangle) = Rect::from_xywh(MARGIN + x, self.y + y, width, height) {
                path.push_rect(rectangle);
            }
        }
        if let Some(path) = path.finish() {
            self.mark(Mark::Ink(path));
        }
    }

    /// The document, with page numbers when it has several.
    pub fn finish(self, title: String) -> Result<Vec<u8>, KrillaError> {
        // A letter that the font lacks has no place in an archive. The paper is needed all the same.
        self.export(&title, true).or_else(|_| self.export(&title, false))
    }

    fn export(&self, title: &str, archival: bool) -> Result<Vec<u8>, KrillaError> {
        let mut configuration = ConfigurationBuilder::new();
        if archival {
            configuration = configuration.with_archival_validator(Archival::A2_U);
        }
        let configuration = configuration.finish().unwrap_or_default();
        let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        document.set_metadata(Metadata::new().title(title.to_owned()).language("vi".to_owned()));
        for (n, marks) in self.pages.iter().enumerate() {
            let Some(settings) = PageSettings::from_wh(self.size.0, self.size.1) else { continue };
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            let number = (self.pages.len() > 1).then(|| self.number(n + 1));
            for mark in marks.iter().chain(number.iter().flatten()) {
                match mark {
                    Mark::Ink(path) => surface.draw_path(path),
                    Mark::Line { x, y, line } => {
                        for run in &line.runs {
                            let start = Point::from_xy(x + run.x, *y);
                            surface.draw_glyphs(start, &run.glyphs, run.style.font(), &run.letters, line.size, false);
                        }
                    }
                }
            }
            surface.finish();
            page.finish();
        }
        document.finish()
    }

    /// `Trang 1/2`, in the lower margin.
    fn number(&self, page: usize) -> Vec<Mark> {
        let text = Text::new(Style::Plain, 8.5, &format!("Trang {page}/{}", self.pages.len()));
        let y = self.size.1 - MARGIN / 2.0;
        let place = |line: Line| Mark::Line { x: (self.size.0 - line.width()) / 2.0, y, line };
        text.lines(self.width()).into_iter().map(place).collect()
    }
}
