//! Finding procedures, in memory: keyset pages by code.

use chrono::NaiveDate;
use kernel::Result;
use kernel::page::{Cursors, Limit, Page};
use kernel::text::{Sought, fold};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Catalogue, Level, OnlineLevel, Procedure, ProcedureId, Subject};

/// Which procedures, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Part of a code, a name or a field, with or without accents.
    #[param(value_type = Option<String>, min_length = 1, max_length = 100, example = "khai sinh")]
    pub q: Option<Sought>,
    /// The field, whole, with or without accents.
    #[param(value_type = Option<String>, min_length = 1, max_length = 100, example = "ho tich")]
    pub field: Option<Sought>,
    /// Settled by this tier.
    #[param(inline)]
    pub level: Option<Level>,
    /// Part of the name of an agency that has a part in it.
    #[param(value_type = Option<String>, min_length = 1, max_length = 100, example = "so tu phap")]
    pub agency: Option<Sought>,
    /// Whom it is for.
    #[param(inline)]
    pub subject: Option<Subject>,
    /// How far it goes online.
    #[param(inline)]
    pub online: Option<OnlineLevel>,
    /// Those in force on this day; today when absent.
    pub on: Option<NaiveDate>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// A line of the catalogue.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProcedureLine {
    pub id: ProcedureId,
    #[schema(example = "1.013225", min_length = 8, max_length = 16, pattern = r"^[0-9]\.[0-9]{6}$")]
    pub code: String,
    #[schema(example = "Cấp giấy phép xây dựng mới", max_length = 300)]
    pub name: String,
    #[schema(example = "New building permit", max_length = 300)]
    pub name_en: String,
    #[schema(example = "Hoạt động xây dựng", max_length = 200)]
    pub field: String,
    pub level: Level,
    pub online: OnlineLevel,
    pub non_territorial: bool,
    pub valid_from: NaiveDate,
}

impl From<&Procedure> for ProcedureLine {
    fn from(procedure: &Procedure) -> Self {
        let content = &procedure.content.0;
        Self {
            id: procedure.id,
            code: procedure.code.clone(),
            name: procedure.name.clone(),
            name_en: procedure.name_en.clone(),
            field: procedure.field.clone(),
            level: content.level,
            online: content.online.level,
            non_territorial: content.non_territorial,
            valid_from: procedure.valid_from,
        }
    }
}

/// One page of the procedures in force `today`, or on the day that the filter names.
///
/// # Errors
/// A cursor of another list.
pub fn search(
    catalogue: &Catalogue,
    cursors: &Cursors<'_>,
    filter: &Filter,
    today: NaiveDate,
) -> Result<Page<ProcedureLine>> {
    let limit = usize::from(filter.limit.unwrap_or_default().rows());
    let after: Option<String> = filter.cursor.as_deref().map(|cursor| cursors.open(cursor)).transpose()?;
    let day = filter.on.unwrap_or(today);
    let folded = |text: &Option<Sought>| text.as_ref().map(Sought::folded);
    let (q, field, agency) = (folded(&filter.q), folded(&filter.field), folded(&filter.agency));
    let found = catalogue
        .ordered
        .iter()
        .zip(&catalogue.words)
        .filter(|(procedure, _)| after.as_ref().is_none_or(|after| procedure.code > *after))
        .filter(|(_, words)| q.as_ref().is_none_or(|q| words.contains(q.as_str())))
        .map(|(procedure, _)| procedure)
        .filter(|procedure| procedure.in_force_on(day))
        .filter(|procedure| matches(procedure, filter, field.as_deref(), agency.as_deref()));
    let lines = found.take(limit + 1).map(|procedure| ProcedureLine::from(&**procedure)).collect();
    Ok(cursors.page(lines, limit, |line| line.code.clone()))
}

fn matches(procedure: &Procedure, filter: &Filter, field: Option<&str>, agency: Option<&str>) -> bool {
    let content = &procedure.content.0;
    let involved = |name: &str| content.agencies.iter().any(|agency| fold(&agency.name.vi).contains(name));
    filter.level.is_none_or(|level| [level, Level::Both].contains(&content.level))
        && filter.online.is_none_or(|online| content.online.level == online)
        && filter.subject.is_none_or(|subject| content.subjects.is_empty() || content.subjects.contains(&subject))
        && field.is_none_or(|field| fold(&procedure.field) == field)
        && agency.is_none_or(involved)
}
