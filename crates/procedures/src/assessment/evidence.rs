//! The files of the evidence: declared in the answers, then uploaded while the assessment is a draft.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::files::Sha256;
use kernel::problem::CONFLICT;
use kernel::record::Also;
use kernel::schema::assessment_files as files;
use kernel::{Ctx, Result};

use super::answer::EvidenceFile;
use super::write::{advance, is_draft, own};
use super::{Assessment, AssessmentEvent, AssessmentId, AssessmentView, load};
use crate::problem::EVIDENCE_NOT_FOUND;

/// How often a file is noted again when the draft changed in between: files arrive side by side.
const TRIES: usize = 20;

/// The file of a draft whose content is about to arrive.
///
/// # Errors
/// No such draft of the actor's centre; [`EVIDENCE_NOT_FOUND`] when it declares no such file.
pub async fn awaited(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: AssessmentId,
    sha256: Sha256,
) -> Result<EvidenceFile> {
    let draft = own(conn, ctx, id).await?;
    is_draft(&draft, None)?;
    declared(&draft, sha256)
}

/// Whether evidence of any centre has this content.
pub async fn has_content(conn: &mut AsyncPgConnection, sha256: Sha256) -> Result<bool> {
    let file = files::table.filter(files::sha256.eq(sha256));
    Ok(diesel::select(diesel::dsl::exists(file)).get_result(conn).await?)
}

/// Notes that the content of a file is stored.
///
/// # Errors
/// As for [`awaited`], when the draft has changed meanwhile.
pub async fn arrived(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: AssessmentId,
    sha256: Sha256,
) -> Result<AssessmentView> {
    for _ in 1..TRIES {
        match note(conn, ctx, id, sha256).await {
            Err(error) if error.is(&CONFLICT) => {}
            done => return done,
        }
    }
    note(conn, ctx, id, sha256).await
}

async fn note(conn: &mut AsyncPgConnection, ctx: &Ctx, id: AssessmentId, sha256: Sha256) -> Result<AssessmentView> {
    let old = own(conn, ctx, id).await?;
    is_draft(&old, None)?;
    declared(&old, sha256)?;
    if arrived_of(conn, id).await?.contains(&sha256) {
        return Ok(old.view());
    }
    let next = Assessment { version: old.version + 1, ..old };
    let row = (files::assessment_id.eq(id), files::sha256.eq(sha256), files::stored_at.eq(ctx.now));
    let also: Also = Box::new(diesel::insert_into(files::table).values(row).on_conflict_do_nothing());
    advance(conn, ctx, &next, &AssessmentEvent::EvidenceStored {}, vec![also], None).await?;
    Ok(next.view())
}

/// A file that can be read, by whoever may read the assessment.
///
/// # Errors
/// No such assessment for this actor; [`EVIDENCE_NOT_FOUND`] also when its content has not arrived.
pub async fn readable(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    id: AssessmentId,
    sha256: Sha256,
) -> Result<EvidenceFile> {
    let found = load(conn, &ctx.actor, id).await?;
    // Only what was uploaded here: the store holds the papers of dossiers too, under their hashes.
    let arrived = arrived_of(conn, id).await?.contains(&sha256);
    if arrived { declared(&found, sha256) } else { Err(EVIDENCE_NOT_FOUND.error()) }
}

/// The files of an assessment that have arrived.
pub(super) async fn arrived_of(conn: &mut AsyncPgConnection, id: AssessmentId) -> Result<Vec<Sha256>> {
    Ok(files::table.filter(files::assessment_id.eq(id)).select(files::sha256).load(conn).await?)
}

fn declared(assessment: &Assessment, sha256: Sha256) -> Result<EvidenceFile> {
    let mut files = assessment.answers.0.iter().flat_map(|answer| &answer.evidence).filter_map(|shown| shown.file);
    files.find(|file| file.sha256 == sha256).ok_or_else(|| EVIDENCE_NOT_FOUND.error())
}
