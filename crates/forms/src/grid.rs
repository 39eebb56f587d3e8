//! A table that is calculated with: a workbook, with headings over several columns, days and numbers; or CSV.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::table::inert;

/// What stands in one place of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Always text, whatever it begins with.
    Text(String),
    Day(NaiveDate),
    Number(i64),
    Nothing,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The day of a moment in Vietnam.
    pub fn day(at: Option<DateTime<Utc>>) -> Self {
        at.map_or(Self::Nothing, |at| Self::Day(deadlines::vn_date(at)))
    }
}

/// What stands over a column, and over it and its neighbours.
#[derive(Clone, Debug)]
pub struct Heading {
    pub group: String,
    pub name: String,
    /// In characters.
    pub width: u8,
}

/// A table: every line has as many cells as there are headings.
#[derive(Debug)]
pub struct Grid {
    /// Above the table of a workbook: what it is, of whom, of when.
    pub above: Vec<String>,
    pub head: Vec<Heading>,
    pub lines: Vec<Vec<Cell>>,
}

/// No cell of a workbook holds more.
const LONGEST: usize = 32_000;

impl Grid {
    /// As CSV (RFC 4180) for the spreadsheets of offices, which take it for UTF-8 by its byte order mark: one line of headings, days as
    /// in ISO 8601.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".into());
        csv.write_record(self.head.iter().map(|heading| match heading.group.is_empty() {
            true => heading.name.clone(),
            false => format!("{}: {}", heading.group, heading.name),
        }))?;
        for line in &self.lines {
            csv.write_record(line.iter().map(|cell| match cell {
                Cell::Text(text) => inert(text),
                Cell::Day(day) => day.to_string(),
                Cell::Number(number) => number.to_string(),
                Cell::Nothing => String::new(),
            }))?;
        }
        csv.into_inner().map_err(|error| error.into_error().into())
    }

    /// As a workbook (Office Open XML), made on that day.
    pub fn xlsx(&self, made: NaiveDate) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        book.set_properties(&DocProperties::new().set_creation_datetime(&excel(made)?));
        let sheet = book.add_worksheet();
        let bold = Format::new().set_bold();
        let mut row = 0;
        for line in &self.above {
            sheet.write_string_with_format(row, 0, line, &bold)?;
            row += 1;
        }
        row = self.headings(sheet, row)?;
        sheet.set_freeze_panes(row, 0)?;
        let text = Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::Top);
        let day = text.clone().set_num_format("dd/mm/yyyy");
        let number = text.clone().set_num_format("#,##0");
        for line in &self.lines {
            for (column, cell) in (0_u16..).zip(line) {
                match cell {
                    Cell::Text(words) => {
                        let words: String = words.chars().take(LONGEST).collect();
                        sheet.write_string_with_format(row, column, words, &text)?
                    }
                    Cell::Day(on) => sheet.write_datetime_with_format(row, column, excel(*on)?, &day)?,
                    Cell::Number(count) => sheet.write_number_with_format(row, column, exact(*count), &number)?,
                    Cell::Nothing => sheet.write_blank(row, column, &text)?,
                };
            }
            row += 1;
        }
        book.save_to_buffer()
    }

    /// Two lines of headings: over neighbours of one group stands their group, once. Returns the row below.
    fn headings(&self, sheet: &mut Worksheet, row: u32) -> Result<u32, XlsxError> {
        let style =
            Format::new().set_bold().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::Center);
        let style = style.set_align(FormatAlign::VerticalCenter);
        let mut column = 0_u16;
        for group in self.head.chunk_by(|one, next| !one.group.is_empty() && one.group == next.group) {
            let (first, last) = (column, column + u16::try_from(group.len()).unwrap_or(1) - 1);
            for heading in group {
                sheet.set_column_width(column, f64::from(heading.width))?;
                if !heading.group.is_empty() {
                    sheet.write_string_with_format(row + 1, column, &heading.name, &style)?;
                }
                column += 1;
            }
            match group {
                [alone] if alone.group.is_empty() => {
                    sheet.merge_range(row, first, row + 1, first, &alone.name, &style)?;
                }
                [alone] => {
                    sheet.write_string_with_format(row, first, &alone.group, &style)?;
                }
                several => {
                    sheet.merge_range(row, first, row, last, &several[0].group, &style)?;
                }
            }
        }
        Ok(row + 2)
    }
}

fn excel(day: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let small = |part: u32| u8::try_from(part).unwrap_or(1);
    ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(1900), small(day.month()), small(day.day()))
}

/// A workbook has no other numbers; what is counted is far from where they are not exact.
fn exact(count: i64) -> f64 {
    i32::try_from(count).map_or(f64::from(i32::MAX), f64::from)
}
