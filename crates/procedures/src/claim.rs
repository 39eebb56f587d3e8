//! What was filed for somebody at a counter or by post, put into their own account. Reception may have mistyped a number, so the
//! number alone shows nothing to anybody: it takes the code too, which is on the receipt, and the name that is vouched for.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::idempotency::{Answer, Attempt};
use kernel::problem::CONFLICT;
use kernel::schema::{dossiers, papers};
use kernel::sql::sql;
use kernel::text::fold;
use kernel::{Actor, Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dossier::{Channel, DossierId};
use crate::event::Event;
use crate::list::SoughtCode;
use crate::problem::{CLAIM_NOT_FOUND, IDENTITY_NOT_VERIFIED, NOT_YOURS_TO_DO};
use crate::steps::{Moving, World, again};
use crate::view::answer;

/// A dossier to be put into one's account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The code on its receipt.
    #[schema(value_type = String, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9.-]+$", example = "000.01.13.H26-DEMO-0033")]
    pub code: SoughtCode,
}

/// Who is vouched for: by name and identity number.
#[derive(Clone, Debug)]
pub struct Vouched {
    pub name: String,
    pub identity_number: String,
}

/// Makes the citizen who is vouched for the applicant of the dossier with this code, where reception has filed it under that number
/// and name, and for nobody's account; its papers come into their store. Theirs already, it is shown.
///
/// # Errors
/// [`IDENTITY_NOT_VERIFIED`]; [`CLAIM_NOT_FOUND`], which does not say whether the code, the number or the name is another.
pub async fn claim(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    vouched: Option<Vouched>,
    Claim { code }: Claim,
    attempt: &Attempt,
) -> Result<Answer> {
    let Actor::Citizen(me) = ctx.actor else { return Err(NOT_YOURS_TO_DO.error()) };
    let Vouched { name, identity_number } = vouched.ok_or_else(|| IDENTITY_NOT_VERIFIED.error())?;
    // What was answered under this key is answered again.
    if attempt.earlier(conn).await?.is_some() {
        return Err(CONFLICT.error());
    }
    // Not seen as whoever asks, who sees nothing of it yet: number and code are what shows it.
    let theirs = dossiers::table
        .filter(dossiers::code.eq(code.as_str()))
        .filter(dossiers::channel.eq_any([Channel::Counter, Channel::Post]))
        .filter(sql::<Text>("applicant ->> 'identity_number'").eq(identity_number))
        .filter(sql::<Bool>("NOT applicant ? 'organisation'"))
        .filter(dossiers::applicant_id.is_null().or(dossiers::applicant_id.eq(me)))
        .select((dossiers::id, sql::<Text>("applicant ->> 'name'")));
    let found: Option<(DossierId, String)> = theirs.first(conn).await.optional()?;
    let (id, _) = found.filter(|(_, filed)| same_name(filed, &name)).ok_or_else(|| CLAIM_NOT_FOUND.error())?;
    let system = Ctx { actor: Actor::System, now: ctx.now };
    again(async || {
        let mut moving = Moving::begin(conn, &system, world, id, None).await?;
        match moving.before.applicant_id {
            Some(other) if other != me => return Err(CLAIM_NOT_FOUND.error()),
            Some(_) => {
                moving.dossier.version = moving.before.version;
                return Ok(answer(200, &moving.view(ctx, world)?));
            }
            None => moving.dossier.applicant_id = Some(me),
        }
        let kept = papers::table.filter(papers::dossier_id.eq(id)).filter(papers::owner_id.is_null());
        moving.also.push(Box::new(diesel::update(kept).set(papers::owner_id.eq(me))));
        let reply = answer(200, &moving.view(ctx, world)?);
        moving.answer(conn, ctx, world, &Event::Claimed {}, attempt, reply).await
    })
    .await
}

/// Whether two ways of writing a name are the same, but for accents, case and spaces.
fn same_name(filed: &str, vouched: &str) -> bool {
    let words = |name: &str| fold(name).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    words(filed) == words(vouched)
}
