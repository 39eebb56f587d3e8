//! Filing a dossier: a draft, online by a citizen or at the counter by reception.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, CitizenId, RepresentationId};
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::Entry;
use kernel::json::Json;
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::record::{Also, Record};
use kernel::schema::{dossier_agencies, dossier_organisations, dossiers};
use kernel::secret::sha256;
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::attachment::{self, InsertPapers, NewAttachment};
use crate::catalogue::Catalogue;
use crate::clock;
use crate::dossier::{Applicant, ApplicantOrganisation, Channel, Dossier, DossierId, SidePart, audience, part};
use crate::event::{Event, Reused};
use crate::paper::reuse::{Reuse, reuse};
use crate::problem::{ID_TAKEN, IDENTITY_NOT_VERIFIED};
use crate::request::made_by_client;
use crate::steps::{Seen, Sides, World, read};
use crate::timer::timers_of;
use crate::view::{answer, view};
use crate::workflow::Status;

/// A new dossier.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "procedure": "1.013225", "case": "house", "agency": "H26.13.01",
    "applicant": { "name": "Nguyễn Thị Bình Minh", "identity_number": "001190000001", "phone": "+84912345678" },
    "form": { "floors": 3, "area_m2": 62 },
    "attachments": [{
        "component": "drawings", "file_name": "ban-ve.pdf", "media_type": "application/pdf", "size": 574,
        "sha256": "d56838457f1469fa886292b0a1c006e126e4905ba94b59007d955ed1a50491a8"
    }]
}))]
pub struct NewDossier {
    /// Made by the client (UUIDv7), so that a phone without a network knows it already; else by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<DossierId>,
    /// The procedure's code.
    #[schema(example = "1.013225", min_length = 8, max_length = 16, pattern = r"^[0-9]\.[0-9]{6}$")]
    pub procedure: String,
    /// Which of the procedure's cases.
    #[schema(example = "house", min_length = 1, max_length = 50)]
    pub case: String,
    /// Code of the agency that receives it: see `GET /v1/agencies`. At the counter it is always one's own.
    #[schema(example = "H26.13.01", min_length = 1, max_length = 50)]
    pub agency: String,
    /// Code of the agency that decides it, when that is another one: for procedures that can be filed anywhere
    /// (`non_territorial`), and at the centre, its branches and points, which receive for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "H26.13.01", min_length = 1, max_length = 50)]
    pub competent_agency: Option<String>,
    /// Code of the agency where somebody helps to file it, when that is none of the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "H26.1.01", min_length = 1, max_length = 50)]
    pub support_agency: Option<String>,
    /// Code of the agency where the result is to be fetched, when that is not where it is received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "H26.1.02", min_length = 1, max_length = 50)]
    pub return_agency: Option<String>,
    /// How it comes in. Reception takes it in at the counter, or by post; applicants file online, or at a kiosk. The first of
    /// each when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The representation under which it is filed, when not for oneself: the applicant is then whom it represents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RepresentationId>)]
    pub representation_id: Option<RepresentationId>,
    /// Who applies; for an organisation, the person who acts for it.
    pub applicant: Applicant,
    /// The e-form's data.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"floors": 3, "area_m2": 62}))]
    pub form: serde_json::Map<String, serde_json::Value>,
    /// Papers to be uploaded; more can be declared later.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub attachments: Vec<NewAttachment>,
    /// Papers of one's own that are filed again instead of a file: see `GET /v1/papers`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub reused: Vec<Reuse>,
}

/// Who receives a dossier, and who decides it.
#[derive(Clone, Copy, Debug)]
pub struct Ways {
    pub receiving: AgencyId,
    pub competent: AgencyId,
    /// Where somebody helps to file it.
    pub support: Option<AgencyId>,
    /// Where the result is to be fetched, when not where it is received.
    pub return_point: Option<AgencyId>,
}

/// For whom a dossier is filed, with the identity number that is vouched for, if any is: under it papers are kept and data is
/// looked up.
#[derive(Clone, Debug)]
pub enum Principal {
    /// The citizen who files it; whoever stands at the counter.
    Oneself(Option<String>),
    Person(CitizenId, Option<String>),
    /// Through the person with that number, who files it or stands at the counter.
    Organisation(ApplicantOrganisation, Option<String>),
}

/// Files a draft, for whom its representation, if any, was found to represent.
///
/// # Errors
/// [`IDENTITY_NOT_VERIFIED`] for a citizen under whose number nobody vouches; a channel, a competent agency or an identity number
/// that cannot be; unknown procedure, case or component; an id of another version; [`ID_TAKEN`] when the id belongs to another
/// dossier.
pub async fn file(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    world: World<'_>,
    ways: Ways,
    principal: Principal,
    new: NewDossier,
    attempt: &Attempt,
) -> Result<Answer> {
    made_by_client(new.id.map(|id| id.0), "/id")?;
    let catalogue = world.catalogue;
    let (procedure, case) = catalogue.choose(&new.procedure, &new.case, deadlines::vn_date(ctx.now))?;
    let id = new.id.unwrap_or_else(|| DossierId::at(ctx.now));
    let mut papers = attachment::declare(ctx, id, case, &new.attachments, "/attachments/*")?;
    let again = reuse(conn, ctx, id, case, &new.reused, "/reused/*").await?;
    let content_hash = sha256(&[&serde_json::to_vec(&new).expect("input is plain data")]).to_vec();
    let (usual, own) = match ctx.actor {
        Actor::Citizen(citizen) => (Channel::Online, Some(citizen)),
        _ => (Channel::Counter, None),
    };
    let (applicant_id, number, organisation) = match principal {
        Principal::Oneself(number) => (own, number, None),
        Principal::Person(person, number) => (Some(person), number, None),
        Principal::Organisation(organisation, number) => (None, number, Some(organisation)),
    };
    // At the counter an officer looks at the identity card.
    if number.is_none() && matches!(ctx.actor, Actor::Citizen(_)) {
        return Err(IDENTITY_NOT_VERIFIED.with(
            "Đăng nhập bằng tài khoản định danh điện tử mức độ 2 (VNeID), hoặc nộp tại Bộ phận Một cửa.",
            "Sign in with an electronic identity of level 2 (VNeID), or file at a one-stop counter.",
        ));
    }
    let channel = new.channel.unwrap_or(usual);
    let Ways { receiving, competent, support, return_point } = ways;
    let not_theirs = channel.is_reception() != usual.is_reception();
    let anywhere = procedure.content.0.non_territorial || world.rules.receives_for_all(receiving);
    let elsewhere = receiving != competent && !anywhere;
    let not_offered = !case.is_filed(channel);
    let claimed = new.applicant.organisation.is_some();
    // Under a number papers are kept and data is looked up: nobody files under another's without a representation.
    let anothers = number.is_some_and(|number| number != new.applicant.identity_number);
    let wrong = [
        (
            anothers,
            "/applicant/identity_number",
            "not_theirs",
            "không phải số định danh của người nộp hoặc người được đại diện",
            "is not the number of who files it, or of the person they represent",
        ),
        (
            claimed,
            "/applicant/organisation",
            "read_only",
            "theo thẩm quyền đại diện",
            "follows from the representation",
        ),
        (
            not_offered,
            "/channel",
            "not_offered",
            "thủ tục không nhận theo kênh này",
            "the procedure is not filed on this way",
        ),
        (not_theirs, "/channel", "not_yours", "không phải kênh của bạn", "is not a channel of yours"),
        (
            elsewhere,
            "/competent_agency",
            "territorial",
            "thủ tục không phi địa giới; nộp tại nơi giải quyết hoặc tại Trung tâm",
            "the procedure is not non-territorial: file where it is decided, or at the centre",
        ),
    ];
    let wrong = wrong.into_iter().filter(|(wrong, ..)| *wrong);
    let wrong: Vec<_> = wrong.map(|(_, at, code, vi, en)| FieldError::new(at, code, Words::fixed(vi, en))).collect();
    INVALID.unless_none(wrong)?;
    // At the counter nothing is submitted: what is owed there is owed from now on.
    let answer_due_at = match channel {
        Channel::Counter => clock::intake_due_at(world.rules, case, channel, receiving, ctx.now)?,
        _ => None,
    };
    let dossier = Dossier {
        id,
        version: 1,
        status: Status::Draft,
        open: Status::Draft.is_open(),
        procedure_id: procedure.id,
        case_code: new.case,
        channel,
        receiving_agency_id: receiving,
        competent_agency_id: competent,
        applicant_id,
        created_by: ctx.actor.id().unwrap_or_default(),
        content_hash,
        applicant: Json(Applicant { organisation: organisation.clone(), ..new.applicant }),
        form: Json(new.form),
        code: None,
        clock: None,
        clock_stands: false,
        original_due_at: None,
        statutory_due_at: None,
        due_at: None,
        next_due_at: answer_due_at.unwrap_or(ctx.now),
        submitted_at: None,
        accepted_at: None,
        finished_at: None,
        closed_at: None,
        outcome: None,
        result_number: None,
        intake_supplements: 0,
        state_before: None,
        proposed_outcome: None,
        hand_over_due_at: None,
        created_at: ctx.now,
    };
    let reused =
        again.iter().filter_map(|paper| Some(Reused { component: paper.component.clone(), origin: paper.origin()? }));
    let event = Event::Created {
        procedure: procedure.code.clone(),
        case: dossier.case_code.clone(),
        channel,
        reused: reused.collect(),
        representation: new.representation_id.map(|representation| representation.0),
    };
    papers.extend(again);
    papers.sort_by_key(|paper| paper.id);
    let return_point = return_point.filter(|agency| *agency != receiving);
    let sides = Sides { return_point, support_point: support, ..Sides::default() };
    let reply = answer(201, &view(ctx, catalogue, &dossier, None, &papers, &sides)?);
    let mut also: Vec<Also> = match papers.is_empty() {
        true => Vec::new(),
        false => vec![Box::new(InsertPapers::new(id, &papers, ctx.now))],
    };
    for (agency, as_what) in [(support, SidePart::Support), (return_point, SidePart::Return)] {
        let row = agency.map(|agency| part(id, agency, as_what));
        also.extend(row.map(|row| Box::new(diesel::insert_into(dossier_agencies::table).values(row)) as Also));
    }
    let filed_for = organisation
        .map(|it| (dossier_organisations::dossier_id.eq(id), dossier_organisations::organisation_id.eq(it.id)));
    also.extend(filed_for.map(|row| Box::new(diesel::insert_into(dossier_organisations::table).values(row)) as Also));
    let seen = audience(&dossier);
    let (content_hash, created_by) = (dossier.content_hash.clone(), dossier.created_by);
    let timers = answer_due_at.map_or(Timers::None, |_| timers_of(&dossier, None, ctx.now));
    let record = Record {
        entry: Entry::new(ctx, id.0, Some(receiving.0), &event, (Vec::new(), seen)),
        change: diesel::insert_into(dossiers::table).values(dossier).returning((dossiers::version, dossiers::code)),
        also,
        timers,
        answer: Some(attempt.keep(&reply, ctx.now)),
    };
    let taken = |name: &str| ["dossiers_pkey", "attachments_pkey"].contains(&name).then(|| ID_TAKEN.error());
    match record.write(conn, taken).await {
        Ok(_) => Ok(reply),
        // Under the same key it is a retry that gets the answer kept for it; under another, the dossier as it is now.
        Err(error) if error.is(&ID_TAKEN) && attempt.earlier(conn).await?.is_none() => {
            same_again(conn, ctx, catalogue, id, &content_hash, created_by).await?.ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// The dossier with this id, when the same caller filed it with the same content: a retry under a new key.
async fn same_again(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    id: DossierId,
    content_hash: &[u8],
    created_by: uuid::Uuid,
) -> Result<Option<Answer>> {
    let same = dossiers::table
        .filter(dossiers::id.eq(id))
        .filter(dossiers::content_hash.eq(content_hash))
        .filter(dossiers::created_by.eq(created_by))
        .select(dossiers::id);
    if same.first::<DossierId>(conn).await.optional()?.is_none() {
        return Ok(None);
    }
    let Seen { dossier, asked, papers, sides } = read(conn, ctx, id).await?;
    Ok(Some(answer(201, &view(ctx, catalogue, &dossier, asked.as_ref(), &papers, &sides)?)))
}
