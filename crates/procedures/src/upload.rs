//! Papers arriving: declaring more of them, and taking in their content.

use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use kernel::access::Through;
use kernel::idempotency::{Answer, Attempt};
use kernel::journal::{Entry, Event as _};
use kernel::problem::CONFLICT;
use kernel::record::{Also, Record};
use kernel::schema::{attachments, dossiers};
use kernel::timers::Timers;
use kernel::{Actor, Ctx, Permission, Result};

use crate::attachment::{
    self, Attachment, AttachmentId, AttachmentView, InsertPapers, NewAttachment, NewDocument, Purpose,
};
use crate::catalogue::Catalogue;
use crate::dossier::{Dossier, DossierId, agencies};
use crate::event::{Event, INTERNAL};
use crate::paper::reuse::{Reuse, reuse};
use crate::problem::{ATTACHMENT_NOT_FOUND, ATTACHMENTS_CLOSED, ID_TAKEN, NOT_YOURS_TO_DO, TOO_MANY_ATTACHMENTS};
use crate::steps::{Seen, Sides, look, read};
use crate::workflow::Status;

/// How often a paper is noted again when the dossier changed in between. Papers arrive side by side: whoever loses a
/// try has let another's through, so this is enough for as many as can be declared at once.
const TRIES: usize = 50;

/// The papers that a dossier holds at most.
const MOST: usize = 100;

/// What is added to a dossier.
#[derive(Clone, Debug)]
pub enum Addition {
    Upload(NewAttachment),
    Reuse(Reuse),
    /// A document that is to be its result.
    Result(NewDocument),
    /// A document that proves a payment.
    PaymentProof(NewDocument),
}

impl Addition {
    fn purpose(&self) -> Purpose {
        match self {
            Self::Upload(_) | Self::Reuse(_) => Purpose::Component,
            Self::Result(_) => Purpose::DraftResult,
            Self::PaymentProof(_) => Purpose::PaymentProof,
        }
    }
}

/// Whether this actor may add papers now: the applicant, or reception for them, components while papers are awaited and proofs
/// while something is to be paid; those who decide, the document of their decision, while they examine, or put a wrong one right.
fn may_add(Seen { dossier, sides, .. }: &Seen, actor: &Actor, purpose: Purpose) -> Result<()> {
    let decides = |permission| actor.may_at(permission, dossier.competent_agency_id);
    let theirs = match (purpose, actor) {
        // It was read as theirs, or as of whom they represent.
        (Purpose::Component | Purpose::PaymentProof, Actor::Citizen(_)) => true,
        (Purpose::Component | Purpose::PaymentProof, _) => {
            actor.may_at(Permission::ReceiveDossier, dossier.receiving_agency_id)
        }
        (Purpose::DraftResult | Purpose::Result, _) => {
            decides(Permission::ProcessDossier) || decides(Permission::SignDossier)
        }
    };
    if !theirs {
        return Err(NOT_YOURS_TO_DO.error());
    }
    let awaited = match purpose {
        Purpose::Component => {
            matches!(dossier.status, Status::Draft | Status::IntakeSupplement | Status::SupplementRequested)
        }
        Purpose::PaymentProof => sides.unpaid,
        Purpose::DraftResult | Purpose::Result => dossier.status.is_examined() || sides.correcting,
    };
    if awaited { Ok(()) } else { Err(ATTACHMENTS_CLOSED.error().extra("state", dossier.status.code())) }
}

/// Declares one more paper.
///
/// # Errors
/// [`ATTACHMENTS_CLOSED`] when the dossier takes none now, [`TOO_MANY_ATTACHMENTS`] when it holds enough; an unknown
/// component; [`ID_TAKEN`] when the id belongs to another paper; a paper that cannot be reused.
pub async fn declare(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    id: DossierId,
    new: Addition,
    attempt: &Attempt,
) -> Result<Answer> {
    for _ in 1..TRIES {
        match declare_once(conn, ctx, catalogue, id, &new, attempt).await {
            // Under the same key the caller looks up what was answered before.
            Err(error) if error.is(&CONFLICT) && attempt.earlier(conn).await?.is_none() => {}
            Err(error) if error.is(&ID_TAKEN) && attempt.earlier(conn).await?.is_none() => {
                let Addition::Upload(new) = &new else { return Err(error) };
                return declared_before(conn, ctx, id, new).await?.ok_or(error);
            }
            done => return done,
        }
    }
    declare_once(conn, ctx, catalogue, id, &new, attempt).await
}

/// The paper with this id, when it was declared with the same content: a retry under a new key.
async fn declared_before(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: DossierId,
    new: &NewAttachment,
) -> Result<Option<Answer>> {
    let Seen { dossier, papers, .. } = read(conn, ctx, id).await?;
    Ok(papers.iter().find(|paper| paper.is(new)).map(|paper| answer(id, dossier.version, paper)))
}

fn answer(id: DossierId, version: i32, paper: &Attachment) -> Answer {
    Answer {
        status: 201,
        version,
        location: Some(format!("/v1/dossiers/{id}/attachments/{}/content", paper.id)),
        body: serde_json::to_string(&AttachmentView::of(paper)).expect("a view is plain data"),
    }
}

async fn declare_once(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    catalogue: &Catalogue,
    id: DossierId,
    new: &Addition,
    attempt: &Attempt,
) -> Result<Answer> {
    let seen = read(conn, ctx, id).await?;
    may_add(&seen, &ctx.actor, new.purpose())?;
    let Seen { dossier, sides, .. } = &seen;
    let (_, case) = catalogue.pinned(dossier.procedure_id, &dossier.case_code)?;
    if seen.papers.len() >= MOST {
        return Err(TOO_MANY_ATTACHMENTS.error());
    }
    let papers = match new {
        Addition::Upload(new) => attachment::declare(ctx, id, case, std::slice::from_ref(new), "")?,
        Addition::Reuse(again) => reuse(conn, ctx, id, case, std::slice::from_ref(again), "").await?,
        Addition::Result(document) | Addition::PaymentProof(document) => {
            vec![Attachment::document(ctx, id, new.purpose(), document)]
        }
    };
    let paper = &papers[0];
    let (attachment, component) = (paper.id.0, paper.component.clone());
    let event = match (paper.purpose, paper.origin()) {
        (Purpose::Component, Some(origin)) => Event::AttachmentReused { attachment, component, origin },
        (Purpose::Component, None) => Event::AttachmentDeclared { attachment, component },
        (Purpose::PaymentProof, _) => Event::PaymentProofDeclared { attachment },
        (Purpose::DraftResult | Purpose::Result, _) => Event::ResultDocumentDeclared { attachment },
    };
    let reply = answer(id, dossier.version + 1, paper);
    let also: Also = Box::new(InsertPapers::new(id, &papers, ctx.now));
    touch(conn, ctx, (dossier, sides), &event, vec![also], Some(attempt.keep(&reply, ctx.now))).await?;
    Ok(reply)
}

/// The paper whose content is about to arrive.
///
/// # Errors
/// [`ATTACHMENT_NOT_FOUND`]; [`ATTACHMENTS_CLOSED`] when the dossier takes none now.
pub async fn awaited(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: DossierId,
    paper: AttachmentId,
) -> Result<Attachment> {
    let mut seen = read(conn, ctx, id).await?;
    let paper = among(std::mem::take(&mut seen.papers), &seen.dossier, &ctx.actor, paper)?;
    // What has arrived has arrived: sending it again is no change, in whatever state.
    if paper.stored_at.is_none() {
        may_add(&seen, &ctx.actor, paper.purpose)?;
    }
    Ok(paper)
}

/// Notes that the content of a paper is stored.
///
/// # Errors
/// [`ATTACHMENTS_CLOSED`] when the dossier takes none any more.
pub async fn arrived(conn: &mut AsyncPgConnection, ctx: &Ctx, paper: Attachment) -> Result<(i32, AttachmentView)> {
    for _ in 1..TRIES {
        match note(conn, ctx, &paper).await {
            Err(error) if error.is(&CONFLICT) => {}
            done => return done,
        }
    }
    note(conn, ctx, &paper).await
}

async fn note(conn: &mut AsyncPgConnection, ctx: &Ctx, paper: &Attachment) -> Result<(i32, AttachmentView)> {
    let mut seen = read(conn, ctx, paper.dossier_id).await?;
    let mut paper = among(std::mem::take(&mut seen.papers), &seen.dossier, &ctx.actor, paper.id)?;
    if paper.stored_at.is_some() {
        return Ok((seen.dossier.version, AttachmentView::of(&paper)));
    }
    may_add(&seen, &ctx.actor, paper.purpose)?;
    let Seen { dossier, sides, .. } = &seen;
    paper.stored_at = Some(ctx.now);
    let stored =
        diesel::update(attachments::table.filter(attachments::id.eq(paper.id))).set(attachments::stored_at.eq(ctx.now));
    let attachment = paper.id.0;
    let event = match paper.purpose {
        Purpose::Component => Event::AttachmentStored { attachment },
        Purpose::PaymentProof => Event::PaymentProofStored { attachment },
        Purpose::DraftResult | Purpose::Result => Event::ResultDocumentStored { attachment },
    };
    touch(conn, ctx, (dossier, sides), &event, vec![Box::new(stored)], None).await?;
    Ok((dossier.version + 1, AttachmentView::of(&paper)))
}

/// A paper whose content can be read.
///
/// # Errors
/// [`ATTACHMENT_NOT_FOUND`] also when its content has not arrived.
pub async fn readable(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: DossierId,
    paper: AttachmentId,
) -> Result<Attachment> {
    let Seen { dossier, papers, .. } = look(conn, ctx, id, Through::File).await?;
    let paper = among(papers, &dossier, &ctx.actor, paper)?;
    if paper.stored_at.is_none() { Err(ATTACHMENT_NOT_FOUND.error()) } else { Ok(paper) }
}

/// The paper with this id that the actor may see. What the agency has not decided is for those alone who prepare and decide it.
pub(crate) fn among(
    papers: Vec<Attachment>,
    dossier: &Dossier,
    actor: &Actor,
    paper: AttachmentId,
) -> Result<Attachment> {
    let shown = |found: &Attachment| found.purpose != Purpose::DraftResult || dossier.is_handled_by(actor);
    papers.into_iter().find(|found| found.id == paper && shown(found)).ok_or_else(|| ATTACHMENT_NOT_FOUND.error())
}

/// The entry of a change after which the same people see the dossier.
pub(crate) fn told(ctx: &Ctx, (dossier, sides): (&Dossier, &Sides), event: &Event) -> Entry {
    let seen = if INTERNAL.contains(&event.kind()) { agencies(dossier) } else { sides.everybody(dossier) };
    Entry::new(ctx, dossier.id.0, ctx.actor.agency().map(|agency| agency.0), event, (seen.clone(), seen))
}

/// A new version of the dossier whose row says nothing new: its papers changed, or what is known of them.
pub(crate) async fn touch(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    (dossier, sides): (&Dossier, &Sides),
    event: &Event,
    also: Vec<Also>,
    answer: Option<kernel::idempotency::Kept>,
) -> Result<()> {
    let entry = told(ctx, (dossier, sides), event);
    let row = dossiers::table.filter(dossiers::id.eq(dossier.id)).filter(dossiers::version.eq(dossier.version));
    let change = diesel::update(row)
        .set(dossiers::version.eq(dossiers::version + 1))
        .returning((dossiers::version, dossiers::code));
    Record { change, also, entry, timers: Timers::None, answer }
        .write(conn, |name| matches!(name, "attachments_pkey" | "look_ups_pkey").then(|| ID_TAKEN.error()))
        .await?;
    Ok(())
}
