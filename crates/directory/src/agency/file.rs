//! Agencies from a CSV file, one a line. A column that the file does not have leaves what is known of an agency as it is;
//! an empty cell takes it away.

use std::collections::HashMap;

use chrono::NaiveDate;
use kernel::id::AgencyId;
use kernel::problem::{FieldError, Text};
use serde_json::{Map, Number, Value, json};

use super::{Agencies, Agency, AgencyContent, Contact};
use crate::cells::{CellError, Columns, column_of, in_column, sheet, strangers};

/// The columns, each with the member of [`AgencyContent`] that it holds.
const COLUMNS: Columns = &[
    ("code", "/code"),
    ("name", "/name"),
    ("name_en", "/name_en"),
    ("kind", "/kind"),
    ("parent", "/parent_id"),
    ("valid_from", "/valid_from"),
    ("valid_to", "/valid_to"),
    ("head_name", "/contact/head/name"),
    ("head_title", "/contact/head/title"),
    ("address", "/contact/address"),
    ("latitude", "/contact/place/latitude"),
    ("longitude", "/contact/place/longitude"),
    ("opening_hours", "/contact/opening_hours"),
    ("saturday_hours", "/contact/saturday_hours"),
    ("hotline", "/contact/hotline"),
    ("advice_line", "/contact/advice_line"),
    ("email", "/contact/email"),
    ("website", "/contact/website"),
    ("remote_area", "/remote_area"),
];

/// What reading a file needs beside its text.
pub struct Reading<'a, V, I> {
    pub known: &'a Agencies,
    /// When an agency begins of which nothing is said.
    pub today: NaiveDate,
    /// What is wrong with a content, by the published schema.
    pub violations: V,
    /// The id for a new agency.
    pub new_id: I,
}

impl<V, I> Reading<'_, V, I>
where
    V: Fn(&Value) -> Vec<FieldError>,
    I: FnMut() -> AgencyId,
{
    /// What the file wants, in its order.
    ///
    /// # Errors
    /// Everything that is wrong, cell by cell.
    pub fn read(mut self, text: &str) -> Result<Vec<(AgencyId, AgencyContent)>, Vec<CellError>> {
        let (header, records) = sheet(text)?;
        let mut wrong = strangers(COLUMNS, &header);
        let (mut contents, mut ids) = (Vec::new(), HashMap::new());
        for (line, record) in records {
            let code = in_column(&header, &record, "code").unwrap_or_default();
            let old = self.known.by_code(code);
            let id = old.map_or_else(&mut self.new_id, |old| old.id);
            match self.content(&header, &record, &ids, old) {
                Ok(content) => contents.push((id, content)),
                Err(errors) => {
                    wrong.extend(errors.into_iter().map(|(column, detail)| CellError::new(line, &column, detail)))
                }
            }
            // Also when something else is wrong with it: what stands below it need not be wrong.
            if ids.insert(code.to_owned(), id).is_some() {
                wrong.push(CellError::new(
                    line,
                    "code",
                    Text::fixed("đã có ở dòng trên", "is in a line above already"),
                ));
            }
        }
        if wrong.is_empty() { Ok(contents) } else { Err(wrong) }
    }

    /// What one line makes of an agency. `above` are those of the lines before.
    fn content(
        &self,
        header: &csv::StringRecord,
        record: &csv::StringRecord,
        above: &HashMap<String, AgencyId>,
        old: Option<&Agency>,
    ) -> Result<AgencyContent, Vec<(String, Text)>> {
        let mut value = match old {
            Some(old) => serde_json::to_value(old.content()).expect("a content is plain data"),
            None => json!({ "valid_from": self.today, "contact": Contact::default() }),
        };
        let mut wrong = Vec::new();
        for (column, text) in header.iter().zip(record) {
            let Some((_, pointer)) = COLUMNS.iter().find(|(known, _)| *known == column) else { continue };
            match self.parse(column, text, above) {
                Ok(parsed) => put(&mut value, pointer, parsed),
                Err(detail) => wrong.push((column.to_owned(), detail)),
            }
        }
        let violations = (self.violations)(&value).into_iter();
        wrong.extend(violations.map(|error| (column_of(COLUMNS, &error.pointer), error.detail)));
        if !wrong.is_empty() {
            return Err(wrong);
        }
        serde_json::from_value(value)
            .map_err(|error| vec![(String::new(), Text::new(error.to_string(), error.to_string()))])
    }

    /// What a cell says; nothing when it is empty.
    fn parse(&self, column: &str, text: &str, above: &HashMap<String, AgencyId>) -> Result<Option<Value>, Text> {
        if text.is_empty() {
            return Ok(None);
        }
        Ok(Some(match column {
            "parent" => {
                let id = above.get(text).copied().or_else(|| self.known.by_code(text).map(|agency| agency.id));
                let unknown = || Text::fixed("không có cơ quan này ở trên", "there is no such agency above it");
                json!(id.ok_or_else(unknown)?)
            }
            "latitude" | "longitude" => {
                let number = text.parse().ok().and_then(Number::from_f64);
                Value::Number(number.ok_or_else(|| Text::fixed("không phải là số", "is not a number"))?)
            }
            "opening_hours" | "saturday_hours" => {
                text.split_whitespace().map(opening).collect::<Result<Vec<_>, _>>()?.into()
            }
            "remote_area" => match text {
                "true" => true.into(),
                "false" => false.into(),
                _ => return Err(Text::fixed("phải là true hoặc false", "must be true or false")),
            },
            _ => text.into(),
        }))
    }
}

/// `08:00-12:00`.
fn opening(text: &str) -> Result<Value, Text> {
    let wrong = || Text::fixed("phải có dạng 08:00-12:00 13:30-17:30", "must look like 08:00-12:00 13:30-17:30");
    let (from, to) = text.split_once('-').ok_or_else(wrong)?;
    Ok(json!({ "from": format!("{from}:00"), "to": format!("{to}:00") }))
}

/// Puts a value in its place, or takes it away; what is left empty goes too.
fn put(content: &mut Value, pointer: &str, value: Option<Value>) {
    fn at(object: &mut Map<String, Value>, path: &[&str], value: Option<Value>) {
        let [name, rest @ ..] = path else { return };
        if rest.is_empty() {
            match value {
                Some(value) => object.insert((*name).to_owned(), value),
                None => object.remove(*name),
            };
            return;
        }
        let inner = object.entry(*name).or_insert_with(|| Map::new().into());
        if let Some(inner) = inner.as_object_mut() {
            at(inner, rest, value);
            if inner.is_empty() && *name != "contact" {
                object.remove(*name);
            }
        }
    }
    let path: Vec<&str> = pointer.split('/').skip(1).collect();
    if let Some(content) = content.as_object_mut() {
        at(content, &path, value);
    }
}
