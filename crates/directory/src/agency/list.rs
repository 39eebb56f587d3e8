//! Lists of agencies, from memory: keyset pages by code.

use chrono::NaiveDate;
use kernel::Result;
use kernel::id::AgencyId;
use kernel::page::{Cursors, Limit, Page};
use kernel::text::Sought;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{Agencies, Agency, AgencyKind};

/// Which agencies, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Part of a code or name, with or without accents.
    #[param(value_type = Option<String>, min_length = 1, max_length = 100, example = "hoan kiem")]
    pub q: Option<Sought>,
    /// Only agencies of this kind.
    #[param(inline)]
    pub kind: Option<AgencyKind>,
    /// Only those directly below this one.
    pub parent_id: Option<AgencyId>,
    /// Those that exist on this day; today when absent.
    pub on: Option<NaiveDate>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// One page of the agencies that exist `today` or on the day that the filter names.
///
/// # Errors
/// A cursor of another list.
pub fn list(agencies: &Agencies, cursors: &Cursors<'_>, filter: &Filter, today: NaiveDate) -> Result<Page<Agency>> {
    let limit = usize::from(filter.limit.unwrap_or_default().rows());
    let after: Option<String> = filter.cursor.as_deref().map(|cursor| cursors.open(cursor)).transpose()?;
    let day = filter.on.unwrap_or(today);
    let sought = filter.q.as_ref().map(Sought::folded).unwrap_or_default();
    let found = agencies
        .search(&sought)
        .filter(|agency| agency.exists_on(day))
        .filter(|agency| filter.kind.is_none_or(|kind| agency.kind == kind))
        .filter(|agency| filter.parent_id.is_none() || agency.parent_id == filter.parent_id)
        .filter(|agency| after.as_ref().is_none_or(|after| agency.code > *after));
    Ok(cursors.page(found.take(limit + 1).cloned().collect(), limit, |agency| agency.code.clone()))
}
