//! Citizens: known by the identity provider that vouches for them. We keep what it tells us and nothing to sign in with.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::CitizenId;
use kernel::journal::{Entry, Event};
use kernel::problem::CONFLICT;
use kernel::record::{Record, nothing_late};
use kernel::schema::citizens;
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Result};
use serde::Serialize;

/// That somebody signs in is noted so often: an account that nobody uses goes some time, see [`crate::erasure`].
const NOT_NOTED: TimeDelta = TimeDelta::days(30);

/// A citizen's account.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = citizens)]
pub struct Citizen {
    pub id: CitizenId,
    pub version: i32,
    pub name: String,
    /// The personal identification number (số định danh cá nhân), where the provider tells it.
    pub identity_number: Option<String>,
}

/// A person as an identity provider describes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider, by its issuer address.
    pub issuer: String,
    /// The provider's own name for the person, never given to anybody else.
    pub subject: String,
    pub name: String,
    pub identity_number: Option<String>,
}

/// What happens to a citizen's account, as the journal tells it: that something changed, not what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum CitizenEvent {
    Registered {},
    Updated {},
    /// Nobody has used it for as long as this rule says, and nothing hangs on it.
    Erased {
        rule: String,
    },
}

impl Event for CitizenEvent {
    const ENTITY: &'static str = "citizen";

    fn kind(&self) -> &'static str {
        match self {
            Self::Registered {} => "citizen.registered",
            Self::Updated {} => "citizen.updated",
            Self::Erased { .. } => "citizen.erased",
        }
    }
}

/// The account with this id.
pub async fn by_id(conn: &mut AsyncPgConnection, id: CitizenId) -> Result<Option<Citizen>> {
    Ok(citizens::table.find(id).select(Citizen::as_select()).first(conn).await.optional()?)
}

/// The account of the person whom the provider vouches for: made at the first sign-in, brought up to date at later ones.
pub async fn recognise(conn: &mut AsyncPgConnection, ctx: &Ctx, identity: Identity) -> Result<Citizen> {
    match recognise_once(conn, ctx, identity.clone()).await {
        // The same person signs in elsewhere at the same time: by now the account is as the other sign-in left it.
        Err(error) if error.is(&CONFLICT) => recognise_once(conn, ctx, identity).await,
        done => done,
    }
}

async fn recognise_once(conn: &mut AsyncPgConnection, ctx: &Ctx, identity: Identity) -> Result<Citizen> {
    let known = citizens::table
        .filter(citizens::issuer.eq(&identity.issuer))
        .filter(citizens::subject.eq(&identity.subject))
        .select((Citizen::as_select(), citizens::looked_at));
    match known.first::<(Citizen, DateTime<Utc>)>(conn).await.optional()? {
        None => register(conn, ctx, identity).await,
        Some((citizen, at)) if citizen.name == identity.name && citizen.identity_number == identity.identity_number => {
            if at < ctx.now - NOT_NOTED {
                let row = citizens::table.filter(citizens::id.eq(citizen.id));
                // Unless it has just been erased: then they are registered anew.
                let row = row.filter(citizens::version.eq(citizen.version));
                let noted = diesel::update(row).set(citizens::looked_at.eq(ctx.now)).execute(conn).await?;
                if noted == 0 {
                    return Err(CONFLICT.error());
                }
            }
            Ok(citizen)
        }
        Some((citizen, _)) => update(conn, ctx, citizen, identity).await,
    }
}

async fn register(conn: &mut AsyncPgConnection, ctx: &Ctx, identity: Identity) -> Result<Citizen> {
    let Identity { issuer, subject, name, identity_number } = identity;
    let citizen = Citizen { id: CitizenId::at(ctx.now), version: 1, name, identity_number };
    let change = diesel::insert_into(citizens::table)
        .values((
            citizens::id.eq(citizen.id),
            citizens::version.eq(citizen.version),
            citizens::issuer.eq(issuer),
            citizens::subject.eq(subject),
            citizens::name.eq(citizen.name.clone()),
            citizens::identity_number.eq(citizen.identity_number.clone()),
            citizens::looked_at.eq(ctx.now),
        ))
        .returning((citizens::version, nothing_late()));
    let entry = entry(ctx, &citizen, &CitizenEvent::Registered {}, vec![]);
    let taken = |name: &str| (name == "citizens_issuer_subject_key").then(|| CONFLICT.error());
    Record { change, also: vec![], entry, timers: Timers::None, answer: None }.write(conn, taken).await?;
    Ok(citizen)
}

async fn update(conn: &mut AsyncPgConnection, ctx: &Ctx, old: Citizen, identity: Identity) -> Result<Citizen> {
    let Identity { name, identity_number, .. } = identity;
    let citizen = Citizen { version: old.version + 1, name, identity_number, ..old };
    let change =
        diesel::update(citizens::table.filter(citizens::id.eq(old.id)).filter(citizens::version.eq(old.version)))
            .set((
                citizens::version.eq(citizen.version),
                citizens::name.eq(citizen.name.clone()),
                citizens::identity_number.eq(citizen.identity_number.clone()),
                citizens::looked_at.eq(ctx.now),
            ))
            .returning((citizens::version, nothing_late()));
    let entry = entry(ctx, &citizen, &CitizenEvent::Updated {}, vec![citizen.id.0]);
    Record { change, also: vec![], entry, timers: Timers::None, answer: None }.write(conn, |_| None).await?;
    Ok(citizen)
}

/// The citizen is who acts here: signing in is what changes the account.
fn entry(ctx: &Ctx, citizen: &Citizen, event: &CitizenEvent, before: Vec<uuid::Uuid>) -> Entry {
    let ctx = Ctx { actor: Actor::Citizen(citizen.id), now: ctx.now };
    Entry::new(&ctx, citizen.id.0, None, event, (before, vec![citizen.id.0]))
}
