//! Reuse: a component of a new dossier is a paper that its owner has already. No bytes are copied.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::problem::{FieldError, INVALID, Text as Words};
use kernel::schema::{attachments, papers};
use kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Origin, Paper, PaperId, owned_by};
use crate::attachment::{Attachment, AttachmentId, Digitisation, Purpose};
use crate::catalogue::{Case, Component};
use crate::dossier::DossierId;
use crate::problem::UNKNOWN_PROCEDURE;

/// A component that is a paper of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "component": "land_paper", "paper_id": "019b76da-a800-7000-8000-e00000000013" }))]
pub struct Reuse {
    /// Which of the procedure's papers it is.
    #[schema(example = "land_paper", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
    pub component: String,
    /// From `GET /v1/papers`.
    #[schema(example = "019b76da-a800-7000-8000-e00000000013")]
    pub paper_id: PaperId,
}

/// The components that reuse papers. `at` is the JSON pointer of the n-th, with `*` for n.
///
/// # Errors
/// [`UNKNOWN_PROCEDURE`] naming each component that the case does not have; [`INVALID`] naming each paper that is not one's own,
/// revoked, not of a type that the component asks for, not digitised, or not valid today.
pub async fn reuse(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    dossier: DossierId,
    case: &Case,
    reused: &[Reuse],
    at: &str,
) -> Result<Vec<Attachment>> {
    if reused.is_empty() {
        return Ok(Vec::new());
    }
    let at = |n: usize, member: &str| format!("{}/{member}", at.replace('*', &n.to_string()));
    let component = |reuse: &Reuse| case.components.iter().find(|component| component.code == reuse.component);
    let unknown = reused.iter().enumerate().filter(|(_, reuse)| component(reuse).is_none()).map(|(n, _)| {
        let words = Words::fixed("thủ tục không có thành phần này", "the procedure has no such component");
        FieldError::new(at(n, "component"), "unknown", words)
    });
    UNKNOWN_PROCEDURE.unless_none(unknown.collect())?;
    let ids: Vec<PaperId> = reused.iter().map(|reuse| reuse.paper_id).collect();
    let own: Vec<(Paper, Attachment)> = papers::table
        .inner_join(attachments::table)
        .filter(owned_by(ctx))
        .filter(papers::id.eq_any(ids))
        .filter(papers::hidden.eq(false))
        .select((Paper::as_select(), Attachment::as_select()))
        .load(conn)
        .await?;
    let (mut filed, mut wrong) = (Vec::new(), Vec::new());
    for (n, reuse) in reused.iter().enumerate() {
        let found = own.iter().find(|(paper, _)| paper.id == reuse.paper_id);
        let fits =
            found.zip(component(reuse)).ok_or(NOT_OWN).and_then(|(found, component)| fits(ctx, found, component));
        match fits {
            Ok((paper, file)) => filed.push(again(ctx, dossier, reuse, paper, file)),
            Err((code, vi, en)) => wrong.push(FieldError::new(at(n, "paper_id"), code, Words::fixed(vi, en))),
        }
    }
    INVALID.unless_none(wrong)?;
    Ok(filed)
}

/// Why a paper cannot be reused: code, and words in both languages.
type Why = (&'static str, &'static str, &'static str);

const NOT_OWN: Why = ("unknown", "kho của bạn không có giấy tờ này", "your store has no such paper");

fn fits<'a>(
    ctx: &Ctx,
    (paper, file): &'a (Paper, Attachment),
    component: &Component,
) -> Result<(&'a Paper, &'a Attachment), Why> {
    if file.revoked_at.is_some() {
        return Err(("revoked", "giấy tờ đã được đính chính, không còn giá trị", "was put right: it holds no more"));
    }
    if paper.digitised_at.is_none() {
        return Err(("not_digitised", "dữ liệu giấy tờ chưa được ghi nhận", "its data has not been recorded"));
    }
    if !paper.data.paper_type.as_ref().is_some_and(|given| component.paper_types.contains(given)) {
        return Err((
            "wrong_type",
            "không phải loại giấy tờ của thành phần này",
            "is no type that the component asks for",
        ));
    }
    if !paper.data.is_valid_on(deadlines::vn_date(ctx.now)) {
        return Err(("not_valid", "giấy tờ không có hiệu lực hôm nay", "is not valid today"));
    }
    Ok((paper, file))
}

fn again(ctx: &Ctx, dossier: DossierId, reuse: &Reuse, paper: &Paper, file: &Attachment) -> Attachment {
    Attachment {
        id: AttachmentId::at(ctx.now),
        dossier_id: dossier,
        component: reuse.component.clone(),
        declared_at: ctx.now,
        stored_at: Some(ctx.now),
        purpose: Purpose::Component,
        digitisation: match paper.origin {
            Origin::Component => Digitisation::ReusedComponent,
            Origin::Result => Digitisation::ReusedResult,
        },
        paper_id: Some(paper.id),
        source_code: paper.dossier_code.clone(),
        ..file.clone()
    }
}
