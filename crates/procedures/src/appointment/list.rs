//! One's own appointments, or the day's at one's centre: keyset pages by their times.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::appointments;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{Appointment, AppointmentId, AppointmentStatus, visible_to};

/// Which appointments, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AppointmentFilter {
    /// Only those of this day. Without it staff get today's, citizens all of theirs.
    pub date: Option<NaiveDate>,
    /// Only those in this state.
    #[param(inline)]
    pub status: Option<AppointmentStatus>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// One page of the appointments that the actor may see, by their times.
///
/// # Errors
/// A cursor of another list.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    cursors: &Cursors<'_>,
    filter: &AppointmentFilter,
) -> Result<Page<Appointment>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = appointments::table
        .filter(visible_to(&ctx.actor))
        .order((appointments::starts_at, appointments::id))
        .limit(i64::from(limit) + 1)
        .select(Appointment::as_select())
        .into_boxed();
    let today = ctx.actor.agency().map(|_| deadlines::vn_date(ctx.now));
    if let Some(day) = filter.date.or(today) {
        query = query.filter(appointments::day.eq(day));
    }
    if let Some(status) = filter.status {
        query = query.filter(appointments::status.eq(status));
    }
    if let Some(cursor) = &filter.cursor {
        let (at, id): (DateTime<Utc>, AppointmentId) = cursors.open(cursor)?;
        let later = appointments::starts_at.gt(at).or(appointments::starts_at.eq(at).and(appointments::id.gt(id)));
        query = query.filter(appointments::starts_at.ge(at)).filter(later);
    }
    let rows = query.load(conn).await?;
    Ok(cursors.page(rows, usize::from(limit), |row| (row.starts_at, row.id)))
}
