//! Finding procedures, in memory: keyset pages by code.

use chrono::NaiveDate;
use kernel::Result;
use kernel::page::{Cursors, Limit, Page};
use kernel::text::{Sought, fold};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Catalogue, Level, OnlineLevel, Procedure, ProcedureId, SoughtBy, Subject};

/// Which procedures, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Part of a code, a name, a field or the name of an agency that has a part in it, with or without accents.
    #[param(value_type = Option<String>, min_length = 1, max_length = 100, example = "khai sinh")]
    pub q: Option<Sought>,
    /// The field, whole, with or without accents.
    #[param(value_type = Option<String>, min_length = 1, max_length = 100, example = "ho tich")]
    pub field: Option<Sought>,
    /// Settled by this tier.
    #[param(inline)]
    pub level: Option<Level>,
    /// Settled by the agency of the directory that has this code: what its tier settles, for those of the communes, and what
    /// names it, by code or by name.
    #[param(value_type = Option<String>, min_length = 2, max_length = 50, pattern = r"^[A-Za-z0-9]+(\.[A-Za-z0-9]+){0,3}$", example = "H26.13.01")]
    pub agency: Option<AgencyCode>,
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

/// An electronic code, as the directory has them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct AgencyCode(String);

impl AgencyCode {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AgencyCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let level = |level: &str| !level.is_empty() && level.bytes().all(|c| c.is_ascii_alphanumeric());
        let fits = (2..=50).contains(&text.len()) && text.split('.').count() <= 4 && text.split('.').all(level);
        if fits { Ok(Self(text)) } else { Err("agency must be an electronic code, like H26.13.01") }
    }
}

/// An agency that is asked what it settles.
#[derive(Clone, Debug)]
pub struct Settler {
    pub code: String,
    /// In Vietnamese, as the directory has it.
    pub name: String,
    /// Where it is one of those that settle what the law gives to the communes: which.
    pub commune: Option<Side>,
}

/// Whom of a commune the law can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Committee,
    Police,
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

/// One page of the procedures in force `today`, or on the day that the filter names. Its `agency` is what `settler` is in the
/// directory.
///
/// # Errors
/// A cursor of another list.
pub fn search(
    catalogue: &Catalogue,
    cursors: &Cursors<'_>,
    filter: &Filter,
    settler: Option<&Settler>,
    today: NaiveDate,
) -> Result<Page<ProcedureLine>> {
    let limit = usize::from(filter.limit.unwrap_or_default().rows());
    let after: Option<String> = filter.cursor.as_deref().map(|cursor| cursors.open(cursor)).transpose()?;
    let day = filter.on.unwrap_or(today);
    let folded = |text: &Option<Sought>| text.as_ref().map(Sought::folded);
    let (q, field, settler) = (folded(&filter.q), folded(&filter.field), settler.map(|it| (it, fold(&it.name))));
    let found = catalogue
        .ordered
        .iter()
        .zip(&catalogue.sought_by)
        .filter(|(procedure, _)| after.as_ref().is_none_or(|after| procedure.code > *after))
        .filter(|(_, by)| q.as_ref().is_none_or(|q| by.words.contains(q.as_str())))
        .filter(|(_, by)| field.as_ref().is_none_or(|field| by.field == *field))
        .filter(|(procedure, by)| settler.as_ref().is_none_or(|(it, name)| settles(it, name, procedure, by)))
        .map(|(procedure, _)| procedure)
        .filter(|procedure| procedure.in_force_on(day))
        .filter(|procedure| matches(procedure, filter));
    let lines = found.take(limit + 1).map(|procedure| ProcedureLine::from(&**procedure)).collect();
    Ok(cursors.page(lines, limit, |line| line.code.clone()))
}

fn settles(settler: &Settler, folded_name: &str, procedure: &Procedure, by: &SoughtBy) -> bool {
    let side = if by.police { Side::Police } else { Side::Committee };
    (settler.commune == Some(side) && procedure.content.0.level != Level::City)
        || by.settled_by.iter().any(|agency| *agency == settler.code || agency == folded_name)
}

fn matches(procedure: &Procedure, filter: &Filter) -> bool {
    let content = &procedure.content.0;
    filter.level.is_none_or(|level| [level, Level::Both].contains(&content.level))
        && filter.online.is_none_or(|online| content.online.level == online)
        && filter.subject.is_none_or(|subject| content.subjects.is_empty() || content.subjects.contains(&subject))
}
