//! CSV files with a header, and what is wrong with them, cell by cell.

use csv::StringRecord;
use kernel::problem::Text;

/// What is wrong with one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellError {
    /// The line in the file, from 1.
    pub line: u64,
    pub column: String,
    pub detail: Text,
}

impl CellError {
    pub(crate) fn new(line: u64, column: &str, detail: Text) -> Self {
        Self { line, column: column.to_owned(), detail }
    }
}

/// The columns that a file may have, each with the member of the content that it holds.
pub(crate) type Columns = &'static [(&'static str, &'static str)];

/// The header, and the lines below it with their numbers.
pub(crate) type Sheet = (StringRecord, Vec<(u64, StringRecord)>);

/// Reads a file.
///
/// # Errors
/// The first thing that makes it no CSV file.
pub(crate) fn sheet(text: &str) -> Result<Sheet, Vec<CellError>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let broken = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        vec![CellError::new(line, "", Text::new(error.to_string(), error.to_string()))]
    };
    let header = reader.headers().map_err(broken)?.clone();
    let numbered = |record: StringRecord| (record.position().map_or(0, csv::Position::line), record);
    let records = reader.records().map(|record| record.map(numbered)).collect::<Result<_, _>>().map_err(broken)?;
    Ok((header, records))
}

/// The columns of a header that are not known.
pub(crate) fn strangers(columns: Columns, header: &StringRecord) -> Vec<CellError> {
    let known = |column: &str| columns.iter().any(|(known, _)| *known == column);
    let words = Text::fixed("không có cột này", "there is no such column");
    header.iter().filter(|column| !known(column)).map(|column| CellError::new(1, column, words.clone())).collect()
}

/// The column that holds the member at `pointer`, or what is in it.
pub(crate) fn column_of(columns: Columns, pointer: &str) -> String {
    let holds = |member: &str| pointer.starts_with(member) || (!pointer.is_empty() && member.starts_with(pointer));
    let column = columns.iter().find(|(_, member)| holds(member)).map(|(column, _)| *column);
    column.unwrap_or_default().to_owned()
}

/// What a line has in a column; nothing when the file does not have it.
pub(crate) fn in_column<'a>(header: &StringRecord, record: &'a StringRecord, column: &str) -> Option<&'a str> {
    header.iter().zip(record).find(|(name, _)| *name == column).map(|(_, text)| text)
}
