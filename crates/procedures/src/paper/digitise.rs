//! Digitising: an officer of the receiving agency holds a scan against its data (NĐ 61/2018 Art. 17(1)); and reading that data
//! through a dossier.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::access::Through;
use kernel::idempotency::{Answer, Attempt};
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::record::Also;
use kernel::schema::{attachments, papers};
use kernel::{Ctx, Permission, Result};

use super::{Origin, Paper, PaperData, PaperId, PaperView, view};
use crate::attachment::{Attachment, AttachmentId, AttachmentView, Digitisation, Purpose};
use crate::catalogue::{Catalogue, Component};
use crate::dossier::DossierId;
use crate::event::Event;
use crate::problem::{ATTACHMENT_NOT_FOUND, DOSSIER_CLOSED, NOT_YOURS_TO_DO, PAPER_NOT_FOUND, PAPER_STATE, STALE};
use crate::steps::{self, Seen};
use crate::upload::{among, touch};
use crate::workflow::Status;

/// Records what is written in a paper of a dossier; again, when it was read wrongly.
///
/// # Errors
/// Not the receiving agency's officer; [`DOSSIER_CLOSED`] when it came to nothing; [`PAPER_STATE`] for what is reused or a
/// result; what the data lacks.
pub async fn digitise(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    (id, paper): (DossierId, AttachmentId),
    seen: Option<i32>,
    data: PaperData,
    attempt: &Attempt,
) -> Result<Answer> {
    let Seen { dossier, papers: filed, sides, .. } = steps::read(conn, ctx, id).await?;
    if seen.is_some_and(|seen| seen != dossier.version) {
        return Err(STALE.error().extra("version", dossier.version));
    }
    if !ctx.actor.may_at(Permission::ReceiveDossier, dossier.receiving_agency_id) {
        return Err(NOT_YOURS_TO_DO.error());
    }
    if matches!(dossier.status, Status::Rejected | Status::Withdrawn | Status::Stopped) {
        return Err(DOSSIER_CLOSED.error().extra("state", dossier.status.code()));
    }
    let mut file = among(filed, &dossier, &ctx.actor, paper)?;
    if file.stored_at.is_none() {
        return Err(ATTACHMENT_NOT_FOUND.error());
    }
    if file.purpose != Purpose::Component || file.paper_id.is_some() {
        return Err(PAPER_STATE.error().extra("state", file.digitisation.code()));
    }
    let (_, case) = catalogue.pinned(dossier.procedure_id, &dossier.case_code)?;
    let component = case.components.iter().find(|component| component.code == file.component);
    let data = check(component, data)?;
    let event = Event::AttachmentDigitised { attachment: paper.0, paper_type: data.paper_type.clone() };
    file.digitisation = Digitisation::Digitised;
    let read = (papers::digitised_by.eq(ctx.actor.id()), papers::digitised_at.eq(ctx.now));
    let recorded = diesel::insert_into(papers::table)
        .values((
            papers::id.eq(paper.0),
            papers::origin.eq(Origin::Component),
            papers::dossier_code.eq(dossier.code.clone()),
            papers::owner_number.eq(dossier.applicant.0.identity_number.clone()),
            papers::owner_id.eq(dossier.applicant_id),
            papers::organisation_id.eq(dossier.organisation()),
            papers::dossier_id.eq(id),
            papers::procedure_id.eq(dossier.procedure_id),
            papers::kept_at.eq(dossier.accepted_at.map(|_| ctx.now)),
            read,
            data.clone(),
        ))
        .on_conflict(papers::id)
        .do_update()
        .set((read, data));
    let state = diesel::update(attachments::table.filter(attachments::id.eq(paper)))
        .set(attachments::digitisation.eq(file.digitisation));
    let also: Vec<Also> = vec![Box::new(recorded), Box::new(state)];
    let body = serde_json::to_string(&AttachmentView::of(&file)).expect("a view is plain data");
    let reply = Answer { status: 200, version: dossier.version + 1, location: None, body };
    touch(conn, ctx, (&dossier, &sides), &event, also, Some(attempt.keep(&reply, ctx.now))).await?;
    Ok(reply)
}

/// The data with its type, if it can be that of such a component.
fn check(component: Option<&Component>, mut data: PaperData) -> Result<PaperData> {
    let types = component.map_or(&[] as &[String], |component| &component.paper_types);
    if let (None, [only]) = (&data.paper_type, types) {
        data.paper_type = Some(only.clone());
    }
    let needed = Words::fixed("bắt buộc", "is needed");
    let mut wrong = Vec::new();
    if data.paper_type.as_ref().is_some_and(|given| !types.contains(given)) {
        let words =
            Words::fixed("không phải loại giấy tờ của thành phần này", "is no type that the component asks for");
        wrong.push(FieldError::new("/paper_type", "unknown", words));
    }
    if data.issuer.is_none() {
        wrong.push(FieldError::new("/issuer", "required", needed.clone()));
    }
    if data.issue_date.is_none() {
        wrong.push(FieldError::new("/issue_date", "required", needed));
    }
    if data.valid_from.zip(data.valid_to).is_some_and(|(from, to)| to < from) {
        let words = Words::fixed("không được trước valid_from", "must not come before valid_from");
        wrong.push(FieldError::new("/valid_to", "out_of_range", words));
    }
    INVALID.unless_none(wrong)?;
    Ok(data)
}

/// The data of a paper that a dossier carries, for whoever may see the dossier.
///
/// # Errors
/// No such dossier or attachment for this actor; [`PAPER_NOT_FOUND`] when nothing is recorded of it.
pub async fn read(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    (id, paper): (DossierId, AttachmentId),
) -> Result<PaperView> {
    let Seen { dossier, papers, .. } = steps::look(conn, ctx, id, Through::File).await?;
    let file = among(papers, &dossier, &ctx.actor, paper)?;
    let row = papers::table
        .inner_join(attachments::table)
        .filter(papers::id.eq(file.paper_id.unwrap_or(PaperId(file.id.0))))
        .select((Paper::as_select(), attachments::revoked_at, attachments::replaced_by));
    let (paper, revoked_at, replaced_by) = row.first(conn).await.optional()?.ok_or_else(|| PAPER_NOT_FOUND.error())?;
    // A dossier that reuses it goes on carrying it: whoever reads it there is told, too.
    view(catalogue, paper, &Attachment { revoked_at, replaced_by, ..file })
}
