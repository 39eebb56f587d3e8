//! Lists of representations, the newest first.

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Nullable, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::access::{Through, note};
use kernel::id::{CitizenId, OrganisationId, RepresentationId};
use kernel::page::{Cursors, Limit, Page};
use kernel::schema::{acting_for, citizens, representations};
use kernel::sql::sql;
use kernel::{Actor, Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{Basis, Representation};
use crate::problem::REPRESENTATION_NOT_FOUND;

/// Which representations, and how many.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only those of this organisation.
    pub organisation_id: Option<OrganisationId>,
    /// Only those that nobody has revoked, or only those that somebody has.
    pub revoked: Option<bool>,
    /// How many on a page.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<Limit>,
    /// `next_cursor` of the page before.
    #[param(max_length = 500, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

type Condition = Box<dyn BoxableExpression<representations::table, diesel::pg::Pg, SqlType = Bool>>;

/// What somebody may act by today.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn held_by(me: CitizenId, today: NaiveDate) -> _ {
    acting_for::table
        .filter(acting_for::citizen_id.eq(me))
        .filter(acting_for::valid_from.le(today))
        .filter(acting_for::valid_to.ge(today))
}

/// Whether somebody is an organisation's legal representative today, in everything.
pub(super) async fn leads(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    me: CitizenId,
    organisation: OrganisationId,
) -> Result<bool> {
    let led = held_by(me, deadlines::vn_date(ctx.now))
        .filter(acting_for::basis.eq(Basis::Legal))
        .filter(acting_for::procedures.is_null())
        .filter(acting_for::organisation_id.eq(organisation));
    Ok(diesel::select(exists(led)).get_result(conn).await?)
}

/// The representations that the actor sees: all, for those who confirm them; those by which they act, or others act for them;
/// those of the organisations that they represent by law.
fn visible_to(ctx: &Ctx) -> Condition {
    match ctx.actor {
        // As text, since only arrays found beforehand let PostgreSQL go through the three indexes.
        Actor::Citizen(me) => Box::new(
            sql::<Bool>("(representative_number = (SELECT identity_number FROM citizens WHERE id = ")
                .bind::<SqlUuid, _>(me)
                .sql(") OR principal_number = (SELECT identity_number FROM citizens WHERE id = ")
                .bind::<SqlUuid, _>(me)
                .sql(") OR organisation_id = ANY (ARRAY(SELECT organisation_id FROM acting_for WHERE citizen_id = ")
                .bind::<SqlUuid, _>(me)
                .sql(" AND basis = 'legal' AND procedures IS NULL AND ")
                .bind::<Date, _>(deadlines::vn_date(ctx.now))
                .sql(" BETWEEN valid_from AND valid_to)))"),
        ),
        _ => Box::new(ctx.actor.may(Permission::ConfirmRepresentation).into_sql::<Bool>()),
    }
}

/// One page of the representations that the actor sees; for reception, of organisations alone.
pub async fn list(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    cursors: &Cursors<'_>,
    filter: &Filter,
) -> Result<Page<Representation>> {
    let limit = filter.limit.unwrap_or_default().rows();
    let mut query = representations::table
        .filter(visible_to(ctx))
        .order(representations::id.desc())
        .limit(i64::from(limit) + 1)
        .select(Representation::as_select())
        .into_boxed();
    // Who acts for which person is nothing to leaf through: reception is shown or told which one it is about.
    if !matches!(ctx.actor, Actor::Citizen(_)) {
        query = query.filter(representations::organisation_id.is_not_null());
    }
    if let Some(organisation) = filter.organisation_id {
        query = query.filter(representations::organisation_id.eq(organisation));
    }
    query = match filter.revoked {
        Some(true) => query.filter(representations::revoked_at.is_not_null()),
        Some(false) => query.filter(representations::revoked_at.is_null()),
        None => query,
    };
    if let Some(cursor) = &filter.cursor {
        let after: RepresentationId = cursors.open(cursor)?;
        query = query.filter(representations::id.lt(after));
    }
    let rows: Vec<Representation> = query.load(conn).await?;
    Ok(cursors.page(rows, usize::from(limit), |representation| representation.id))
}

/// One of the representations that the actor sees.
///
/// # Errors
/// [`REPRESENTATION_NOT_FOUND`].
pub async fn read(conn: &mut AsyncPgConnection, ctx: &Ctx, id: RepresentationId) -> Result<Representation> {
    let found = representations::table.find(id).filter(visible_to(ctx)).select(Representation::as_select());
    found.first(conn).await.optional()?.ok_or_else(|| REPRESENTATION_NOT_FOUND.error())
}

/// The same, for somebody who is shown whom it names: that an officer was is noted, also for the accounts of those it names.
///
/// # Errors
/// As [`read`].
pub async fn look(conn: &mut AsyncPgConnection, ctx: &Ctx, id: RepresentationId) -> Result<Representation> {
    let found = read(conn, ctx, id).await?;
    // It belongs to no account, and is on record also where nobody that it names has one.
    let itself = representations::table
        .find(id)
        .select((representations::id, None::<CitizenId>.into_sql::<Nullable<SqlUuid>>()));
    note(conn, ctx, "representation", Through::Read, itself).await?;
    let numbers: Vec<String> =
        std::iter::once(found.representative_number.clone()).chain(found.principal_number.clone()).collect();
    let named = citizens::table.filter(citizens::identity_number.eq_any(numbers));
    note(conn, ctx, "citizen", Through::Representation, named.select((citizens::id, citizens::id.nullable()))).await?;
    Ok(found)
}
