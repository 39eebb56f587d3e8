//! The forms of the one-stop shop as PDF: a [`Sheet`] set in type, on as many pages as it takes. Apart from the rest, so that
//! what draws is not built with what decides. `text` shapes and breaks, `paper` puts it on pages, `table` in columns;
//! here a sheet is laid out.
//!
//! Why it is set by hand: docs/decisions/0013.

mod paper;
mod table;
mod text;

use forms::{CODE, FOLLOW, MOTTO, Sheet};
use krilla::error::KrillaError;

use crate::paper::{Align, Cell, MM, Paper};
use crate::text::{Style, Text};

/// Between blocks.
const GAP: f32 = 2.5 * MM;

/// The sheet as a PDF, for archives (PDF/A-2u) where its letters allow. The same sheet is always the same bytes.
///
/// # Errors
/// The document breaks a limit of the format.
pub fn draw(sheet: &Sheet) -> Result<Vec<u8>, KrillaError> {
    let mut paper = if sheet.wide { Paper::new(297.0, 210.0) } else { Paper::new(148.0, 210.0) };
    letterhead(&mut paper, sheet);
    let title = Text::new(Style::Bold, 13.0, &sheet.title.to_uppercase());
    paper.write(Align::Centre, &title);
    if let Some(code) = &sheet.code {
        paper.write(Align::Centre, &Text::new(Style::Plain, 11.0, CODE).and(Style::Bold, code));
    }
    paper.skip(GAP);
    let rows = sheet
        .rows
        .iter()
        .map(|row| vec![Text::new(Style::Italic, 11.0, row.label), Text::new(Style::Plain, 11.0, &row.value)]);
    paper.rows(rows.collect());
    paper.skip(GAP);
    if !sheet.table.lines.is_empty() {
        let size = if sheet.wide { 8.5 } else { 10.0 };
        let head = sheet.table.head.iter().map(|cell| Text::new(Style::Bold, size, cell)).collect();
        let line = |line: &Vec<String>| line.iter().map(|cell| Text::new(Style::Plain, size, cell)).collect();
        paper.table(head, sheet.table.lines.iter().map(line).collect());
        paper.skip(GAP);
    }
    if !sheet.closing.is_empty() {
        paper.write(Align::Left, &Text::new(Style::Plain, 11.0, &sheet.closing));
        paper.skip(GAP);
    }
    foot(&mut paper, sheet);
    let name = sheet.code.as_ref().map_or_else(|| sheet.title.clone(), |code| format!("{} {code}", sheet.title));
    paper.finish(name)
}

/// Left the agency and the form's number, right the state's name and motto, with a rule under it (NĐ 30/2020, App. I).
fn letterhead(paper: &mut Paper, sheet: &Sheet) {
    let (width, size) = (paper.width(), if sheet.wide { 10.0 } else { 8.5 });
    let (left, right) = (width * 5.0 / 11.0, width * 6.0 / 11.0 - GAP);
    let cell =
        |x, width, style, text: &str| Cell { x, width, align: Align::Centre, text: Text::new(style, size, text) };
    let agency = paper.block(0.0, &cell(0.0, left, Style::Bold, &sheet.agency.to_uppercase()));
    let agency = paper.block(agency, &cell(0.0, left, Style::Italic, &sheet.number));
    let motto = paper.block(0.0, &cell(width - right, right, Style::Bold, MOTTO[0]));
    let line = cell(width - right, right, Style::Bold, MOTTO[1]);
    let long = line.text.natural();
    let motto = paper.block(motto, &line);
    paper.rule(width - right / 2.0 - long / 2.0, motto + 0.5 * MM, long);
    paper.skip(agency.max(motto + MM) + 2.0 * GAP);
}

/// The QR code left, date and signatures right, with room to sign: never parted.
fn foot(paper: &mut Paper, sheet: &Sheet) {
    const SQUARE: f32 = 28.0 * MM;
    paper.keep(SQUARE + 6.0 * MM);
    if let Some(qr) = &sheet.qr {
        paper.squares(0.0, SQUARE, qr.size, |x, y| qr[y][x].value());
        let text = Text::new(Style::Plain, 8.0, FOLLOW);
        paper.block(SQUARE, &Cell { x: 0.0, width: SQUARE, align: Align::Centre, text });
    }
    let (x, width) = (SQUARE + GAP, paper.width() - SQUARE - GAP);
    let date = Text::new(Style::Italic, 11.0, &sheet.date);
    let align = if sheet.signatures.is_empty() { Align::Right } else { Align::Centre };
    let below = paper.block(0.0, &Cell { x, width, align, text: date });
    let each = width / sheet.signatures.len().max(1) as f32;
    for (n, signature) in sheet.signatures.iter().enumerate() {
        let text = Text::new(Style::Bold, 11.0, signature);
        paper.block(below, &Cell { x: x + n as f32 * each, width: each, align: Align::Centre, text });
    }
}
