//! What a sheet lists.

use serde::Serialize;

/// A table: every line has as many cells as the head.
#[derive(Default, Serialize)]
pub struct Table {
    pub head: Vec<&'static str>,
    pub lines: Vec<Vec<String>>,
}

impl Table {
    /// As CSV (RFC 4180) for the spreadsheets of offices, which take it for UTF-8 by its byte order mark.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".into());
        csv.write_record(&self.head)?;
        for line in &self.lines {
            csv.write_record(line.iter().map(|cell| inert(cell)))?;
        }
        csv.into_inner().map_err(|error| error.into_error().into())
    }
}

/// What people write is never a formula: spreadsheets calculate with what begins like one.
pub(crate) fn inert(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Table, inert};

    #[test]
    fn csv_calculates_nothing() {
        let lines = vec![vec!["01".to_owned(), "=1+1".to_owned()], vec!["02".to_owned(), "Hoa, \"Na\"".to_owned()]];
        let csv = Table { head: vec!["Số", "Người nộp"], lines }.csv().expect("it is written to memory");
        let text = String::from_utf8(csv).expect("it is UTF-8");
        assert_eq!(text, "\u{feff}Số,Người nộp\r\n01,'=1+1\r\n02,\"Hoa, \"\"Na\"\"\"\r\n");
    }

    #[test]
    fn whatever_a_spreadsheet_takes_for_the_beginning_of_a_formula_is_text() {
        for beginning in ["=", "+", "-", "@", "\t", "\r", "\n", "\r\n", "＝", "＋", "－", "＠"] {
            for rest in ["", "1+1", "cmd|' /C calc'!A0", "=1"] {
                let written = format!("{beginning}{rest}");
                assert_eq!(inert(&written), format!("'{written}"), "{written:?}");
                let lines = vec![vec![written.clone()]];
                let csv = Table { head: vec!["Số"], lines }.csv().expect("it is written to memory");
                let mut read = csv::Reader::from_reader(&csv[..]);
                let line = read.records().next().expect("a line").expect("it is CSV");
                assert_eq!(&line[0], format!("'{written}"), "{written:?}");
            }
        }
        for harmless in ["", "1-1", "a=b", "'=1", "12 m²", "1–2", "Hoa"] {
            assert_eq!(inert(harmless), harmless);
        }
    }
}
