//! The reporting forms as data: what stands over each column and which figure is in it, with source and mark. The columns are recalled,
//! so they are files (`migrations/seed/petition-forms.csv`, `petition-form-columns.csv`) and not code.

use std::sync::LazyLock;

use chrono::NaiveDate;
use complaints::CaseKind;
use complaints::report::{CaseFigure, CountedAt};
use denunciations::report::DenunciationFigure;
use kernel::rules::read_csv;
use kernel::text_enum;
use serde::Deserialize;

text_enum! {
    /// A reporting form of TT 01/2024/TT-TTCP: 01/XLD to 04/XLD on what was processed, 01/KQGQ to 04/KQGQ on what was settled.
    PetitionForm {
        Processed = "01-XLD",
        ComplaintsProcessed = "02-XLD",
        DenunciationsProcessed = "03-XLD",
        PetitionsProcessed = "04-XLD",
        ComplaintsSettled = "01-KQGQ",
        DecisionsExecuted = "02-KQGQ",
        DenunciationsSettled = "03-KQGQ",
        ConclusionsExecuted = "04-KQGQ",
    }
}

impl PetitionForm {
    /// As the circular writes it.
    pub fn number(self) -> String {
        self.code().replace('-', "/")
    }
}

/// What a form counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    All,
    Cases,
    Denunciations,
}

/// A form with its columns, while it is in force.
#[derive(Debug)]
pub struct Form {
    pub form: PetitionForm,
    pub counts: Counts,
    /// The kinds of cases that it counts.
    pub kinds: Vec<CaseKind>,
    pub at: CountedAt,
    pub name: String,
    pub name_en: String,
    valid_from: NaiveDate,
    pub source: String,
    pub mark: String,
    pub columns: Vec<Column>,
}

/// A column of a form.
#[derive(Debug)]
pub struct Column {
    pub group: String,
    pub group_en: String,
    pub name: String,
    pub name_en: String,
    /// None where nothing in the data answers it: money, land, people. It is then not collected, and never 0.
    pub figure: Option<Figure>,
    pub source: String,
    pub mark: String,
}

/// What is counted in a column, in either domain or both.
#[derive(Debug)]
pub struct Figure {
    pub code: String,
    pub case: Option<CaseFigure>,
    pub denunciation: Option<DenunciationFigure>,
}

impl Form {
    /// The column with this figure.
    pub fn column(&self, figure: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.figure.as_ref().is_some_and(|it| it.code == figure))
    }
}

/// The form in force on a day.
pub fn form(form: PetitionForm, on: NaiveDate) -> Option<&'static Form> {
    let valid = FORMS.iter().filter(|it| it.form == form && it.valid_from <= on);
    valid.max_by_key(|it| it.valid_from)
}

#[derive(Deserialize)]
struct FormRow {
    form: PetitionForm,
    counts: Counts,
    /// Separated by spaces.
    kinds: String,
    at: CountedAt,
    name: String,
    name_en: String,
    valid_from: NaiveDate,
    source: String,
    mark: String,
}

#[derive(Deserialize)]
struct ColumnRow {
    form: PetitionForm,
    group: String,
    group_en: String,
    name: String,
    name_en: String,
    figure: Option<String>,
    source: String,
    mark: String,
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let rows: Vec<FormRow> = read_csv(include_str!("../../../../migrations/seed/petition-forms.csv"))
        .expect("a test reads petition-forms.csv");
    rows.into_iter().map(FormRow::form).collect()
});

static COLUMNS: LazyLock<Vec<ColumnRow>> = LazyLock::new(|| {
    read_csv(include_str!("../../../../migrations/seed/petition-form-columns.csv"))
        .expect("a test reads petition-form-columns.csv")
});

impl FormRow {
    fn form(self) -> Form {
        let kinds = self.kinds.split_whitespace().filter_map(CaseKind::from_code).collect();
        let columns = COLUMNS.iter().filter(|row| row.form == self.form).map(|row| row.column(self.counts)).collect();
        let Self { form, counts, at, name, name_en, valid_from, source, mark, .. } = self;
        Form { form, counts, kinds, at, name, name_en, valid_from, source, mark, columns }
    }
}

impl ColumnRow {
    fn column(&self, counts: Counts) -> Column {
        let figure = self.figure.as_deref().map(|code| Figure {
            code: code.to_owned(),
            case: CaseFigure::from_code(code).filter(|_| counts != Counts::Denunciations),
            denunciation: DenunciationFigure::from_code(code).filter(|_| counts != Counts::Cases),
        });
        Column {
            group: self.group.clone(),
            group_en: self.group_en.clone(),
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            figure,
            source: self.source.clone(),
            mark: self.mark.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_form_has_columns_and_every_figure_is_counted_somewhere() {
        let on = NaiveDate::from_ymd_opt(2026, 9, 14).expect("a date");
        for code in PetitionForm::ALL {
            let form = form(*code, on).expect("it is in force");
            assert_eq!(form.kinds.is_empty(), form.counts == Counts::Denunciations, "{code}");
            assert!(form.columns.len() > 10, "{code}");
            let figures: Vec<_> = form.columns.iter().filter_map(|column| column.figure.as_ref()).collect();
            let codes: BTreeSet<_> = figures.iter().map(|figure| &figure.code).collect();
            assert_eq!(codes.len(), figures.len(), "{code}: a figure names its column");
            for figure in figures {
                assert!(figure.case.is_some() || figure.denunciation.is_some(), "{code}: {} is unknown", figure.code);
            }
            assert!(super::form(*code, NaiveDate::from_ymd_opt(2024, 3, 4).expect("a date")).is_none());
        }
    }

    #[test]
    fn every_kind_that_a_form_names_is_one() {
        let rows: Vec<FormRow> =
            read_csv(include_str!("../../../../migrations/seed/petition-forms.csv")).expect("it is read");
        for row in rows {
            assert!(row.kinds.split_whitespace().all(|kind| CaseKind::from_code(kind).is_some()), "{}", row.kinds);
        }
        assert!(COLUMNS.iter().all(|row| !row.mark.is_empty() && !row.source.is_empty()));
    }
}
