//! Somebody's own dossiers, as they are handed out together (Luật 91/2025/QH15 Art. 4): what they filed and were told, and nothing
//! about anybody else.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{AgencyId, CitizenId};
use kernel::schema::{attachments, dossiers, fee_orders, payments, supplements};
use kernel::{Ctx, Result, grouped};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::attachment::{Attachment, AttachmentView, Purpose};
use crate::catalogue::Catalogue;
use crate::dossier::{Applicant, Channel, Dossier, DossierId, Outcome, visible_to};
use crate::event::INTERNAL;
use crate::fee::{FeeOrder, Payment};
use crate::supplement::{Supplement, SupplementView};
use crate::timeline::{TimelineEntry, happened};
use crate::view::ProcedureName;
use crate::workflow::Status;

/// A dossier in which one is the applicant.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnDossier {
    pub id: DossierId,
    pub status: Status,
    pub procedure: ProcedureName,
    /// The procedure's case.
    #[schema(example = "house", max_length = 50)]
    pub case: String,
    pub channel: Channel,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "000.00.00.H26-261123-0001", max_length = 64)]
    pub code: Option<String>,
    pub receiving_agency_id: AgencyId,
    pub competent_agency_id: AgencyId,
    pub applicant: Applicant,
    /// The e-form's data.
    #[schema(value_type = Object)]
    pub form: serde_json::Map<String, serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "125/GPXD-UBND", max_length = 100)]
    pub result_number: Option<String>,
    /// What you sent, and the documents of the result.
    #[schema(max_items = 200)]
    pub attachments: Vec<OwnAttachment>,
    /// What you were asked to supply, each time.
    #[schema(max_items = 100)]
    pub supplements: Vec<SupplementView>,
    #[schema(max_items = 1000)]
    pub fee_orders: Vec<FeeOrder>,
    /// Without what a gateway has said of them: see `GET /v1/dossiers/{id}/fees`.
    #[schema(max_items = 1000)]
    pub payments: Vec<Payment>,
    #[schema(max_items = 10000)]
    pub timeline: Vec<TimelineEntry>,
    pub created_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// A file of one's own dossier, and where it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnAttachment {
    #[serde(flatten)]
    pub file: AttachmentView,
    /// Where its content is fetched.
    #[schema(max_length = 200)]
    pub link: String,
}

impl OwnAttachment {
    fn of(file: &Attachment) -> Self {
        let link = format!("/v1/dossiers/{}/attachments/{}/content", file.dossier_id, file.id);
        Self { file: AttachmentView::of(file), link }
    }
}

/// The dossiers in which somebody is the applicant, oldest first: not those of whom they represent.
pub async fn ids(conn: &mut AsyncPgConnection, ctx: &Ctx, citizen: CitizenId) -> Result<Vec<DossierId>> {
    let own = dossiers::table.filter(visible_to(ctx)).filter(dossiers::applicant_id.eq(citizen)).order(dossiers::id);
    Ok(own.select(dossiers::id).load(conn).await?)
}

/// What the citizen who asks is given of some of theirs.
pub async fn dossiers(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    citizen: CitizenId,
    ids: &[DossierId],
) -> Result<Vec<OwnDossier>> {
    let own = dossiers::table.filter(visible_to(ctx)).filter(dossiers::applicant_id.eq(citizen));
    let own = own.filter(dossiers::id.eq_any(ids));
    let own: Vec<Dossier> = own.order(dossiers::id).select(Dossier::as_select()).load(conn).await?;
    let ids: Vec<Uuid> = own.iter().map(|dossier| dossier.id.0).collect();
    let files = attachments::table
        .filter(attachments::dossier_id.eq_any(&ids))
        .filter(attachments::purpose.ne(Purpose::DraftResult))
        .order(attachments::id);
    let files: Vec<Attachment> = files.select(Attachment::as_select()).load(conn).await?;
    let asked = supplements::table.filter(supplements::dossier_id.eq_any(&ids)).order(supplements::version);
    let asked: Vec<Supplement> = asked.select(Supplement::as_select()).load(conn).await?;
    let ordered = fee_orders::table.filter(fee_orders::dossier_id.eq_any(&ids)).order(fee_orders::id);
    let ordered: Vec<FeeOrder> = ordered.select(FeeOrder::as_select()).load(conn).await?;
    let paid = payments::table.filter(payments::dossier_id.eq_any(&ids)).order(payments::id);
    let paid: Vec<Payment> = paid.select(Payment::as_select()).load(conn).await?;

    let mut files = grouped(files.iter().map(|file| (file.dossier_id.0, OwnAttachment::of(file))));
    let told = asked.iter().filter_map(|asked| Some((asked.dossier_id.0, asked.told()?)));
    let mut told = grouped(told);
    let mut ordered = grouped(ordered.into_iter().map(|order| (order.dossier_id.0, order)));
    let kept =
        |payment: Payment| (payment.dossier_id.0, Payment { statement: None, refund_statement: None, ..payment });
    let mut paid = grouped(paid.into_iter().map(kept));
    let happened = happened(conn, &ids, INTERNAL).await?.into_iter();
    let mut timelines = grouped(happened.map(|(id, entry)| (id, entry.without_others(ctx.actor.id()))));
    let mut whole = Vec::with_capacity(own.len());
    for dossier in own {
        let id = dossier.id.0;
        whole.push(OwnDossier {
            attachments: files.remove(&id).unwrap_or_default(),
            supplements: told.remove(&id).unwrap_or_default(),
            fee_orders: ordered.remove(&id).unwrap_or_default(),
            payments: paid.remove(&id).unwrap_or_default(),
            timeline: timelines.remove(&id).unwrap_or_default(),
            ..OwnDossier::of(dossier, catalogue)?
        });
    }
    Ok(whole)
}

impl OwnDossier {
    /// The row alone.
    fn of(dossier: Dossier, catalogue: &Catalogue) -> Result<Self> {
        let (procedure, _) = catalogue.pinned(dossier.procedure_id, &dossier.case_code)?;
        Ok(Self {
            id: dossier.id,
            status: dossier.status,
            procedure: ProcedureName { code: procedure.code.clone(), name: procedure.name.clone() },
            case: dossier.case_code,
            channel: dossier.channel,
            code: dossier.code,
            receiving_agency_id: dossier.receiving_agency_id,
            competent_agency_id: dossier.competent_agency_id,
            applicant: dossier.applicant.0,
            form: dossier.form.0,
            outcome: dossier.outcome,
            result_number: dossier.result_number,
            attachments: Vec::new(),
            supplements: Vec::new(),
            fee_orders: Vec::new(),
            payments: Vec::new(),
            timeline: Vec::new(),
            created_at: dossier.created_at,
            submitted_at: dossier.submitted_at,
            accepted_at: dossier.accepted_at,
            due_at: dossier.due_at,
            finished_at: dossier.finished_at,
            closed_at: dossier.closed_at,
        })
    }
}
