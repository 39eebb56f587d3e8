//! Staff from a CSV file, one a line. A column that the file does not have leaves what is known of a person as it is; an
//! empty cell takes it away. Roles that have ended stay in the records.

use std::collections::HashSet;

use chrono::NaiveDate;
use csv::StringRecord;
use kernel::Role;
use kernel::id::{AgencyId, StaffId};
use kernel::problem::{FieldError, Text};
use serde_json::{Value, json};

use super::import::Wanted;
use super::{Posting, Staff, StaffContent};
use crate::Agencies;
use crate::cells::{CellError, Columns, column_of, in_column, sheet, strangers};

/// The columns, each with the member of [`StaffContent`] that it holds.
const COLUMNS: Columns =
    &[("username", "/username"), ("name", "/name"), ("title", "/title"), ("agency", "/agency_id"), ("roles", "/roles")];

/// What reading a file needs beside its text.
pub struct Reading<'a, V, I> {
    pub agencies: &'a Agencies,
    /// The staff there are.
    pub staff: &'a [Staff],
    /// When a role begins of which no day is said.
    pub today: NaiveDate,
    /// What is wrong with a content, by the published schema.
    pub violations: V,
    /// The id for somebody new.
    pub new_id: I,
}

impl<V, I> Reading<'_, V, I>
where
    V: Fn(&Value) -> Vec<FieldError>,
    I: FnMut() -> StaffId,
{
    /// What the file wants, in its order.
    ///
    /// # Errors
    /// Everything that is wrong, cell by cell.
    pub fn read(mut self, text: &str) -> Result<Vec<Wanted>, Vec<CellError>> {
        let (header, records) = sheet(text)?;
        let mut wrong = strangers(COLUMNS, &header);
        let (mut wanted, mut names) = (Vec::new(), HashSet::new());
        for (line, record) in records {
            let username = in_column(&header, &record, "username").unwrap_or_default();
            if !names.insert(username.to_owned()) {
                let words = Text::fixed("đã có ở dòng trên", "is in a line above already");
                wrong.push(CellError::new(line, "username", words));
            }
            let old = self.staff.iter().find(|staff| staff.username == username).cloned();
            match self.content(&header, &record, old.as_ref()) {
                Ok(content) => {
                    let id = old.as_ref().map_or_else(&mut self.new_id, |old| old.id);
                    wanted.push(Wanted { id, old, content });
                }
                Err(errors) => {
                    wrong.extend(errors.into_iter().map(|(column, detail)| CellError::new(line, &column, detail)));
                }
            }
        }
        if wrong.is_empty() { Ok(wanted) } else { Err(wrong) }
    }

    fn content(
        &self,
        header: &StringRecord,
        record: &StringRecord,
        old: Option<&Staff>,
    ) -> Result<StaffContent, Vec<(String, Text)>> {
        let mut value = match old {
            Some(old) => serde_json::to_value(old.content()).expect("a content is plain data"),
            None => json!({ "roles": [] }),
        };
        let mut wrong = Vec::new();
        for column in ["username", "name", "title"] {
            match in_column(header, record, column) {
                Some("") => value[column].take(),
                Some(text) => std::mem::replace(&mut value[column], text.into()),
                None => continue,
            };
        }
        let mut main = old.map(|old| old.agency_id);
        if let Some(code) = in_column(header, record, "agency") {
            match self.agency(code) {
                Ok(agency) => main = Some(agency),
                Err(words) => wrong.push(("agency".to_owned(), words)),
            }
        }
        value["agency_id"] = json!(main);
        if let Some(text) = in_column(header, record, "roles") {
            match text.split_whitespace().map(|item| self.posting(item, main, old)).collect::<Result<Vec<_>, _>>() {
                Ok(postings) => value["roles"] = json!([self.ended(old), postings].concat()),
                Err(words) => wrong.push(("roles".to_owned(), words)),
            }
        }
        value.as_object_mut().into_iter().for_each(|members| members.retain(|_, member| !member.is_null()));
        let told = |column: &str| wrong.iter().any(|(known, _)| known == column);
        let more: Vec<_> = (self.violations)(&value)
            .into_iter()
            .map(|error| (column_of(COLUMNS, &error.pointer), error.detail))
            .filter(|(column, _)| !told(column))
            .collect();
        wrong.extend(more);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        serde_json::from_value(value)
            .map_err(|error| vec![(String::new(), Text::new(error.to_string(), error.to_string()))])
    }

    fn agency(&self, code: &str) -> Result<AgencyId, Text> {
        let found = self.agencies.by_code(code).map(|agency| agency.id);
        found.ok_or_else(|| Text::fixed("không có cơ quan này", "there is no such agency"))
    }

    /// `leader@H26.13.01:2026-01-01..2026-12-31`: the agency is the main one when absent, the first day today or as known,
    /// and there is no last day unless it is said.
    fn posting(&self, item: &str, main: Option<AgencyId>, old: Option<&Staff>) -> Result<Posting, Text> {
        let (place, days) = item.split_once(':').map_or((item, None), |(place, days)| (place, Some(days)));
        let (role, code) = place.split_once('@').map_or((place, None), |(role, code)| (role, Some(code)));
        let role = Role::from_code(role)
            .ok_or_else(|| Text::new(format!("không có vai trò {role}"), format!("there is no role {role}")))?;
        let agency_id = match code {
            Some(code) => self.agency(code)?,
            None => main.ok_or_else(|| Text::fixed("không rõ cơ quan", "at which agency?"))?,
        };
        let Some(days) = days else {
            let mut known = old.into_iter().flat_map(|old| &old.roles.0);
            let same = |known: &&Posting| {
                (known.agency_id, known.role) == (agency_id, role)
                    && known.valid_to.is_none_or(|last| last >= self.today)
            };
            let new = Posting { agency_id, role, valid_from: self.today, valid_to: None };
            return Ok(known.find(same).cloned().unwrap_or(new));
        };
        let (from, to) = days.split_once("..").map_or((days, None), |(from, to)| (from, Some(to)));
        let day = |text: &str| {
            text.parse::<NaiveDate>()
                .map_err(|_| Text::fixed("ngày phải có dạng 2026-01-31", "a day must look like 2026-01-31"))
        };
        Ok(Posting { agency_id, role, valid_from: day(from)?, valid_to: to.map(day).transpose()? })
    }

    /// The roles that have ended.
    fn ended(&self, old: Option<&Staff>) -> Vec<Posting> {
        let all = old.into_iter().flat_map(|old| &old.roles.0);
        all.filter(|posting| posting.valid_to.is_some_and(|last| last < self.today)).cloned().collect()
    }
}
