//! What the world sees of a dossier.

use chrono::{DateTime, NaiveDate, Utc};
use deadlines::Timeliness;
use kernel::id::AgencyId;
use kernel::idempotency::Answer;
use kernel::{Ctx, Result};
use serde::Serialize;
use utoipa::ToSchema;

use crate::attachment::{Attachment, AttachmentView, Purpose, components};
use crate::catalogue::Catalogue;
use crate::clock;
use crate::dossier::{Applicant, Channel, Dossier, DossierId, Outcome};
use crate::steps::Sides;
use crate::supplement::{Supplement, SupplementView};
use crate::workflow::{Action, Status, allowed_actions};

/// A dossier, for somebody who may see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Dossier)]
pub struct View {
    pub id: DossierId,
    /// Grows with every change; the ETag.
    #[schema(minimum = 1, maximum = 2147483647)]
    pub version: i32,
    pub status: Status,
    /// The status under which the National Public Service Portal knows it, 1 to 10; a draft has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10, example = 4)]
    pub national_status: Option<u8>,
    pub procedure: ProcedureName,
    /// The procedure's case.
    #[schema(example = "house", max_length = 50)]
    pub case: String,
    pub channel: Channel,
    pub receiving_agency_id: AgencyId,
    pub competent_agency_id: AgencyId,
    /// Where the result is fetched, when that is not where it was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_agency_id: Option<AgencyId>,
    /// Where somebody helped the applicant to file it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_agency_id: Option<AgencyId>,
    pub applicant: Applicant,
    /// The e-form's data.
    #[schema(value_type = Object)]
    pub form: serde_json::Map<String, serde_json::Value>,
    /// Printed on the receipt; given when the dossier is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "000.00.00.H26-261123-0001", max_length = 64)]
    pub code: Option<String>,
    /// When the citizen was last told to expect the result; exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// The day of `due_at` in Vietnam.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<NaiveDate>,
    /// As first printed; never changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_due_at: Option<DateTime<Utc>>,
    pub timeliness: Timeliness,
    /// By when reception hands it over to whoever decides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_over_due_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "125/GPXD-UBND", max_length = 100)]
    pub result_number: Option<String>,
    /// What the officer proposes to whoever signs: the agency's own business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_outcome: Option<Outcome>,
    #[schema(max_items = 100)]
    pub attachments: Vec<AttachmentView>,
    /// The documents of its result. Until that is signed, or put right, they are drafts, and the agency's own business.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub result_documents: Vec<AttachmentView>,
    /// What the applicant is asked to supply, while that is not settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplement: Option<SupplementView>,
    /// What you can do now.
    #[schema(max_items = 20)]
    pub allowed_actions: Vec<Action>,
    pub created_at: DateTime<Utc>,
}

/// An answer about a part of a dossier: its ETag is the dossier's, and when it is new its list is at `list`.
pub(crate) fn part(status: u16, dossier: &Dossier, list: &str, part: &impl Serialize) -> Answer {
    let body = serde_json::to_string(part).expect("a part of a dossier is plain data");
    let location = (status == 201).then(|| format!("/v1/dossiers/{}/{list}", dossier.id));
    Answer { status, version: dossier.version, location, body }
}

/// A procedure by its code, with its name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProcedureName {
    #[schema(example = "1.013225", max_length = 16)]
    pub code: String,
    #[schema(example = "Cấp giấy phép xây dựng mới", max_length = 300)]
    pub name: String,
}

/// What the actor sees of a dossier now.
pub fn view(
    ctx: &Ctx,
    catalogue: &Catalogue,
    dossier: &Dossier,
    asked: Option<&Supplement>,
    attachments: &[Attachment],
    sides: &Sides,
) -> Result<View> {
    let (procedure, case) = catalogue.pinned(dossier.procedure_id, &dossier.case_code)?;
    let officer = dossier.is_handled_by(&ctx.actor);
    let shown = |paper: &&Attachment| match paper.purpose {
        Purpose::Component | Purpose::PaymentProof => false,
        Purpose::DraftResult => officer && (dossier.outcome.is_none() || sides.correcting),
        Purpose::Result => true,
    };
    Ok(View {
        id: dossier.id,
        version: dossier.version,
        status: dossier.status,
        national_status: dossier.status.national(),
        procedure: ProcedureName { code: procedure.code.clone(), name: procedure.name.clone() },
        case: dossier.case_code.clone(),
        channel: dossier.channel,
        receiving_agency_id: dossier.receiving_agency_id,
        competent_agency_id: dossier.competent_agency_id,
        return_agency_id: sides.return_point,
        support_agency_id: sides.support_point,
        applicant: dossier.applicant.0.clone(),
        form: dossier.form.0.clone(),
        code: dossier.code.clone(),
        due_at: dossier.due_at,
        due_date: dossier.due_at.map(deadlines::due_date),
        original_due_at: dossier.original_due_at,
        timeliness: clock::timeliness_of(dossier, ctx.now),
        hand_over_due_at: dossier.hand_over_due_at,
        submitted_at: dossier.submitted_at,
        accepted_at: dossier.accepted_at,
        finished_at: dossier.finished_at,
        closed_at: dossier.closed_at,
        outcome: dossier.outcome,
        result_number: dossier.result_number.clone(),
        proposed_outcome: dossier.proposed_outcome.filter(|_| officer),
        attachments: components(attachments).map(AttachmentView::of).collect(),
        result_documents: attachments.iter().filter(shown).map(AttachmentView::of).collect(),
        supplement: asked.and_then(|asked| asked.view(officer)),
        allowed_actions: allowed_actions(
            dossier,
            &ctx.actor,
            sides.facts((procedure, case), dossier.channel, asked, attachments, ctx),
        ),
        created_at: dossier.created_at,
    })
}

/// The view as an answer that is kept for retries.
pub fn answer(status: u16, view: &View) -> Answer {
    let body = serde_json::to_string(view).expect("a view is plain data");
    let location = (status == 201).then(|| format!("/v1/dossiers/{}", view.id));
    Answer { status, version: view.version, location, body }
}
