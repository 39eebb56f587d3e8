//! Founding and changing agencies. Each change is one transaction in which nobody else changes any.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use kernel::id::AgencyId;
use kernel::idempotency::{Answer, Attempt, Kept};
use kernel::journal::{Entry, Event};
use kernel::problem::{Error, FieldError, INVALID, STALE, Text as Words, unchanged};
use kernel::record::{Record, nothing_late};
use kernel::reference::{self, Reference};
use kernel::schema::agencies;
use kernel::timers::Timers;
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};

use super::{Agencies, Agency, AgencyContent, AgencyKind};
use crate::problem::{AGENCY_CODE_TAKEN, AGENCY_NOT_FOUND, OUT_OF_REACH};
use crate::staff::reach::Reach;

kernel::text_enum! {
    /// What of an agency has changed.
    AgencyPart { Name = "name", Kind = "kind", Parent = "parent", Validity = "validity", Contact = "contact", RemoteArea = "remote_area" }
}

/// What happens to an agency, as the journal tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgencyEvent {
    Founded { code: String, kind: AgencyKind },
    Changed { parts: Vec<AgencyPart> },
}

impl Event for AgencyEvent {
    const ENTITY: &'static str = "agency";

    fn kind(&self) -> &'static str {
        match self {
            Self::Founded { .. } => "agency.founded",
            Self::Changed { .. } => "agency.changed",
        }
    }
}

/// The agency as it is stored.
///
/// # Errors
/// [`AGENCY_NOT_FOUND`].
pub async fn load(conn: &mut AsyncPgConnection, id: AgencyId) -> Result<Agency> {
    let row = agencies::table.find(id).select(Agency::as_select()).first(conn).await.optional()?;
    row.ok_or_else(|| AGENCY_NOT_FOUND.error())
}

/// Founds an agency.
///
/// # Errors
/// Whatever is wrong, all at once.
pub async fn found(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: AgencyId,
    content: AgencyContent,
    attempt: &Attempt,
) -> Result<Answer> {
    conn.transaction::<_, Error, _>(async |conn| {
        let known = begin(conn).await?;
        let agency = Agency::new(id, 1, content);
        within_reach(&known, ctx, agency.parent_id)?;
        check(&known, &agency)?;
        let body = serde_json::to_string(&agency).expect("an agency is plain data");
        let answer = Answer { status: 201, version: 1, location: Some(format!("/v1/agencies/{id}")), body };
        insert(conn, ctx, agency, Some(attempt.keep(&answer, ctx.now))).await?;
        Ok(answer)
    })
    .await
}

/// Makes an agency what `content` says, if its version is still the one that the caller has seen. When it is that
/// already, nothing happens: so a request that was answered, but not heard, can be sent again.
///
/// # Errors
/// [`AGENCY_NOT_FOUND`], [`STALE`]; whatever else is wrong, all at once.
pub async fn replace(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: AgencyId,
    seen: Option<i32>,
    content: AgencyContent,
) -> Result<Agency> {
    conn.transaction::<_, Error, _>(async |conn| {
        let known = begin(conn).await?;
        let old = known.get(id).ok_or_else(|| AGENCY_NOT_FOUND.error())?;
        // RFC 9110 §13.1.1: a condition that no longer holds does not matter when the change has been made already.
        if old.content() == content {
            return Ok(old.clone());
        }
        within_reach(&known, ctx, Some(id))?;
        if old.parent_id != content.parent_id {
            within_reach(&known, ctx, content.parent_id)?;
        }
        unchanged(seen, old.version)?;
        let agency = Agency::new(id, old.version + 1, content);
        check(&known, &agency)?;
        update(conn, ctx, old, agency.clone()).await?;
        Ok(agency)
    })
    .await
}

/// How many agencies a file has founded, changed, and found as it wanted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub founded: usize,
    pub changed: usize,
    pub unchanged: usize,
}

/// Founds or changes many agencies: all of them or none. A dry run does neither. `seen` are those that the contents were
/// made from.
///
/// # Errors
/// The first that cannot be, by its code; [`STALE`] when it was changed since.
pub async fn import(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    seen: &Agencies,
    contents: Vec<(AgencyId, AgencyContent)>,
    dry_run: bool,
) -> Result<Imported, (String, Error)> {
    let mut under_way = String::new();
    let done = conn
        .transaction::<_, Error, _>(async |conn| {
            let mut known = begin(conn).await?;
            let mut imported = Imported::default();
            for (id, content) in contents {
                under_way.clone_from(&content.code);
                let old = known.get(id).cloned();
                let version = |agency: &Agency| agency.version;
                if old.as_ref().map(version) != seen.get(id).map(version) {
                    return Err(STALE.error());
                }
                if old.as_ref().is_some_and(|old| old.content() == content) {
                    imported.unchanged += 1;
                    continue;
                }
                let agency = Agency::new(id, old.as_ref().map_or(1, |old| old.version + 1), content);
                check(&known, &agency)?;
                known.put(agency.clone());
                let count = if old.is_some() { &mut imported.changed } else { &mut imported.founded };
                *count += 1;
                match &old {
                    _ if dry_run => {}
                    Some(old) => update(conn, ctx, old, agency).await?,
                    None => insert(conn, ctx, agency, None).await?,
                }
            }
            Ok(imported)
        })
        .await;
    done.map_err(|error| (under_way, error))
}

/// Whether the actor looks after this agency; after the city's top, when there is none.
fn within_reach(known: &Agencies, ctx: &Ctx, agency: Option<AgencyId>) -> Result<()> {
    let reach = Reach::managed(known, &ctx.actor);
    let within = agency.map_or(reach == Reach::Everywhere, |agency| reach.contains(agency));
    if within { Ok(()) } else { Err(OUT_OF_REACH.error()) }
}

/// Begins a change, in which nobody else changes an agency: all of them as they are.
async fn begin(conn: &mut AsyncPgConnection) -> Result<Agencies> {
    reference::change(conn, Reference::Agencies).await?;
    Agencies::read(conn).await
}

async fn insert(conn: &mut AsyncPgConnection, ctx: &Ctx, agency: Agency, answer: Option<Kept>) -> Result<()> {
    let event = AgencyEvent::Founded { code: agency.code.clone(), kind: agency.kind };
    let entry = Entry::new(ctx, agency.id.0, Some(agency.id.0), &event, (vec![], vec![agency.id.0]));
    let change = diesel::insert_into(agencies::table).values(agency).returning((agencies::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer }.write(conn, |_| None).await.map(drop)
}

async fn update(conn: &mut AsyncPgConnection, ctx: &Ctx, old: &Agency, agency: Agency) -> Result<()> {
    let event = AgencyEvent::Changed { parts: difference(old, &agency) };
    let seen = vec![agency.id.0];
    let entry = Entry::new(ctx, agency.id.0, Some(agency.id.0), &event, (seen.clone(), seen));
    let row = agencies::table.filter(agencies::id.eq(old.id)).filter(agencies::version.eq(old.version));
    let change = diesel::update(row).set(agency).returning((agencies::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer: None }.write(conn, |_| None).await.map(drop)
}

fn difference(old: &Agency, new: &Agency) -> Vec<AgencyPart> {
    let parts = [
        (AgencyPart::Name, (&old.name, &old.name_en) != (&new.name, &new.name_en)),
        (AgencyPart::Kind, old.kind != new.kind),
        (AgencyPart::Parent, old.parent_id != new.parent_id),
        (AgencyPart::Validity, (old.valid_from, old.valid_to) != (new.valid_from, new.valid_to)),
        (AgencyPart::Contact, old.contact != new.contact),
        (AgencyPart::RemoteArea, old.remote_area != new.remote_area),
    ];
    parts.into_iter().filter_map(|(part, differs)| differs.then_some(part)).collect()
}

/// Whether such an agency can be: its code is its own and stays, the one above it exists and is not below it, and it does not end
/// before it begins.
///
/// # Errors
/// [`AGENCY_CODE_TAKEN`], or [`INVALID`] with everything else that is wrong.
fn check(known: &Agencies, agency: &Agency) -> Result<()> {
    let code = agency.plain_code();
    if known.all().any(|other| other.id != agency.id && other.plain_code() == code) {
        return Err(AGENCY_CODE_TAKEN.error());
    }
    let mut wrong = Vec::new();
    if known.get(agency.id).is_some_and(|old| old.code != agency.code) {
        let words =
            Words::fixed("không đổi được: mã hồ sơ đã cấp theo mã này", "cannot change: dossiers are known by it");
        wrong.push(FieldError::new("/code", "fixed", words));
    }
    if let Some(parent) = agency.parent_id {
        let unknown = Words::fixed("không có cơ quan này", "there is no such agency");
        let below = Words::fixed("là chính nó hoặc nằm dưới nó", "is the agency itself, or below it");
        if parent == agency.id || known.line(parent).any(|above| above.id == agency.id) {
            wrong.push(FieldError::new("/parent_id", "below", below));
        } else if known.get(parent).is_none() {
            wrong.push(FieldError::new("/parent_id", "unknown", unknown));
        }
    }
    if agency.valid_to.is_some_and(|last| last < agency.valid_from) {
        let words = Words::fixed("không được trước ngày bắt đầu", "must not be before the first day");
        wrong.push(FieldError::new("/valid_to", "before_valid_from", words));
    }
    INVALID.unless_none(wrong)
}
