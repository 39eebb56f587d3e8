//! Lists of organisations: keyset pages by number.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::OrganisationId;
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::{acting_for, organisations};
use kernel::{Actor, Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::Organisation;
use crate::problem::ORGANISATION_NOT_FOUND;
use crate::representation::list::held_by;

/// The number of an organisation: see [`OrganisationContent::number`](super::OrganisationContent::number).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Number(String);

impl TryFrom<String> for Number {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|c| c.is_ascii_digit());
        let fits = match text.split_once('-') {
            Some((whole, part)) => digits(whole, 10) && digits(part, 3),
            None => digits(&text, 10) || digits(&text, 12),
        };
        if fits { Ok(Self(text)) } else { Err("number must be ten digits, ten and three more, or twelve") }
    }
}

/// Which organisations, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only the one with this number.
    #[param(value_type = Option<String>, min_length = 10, max_length = 14, pattern = "^([0-9]{10}(-[0-9]{3})?|[0-9]{12})$", example = "0109876543")]
    pub number: Option<Number>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

type Condition = Box<dyn BoxableExpression<organisations::table, diesel::pg::Pg, SqlType = Bool>>;

/// The organisations that the actor sees: all, for those who confirm who acts for them; those that they act for today.
fn visible_to(ctx: &Ctx) -> Condition {
    match ctx.actor {
        Actor::Citizen(me) => {
            let theirs = held_by(me, deadlines::vn_date(ctx.now)).select(acting_for::organisation_id);
            Box::new(organisations::id.nullable().eq_any(theirs).assume_not_null())
        }
        _ => Box::new(ctx.actor.may(Permission::ConfirmRepresentation).into_sql::<Bool>()),
    }
}

/// One page of the organisations that the actor sees.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    cursors: &Cursors<'_>,
    filter: &Filter,
) -> Result<Page<Organisation>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = organisations::table
        .filter(visible_to(ctx))
        .order(organisations::number)
        .limit(i64::from(limit) + 1)
        .select(Organisation::as_select())
        .into_boxed();
    if let Some(Number(number)) = &filter.number {
        query = query.filter(organisations::number.eq(number));
    }
    if let Some(cursor) = &filter.cursor {
        let after: String = cursors.open(cursor)?;
        query = query.filter(organisations::number.gt(after));
    }
    let rows: Vec<Organisation> = query.load(conn).await?;
    Ok(cursors.page(rows, usize::from(limit), |organisation| organisation.number.clone()))
}

/// One of the organisations that the actor sees.
///
/// # Errors
/// [`ORGANISATION_NOT_FOUND`].
pub async fn read(conn: &mut AsyncPgConnection, ctx: &Ctx, id: OrganisationId) -> Result<Organisation> {
    let found = organisations::table.find(id).filter(visible_to(ctx)).select(Organisation::as_select());
    found.first(conn).await.optional()?.ok_or_else(|| ORGANISATION_NOT_FOUND.error())
}

/// Those that have one of these numbers, for whoever runs the server.
pub async fn by_numbers(conn: &mut AsyncPgConnection, numbers: &[String]) -> Result<Vec<Organisation>> {
    let found = organisations::table.filter(organisations::number.eq_any(numbers)).select(Organisation::as_select());
    Ok(found.load(conn).await?)
}
