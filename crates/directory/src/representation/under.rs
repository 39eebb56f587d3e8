//! Whom somebody files a dossier for.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{CitizenId, OrganisationId, RepresentationId};
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::schema::{acting_for, organisations};
use kernel::{Actor, Ctx, Result};

/// Who is represented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    Person(CitizenId),
    /// With its number and name.
    Organisation(OrganisationId, String, String),
}

type Row = (Option<CitizenId>, Option<Vec<String>>, Option<(OrganisationId, String, String)>);

/// Who is represented under `id` in this procedure, if that holds today: for a citizen, a representation of their own; for
/// reception, that of whoever stands at the counter.
///
/// # Errors
/// [`INVALID`], with the same words whatever does not hold: that is nobody else's business.
pub async fn principal(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: RepresentationId,
    procedure: &str,
) -> Result<Principal> {
    let today = deadlines::vn_date(ctx.now);
    let mut query = acting_for::table
        .left_join(organisations::table)
        .filter(acting_for::representation_id.eq(id))
        .filter(acting_for::valid_from.le(today))
        .filter(acting_for::valid_to.ge(today))
        .order(acting_for::principal_id)
        .select((
            acting_for::principal_id,
            acting_for::procedures,
            (organisations::id, organisations::number, organisations::name).nullable(),
        ))
        .into_boxed();
    if let Actor::Citizen(me) = ctx.actor {
        query = query.filter(acting_for::citizen_id.eq(me));
    }
    let found: Option<Row> = query.first(conn).await.optional()?;
    let covers =
        |named: &Option<Vec<String>>| named.as_ref().is_none_or(|named| named.iter().any(|code| code == procedure));
    match found {
        Some((_, named, Some((id, number, name)))) if covers(&named) => Ok(Principal::Organisation(id, number, name)),
        Some((Some(person), named, None)) if covers(&named) => Ok(Principal::Person(person)),
        _ => {
            let words = Words::fixed(
                "không có thẩm quyền đại diện cho thủ tục này hôm nay, hoặc người được đại diện chưa có tài khoản",
                "does not hold for this procedure today, or the principal has no account yet",
            );
            Err(INVALID.error().fields(vec![FieldError::new("/representation_id", "does_not_hold", words)]))
        }
    }
}
