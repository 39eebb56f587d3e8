//! Organisations from a CSV file, one a line. A column that the file does not have leaves what is known of an organisation as it
//! is; an empty cell takes it away.

use std::collections::{HashMap, HashSet};

use csv::StringRecord;
use kernel::id::OrganisationId;
use kernel::problem::{FieldError, Text};
use serde_json::{Value, json};

use super::{Organisation, OrganisationContent};
use crate::cells::{CellError, Columns, Sheet, column_of, in_column, sheet, strangers};

/// The columns, each with the member of [`OrganisationContent`] that it holds.
const COLUMNS: Columns = &[
    ("number", "/number"),
    ("kind", "/kind"),
    ("name", "/name"),
    ("address", "/address"),
    ("phone", "/phone"),
    ("email", "/email"),
];

/// An organisation as a file wants it.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub id: OrganisationId,
    /// What the content was made from; nothing, for a new one.
    pub old: Option<Organisation>,
    pub content: OrganisationContent,
}

/// A file that can be read line by line.
pub struct File(Sheet);

impl File {
    /// Reads the lines.
    ///
    /// # Errors
    /// What makes it no CSV file.
    pub fn open(text: &str) -> Result<Self, Vec<CellError>> {
        sheet(text).map(Self)
    }

    /// The numbers in it, so that what is known of those can be read.
    pub fn numbers(&self) -> Vec<String> {
        let (header, records) = &self.0;
        let numbers = records.iter().filter_map(|(_, record)| in_column(header, record, "number"));
        numbers.map(str::to_owned).collect()
    }

    /// What the file wants, in its order. `known` are those with its numbers, `violations` what the published schema has against
    /// a content.
    ///
    /// # Errors
    /// Everything that is wrong, cell by cell.
    pub fn wanted(
        self,
        known: Vec<Organisation>,
        violations: impl Fn(&Value) -> Vec<FieldError>,
        mut new_id: impl FnMut() -> OrganisationId,
    ) -> Result<Vec<Wanted>, Vec<CellError>> {
        let (header, records) = self.0;
        let mut known: HashMap<String, Organisation> = known.into_iter().map(|it| (it.number.clone(), it)).collect();
        let mut wrong = strangers(COLUMNS, &header);
        let (mut wanted, mut numbers) = (Vec::new(), HashSet::new());
        for (line, record) in records {
            let number = in_column(&header, &record, "number").unwrap_or_default();
            if !numbers.insert(number.to_owned()) {
                let words = Text::fixed("đã có ở dòng trên", "is in a line above already");
                wrong.push(CellError::new(line, "number", words));
                continue;
            }
            let old = known.remove(number);
            match content(&header, &record, old.as_ref(), &violations) {
                Ok(content) => {
                    let id = old.as_ref().map_or_else(&mut new_id, |old| old.id);
                    wanted.push(Wanted { id, old, content });
                }
                Err(errors) => {
                    wrong.extend(errors.into_iter().map(|(column, detail)| CellError::new(line, &column, detail)));
                }
            }
        }
        if wrong.is_empty() { Ok(wanted) } else { Err(wrong) }
    }
}

/// What one line makes of an organisation.
fn content(
    header: &StringRecord,
    record: &StringRecord,
    old: Option<&Organisation>,
    violations: impl Fn(&Value) -> Vec<FieldError>,
) -> Result<OrganisationContent, Vec<(String, Text)>> {
    let mut value = match old {
        Some(old) => serde_json::to_value(old.content()).expect("a content is plain data"),
        None => json!({}),
    };
    for (column, _) in COLUMNS {
        match in_column(header, record, column) {
            Some("") => value[*column].take(),
            Some(text) => std::mem::replace(&mut value[*column], text.into()),
            None => continue,
        };
    }
    value.as_object_mut().into_iter().for_each(|members| members.retain(|_, member| !member.is_null()));
    let wrong = violations(&value).into_iter().map(|error| (column_of(COLUMNS, &error.pointer), error.detail));
    let wrong: Vec<_> = wrong.collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    serde_json::from_value(value)
        .map_err(|error| vec![(String::new(), Text::new(error.to_string(), error.to_string()))])
}
