//! The register, and what is due in it.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::archive_items;
use kernel::{Ctx, Result, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::item::{ArchiveItem, ArchiveItemId};
use super::{FondsId, own_agency};

text_enum! {
    /// What is to be done with a file by now: give it to the archive, or review it for destruction.
    ArchiveDue { Transfer = "transfer", Review = "review" }
}

/// Which files, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ArchiveFilter {
    /// Only those of this fonds.
    pub fonds_id: Option<FondsId>,
    /// Only those that are due for this, the longest due first.
    #[param(inline)]
    pub due: Option<ArchiveDue>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// One page of the register of one's own agency, by the day on which each file was over or is due.
///
/// # Errors
/// A cursor of another list.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    cursors: &Cursors<'_>,
    filter: &ArchiveFilter,
) -> Result<Page<ArchiveItem>> {
    use archive_items::{ended_on, id, review_due_on, transfer_due_on, transferred_on};
    let limit = filter.limit.unwrap_or_default().rows();
    let today = deadlines::vn_date(ctx.now);
    let after: Option<(NaiveDate, ArchiveItemId)> =
        filter.cursor.as_deref().map(|cursor| cursors.open(cursor)).transpose()?;
    let mut query = archive_items::table
        .filter(archive_items::agency_id.eq(own_agency(ctx)?))
        .limit(i64::from(limit) + 1)
        .select(ArchiveItem::as_select())
        .into_boxed();
    if let Some(fonds) = filter.fonds_id {
        query = query.filter(archive_items::fonds_id.eq(fonds));
    }
    /// In the order of this day, from where the last page ended.
    macro_rules! by {
        ($day:ident) => {{
            if let Some((day, last)) = after {
                query = query.filter($day.ge(day)).filter($day.gt(day).or($day.eq(day).and(id.gt(last))));
            }
            query.order(($day, id))
        }};
    }
    query = match filter.due {
        None => by!(ended_on),
        Some(ArchiveDue::Transfer) => {
            query = query.filter(transferred_on.is_null()).filter(transfer_due_on.le(today));
            by!(transfer_due_on)
        }
        Some(ArchiveDue::Review) => {
            query = query.filter(review_due_on.le(today));
            by!(review_due_on)
        }
    };
    let rows: Vec<ArchiveItem> = query.load(conn).await?;
    let place = |item: &ArchiveItem| match filter.due {
        None => item.ended_on,
        Some(ArchiveDue::Transfer) => item.transfer_due_on,
        Some(ArchiveDue::Review) => item.review_due_on.unwrap_or(item.ended_on),
    };
    Ok(cursors.page(rows, usize::from(limit), |item| (place(item), item.id)))
}
