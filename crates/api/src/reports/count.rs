//! A report, counted: a line for each agency that has any of it, and the sums.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use complaints::report::CaseFigure;
use denunciations::report::DenunciationFigure;
use forms::{Cell, Grid, Heading};
use kernel::Result;
use kernel::id::AgencyId;
use serde::Serialize;
use utoipa::ToSchema;

use super::form::{Column, PetitionForm};
use super::{Asked, ReportScope};
use crate::call::Call;
use crate::print::name_of;

/// A statistical report on petitions.
#[derive(Debug, Serialize, ToSchema)]
pub struct PetitionReport {
    pub form: PetitionForm,
    #[schema(example = "01/XLD", max_length = 20)]
    pub number: String,
    #[schema(example = "Tổng hợp kết quả xử lý đơn", max_length = 300)]
    pub name: String,
    #[schema(example = "Petitions processed", max_length = 300)]
    pub name_en: String,
    /// The circular that has the form.
    #[schema(example = "TT 01/2024/TT-TTCP", max_length = 300)]
    pub source: String,
    /// C confirmed, P partly, S secondary, R recalled only.
    #[schema(example = "R", max_length = 2)]
    pub mark: String,
    #[schema(example = "2026-Q3", max_length = 20)]
    pub period: String,
    /// Its first day, in Vietnam.
    pub first_date: NaiveDate,
    /// Its last day: the cut-off.
    pub last_date: NaiveDate,
    /// The text that says so.
    #[schema(example = "TT 01/2024/TT-TTCP", max_length = 300)]
    pub period_source: String,
    /// C confirmed, P partly, S secondary, R recalled only.
    #[schema(example = "C", max_length = 2)]
    pub period_mark: String,
    /// The period is over. Before that, it is what has been counted so far.
    pub complete: bool,
    pub agency_id: AgencyId,
    pub scope: ReportScope,
    /// Denunciations are counted: where the form counts any, and you may know of them.
    pub counts_denunciations: bool,
    #[schema(max_items = 50)]
    pub columns: Vec<PetitionReportColumn>,
    /// The agencies that have any of it, by code.
    #[schema(max_items = 1000)]
    pub lines: Vec<PetitionReportLine>,
}

/// A column, with the sum over all lines.
#[derive(Debug, Serialize, ToSchema)]
pub struct PetitionReportColumn {
    #[schema(value_type = i32, minimum = 1, maximum = 50)]
    pub number: usize,
    #[schema(example = "Số đơn trong kỳ", max_length = 200)]
    pub group: String,
    #[schema(example = "Petitions in the period", max_length = 200)]
    pub group_en: String,
    #[schema(example = "Tiếp nhận trong kỳ", max_length = 200)]
    pub name: String,
    #[schema(example = "Received in the period", max_length = 200)]
    pub name_en: String,
    /// What is counted; absent where nothing answers it, which is not 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "received_letters", max_length = 50)]
    pub figure: Option<String>,
    /// Absent where it is not collected, or not for you to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub total: Option<i64>,
    #[schema(example = "TT 01/2024/TT-TTCP 01/XLD", max_length = 300)]
    pub source: String,
    /// C confirmed, P partly, S secondary, R recalled only.
    #[schema(example = "R", max_length = 2)]
    pub mark: String,
}

/// What one agency has.
#[derive(Debug, Serialize, ToSchema)]
pub struct PetitionReportLine {
    pub agency_id: AgencyId,
    #[schema(example = "UBND phường Hoàn Kiếm", max_length = 300)]
    pub agency_name: String,
    /// By column, without those that have none.
    #[schema(max_items = 50)]
    pub values: Vec<PetitionReportValue>,
}

/// A figure of an agency.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PetitionReportValue {
    #[schema(value_type = i32, minimum = 1, maximum = 50)]
    pub column: usize,
    #[schema(minimum = 0)]
    pub value: i64,
}

/// Counts a report: one statement in each domain that the form counts.
///
/// # Errors
/// The database's.
pub async fn count(call: &Call, asked: &Asked) -> Result<PetitionReport> {
    let columns = &asked.form.columns;
    let figures = || columns.iter().filter_map(|column| column.figure.as_ref());
    let of_cases: Vec<CaseFigure> = figures().filter_map(|figure| figure.case).collect();
    let of_denunciations: Vec<DenunciationFigure> = figures().filter_map(|figure| figure.denunciation).collect();
    let (ctx, world) = (&call.ctx, call.app.cases());
    let cases = match asked.of_cases() {
        Some(asked) => complaints::report::count(&mut *call.db.conn().await?, ctx, world, &asked, &of_cases).await?,
        None => Vec::new(),
    };
    let apart = asked.of_denunciations(call);
    let counts_denunciations = apart.is_some();
    let denunciations = match apart {
        Some(asked) => {
            let conn = &mut *call.apart.denunciations.conn().await?;
            denunciations::report::count(conn, ctx, &asked, &of_denunciations).await?
        }
        None => Vec::new(),
    };
    let mut sums: BTreeMap<AgencyId, (Vec<i64>, Vec<i64>)> = BTreeMap::new();
    for (agency, counted) in cases {
        sums.entry(agency).or_default().0 = counted;
    }
    for (agency, counted) in denunciations {
        sums.entry(agency).or_default().1 = counted;
    }
    let lines = lines(call, columns, counts_denunciations, &sums);
    Ok(report(call, asked, counts_denunciations, lines))
}

/// A line for each agency, by code; what is all 0 is left out.
fn lines(
    call: &Call,
    columns: &[Column],
    counts_denunciations: bool,
    sums: &BTreeMap<AgencyId, (Vec<i64>, Vec<i64>)>,
) -> Vec<PetitionReportLine> {
    let agencies = call.app.agencies.load();
    let mut lines: Vec<(String, PetitionReportLine)> = Vec::new();
    for (agency, (cases, denunciations)) in sums {
        let (mut cases, mut denunciations) = (cases.iter(), denunciations.iter());
        let mut values = Vec::new();
        for (column, figure) in (1..).zip(columns).filter_map(|(n, column)| Some((n, column.figure.as_ref()?))) {
            let of_cases = figure.case.map(|_| cases.next().copied().unwrap_or(0));
            let apart = figure.denunciation.map(|_| denunciations.next().copied().unwrap_or(0));
            let apart = apart.filter(|_| counts_denunciations);
            if of_cases.is_some() || apart.is_some() {
                values.push(PetitionReportValue { column, value: of_cases.unwrap_or(0) + apart.unwrap_or(0) });
            }
        }
        if values.iter().any(|it| it.value > 0) {
            let code = agencies.get(*agency).map(|it| it.code.clone()).unwrap_or_default();
            let agency_name = name_of(&agencies, agency.0);
            lines.push((code, PetitionReportLine { agency_id: *agency, agency_name, values }));
        }
    }
    lines.sort_by(|one, other| one.0.cmp(&other.0));
    lines.into_iter().map(|(_, line)| line).collect()
}

fn report(call: &Call, asked: &Asked, counts_denunciations: bool, lines: Vec<PetitionReportLine>) -> PetitionReport {
    let (form, days) = (asked.form, &asked.days);
    let total = |number: usize, column: &Column| {
        let figure = column.figure.as_ref()?;
        let known = figure.case.is_some() || (figure.denunciation.is_some() && counts_denunciations);
        let values = lines.iter().flat_map(|line| &line.values).filter(|it| it.column == number);
        known.then(|| values.map(|it| it.value).sum())
    };
    let columns = (1..).zip(&form.columns).map(|(number, column)| PetitionReportColumn {
        number,
        group: column.group.clone(),
        group_en: column.group_en.clone(),
        name: column.name.clone(),
        name_en: column.name_en.clone(),
        figure: column.figure.as_ref().map(|figure| figure.code.clone()),
        total: total(number, column),
        source: column.source.clone(),
        mark: column.mark.clone(),
    });
    PetitionReport {
        form: form.form,
        number: form.form.number(),
        name: form.name.clone(),
        name_en: form.name_en.clone(),
        source: form.source.clone(),
        mark: form.mark.clone(),
        period: asked.period.into(),
        first_date: days.span.first,
        last_date: days.span.last,
        period_source: days.source.to_owned(),
        period_mark: days.mark.to_owned(),
        complete: days.span.is_over(call.ctx.now),
        agency_id: asked.agency,
        scope: asked.scope,
        counts_denunciations,
        columns: columns.collect(),
        lines,
    }
}

impl PetitionReport {
    /// As offices send it: the numbers of the columns under their names, the sums last.
    pub fn grid(&self, agency: &str) -> Grid {
        let (first, last) = (self.first_date.format("%d/%m/%Y"), self.last_date.format("%d/%m/%Y"));
        let mut above = vec![
            format!("Biểu {} ({})", self.number, self.source),
            self.name.clone(),
            agency.to_owned(),
            format!("Kỳ báo cáo {}: từ ngày {first} đến ngày {last}", self.period),
        ];
        if !self.complete {
            above.push("Số liệu tạm tính: kỳ báo cáo chưa kết thúc".to_owned());
        }
        let heading = |column: &PetitionReportColumn| Heading {
            group: column.group.clone(),
            name: format!("{} ({})", column.name, column.number),
            width: 12,
        };
        let unit = Heading { group: String::new(), name: "Đơn vị".to_owned(), width: 36 };
        let line = |line: &PetitionReportLine| {
            let value = |column: &PetitionReportColumn| line.values.iter().find(|it| it.column == column.number);
            let cells = self.columns.iter().map(|column| cell(value(column).map(|it| it.value)));
            std::iter::once(Cell::text(&line.agency_name)).chain(cells).collect()
        };
        let sums = self.columns.iter().map(|column| cell(column.total));
        let sums = std::iter::once(Cell::text("Tổng số")).chain(sums).collect();
        Grid {
            above,
            head: std::iter::once(unit).chain(self.columns.iter().map(heading)).collect(),
            lines: self.lines.iter().map(line).chain(std::iter::once(sums)).collect(),
        }
    }
}

/// What is not collected is empty, and not 0.
fn cell(value: Option<i64>) -> Cell {
    value.map_or(Cell::Nothing, Cell::Number)
}
