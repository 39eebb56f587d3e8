//! Putting papers into the store, in the statement that accepts a dossier or signs its result.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use kernel::json::Json;
use kernel::record::Also;
use kernel::schema::{attachments, papers};
use kernel::{Ctx, Result};
use uuid::Uuid;

use super::{Origin, PaperData};
use crate::attachment::{Attachment, AttachmentId, Digitisation, Purpose, components};
use crate::catalogue::Procedure;
use crate::dossier::{Dossier, Outcome};
use crate::problem::unknown_document;
use crate::request::IssuedDocument;

/// The components of a dossier that become papers of whoever it is for. What is reused is in the store already.
pub struct Keep {
    ids: Vec<Uuid>,
    owner_number: String,
    owner_id: Option<Uuid>,
    organisation_id: Option<Uuid>,
    dossier: Uuid,
    procedure: Uuid,
    now: DateTime<Utc>,
}

impl Keep {
    /// Keeps what has arrived of these.
    pub fn new(dossier: &Dossier, papers: &[Attachment], now: DateTime<Utc>) -> Self {
        let own = components(papers).filter(|paper| paper.stored_at.is_some() && paper.paper_id.is_none());
        Self {
            ids: own.map(|paper| paper.id.0).collect(),
            owner_number: dossier.applicant.0.identity_number.clone(),
            owner_id: dossier.applicant_id.map(|id| id.0),
            organisation_id: dossier.organisation().map(|id| id.0),
            dossier: dossier.id.0,
            procedure: dossier.procedure_id.0,
            now,
        }
    }
}

impl QueryFragment<Pg> for Keep {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // The dossier's code may be made by this very statement: it is what only the database knows.
        out.push_sql(
            "INSERT INTO papers (id, origin, dossier_code, owner_number, owner_id, organisation_id, dossier_id, procedure_id, \
             kept_at) SELECT unnest(",
        );
        out.push_bind_param::<Array<SqlUuid>, _>(&self.ids)?;
        out.push_sql("::uuid[]), 'component', (SELECT late FROM changed), ");
        out.push_bind_param::<Text, _>(&self.owner_number)?;
        out.push_sql("::text, ");
        out.push_bind_param::<Nullable<SqlUuid>, _>(&self.owner_id)?;
        out.push_sql("::uuid, ");
        out.push_bind_param::<Nullable<SqlUuid>, _>(&self.organisation_id)?;
        out.push_sql("::uuid, ");
        out.push_bind_param::<SqlUuid, _>(&self.dossier)?;
        out.push_sql("::uuid, ");
        out.push_bind_param::<SqlUuid, _>(&self.procedure)?;
        out.push_sql("::uuid, ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql("::timestamptz");
        // Those whose data was recorded before are there already, and those of a supplement come later than the rest.
        out.push_sql(
            " ON CONFLICT (id) DO UPDATE SET dossier_code = excluded.dossier_code, \
             kept_at = coalesce(papers.kept_at, excluded.kept_at)",
        );
        Ok(())
    }
}

/// Makes a document the result, as the dossier has it now: a paper of the owner, with its data as it was signed.
///
/// # Errors
/// A document that is not a draft of this dossier's result, or has not arrived.
pub fn result(
    ctx: &Ctx,
    dossier: &Dossier,
    procedure: &Procedure,
    drafts: &mut [Attachment],
    document: &IssuedDocument,
) -> Result<Vec<Also>> {
    let IssuedDocument { id, signer, valid_to, signature } = document.clone();
    let found = drafts
        .iter_mut()
        .find(|draft| draft.id == id && draft.purpose == Purpose::DraftResult && draft.stored_at.is_some());
    let file = found.ok_or_else(unknown_document)?;
    file.purpose = Purpose::Result;
    file.digitisation = Digitisation::Digitised;
    let today = deadlines::vn_date(ctx.now);
    let granted = dossier.outcome == Some(Outcome::Granted);
    let data = PaperData {
        paper_type: procedure.content.0.result_type.clone().filter(|_| granted),
        number: dossier.result_number.clone(),
        signer,
        issue_date: Some(today),
        valid_from: Some(today),
        valid_to,
        signature: signature.map(Json),
        ..PaperData::default()
    };
    let paper = diesel::insert_into(papers::table).values((
        papers::id.eq(id.0),
        papers::origin.eq(Origin::Result),
        papers::dossier_code.eq(dossier.code.clone()),
        papers::owner_number.eq(dossier.applicant.0.identity_number.clone()),
        papers::owner_id.eq(dossier.applicant_id),
        papers::organisation_id.eq(dossier.organisation()),
        papers::dossier_id.eq(dossier.id),
        papers::procedure_id.eq(dossier.procedure_id),
        papers::issuer_agency_id.eq(dossier.competent_agency_id),
        papers::digitised_by.eq(ctx.actor.id()),
        papers::digitised_at.eq(ctx.now),
        papers::kept_at.eq(ctx.now),
        data,
    ));
    let signed = diesel::update(attachments::table.filter(attachments::id.eq(id)))
        .set((attachments::purpose.eq(file.purpose), attachments::digitisation.eq(file.digitisation)));
    Ok(vec![Box::new(paper), Box::new(signed)])
}

/// Ends the validity of the result that stood, if it had a document, in favour of the one that takes its place, if that has
/// one. It stays readable, with that mark.
pub fn revoke(
    ctx: &Ctx,
    results: &mut [Attachment],
    replaced_by: Option<AttachmentId>,
) -> Option<(AttachmentId, Also)> {
    let stood = |file: &&mut Attachment| file.purpose == Purpose::Result && file.revoked_at.is_none();
    let wrong = results.iter_mut().filter(|file| Some(file.id) != replaced_by).find(stood)?;
    (wrong.revoked_at, wrong.replaced_by) = (Some(ctx.now), replaced_by);
    let row = attachments::table.filter(attachments::id.eq(wrong.id));
    let mark = (attachments::revoked_at.eq(ctx.now), attachments::replaced_by.eq(replaced_by));
    Some((wrong.id, Box::new(diesel::update(row).set(mark))))
}
