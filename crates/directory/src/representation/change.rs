//! Making representations, at the counter or online, and revoking them.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{CitizenId, OrganisationId, RepresentationId};
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::{Audience, Entry};
use kernel::problem::{FieldError, INVALID, STALE, Text as Words};
use kernel::record::{Record, nothing_late};
use kernel::schema::{organisations, representations};
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Permission, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{self, leads};
use super::{Basis, Representation, RepresentationEvent, procedure_codes};
use crate::citizen;
use crate::problem::{NOT_YOURS_TO_EMPOWER, REPRESENTATION_REVOKED};

/// Who may act for whom, on which paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRepresentation {
    /// The organisation that is represented.
    #[schema(value_type = Option<OrganisationId>, example = "019b76da-a800-7000-8000-b20000000000")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<OrganisationId>,
    /// The identity number of the person who is represented, at the counter. Online everybody empowers for themself.
    #[schema(min_length = 12, max_length = 12, pattern = "^[0-9]{12}$")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_number: Option<String>,
    /// The identity number of whoever is to act. They need not have an account yet.
    #[schema(example = "001085000002", min_length = 12, max_length = 12, pattern = "^[0-9]{12}$")]
    pub representative_number: String,
    #[schema(
        example = "Trần Văn Hoà",
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*\S[^\u0000-\u001f\u007f-\u009f]*$"
    )]
    pub representative_name: String,
    /// Representation by law is confirmed at the counter alone.
    #[schema(value_type = Basis, example = "power_of_attorney")]
    pub basis: Basis,
    /// The codes of the procedures that it is for; all when absent.
    #[schema(schema_with = procedure_codes, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedures: Option<Vec<String>>,
    /// Number and date of the paper that it rests on.
    #[schema(
        example = "Giấy uỷ quyền 07/GUQ-SH ngày 01/08/2026",
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*\S[^\u0000-\u001f\u007f-\u009f]*$"
    )]
    pub document: String,
    #[schema(example = "2026-11-26")]
    pub valid_from: NaiveDate,
    /// The last day, which a power of attorney has.
    #[schema(example = "2027-11-25")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
}

/// Lets somebody act: confirmed from the papers, at the counter; or online, by the person themself, or by the organisation's
/// legal representative.
///
/// # Errors
/// [`NOT_YOURS_TO_EMPOWER`]; [`INVALID`] with everything that is wrong.
pub async fn make(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: RepresentationId,
    new: NewRepresentation,
    attempt: &Attempt,
) -> Result<Answer> {
    let (principal_number, confirmed_by_id) = match ctx.actor {
        Actor::Citizen(me) => (principal_of(conn, ctx, me, &new).await?, None),
        Actor::Staff { id: officer, .. } if ctx.actor.may(Permission::ConfirmRepresentation) => {
            (new.principal_number.clone(), Some(officer))
        }
        _ => return Err(NOT_YOURS_TO_EMPOWER.error()),
    };
    check(conn, &new, principal_number.as_deref(), confirmed_by_id.is_some()).await?;
    let representation = Representation {
        id,
        version: 1,
        organisation_id: new.organisation_id,
        principal_number,
        representative_number: new.representative_number,
        representative_name: new.representative_name,
        basis: new.basis,
        procedures: new.procedures,
        document: new.document,
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        confirmed_by_id,
        made_at: ctx.now,
        revoked_at: None,
    };
    let event = RepresentationEvent::Made {
        organisation_id: representation.organisation_id,
        basis: representation.basis,
        procedures: representation.procedures.clone(),
        valid_from: representation.valid_from,
        valid_to: representation.valid_to,
    };
    let entry = entry(ctx, &representation, &event, vec![]);
    let answer = answer(201, &representation);
    let kept = Some(attempt.keep(&answer, ctx.now));
    let change = diesel::insert_into(representations::table)
        .values(representation)
        .returning((representations::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer: kept }.write(conn, |_| None).await?;
    Ok(answer)
}

/// For whom somebody may let others act online: for the organisation that they represent by law, or else for themself, by
/// the number that their identity provider vouches for.
async fn principal_of(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    me: CitizenId,
    new: &NewRepresentation,
) -> Result<Option<String>> {
    if let Some(organisation) = new.organisation_id {
        return match leads(conn, ctx, me, organisation).await? {
            true => Ok(new.principal_number.clone()),
            false => Err(NOT_YOURS_TO_EMPOWER.error()),
        };
    }
    let own = citizen::by_id(conn, me).await?.and_then(|citizen| citizen.identity_number);
    match (own, &new.principal_number) {
        (Some(own), None) => Ok(Some(own)),
        (Some(own), Some(named)) if own == *named => Ok(Some(own)),
        _ => Err(NOT_YOURS_TO_EMPOWER.error()),
    }
}

/// One principal, who exists and does not act for themself; and a time that fits what it rests on.
async fn check(
    conn: &mut AsyncPgConnection,
    new: &NewRepresentation,
    principal: Option<&str>,
    at_counter: bool,
) -> Result<()> {
    let mut wrong = Vec::new();
    let mut say = |pointer: &str, code, vi, en| wrong.push(FieldError::new(pointer, code, Words::fixed(vi, en)));
    match (new.organisation_id, principal) {
        (Some(organisation), None) => {
            let known = organisations::table.find(organisation).select(organisations::id);
            if known.first::<OrganisationId>(conn).await.optional()?.is_none() {
                say("/organisation_id", "unknown", "không có tổ chức này", "there is no such organisation");
            }
        }
        (None, Some(person)) if person == new.representative_number => {
            say("/representative_number", "same", "không thể là chính người được đại diện", "cannot be the principal")
        }
        (None, Some(_)) => {}
        _ => say(
            "/principal_number",
            "one_principal",
            "đại diện cho một tổ chức hoặc một người",
            "either an organisation or a person is represented",
        ),
    }
    if new.basis == Basis::Legal && !at_counter {
        say("/basis", "at_counter", "đại diện theo pháp luật được xác nhận tại quầy", "is confirmed at the counter");
    }
    match new.valid_to {
        Some(last) if last < new.valid_from => {
            say("/valid_to", "before_valid_from", "không được trước ngày bắt đầu", "must not be before the first day")
        }
        None if new.basis == Basis::PowerOfAttorney => {
            say("/valid_to", "required", "giấy uỷ quyền có ngày hết hạn", "a power of attorney has a last day")
        }
        _ => {}
    }
    INVALID.unless_none(wrong)
}

/// Ends a representation: at the counter; by who acts; a power of attorney also by who is represented, or by the
/// organisation's legal representative. Nobody acts under it any more from that moment on.
///
/// # Errors
/// No such representation for the actor; [`STALE`]; [`NOT_YOURS_TO_EMPOWER`]; [`REPRESENTATION_REVOKED`].
pub async fn revoke(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: RepresentationId,
    seen: Option<i32>,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = list::read(conn, ctx, id).await?;
    if seen.is_some_and(|seen| seen != old.version) {
        return Err(STALE.error().extra("version", old.version));
    }
    if let Actor::Citizen(me) = ctx.actor {
        let own = citizen::by_id(conn, me).await?.and_then(|citizen| citizen.identity_number);
        // Who sees it acts by it, or it is for them or for the organisation they lead. What the law gives they do not take.
        if old.basis == Basis::Legal && own.as_ref() != Some(&old.representative_number) {
            return Err(NOT_YOURS_TO_EMPOWER.error());
        }
    }
    if old.revoked_at.is_some() {
        return Err(REPRESENTATION_REVOKED.error());
    }
    let next = Representation { version: old.version + 1, revoked_at: Some(ctx.now), ..old.clone() };
    let entry = entry(ctx, &next, &RepresentationEvent::Revoked {}, old.audience());
    let answer = answer(200, &next);
    let kept = Some(attempt.keep(&answer, ctx.now));
    let row =
        representations::table.filter(representations::id.eq(id)).filter(representations::version.eq(old.version));
    let change = diesel::update(row)
        .set((representations::version.eq(next.version), representations::revoked_at.eq(next.revoked_at)))
        .returning((representations::version, nothing_late()));
    Record { change, also: vec![], entry, timers: Timers::None, answer: kept }.write(conn, |_| None).await?;
    Ok(answer)
}

fn answer(status: u16, representation: &Representation) -> Answer {
    let location = (status == 201).then(|| format!("/v1/representations/{}", representation.id));
    let body = serde_json::to_string(representation).expect("a representation is plain data");
    Answer { status, version: representation.version, location, body }
}

pub(super) fn entry(
    ctx: &Ctx,
    representation: &Representation,
    event: &RepresentationEvent,
    before: Audience,
) -> Entry {
    let agency = ctx.actor.agency().map(|agency| agency.0);
    Entry::new(ctx, representation.id.0, agency, event, (before, representation.audience()))
}
